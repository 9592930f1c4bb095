// The import pipeline: files → rows → quality gate → lake. Every row ends up accepted or quarantined with a reason.
import { readdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import {
  type ImportDataset,
  ImportError,
  type ImportFormat,
  type ImportOptions,
  type ParsedRow,
} from '../adapters/files/format.ts'
import type { DatasetWriter, Quarantined } from '../adapters/lake/dataset-writer.ts'
import type { Lake, LakeImporter } from '../adapters/lake/lake.ts'
import type { FeedEvent } from '../domain/event.ts'
import type { InstrumentSpec } from '../domain/instrument.ts'
import { HOUR } from '../domain/numbers.ts'
import { QualityGate } from '../stages/quality/gate.ts'
import { importFormats } from './import-formats.ts'

export interface ImportResult {
  /** Rows read: accepted plus quarantined. */
  readonly rows: number
  readonly accepted: number
  readonly quarantined: Readonly<Record<string, number>>
  /** Parquet files written. */
  readonly partitions: number
  readonly datasets: number
  /** Datasets that were in the lake already, from the same file. */
  readonly skipped: number
  /** Files of which nothing was imported, and why. */
  readonly failures: readonly ImportFailure[]
}

export interface ImportFailure {
  readonly path: string
  readonly code: string
  readonly message: string
  readonly fix: string
}

export interface ImportProgress {
  readonly path: string
  readonly filesDone: number
  readonly files: number
  readonly bytesDone: number
  readonly bytes: number
  readonly rows: number
}

export interface ImportWatch {
  /** Called between batches: cheap work only. */
  readonly onProgress?: (progress: ImportProgress) => void
  /** Aborting it ends the import cleanly: the file in hand leaves no trace, files before it stay. */
  readonly signal?: AbortSignal
}

/** As `importWith`, by the format's name. Throws ImportError USAGE_UNKNOWN_FORMAT. */
export async function importFiles(
  formatName: string,
  paths: readonly string[],
  options: ImportOptions,
  lake: Lake,
  watch: ImportWatch = {},
): Promise<ImportResult> {
  const format = Object.hasOwn(importFormats, formatName) ? importFormats[formatName] : undefined
  if (format) return importWith(format, paths, options, lake, watch)
  throw new ImportError(
    'USAGE_UNKNOWN_FORMAT',
    `There is no import format "${formatName}".`,
    `Use one of: ${Object.keys(importFormats).join(', ')}.`,
  )
}

/**
 * Imports files, and all files of the format inside folders. Files that cannot be read are reported in `failures` and do
 * not stop the others. Throws ImportError when nothing at all could be imported, LakeError when the lake cannot be
 * written, and ImportError INTERRUPTED when the signal is aborted.
 */
export async function importWith(
  format: ImportFormat,
  paths: readonly string[],
  options: ImportOptions,
  lake: Lake,
  watch: ImportWatch = {},
): Promise<ImportResult> {
  const files = await filesOf(format, paths)
  const tally = new Tally(files, watch)

  await lake.importing(async importer => {
    for (const file of files) {
      try {
        await importFile(file.path, { format, options, importer, tally })
      } catch (error) {
        if (!(error instanceof ImportError) || error.code === 'INTERRUPTED') throw error
        tally.fail(file.path, error)
      }
      tally.fileDone(file)
    }
  })
  return tally.result()
}

interface Work {
  readonly format: ImportFormat
  readonly options: ImportOptions
  readonly importer: LakeImporter
  readonly tally: Tally
}

/** All datasets of a file, or none: a corrected copy of the file must not find half of itself already there. */
async function importFile(path: string, { format, options, importer, tally }: Work): Promise<void> {
  const writers: DatasetWriter[] = []
  tally.fileStarts(path)
  try {
    for await (const dataset of format.open(path, options)) {
      if (importer.holds(dataset.provenance.checksum, subjectOf(dataset))) {
        tally.skip()
        continue
      }
      const writer = importer.write({
        kind: dataset.kind,
        instrument: dataset.instrument,
        resolution: dataset.resolution,
        series: dataset.series,
        provenance: dataset.provenance,
        notes: dataset.notes ?? [],
      })
      writers.push(writer)
      await importRows(dataset, writer, tally)
      await writer.seal()
    }
    for (const writer of writers) tally.commit(await writer.commit())
  } catch (error) {
    for (const writer of writers) await writer.abort()
    throw error
  }
}

/**
 * The settings of import are wide: what is odd but possible is for the run's own gate to judge. A lost decimal point
 * stands out a thousandfold even among daily bars; natural gas in a winter storm, which is real, a hundredfold.
 */
const STALE_AFTER = HOUR
const OUTLIER_FACTOR = 100

export const importGate = (instrument: InstrumentSpec | undefined): QualityGate =>
  new QualityGate({
    staleAfterMicros: STALE_AFTER,
    outlierFactor: OUTLIER_FACTOR,
    allowsNegativePrices: () => instrument?.negativePrices ?? false,
  })

async function importRows(dataset: ImportDataset, writer: DatasetWriter, tally: Tally): Promise<void> {
  const gate = importGate(dataset.instrument)
  const file = basename(dataset.provenance.origin)

  for await (const rows of dataset.rows()) {
    tally.read(rows.length)
    const { accepted, refused } = sort(rows, gate, file)
    await writer.add(accepted)
    await writer.quarantine(refused)
  }
}

/** Each row is accepted, or refused with the gate's reason. `file` and the row's sequence say where it is. */
export function sort(
  rows: readonly ParsedRow[],
  gate: QualityGate,
  file: string,
): { accepted: FeedEvent[]; refused: Quarantined[] } {
  const accepted: FeedEvent[] = []
  const refused: Quarantined[] = []
  for (const row of rows) {
    if (row.kind === 'fault') {
      refused.push(row)
      continue
    }
    const reason = gate.inspect(row)
    if (reason === undefined) accepted.push(row)
    else refused.push({ reason, where: `${file}:${row.sequence}`, text: textOf(row) })
  }
  return { accepted, refused }
}

/** The fact as read, without what its manifest says anyway. */
function textOf(event: FeedEvent): string {
  const { provenance: _, ...rest } = event
  return JSON.stringify(rest)
}

const subjectOf = (dataset: ImportDataset) => ({
  kind: dataset.kind,
  instrumentId: dataset.instrument?.id,
  resolution: dataset.resolution,
  series: dataset.series,
})

interface SourceFile {
  readonly path: string
  readonly bytes: number
}

async function filesOf(format: ImportFormat, paths: readonly string[]): Promise<SourceFile[]> {
  const files: SourceFile[] = []
  for (const path of paths) {
    const found = await stat(path).catch(() => undefined)
    if (!found) {
      throw new ImportError('IMPORT_UNREADABLE', `${path} cannot be read: it does not exist`, 'Check the path.')
    }
    if (!found.isDirectory()) files.push({ path, bytes: found.size })
    else for (const file of await walk(path)) if (format.accepts(file.path)) files.push(file)
  }
  if (files.length > 0) return files
  throw new ImportError(
    'IMPORT_NOTHING_FOUND',
    `There is no file of the format "${format.name}" in ${paths.join(', ')}.`,
    'Check the folder and the format’s name; `quadrant data import --help` lists the formats.',
  )
}

/** In order of their names, which for dated files is the order of time. */
async function walk(folder: string): Promise<SourceFile[]> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = names.filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name))
  return Promise.all(paths.sort().map(async path => ({ path, bytes: (await stat(path)).size })))
}

/** What was done so far, for the result and for the person who waits. */
class Tally {
  readonly #watch: ImportWatch
  readonly #files: number
  readonly #bytes: number
  readonly #quarantined: Record<string, number> = {}
  readonly #failures: ImportFailure[] = []
  readonly #errors: ImportError[] = []
  #path = ''
  #filesDone = 0
  #bytesDone = 0
  #rowsRead = 0
  #rows = 0
  #accepted = 0
  #partitions = 0
  #datasets = 0
  #skipped = 0

  constructor(files: readonly SourceFile[], watch: ImportWatch) {
    this.#watch = watch
    this.#files = files.length
    this.#bytes = files.reduce((sum, file) => sum + file.bytes, 0)
  }

  fileStarts(path: string): void {
    this.#path = path
    this.#refuseInterrupted()
    this.#report()
  }

  read(rows: number): void {
    this.#rowsRead += rows
    this.#refuseInterrupted()
    this.#report()
  }

  fileDone(file: SourceFile): void {
    this.#filesDone++
    this.#bytesDone += file.bytes
    this.#report()
  }

  skip(): void {
    this.#skipped++
  }

  commit(manifest: Awaited<ReturnType<DatasetWriter['commit']>>): void {
    this.#rows += manifest.rows
    this.#accepted += manifest.accepted
    this.#partitions += manifest.partitions.length
    this.#datasets++
    for (const [reason, count] of Object.entries(manifest.quarantined))
      this.#quarantined[reason] = (this.#quarantined[reason] ?? 0) + count
  }

  fail(path: string, error: ImportError): void {
    this.#errors.push(error)
    this.#failures.push({ path, code: error.code, message: error.message, fix: error.fix })
  }

  result(): ImportResult {
    const [first] = this.#errors
    if (first && this.#datasets + this.#skipped === 0) throw first
    return {
      rows: this.#rows,
      accepted: this.#accepted,
      quarantined: Object.fromEntries(Object.entries(this.#quarantined).sort()),
      partitions: this.#partitions,
      datasets: this.#datasets,
      skipped: this.#skipped,
      failures: this.#failures,
    }
  }

  #refuseInterrupted(): void {
    if (!this.#watch.signal?.aborted) return
    throw new ImportError(
      'INTERRUPTED',
      `The import was interrupted at ${this.#path}. Nothing of that file was imported; ${this.#filesDone} of ${this.#files} files are done.`,
      'Run the same command again: files already imported are skipped.',
    )
  }

  #report(): void {
    this.#watch.onProgress?.({
      path: this.#path,
      filesDone: this.#filesDone,
      files: this.#files,
      bytesDone: this.#bytesDone,
      bytes: this.#bytes,
      rows: this.#rowsRead,
    })
  }
}
