// Kraken's pairs as instruments: REST AssetPairs, and the `instrument` channel of its WebSocket API.
import { createHash } from 'node:crypto'
import { SourceError } from '../../connectivity/source-error.ts'
import type { AssetClass } from '../../domain/instrument.ts'
import type { Alias, InstrumentMeta, TradingStatus } from '../../domain/instrument-meta.ts'
import { type Micros, parseSteps } from '../../domain/numbers.ts'
import { type Fields, isFields, parseKeepingNumbers, textOf, wholeOf } from './json-values.ts'

/** Kraken's own names of assets, and the ones everybody uses. */
const RENAMED: Readonly<Record<string, string>> = { XBT: 'BTC', XDG: 'DOGE' }
const FIAT = new Set(['USD', 'EUR', 'GBP', 'CAD', 'JPY', 'CHF', 'AUD', 'AED'])
const DECIMALS_TOGETHER_MAX = 18

const STATUS: Readonly<Record<string, TradingStatus>> = {
  online: 'trading',
  post_only: 'trading',
  limit_only: 'trading',
  cancel_only: 'cancel-only',
  reduce_only: 'close-only',
  maintenance: 'halted',
  work_in_progress: 'disabled',
  delisted: 'expired',
}

/** 'XBT/USD' of the old dialect and of REST is 'BTC/USD' in the new one. */
export function modernSymbol(symbol: string): string {
  const [base = '', quote = ''] = symbol.split('/')
  return `${RENAMED[base] ?? base}/${RENAMED[quote] ?? quote}`
}

/**
 * The reply of /0/public/AssetPairs. Pairs without a WebSocket name (dark pools) and those whose decimals money could not
 * hold are left out. Throws SourceError KRAKEN_REFUSED for an error that Kraken sends with status 200, KRAKEN_REPLY for
 * what is no such reply.
 */
export function pairsOfReply(body: string, fetchedTime: Micros): readonly InstrumentMeta[] {
  const reply = parseKeepingNumbers(body)
  const errors = isFields(reply) && Array.isArray(reply['error']) ? reply['error'] : undefined
  const [error] = errors ?? []
  if (error !== undefined) {
    throw new SourceError('KRAKEN_REFUSED', {
      message: `Kraken answered "${textOf(error)}"`,
      fix: 'wait a minute and try again; its limits are about one request a second',
      passing: /rate limit|unavailable|busy/i.test(textOf(error)),
    })
  }
  const result = isFields(reply) ? reply['result'] : undefined
  if (!isFields(result)) {
    throw new SourceError('KRAKEN_REPLY', {
      message: 'what Kraken sent as its list of pairs is none',
      fix: 'try again; if it stays so, Kraken changed its interface and this version cannot read it',
    })
  }
  const facts = { fetchedTime, checksum: createHash('sha256').update(body).digest('hex') }
  return Object.entries(result).flatMap(([key, pair]) => (isFields(pair) ? (pairOfRest(key, pair, facts) ?? []) : []))
}

/** Pairs of one message of the `instrument` channel; none when it is another message. */
export function pairsOfMessage(frame: string, fetchedTime: Micros): readonly InstrumentMeta[] {
  if (!frame.includes('"instrument"')) return []
  const message = parseKeepingNumbers(frame)
  const data = isFields(message) && message['channel'] === 'instrument' ? message['data'] : undefined
  const pairs = isFields(data) && Array.isArray(data['pairs']) ? data['pairs'] : []
  const facts = { fetchedTime, checksum: createHash('sha256').update(frame).digest('hex') }
  return pairs.flatMap(pair => (isFields(pair) ? (pairOfChannel(pair, facts) ?? []) : []))
}

interface Facts {
  readonly fetchedTime: Micros
  readonly checksum: string
}

function pairOfRest(key: string, pair: Fields, facts: Facts): InstrumentMeta | undefined {
  const name = textOf(pair['wsname'])
  if (!name.includes('/')) return undefined
  const leverages = Array.isArray(pair['leverage_buy']) ? pair['leverage_buy'].map(Number) : []
  const leverage = leverages.reduce((most, one) => Math.max(most, one), 1)
  const maker = feeOf(pair['fees_maker'] ?? pair['fees'])
  const taker = feeOf(pair['fees'])
  return metaOf({
    symbol: modernSymbol(name),
    aliases: [name, textOf(pair['altname']), key],
    venueId: key,
    priceDecimals: wholeOf(pair['pair_decimals']),
    quantityDecimals: wholeOf(pair['lot_decimals']),
    tickSize: textOf(pair['tick_size']),
    minQuantity: textOf(pair['ordermin']),
    minNotional: textOf(pair['costmin']),
    marginRate: leverage > 1 ? String(Math.round(1e6 / leverage) / 1e6) : undefined,
    fees: maker === undefined || taker === undefined ? undefined : { maker, taker },
    status: textOf(pair['status']),
    facts,
  })
}

function pairOfChannel(pair: Fields, facts: Facts): InstrumentMeta | undefined {
  const symbol = textOf(pair['symbol'])
  if (!symbol.includes('/')) return undefined
  return metaOf({
    symbol,
    aliases: [],
    venueId: undefined,
    priceDecimals: wholeOf(pair['price_precision']),
    quantityDecimals: wholeOf(pair['qty_precision']),
    tickSize: textOf(pair['price_increment']),
    minQuantity: textOf(pair['qty_min']),
    minNotional: textOf(pair['cost_min']),
    marginRate: textOf(pair['margin_initial']) || undefined,
    fees: undefined,
    status: textOf(pair['status']),
    facts,
  })
}

interface PairFacts {
  readonly symbol: string
  readonly aliases: readonly string[]
  readonly venueId: string | undefined
  readonly priceDecimals: number | undefined
  readonly quantityDecimals: number | undefined
  readonly tickSize: string
  readonly minQuantity: string
  readonly minNotional: string
  readonly marginRate: string | undefined
  readonly fees: { readonly maker: string; readonly taker: string } | undefined
  readonly status: string
  readonly facts: Facts
}

function metaOf(pair: PairFacts): InstrumentMeta | undefined {
  const { symbol, venueId, priceDecimals, quantityDecimals, minQuantity, minNotional, marginRate, fees } = pair
  if (priceDecimals === undefined || quantityDecimals === undefined) return undefined
  if (priceDecimals + quantityDecimals > DECIMALS_TOGETHER_MAX) return undefined
  const [base = '', quote = ''] = symbol.split('/')
  const names = [...new Set([symbol, ...pair.aliases])].filter(name => name !== '')
  const assetClass: AssetClass = FIAT.has(base) && FIAT.has(quote) ? 'forex' : 'crypto'
  return {
    id: `${base}${quote}.KRAKEN`,
    assetClass,
    base,
    quote,
    settle: quote,
    priceDecimals,
    quantityDecimals,
    tick: parseSteps(pair.tickSize, priceDecimals) || 1,
    lot: 1,
    multiplier: 1,
    calendar: 'crypto',
    negativePrices: false,
    name: symbol,
    venue: 'kraken',
    venueSymbol: symbol,
    ...(venueId === undefined ? {} : { venueId }),
    aliases: names.map((name): Alias => ({ source: 'kraken', symbol: name })),
    contract: 'spot',
    contractSize: '1',
    ...(minQuantity === '' ? {} : { minQuantity }),
    ...(minNotional === '' ? {} : { minNotional }),
    ...(marginRate === undefined ? {} : { marginRate, marginCurrency: quote }),
    ...(fees === undefined ? {} : { fees: { ...fees, currency: quote } }),
    accountType: { type: 'none', confidence: 1, evidence: ['an exchange: one kind of account'] },
    status: STATUS[pair.status] ?? 'unknown',
    ...pair.facts,
  }
}

/** The first row of a schedule `[[volume, percent], …]`, as a share: 0.26 % is '0.0026'. */
function feeOf(schedule: unknown): string | undefined {
  const first = Array.isArray(schedule) ? (schedule[0] as unknown) : undefined
  const percent = Array.isArray(first) ? Number(first[1]) : Number.NaN
  return Number.isFinite(percent) ? String(Math.round(percent * 1e6) / 1e8) : undefined
}
