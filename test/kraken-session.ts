// A session with Kraken as a capture holds it, of a true market ten levels deep, so that each change is under the checksum.
import { checksum } from './venues/kraken-venue.ts'
import { TrueMarket } from './venues/true-market.ts'
import type { TextBook, TextLevel } from './venues/venue.ts'
import { VenueClock } from './venues/venue-clock.ts'

export const SESSION_SYMBOLS = [
  { symbol: 'BTC/USD', priceDecimals: 1, sizeDecimals: 8, price: '45283.5' },
  { symbol: 'ADA/BTC', priceDecimals: 9, sizeDecimals: 8, price: '0.000022930' },
]
const DEPTH = 10
const START = 1_700_000_000

export interface Session {
  readonly lines: readonly string[]
  /** Indexes of the changes of books, and of trades. */
  readonly changes: readonly number[]
  readonly trades: readonly number[]
  readonly symbolOf: ReadonlyMap<number, string>
}

/** `steps` steps of the market; the first seven lines are the beginning. */
export function krakenSession(seed: number, steps: number): Session {
  const market = new TrueMarket(SESSION_SYMBOLS, { seed, clock: new VenueClock() })
  const symbols = SESSION_SYMBOLS.map(({ symbol }) => symbol)
  const asked = { method: 'subscribe', params: { channel: 'book', symbol: symbols, depth: DEPTH, snapshot: true }, req_id: 1 }
  const lines = [
    `wss://ws.kraken.com/v2 <-> ${START}.000001`,
    `wss://ws.kraken.com/v2 <- ${START}.100001: ${JSON.stringify(asked)}`,
    ...symbols.map(
      symbol =>
        `${START}.200001: {"method":"subscribe","result":{"channel":"book","symbol":"${symbol}","depth":${DEPTH},"snapshot":true},"success":true,"req_id":1}`,
    ),
  ]
  const seen = new Map(symbols.map(symbol => [symbol, market.book(symbol, DEPTH)]))
  for (const [symbol, view] of seen) lines.push(`${START}.300001: ${bookText('snapshot', symbol, view, view, 0)}`)
  lines.push(`${START}.400001: {"channel":"heartbeat"}`)

  const [changes, trades, symbolOf] = [[] as number[], [] as number[], new Map<number, string>()]
  for (let step = 1; step <= steps; step++) {
    const { symbol, trade } = market.step()
    const time = `${START + step}.500001`
    const [before, now] = [seen.get(symbol)!, market.book(symbol, DEPTH)]
    seen.set(symbol, now)
    const whole = market.book(symbol)
    const change = { bids: changed(before.bids, now.bids, whole.bids), asks: changed(before.asks, now.asks, whole.asks) }
    if (change.bids.length + change.asks.length > 0) {
      symbolOf.set(lines.length, symbol)
      changes.push(lines.length)
      lines.push(`${time}: ${bookText('update', symbol, change, now, step)}`)
    }
    if (trade === undefined) continue
    symbolOf.set(lines.length, symbol)
    trades.push(lines.length)
    const { id, price, size, aggressor } = trade
    lines.push(
      `${time}: {"channel":"trade","type":"update","data":[{"symbol":"${symbol}","side":"${aggressor}","price":${price},"qty":${size},"ord_type":"limit","trade_id":${id},"timestamp":"${stamp(step)}"}]}`,
    )
  }
  return { lines, changes, trades, symbolOf }
}

function changed(before: readonly TextLevel[], now: readonly TextLevel[], whole: readonly TextLevel[]): TextLevel[] {
  const [known, there] = [new Map(before), new Map(whole)]
  const gone = before.filter(([price]) => !there.has(price)).map(([price]): TextLevel => [price, '0.00000000'])
  return [...gone, ...now.filter(([price, size]) => known.get(price) !== size)]
}

function bookText(type: string, symbol: string, told: TextBook, whole: TextBook, step: number): string {
  const side = (levels: readonly TextLevel[]) => levels.map(([price, qty]) => `{"price":${price},"qty":${qty}}`).join(',')
  const sides = `"bids":[${side(told.bids)}],"asks":[${side(told.asks)}]`
  return `{"channel":"book","type":"${type}","data":[{"symbol":"${symbol}",${sides},"checksum":${checksum(whole)},"timestamp":"${stamp(step)}"}]}`
}

const stamp = (step: number): string => new Date((START + step) * 1000).toISOString().replace('Z', '123Z')
