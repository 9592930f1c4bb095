// OANDA's instruments: the reply of /v3/accounts/{account}/instruments as records.
import { createHash } from 'node:crypto'
import { jsonObject, schemaFailure } from '../../connectivity/json-reply.ts'
import type { AssetClass } from '../../domain/instrument.ts'
import type { InstrumentMeta } from '../../domain/instrument-meta.ts'
import { type Micros, parseSteps } from '../../domain/numbers.ts'
import { refusalOf } from './oanda-account.ts'

const METALS = /^X(?:AU|AG|PT|PD|CU)$/
const COINS = /^(?:BTC|ETH|LTC|BCH|SOL|XRP)$/
const ENERGY = /^(?:WTICO|BCO|NATGAS)$/
const BONDS = /^(?:USB\d\dY|UK10YB|DE10YB)$/
/** Grains and sugar are of no class that is known here. */
const FARM = /^(?:CORN|WHEAT|SOYBN|SUGAR)$/

type Fields = Readonly<Record<string, unknown>>

/** Throws SourceError SOURCE_REFUSED for an error of OANDA's, SOURCE_SCHEMA for what is no such reply. */
export function instrumentsOf(bytes: Uint8Array, fetchedTime: Micros): readonly InstrumentMeta[] {
  const body = jsonObject(bytes, 'oanda instruments')
  refusalOf(body, 'instruments')
  const list = body['instruments']
  if (!Array.isArray(list)) throw schemaFailure('oanda instruments', 'no list of instruments')
  const checksum = createHash('sha256').update(bytes).digest('hex')
  return (list as readonly Fields[]).flatMap(one => metaOf(one, { fetchedTime, checksum }) ?? [])
}

function metaOf(one: Fields, read: { readonly fetchedTime: Micros; readonly checksum: string }): InstrumentMeta | undefined {
  const name = textOf(one, 'name')
  const [base = '', quote = ''] = name.split('_')
  const assetClass = assetClassOf(textOf(one, 'type'), base)
  const priceDecimals = wholeOf(one, 'displayPrecision')
  const quantityDecimals = wholeOf(one, 'tradeUnitsPrecision')
  if (assetClass === undefined || quote === '' || priceDecimals === undefined || quantityDecimals === undefined) return undefined

  const minQuantity = textOf(one, 'minimumTradeSize')
  const maxQuantity = textOf(one, 'maximumOrderUnits')
  const marginRate = textOf(one, 'marginRate')
  const pipLocation = wholeOf(one, 'pipLocation')
  return {
    id: `${base}${quote}.OANDA`,
    assetClass,
    base,
    quote,
    settle: quote,
    priceDecimals,
    quantityDecimals,
    tick: 1,
    lot: parseSteps(minQuantity, quantityDecimals) || 1,
    multiplier: 1,
    calendar: calendarOf(assetClass, base),
    negativePrices: false,
    name: textOf(one, 'displayName') || name,
    venue: 'oanda',
    venueSymbol: name,
    aliases: [{ source: 'oanda', symbol: name }],
    contract: assetClass === 'forex' ? 'spot' : 'cfd',
    // Orders are in units of base; OANDA knows no lots.
    contractSize: '1',
    ...(pipLocation === undefined ? {} : { pipSize: powerOfTen(pipLocation) }),
    ...(minQuantity === '' ? {} : { minQuantity }),
    ...(maxQuantity === '' ? {} : { maxQuantity }),
    ...(marginRate === '' ? {} : { marginRate }),
    ...swapOf(one['financing']),
    accountType: accountTypeOf(one['commission']),
    status: 'unknown',
    ...read,
  }
}

function assetClassOf(type: string, base: string): AssetClass | undefined {
  if (FARM.test(base)) return undefined
  if (COINS.test(base)) return 'crypto'
  if (type === 'METAL' || METALS.test(base)) return 'metal'
  if (type === 'CURRENCY') return 'forex'
  if (type !== 'CFD') return undefined
  if (ENERGY.test(base)) return 'energy'
  return BONDS.test(base) ? 'bond' : 'index'
}

/** Indices outside of Britain and the euro area are quoted nearly round the clock, as those of the United States are. */
function calendarOf(assetClass: AssetClass, base: string): string {
  if (assetClass === 'forex') return 'fx'
  if (assetClass === 'crypto') return 'crypto'
  if (assetClass === 'metal') return 'metals-cfd'
  if (assetClass === 'energy') return base === 'BCO' ? 'brent-cfd' : 'energy-cfd'
  if (/^UK/.test(base)) return 'uk-index-cfd'
  return /^(?:DE|EU|FR|NL|ES)/.test(base) ? 'de-index-cfd' : 'us-index-cfd'
}

/** Yearly rates as shares: '-0.0105' is −1.05 percent. */
function swapOf(financing: unknown): Pick<InstrumentMeta, 'swap'> {
  const { longRate, shortRate } = (financing ?? {}) as Fields
  const [long, short] = [percentOf(longRate), percentOf(shortRate)]
  return long === undefined || short === undefined ? {} : { swap: { long, short, unit: 'percent' } }
}

function percentOf(share: unknown): string | undefined {
  const value = typeof share === 'string' ? Number(share) : Number.NaN
  return Number.isFinite(value) ? String(Math.round(value * 1e8) / 1e6) : undefined
}

function accountTypeOf(commission: unknown): InstrumentMeta['accountType'] {
  const charged = Number(((commission ?? {}) as Fields)['commission'] ?? 0)
  return charged > 0
    ? { type: 'ecn', confidence: 0.9, evidence: [`a commission of ${charged}`] }
    : { type: 'standard', confidence: 0.8, evidence: ['no commission is listed: the cost is in the spread'] }
}

const powerOfTen = (exponent: number): string => (exponent >= 0 ? `1${'0'.repeat(exponent)}` : `0.${'0'.repeat(-exponent - 1)}1`)

const textOf = (of: Fields, name: string): string => (typeof of?.[name] === 'string' ? (of[name] as string) : '')

function wholeOf(of: Fields, name: string): number | undefined {
  const value = of?.[name]
  return typeof value === 'number' && Number.isInteger(value) && Math.abs(value) <= 12 ? value : undefined
}
