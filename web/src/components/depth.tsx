// The order book as a ladder: a fixed set of rows whose text nodes and bars are written directly, once per frame.
import { useCallback, useEffect, useRef } from 'preact/hooks'
import type { RowOf } from '../../../src/wire/topics.ts'
import { decimal, difference } from '../text/decimal.ts'
import { useTicks } from '../topics.ts'

type Book = RowOf<'books'>

export interface DepthProps {
  readonly instrument: string
  /** What the server knew when the page was opened. */
  readonly book: Book | null
  readonly priceDecimals: number
  readonly quantityDecimals: number
  readonly levels?: number
}

export function Depth({ instrument, book, priceDecimals, quantityDecimals, levels = 12 }: DepthProps) {
  const box = useRef<HTMLDivElement>(null)
  const write = useCallback(
    (row: Book | null | undefined) => {
      if (box.current && row)
        writeBook(box.current, row, { priceDecimals, quantityDecimals: Math.min(quantityDecimals, QUANTITY_DIGITS), levels })
    },
    [priceDecimals, quantityDecimals, levels],
  )
  useEffect(() => write(book), [book, write])
  useTicks(
    'books',
    { keys: [instrument], rate: 20 },
    useCallback(changes => write(changes.get(instrument)), [instrument, write]),
  )

  return (
    <div class="depth" ref={box} role="img" aria-label={`Order book of ${instrument}, ${levels} levels`}>
      <div class="depth-head">
        <span>Price</span>
        <span>Quantity</span>
        <span>Sum</span>
      </div>
      <Side name="asks" levels={levels} />
      <div class="depth-middle">
        <span>Spread</span>
        <span class="depth-spread">–</span>
      </div>
      <Side name="bids" levels={levels} />
    </div>
  )
}

/** More would not be read: a ladder is narrow. */
const QUANTITY_DIGITS = 5

/** Rows are drawn once; three text nodes and a bar each. */
const Side = ({ name, levels }: { readonly name: 'asks' | 'bids'; readonly levels: number }) => (
  <div class={`depth-side ${name}`}>
    {Array.from({ length: levels }, (_, i) => (
      <div key={i} class="depth-row">
        <i />
        <span>&nbsp;</span>
        <span>&nbsp;</span>
        <span>&nbsp;</span>
      </div>
    ))}
  </div>
)

interface Form {
  readonly priceDecimals: number
  readonly quantityDecimals: number
  readonly levels: number
}

function writeBook(box: HTMLElement, { asks, bids }: Book, form: Form): void {
  const asked = summed(asks.slice(0, form.levels))
  const bid = summed(bids.slice(0, form.levels))
  const most = Math.max(asked.at(-1)?.sum ?? 0, bid.at(-1)?.sum ?? 0)
  writeSide(box.querySelector('.asks')!, asked, most, form)
  writeSide(box.querySelector('.bids')!, bid, most, form)

  const spread = box.querySelector('.depth-spread')!
  const [ask, best] = [asks[0]?.[0], bids[0]?.[0]]
  spread.textContent =
    ask !== undefined && best !== undefined ? decimal(difference(ask, best), { digits: form.priceDecimals }) : '–'
}

interface Level {
  readonly price: string
  readonly quantity: string
  readonly sum: number
}

function summed(levels: readonly (readonly [string, string])[]): Level[] {
  let sum = 0
  return levels.map(([price, quantity]) => {
    sum += Number(quantity)
    return { price, quantity, sum }
  })
}

function writeSide(side: Element, levels: readonly Level[], most: number, { priceDecimals, quantityDecimals }: Form): void {
  const rows = side.children
  const down = side.classList.contains('asks')
  for (let i = 0; i < rows.length; i++) {
    // The best ask stands lowest, next to the spread.
    const row = rows[down ? rows.length - 1 - i : i]!
    const level = levels[i]
    const [bar, price, quantity, sum] = row.children as unknown as HTMLElement[]
    bar!.style.transform = `scaleX(${level && most > 0 ? level.sum / most : 0})`
    write(price!, level ? decimal(level.price, { digits: priceDecimals }) : '\u00a0')
    write(quantity!, level ? decimal(level.quantity, { digits: quantityDecimals }) : '\u00a0')
    write(sum!, level ? decimal(level.sum.toFixed(quantityDecimals)) : '\u00a0')
  }
}

/** Only what changed costs a layout. */
function write(element: HTMLElement, text: string): void {
  const node = element.firstChild as Text
  if (node.data !== text) node.data = text
}
