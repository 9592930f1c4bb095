// What a run asks of the lake, and the files that answer it.
import type { PriceBasis } from '../../domain/market.ts'
import type { Micros } from '../../domain/numbers.ts'
import type { MarketKind } from './decode.ts'
import type { Manifest, Partition } from './manifest.ts'

/** The part of a run configuration that says what to read. */
export interface FeedRequest {
  /** First received time, inclusive; undefined is the start of the market data. */
  readonly from: Micros | undefined
  /** Exclusive; undefined is the end of the market data. */
  readonly to: Micros | undefined
  readonly data: readonly DataRequest[]
  /** Series whose releases flow in. */
  readonly macro: readonly string[]
  readonly calendar: boolean
  /** Who trades on which price: where the lake has bars of quotes and bars of trades, it decides which are read. */
  readonly strategies?: readonly { readonly instrument: string; readonly price: PriceBasis }[]
}

export interface DataRequest {
  readonly instrument: string
  readonly kind: MarketKind
  /** Of bars: the lake's resolution. */
  readonly bar: string | undefined
  readonly prices: 'both' | 'bid'
  /** Only the first so many events within the range. */
  readonly limit: number | undefined
}

/** A file and what its rows share. */
export interface Source {
  readonly manifest: Manifest
  readonly partition: Partition
}

/** Microseconds, `[from, to)`, possibly infinite. */
export interface Range {
  readonly from: number
  readonly to: number
}
