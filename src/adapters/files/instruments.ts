// The catalogue: which instruments the file formats speak of, and the facts of each that a price needs to become money.
import type { AssetClass, InstrumentSpec } from '../../domain/instrument.ts'

/**
 * The instrument of that id ('XAUUSD.OANDA'), or undefined. Currency pairs, metals, U.S. shares and futures contracts follow
 * rules; crypto pairs, spot energy and yields are listed one by one. Facts are as the venues publish them, checked by a
 * test against a public symbol-properties table.
 */
export function findInstrument(id: string): InstrumentSpec | undefined {
  const dot = id.lastIndexOf('.')
  if (dot <= 0) return undefined

  const symbol = id.slice(0, dot)
  const venue = id.slice(dot + 1)
  return LISTED.get(id) ?? fxPair(symbol, venue) ?? metal(symbol, venue) ?? share(symbol, venue) ?? futuresContract(symbol, venue)
}

/**
 * The instrument that a source means by a symbol of its own: ('xauusd', 'oanda', 'cfd') is XAUUSD.OANDA, ('spy', 'usa',
 * 'equity') is SPY.ARCA, ('btcusd_perp', 'binance', 'cryptofuture') is BTCUSD-PERP.BINANCE.
 */
export function resolveInstrument(symbol: string, source: string, assetClass: string): InstrumentSpec | undefined {
  const name = symbol.toUpperCase()
  if (assetClass === 'equity') return findInstrument(`${name}.${source === 'usa' ? listingVenue(name) : source.toUpperCase()}`)
  if (assetClass === 'cryptofuture') return findInstrument(`${name.replace(/[_-]?PERP$/, '')}-PERP.${source.toUpperCase()}`)
  return findInstrument(`${name}.${source.toUpperCase()}`)
}

/** The id of a futures contract: ('ES', 2013, 12, 'CME') is 'ESZ13.CME', by the exchanges' month letters. */
export function futuresId(contract: {
  readonly root: string
  readonly year: number
  readonly month: number
  readonly venue: string
}): string {
  const letter = MONTH_LETTERS[contract.month - 1] ?? '?'
  return `${contract.root.toUpperCase()}${letter}${String(contract.year % 100).padStart(2, '0')}.${contract.venue.toUpperCase()}`
}

/** Every id listed one by one, for help texts; the rules cover many more. */
export const listedInstruments = (): readonly string[] => [...LISTED.keys()]

/**
 * What is listed one by one, and of what the rules cover: the pairs of the great currencies, the metals, the known listings.
 * Any other id of the rules is found all the same.
 */
export function catalogue(): readonly InstrumentSpec[] {
  const pairs = GREAT_PAIRS.flatMap(pair => ['OANDA', 'FXCM', 'DUKASCOPY'].map(venue => `${pair}.${venue}`))
  const metals = Object.entries(METAL_DECIMALS).flatMap(([venue, of]) => Object.keys(of).map(base => `${base}USD.${venue}`))
  const shares = Object.entries(LISTINGS).flatMap(([venue, symbols]) => symbols.map(symbol => `${symbol}.${venue}`))
  return [...LISTED.keys(), ...pairs, ...metals, ...shares].flatMap(id => findInstrument(id) ?? [])
}

// Foreign exchange and metals

const FX_VENUES = new Set(['OANDA', 'FXCM', 'DUKASCOPY', 'EJTRADER', 'HISTDATA', 'TRUEFX'])
const CURRENCIES = new Set(
  'AUD CAD CHF CNH CZK DKK EUR GBP HKD HUF ILS INR JPY KRW MXN NOK NZD PLN RON SAR SEK SGD THB TRY USD ZAR'.split(' '),
)
/** As the market orders them: the currency named first is the base. */
const RANK = 'EUR GBP AUD NZD USD CAD CHF JPY'.split(' ')
const GREAT_PAIRS = RANK.flatMap((base, i) => RANK.slice(i + 1).map(quote => `${base}${quote}`))
/** Price decimals by quote currency; five where nothing is said. HKDJPY, quoted near 20, has five all the same. */
const FX_DECIMALS: Readonly<Record<string, number>> = { JPY: 3, HUF: 3, INR: 3, THB: 3, KRW: 2 }
const FX_DECIMALS_BY_PAIR: Readonly<Record<string, number>> = { HKDJPY: 5 }

function fxPair(symbol: string, venue: string): InstrumentSpec | undefined {
  const base = symbol.slice(0, 3)
  const quote = symbol.slice(3)
  if (!FX_VENUES.has(venue) || !CURRENCIES.has(base) || !CURRENCIES.has(quote) || base === quote) return undefined

  return {
    ...spot({ id: `${symbol}.${venue}`, assetClass: 'forex', base, quote, calendar: 'fx' }),
    priceDecimals: (venue === 'OANDA' ? FX_DECIMALS_BY_PAIR[symbol] : undefined) ?? FX_DECIMALS[quote] ?? 5,
    lot: venue === 'FXCM' ? 1000 : 1,
  }
}

/** Price decimals in dollars. One unit is a troy ounce. */
const METAL_DECIMALS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  OANDA: { XAU: 3, XAG: 5, XPT: 3, XPD: 3 },
  FXCM: { XAU: 3, XAG: 3, XPT: 2, XPD: 2 },
  DUKASCOPY: { XAU: 3, XAG: 3 },
  EJTRADER: { XAU: 2, XAG: 3 },
}

function metal(symbol: string, venue: string): InstrumentSpec | undefined {
  const base = symbol.slice(0, 3)
  const priceDecimals = METAL_DECIMALS[venue]?.[base]
  if (priceDecimals === undefined || symbol !== `${base}USD`) return undefined
  return { ...spot({ id: `${symbol}.${venue}`, assetClass: 'metal', base, quote: 'USD', calendar: 'metals' }), priceDecimals }
}

// United States shares and funds

/** Where shares are listed. US stands for the consolidated tape, when the listing is not in the table below. */
const SHARE_VENUES = new Set(['ARCA', 'NASDAQ', 'NYSE', 'AMEX', 'BATS', 'US'])
const LISTINGS: Readonly<Record<string, readonly string[]>> = {
  ARCA: 'SPY DIA IWM EEM EFA VTI GLD SLV USO BNO UNG TLT LQD HYG XLE XLF XLK XLV XLU XLI XLP XLY XLB VXX GDX'.split(' '),
  NASDAQ: 'QQQ SHY IEF AAPL MSFT GOOG GOOGL AMZN META FB NVDA TSLA INTC CSCO FOXA NWSA'.split(' '),
  NYSE: 'IBM AIG TWX BAC JPM GE XOM JNJ PG KO WMT DIS'.split(' '),
}
const FUNDS = new Set([...LISTINGS['ARCA']!, 'QQQ', 'SHY', 'IEF'])

const listingVenue = (symbol: string): string => Object.keys(LISTINGS).find(venue => LISTINGS[venue]!.includes(symbol)) ?? 'US'

function share(symbol: string, venue: string): InstrumentSpec | undefined {
  if (!SHARE_VENUES.has(venue) || !/^[A-Z]{1,5}([.-][A-Z])?$/.test(symbol)) return undefined
  return {
    ...spot({
      id: `${symbol}.${venue}`,
      assetClass: FUNDS.has(symbol) ? 'etf' : 'equity',
      base: symbol,
      quote: 'USD',
      calendar: 'us-equity',
    }),
    // The exchanges trade in cents above a dollar; averages, odd lots and prices below a dollar have up to four decimals.
    priceDecimals: 4,
  }
}

// Futures: one row per root, one instrument per contract

const MONTH_LETTERS = 'FGHJKMNQUVXZ'

interface FuturesRoot {
  readonly venue: string
  readonly assetClass: AssetClass
  readonly priceDecimals: number
  readonly tick: number
  readonly multiplier: number
  readonly negativePrices?: boolean
}

const FUTURES: Readonly<Record<string, FuturesRoot>> = {
  ES: { venue: 'CME', assetClass: 'future', priceDecimals: 2, tick: 25, multiplier: 50 },
  MES: { venue: 'CME', assetClass: 'future', priceDecimals: 2, tick: 25, multiplier: 5 },
  NQ: { venue: 'CME', assetClass: 'future', priceDecimals: 2, tick: 25, multiplier: 20 },
  MNQ: { venue: 'CME', assetClass: 'future', priceDecimals: 2, tick: 25, multiplier: 2 },
  RTY: { venue: 'CME', assetClass: 'future', priceDecimals: 1, tick: 1, multiplier: 50 },
  '6E': { venue: 'CME', assetClass: 'future', priceDecimals: 5, tick: 5, multiplier: 125_000 },
  YM: { venue: 'CBOT', assetClass: 'future', priceDecimals: 0, tick: 1, multiplier: 5 },
  // Treasury futures trade in fractions of a point: 1/64 is 0.015625.
  ZN: { venue: 'CBOT', assetClass: 'future', priceDecimals: 6, tick: 15_625, multiplier: 1000 },
  ZB: { venue: 'CBOT', assetClass: 'future', priceDecimals: 5, tick: 3125, multiplier: 1000 },
  GC: { venue: 'COMEX', assetClass: 'future', priceDecimals: 1, tick: 1, multiplier: 100 },
  MGC: { venue: 'COMEX', assetClass: 'future', priceDecimals: 1, tick: 1, multiplier: 10 },
  SI: { venue: 'COMEX', assetClass: 'future', priceDecimals: 3, tick: 5, multiplier: 5000 },
  HG: { venue: 'COMEX', assetClass: 'future', priceDecimals: 4, tick: 5, multiplier: 25_000 },
  CL: { venue: 'NYMEX', assetClass: 'future', priceDecimals: 2, tick: 1, multiplier: 1000, negativePrices: true },
  NG: { venue: 'NYMEX', assetClass: 'future', priceDecimals: 3, tick: 1, multiplier: 10_000 },
}

function futuresContract(symbol: string, venue: string): InstrumentSpec | undefined {
  const [, name = '', letter = ''] = /^([A-Z0-9]{1,3})([FGHJKMNQUVXZ])\d\d$/.exec(symbol) ?? []
  const root = FUTURES[name]
  if (!root || root.venue !== venue || letter === '') return undefined

  const { priceDecimals, tick, multiplier, assetClass, negativePrices = false } = root
  return {
    ...spot({ id: `${symbol}.${venue}`, assetClass, base: name, quote: 'USD', calendar: 'cme' }),
    priceDecimals,
    tick,
    multiplier,
    negativePrices,
  }
}

// Listed one by one

const LISTED: ReadonlyMap<string, InstrumentSpec> = new Map(
  [
    // Binance's spot books hold old orders finer than today's lot (0.00001 BTC), so quantities keep all eight decimals.
    crypto('BTCUSDT.BINANCE', { base: 'BTC', quote: 'USDT', priceDecimals: 2, quantityDecimals: 8, lot: 1000 }),
    crypto('BTCBUSD.BINANCE', { base: 'BTC', quote: 'BUSD', priceDecimals: 2, quantityDecimals: 8, lot: 1000 }),
    crypto('ETHUSDT.BINANCE', { base: 'ETH', quote: 'USDT', priceDecimals: 2, quantityDecimals: 8, lot: 10_000 }),
    crypto('ADAUSDT.BINANCE', { base: 'ADA', quote: 'USDT', priceDecimals: 4, quantityDecimals: 8, lot: 10_000_000 }),
    crypto('BTCUSDT-PERP.BINANCE', { base: 'BTC', quote: 'USDT', priceDecimals: 1, quantityDecimals: 3 }),
    crypto('ETHUSDT-PERP.BINANCE', { base: 'ETH', quote: 'USDT', priceDecimals: 2, quantityDecimals: 3 }),
    crypto('ADAUSDT-PERP.BINANCE', { base: 'ADA', quote: 'USDT', priceDecimals: 4, quantityDecimals: 0 }),
    crypto('BTCUSDT.BYBIT', { base: 'BTC', quote: 'USDT', priceDecimals: 2, quantityDecimals: 6 }),
    crypto('BTCUSDT-PERP.BYBIT', { base: 'BTC', quote: 'USDT', priceDecimals: 1, quantityDecimals: 3 }),
    crypto('BTCUSD.COINBASE', { base: 'BTC', quote: 'USD', priceDecimals: 2, quantityDecimals: 8 }),
    crypto('ETHUSD.COINBASE', { base: 'ETH', quote: 'USD', priceDecimals: 2, quantityDecimals: 8 }),
    crypto('BTCUSD.BITFINEX', { base: 'BTC', quote: 'USD', priceDecimals: 8, quantityDecimals: 8 }),

    // Coin-margined perpetuals are inverse: a contract is worth 100 USD (Bybit: 1 USD) whatever the price, and gains are paid
    // in BTC as contracts × value × (1/entry − 1/exit). A notional of price × quantity does not say that. Their books, trades
    // and bars are right; their money is not, so study them and trade the linear contract. Settling in BTC what is priced in
    // USD keeps an account from taking them for something else.
    inversePerpetual('BTCUSD-PERP.BINANCE'),
    inversePerpetual('BTCUSD-PERP.BYBIT'),

    // Spot energy: one assessed price a day. A unit is a barrel, for gas a million British thermal units.
    {
      ...spot({ id: 'WTI.EIA', assetClass: 'energy', base: 'WTI', quote: 'USD', calendar: 'eia-daily' }),
      priceDecimals: 2,
      negativePrices: true,
    },
    { ...spot({ id: 'BRENT.EIA', assetClass: 'energy', base: 'BRENT', quote: 'USD', calendar: 'eia-daily' }), priceDecimals: 2 },
    {
      ...spot({ id: 'NATGAS.EIA', assetClass: 'energy', base: 'NATGAS', quote: 'USD', calendar: 'eia-daily' }),
      priceDecimals: 3,
    },

    treasuryYield('US2Y.FED'),
    treasuryYield('US10Y.FED'),
  ].map(spec => [spec.id, spec]),
)

function crypto(
  id: string,
  facts: {
    readonly base: string
    readonly quote: string
    readonly priceDecimals: number
    readonly quantityDecimals: number
    readonly lot?: number
  },
): InstrumentSpec {
  return { ...spot({ id, assetClass: 'crypto', base: facts.base, quote: facts.quote, calendar: 'crypto' }), ...facts }
}

function inversePerpetual(id: string): InstrumentSpec {
  return { ...crypto(id, { base: 'BTC', quote: 'USD', priceDecimals: 1, quantityDecimals: 0 }), settle: 'BTC' }
}

/**
 * A constant-maturity Treasury yield, in percent to two decimals. It is a measurement, not a bond: nobody can buy it. A
 * quantity of one gains one dollar when the yield **rises** by one percentage point, so a long position is a bet on falling
 * bond prices. It has no coupon, no carry, no duration and no convexity; to trade bonds, use a fund (TLT, IEF, SHY) or a
 * Treasury future (ZN, ZB). Yields have been below zero elsewhere, and may be here.
 */
function treasuryYield(id: string): InstrumentSpec {
  const base = id.slice(0, id.indexOf('.'))
  return { ...spot({ id, assetClass: 'rate', base, quote: 'USD', calendar: 'us-rates' }), priceDecimals: 2, negativePrices: true }
}

/** What most instruments share: whole units, a tick of one step, gains in the quote currency, prices above zero. */
function spot(facts: Pick<InstrumentSpec, 'id' | 'assetClass' | 'base' | 'quote' | 'calendar'>): InstrumentSpec {
  return {
    ...facts,
    settle: facts.quote,
    priceDecimals: 0,
    quantityDecimals: 0,
    tick: 1,
    lot: 1,
    multiplier: 1,
    negativePrices: false,
  }
}
