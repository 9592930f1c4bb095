// OANDA's price stream: one JSON object in each line of an endless HTTP reply.
//
//   {"type":"PRICE","time":"2026-11-20T10:00:00.123456789Z","instrument":"EUR_USD","status":"tradeable","tradeable":true,
//    "bids":[{"price":"1.08012","liquidity":10000000}],"asks":[{"price":"1.08026","liquidity":10000000}],"closeoutBid":…}
//   {"type":"HEARTBEAT","time":"2026-11-20T10:00:05.000000000Z"}
//   {"errorMessage":"Insufficient authorization to perform request."}
//
// At most about four prices a second for each instrument: quotes, not every tick. No sequence numbers: order is by time.

import type { Conversation, Frame, Reactions } from '../../connectivity/conversation.ts'
import { SourceError } from '../../connectivity/source-error.ts'
import { stepsOf } from '../../connectivity/steps.ts'
import type { Instrument } from '../../domain/instrument.ts'
import { type Micros, type Price, parseMicros, type Quantity } from '../../domain/numbers.ts'
import type { Provenance } from '../../domain/provenance.ts'

export interface OandaConversationParts {
  /** By OANDA's spelling; undefined for what was not subscribed. */
  readonly resolve: (symbol: string) => Instrument | undefined
  readonly provenance: Provenance
}

type Fields = Readonly<Record<string, unknown>>

/** What was last heard of one instrument on this connection. */
interface Heard {
  readonly instrument: Instrument
  time: Micros
  /** The line itself, to tell a repetition from another price of the same instant. */
  line: string
  tradeable: boolean | undefined
}

/** A price with what is known of its instrument. */
interface Told {
  readonly heard: Heard
  readonly message: Fields
  readonly time: Micros
  readonly line: string
}

const NEVER = Number.NEGATIVE_INFINITY as Micros

export class OandaConversation implements Conversation {
  readonly #parts: OandaConversationParts
  readonly #heard = new Map<string, Heard>()
  #late: Told | undefined
  #lastBeat = NEVER
  #live = false
  #sequence = 0

  constructor(parts: OandaConversationParts) {
    this.#parts = parts
  }

  /** The request said all: the account, the key and the instruments are in its head. */
  open(_now: Micros, out: Reactions): void {
    out.link('syncing', '', 'waiting for the first price or heartbeat')
  }

  receive(frame: Frame, now: Micros, out: Reactions): void {
    const line = typeof frame === 'string' ? frame : ''
    const message = fieldsOf(line)
    if (message === undefined) {
      out.fault('schema', '', `a line that is no JSON object: ${line.slice(0, 80)}`)
      return
    }

    const { type, errorMessage } = message
    if (typeof errorMessage === 'string') refused(errorMessage, out)
    else if (type === 'PRICE') this.#price(message, line, now, out)
    else if (type === 'HEARTBEAT') this.#heartbeat(message, now, out)
    else out.unknown(typeof type === 'string' ? type.slice(0, 40) : 'a message without a type')
  }

  #heartbeat({ time }: Fields, now: Micros, out: Reactions): void {
    const sent = timeOf(time)
    if (sent === undefined) {
      out.fault('schema', '', 'a heartbeat without a time')
      return
    }
    this.#alive(out)
    this.#settle(sent < this.#lastBeat, now, out)
    this.#lastBeat = sent
    out.measure(Number.NaN, sent - now)
  }

  #price(message: Fields, line: string, now: Micros, out: Reactions): void {
    const symbol = typeof message['instrument'] === 'string' ? message['instrument'] : ''
    const heard = this.#of(symbol)
    if (heard === undefined) {
      out.unknown(`a price of ${symbol.slice(0, 40)}, which was not asked for`)
      return
    }
    const { instrument } = heard
    const time = timeOf(message['time'])
    if (time === undefined) {
      out.fault('schema', instrument.id, 'a price without a time')
      return
    }
    this.#alive(out)

    if (line === heard.line) {
      out.fault('duplicate', instrument.id, 'the same price again')
      return
    }
    this.#settle(time < heard.time, now, out)
    if (time < heard.time) this.#late = { heard, message, time, line }
    else this.#take({ heard, message, time, line }, now, out)
  }

  #take({ heard, message, time, line }: Told, now: Micros, out: Reactions): void {
    heard.time = time
    heard.line = line
    if (this.#tradeable(heard, message, out)) this.#quote(heard, message, now, out)
  }

  /**
   * A price that is older than the one before is kept until the next message: when that is older too, the venue's clock
   * went back, and the price is the newest there is; otherwise it came out of order, and is dropped.
   */
  #settle(isLate: boolean, now: Micros, out: Reactions): void {
    const late = this.#late
    if (late === undefined) return
    this.#late = undefined
    if (isLate) {
      for (const heard of this.#heard.values()) heard.time = NEVER
      this.#take(late, now, out)
    } else out.fault('reorder', late.heard.instrument.id, 'a price older than the one before')
  }

  /** Prices of a closed or halted market are the last ones it had: they are not for trading, and not delivered. */
  #tradeable(heard: Heard, message: Fields, out: Reactions): boolean {
    const tradeable = isTradeable(message)
    const { id } = heard.instrument
    if (tradeable && heard.tradeable === false) out.link('live', id, 'tradeable again')
    if (!tradeable && heard.tradeable !== false) out.link('degraded', id, 'not tradeable: its market is closed or halted')
    heard.tradeable = tradeable
    return tradeable
  }

  #quote({ instrument, time }: Heard, message: Fields, now: Micros, out: Reactions): void {
    const bid = bestOf(message['bids'], instrument, (price, best) => price > best)
    const ask = bestOf(message['asks'], instrument, (price, best) => price < best)
    if (bid === undefined || ask === undefined) {
      out.fault('schema', instrument.id, `prices that do not fit ${instrument.priceDecimals} decimals`)
      return
    }
    if (bid.price > ask.price) {
      out.fault('crossed', instrument.id, 'a bid above the ask')
      return
    }
    out.fact({
      kind: 'quote',
      eventTime: time,
      receivedTime: now,
      sequence: ++this.#sequence,
      provenance: this.#parts.provenance,
      instrumentId: instrument.id,
      bid: bid.price,
      ask: ask.price,
      bidSize: bid.size,
      askSize: ask.size,
    })
  }

  #of(symbol: string): Heard | undefined {
    const known = this.#heard.get(symbol)
    if (known) return known
    const instrument = this.#parts.resolve(symbol)
    if (instrument === undefined) return undefined
    const heard: Heard = { instrument, time: NEVER, line: '', tradeable: undefined }
    this.#heard.set(symbol, heard)
    return heard
  }

  #alive(out: Reactions): void {
    if (this.#live) return
    this.#live = true
    out.link('live', '', 'prices are streaming')
  }
}

function refused(errorMessage: string, out: Reactions): void {
  const said = errorMessage.slice(0, 200)
  if (!/authori[sz]ation|token|forbidden|account/i.test(said)) {
    out.reconnect('later', `OANDA said: ${said}`)
    return
  }
  out.refuse(
    new SourceError('SOURCE_REFUSED', {
      message: `OANDA refused the stream: ${said}`,
      fix: 'check QUADRANT_OANDA_TOKEN and QUADRANT_OANDA_ACCOUNT, and that both belong to the environment of the configuration',
    }),
  )
}

/** `tradeable` is the newer field; `status` tells the same in words, some of which were withdrawn. An empty side is no market. */
function isTradeable({ tradeable, status, bids, asks }: Fields): boolean {
  if (isEmpty(bids) || isEmpty(asks)) return false
  return typeof tradeable === 'boolean' ? tradeable : status === 'tradeable'
}

const isEmpty = (side: unknown): boolean => Array.isArray(side) && side.length === 0

interface Level {
  readonly price: Price
  readonly size: Quantity
}

/** Undefined when any level is not what it should be: half a market is none. */
function bestOf(side: unknown, of: Instrument, beats: (price: number, best: number) => boolean): Level | undefined {
  if (!Array.isArray(side)) return undefined
  let best: Level | undefined
  for (const level of side as readonly unknown[]) {
    const { price, liquidity } = (level ?? {}) as Fields
    const steps = typeof price === 'string' ? stepsOf(price, of.priceDecimals) : undefined
    const size =
      typeof liquidity === 'number' || typeof liquidity === 'string' ? stepsOf(String(liquidity), of.quantityDecimals) : undefined
    if (steps === undefined || size === undefined || size < 0) return undefined
    if (best === undefined || beats(steps, best.price)) best = { price: steps as Price, size: size as Quantity }
  }
  return best
}

/** Nanoseconds are cut to microseconds. */
const timeOf = (text: unknown): Micros | undefined => (typeof text === 'string' ? parseMicros(text) : undefined)

function fieldsOf(line: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined
  } catch {
    return undefined
  }
}
