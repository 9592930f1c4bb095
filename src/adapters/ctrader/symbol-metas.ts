// The account's symbols as instrument records: decimals, volumes, hours, costs, each from the field that says it.
import { createHash } from 'node:crypto'
import type { AssetClass } from '../../domain/instrument.ts'
import type { AccountTypeFinding, InstrumentMeta, TradingStatus } from '../../domain/instrument-meta.ts'
import { formatSteps, type Micros } from '../../domain/numbers.ts'
import { enumOf, type Fields, fieldOf, idOf, listOf, textOf, wholeOf } from './open-api-message.ts'

export interface SymbolAnswers {
  readonly assets: Fields
  readonly classes: Fields
  readonly categories: Fields
  readonly light: Fields
  /** Answers to 2116, as many as were needed. */
  readonly full: readonly Fields[]
}

const WEEK_SECONDS = 7 * 86_400
/** In the order of the venue's numbers. */
const TRADING_MODES: Readonly<Record<string, TradingStatus>> = {
  ENABLED: 'trading',
  DISABLED_WITHOUT_PENDINGS_EXECUTION: 'disabled',
  DISABLED_WITH_PENDINGS_EXECUTION: 'disabled',
  CLOSE_ONLY_MODE: 'close-only',
}
const SWAP_KINDS = ['PIPS', 'PERCENTAGE', 'POINTS']

const ACCOUNT_TYPE: AccountTypeFinding = Object.freeze({
  type: 'unknown',
  confidence: 0,
  evidence: ['the venue does not say; spread and commission must be observed'],
})

export function symbolMetas(answers: SymbolAnswers, now: Micros): InstrumentMeta[] {
  const assets = named(listOf(answers.assets, 'asset'), 'assetId')
  const classes = named(listOf(answers.classes, 'assetClass'), 'id')
  const categories = new Map(listOf(answers.categories, 'symbolCategory').map(each => [idOf(each, 'id'), each]))
  const light = new Map(listOf(answers.light, 'symbol').map(each => [idOf(each, 'symbolId'), each]))

  return answers.full
    .flatMap(answer => listOf(answer, 'symbol'))
    .flatMap(symbol => {
      const known = light.get(idOf(symbol, 'symbolId'))
      if (known === undefined) return []
      const category = categories.get(idOf(known, 'symbolCategoryId'))
      const className = category === undefined ? undefined : classes.get(idOf(category, 'assetClassId') ?? '')
      const categoryName = category === undefined ? '' : (textOf(category, 'name') ?? '')
      return (
        symbolMeta(symbol, known, {
          base: assets.get(idOf(known, 'baseAssetId') ?? ''),
          quote: assets.get(idOf(known, 'quoteAssetId') ?? ''),
          group: `${className ?? ''} ${categoryName}`,
          now,
        }) ?? []
      )
    })
}

interface Around {
  readonly base: string | undefined
  readonly quote: string | undefined
  /** Names of the asset class and the category, as the broker spells them. */
  readonly group: string
  readonly now: Micros
}

/** Undefined where the venue left out what nobody can trade without: a name, currencies, digits, a volume step. */
function symbolMeta(symbol: Fields, light: Fields, { base, quote, group, now }: Around): InstrumentMeta | undefined {
  const venueSymbol = textOf(light, 'symbolName')
  const venueId = idOf(symbol, 'symbolId')
  const digits = wholeOf(symbol, 'digits')
  const pipPosition = wholeOf(symbol, 'pipPosition')
  // Cents of a unit: 10,000,000 for one lot of EUR/USD.
  const [lotSize, step] = [wholeOf(symbol, 'lotSize'), wholeOf(symbol, 'stepVolume')]
  if (venueSymbol === undefined || base === undefined || quote === undefined || digits === undefined) return undefined
  if (digits < 0 || digits > 9 || step === undefined || step <= 0) return undefined

  const assetClass = classOf(group, base)
  const volume = (name: string) => {
    const cents = wholeOf(symbol, name)
    return cents === undefined ? undefined : trimmed(formatSteps(cents, 2))
  }
  const [minQuantity, maxQuantity] = [volume('minVolume'), volume('maxVolume')]
  const swap = swapOf(symbol)
  const isEnabled = fieldOf(light, 'enabled') !== false
  return {
    id: `${venueSymbol.replaceAll('/', '')}.CTRADER`,
    assetClass,
    base,
    quote,
    settle: quote,
    priceDecimals: digits,
    quantityDecimals: 2,
    tick: 1,
    lot: step,
    multiplier: 1,
    calendar: calendarOf(assetClass, symbol, base),
    negativePrices: assetClass === 'energy',
    name: textOf(light, 'description') ?? venueSymbol,
    venue: 'ctrader',
    venueSymbol,
    ...(venueId === undefined ? {} : { venueId }),
    aliases: [{ source: 'ctrader', symbol: venueSymbol }],
    contract: 'cfd',
    contractSize: lotSize === undefined ? '1' : trimmed(formatSteps(lotSize, 2)),
    ...(pipPosition === undefined || pipPosition < 0 ? {} : { pipSize: formatSteps(1, pipPosition) }),
    ...(minQuantity === undefined ? {} : { minQuantity }),
    ...(maxQuantity === undefined ? {} : { maxQuantity }),
    ...(swap === undefined ? {} : { swap }),
    accountType: ACCOUNT_TYPE,
    status: isEnabled ? statusOf(symbol) : 'disabled',
    fetchedTime: now,
    checksum: createHash('sha256')
      .update(JSON.stringify([symbol, light]))
      .digest('hex'),
  }
}

const CLASSES: readonly (readonly [RegExp, AssetClass])[] = [
  [/crypto/i, 'crypto'],
  [/metal|gold|silver/i, 'metal'],
  [/energ|oil|gas/i, 'energy'],
  [/indic|index/i, 'index'],
  [/etf/i, 'etf'],
  [/bond|treasur/i, 'bond'],
  [/stock|share|equit/i, 'equity'],
  [/forex|fx|currenc|major|minor|exotic/i, 'forex'],
]

function classOf(group: string, base: string): AssetClass {
  if (/^X(AU|AG|PT|PD)$/.test(base)) return 'metal'
  if (/^(XTI|XBR|XNG|WTI|BRENT)$/.test(base)) return 'energy'
  return CLASSES.find(([name]) => name.test(group))?.[1] ?? (/^[A-Z]{3}$/.test(base) ? 'forex' : 'equity')
}

/** The named calendar that fits; hours all week long are a fact of the schedule, whatever the class. */
function calendarOf(assetClass: AssetClass, symbol: Fields, base: string): string {
  const open = listOf(symbol, 'schedule').reduce(
    (sum, interval) => sum + (wholeOf(interval, 'endSecond') ?? 0) - (wholeOf(interval, 'startSecond') ?? 0),
    0,
  )
  if (assetClass === 'crypto' || open >= WEEK_SECONDS - 3_600) return 'crypto'
  if (assetClass === 'metal') return 'metals-cfd'
  if (assetClass === 'energy') return /BR/.test(base) ? 'brent-cfd' : 'energy-cfd'
  if (assetClass !== 'index') return assetClass === 'forex' ? 'fx-cfd' : 'us-equity'
  return /UK|100GBP/.test(base) ? 'uk-index-cfd' : /DE|GER|DAX/.test(base) ? 'de-index-cfd' : 'us-index-cfd'
}

function statusOf(symbol: Fields): TradingStatus {
  if (fieldOf(symbol, 'tradingMode') === undefined) return 'trading'
  const mode = enumOf(symbol, 'tradingMode', Object.keys(TRADING_MODES))
  return (mode === undefined ? undefined : Object.values(TRADING_MODES)[mode]) ?? 'unknown'
}

/** Undefined where the unit is none that the record knows. */
function swapOf(symbol: Fields): InstrumentMeta['swap'] {
  const [long, short] = [fieldOf(symbol, 'swapLong'), fieldOf(symbol, 'swapShort')]
  const kind = enumOf(symbol, 'swapCalculationType', SWAP_KINDS) ?? 0
  if (typeof long !== 'number' || typeof short !== 'number' || kind === 0) return undefined
  return { long: String(long), short: String(short), unit: kind === 1 ? 'percent' : 'points' }
}

const named = (items: readonly Fields[], id: string): ReadonlyMap<string, string> =>
  new Map(items.map(item => [idOf(item, id) ?? '', textOf(item, 'name') ?? '']))

const trimmed = (text: string): string => text.replace(/\.?0+$/, '') || '0'
