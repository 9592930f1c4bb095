// What a live source says of itself, and which source an instrument is read from.
import type { Happened } from './market.ts'

/**
 * Where a connection stands. `syncing`: subscribed, books not yet whole · `degraded`: alive, and something in it may not be
 * trusted · `backoff`: waits before it tries again · `fatal`: will not try again until a person acts.
 */
export type LinkState =
  | 'idle'
  | 'connecting'
  | 'authenticating'
  | 'syncing'
  | 'live'
  | 'degraded'
  | 'backoff'
  | 'fatal'
  | 'closed'

/** A connection changed its state. An empty `instrumentId` means all that the source delivers. */
export interface LinkChange extends Happened {
  readonly kind: 'link-change'
  readonly source: string
  readonly instrumentId: string
  readonly state: LinkState
  readonly reason: string
}

/**
 * gap: a sequence number is missing · checksum: the venue's figure of the book differs from ours · schema: a message that
 * cannot be read · unknown: of a type nobody knows · stale-snapshot: older than the changes held for it ·
 * crossed: bid above ask in a whole book · overflow: more than could be held · authenticity: not from whom it says ·
 * pretended: no market moves like this (docs/guard.md); the source is quarantined until a person chooses it again.
 */
export type IntegrityFaultKind =
  | 'gap'
  | 'checksum'
  | 'duplicate'
  | 'reorder'
  | 'schema'
  | 'unknown'
  | 'stale-snapshot'
  | 'crossed'
  | 'overflow'
  | 'authenticity'
  | 'pretended'

/** Something in the stream itself is wrong. What it made doubtful is not delivered until it is whole again. */
export interface IntegrityFault extends Happened {
  readonly kind: 'integrity-fault'
  readonly source: string
  readonly instrumentId: string
  readonly fault: IntegrityFaultKind
  readonly detail: string
}

/** A sign of life with a measure: a ping's answer or a heartbeat. NaN where a part is not known. Microseconds. */
export interface LinkMeasure extends Happened {
  readonly kind: 'link-measure'
  readonly source: string
  readonly roundTripMicros: number
  /** Venue's clock minus ours. */
  readonly clockOffsetMicros: number
}

/** What a source tells about its stream, beside facts. The gate hears it; the engine does not. */
export type SourceNotice = LinkChange | IntegrityFault | LinkMeasure

/** `live`: fresh · `cache`: the last known, for reading only · `none`: nothing can be trusted. Only `live` allows new risk. */
export type SourceLevel = 'live' | 'cache' | 'none'

/**
 * From now on an instrument is read from another source. Order books begin anew; a bar in the making is a mix, and no
 * signal is taken from it.
 */
export interface SourceChange extends Happened {
  readonly kind: 'source-change'
  readonly instrumentId: string
  /** Empty when there was none. */
  readonly from: string
  /** Empty when there is none. */
  readonly to: string
  readonly level: SourceLevel
  /** Counts the changes of this instrument: what was begun under a lower number is void. */
  readonly epoch: number
  /** For people: 'kraken is silent since 3.0 s; coinbase 0.97'. */
  readonly reason: string
}
