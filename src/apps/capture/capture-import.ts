// The import of captured sessions: raw frames through the source's own conversations, counted, and the facts into the lake.
import type { DatasetWriter } from '../../adapters/lake/dataset-writer.ts'
import type { Lake, LakeImporter } from '../../adapters/lake/lake.ts'
import type { SourceDescriptor } from '../../connectivity/source.ts'
import type { FeedEvent } from '../../domain/event.ts'
import { type InstrumentSpec, specOf } from '../../domain/instrument.ts'
import type { Provenance } from '../../domain/provenance.ts'
import { Failure } from '../failure.ts'
import type { ImportFailure } from '../import.ts'
import { findSource, SOURCES } from '../sources.ts'
import { didYouMean } from '../suggest.ts'
import { type Dataset, DatasetStream, groupsOf, keyOf, rowsOf, subjectOf } from './capture-datasets.ts'
import { type CaptureFile, type CaptureLine, captureFiles, captureLines, companionsOf } from './capture-files.ts'
import { CaptureInstruments } from './capture-instruments.ts'
import { CaptureSession, CaptureTally } from './capture-session.ts'
import { chainsOf, familyOf, isOfSource, type Scope, type SurveyedFile, sessionName, survey } from './capture-survey.ts'

export interface CaptureOptions {
  readonly source: string | undefined
  /** Count only, and leave the lake alone. */
  readonly dryRun?: boolean
  readonly licence?: string | undefined
}

export interface CaptureResult {
  /** Lines of the named files that hold a received frame or an HTTP reply. */
  readonly rows: number
  /** Facts that the frames gave: quotes, trades, books and their changes. */
  readonly events: number
  /** Messages of a type that the source's protocol does not have. */
  readonly unknown: number
  /** Books that differed from the venue's checksum. */
  readonly checksumMismatches: number
  /** Breaks in an order the venue numbers or times: something missing, repeated or out of place. */
  readonly sequenceGaps: number
  /** How often a book could be held against the venue's own word of it, and how often it differed. */
  readonly booksCompared: number
  readonly booksDifferent: number
  /** Lines that are no lines of a capture. */
  readonly unreadable: number
  readonly source: string
  readonly files: number
  readonly connections: number
  readonly instruments: number
  /** By kind, as counted; gaps, duplicates and reorders make `sequenceGaps`. */
  readonly faults: Readonly<Record<string, number>>
  readonly kinds: Readonly<Record<string, number>>
  /** The first of each kind of fault. */
  readonly examples: Readonly<Record<string, string>>
  /** What of the facts went into the lake. */
  readonly accepted: number
  readonly quarantined: Readonly<Record<string, number>>
  readonly datasets: number
  /** Datasets that were in the lake already, from the same file. */
  readonly skipped: number
  readonly failures: readonly ImportFailure[]
}

export interface CaptureWatch {
  readonly onProgress?: (done: number, total: number, path: string) => void
  readonly signal?: AbortSignal
}

/**
 * Reads captured sessions of one source. Throws Failure USAGE_SOURCE, CAPTURE_NOT_FOUND, CAPTURE_UNREADABLE and
 * CAPTURE_FOREIGN when nothing could be read, INTERRUPTED; LakeError when the lake cannot be written.
 */
export async function importCapture(
  paths: readonly string[],
  options: CaptureOptions,
  lake: Lake,
  watch: CaptureWatch = {},
): Promise<CaptureResult> {
  return new CaptureImport(sourceOf(options.source), options, lake, watch).run(paths)
}

function sourceOf(name: string | undefined): SourceDescriptor {
  const names = SOURCES.filter(({ capture }) => capture !== undefined).map(source => source.name)
  const fix = `say whose session it is: --source ${names.join(' | ')}`
  if (name === undefined) throw new Failure('USAGE_SOURCE', { message: 'a capture is read by the protocol of its source', fix })
  const source = findSource(name)
  if (source?.capture !== undefined) return source
  const message =
    source === undefined ? `there is no source '${name}'.${didYouMean(name, names)}` : `captures of ${name} are not read`
  throw new Failure('USAGE_SOURCE', { message, fix })
}

class CaptureImport {
  readonly #source: SourceDescriptor
  readonly #options: CaptureOptions
  readonly #lake: Lake
  readonly #watch: CaptureWatch
  readonly #held: ReadonlyMap<string, InstrumentSpec>
  readonly #scopes = new Map<string, Scope>()
  readonly #failures: Failure[] = []
  readonly #failed: ImportFailure[] = []
  readonly #quarantined: Record<string, number> = {}
  #accepted = 0
  #datasets = 0
  #skipped = 0
  #done = 0
  #passes = 0

  constructor(source: SourceDescriptor, options: CaptureOptions, lake: Lake, watch: CaptureWatch) {
    this.#source = source
    this.#options = options
    this.#lake = lake
    this.#watch = watch
    this.#held = new Map(lake.list().flatMap(({ instrument }) => (instrument ? [[instrument.id, instrument] as const] : [])))
  }

  async run(paths: readonly string[]): Promise<CaptureResult> {
    const files = await this.#survey(paths)
    const chains = chainsOf(files.filter(({ frames }) => frames > 0))
    const tally = new CaptureTally()
    for (const { rows, unreadable, damage, path } of files) {
      tally.rows += rows
      tally.unreadable += unreadable
      if (damage !== '') this.#note(path, cut(path, damage))
    }
    this.#passes = chains.length * (this.#options.dryRun ? 1 : 2)
    const datasets: Dataset[][] = []
    for (const chain of chains) datasets.push(await this.#count(chain, tally))
    if (!this.#options.dryRun) {
      await this.#lake.importing(async importer => {
        for (const [at, chain] of chains.entries()) await this.#write(chain, datasets[at]!, importer)
      })
    }
    return this.#result(files, tally)
  }

  /** Named files that hold something of the source. */
  async #survey(paths: readonly string[]): Promise<readonly SurveyedFile[]> {
    const named = await captureFiles(paths)
    const sessions = new Set(named.map(({ path }) => sessionName(path)).filter(name => name !== ''))
    // Where only one session can be meant, a file of any name belongs to it.
    const scopeOf = ({ path }: CaptureFile) => this.#scope(sessions.size > 1 ? sessionName(path) : '')
    // First what stands beside: it may describe the instruments.
    for (const companion of await companionsOf(named, named)) await survey(companion, this.#source, scopeOf(companion))
    const files: SurveyedFile[] = []
    for (const file of named) {
      this.#refuseInterrupted(file.path)
      files.push(await survey(file, this.#source, scopeOf(file)))
    }
    for (const { replies } of this.#scopes.values()) replies.sort((a, b) => a.time - b.time)

    const outright = new Set(paths)
    const foreign = new Set<string>()
    const mine = files.filter(file => {
      // A later part of another source's recording does not say again whose it is.
      if (file.connections.length === 0 && foreign.has(familyOf(file))) return false
      const fault = this.#faultOf(file)
      if (fault?.code === 'CAPTURE_FOREIGN') foreign.add(familyOf(file))
      if (fault !== undefined && (outright.has(file.path) || fault.code === 'CAPTURE_UNREADABLE')) this.#note(file.path, fault)
      return fault === undefined
    })
    if (mine.length > 0) return mine
    throw (
      this.#failures[0] ??
      new Failure('CAPTURE_UNREADABLE', {
        message: `there is no captured session of ${this.#source.name} in ${paths.join(', ')}`,
        fix: 'a capture has lines such as `1618678133.213: {…}`; docs/data-formats.md shows the form',
      })
    )
  }

  #scope(session: string): Scope {
    const known = this.#scopes.get(session)
    if (known !== undefined) return known
    const scope = { replies: [], instruments: new CaptureInstruments(this.#source.name, this.#held) }
    this.#scopes.set(session, scope)
    return scope
  }

  #faultOf(file: SurveyedFile): Failure | undefined {
    if (file.rows === 0 && file.connections.length === 0) {
      return new Failure('CAPTURE_UNREADABLE', {
        message: `${file.path} holds no line of a captured session${file.damage === '' ? '' : `: ${file.damage}`}`,
        fix: 'a capture has lines such as `1618678133.213: {…}`; docs/data-formats.md shows the form',
      })
    }
    if (isOfSource(file, this.#source)) return undefined
    const [url = file.replied] = file.connections
    return new Failure('CAPTURE_FOREIGN', {
      message: `${file.path} is no session of ${this.#source.name}: it was captured from ${url}`,
      fix: 'name the source it was captured from: --source NAME',
    })
  }

  /** One pass that only counts, and finds out how much each dataset will be. */
  async #count(chain: readonly SurveyedFile[], tally: CaptureTally): Promise<Dataset[]> {
    const datasets = new Map<string, Dataset>()
    await this.#decode(chain, tally, (file, event) => {
      const subject = subjectOf(event)
      if (subject === undefined) return
      const key = keyOf(file, subject)
      const dataset = datasets.get(key) ?? { file, ...subject, rows: 0, events: [] }
      dataset.rows += rowsOf(event)
      datasets.set(key, dataset)
    })
    return [...datasets.values()]
  }

  async #write(chain: readonly SurveyedFile[], datasets: readonly Dataset[], importer: LakeImporter): Promise<void> {
    const wanted = datasets.filter(dataset => this.#isWanted(dataset, importer))
    const writers: DatasetWriter[] = []
    try {
      for (const group of groupsOf(wanted)) {
        const byKey = new Map(group.map(dataset => [keyOf(dataset.file, dataset), dataset]))
        const [only] = group.length === 1 ? group : []
        const stream = only === undefined ? undefined : new DatasetStream(only, this.#open(only, importer, writers))
        await this.#decode(
          chain,
          new CaptureTally(),
          (file, event) => {
            const subject = subjectOf(event)
            if (subject !== undefined) byKey.get(keyOf(file, subject))?.events.push(event)
          },
          () => stream?.flush(),
        )
        for (const dataset of group) {
          await (stream ?? new DatasetStream(dataset, this.#open(dataset, importer, writers))).end()
          dataset.events.length = 0
        }
      }
      for (const writer of writers) this.#committed(await writer.commit())
    } catch (error) {
      for (const writer of writers) await writer.abort()
      throw error
    }
  }

  #isWanted(dataset: Dataset, importer: LakeImporter): boolean {
    const { file, kind, instrumentId } = dataset
    const subject = { kind, instrumentId, resolution: undefined, series: undefined }
    if (importer.holds(file.checksum, subject)) {
      this.#skipped++
      return false
    }
    const ours = file.scope.instruments.met.get(instrumentId)
    const held = this.#held.get(instrumentId)
    if (ours === undefined) return false
    if (held === undefined) return true
    if (held.priceDecimals === ours.priceDecimals && held.quantityDecimals === ours.quantityDecimals) return true
    const message = `${instrumentId} is in the lake with ${held.priceDecimals} price and ${held.quantityDecimals} quantity decimals; this capture needs ${ours.priceDecimals} and ${ours.quantityDecimals}`
    this.#note(
      file.path,
      new Failure('LAKE_INSTRUMENT_CONFLICT', { message, fix: 'import it into another folder: QUADRANT_HOME' }),
    )
    return false
  }

  #open({ file, kind, instrumentId }: Dataset, importer: LakeImporter, writers: DatasetWriter[]): DatasetWriter {
    const provenance: Provenance = Object.freeze({
      source: this.#source.name,
      kind: 'recorded',
      origin: file.path,
      checksum: file.checksum,
      licence: this.#options.licence ?? this.#source.licence,
    })
    const met = file.scope.instruments.met.get(instrumentId)
    const instrument = met && specOf(met)
    const notes = [`${instrumentId}: decoded from captured frames; received times are those of the recorder's clock`]
    const writer = importer.write({ kind, instrument, resolution: undefined, series: undefined, provenance, notes })
    writers.push(writer)
    return writer
  }

  #committed(manifest: Awaited<ReturnType<DatasetWriter['commit']>>): void {
    this.#datasets++
    this.#accepted += manifest.accepted
    for (const [reason, count] of Object.entries(manifest.quarantined))
      this.#quarantined[reason] = (this.#quarantined[reason] ?? 0) + count
  }

  /** Plays the files of a chain as one session. Figures go to `tally`; the rows of the files are counted elsewhere. */
  async #decode(
    chain: readonly SurveyedFile[],
    tally: CaptureTally,
    onFact: (file: SurveyedFile, event: FeedEvent) => void,
    afterBatch: () => Promise<void> | undefined = () => undefined,
  ): Promise<void> {
    const { path, scope } = chain[0]!
    this.#watch.onProgress?.(this.#done, this.#passes, path)
    let file = chain[0]!
    const session = new CaptureSession({
      source: this.#source,
      resolve: symbol => scope.instruments.resolve(symbol),
      replies: scope.replies,
      tally,
      onFact: event => onFact(file, event),
    })
    let waiting: { readonly line: Exclude<CaptureLine, string>; readonly file: SurveyedFile } | undefined
    const play = (next?: Exclude<CaptureLine, string>) => {
      if (waiting === undefined) return
      file = waiting.file
      if (waiting.line.kind === 'received') session.openSomewhere(waiting.line.time)
      session.line(waiting.line, next)
    }
    for (const part of chain) {
      for await (const batch of captureLines(part.path, () => undefined)) {
        this.#refuseInterrupted(part.path)
        for (const line of batch) {
          if (typeof line === 'string') continue
          play(line)
          waiting = { line, file: part }
        }
        await afterBatch()
      }
    }
    play()
    await afterBatch()
    this.#done++
  }

  #note(path: string, { code, message, fix }: Failure): void {
    this.#failures.push(new Failure(code, { message, fix }))
    this.#failed.push({ path, code, message, fix })
  }

  #refuseInterrupted(path: string): void {
    if (!this.#watch.signal?.aborted) return
    throw new Failure('INTERRUPTED', {
      message: `the import was interrupted at ${path}; nothing of that session was imported`,
      fix: 'run the same command again: what is already imported is skipped',
    })
  }

  #result(files: readonly SurveyedFile[], tally: CaptureTally): CaptureResult {
    const { faults } = tally
    return {
      rows: tally.rows,
      events: tally.events,
      unknown: tally.unknown,
      checksumMismatches: faults['checksum'] ?? 0,
      sequenceGaps: (faults['gap'] ?? 0) + (faults['duplicate'] ?? 0) + (faults['reorder'] ?? 0),
      booksCompared: tally.booksCompared,
      booksDifferent: tally.booksDifferent,
      unreadable: tally.unreadable,
      source: this.#source.name,
      files: files.length,
      connections: tally.connections,
      instruments: new Set([...this.#scopes.values()].flatMap(({ instruments }) => [...instruments.met.keys()])).size,
      faults: sorted(faults),
      kinds: sorted(tally.kinds),
      examples: tally.examples,
      accepted: this.#accepted,
      quarantined: sorted(this.#quarantined),
      datasets: this.#datasets,
      skipped: this.#skipped,
      failures: this.#failed,
    }
  }
}

function cut(path: string, damage: string): Failure {
  return new Failure('CAPTURE_DAMAGED', {
    message: `${path} could not be unpacked to its end: ${damage}`,
    fix: 'what stands before the damage was read; fetch the file again for the rest',
  })
}

const sorted = (counts: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1)))
