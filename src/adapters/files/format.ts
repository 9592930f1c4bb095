// What every file parser promises, so that the import pipeline knows one shape: datasets of rows, each a fact or a fault.
import type { FeedEvent } from '../../domain/event.ts'
import type { InstrumentSpec } from '../../domain/instrument.ts'
import type { Provenance } from '../../domain/provenance.ts'

export type DatasetKind = 'quote' | 'trade' | 'bar' | 'book' | 'release' | 'calendar'

/** One row that could not be read. It is quarantined and counted, never dropped: rows = accepted + quarantined. */
export interface ParseFault {
  readonly kind: 'fault'
  /** A reason code in the quality gate's vocabulary: 'schema', 'range', 'missing'. */
  readonly reason: string
  /** Where a user finds it: 'prices.csv:17', or 'ticks.bi5@340' with a byte offset. */
  readonly where: string
  /** The raw text, cut to a readable length; hex for binary rows. */
  readonly text: string
}

export type ParsedRow = FeedEvent | ParseFault

/**
 * One instrument's or series' rows of one kind in one file; a zip may hold several. Each event's `sequence` is its
 * 1-based line (or record) in the file, so that a datum can be found again at its source.
 */
export interface ImportDataset {
  /** What is traded; undefined for releases and calendars. */
  readonly instrument?: InstrumentSpec
  readonly kind: DatasetKind
  /** Of bars only: '1s', '1m', '5m', '15m', '1h', '4h', '1d'. */
  readonly resolution?: string
  /** Of releases only: the publisher's series id. */
  readonly series?: string
  /** Shared by every event of the dataset. Its `checksum` is the SHA-256 of the file as it lies on disk. */
  readonly provenance: Provenance
  /** What was assumed in reading, in words: publication lags, rounding. Kept in the manifest and shown in reports. */
  readonly notes?: readonly string[]
  /** Rows in the order of the file, in batches of some thousands. Can be walked once. Throws ImportError for a fault of the whole file. */
  rows(): AsyncIterable<readonly ParsedRow[]>
}

/** What a user may add when path and content do not say enough. All text, as typed on the command line. */
export interface ImportOptions {
  /** 'XAUUSD.OANDA'. */
  readonly instrument?: string
  /** 'oanda'. */
  readonly source?: string
  /** '1m'. */
  readonly resolution?: string
  readonly assetClass?: string
  /** Path of a mapping file (docs/data-formats.md). */
  readonly mapping?: string
  readonly licence?: string
}

export interface ImportFormat {
  readonly name: string
  /** True for files this format reads, by their name. Used when a folder is walked; a file named outright is always tried. */
  accepts(path: string): boolean
  /** Datasets one after the other; finish walking one's rows before asking for the next. */
  open(path: string, options: ImportOptions): AsyncIterable<ImportDataset>
}

/** A fault of a whole file: nothing of it is imported. `code` is stable; `fix` says what to do. */
export class ImportError extends Error {
  override readonly name = 'ImportError'
  readonly code: string
  readonly fix: string

  constructor(code: string, message: string, fix: string) {
    super(message)
    this.code = code
    this.fix = fix
  }
}

/** Raw text for a ParseFault: one line, at most 200 characters, none of which commands a terminal. */
export function faultText(raw: string): string {
  const line = raw
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/\p{Cc}+/gu, '\uFFFD')
    .trim()
  return line.length <= 200 ? line : `${line.slice(0, 199)}…`
}
