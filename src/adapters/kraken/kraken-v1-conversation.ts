// Kraken's first WebSocket dialect, as captured sessions hold it. It is read, never spoken.
//
//   [channel, {"as":[[price, volume, time]],"bs":[…]}, "book-1000", "XMR/USD"]     snapshot, without a checksum
//   [channel, {"a":[[price, volume, time, "r"?]],"c":"…"}, …] or two objects, first the asks, then the bids with the checksum
//   [channel, [[price, volume, time, "b"|"s", "m"|"l", misc]], "trade", pair]
//   [channel, {"a":[price, whole, volume],"b":[…], …}, "ticker", pair]
//   {"event":"heartbeat"} · {"event":"systemStatus"} · {"event":"subscriptionStatus","channelName","pair","status","subscription"}
import type { Conversation, Frame, Reactions } from '../../connectivity/conversation.ts'
import { stepsOf } from '../../connectivity/steps.ts'
import type { Micros } from '../../domain/numbers.ts'
import type { LevelText } from './checked-book.ts'
import { excerpt, type Fields, isFields, parseJson, textOf, wholeOf } from './json-values.ts'
import type { Channel, SymbolStream, TradeMessage } from './symbol-stream.ts'
import type { SymbolTable } from './symbol-table.ts'

const IGNORED = /^(?:ohlc(?:-\d+)?|spread|ownTrades|openOrders)$/
const IGNORED_EVENTS = new Set(['heartbeat', 'systemStatus', 'pong', 'addOrderStatus', 'cancelOrderStatus', 'cancelAllStatus'])
const CHANNELS = new Set<string>(['book', 'ticker', 'trade'])

export class KrakenV1Conversation implements Conversation {
  readonly #table: SymbolTable
  /** The last message of each channel and pair: its times make a repetition one. */
  readonly #last = new Map<string, string>()

  constructor(parts: { readonly table: SymbolTable }) {
    this.#table = parts.table
  }

  open(_: Micros, out: Reactions): void {
    out.link('syncing', '', 'a captured session')
  }

  receive(frame: Frame, now: Micros, out: Reactions): void {
    const message = typeof frame === 'string' ? parseJson(frame) : undefined
    if (Array.isArray(message)) this.#data(message, frame as string, now, out)
    else if (isFields(message)) this.#event(message, now, out)
    else out.fault('schema', '', `no JSON message: ${typeof frame === 'string' ? excerpt(frame) : `${frame.length} bytes`}`)
  }

  #data(message: readonly unknown[], frame: string, now: Micros, out: Reactions): void {
    const name = textOf(message.at(-2))
    const pair = textOf(message.at(-1))
    const channel = name.replace(/-\d+$/, '')
    if (!CHANNELS.has(channel)) {
      if (!IGNORED.test(name)) out.unknown(`channel ${name === '' ? excerpt(frame) : name}`)
      return
    }
    const stream = this.#table.of(pair)
    if (stream === undefined) {
      out.fault('schema', '', `a ${channel} message of ${pair === '' ? 'no pair' : `${pair}, which nobody asked for`}`)
      return
    }
    if (channel !== 'ticker' && this.#isRepeated(`${channel} ${pair}`, frame)) {
      out.fault('duplicate', stream.instrument.id, `the same message again: ${excerpt(frame)}`)
      return
    }
    const parts = message.slice(1, -2)
    const read = channel === 'book' ? book : channel === 'trade' ? trades : ticker
    if (read(stream, parts, { depth: depthIn(name), now, out })) return
    const detail = `a ${channel} message of no known form: ${excerpt(frame)}`
    if (channel === 'book') stream.bookUnreadable(detail, out)
    else out.fault('schema', stream.instrument.id, detail)
  }

  #isRepeated(key: string, frame: string): boolean {
    const repeated = this.#last.get(key) === frame
    this.#last.set(key, frame)
    return repeated
  }

  #event(message: Fields, now: Micros, out: Reactions): void {
    const event = textOf(message['event'])
    if (event === 'subscriptionStatus') {
      const { status, channelName, pair } = message
      const channel = textOf(channelName).replace(/-\d+$/, '')
      if (status === 'subscribed' && CHANNELS.has(channel))
        this.#table.of(textOf(pair))?.acknowledged(channel as Channel, now, out)
    } else if (!IGNORED_EVENTS.has(event)) out.unknown(`event ${event === '' ? excerpt(JSON.stringify(message)) : event}`)
  }
}

interface Arrival {
  readonly depth: number
  readonly now: Micros
  readonly out: Reactions
}

const depthIn = (name: string): number => wholeOf(name.split('-')[1]) ?? 10

/** False when the message is of no known form. */
function book(stream: SymbolStream, parts: readonly unknown[], { depth, now, out }: Arrival): boolean {
  const sides = { as: [] as unknown[], bs: [] as unknown[], a: [] as unknown[], b: [] as unknown[] }
  let checksum: number | undefined
  let isSnapshot = false
  for (const part of parts) {
    if (!isFields(part)) return false
    for (const [key, value] of Object.entries(part)) {
      if (key === 'c') {
        checksum = wholeOf(value)
        if (checksum === undefined) return false
        continue
      }
      if (!(key in sides) || !Array.isArray(value)) return false
      if (key === 'as' || key === 'bs') isSnapshot = true
      sides[key as keyof typeof sides].push(...value)
    }
  }
  if (parts.length === 0) return false
  const asks = levelsOf([...sides.as, ...sides.a])
  const bids = levelsOf([...sides.bs, ...sides.b])
  if (asks === undefined || bids === undefined) return false

  const time = newest(asks.time, bids.time)
  const message = { asks: asks.levels, bids: bids.levels, checksum, time }
  if (isSnapshot) stream.bookSnapshot(message, depth, now, out)
  else stream.bookUpdate(message, now, out)
  return true
}

function trades(stream: SymbolStream, parts: readonly unknown[], { now, out }: Arrival): boolean {
  const [rows] = parts
  if (!Array.isArray(rows)) return false
  const messages: TradeMessage[] = []
  for (const row of rows) {
    if (!Array.isArray(row)) return false
    const [price, quantity, time, side] = row as readonly unknown[]
    if (typeof price !== 'string' || typeof quantity !== 'string' || (side !== 'b' && side !== 's')) return false
    messages.push({ price, quantity, aggressor: side === 'b' ? 'buy' : 'sell', id: undefined, time: microsOf(time) })
  }
  stream.trades('update', messages, now, out)
  return true
}

function ticker(stream: SymbolStream, parts: readonly unknown[], { now, out }: Arrival): boolean {
  const [fields] = parts
  if (!isFields(fields) || !Array.isArray(fields['a']) || !Array.isArray(fields['b'])) return false
  const [ask, , askSize] = fields['a'] as readonly unknown[]
  const [bid, , bidSize] = fields['b'] as readonly unknown[]
  const quote = { bid: textOf(bid), bidSize: textOf(bidSize), ask: textOf(ask), askSize: textOf(askSize), time: undefined }
  stream.quote(quote, now, out)
  return true
}

function levelsOf(rows: readonly unknown[]): { levels: LevelText[]; time: Micros | undefined } | undefined {
  const levels: LevelText[] = []
  let time: Micros | undefined
  for (const row of rows) {
    if (!Array.isArray(row)) return undefined
    const [price, quantity, at] = row as readonly unknown[]
    if (typeof price !== 'string' || typeof quantity !== 'string') return undefined
    levels.push({ price, quantity })
    time = newest(time, microsOf(at))
  }
  return { levels, time }
}

/** '1618678133.365913', seconds. */
const microsOf = (text: unknown): Micros | undefined => stepsOf(textOf(text), 6) as Micros | undefined

const newest = (a: Micros | undefined, b: Micros | undefined): Micros | undefined =>
  a === undefined || (b !== undefined && b > a) ? b : a
