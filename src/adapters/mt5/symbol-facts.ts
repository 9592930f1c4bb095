// What a terminal says of a symbol, and the record of the instrument that follows from it.
import { createHash } from 'node:crypto'
import type { AssetClass } from '../../domain/instrument.ts'
import type { AccountTypeFinding, InstrumentMeta, TradingStatus } from '../../domain/instrument-meta.ts'
import { formatSteps, type Micros, parseSteps } from '../../domain/numbers.ts'

/**
 * The `SYMBOL_*` properties as the bridge's and the sidecar's `sym` line give them. Numbers that a price or a size is made
 * of are decimal texts; enumerations are MQL5's numbers.
 */
export interface SymbolFacts {
  /** Exactly as the broker spells it. */
  readonly name: string
  readonly path: string
  readonly description: string
  readonly base: string
  readonly profit: string
  readonly margin: string
  readonly digits: number
  readonly tickSize: string
  readonly contractSize: string
  readonly volumeMin: string
  readonly volumeStep: string
  readonly volumeMax: string
  /** ENUM_SYMBOL_CALC_MODE: 0 forex, 1 futures, 2 cfd, 3 cfd index, 4 cfd leverage, 5 forex without leverage, 32 exchange stocks … */
  readonly calcMode: number
  /** ENUM_SYMBOL_TRADE_EXECUTION: 0 request, 1 instant, 2 market, 3 exchange. */
  readonly executionMode: number
  /** ENUM_SYMBOL_TRADE_MODE: 0 disabled, 1 long only, 2 short only, 3 close only, 4 full. */
  readonly tradeMode: number
  readonly spreadFloats: boolean
  /** Points. */
  readonly spread: number
  readonly stopsLevel: number
  readonly freezeLevel: number
  readonly swapLong: string
  readonly swapShort: string
  /** ENUM_SYMBOL_SWAP_MODE: 0 disabled, 1 points, 2 base currency, 3 margin currency, 4 deposit currency, 5 and 6 percent a year … */
  readonly swapMode: number
}

const TEXTS = ['tickSize', 'contractSize', 'volumeMin', 'volumeStep', 'volumeMax', 'swapLong', 'swapShort'] as const
const WORDS = ['name', 'path', 'description', 'base', 'profit', 'margin'] as const
const COUNTS = ['digits', 'calcMode', 'executionMode', 'tradeMode', 'spread', 'stopsLevel', 'freezeLevel', 'swapMode'] as const

/** The facts in a `sym` line, whose keys are the names above but for the symbol itself, `sym`; or what is wrong with it. */
export function symbolFacts(line: Readonly<Record<string, unknown>>): SymbolFacts | string {
  const given: Record<string, unknown> = { ...line, name: line['sym'] }
  for (const key of WORDS) if (typeof given[key] !== 'string') return `${key} is no text`
  for (const key of TEXTS) {
    const value = given[key]
    if (typeof value !== 'string' || parseSteps(value, 10) === undefined) return `${key} is no decimal text`
  }
  for (const key of COUNTS) if (!Number.isSafeInteger(given[key])) return `${key} is no whole number`
  if (typeof given['spreadFloats'] !== 'boolean') return 'spreadFloats is neither true nor false'
  const digits = given['digits'] as number
  if (digits < 0 || digits > 10) return `digits is ${digits}`
  return Object.fromEntries(
    [...WORDS, ...TEXTS, ...COUNTS, 'spreadFloats' as const].map(key => [key, given[key]]),
  ) as unknown as SymbolFacts
}

export interface SymbolContext {
  /** The venue part of the id: 'MT5'. */
  readonly venue: string
  /** Of the broker's server, as in an alias: 'mt5:Broker-Demo'. */
  readonly server: string
  readonly accountType: AccountTypeFinding
  readonly fetchedTime: Micros
}

/** Undefined where the facts contradict themselves: a volume step of zero, more decimals than can be counted. */
export function instrumentMeta(facts: SymbolFacts, context: SymbolContext): InstrumentMeta | undefined {
  const quantity = quantityOf(facts)
  const tick = parseSteps(facts.tickSize, facts.digits)
  if (quantity === undefined || tick === undefined || tick <= 0) return undefined
  const { assetClass, calendar } = classOf(facts)
  const units = (lots: string): string | undefined => unitsOf(lots, facts.contractSize)
  const pip = pipSize(facts)
  const [minQuantity, maxQuantity] = [units(facts.volumeMin), units(facts.volumeMax)]
  const swap = swapOf(facts)

  return {
    id: `${facts.name}.${context.venue}`,
    assetClass,
    base: assetClass === 'forex' || assetClass === 'metal' || assetClass === 'crypto' ? facts.base : facts.name,
    quote: facts.profit,
    settle: facts.profit,
    priceDecimals: facts.digits,
    quantityDecimals: quantity.decimals,
    tick,
    lot: quantity.lot,
    multiplier: 1,
    calendar,
    negativePrices: assetClass === 'energy',
    name: facts.description || facts.name,
    venue: context.server,
    venueSymbol: facts.name,
    // Either route reads the same terminal by the same name.
    aliases: [context.server, 'mt5-direct', 'mt5-bridge'].map(source => ({ source, symbol: facts.name })),
    contract: facts.calcMode >= 32 ? 'spot' : facts.calcMode === 1 ? 'future' : 'cfd',
    contractSize: trimmed(facts.contractSize),
    ...(pip === undefined ? {} : { pipSize: pip }),
    ...(minQuantity === undefined ? {} : { minQuantity }),
    ...(maxQuantity === undefined || maxQuantity === '0' ? {} : { maxQuantity }),
    ...(facts.margin === '' ? {} : { marginCurrency: facts.margin }),
    ...(swap === undefined ? {} : { swap }),
    accountType: context.accountType,
    properties: { ...facts },
    status: statusOf(facts.tradeMode),
    fetchedTime: context.fetchedTime,
    checksum: createHash('sha256').update(JSON.stringify(facts)).digest('hex'),
  }
}

/** A size in lots as whole steps of the instrument's quantity; undefined when it is none. Exact. */
export function lotsToSteps(
  lots: string,
  { contractSize, decimals }: { readonly contractSize: string; readonly decimals: number },
) {
  const units = unitsOf(lots, contractSize)
  return units === undefined ? undefined : parseSteps(units, decimals)
}

/** Lots times contract size, as the shortest decimal text. */
function unitsOf(lots: string, contractSize: string): string | undefined {
  const a = bigDecimal(lots)
  const b = bigDecimal(contractSize)
  return a === undefined || b === undefined ? undefined : trimmed(formatSteps(a * b, 2 * BIG_DECIMALS))
}

const BIG_DECIMALS = 8

function bigDecimal(text: string): bigint | undefined {
  const steps = parseSteps(text, BIG_DECIMALS)
  return steps === undefined ? undefined : BigInt(steps)
}

const trimmed = (text: string): string => (text.includes('.') ? text.replace(/\.?0+$/, '') : text)

function quantityOf(facts: SymbolFacts): { readonly decimals: number; readonly lot: number } | undefined {
  const step = unitsOf(facts.volumeStep, facts.contractSize)
  if (step === undefined) return undefined
  const decimals = step.split('.')[1]?.length ?? 0
  const lot = parseSteps(step, decimals)
  return lot === undefined || lot <= 0 || decimals + facts.digits > 18 ? undefined : { decimals, lot }
}

const METALS = new Set(['XAU', 'XAG', 'XPT', 'XPD'])
const COINS = new Set('BTC ETH LTC XRP BCH ADA SOL DOT DOGE XLM EOS UNI LINK AVAX BNB TRX'.split(' '))
const ENERGY = /OIL|BRENT|WTI|NATGAS|NGAS|^X(TI|BR|NG)/
const INDEX =
  /^(US|NAS|SPX|SP|DJ|GER|DE|UK|FRA?|EU|EUSTX|JP|JPN|AUS?|HK|ES|IT|SWI|CH|NETH|CN|CHINA|STOXX|FTSE|DAX|CAC|NIKKEI|USTEC)[A-Z]{0,4}\d{2,4}/

/** By the currencies and the way profit is computed first, by the name where those are silent. */
function classOf(facts: SymbolFacts): { readonly assetClass: AssetClass; readonly calendar: string } {
  const name = facts.name.toUpperCase()
  if (METALS.has(facts.base) || /^(GOLD|SILVER|XA[UG])/.test(name)) return { assetClass: 'metal', calendar: 'metals-cfd' }
  if (COINS.has(facts.base)) return { assetClass: 'crypto', calendar: 'crypto' }
  if (facts.calcMode === 0 || facts.calcMode === 5) return { assetClass: 'forex', calendar: 'fx-cfd' }
  if (/BRENT|UKOIL|^XBR/.test(name)) return { assetClass: 'energy', calendar: 'brent-cfd' }
  if (ENERGY.test(name)) return { assetClass: 'energy', calendar: 'energy-cfd' }
  if (facts.calcMode === 1) return { assetClass: 'future', calendar: 'cme' }
  if (facts.calcMode === 3 || INDEX.test(name) || /ind(ex|ices)/i.test(facts.path)) {
    return { assetClass: 'index', calendar: indexCalendar(name) }
  }
  return { assetClass: /etf/i.test(facts.path) ? 'etf' : 'equity', calendar: shareCalendar(facts) }
}

function indexCalendar(name: string): string {
  if (/^(UK|FTSE)/.test(name)) return 'uk-index-cfd'
  if (/^(GER|DE\d|DAX|EU|STOXX|FR|CAC|ES\d|IT\d|NETH|SWI|CH\d)/.test(name)) return 'de-index-cfd'
  return 'us-index-cfd'
}

function shareCalendar({ profit }: SymbolFacts): string {
  if (profit === 'GBP' || profit === 'GBX') return 'lse'
  return profit === 'EUR' ? 'xetra' : 'us-equity'
}

/** A pip is the fourth decimal, with yen the second; gold's is a tenth of a dollar. Else brokers differ and none is given. */
function pipSize(facts: SymbolFacts): string | undefined {
  if (facts.calcMode !== 0 && facts.calcMode !== 5) return undefined
  if (facts.base === 'XAU') return '0.1'
  if (METALS.has(facts.base)) return undefined
  return facts.digits <= 3 ? '0.01' : '0.0001'
}

function statusOf(tradeMode: number): TradingStatus {
  if (tradeMode === 0) return 'disabled'
  return tradeMode === 3 ? 'close-only' : tradeMode === 4 || tradeMode === 1 || tradeMode === 2 ? 'trading' : 'unknown'
}

function swapOf({ swapLong: long, swapShort: short, swapMode }: SymbolFacts): InstrumentMeta['swap'] {
  if (swapMode === 1) return { long, short, unit: 'points' }
  if (swapMode === 5 || swapMode === 6) return { long, short, unit: 'percent' }
  return swapMode >= 2 && swapMode <= 4 ? { long, short, unit: 'currency' } : undefined
}
