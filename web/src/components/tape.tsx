// The tape: the newest trades, in a fixed set of rows that are written directly once per frame.
import { useCallback, useEffect, useRef } from 'preact/hooks'
import type { RowOf } from '../../../src/wire/topics.ts'
import { decimal } from '../text/decimal.ts'
import { at } from '../text/time.ts'
import { useTicks } from '../topics.ts'

type Print = RowOf<'prints'>

/** More would not be read: the tape is narrow. */
const QUANTITY_DIGITS = 5

export interface TapeProps {
  readonly instrument: string
  /** Newest first. */
  readonly prints: readonly Print[]
  readonly priceDecimals: number
  readonly quantityDecimals: number
  readonly rows?: number
}

export function Tape({ instrument, prints, priceDecimals, quantityDecimals, rows = 25 }: TapeProps) {
  const box = useRef<HTMLDivElement>(null)
  const shown = useRef<Print[]>([])
  const write = useCallback(() => {
    if (box.current)
      writeTape(box.current, shown.current, { priceDecimals, quantityDecimals: Math.min(quantityDecimals, QUANTITY_DIGITS) })
  }, [priceDecimals, quantityDecimals])

  useEffect(() => {
    shown.current = prints.slice(0, rows)
    write()
  }, [prints, rows, write])
  useTicks(
    'prints',
    { keys: [instrument] },
    useCallback(
      changes => {
        const known = new Set(shown.current.map(({ key }) => key))
        const fresh = [...changes.values()].filter((row): row is Print => row?.instrument === instrument && !known.has(row.key))
        if (fresh.length === 0) return
        shown.current = [...fresh.reverse(), ...shown.current].slice(0, rows)
        write()
      },
      [instrument, rows, write],
    ),
  )

  return (
    <div class="tape" ref={box} role="img" aria-label={`Newest trades of ${instrument}`}>
      <div class="tape-head">
        <span>Time</span>
        <span>Price</span>
        <span>Quantity</span>
      </div>
      {Array.from({ length: rows }, (_, i) => (
        <div key={i} class="tape-row">
          <span>&nbsp;</span>
          <span>&nbsp;</span>
          <span>&nbsp;</span>
        </div>
      ))}
    </div>
  )
}

interface Form {
  readonly priceDecimals: number
  readonly quantityDecimals: number
}

function writeTape(box: HTMLElement, prints: readonly Print[], { priceDecimals, quantityDecimals }: Form): void {
  const rows = box.children
  for (let i = 1; i < rows.length; i++) {
    const print = prints[i - 1]
    const row = rows[i] as HTMLElement
    const side = print ? { buy: 'up', sell: 'down', unknown: '' }[print.aggressor] : ''
    if (row.dataset['side'] !== side) row.dataset['side'] = side
    const texts = print
      ? [
          at(print.time, 'time-seconds'),
          decimal(print.price, { digits: priceDecimals }),
          decimal(print.quantity, { digits: quantityDecimals }),
        ]
      : ['\u00a0', '\u00a0', '\u00a0']
    for (const [column, text] of texts.entries()) {
      const node = row.children[column]!.firstChild as Text
      if (node.data !== text) node.data = text
    }
  }
}
