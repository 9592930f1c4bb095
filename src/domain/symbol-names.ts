// One name for what every source spells its own way: 'EUR_USD', 'EURUSD=X', 'C:EURUSD' and 'eur/usd' are EUR/USD.
import type { AssetClass } from './instrument.ts'

/** Money that other things are priced in. US dollars, Tether and USD Coin are three: none stands for another. */
const QUOTES =
  'USDT USDC BUSD FDUSD TUSD USDP DAI USD EUR GBP JPY CHF AUD CAD NZD CNH HKD SGD SEK NOK DKK PLN HUF CZK TRY ZAR MXN INR KRW THB ILS RON SAR BTC ETH BNB'.split(
    ' ',
  )
const COINS = new Set(
  'BTC ETH LTC XRP BCH ADA SOL DOT DOGE XLM EOS UNI LINK AVAX BNB TRX MATIC POL ATOM ALGO FIL NEAR APT ARB OP SUI TON SHIB PEPE ETC XMR ZEC DASH AAVE MKR'.split(
    ' ',
  ),
)
const MONEY = new Set(QUOTES)
const METALS = new Set(['XAU', 'XAG', 'XPT', 'XPD'])

/** Kraken's and the old ISO-like codes of coins. */
const RENAMED: Readonly<Record<string, string>> = { XBT: 'BTC', XDG: 'DOGE', XXBT: 'BTC', XETH: 'ETH', XXRP: 'XRP', XLTC: 'LTC' }

/** What brokers call the same thing. The first name of each row is ours. */
const SAME: readonly (readonly string[])[] = [
  ['XAU/USD', 'GOLD', 'XAUUSD', 'GOLDUSD'],
  ['XAG/USD', 'SILVER', 'XAGUSD', 'SILVERUSD'],
  ['WTI', 'USOIL', 'XTIUSD', 'WTIUSD', 'WTICOUSD', 'USCRUDE', 'CRUDEOIL', 'OILUSD', 'SPOTCRUDE', 'USOUSD', 'LIGHTCMDUSD'],
  ['BRENT', 'UKOIL', 'XBRUSD', 'BRENTUSD', 'BCOUSD', 'UKBRENT', 'SPOTBRENT', 'UKOUSD', 'BRENTCMDUSD'],
  ['NATGAS', 'XNGUSD', 'NGAS', 'NATGASUSD', 'GASCMDUSD', 'NATURALGAS'],
  ['US100', 'NAS100', 'USTEC', 'NDX100', 'NASDAQ100', 'NAS100USD', 'USATECHIDXUSD', 'TECH100', 'NQ100'],
  ['US500', 'SPX500', 'SP500', 'SPX', 'USSPX500', 'SPX500USD', 'USA500IDXUSD', 'GSPC'],
  ['US30', 'DJ30', 'DJI30', 'WS30', 'DOW30', 'US30USD', 'USA30IDXUSD', 'WALLSTREET30', 'DJI'],
  ['US2000', 'RUSSELL2000', 'RTY2000', 'US2000USD', 'USSC2000'],
  ['DE40', 'GER40', 'DAX40', 'DAX', 'GER30', 'DE30', 'DE30EUR', 'DEUIDXEUR', 'GERMANY40', 'DAX30', 'GDAXI'],
  ['UK100', 'FTSE100', 'FTSE', 'UK100GBP', 'GBRIDXGBP'],
  ['EU50', 'STOXX50', 'EUSTX50', 'ESTX50', 'EU50EUR', 'EUSIDXEUR', 'STOX50'],
  ['FR40', 'FRA40', 'CAC40', 'CAC', 'FR40EUR', 'FRAIDXEUR', 'F40'],
  ['JP225', 'JPN225', 'NIKKEI225', 'NIKKEI', 'NI225', 'JP225USD', 'JPNIDXJPY', 'N225'],
  ['AU200', 'AUS200', 'ASX200', 'AU200AUD', 'AUSIDXAUD'],
  ['HK50', 'HK33', 'HSI', 'HKG33', 'HK33HKD', 'HKGIDXHKD', 'HKG50'],
]
const OURS = new Map(SAME.flatMap(names => names.map(name => [name, names[0]!] as const)))

/** 'BTC/USD', 'XAU/USD', 'US100'; undefined when the spelling is of nothing known here. */
export function canonicalName(spelling: string): string | undefined {
  const text = spelling
    .trim()
    .toUpperCase()
    .replace(/^[CX]:|^\^|^[#.]/, '')
    .replace(/=X$/, '')
  const bare = text.replace(/[^A-Z0-9]/g, '')
  const same = OURS.get(bare)
  if (same !== undefined) return same

  const parts = text.split(/[/_.\- ]/)
  if (parts.length === 2) return pair(parts[0]!, parts[1]!)
  if (parts.length > 2) return undefined

  // Kraken's REST: XXBTZUSD, XETHZEUR; a Z before money, an X before coins.
  const kraken = /^X([A-Z]{3})Z([A-Z]{3})$/.exec(text)
  if (kraken) return pair(kraken[1]!, kraken[2]!)
  const quote = QUOTES.find(
    known => text.endsWith(known) && text.length > known.length && pair(text.slice(0, -known.length), known),
  )
  return quote === undefined ? undefined : pair(text.slice(0, -quote.length), quote)
}

/** The name of what has these currencies; for others the given symbol's name, or the symbol. */
export function canonicalOf({
  assetClass,
  base,
  quote,
  symbol,
}: {
  readonly assetClass: AssetClass
  readonly base: string
  readonly quote: string
  readonly symbol: string
}): string {
  if (assetClass === 'forex' || assetClass === 'metal' || assetClass === 'crypto') return `${coin(base)}/${coin(quote)}`
  if (assetClass === 'index' || assetClass === 'energy')
    return canonicalName(base) ?? canonicalName(symbol) ?? symbol.toUpperCase()
  return symbol.toUpperCase()
}

function pair(base: string, quote: string): string | undefined {
  const [a, b] = [coin(base), coin(quote)]
  return a !== b && (MONEY.has(a) || COINS.has(a) || METALS.has(a)) && MONEY.has(b) ? `${a}/${b}` : undefined
}

const coin = (code: string): string => RENAMED[code] ?? code

export interface Spelling {
  readonly source: string
  readonly symbol: string
}

/** How sources spell a pair by their published conventions; empty for what is no pair. Whether they list it is another matter. */
export function conventionalSpellings(canonical: string): readonly Spelling[] {
  const [base = '', quote = ''] = canonical.split('/')
  if (quote === '' || pair(base, quote) === undefined) return []
  const isCrypto = COINS.has(base)
  const rows = isCrypto ? cryptoRows(base, quote) : currencyRows(base, quote)
  return rows.map(([source, symbol]) => ({ source, symbol }))
}

const STABLE = new Set(['USDT', 'USDC', 'BUSD', 'FDUSD', 'TUSD', 'BTC', 'ETH', 'BNB', 'EUR'])

function cryptoRows(base: string, quote: string): (readonly [string, string])[] {
  return [
    ['kraken', `${base}/${quote}`],
    ['coinbase', `${base}-${quote}`],
    // Binance lists coins against coins and euros, never against US dollars.
    ...(STABLE.has(quote) ? [['binance', `${base}${quote}`] as const] : []),
    ['bitstamp', `${base}${quote}`.toLowerCase()],
    ['yahoo', `${base}-${quote}`],
    ['massive', `X:${base}${quote}`],
  ]
}

function currencyRows(base: string, quote: string): (readonly [string, string])[] {
  const isMetal = METALS.has(base)
  return [
    ['oanda', `${base}_${quote}`],
    ['dukascopy', `${base}${quote}`],
    ['ctrader', `${base}${quote}`],
    ['mt5', `${base}${quote}`],
    ...(isMetal ? [] : [['ibkr', `${base}.${quote}`] as const]),
    ...(isMetal ? [] : [['yahoo', `${base}${quote}=X`] as const]),
    ['massive', `C:${base}${quote}`],
  ]
}
