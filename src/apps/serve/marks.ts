// What is drawn upon a chart: fills, guards, swings, sessions and announcements within its span.
import { sessionCalendar } from '../../domain/calendar.ts'
import { DAY, formatMicros, type Micros } from '../../domain/numbers.ts'
import { SwingPoints } from '../../stages/features/swing-points.ts'
import type { ReplyOf } from '../../wire/contract.ts'
import type { RowOf } from '../../wire/topics.ts'
import { calendarEntries } from './lake/calendar-entries.ts'
import type { Bars } from './lake/lake-bars.ts'
import type { LakeView } from './lake/lake-view.ts'

export type Mark = ReplyOf<'GET /instruments/:id/marks'>['items'][number]

interface Drawn {
  readonly instrument: string
  readonly span: { readonly from: Micros | undefined; readonly to: Micros | undefined }
  /** Those that the chart shows: swings are found in them, and where no span was asked for they are the span. */
  readonly bars: Bars
  readonly orders: readonly RowOf<'orders'>[]
  readonly fills: readonly RowOf<'fills'>[]
  readonly limit: number
}

/** Beyond this many days a line for each session would be a wall. */
const SESSION_DAYS_MAX = 15

/** In order of time; where there are too many, sessions and announcements go first, then swings, never a fill. */
export async function marksOf(lake: LakeView, drawn: Drawn): Promise<Mark[]> {
  const { bars, limit } = drawn
  const from = drawn.span.from ?? timeOf(bars.time[0])
  const to = drawn.span.to ?? timeOf(bars.time.at(-1), DAY)
  const orders = orderMarks(drawn)
  if (from === undefined || to === undefined) return orders.slice(0, limit)

  const spec = lake.specOf(drawn.instrument)
  const currencies = spec === undefined ? [] : [spec.base, spec.quote, spec.settle]
  const within = ({ time, until }: Mark) => (until ?? time) >= formatMicros(from) && time < formatMicros(to)
  const marks = [
    ...orders.filter(within),
    ...swingMarks(bars).filter(within),
    ...(await newsMarks(lake, { from, to, currencies, limit })),
    ...(spec === undefined ? [] : sessionMarks(spec.calendar, from, to)),
  ]
  return marks.slice(0, limit).sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0))
}

const timeOf = (seconds: number | undefined, more = 0): Micros | undefined =>
  seconds === undefined ? undefined : ((seconds * 1e6 + more) as Micros)

function orderMarks({ orders, fills }: Drawn): Mark[] {
  const byId = new Map(orders.map(order => [order.id, order]))
  const entries = fills.map((fill): Mark => {
    const order = byId.get(fill.order)
    const kind = order === undefined || order.role === 'entry' ? 'entry' : 'exit'
    const why = order === undefined ? '' : `: ${order.why}`
    const label = `${fill.side === 'buy' ? 'bought' : 'sold'} ${fill.quantity} at ${fill.price}${why}`
    return { kind, time: fill.time, until: null, price: Number(fill.price), label, refers: fill.order, side: fill.side }
  })
  const guards = orders
    .filter(({ role, price }) => (role === 'stop' || role === 'target') && price !== null)
    .map((order): Mark => {
      const isOpen = ['intended', 'sent', 'accepted', 'partially-filled'].includes(order.state)
      return {
        kind: order.role === 'stop' ? 'stop' : 'target',
        time: order.created,
        until: isOpen ? null : order.changed,
        price: Number(order.price),
        label: `${order.role} ${order.quantity} at ${order.price}: ${order.state}`,
        ...{ refers: order.id, side: order.side },
      }
    })
  return [...entries, ...guards]
}

/** The same swings that the HOW sense sees, of the bars on the chart. */
function swingMarks({ open, high, low, close, volume, time }: Bars): Mark[] {
  const points = new SwingPoints()
  return time.flatMap((seconds, index): Mark[] => {
    const openTime = seconds * 1e6
    points.update({
      ...{ openTime, closeTime: openTime, open: open[index]!, high: high[index]!, low: low[index]!, close: close[index]! },
      ...{ volume: volume[index]!, buyVolume: 0, sellVolume: 0 },
    })
    return points.confirmed.map(({ kind, price, origin }) => ({
      kind: kind === 'high' ? 'swing-high' : 'swing-low',
      time: formatMicros((time[origin]! * 1e6) as Micros),
      ...{ until: null, side: null, refers: '', price },
      label: `swing ${kind}, known ${formatMicros(openTime as Micros)
        .slice(0, 16)
        .replace('T', ' ')} UTC`,
    }))
  })
}

async function newsMarks(
  lake: LakeView,
  { from, to, currencies, limit }: { from: Micros; to: Micros; currencies: readonly string[]; limit: number },
): Promise<Mark[]> {
  const { items } = await calendarEntries(lake, { from, to, limit: 10 * limit })
  return items
    .filter(({ currency, impact }) => currencies.includes(currency) && impact !== 'low')
    .map(({ time, title, impact, actual, forecast, currency }) => ({
      kind: impact === 'none' ? ('release' as const) : ('news' as const),
      time,
      ...{ until: null, price: null, side: null, refers: title },
      label: `${currency} ${title}${actual === null ? '' : ` ${actual}`}${forecast === null ? '' : ` (expected ${forecast})`}`,
    }))
}

function sessionMarks(name: string, from: Micros, to: Micros): Mark[] {
  const calendar = sessionCalendar(name)
  if (calendar === undefined || calendar.zone === 'UTC' || to - from > SESSION_DAYS_MAX * DAY) return []
  return calendar.expected(from, to).map(({ open, close }) => ({
    kind: 'session' as const,
    time: formatMicros(open),
    until: formatMicros(close),
    ...{ price: null, side: null, refers: name, label: `${name} open` },
  }))
}
