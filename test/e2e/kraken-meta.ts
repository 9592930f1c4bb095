// What Kraken's own list would say of a pair, for runs whose venue has no list.
import type { InstrumentMeta } from '../../src/domain/instrument-meta.ts'
import { micros } from '../../src/domain/numbers.ts'

export function krakenMeta(
  symbol: string,
  { priceDecimals, quantityDecimals }: { readonly priceDecimals: number; readonly quantityDecimals: number },
): InstrumentMeta {
  const [base = '', quote = ''] = symbol.split('/')
  return {
    ...{ id: `${base}${quote}.KRAKEN`, assetClass: 'crypto', base, quote, settle: quote, calendar: 'crypto' },
    ...{ priceDecimals, quantityDecimals, tick: 1, lot: 1, multiplier: 1, negativePrices: false },
    ...{ name: symbol, venue: 'kraken', venueSymbol: symbol, contract: 'spot', contractSize: '1', status: 'trading' },
    aliases: [{ source: 'kraken', symbol }],
    accountType: { type: 'none', confidence: 1, evidence: [] },
    fetchedTime: micros(0),
    checksum: '',
  }
}
