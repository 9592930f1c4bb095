// The figures that come with Quadrant: U.S. government energy prices, yields and statistics in data/, as its manifest says.
import { readFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import type { InstrumentSpec } from '../../domain/instrument.ts'
import type { Release } from '../../domain/macro.ts'
import type { Bar } from '../../domain/market.ts'
import { DAY, type Micros, type Price, parseMicros, parseSteps } from '../../domain/numbers.ts'
import type { Provenance } from '../../domain/provenance.ts'
import { lagInWords, type PublicationLag, periodOf } from '../../domain/publication-lag.ts'
import { type ImportDataset, ImportError, type ImportFormat } from './format.ts'
import { findInstrument } from './instruments.ts'
import { type ReadRow, readRows } from './row-stream.ts'
import { emptyFile, fileChunks, fingerprint, unreadable } from './source-file.ts'

/** Where the figures lie in this installation. */
export const BUNDLED_FOLDER = resolve(import.meta.dirname, '../../../data')

const MANIFEST = 'manifest.json'

/** One file of the manifest. It is a price when it names an instrument, a statistic when it names a series, or both. */
export interface BundledFile {
  readonly file: string
  readonly publisher: string
  readonly publisherSeries: string
  readonly title: string
  readonly unit: string
  readonly frequency: 'day' | 'week' | 'month' | 'quarter'
  /** ISO dates of the first and last row. */
  readonly first: string
  readonly last: string
  readonly rows: number
  readonly sha256: string
  readonly licence: string
  readonly instrument?: string
  readonly series?: string
  readonly publicationLag?: PublicationLag
}

/** Throws IMPORT_UNREADABLE when the folder has no readable manifest. */
export async function bundledFiles(folder: string = BUNDLED_FOLDER): Promise<readonly BundledFile[]> {
  const path = join(folder, MANIFEST)
  try {
    return (JSON.parse(await readFile(path, 'utf8')) as { readonly files: readonly BundledFile[] }).files
  } catch (error) {
    throw unreadable(path, error)
  }
}

/** Reads a file of data/. Daily prices become bars with one price; statistics become releases, known after their stated lag. */
export const bundled: ImportFormat = {
  name: 'bundled',
  accepts: path => /^[A-Z0-9]+\.csv$/.test(basename(path)),

  async *open(path, options) {
    const checksum = await fingerprint(path)
    const about = (await bundledFiles(dirname(path))).find(file => file.file === basename(path))
    if (about === undefined) throw notBundled(path)
    if (about.sha256 !== checksum) throw changed(path)

    const provenance: Provenance = Object.freeze({
      source: options.source ?? (about.instrument?.split('.').at(-1) ?? 'fred').toLowerCase(),
      kind: 'recorded',
      origin: path,
      checksum,
      licence: options.licence ?? about.licence,
    })
    if (about.instrument !== undefined) yield bars(path, about, instrumentOf(about.instrument, path), provenance)
    if (about.series !== undefined && about.publicationLag !== undefined)
      yield releases(path, about.series, about.publicationLag, provenance)
  },
}

function bars(path: string, about: BundledFile, instrument: InstrumentSpec, provenance: Provenance): ImportDataset {
  const read: ReadRow = (reader): Bar | 'schema' | undefined => {
    if (reader.line === 1) return undefined
    const date = parseMicros(reader.field())
    const steps = parseSteps(reader.field(), instrument.priceDecimals)
    if (date === undefined || steps === undefined || !reader.atEnd) return 'schema'

    const price = steps as Price
    const close = (date + DAY) as Micros
    return {
      kind: 'bar',
      eventTime: close,
      receivedTime: close,
      sequence: reader.line,
      provenance,
      instrumentId: instrument.id,
      basis: 'trade',
      openTime: date,
      open: price,
      high: price,
      low: price,
      close: price,
      askOpen: price,
      askHigh: price,
      askLow: price,
      askClose: price,
      volume: 0,
    }
  }
  return {
    instrument,
    kind: 'bar',
    resolution: '1d',
    provenance,
    notes: [
      `${instrument.id}: ${about.title}, ${about.unit}; one price a day, so open, high, low and close are equal, known at the end of the day (UTC)`,
    ],
    rows: () => rowsOf(path, read),
  }
}

function releases(path: string, series: string, lag: PublicationLag, provenance: Provenance): ImportDataset {
  const read: ReadRow = (reader): Release | 'schema' | undefined => {
    if (reader.line === 1) return undefined
    const date = parseMicros(reader.field())
    const text = reader.field()
    if (date === undefined || !/^-?\d+(\.\d+)?$/.test(text) || !reader.atEnd) return 'schema'

    const { start, end, known } = periodOf(date, lag)
    return {
      kind: 'release',
      eventTime: end,
      receivedTime: known,
      sequence: reader.line,
      provenance,
      series,
      periodStart: start,
      value: Number(text),
      lagged: true,
    }
  }
  return {
    kind: 'release',
    series,
    provenance,
    notes: [`${series}: latest vintage, ${lagInWords(lag)}`],
    rows: () => rowsOf(path, read),
  }
}

const rowsOf = (path: string, read: ReadRow) =>
  readRows({ chunks: fileChunks(path), name: path, read, empty: () => emptyFile(path) })

function instrumentOf(id: string, path: string): InstrumentSpec {
  const found = findInstrument(id)
  if (found) return found
  throw new ImportError(
    'IMPORT_UNKNOWN_INSTRUMENT',
    `${path} is of ${id}, which the catalogue does not know`,
    'Restore data/manifest.json.',
  )
}

const notBundled = (path: string): ImportError =>
  new ImportError(
    'IMPORT_NOT_BUNDLED',
    `${path} is not named in the manifest beside it`,
    'Use the format fred for series of your own, or csv with a mapping file.',
  )

const changed = (path: string): ImportError =>
  new ImportError(
    'IMPORT_CHECKSUM',
    `${path} is not the file its manifest describes`,
    'Restore the folder data/ from the repository; import changed figures with the format fred or csv.',
  )
