// Which instrument a symbol of a captured session means: as the session's own replies describe it, else wide enough for its figures.
import { type Instrument, type InstrumentSpec, instrument } from '../domain/instrument.ts'
import type { InstrumentMeta } from '../domain/instrument-meta.ts'
import { MONEY_DECIMALS } from '../domain/numbers.ts'

/** Decimals of what nobody describes: those of most crypto venues. More where the figures have more. */
const DECIMALS = 8
const CURRENCIES = ['FDUSD', 'USDT', 'USDC', 'BUSD', 'TUSD', 'USD', 'EUR', 'GBP', 'JPY', 'TRY', 'BTC', 'ETH', 'BNB']
/** Older names of the same. */
const RENAMED: Readonly<Record<string, string>> = { XBT: 'BTC', XDG: 'DOGE' }

/** What the figures of a symbol's messages need. */
export interface Figures {
  readonly decimals: number
  /** Digits before the point of the largest. */
  readonly wholeDigits: number
}

export class CaptureInstruments {
  readonly #source: string
  readonly #held: ReadonlyMap<string, InstrumentSpec>
  readonly #metas = new Map<string, InstrumentMeta>()
  readonly #resolved = new Map<string, Instrument>()
  readonly #met = new Map<string, Instrument>()
  readonly #figures = new Map<string, Figures>()

  /** `held`: instruments of the lake by id; where theirs are fine enough, their decimals are kept. */
  constructor(source: string, held: ReadonlyMap<string, InstrumentSpec>) {
    this.#source = source
    this.#held = held
  }

  /** Instruments met so far, by id. */
  get met(): ReadonlyMap<string, Instrument> {
    return this.#met
  }

  /** Whether the session itself describes any. */
  get areDescribed(): boolean {
    return this.#metas.size > 0
  }

  describe(metas: readonly InstrumentMeta[]): void {
    for (const meta of metas) {
      for (const { symbol } of meta.aliases) this.#metas.set(symbol, meta)
      this.#metas.set(meta.venueSymbol, meta)
    }
  }

  /** Learns from a message what the figures of the symbols it speaks of need. */
  learn(message: string): void {
    let decimals = 0
    let wholeDigits = 1
    for (const [, whole = '', fraction = ''] of message.matchAll(FIGURE)) {
      let end = fraction.length
      while (end > 0 && fraction.charCodeAt(end - 1) === 48) end--
      if (end > decimals) decimals = end
      if (whole.length > wholeDigits) wholeDigits = whole.length
    }
    for (const [, symbol = ''] of message.matchAll(SYMBOL)) {
      if (this.#metas.has(symbol)) continue
      const known = this.#figures.get(symbol) ?? { decimals: 0, wholeDigits: 1 }
      if (decimals <= known.decimals && wholeDigits <= known.wholeDigits) continue
      this.#figures.set(symbol, {
        decimals: Math.max(decimals, known.decimals),
        wholeDigits: Math.max(wholeDigits, known.wholeDigits),
      })
    }
  }

  resolve(symbol: string): Instrument {
    const known = this.#resolved.get(symbol)
    if (known !== undefined) return known
    const meta = this.#metas.get(symbol)
    const wanted: InstrumentSpec = meta === undefined ? this.#guess(symbol) : specOf(meta)
    const held = this.#held.get(wanted.id)
    const isFine =
      held !== undefined && held.priceDecimals >= wanted.priceDecimals && held.quantityDecimals >= wanted.quantityDecimals
    // Two spellings of one instrument are one instrument.
    const found = this.#met.get(wanted.id) ?? instrument(isFine ? specOf(held) : wanted)
    this.#resolved.set(symbol, found)
    this.#met.set(found.id, found)
    return found
  }

  /** Exact for every figure seen, and inside what a count can hold. */
  #guess(symbol: string): InstrumentSpec {
    const { decimals, wholeDigits } = this.#figures.get(symbol) ?? { decimals: 0, wholeDigits: 1 }
    const room = Math.max(0, 15 - wholeDigits)
    const kept = Math.min(MONEY_DECIMALS / 2, Math.max(decimals, Math.min(DECIMALS, room)))
    const { base, quote } = currenciesOf(symbol)
    return {
      id: `${base}${quote}.${this.#source.toUpperCase()}`,
      assetClass: 'crypto',
      base,
      quote,
      settle: quote,
      priceDecimals: kept,
      quantityDecimals: kept,
      tick: 1,
      lot: 1,
      multiplier: 1,
      calendar: 'crypto',
      negativePrices: false,
    }
  }
}

/** A figure with a point, quoted or not; the parts before and after it. */
const FIGURE = /(\d+)\.(\d+)/g
const SYMBOL = /"([A-Za-z0-9._:/-]*[A-Za-z][A-Za-z0-9._:/-]*)"/g

function currenciesOf(symbol: string): { readonly base: string; readonly quote: string } {
  const [left = '', right] = symbol.toUpperCase().split(/[/_-]/)
  const ending = CURRENCIES.find(currency => left.endsWith(currency) && left.length > currency.length)
  const [base, quote] = right !== undefined ? [left, right] : ending ? [left.slice(0, -ending.length), ending] : [left, '']
  const clean = (name: string) => (RENAMED[name] ?? name).replaceAll(/[^A-Z0-9]/g, '')
  return { base: clean(base) || 'UNKNOWN', quote: clean(quote) }
}

/** Only what the engine needs, whatever the record holds beside it. */
export const specOf = (from: InstrumentSpec): InstrumentSpec => ({
  id: from.id,
  assetClass: from.assetClass,
  base: from.base,
  quote: from.quote,
  settle: from.settle,
  priceDecimals: from.priceDecimals,
  quantityDecimals: from.quantityDecimals,
  tick: from.tick,
  lot: from.lot,
  multiplier: from.multiplier,
  calendar: from.calendar,
  negativePrices: from.negativePrices,
})
