// The whole record of an instrument: what it is, how it is traded, who calls it what, and where each fact comes from.
import type { InstrumentSpec } from './instrument.ts'
import type { Micros } from './numbers.ts'

export type Contract = 'spot' | 'cfd' | 'perpetual' | 'future' | 'option' | 'bond' | 'index' | 'series'

/** `ecn`: raw spread with a commission · `standard`: the cost is in the spread · `cent`: a lot of a hundredth · `unknown`: not yet decided. */
export type AccountType = 'ecn' | 'standard' | 'cent' | 'unknown' | 'none'

/** Decided by properties and observed spread, never by a suffix alone (venues.md 1.8 and 5). */
export interface AccountTypeFinding {
  readonly type: AccountType
  /** 0 to 1; below 0.8 a person should confirm. */
  readonly confidence: number
  /** In words: 'market execution', 'median spread 0.1 pip'. */
  readonly evidence: readonly string[]
}

export type TradingStatus = 'trading' | 'halted' | 'close-only' | 'cancel-only' | 'disabled' | 'expired' | 'unknown'

export interface Alias {
  /** Who calls it so: 'kraken', 'coinbase', 'yahoo', 'mt5:Broker-Demo'. */
  readonly source: string
  readonly symbol: string
}

/** Decimal texts are exact, in the units their names say; undefined where the venue does not say. */
export interface InstrumentMeta extends InstrumentSpec {
  readonly name: string
  readonly venue: string
  readonly venueSymbol: string
  /** Conid, symbolId, product id, where it differs from the symbol. */
  readonly venueId?: string
  readonly aliases: readonly Alias[]
  readonly contract: Contract
  /** Units of base in one lot as the venue counts lots: '100000' for forex, '100' for gold, '1' for crypto. */
  readonly contractSize: string
  /** Price units. '0.0001' for EUR/USD. */
  readonly pipSize?: string
  /** Units of base. */
  readonly minQuantity?: string
  readonly maxQuantity?: string
  /** Quote currency. */
  readonly minNotional?: string
  readonly marginCurrency?: string
  /** Share of a position's value: '0.0333' is a leverage of 30. */
  readonly marginRate?: string
  readonly fees?: { readonly maker?: string; readonly taker?: string; readonly perLot?: string; readonly currency?: string }
  readonly swap?: { readonly long: string; readonly short: string; readonly unit: 'points' | 'percent' | 'currency' }
  readonly accountType: AccountTypeFinding
  /** In the venue's own names and words, where the account type is decided anew as more is observed. */
  readonly properties?: Readonly<Record<string, string | number | boolean>>
  readonly status: TradingStatus
  /** When this was read, and the SHA-256 of what it was read from. */
  readonly fetchedTime: Micros
  readonly checksum: string
}
