// Where a datum comes from. One object is shared by all data of one origin; it is carried by reference.

export type ProvenanceKind = 'live' | 'recorded' | 'derived' | 'synthetic'

export interface Provenance {
  /** Who provides it: 'oanda', 'fxcm', 'binance', 'fred'. */
  readonly source: string
  /** `synthetic` exists only in tests: no importer and nothing else in src makes one. */
  readonly kind: ProvenanceKind
  /** The file or stream it was taken from, as a user knows it. */
  readonly origin: string
  /** SHA-256 of the raw file or message, hex; empty for what was derived inside the engine. */
  readonly checksum: string
  readonly licence: string
}

export const DERIVED: Provenance = Object.freeze({
  source: 'quadrant',
  kind: 'derived',
  origin: 'engine',
  checksum: '',
  licence: '',
})
