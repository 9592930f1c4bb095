// A market that is really there: seeded order books and trades as texts, for simulators to tell in their own protocol.
import { formatSteps, parseSteps } from '../../src/domain/numbers.ts'
import type { TextBook, TextLevel, TextTrade } from './venue.ts'
import type { VenueClock } from './venue-clock.ts'

export interface MarketSymbol {
  /** As the venue spells it. */
  readonly symbol: string
  readonly priceDecimals: number
  readonly sizeDecimals: number
  /** Where the price begins: '45283.5'. */
  readonly price: string
  /** Levels of each side at the start; a side never has fewer than half of them. 20 when not given. */
  readonly depth?: number
}

export interface MarketStep {
  readonly symbol: string
  readonly time: number
  /** Absolute sizes; '0' in full decimals removes the level. Bids and asks as changed, in no order. */
  readonly bids: readonly TextLevel[]
  readonly asks: readonly TextLevel[]
  /** About every fourth step. Its size is of no other trade of this symbol. */
  readonly trade?: MarketTrade
}

export interface MarketTrade extends TextTrade {
  /** 1, 2, 3 … for each symbol. */
  readonly id: number
  /** Who crossed the spread. */
  readonly aggressor: 'buy' | 'sell'
}

/** Price and size in steps. */
type Side = Map<number, number>

interface Held {
  readonly of: MarketSymbol
  readonly depth: number
  readonly bids: Side
  readonly asks: Side
  trades: number
}

export class TrueMarket {
  readonly #clock: VenueClock
  readonly #random: () => number
  readonly #held: Map<string, Held>

  constructor(symbols: readonly MarketSymbol[], { seed, clock }: { readonly seed: number; readonly clock: VenueClock }) {
    this.#clock = clock
    this.#random = mulberry32(seed)
    this.#held = new Map(symbols.map(of => [of.symbol, this.#start(of)]))
  }

  get symbols(): readonly string[] {
    return [...this.#held.keys()]
  }

  /** Best first, `depth` levels of each side; all when not given. */
  book(symbol: string, depth = Number.POSITIVE_INFINITY): TextBook {
    const { of, bids, asks } = this.#of(symbol)
    const texts = (side: Side, direction: 1 | -1): TextLevel[] =>
      sorted(side, direction)
        .slice(0, depth)
        .map(([price, size]) => this.#text(of, price, size))
    return { bids: texts(bids, -1), asks: texts(asks, 1) }
  }

  /** One change of one symbol: a level set, moved or removed on each of one or two sides, sometimes the best one; never crossed. */
  step(): MarketStep {
    const held = [...this.#held.values()][this.#below(this.#held.size)]!
    const { of } = held
    const time = this.#clock.now()
    const bids = this.#random() < 0.6 ? this.#change(held, 'bids') : []
    const asks = bids.length === 0 || this.#random() < 0.4 ? this.#change(held, 'asks') : []
    const common = { symbol: of.symbol, time, bids, asks }
    return this.#random() < 0.25 ? { ...common, trade: this.#trade(held, time) } : common
  }

  #start(of: MarketSymbol): Held {
    const depth = of.depth ?? 20
    const mid = parseSteps(of.price, of.priceDecimals)!
    const held: Held = { of, depth, bids: new Map(), asks: new Map(), trades: 0 }
    for (let level = 1; level <= depth; level++) {
      held.bids.set(mid - level * 2, this.#size(of))
      held.asks.set(mid + level * 2, this.#size(of))
    }
    return held
  }

  /** Sides stay between half and one and a half of the depth, so that a level is always there to be shown. */
  #change(held: Held, name: 'bids' | 'asks'): TextLevel[] {
    const { of, depth } = held
    const side = held[name]
    const away = name === 'bids' ? -1 : 1
    const levels = sorted(side, away === -1 ? -1 : 1)
    const best = levels[0]![0]
    const other = name === 'bids' ? Math.min(...held.asks.keys()) : Math.max(...held.bids.keys())
    const at = levels[this.#below(Math.min(levels.length, 6))]![0]
    const draw = this.#random()
    if (draw < 0.3 && side.size > depth / 2) return [this.#set(held, side, at, 0)]
    // A new best price, where there is room inside of the spread.
    if (draw < 0.4 && Math.abs(other - best) > 1) return [this.#set(held, side, best - away, this.#size(of))]
    if (draw < 0.6 && side.size < depth * 1.5) {
      const price = best + away * (1 + this.#below(depth * 2))
      return [this.#set(held, side, price, this.#size(of))]
    }
    return [this.#set(held, side, at, this.#size(of))]
  }

  #set(held: Held, side: Side, price: number, size: number): TextLevel {
    if (size === 0) side.delete(price)
    else side.set(price, size)
    return this.#text(held.of, price, size)
  }

  #trade(held: Held, time: number): MarketTrade {
    held.trades += 1
    const aggressor = this.#random() < 0.5 ? ('buy' as const) : ('sell' as const)
    const price = aggressor === 'buy' ? Math.min(...held.asks.keys()) : Math.max(...held.bids.keys())
    const [priceText, size] = this.#text(held.of, price, held.trades)
    return { id: held.trades, aggressor, price: priceText, size, time }
  }

  #text(of: MarketSymbol, price: number, size: number): TextLevel {
    return [formatSteps(price, of.priceDecimals), formatSteps(size, of.sizeDecimals)]
  }

  /** Round numbers, long numbers, and the smallest one. */
  #size({ sizeDecimals }: MarketSymbol): number {
    const unit = 10 ** sizeDecimals
    const draw = this.#random()
    if (draw < 0.1) return 1
    return draw < 0.4 ? (1 + this.#below(9)) * Math.max(1, unit / 10) : 1 + this.#below(unit * 3)
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit)
  }

  #of(symbol: string): Held {
    const held = this.#held.get(symbol)
    if (held === undefined) throw new Error(`the market has no ${symbol}`)
    return held
  }
}

const sorted = (side: Side, direction: 1 | -1): [number, number][] => [...side].sort(([a], [b]) => (a - b) * direction)

/** A small generator of good enough numbers in [0, 1), the same for the same seed. Mulberry32, T. Ettinger 2017. */
export function mulberry32(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
