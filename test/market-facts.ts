// Facts of a market written short: each maker fills in what a test does not care about. Times are microseconds.
import { type Instrument, type InstrumentSpec, instrument } from '../src/domain/instrument.ts'
import type { Bar, BookChange, BookLevel, BookSnapshot, Quote, Trade } from '../src/domain/market.ts'
import type { Micros, Price, Quantity } from '../src/domain/numbers.ts'
import type { Provenance } from '../src/domain/provenance.ts'

const SYNTHETIC: Provenance = Object.freeze({
  source: 'test',
  kind: 'synthetic',
  origin: 'market-facts',
  checksum: '',
  licence: '',
})

/** Two price decimals, whole units, always open, in dollars: 10_000 steps are 100.00. */
export const PLAIN = plain({})

export function plain(changes: Partial<InstrumentSpec>): Instrument {
  return instrument({
    id: 'PLAIN.TEST',
    assetClass: 'metal',
    base: 'XAU',
    quote: 'USD',
    settle: 'USD',
    priceDecimals: 2,
    quantityDecimals: 0,
    tick: 1,
    lot: 1,
    multiplier: 1,
    calendar: 'crypto',
    negativePrices: false,
    ...changes,
  })
}

interface Common {
  readonly id?: string
  readonly sequence?: number
  /** What the fact is about, where it is not the time it was received. */
  readonly eventTime?: number
}

const happened = (time: number, { sequence = 0, eventTime = time }: Common) => ({
  eventTime: eventTime as Micros,
  receivedTime: time as Micros,
  sequence,
  provenance: SYNTHETIC,
})

export function quote(time: number, bid: number, ask: number, common: Common & { size?: number } = {}): Quote {
  return {
    kind: 'quote',
    instrumentId: common.id ?? PLAIN.id,
    bid: bid as Price,
    ask: ask as Price,
    bidSize: (common.size ?? 0) as Quantity,
    askSize: (common.size ?? 0) as Quantity,
    ...happened(time, common),
  }
}

export function trade(
  time: number,
  price: number,
  quantity: number,
  common: Common & Partial<Pick<Trade, 'aggressor'>> = {},
): Trade {
  return {
    kind: 'trade',
    instrumentId: common.id ?? PLAIN.id,
    price: price as Price,
    quantity: quantity as Quantity,
    aggressor: common.aggressor ?? 'unknown',
    ...happened(time, common),
  }
}

type Prices = readonly [open: number, high: number, low: number, close: number]

/** `spread` lifts the ask side above the bid by so many steps. */
export function bar(
  openTime: number,
  closeTime: number,
  [open, high, low, close]: Prices,
  common: Common & { spread?: number; volume?: number } = {},
): Bar {
  const spread = common.spread ?? 0
  return {
    kind: 'bar',
    instrumentId: common.id ?? PLAIN.id,
    basis: 'bid',
    openTime: openTime as Micros,
    open: open as Price,
    high: high as Price,
    low: low as Price,
    close: close as Price,
    askOpen: (open + spread) as Price,
    askHigh: (high + spread) as Price,
    askLow: (low + spread) as Price,
    askClose: (close + spread) as Price,
    volume: common.volume ?? 0,
    ...happened(closeTime, common),
  }
}

type Level = readonly [price: number, quantity: number]
const levels = (list: readonly Level[]): BookLevel[] =>
  list.map(([price, quantity]) => ({ price: price as Price, quantity: quantity as Quantity }))

export function bookSnapshot(
  updateId: number,
  bids: readonly Level[],
  asks: readonly Level[],
  { time = 0, ...common }: Common & { time?: number } = {},
): BookSnapshot {
  return {
    kind: 'book-snapshot',
    instrumentId: common.id ?? PLAIN.id,
    updateId,
    bids: levels(bids),
    asks: levels(asks),
    ...happened(time, common),
  }
}

/** `ids` are the first and last update id and, where the venue names it, the one before the first. */
export function bookChange(
  [first, last, previous = -1]: readonly [first: number, last: number, previous?: number],
  {
    bids = [],
    asks = [],
    time = 0,
    ...common
  }: Common & { bids?: readonly Level[]; asks?: readonly Level[]; time?: number } = {},
): BookChange {
  return {
    kind: 'book-change',
    instrumentId: common.id ?? PLAIN.id,
    firstUpdateId: first,
    lastUpdateId: last,
    previousUpdateId: previous,
    bids: levels(bids),
    asks: levels(asks),
    ...happened(time, common),
  }
}
