// Coinbase's products as records of instruments, as the Exchange and as Advanced Trade list them.
//
//   Exchange  id · base_currency, quote_currency · base_increment, quote_increment · min_market_funds · status · trading_disabled …
//   Advanced  product_id · base_currency_id, quote_currency_id · base_increment, price_increment · base_min_size, base_max_size · quote_min_size
import { createHash } from 'node:crypto'
import { stepsOf } from '../../connectivity/steps.ts'
import type { InstrumentMeta, TradingStatus } from '../../domain/instrument-meta.ts'
import type { Micros } from '../../domain/numbers.ts'
import { type Fields, fieldsOf, parsed, textOf } from './coinbase-messages.ts'

/** Undefined where the body is no list of products. Products that cannot be read are left out. */
export function instrumentsOf(body: string, fetchedTime: Micros): readonly InstrumentMeta[] | undefined {
  const reply = parsed(body)
  const products = Array.isArray(reply) ? reply : fieldsOf(reply)?.['products']
  if (!Array.isArray(products)) return undefined
  const checksum = createHash('sha256').update(body).digest('hex')
  return products.flatMap(each => {
    const fields = fieldsOf(each)
    const meta = fields && metaOf(fields, { fetchedTime, checksum })
    return meta === undefined ? [] : [meta]
  })
}

/** Sizes of old orders may be finer than today's increment, and Coinbase has none finer than a satoshi. */
const QUANTITY_DECIMALS = 8

function metaOf(fields: Fields, read: Pick<InstrumentMeta, 'fetchedTime' | 'checksum'>): InstrumentMeta | undefined {
  const product = textOf(fields['id'] ?? fields['product_id'])
  const base = textOf(fields['base_currency'] ?? fields['base_currency_id'])
  const quote = textOf(fields['quote_currency'] ?? fields['quote_currency_id'])
  const priceStep = textOf(fields['price_increment'] ?? fields['quote_increment'])
  const sizeStep = textOf(fields['base_increment'])
  if (product === undefined || base === undefined || quote === undefined || priceStep === undefined || sizeStep === undefined)
    return undefined
  // Advanced Trade also lists futures, which are another kind of thing.
  if (fields['product_type'] !== undefined && fields['product_type'] !== 'SPOT') return undefined

  const priceDecimals = decimalsOf(priceStep)
  const quantityDecimals = Math.max(QUANTITY_DECIMALS, decimalsOf(sizeStep))
  const tick = stepsOf(priceStep, priceDecimals)
  const lot = stepsOf(sizeStep, quantityDecimals)
  if (tick === undefined || tick <= 0 || lot === undefined || lot <= 0 || priceDecimals + quantityDecimals > 18) return undefined
  return {
    id: `${base}${quote}.COINBASE`,
    assetClass: 'crypto',
    base,
    quote,
    settle: quote,
    priceDecimals,
    quantityDecimals,
    tick,
    lot,
    multiplier: 1,
    calendar: 'crypto',
    negativePrices: false,
    name: `${base}/${quote}`,
    venue: 'COINBASE',
    venueSymbol: product,
    aliases: [{ source: 'coinbase', symbol: product }],
    contract: 'spot',
    contractSize: '1',
    ...optional('minQuantity', textOf(fields['base_min_size'])),
    ...optional('maxQuantity', textOf(fields['base_max_size'])),
    ...optional('minNotional', textOf(fields['min_market_funds'] ?? fields['quote_min_size'])),
    accountType: { type: 'none', confidence: 1, evidence: ['an exchange has one kind of account'] },
    status: statusOf(fields),
    ...read,
  }
}

function statusOf(fields: Fields): TradingStatus {
  const { status } = fields
  if (status === 'delisted') return 'expired'
  if (fields['trading_disabled'] === true || fields['is_disabled'] === true || status === 'offline') return 'disabled'
  if (fields['cancel_only'] === true) return 'cancel-only'
  return status === 'online' ? 'trading' : 'unknown'
}

/** '0.0100' has two. */
const decimalsOf = (step: string): number => (step.split('.')[1] ?? '').replace(/0+$/, '').length

function optional<Key extends string>(key: Key, value: string | undefined): { readonly [K in Key]?: string } {
  return (value === undefined ? {} : { [key]: value }) as { readonly [K in Key]?: string }
}
