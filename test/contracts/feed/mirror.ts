// What a reader of a live source knows, folded from its events alone, and every breach of the rules that any reader may rely on.

import type { Subscription } from '../../../src/connectivity/source.ts'
import type { LiveEvent, MarketEvent } from '../../../src/domain/event.ts'
import type { BookChange, BookLevel, BookSnapshot, Quote, Trade } from '../../../src/domain/market.ts'
import { formatSteps, MINUTE } from '../../../src/domain/numbers.ts'
import type { IntegrityFault, LinkState } from '../../../src/domain/source.ts'
import type { TextBook, TextLevel, TextTrade } from '../../venues/venue.ts'

interface Known {
  readonly subscription: Subscription
  state: LinkState
  /** Price and size in steps; undefined where no snapshot came since it was last live. */
  book: { readonly bids: Map<number, number>; readonly asks: Map<number, number> } | undefined
  quote: Quote | undefined
  readonly trades: TextTrade[]
}

/** An event's time zone is right when it is this near to now: the smallest step between zones is 15 minutes. */
const ZONE_SLACK = 10 * MINUTE

export class Mirror {
  /** What no reader should ever see, in words. */
  readonly breaches: string[] = []
  readonly faults: IntegrityFault[] = []
  facts = 0
  /** Trades are counted and not kept: for long runs. */
  light = false
  readonly #source: string
  readonly #known: Map<string, Known>
  #lastReceived = 0
  readonly #provenances = new WeakSet<object>()
  readonly #secrets: () => readonly string[]

  constructor(source: string, subscriptions: readonly Subscription[], secrets: () => readonly string[]) {
    this.#source = source
    this.#secrets = secrets
    this.#known = new Map(
      subscriptions.map(subscription => [
        subscription.instrument.id,
        { subscription, state: 'idle', book: undefined, quote: undefined, trades: [] },
      ]),
    )
  }

  state(instrumentId: string): LinkState {
    return this.#known.get(instrumentId)?.state ?? 'idle'
  }

  /** Best first, at most `depth` levels of each side, in all decimals of the instrument. */
  book(instrumentId: string, depth: { readonly bids: number; readonly asks: number }): TextBook | undefined {
    const known = this.#known.get(instrumentId)
    if (known?.book === undefined) return undefined
    const { priceDecimals, quantityDecimals } = known.subscription.instrument
    const texts = (side: Map<number, number>, direction: 1 | -1, most: number): TextLevel[] =>
      [...side]
        .sort(([a], [b]) => (a - b) * direction)
        .slice(0, most)
        .map(([price, size]) => [formatSteps(price, priceDecimals), formatSteps(size, quantityDecimals)])
    return { bids: texts(known.book.bids, -1, depth.bids), asks: texts(known.book.asks, 1, depth.asks) }
  }

  quote(instrumentId: string): { readonly bid: string; readonly ask: string } | undefined {
    const known = this.#known.get(instrumentId)
    if (known?.quote === undefined) return undefined
    const { priceDecimals } = known.subscription.instrument
    return { bid: formatSteps(known.quote.bid, priceDecimals), ask: formatSteps(known.quote.ask, priceDecimals) }
  }

  trades(instrumentId: string): readonly TextTrade[] {
    return this.#known.get(instrumentId)?.trades ?? []
  }

  /** A text that left the source: a recorded frame, an error. */
  heard(text: string, where: string): void {
    for (const secret of this.#secrets()) {
      if (secret.length >= 4 && text.includes(secret)) this.#breach(`a secret is told in ${where}`)
    }
  }

  take(event: LiveEvent): void {
    this.#checkCommon(event)
    if (event.kind === 'link-change') {
      this.heard(event.reason, 'a link change')
      this.#link(event.instrumentId, event.state)
    } else if (event.kind === 'integrity-fault') {
      this.heard(event.detail, 'an integrity fault')
      if (this.faults.length < 10_000) this.faults.push(event)
    } else if (event.kind !== 'link-measure') {
      this.facts += 1
      if ('instrumentId' in event) this.#fact(event)
    }
  }

  #fact(event: MarketEvent): void {
    const known = this.#known.get(event.instrumentId)
    if (known === undefined) {
      this.#breach(`a fact of ${event.instrumentId}, which nobody subscribed`)
      return
    }
    if (known.state !== 'live') this.#breach(`a ${event.kind} of ${event.instrumentId} is delivered while ${known.state}`)
    switch (event.kind) {
      case 'quote':
        if (event.bid > event.ask) this.#breach(`a crossed quote of ${event.instrumentId}`)
        known.quote = event
        break
      case 'trade':
        if (!this.light) known.trades.push(tradeText(event, known.subscription))
        break
      case 'book-snapshot':
        known.book = { bids: side(event.bids), asks: side(event.asks) }
        this.#checkBook(known, event)
        break
      case 'book-change':
        if (known.book === undefined) {
          this.#breach(`a change of ${event.instrumentId}'s book without a snapshot before`)
          break
        }
        change(known.book.bids, event.bids)
        change(known.book.asks, event.asks)
        this.#checkBook(known, event)
    }
  }

  #link(instrumentId: string, state: LinkState): void {
    for (const known of this.#known.values()) {
      if (instrumentId !== '' && known.subscription.instrument.id !== instrumentId) continue
      known.state = state
      // What was known before a doubt is not known after it.
      if (state !== 'live') {
        known.book = undefined
        known.quote = undefined
      }
    }
  }

  #checkCommon(event: LiveEvent): void {
    const { eventTime, receivedTime, sequence, provenance, kind } = event
    if (!Number.isSafeInteger(eventTime) || !Number.isSafeInteger(receivedTime)) this.#breach(`a ${kind} is at no time`)
    if (!Number.isSafeInteger(sequence)) this.#breach(`a ${kind} has the sequence ${sequence}`)
    if (receivedTime < this.#lastReceived) this.#breach(`a ${kind} was received before the one before it`)
    if (Math.abs(eventTime - receivedTime) > ZONE_SLACK) this.#breach(`a ${kind} is ${(receivedTime - eventTime) / 1e6} s old`)
    this.#lastReceived = Math.max(this.#lastReceived, receivedTime)
    if (this.#provenances.has(provenance)) return
    this.#provenances.add(provenance)
    if (!Object.isFrozen(provenance)) this.#breach('a provenance can be written to')
    if (provenance.source !== this.#source) this.#breach(`a provenance names ${provenance.source}`)
    if (provenance.kind !== 'live') this.#breach(`a provenance is of kind ${provenance.kind}`)
    this.heard(JSON.stringify(provenance), 'a provenance')
  }

  #checkBook({ book, subscription }: Known, event: BookSnapshot | BookChange): void {
    if (book === undefined || this.light) return
    const bid = Math.max(...book.bids.keys())
    const ask = Math.min(...book.asks.keys())
    if (bid >= ask) this.#breach(`${subscription.symbol}'s book is crossed after a ${event.kind}`)
  }

  #breach(what: string): void {
    if (this.breaches.length < 50 && !this.breaches.includes(what)) this.breaches.push(what)
  }
}

function tradeText({ price, quantity, eventTime }: Trade, { instrument }: Subscription): TextTrade {
  const { priceDecimals, quantityDecimals } = instrument
  return { price: formatSteps(price, priceDecimals), size: formatSteps(quantity, quantityDecimals), time: eventTime }
}

function side(levels: readonly BookLevel[]): Map<number, number> {
  return new Map(levels.filter(({ quantity }) => quantity !== 0).map(({ price, quantity }) => [price, quantity]))
}

function change(side: Map<number, number>, levels: readonly BookLevel[]): void {
  for (const { price, quantity } of levels) {
    if (quantity === 0) side.delete(price)
    else side.set(price, quantity)
  }
}

/** The venue's text in all decimals of the instrument, by characters only: '0.1' at three decimals is '0.100'. */
export function inAllDecimals(text: string, decimals: number): string {
  const [whole = '', fraction = ''] = text.split('.')
  const kept = fraction.replace(/0+$/, '')
  if (kept.length > decimals) return text
  return decimals === 0 ? whole : `${whole}.${kept.padEnd(decimals, '0')}`
}
