// Binance's `exchangeInfo` as records of instruments, spot and USD-M futures.
//
//   serverTime
//   symbols[]: symbol · status · baseAsset, quoteAsset · contractType, marginAsset, requiredMarginPercent (futures)
//   filters[]: PRICE_FILTER tickSize · LOT_SIZE minQty, maxQty, stepSize · MIN_NOTIONAL or NOTIONAL minNotional (futures: notional)
import { createHash } from 'node:crypto'
import { stepsOf } from '../../connectivity/steps.ts'
import type { Contract, InstrumentMeta, TradingStatus } from '../../domain/instrument-meta.ts'
import { type Fields, fieldsOf, timeOf } from './binance-messages.ts'

/** Undefined where the body is no `exchangeInfo`. Symbols that cannot be read are left out. */
export function instrumentsOf(body: string): readonly InstrumentMeta[] | undefined {
  let info: unknown
  try {
    info = JSON.parse(body)
  } catch {
    return undefined
  }
  const symbols = fieldsOf(info)?.['symbols']
  const fetchedTime = timeOf(fieldsOf(info)?.['serverTime'])
  if (!Array.isArray(symbols) || fetchedTime === undefined) return undefined
  const checksum = createHash('sha256').update(body).digest('hex')
  return symbols.flatMap(each => {
    const fields = fieldsOf(each)
    const meta = fields && metaOf(fields, { fetchedTime, checksum })
    return meta === undefined ? [] : [meta]
  })
}

/**
 * Binance writes spot prices and sizes with eight decimals, and its books hold old orders that are finer than today's tick
 * and lot, so eight are kept. Futures say their own precision.
 */
const SPOT_DECIMALS = 8

function metaOf(fields: Fields, read: Pick<InstrumentMeta, 'fetchedTime' | 'checksum'>): InstrumentMeta | undefined {
  const symbol = textOf(fields['symbol'])
  const base = textOf(fields['baseAsset'])
  const quote = textOf(fields['quoteAsset'])
  if (symbol === undefined || base === undefined || quote === undefined) return undefined

  const contract = contractOf(fields['contractType'])
  const isSpot = contract === 'spot'
  const priceDecimals = isSpot ? SPOT_DECIMALS : decimalsOf(fields['pricePrecision'])
  const quantityDecimals = isSpot ? SPOT_DECIMALS : decimalsOf(fields['quantityPrecision'])
  const filters = filtersOf(fields['filters'])
  const tick = stepsOf(textOf(filters.get('PRICE_FILTER')?.['tickSize']) ?? '', priceDecimals)
  const lotSize = filters.get('LOT_SIZE')
  const lot = stepsOf(textOf(lotSize?.['stepSize']) ?? '', quantityDecimals)
  if (tick === undefined || tick <= 0 || lot === undefined || lot <= 0) return undefined

  const margin = textOf(fields['requiredMarginPercent'])
  const notionalFilter = filters.get('NOTIONAL') ?? filters.get('MIN_NOTIONAL')
  const minNotional = plain(notionalFilter?.['minNotional'] ?? notionalFilter?.['notional'])
  return {
    id: `${symbol}${contract === 'perpetual' ? '-PERP' : ''}.BINANCE`,
    assetClass: 'crypto',
    base,
    quote,
    settle: textOf(fields['marginAsset']) ?? quote,
    priceDecimals,
    quantityDecimals,
    tick,
    lot,
    multiplier: 1,
    calendar: 'crypto',
    negativePrices: false,
    name: `${base}/${quote}${isSpot ? '' : ` ${contract}`}`,
    venue: 'BINANCE',
    venueSymbol: symbol,
    aliases: [{ source: 'binance', symbol }],
    contract,
    contractSize: '1',
    ...optional('minQuantity', plain(lotSize?.['minQty'])),
    ...optional('maxQuantity', plain(lotSize?.['maxQty'])),
    ...optional('minNotional', minNotional),
    ...optional('marginCurrency', textOf(fields['marginAsset'])),
    ...optional('marginRate', margin === undefined ? undefined : shareOf(margin)),
    accountType: { type: 'none', confidence: 1, evidence: ['an exchange has one kind of account'] },
    status: STATUS[String(fields['status'])] ?? 'unknown',
    ...read,
  }
}

const STATUS: Readonly<Record<string, TradingStatus>> = {
  TRADING: 'trading',
  HALT: 'halted',
  BREAK: 'halted',
  AUCTION_MATCH: 'halted',
  CANCEL_ONLY: 'cancel-only',
  END_OF_DAY: 'halted',
  PRE_TRADING: 'halted',
  POST_TRADING: 'halted',
  PENDING_TRADING: 'disabled',
  SETTLING: 'close-only',
  PRE_DELIVERING: 'close-only',
  DELIVERING: 'close-only',
  DELIVERED: 'expired',
  CLOSE: 'expired',
}

/** Spot says no contract type. */
const contractOf = (type: unknown): Contract => (type === undefined ? 'spot' : type === 'PERPETUAL' ? 'perpetual' : 'future')

function filtersOf(filters: unknown): ReadonlyMap<string, Fields> {
  const found = new Map<string, Fields>()
  if (!Array.isArray(filters)) return found
  for (const each of filters) {
    const filter = fieldsOf(each)
    if (filter !== undefined) found.set(String(filter['filterType']), filter)
  }
  return found
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)

const decimalsOf = (value: unknown): number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 8 ? value : SPOT_DECIMALS

/** '10.00000000' is '10'. */
const plain = (value: unknown): string | undefined =>
  textOf(value)
    ?.replace(/(\.\d*?)0+$/, '$1')
    .replace(/\.$/, '')

/** '5.0000' percent is '0.05'. */
function shareOf(percent: string): string | undefined {
  const steps = stepsOf(percent, 6)
  return steps === undefined ? undefined : plain((steps / 1e8).toFixed(8))
}

function optional<Key extends string>(key: Key, value: string | undefined): { readonly [K in Key]?: string } {
  return (value === undefined ? {} : { [key]: value }) as { readonly [K in Key]?: string }
}
