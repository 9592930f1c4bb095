// The history of Binance and Coinbase: two hours of minutes, one of them without a trade, as each venue writes them.
import { MINUTE, type Micros, parseMicros, SECOND } from '../../src/domain/numbers.ts'
import { type ArchiveVenue, startArchive } from './archive-venue.ts'
import { mulberry32 } from './true-market.ts'
import type { VenueOptions } from './venue.ts'

export const HISTORY_FROM = parseMicros('2024-07-01T10:00:00Z')!
export const HISTORY_TO = (HISTORY_FROM + 120 * MINUTE) as Micros
const QUIET_MINUTE = 17

interface Candle {
  readonly open: Micros
  /** Open, high, low, close, in texts as the venue writes them. */
  readonly prices: readonly [string, string, string, string]
  readonly volume: string
}

/** A candle as a test writes it down: time, prices in cents, volume in 10^-8. */
export const candleText = (open: number, prices: readonly number[], volume: number): string =>
  `${open} ${prices.join(' ')} ${volume}`

function candles(decimals: number): readonly Candle[] {
  const random = mulberry32(7)
  const found: Candle[] = []
  let price = 61_737_63
  for (let minute = 0; minute < 120; minute++) {
    const moves = [0, 1, 2].map(() => Math.floor(random() * 2_000) - 1_000)
    const path = [price, ...moves.map(move => (price += move))]
    if (minute === QUIET_MINUTE) continue
    const [open, high, low, close] = [path[0]!, Math.max(...path), Math.min(...path), price]
    const text = (cents: number) => (cents / 100).toFixed(decimals)
    found.push({
      open: (HISTORY_FROM + minute * MINUTE) as Micros,
      prices: [text(open), text(high), text(low), text(close)],
      volume: (Math.floor(random() * 1e8) / 1e8).toFixed(8),
    })
  }
  return found
}

const digits = (text: string, decimals: number): number => {
  const [whole = '', fraction = ''] = text.split('.')
  return Number(`${whole}${fraction.slice(0, decimals).padEnd(decimals, '0')}`)
}

const truthOf = (all: readonly Candle[]): readonly string[] =>
  all.map(({ open, prices, volume }) =>
    candleText(
      open,
      prices.map(text => digits(text, 2)),
      digits(volume, 8),
    ),
  )

const KLINES = candles(8)
export const KLINES_TRUTH = truthOf(KLINES)

export const startKlines = (options: VenueOptions): Promise<ArchiveVenue> =>
  startArchive(
    {
      name: 'binance',
      host: 'data-api.binance.vision',
      path: /^\/api\/v3\/klines$/,
      limit: { what: 'requests', most: 3000, withinMillis: 60_000 },
      truth: KLINES_TRUTH,
      answer: ({ url }, report) => {
        const [symbol, interval, start, end, limit] = ['symbol', 'interval', 'startTime', 'endTime', 'limit'].map(name =>
          url.searchParams.get(name),
        )
        if (symbol !== 'BTCUSDT' || interval !== '1m') report(`asked for ${interval} of ${symbol}`)
        if (Number(limit) > 1000 || Number(start) > Number(end)) report(`asked for ${limit} from ${start} to ${end}`)
        const rows = KLINES.filter(({ open }) => open / 1000 >= Number(start) && open / 1000 <= Number(end))
          .slice(0, Number(limit))
          .map(({ open, prices, volume }) => [open / 1000, ...prices, volume, open / 1000 + 59_999, '0', 1, '0', '0', '0'])
        return { status: 200, body: JSON.stringify(rows) }
      },
    },
    options,
  )

const CANDLES = candles(2)
export const CANDLES_TRUTH = truthOf(CANDLES)

export const startCandles = (options: VenueOptions): Promise<ArchiveVenue> =>
  startArchive(
    {
      name: 'coinbase',
      host: 'api.exchange.coinbase.com',
      path: /^\/products\/BTC-USD\/candles$/,
      limit: { what: 'requests', most: 8, withinMillis: 1_000 },
      truth: CANDLES_TRUTH,
      answer: ({ url }, report) => {
        const [granularity, start = '', end = ''] = ['granularity', 'start', 'end'].map(name => url.searchParams.get(name) ?? '')
        const [from, to] = [parseMicros(start) ?? 0, parseMicros(end) ?? 0]
        if (granularity !== '60') report(`asked for candles of ${granularity} s`)
        if (to < from || (to - from) / MINUTE >= 300) report(`asked for more than 300 candles: ${start} to ${end}`)
        const rows = CANDLES.filter(({ open }) => open >= from && open <= to).map(({ open, prices, volume }) => {
          const [first, high, low, last] = prices
          // Numbers, without the zeros that say nothing; low comes before high.
          return `[${[open / SECOND, low, high, first, last, volume].map(Number).join(',')}]`
        })
        return { status: 200, body: `[${rows.reverse().join(',')}]` }
      },
    },
    options,
  )
