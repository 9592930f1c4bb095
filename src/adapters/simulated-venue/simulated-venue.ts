// A venue made of recorded prices: fills at the other side's price, pessimistic inside a bar, deterministic always.
import type { Event } from '../../domain/event.ts'
import { type Instrument, notional } from '../../domain/instrument.ts'
import type { Bar } from '../../domain/market.ts'
import { type Micros, MONEY_UNIT, type Money, money, type Price, type Quantity, ZERO_MONEY } from '../../domain/numbers.ts'
import type { Command, OrderEvent, OrderOutcome, Place } from '../../domain/order.ts'
import type { Provenance } from '../../domain/provenance.ts'
import type { SourceChange } from '../../domain/source.ts'
import type { Venue } from '../../engine/ports.ts'
import { OrderBook } from '../../stages/market/order-book.ts'
import { RestingOrders } from './resting-orders.ts'

export interface SimulatedVenueRules {
  /** One way, microseconds: an order meets the market this much later, its answer is known this much after that. */
  readonly latencyMicros: number
  readonly commission: {
    /** What one currency unit of a fill's value costs. */
    readonly rate: Money
    readonly minimum: Money
  }
  /**
   * Where a market order meets bars: at the `next` bar's open, or at the `close` of the bar that caused it. Quotes need no
   * such choice: an order fills at the quote in force when it arrives.
   */
  readonly fill: 'next' | 'close'
}

const PROVENANCE: Provenance = Object.freeze({
  source: 'simulated-venue',
  kind: 'derived',
  origin: 'recorded prices',
  checksum: '',
  licence: '',
})

/** One instrument's market as the venue sees it. */
class Market {
  readonly instrument: Instrument
  readonly resting = new RestingOrders()
  book = new OrderBook()
  /** Prices are known from a source that may be trusted. Without one nothing fills: orders wait. */
  isFresh = true
  bid = Number.NaN
  ask = Number.NaN
  time = 0 as Micros
  hasQuotes = false
  bar: Bar | undefined
  /** Market orders that wait for a bar to open. */
  waiting: Place[] = []
  /** The bar at whose open a position was last opened: its guards are checked against the rest of that bar. */
  entryBar: Bar | undefined
  /** Signed, as filled here: what a reduce-only order may reduce. */
  position = 0

  constructor(instrument: Instrument) {
    this.instrument = instrument
  }
}

interface Arrival {
  readonly command: Command
  readonly time: number
}

export class SimulatedVenue implements Venue {
  readonly #rules: SimulatedVenueRules
  readonly #markets = new Map<string, Market>()
  readonly #arrivals = new Fifo<Arrival>()
  readonly #answers = new Fifo<OrderEvent>()
  #sequence = 0
  #fills = 0
  // The market of the last fact: most streams are of one instrument.
  #lastId = ''
  #lastMarket: Market | undefined

  constructor(rules: SimulatedVenueRules, instruments: Iterable<Instrument>) {
    this.#rules = rules
    for (const instrument of instruments) this.#markets.set(instrument.id, new Market(instrument))
  }

  get nextAnswerTime(): number {
    const answer = this.#answers.first
    if (answer !== undefined) return answer.receivedTime
    const arrival = this.#arrivals.first
    return arrival === undefined ? Number.POSITIVE_INFINITY : arrival.time + this.#rules.latencyMicros
  }

  submit(command: Command, now: number): void {
    const time = now + this.#rules.latencyMicros
    if (this.#rules.latencyMicros === 0) this.#arrive({ command, time })
    else this.#arrivals.push({ command, time })
  }

  take(now: number): OrderEvent | undefined {
    this.#arriveUntil(now)
    const answer = this.#answers.first
    if (answer === undefined || answer.receivedTime > now) return undefined
    return this.#answers.shift()
  }

  see(event: Event): void {
    if (event.kind === 'quote') {
      const market = this.#find(event.instrumentId)
      if (market === undefined) return
      if (this.#arrivals.first !== undefined) this.#arriveUntil(event.receivedTime)
      market.hasQuotes = true
      if (market.isFresh) this.#price(market, event.bid, event.ask, event.receivedTime)
    } else if (event.kind === 'source-change') this.#switch(event)
    else if (event.kind === 'bar' || event.kind === 'trade' || event.kind === 'book-snapshot' || event.kind === 'book-change')
      this.#other(event)
  }

  #find(instrumentId: string): Market | undefined {
    if (instrumentId === this.#lastId) return this.#lastMarket
    const market = this.#markets.get(instrumentId)
    this.#lastId = instrumentId
    this.#lastMarket = market
    return market
  }

  /** Another source is another market: its book begins anew, and what is only remembered fills nothing. */
  #switch({ instrumentId, from, to, level, receivedTime }: SourceChange): void {
    const market = this.#find(instrumentId)
    if (market === undefined) return
    this.#arriveUntil(receivedTime)
    market.isFresh = level === 'live'
    if (from === to) return
    market.book = new OrderBook()
    market.hasQuotes = false
  }

  #other(event: Extract<Event, { kind: 'bar' | 'trade' | 'book-snapshot' | 'book-change' }>): void {
    const market = this.#find(event.instrumentId)
    if (market === undefined) return
    this.#arriveUntil(event.receivedTime)
    if (event.kind === 'book-snapshot') market.book.snapshot(event)
    else if (event.kind === 'book-change') market.book.change(event)
    if (market.hasQuotes || !market.isFresh) return
    if (event.kind === 'bar') this.#bar(market, event)
    else if (event.kind === 'trade') {
      if (market.book.state !== 'live') this.#price(market, event.price, event.price, event.receivedTime)
    } else if (market.book.bestBid === market.book.bestBid && market.book.bestAsk === market.book.bestAsk) {
      this.#price(market, market.book.bestBid, market.book.bestAsk, event.receivedTime)
    }
  }

  /** A new pair of prices: resting orders that it reaches are done, stops at what the market offers, limits at their own price. */
  #price(market: Market, bid: number, ask: number, time: Micros): void {
    market.bid = bid
    market.ask = ask
    market.time = time
    // What waited for a bar, or for a source to be trusted, need wait no longer.
    if (market.waiting.length > 0)
      for (const place of market.waiting.splice(0)) this.#fill(market, place, place.side === 'buy' ? ask : bid, time, time)
    if (!market.resting.reached(bid, ask)) return
    for (let stop = market.resting.nextStop(ask, bid); stop !== undefined; stop = market.resting.nextStop(ask, bid)) {
      this.#fill(market, stop, stop.side === 'buy' ? ask : bid, time, time)
    }
    for (let limit = market.resting.nextLimit(ask, bid); limit !== undefined; limit = market.resting.nextLimit(ask, bid)) {
      this.#fill(market, limit, limit.price!, time, time)
    }
  }

  /**
   * A whole bar at once. Its path is unknown, so the worst is taken: first what waited fills at the open, then every stop
   * the bar reached (at the open where it gapped through), and only then limits, which the bar must trade through.
   */
  #bar(market: Market, bar: Bar): void {
    market.bar = bar
    market.bid = bar.open
    market.ask = bar.askOpen
    market.time = bar.openTime
    const { waiting } = market
    if (waiting.length > 0) {
      market.waiting = []
      for (const place of waiting)
        this.#fill(market, place, place.side === 'buy' ? bar.askOpen : bar.open, bar.openTime, bar.receivedTime)
      market.entryBar = bar
    }
    this.#walk(market, bar, { opened: false, knownTime: bar.receivedTime })
    market.bid = bar.close
    market.ask = bar.askClose
    market.time = bar.eventTime
  }

  /** `opened`: the open has passed already, so nothing can gap through it any more. */
  #walk(market: Market, bar: Bar, { opened, knownTime }: { readonly opened: boolean; readonly knownTime: Micros }): void {
    const { resting } = market
    if (resting.count === 0) return
    for (let stop = resting.nextStop(bar.askHigh, bar.low); stop !== undefined; stop = resting.nextStop(bar.askHigh, bar.low)) {
      const gapped = !opened && (stop.side === 'buy' ? bar.askOpen >= stop.price! : bar.open <= stop.price!)
      this.#fill(market, stop, gapped ? (stop.side === 'buy' ? bar.askOpen : bar.open) : stop.price!, bar.openTime, knownTime)
    }
    // A limit needs one tick more than its price: at the extreme itself it is not known to have been filled.
    const { tick } = market.instrument
    for (
      let limit = resting.nextLimit(bar.askLow + tick, bar.high - tick);
      limit !== undefined;
      limit = resting.nextLimit(bar.askLow + tick, bar.high - tick)
    ) {
      this.#fill(market, limit, limit.price!, bar.openTime, knownTime)
    }
  }

  #arriveUntil(now: number): void {
    for (let next = this.#arrivals.first; next !== undefined && next.time <= now; next = this.#arrivals.first) {
      this.#arrivals.shift()
      this.#arrive(next)
    }
  }

  #arrive({ command, time }: Arrival): void {
    const market = this.#markets.get(command.instrumentId)
    const at = time as Micros
    if (market === undefined) {
      // A cancel needs no answer: its order was rejected, and is told so once.
      if (command.kind === 'place')
        this.#answer(command, at, at, { outcome: 'rejected', reason: 'the venue does not list this instrument' })
      return
    }
    if (command.kind === 'cancel') {
      const waited = market.waiting.findIndex(place => place.orderId === command.orderId)
      if (waited >= 0) market.waiting.splice(waited, 1)
      // Done or unknown: nothing is left to cancel, and the fill that won the race has been answered already.
      if (waited >= 0 || market.resting.remove(command.orderId))
        this.#answer(command, at, at, { outcome: 'canceled', reason: 'canceled on request' })
      return
    }
    if (market.bid !== market.bid) {
      this.#answer(command, at, at, { outcome: 'rejected', reason: 'the venue has no price yet' })
      return
    }
    this.#answer(command, at, at, ACCEPTED)
    if (command.type === 'market') this.#market(market, command, at)
    else this.#rest(market, command, at)
  }

  #market(market: Market, place: Place, at: Micros): void {
    const onBars = market.bar !== undefined && !market.hasQuotes
    if (!market.isFresh || (onBars && this.#rules.fill === 'next')) market.waiting.push(place)
    else this.#fill(market, place, place.side === 'buy' ? market.ask : market.bid, at, at)
  }

  #rest(market: Market, place: Place, at: Micros): void {
    const { bid, ask, bar } = market
    if (place.reduceOnly && bar !== undefined && bar === market.entryBar) {
      // A guard of a position that was opened at this bar's open lived through the bar: its path counts, not its close.
      market.resting.add(place)
      this.#walk(market, bar, { opened: true, knownTime: at })
      return
    }
    const price = place.price!
    const reached =
      place.type === 'limit'
        ? place.side === 'buy'
          ? ask <= price
          : bid >= price
        : place.side === 'buy'
          ? ask >= price
          : bid <= price
    if (reached && market.isFresh) this.#fill(market, place, place.side === 'buy' ? ask : bid, at, at)
    else market.resting.add(place)
  }

  #fill(market: Market, place: Place, price: number, eventTime: Micros, knownTime: Micros): void {
    let { quantity } = place
    if (place.reduceOnly) {
      const reducible = Math.max(0, place.side === 'sell' ? market.position : -market.position)
      if (reducible === 0) {
        this.#answer(place, eventTime, knownTime, { outcome: 'canceled', reason: 'reduce-only, and nothing is left to reduce' })
        return
      }
      quantity = Math.min(quantity, reducible) as Quantity
    }
    market.position += place.side === 'buy' ? quantity : -quantity
    this.#fills += 1
    const value = notional(market.instrument, price as Price, quantity)
    this.#answer(place, eventTime, knownTime, {
      outcome: 'filled',
      fillId: `f${this.#fills}`,
      side: place.side,
      price: price as Price,
      quantity,
      commission: this.#commission(value),
    })
    if (quantity < place.quantity)
      this.#answer(place, eventTime, knownTime, { outcome: 'canceled', reason: 'reduce-only, and nothing is left to reduce' })
  }

  #commission(value: Money): Money {
    const { rate, minimum } = this.#rules.commission
    if (rate === 0n && minimum === 0n) return ZERO_MONEY
    const share = ((value < 0n ? -value : value) * rate) / MONEY_UNIT
    return money(share > minimum ? share : minimum)
  }

  #answer(command: Command, eventTime: Micros, knownTime: Micros, outcome: OrderOutcome): void {
    this.#sequence += 1
    this.#answers.push({
      kind: 'order-event',
      instrumentId: command.instrumentId,
      orderId: command.orderId,
      eventTime,
      receivedTime: (knownTime + this.#rules.latencyMicros) as Micros,
      sequence: this.#sequence,
      provenance: PROVENANCE,
      ...outcome,
    } as OrderEvent)
  }
}

const ACCEPTED: OrderOutcome = { outcome: 'accepted' }

/** First in, first out, without moving the rest on every take. */
class Fifo<Item> {
  #items: Item[] = []
  #next = 0

  get first(): Item | undefined {
    return this.#items[this.#next]
  }
  push(item: Item): void {
    this.#items.push(item)
  }
  shift(): Item | undefined {
    const item = this.#items[this.#next]
    this.#next += 1
    if (this.#next === this.#items.length) {
      this.#items.length = 0
      this.#next = 0
    }
    return item
  }
}
