// One quote or trade as the detectors see it. A feed has one of these and fills it anew for each fact: nothing is allocated.
import type { Quote, Trade } from '../../domain/market.ts'
import type { Evidence } from './finding.ts'

/** Prices in steps, times in microseconds. A trade has its price on both sides. */
export class Fact {
  /** Came as it happened. Of what was recorded nobody knows when it was received. */
  isLive = false
  eventTime = 0
  receivedTime = 0
  bid = 0
  ask = 0
  /** Bid's and ask's size; a trade's quantity on both sides. */
  bidSize = 0
  askSize = 0
  /** Since the fact before it, by the source's clock. */
  gapMicros = 0
  bidMove = 0
  askMove = 0
  /** Facts so far, this one included. */
  count = 0

  take(event: Quote | Trade): void {
    const isQuote = event.kind === 'quote'
    const bid = isQuote ? event.bid : event.price
    const ask = isQuote ? event.ask : event.price
    this.gapMicros = this.count === 0 ? 0 : event.eventTime - this.eventTime
    this.bidMove = this.count === 0 ? 0 : bid - this.bid
    this.askMove = this.count === 0 ? 0 : ask - this.ask
    this.isLive = event.provenance.kind === 'live'
    this.eventTime = event.eventTime
    this.receivedTime = event.receivedTime
    this.bid = bid
    this.ask = ask
    this.bidSize = isQuote ? event.bidSize : event.quantity
    this.askSize = isQuote ? event.askSize : event.quantity
    this.count += 1
  }

  get spread(): number {
    return this.ask - this.bid
  }

  /** Of the middle, in half steps. */
  get move(): number {
    return this.bidMove + this.askMove
  }

  get hasMoved(): boolean {
    return this.bidMove !== 0 || this.askMove !== 0
  }
}

/** Looks at each fact of one stream in constant time and bounded memory; knows no clock but the facts' own. */
export interface Detector {
  see(fact: Fact): Evidence | undefined
}
