// The price as large type, written directly as it ticks, with bid, ask, spread, session and where it comes from.
import { useCallback, useEffect, useRef } from 'preact/hooks'
import type { RowOf } from '../../../../src/wire/topics.ts'
import { Badge } from '../../components/badge.tsx'
import { decimal, difference } from '../../text/decimal.ts'
import { percent } from '../../text/number.ts'
import { at, fromNow, zoneName } from '../../text/time.ts'
import { useTicks } from '../../topics.ts'
import type { Instrument } from '../instrument.tsx'

type Quote = RowOf<'quotes'>
const FIELDS = ['last', 'change', 'bid', 'ask', 'spread', 'quality', 'as-of'] as const

export function QuoteLine({ instrument }: { readonly instrument: Instrument }) {
  const { id, name, hours, quote, priceDecimals, unit } = instrument
  const box = useRef<HTMLDivElement>(null)
  const before = useRef<number | undefined>(undefined)

  const write = useCallback(
    (row: Quote | null | undefined) => {
      if (!box.current || !row) return
      const texts = textsOf(row, priceDecimals)
      for (const field of FIELDS) {
        const node = box.current.querySelector(`.quote-${field}`)?.firstChild as Text | undefined
        if (node && node.data !== texts[field]) node.data = texts[field]
      }
      const last = box.current.querySelector<HTMLElement>('.quote-last')
      const change = box.current.querySelector<HTMLElement>('.quote-change')
      const price = Number(row.last)
      if (last)
        last.dataset['way'] =
          before.current === undefined || price === before.current ? '' : price > before.current ? 'up' : 'down'
      if (change) change.dataset['way'] = row.change === null || row.change === 0 ? '' : row.change > 0 ? 'up' : 'down'
      before.current = price
    },
    [priceDecimals],
  )
  useEffect(() => write(quote), [quote, write])
  useTicks(
    'quotes',
    { keys: [id], rate: 20 },
    useCallback(changes => write(changes.get(id)), [id, write]),
  )

  return (
    <div class="quote-line" ref={box}>
      <span class="quote-main">
        <strong class="quote-last">–</strong>
        <span class="quote-unit">{unit}</span>
        <span class="quote-change">&nbsp;</span>
      </span>
      {!id.startsWith(name) && <span class="quote-name">{name}</span>}
      <Pair label="Bid" name="bid" />
      <Pair label="Ask" name="ask" />
      <Pair label="Spread" name="spread" />
      <Pair label="Quality" name="quality" />
      {hours && (
        <span class="quote-session">
          <Badge tone={hours.open ? 'good' : 'plain'}>{hours.open ? 'open' : 'closed'}</Badge>
          <span class="soft">{hours.changes ? `${hours.open ? 'closes' : 'opens'} ${fromNow(hours.changes)}` : hours.phase}</span>
        </span>
      )}
      <span class="quote-pair wide">
        <span>As of</span>
        <b class="quote-as-of">–</b>
      </span>
    </div>
  )
}

const Pair = ({ label, name }: { readonly label: string; readonly name: string }) => (
  <span class="quote-pair">
    <span>{label}</span>
    <b class={`quote-${name}`}>–</b>
  </span>
)

function textsOf(
  { last, bid, ask, change, quality, time, source, live }: Quote,
  priceDecimals: number,
): Readonly<Record<(typeof FIELDS)[number], string>> {
  const price = (text: string | null): string => (text === null ? '–' : decimal(text, { digits: priceDecimals }))
  return {
    last: price(last),
    change: change === null ? '\u00a0' : percent(change, { signed: true }),
    bid: price(bid),
    ask: price(ask),
    spread: bid && ask ? decimal(difference(ask, bid), { digits: priceDecimals }) : '–',
    quality: quality === null ? '–' : `${Math.round(quality)}`,
    'as-of': `${at(time, 'date-time-seconds')} ${zoneName()} · ${live ? source : `recorded: ${source}`}`,
  }
}
