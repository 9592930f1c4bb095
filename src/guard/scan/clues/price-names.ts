// Which names are prices so plainly that a number written down for them is made up, and which words around speak against it.
import { wordsOf } from './market-words.ts'

const list = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/))

/** Prices wherever they stand last. */
const PRICES = list(`
  price prices px bid bids ask asks mid mids midprice vwap twap quote quotes quotation quotations midpoint closes highs lows opens bidprice askprice
  lastprice closeprice openprice nbbo bbo
`)

/** Of these a number alone is a size, a count or a step; many numbers are what a market did. */
const SERIES = list('tick ticks candle candles kline klines ohlc ohlcv bar bars')

/** Prices only in company: of a symbol, of each other, or as a number that cannot be anything else. */
const BESIDE = list('last open high low close mark spot settle settlement entry exit')

/** Which of those are prices when one of these stands before: `prevClose`, `lastTrade`, `bestOffer`. */
const BEFORE = list('prev previous last latest current yesterday prior best settlement spot mark adj adjusted reference')

/** Sizes belong to a quote only when its side is named: `bidSize`. */
const SIZES = list('volume size qty quantity amount')
const SIDES = list('bid ask offer')

/** `eurUsdRate`, `fx_rates`; a rate alone can be of anything. */
const RATES = list('rate rates')
const CURRENCIES = list(`
  eur usd gbp jpy chf aud cad nzd sek nok dkk pln czk huf try zar mxn sgd hkd cny cnh inr krw brl btc eth xau xag usdt usdc fx forex exchange spot
  cross conversion euro dollar yen sterling franc gold silver
`)

/** After a price they leave it one: `priceUsd`, `quoteData`, `lastPriceNow`. */
const ENDINGS = list(`
  usd eur gbp jpy btc eth usdt value values now data list array series history map table map raw num number float str text by
  per for of at from in on to today str string dict
  async sync cached snapshot current cache response payload body symbol symbols instrument pair
`)

/**
 * Parameters and measures. A number is right for them, also where a price is what they limit, step, round or point at. `limitPrice` and
 * `stopPrice` are prices: there the word stands before.
 */
const PARAMETERS = list(`
  min max minimum maximum threshold thresholds step steps increment precision decimals digits scale scales factor factors multiplier
  pip pips point points fee fees commission percent percentage pct bps ratio distance offset buffer tolerance slippage deviation change changes move
  diff delta weight weights column col columns cols field fields tag tags id ids code codes type types kind kinds enum length count counts
 window period periods depth age interval ms millis seconds secs sec minutes timeout ttl delay alpha beta decay sigma vol volatility
  cap floor ceiling bound bounds barrier band bands range ranges color colour font margin padding width height axis label labels format
  unit lot lots contract leverage tax gas strike strikes moneyness spread spreads limit limits error epsilon eps noise jitter
  position positions rank priority retries attempts capacity batch chunk bucket buckets bin bins port
  legend icon logo placeholder rounding round spacing gap gaps shift skew risk reward impact elasticity sensitivity
`)

/** A price of something that is no market: a plan, a ticket, a kilogram of shipping. */
const COMMERCE = list(`
  plan plans tier tiers monthly month yearly year annual annually subscription subscriptions license licence seat seats shipping ticket unit sku
  product products item items retail sale menu sms storage billing invoice invoices checkout cart catalog catalogue coupon discount
  pricing upgrade addon addons package packages pro basic enterprise starter free  stripe paypal vat shop store llm
  cost costs rent fare hotel flight meal
`)

/** certain: whatever number is written there · series: many of them · beside: in company of a symbol or of others. */
export type PriceName = 'certain' | 'series' | 'beside'

const judged = new Map<string, PriceName | undefined>()

/** Whether a name is a price; 'beside' needs company. Undefined for everything else, parameters of prices among them. */
export function priceName(name: string): PriceName | undefined {
  if (judged.has(name)) return judged.get(name)
  const made = judge(wordsOf(name))
  if (judged.size < 50_000) judged.set(name, made)
  return made
}

function judge(all: readonly string[]): PriceName | undefined {
  const words = [...all]
  while (words.length > 1 && (ENDINGS.has(words.at(-1)!) || isPair(words.at(-1)!))) words.pop()
  const last = words.at(-1)
  if (last === undefined || words.some(word => COMMERCE.has(word))) return undefined

  const before = words.slice(0, -1)
  const isOrderLevel = PRICES.has(last) && before.every(word => !PARAMETERS.has(word) || word === 'limit' || word === 'strike')
  if (PRICES.has(last)) return isOrderLevel && !before.includes('strike') ? 'certain' : undefined

  if (SIZES.has(last)) return SIDES.has(before.at(-1) ?? '') && !before.some(word => PARAMETERS.has(word)) ? 'certain' : undefined
  if (all.some(word => PARAMETERS.has(word))) return undefined
  if (SERIES.has(last)) return 'series'
  if (RATES.has(last)) return before.some(word => CURRENCIES.has(word)) || before.some(isPair) ? 'certain' : undefined
  if (before.length > 0 && before.every(word => CURRENCIES.has(word) || isPair(word)) && BESIDE.has(last)) return 'certain'
  if (BESIDE.has(last)) return before.some(word => BEFORE.has(word)) ? 'certain' : before.length === 0 ? 'beside' : undefined
  if (
    before.length > 0 &&
    BESIDE.has(before[0]!) &&
    before
      .slice(1)
      .concat(last)
      .every(word => CURRENCIES.has(word) || isPair(word))
  )
    return 'certain'
  return undefined
}

const isPair = (word: string) => word.length === 6 && CURRENCIES.has(word.slice(0, 3)) && CURRENCIES.has(word.slice(3))

/** 'EURUSD', 'BTC-USD', 'XBT/USD', 'AAPL', 'eth_usdt', 'EURUSD.OANDA': what a table of prices has for keys. */
export function isInstrument(text: string): boolean {
  if (/^[A-Z0-9]{2,10}[-_/:][A-Z]{3,5}(?:[-_.:][A-Z0-9]+)*$/.test(text) || /^[A-Z]{1,5}(?:\.[A-Z]{1,8})?$/.test(text))
    return !CODES.has(text)
  if (/^[A-Z]{6,8}(?:\.[A-Z]+)?$/.test(text) || /^[A-Z0-9]{2,8}(?:USDT?|USDC|EUR|BTC)$/.test(text)) return !CODES.has(text)
  const words = text.toLowerCase().split(/[-_/]/)
  return words.every(word => CURRENCIES.has(word) || isPair(word)) && words.join('').length >= 3
}

/** Capitals that are the names of codes, fields and sides. */
const CODES = list(
  'BID ASK LAST OPEN HIGH LOW CLOSE PRICE SIZE TYPE SIDE BUY SELL LONG SHORT GTC IOC FOK DAY MID MIN MAX TICK QTY ID TIME',
)

/** Around a number: a table of tags, steps, widths or limits. */
const TABLES = list(`
  tag tags field fields code codes enum enums column columns col cols idx indexes indices offset offsets opcode opcodes type types kind kinds ids weight
  weights limit limits threshold thresholds precision decimals digits scale scales scaling tolerance tolerances step steps tick ticksize ticksizes sizes size
  layout format formats style styles color colors colour colours width widths schema bound bounds range ranges fee fees increment increments priority
  priorities rank order orders_by margin margins lot lots digits leverage multiplier multipliers spread spreads pip pips mapping fix msg bits mask flags z
`)

export const saysTable = (name: string): boolean => wordsOf(name).some(word => TABLES.has(word))

export const saysParameter = (name: string): boolean => wordsOf(name).some(word => PARAMETERS.has(word))

export const saysCommerce = (name: string): boolean => wordsOf(name).some(word => COMMERCE.has(word))

/** First words of functions that do something with a price and answer with something else. */
const DOES = list(`
  compare validate check is has have can should count format sort parse round test assert cmp rank index find normalize normalise align need needs
  want allow may must sanitize encode decode serialize size hash key
`)

/** What a function of this name gives back: `getPrice`, `latestQuote`, `price_of`. */
export function givesPrice(name: string): PriceName | undefined {
  const [first = ''] = wordsOf(name)
  return DOES.has(first) ? undefined : priceName(name)
}
