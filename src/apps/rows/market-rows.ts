// What the markets of a run look like: quotes, books, the bar in the making, the tape. Pulled, not told per fact.
import type { FeedEvent, MarketEvent } from '../../domain/event.ts'
import type { Instrument } from '../../domain/instrument.ts'
import type { Trade } from '../../domain/market.ts'
import { formatMicros, formatSteps, MINUTE, type Micros } from '../../domain/numbers.ts'
import type { Lane } from '../../engine/analysis.ts'
import type { RowOf } from '../../wire/topics.ts'

/** How a source stands, as far as a price is concerned. */
export interface PriceSource {
  readonly source: string
  /** 0…100; null for history. */
  readonly quality: number | null
}

const BOOK_LEVELS = 20
/** The tape of one look; older prints of a busy moment are left out. */
const PRINTS_A_LOOK = 100

/** Markets told of at one look: about half a millisecond's work. */
const MARKETS_A_LOOK = 64

export interface MovedRows {
  readonly quotes: RowOf<'quotes'>[]
  readonly books: RowOf<'books'>[]
  readonly bars: RowOf<'bars'>[]
}

interface BarMaking {
  minute: number
  open: number
  high: number
  low: number
  close: number
  volume: number
}

/** What is remembered of one instrument between two looks. */
class Market {
  readonly instrument: Instrument
  newest: MarketEvent | undefined
  hasQuotes = false
  lastTrade = Number.NaN
  bar: BarMaking | undefined
  moved = false
  bookMoved = false
  closed: BarMaking | undefined
  session = Number.NaN
  /** The last price of the session before, in steps; NaN until one was seen to end. */
  sessionClose = Number.NaN
  sessionLast = Number.NaN

  constructor(instrument: Instrument) {
    this.instrument = instrument
  }
}

export class MarketRows {
  readonly #run: string
  readonly #live: boolean
  readonly #markets = new Map<string, Market>()
  readonly #lanes = new Map<string, Lane>()
  /** Those that moved since they were last told, in the order in which they did. */
  readonly #moved: Market[] = []
  #prints: Trade[] = []
  #printed = 0
  // Streams are mostly of one instrument for a while, and a compare is cheaper than a look-up.
  #lastId = ''
  #last: Market | undefined

  constructor(run: string, instruments: ReadonlyMap<string, Instrument>, { live }: { readonly live: boolean }) {
    this.#run = run
    this.#live = live
    for (const [id, of] of instruments) this.#markets.set(id, new Market(of))
  }

  /** Each fact that passed the gate. On the path of events: remembers, and works nothing out. */
  hear(event: FeedEvent): void {
    if (event.kind === 'release' || event.kind === 'calendar-entry') return
    const market = this.#market(event.instrumentId)
    if (market === undefined) return
    market.newest = event
    this.#move(market)
    switch (event.kind) {
      case 'quote':
        market.hasQuotes = true
        extend(market, (event.bid + event.ask) / 2, 0, event.receivedTime)
        break
      case 'trade':
        market.lastTrade = event.price
        if (market.hasQuotes) extend(market, Number.NaN, event.quantity, event.receivedTime)
        else extend(market, event.price, event.quantity, event.receivedTime)
        this.#print(event)
        break
      case 'bar':
        market.lastTrade = event.close
        extend(market, event.open, 0, event.openTime)
        for (const price of [event.high, event.low, event.close]) extend(market, price, 0, event.openTime)
        extend(market, Number.NaN, event.volume, event.openTime)
        break
      default:
        market.bookMoved = true
    }
  }

  /** The newest fact of an instrument: who said the price. */
  sourceOf(instrumentId: string): string {
    return this.#markets.get(instrumentId)?.newest?.provenance.source ?? ''
  }

  takePrints(): RowOf<'prints'>[] {
    const prints = this.#prints
    this.#prints = []
    return prints.map(({ instrumentId, receivedTime, price, quantity, aggressor, provenance }) => {
      const of = this.#markets.get(instrumentId)!.instrument
      this.#printed += 1
      return {
        key: `${this.#run}:${this.#printed}`,
        instrument: instrumentId,
        time: formatMicros(receivedTime),
        price: formatSteps(price, of.priceDecimals),
        quantity: formatSteps(quantity, of.quantityDecimals),
        aggressor,
        source: provenance.source,
      }
    })
  }

  /** Markets that moved and are to be told at this look: of so many that the rest of a look has its turn too. */
  movedCount(lanes: readonly Lane[]): number {
    if (this.#lanes.size === 0) {
      // What a journal brought back has a price although nothing was heard yet.
      for (const lane of lanes) {
        this.#lanes.set(lane.instrument.id, lane)
        const market = this.#markets.get(lane.instrument.id)
        if (market !== undefined && lane.desk.mark.known) this.#move(market)
      }
    }
    return Math.min(this.#moved.length, MARKETS_A_LOOK)
  }

  /** Quotes, books and minutes of markets that moved, those that have waited longest first. */
  take(now: Micros, sourceOf: (id: string) => PriceSource, most: number): MovedRows {
    const rows: MovedRows = { quotes: [], books: [], bars: [] }
    for (const market of this.#moved.splice(0, most)) {
      market.moved = false
      const lane = this.#lanes.get(market.instrument.id)
      const from = sourceOf(market.instrument.id)
      if (lane?.desk.mark.known === true) rows.quotes.push(this.#quote(market, lane, now, from))
      if (lane !== undefined && market.bookMoved) rows.books.push(this.#book(market, lane, from))
      market.bookMoved = false
      const { source } = from
      if (market.closed !== undefined) rows.bars.push(barRow(market.instrument, market.closed, { closed: true, source }))
      if (market.bar !== undefined) rows.bars.push(barRow(market.instrument, market.bar, { closed: false, source }))
      market.closed = undefined
    }
    return rows
  }

  #quote(market: Market, { instrument, desk }: Lane, now: Micros, { source, quality }: PriceSource): RowOf<'quotes'> {
    const { mark, calendar, level } = desk
    const price = (steps: number) => formatSteps(steps, instrument.priceDecimals)
    const isTraded = !market.hasQuotes && market.lastTrade === market.lastTrade
    const last = isTraded ? market.lastTrade : (mark.bid + mark.ask) / 2
    const session = calendar.sessionId(now)
    if (session !== market.session) {
      // The first session seen may have begun long before: what came before it is not known.
      if (market.session === market.session) market.sessionClose = market.sessionLast
      market.session = session
    }
    market.sessionLast = last
    const before = market.sessionClose
    return {
      key: instrument.id,
      bid: price(mark.bid),
      ask: price(mark.ask),
      last: isTraded ? price(last) : middle(mark.bid + mark.ask, instrument.priceDecimals),
      change: before === before && before !== 0 ? (last - before) / Math.abs(before) : null,
      time: formatMicros(market.newest?.receivedTime ?? (mark.time as Micros)),
      source,
      live: this.#live && level === 'live',
      quality,
    }
  }

  #book(market: Market, { instrument, book, desk }: Lane, { source }: PriceSource): RowOf<'books'> {
    const side = (of: 'bid' | 'ask') =>
      book
        .levels(of)
        .slice(0, BOOK_LEVELS)
        .map(({ price, quantity }): [string, string] => [
          formatSteps(price, instrument.priceDecimals),
          formatSteps(quantity, instrument.quantityDecimals),
        ])
    return {
      key: instrument.id,
      time: formatMicros(market.newest?.receivedTime ?? (desk.mark.time as Micros)),
      source,
      live: this.#live && desk.level === 'live',
      bids: side('bid'),
      asks: side('ask'),
    }
  }

  #move(market: Market): void {
    if (market.moved) return
    market.moved = true
    this.#moved.push(market)
  }

  #market(id: string): Market | undefined {
    if (id === this.#lastId) return this.#last
    this.#lastId = id
    this.#last = this.#markets.get(id)
    return this.#last
  }

  /** The newest of a busy look are kept, the oldest half goes; who wants every trade reads the recording. */
  #print(trade: Trade): void {
    if (this.#prints.length === 2 * PRINTS_A_LOOK) this.#prints = this.#prints.slice(PRINTS_A_LOOK)
    this.#prints.push(trade)
  }
}

/** Takes a price and a volume into the minute they belong to; a price that is no number only adds its volume. */
function extend(market: Market, price: number, volume: number, time: number): void {
  const minute = Math.floor(time / MINUTE)
  const { bar } = market
  if (bar === undefined || minute > bar.minute) {
    if (price !== price) return
    if (bar !== undefined) market.closed = bar
    market.bar = { minute, open: price, high: price, low: price, close: price, volume }
    return
  }
  bar.volume += volume
  if (price > bar.high) bar.high = price
  if (price < bar.low) bar.low = price
  if (price === price) bar.close = price
}

function barRow(of: Instrument, bar: BarMaking, { closed, source }: { closed: boolean; source: string }): RowOf<'bars'> {
  const { priceScale, quantityScale } = of
  return {
    key: of.id,
    resolution: '1m',
    time: bar.minute * 60,
    open: bar.open / priceScale,
    high: bar.high / priceScale,
    low: bar.low / priceScale,
    close: bar.close / priceScale,
    volume: bar.volume / quantityScale,
    closed,
    source,
  }
}

/** Half of an even or odd count of steps, exactly. */
const middle = (sum: number, decimals: number): string =>
  sum % 2 === 0 ? formatSteps(sum / 2, decimals) : formatSteps(sum * 5, decimals + 1)
