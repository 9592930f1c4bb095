// A session captured from Kraken's API version 1 in the words of version 2: the same books, prices, quantities and checksums.
// Nobody has published a capture of version 2, and ccxt no longer speaks version 1.
import type { FrameLine } from '../src/connectivity/frame-line.ts'
import { formatMicros, type Micros } from '../src/domain/numbers.ts'
import type { Tape } from './tapes.ts'

const URL_V2 = 'wss://ws.kraken.com/v2'
const TIME = formatMicros(1_618_678_132_000_000 as Micros)

/** `[price, volume, time, …]`, as version 1 writes a level. */
type Level = readonly [string, string, string, ...string[]]
/** `[price, volume, time, side, order type, …]`. */
type Deal = readonly [string, string, string, 'b' | 's', 'm' | 'l', ...string[]]

interface BookPart {
  readonly as?: readonly Level[]
  readonly bs?: readonly Level[]
  readonly a?: readonly Level[]
  readonly b?: readonly Level[]
  readonly c?: string
}

export function inVersionTwo(tape: Tape): Tape {
  const tradeIds = new Map<string, number>()
  const lines = tape.lines.flatMap((line): FrameLine[] => {
    if (line.kind === 'opened') return [{ ...line, url: URL_V2 }]
    if (line.kind === 'replied') return [line]
    const frame = line.kind === 'sent' ? sentFrame(String(line.frame)) : receivedFrame(String(line.frame), tradeIds)
    return frame === undefined ? [] : [{ ...line, frame }]
  })
  return { ...tape, lines, frames: lines.filter(({ kind }) => kind === 'received').length }
}

function sentFrame(text: string): string | undefined {
  const { event, pair, subscription } = JSON.parse(text)
  if (event !== 'subscribe') return undefined
  const params = { channel: subscription.name, symbol: pair.map(symbolOf), depth: subscription.depth }
  return JSON.stringify({ method: 'subscribe', params })
}

function receivedFrame(text: string, tradeIds: Map<string, number>): string | undefined {
  const message = JSON.parse(text)
  if (!Array.isArray(message)) return message.event === 'heartbeat' ? '{"channel":"heartbeat"}' : undefined
  const symbol = symbolOf(String(message.at(-1)))
  const channel = String(message.at(-2))
  if (channel.startsWith('book')) return bookFrame(symbol, message.slice(1, -2))
  if (channel === 'trade') return tradeFrame(symbol, message[1], tradeIds)
  return channel === 'ticker' ? tickerFrame(symbol, message[1]) : undefined
}

function bookFrame(symbol: string, parts: readonly BookPart[]): string {
  const whole: BookPart = Object.assign({}, ...parts)
  const type = whole.as === undefined ? 'update' : 'snapshot'
  const [bids, asks] = [levels(whole.bs ?? whole.b), levels(whole.as ?? whole.a)]
  // Version 1 has no checksum in a snapshot.
  const checksum = whole.c === undefined ? '' : `,"checksum":${whole.c}`
  const body = `"symbol":"${symbol}","bids":${bids},"asks":${asks}${checksum},"timestamp":"${TIME}"`
  return `{"channel":"book","type":"${type}","data":[{${body}}]}`
}

/** Figures keep every zero: the checksum is over their texts. */
const levels = (of: readonly Level[] = []): string => `[${of.map(([price, qty]) => `{"price":${price},"qty":${qty}}`).join(',')}]`

function tradeFrame(symbol: string, deals: readonly Deal[], tradeIds: Map<string, number>): string {
  const data = deals.map(([price, qty, time, side, type]) => {
    const id = (tradeIds.get(symbol) ?? 0) + 1
    tradeIds.set(symbol, id)
    const words = `"side":"${side === 'b' ? 'buy' : 'sell'}","ord_type":"${type === 'm' ? 'market' : 'limit'}"`
    const at = formatMicros(Math.round(Number(time) * 1e6) as Micros)
    return `{"symbol":"${symbol}",${words},"price":${price},"qty":${qty},"trade_id":${id},"timestamp":"${at}"}`
  })
  return `{"channel":"trade","type":"update","data":[${data.join(',')}]}`
}

function tickerFrame(
  symbol: string,
  of: Readonly<Record<'a' | 'b' | 'c' | 'v' | 'p' | 'l' | 'h' | 'o', readonly string[]>>,
): string {
  const quote = `"bid":${of.b[0]},"bid_qty":${of.b[2]},"ask":${of.a[0]},"ask_qty":${of.a[2]}`
  const day = `"last":${of.c[0]},"volume":${of.v[1]},"vwap":${of.p[1]},"low":${of.l[1]},"high":${of.h[1]},"change":0.0,"change_pct":0.0`
  return `{"channel":"ticker","type":"update","data":[{"symbol":"${symbol}",${quote},${day},"timestamp":"${TIME}"}]}`
}

/** 'ADA/XBT' is 'ADA/BTC' in version 2. */
function symbolOf(pair: string): string {
  return pair
    .split('/')
    .map(name => ({ XBT: 'BTC', XDG: 'DOGE' })[name] ?? name)
    .join('/')
}
