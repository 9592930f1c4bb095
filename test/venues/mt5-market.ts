// The market behind a simulated terminal: true books and trades, and the ticks and symbols that MetaTrader makes of them.
import type { Fault } from './fault.ts'
import { type MarketSymbol, TrueMarket } from './true-market.ts'
import type { TextBook, TextTrade, VenueOptions } from './venue.ts'

/** Contracts of one unit, so that lots are what the market counts. EURUSD. has trailing zeros, the coin long sizes. */
export const MT5_SYMBOLS: readonly MarketSymbol[] = [
  { symbol: 'EURUSD.', priceDecimals: 5, sizeDecimals: 2, price: '1.08340', depth: 12 },
  { symbol: 'BTCUSD', priceDecimals: 2, sizeDecimals: 8, price: '45283.50', depth: 12 },
  { symbol: '#AAPL', priceDecimals: 2, sizeDecimals: 0, price: '189.90', depth: 12 },
]

/** Levels of each side that the terminal shows. */
export const MT5_DEPTH = 10

export interface Mt5Tick {
  readonly symbol: string
  readonly bid: string
  readonly ask: string
  readonly last: string
  readonly lots: string
  readonly flags: number
  readonly utcMillis: number
}

export type Mt5Level = readonly [type: number, price: string | null, lots: string]

/** MQL5's words: sell 1, buy 2. */
export const mt5Levels = ({ bids, asks }: TextBook): Mt5Level[] => [
  ...asks.map(([price, lots]) => [1, price, lots] as const).toReversed(),
  ...bids.map(([price, lots]) => [2, price, lots] as const),
]

export class Mt5Market {
  readonly #market: TrueMarket
  readonly #clock: VenueOptions['clock']
  readonly #trades = new Map<string, TextTrade[]>()

  constructor({ seed, clock }: VenueOptions) {
    this.#market = new TrueMarket(MT5_SYMBOLS, { seed, clock })
    this.#clock = clock
  }

  readonly truth = {
    symbols: MT5_SYMBOLS.map(({ symbol }) => symbol),
    book: (symbol: string): TextBook => this.#market.book(symbol, MT5_DEPTH),
    quote: (symbol: string) => {
      const { bids, asks } = this.#market.book(symbol, 1)
      return { bid: bids[0]![0], ask: asks[0]![0] }
    },
    trades: (symbol: string): readonly TextTrade[] => this.#trades.get(symbol) ?? [],
    forget: () => this.#trades.clear(),
  }

  utcMillis(): number {
    return Math.floor(this.#clock.now() / 1000)
  }

  /** The tick as it stands, telling nothing new. */
  standing(symbol: string): Mt5Tick {
    const { bid, ask } = this.truth.quote(symbol)
    return { symbol, bid, ask, last: '0', lots: '0', flags: 0, utcMillis: this.utcMillis() }
  }

  /** `heard`: somebody follows the symbol, so its trades are to be known by him. */
  step(isHeard: (symbol: string) => boolean, skewMillis: number): Mt5Tick {
    const { symbol, trade } = this.#market.step()
    const standing = this.standing(symbol)
    if (trade === undefined) return { ...standing, flags: 6 }
    const { price: last, size: lots, aggressor } = trade
    if (isHeard(symbol)) {
      const known = this.#trades.get(symbol) ?? []
      known.push({ price: last, size: lots, time: (standing.utcMillis + skewMillis) * 1000 })
      this.#trades.set(symbol, known)
    }
    return { ...standing, last, lots, flags: 6 + 8 + 16 + (aggressor === 'buy' ? 32 : 64) }
  }

  /** A book with its best bid above its ask. */
  crossed(symbol: string): Mt5Level[] {
    const book = this.truth.book(symbol)
    const [above] = book.asks[1]!
    return mt5Levels({ bids: [[above, '1'], ...book.bids], asks: book.asks })
  }
}

/** Of the terminal's symbol, in the order in which both routes tell them. */
export function mt5SymbolFields(symbol: string): [string, string | number | boolean][] {
  const { priceDecimals, sizeDecimals } = MT5_SYMBOLS.find(known => known.symbol === symbol)!
  const step = (decimals: number) => (decimals === 0 ? '1' : `0.${'1'.padStart(decimals, '0')}`)
  const base = symbol.replace(/[^A-Z]/g, '').slice(0, 3)
  return [
    ['path', `Simulated\\${symbol}`],
    ['description', `Grüße from ${symbol}`],
    ['base', base],
    ['profit', 'USD'],
    ['margin', 'USD'],
    ['digits', priceDecimals],
    ['tickSize', step(priceDecimals)],
    ['contractSize', '1'],
    ['volumeMin', step(sizeDecimals)],
    ['volumeStep', step(sizeDecimals)],
    ['volumeMax', '1000'],
    ['calcMode', 2],
    ['executionMode', 2],
    ['tradeMode', 4],
    ['spreadFloats', true],
    ['spread', 2],
    ['stopsLevel', 0],
    ['freezeLevel', 0],
    ['swapLong', '-1.5'],
    ['swapShort', '0.5'],
    ['swapMode', 1],
  ]
}

export const faultySymbol = ({ seed = 0 }: Fault): string => MT5_SYMBOLS[seed % MT5_SYMBOLS.length]!.symbol
