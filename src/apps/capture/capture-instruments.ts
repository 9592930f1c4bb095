// Which instrument a symbol of a captured session means: as the session's own replies describe it, else wide enough for its figures.
import { type Instrument, type InstrumentSpec, instrument, specOf } from '../../domain/instrument.ts'
import type { InstrumentMeta } from '../../domain/instrument-meta.ts'
import { MONEY_DECIMALS } from '../../domain/numbers.ts'

/** Decimals of what nobody describes: those of most crypto venues. More where the figures have more. */
const DECIMALS = 8
const CURRENCIES = ['FDUSD', 'USDT', 'USDC', 'BUSD', 'TUSD', 'USD', 'EUR', 'GBP', 'JPY', 'TRY', 'BTC', 'ETH', 'BNB']
/** Older names of the same. */
const RENAMED: Readonly<Record<string, string>> = { XBT: 'BTC', XDG: 'DOGE' }

/** What the figures of a symbol's messages need. */
interface Figures {
  decimals: number
  /** Digits before the point of the largest. */
  wholeDigits: number
}

interface SymbolFigures {
  readonly price: Figures
  readonly quantity: Figures
}

export class CaptureInstruments {
  readonly #source: string
  readonly #held: ReadonlyMap<string, InstrumentSpec>
  readonly #metas = new Map<string, InstrumentMeta>()
  readonly #resolved = new Map<string, Instrument>()
  readonly #met = new Map<string, Instrument>()
  readonly #figures = new Map<string, SymbolFigures>()

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

  /** Learns from a message what the figures of the symbols it speaks of need. `url`: it may name the symbol. */
  learn(url: string, message: string): void {
    const seen: SymbolFigures = { price: { decimals: 0, wholeDigits: 1 }, quantity: { decimals: 0, wholeDigits: 1 } }
    for (const [, price = '', quantity = ''] of message.matchAll(PAIR)) {
      widen(seen.price, price)
      widen(seen.quantity, quantity)
    }
    for (const [, key = '', figure = ''] of message.matchAll(NAMED)) widen(PRICES.has(key) ? seen.price : seen.quantity, figure)

    const symbols = new Set([...message.matchAll(SYMBOL), ...url.matchAll(SYMBOL_IN_URL)].map(([, symbol = '']) => symbol))
    for (const symbol of symbols) {
      if (KEYS.has(symbol)) continue
      const known = this.#figures.get(symbol)
      if (known === undefined) this.#figures.set(symbol, structuredClone(seen))
      else for (const part of ['price', 'quantity'] as const) widest(known[part], seen[part])
    }
  }

  resolve(symbol: string): Instrument {
    const known = this.#resolved.get(symbol)
    if (known !== undefined) return known
    const found = this.#find(symbol)
    this.#resolved.set(symbol, found)
    this.#met.set(found.id, found)
    return found
  }

  #find(symbol: string): Instrument {
    const meta = this.#metas.get(symbol)
    const figures = this.#figures.get(symbol) ?? UNSEEN
    const wanted: InstrumentSpec = meta === undefined ? this.#guess(symbol, figures) : specOf(meta)
    // Two spellings of one instrument are one instrument.
    const met = this.#met.get(wanted.id)
    if (met !== undefined) return met
    const held = this.#held.get(wanted.id)
    const fits =
      held !== undefined &&
      (meta === undefined
        ? suits(figures.price, held.priceDecimals) && suits(figures.quantity, held.quantityDecimals)
        : held.priceDecimals >= meta.priceDecimals && held.quantityDecimals >= meta.quantityDecimals)
    return instrument(fits ? specOf(held) : wanted)
  }

  /** Exact for every figure seen, and inside what a count can hold. */
  #guess(symbol: string, { price, quantity }: SymbolFigures): InstrumentSpec {
    const priceDecimals = Math.min(MONEY_DECIMALS, generous(price))
    const quantityDecimals = Math.min(MONEY_DECIMALS - priceDecimals, generous(quantity))
    const { base, quote } = currenciesOf(symbol)
    return {
      id: `${base}${quote}.${this.#source.toUpperCase()}`,
      assetClass: 'crypto',
      base,
      quote,
      settle: quote,
      priceDecimals,
      quantityDecimals,
      tick: 1,
      lot: 1,
      multiplier: 1,
      calendar: 'crypto',
      negativePrices: false,
    }
  }
}

const UNSEEN: SymbolFigures = { price: { decimals: 0, wholeDigits: 1 }, quantity: { decimals: 0, wholeDigits: 1 } }
/** A count of so many digits is always a safe integer. */
const SAFE_DIGITS = 15

const generous = ({ decimals, wholeDigits }: Figures): number => Math.max(decimals, Math.min(DECIMALS, SAFE_DIGITS - wholeDigits))

const suits = ({ decimals, wholeDigits }: Figures, held: number): boolean => held >= decimals && held + wholeDigits <= SAFE_DIGITS

function widen(figures: Figures, text: string): void {
  const [whole = '', fraction = ''] = text.split('.')
  let end = fraction.length
  while (end > 0 && fraction.charCodeAt(end - 1) === 48) end--
  widest(figures, { decimals: end, wholeDigits: whole.length })
}

function widest(figures: Figures, { decimals, wholeDigits }: Figures): void {
  figures.decimals = Math.max(figures.decimals, decimals)
  figures.wholeDigits = Math.max(figures.wholeDigits, wholeDigits)
}

// How venues write a level: `["14.8024","12.77"]`, `["sell","0.0000131","660.5"]`, `{"price":1.5,"qty":2}`, `"b":"1.5","B":"2"`.
const PAIR = /(?:\[|"(?:buy|sell)",)"?(\d+(?:\.\d+)?)"?,"?(\d+(?:\.\d+)?)"?(?=[,\]])/g
const NAMED =
  /"(price|p|b|a|bid|ask|best_bid|best_ask|price_level|qty|q|B|A|size|quantity|last_size|bid_qty|ask_qty|best_bid_size|best_ask_size|new_quantity|liquidity)":\s*"?(\d+(?:\.\d+)?)/g
const PRICES = new Set(['price', 'p', 'b', 'a', 'bid', 'ask', 'best_bid', 'best_ask', 'price_level'])
const SYMBOL = /"([A-Za-z0-9._:/-]*[A-Z][A-Za-z0-9._:/-]*)"/g
const SYMBOL_IN_URL = /[?&]symbol=([^&]+)/g
/** Short keys of messages in capitals, which are no symbols. */
const KEYS = new Set(['U', 'B', 'A', 'E', 'T', 'M', 'Q', 'V', 'L'])

function currenciesOf(symbol: string): { readonly base: string; readonly quote: string } {
  const [left = '', right] = symbol.toUpperCase().split(/[/_-]/)
  const ending = CURRENCIES.find(currency => left.endsWith(currency) && left.length > currency.length)
  const [base, quote] = right !== undefined ? [left, right] : ending ? [left.slice(0, -ending.length), ending] : [left, '']
  const clean = (name: string) => (RENAMED[name] ?? name).replaceAll(/[^A-Z0-9]/g, '')
  return { base: clean(base) || 'UNKNOWN', quote: clean(quote) }
}
