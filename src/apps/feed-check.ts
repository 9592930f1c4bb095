// Recorded ticks shown to the detectors as if they arrived now: what a run would say of such a feed.
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { findInstrument } from '../adapters/files/instruments.ts'
import { Recording } from '../adapters/recording/recording-reader.ts'
import { type SessionCalendar, sessionCalendar } from '../domain/calendar.ts'
import type { LiveEvent } from '../domain/event.ts'
import type { InstrumentSpec } from '../domain/instrument.ts'
import type { Quote, Trade } from '../domain/market.ts'
import { formatMicros, type Micros } from '../domain/numbers.ts'
import type { Provenance } from '../domain/provenance.ts'
import { FeedGuard, type GuardedInstrument } from '../guard/provenance/feed-guard.ts'
import type { DetectorName } from '../guard/provenance/finding.ts'
import type { RecordedBlocks } from '../guard/provenance/recorded-blocks.ts'
import { Failure } from './failure.ts'
import { importFormats } from './import-formats.ts'
import { findSource } from './sources.ts'
import { tickRows } from './tick-table.ts'

/** What a table of ticks is of. */
export interface TableInstrument {
  readonly id: string
  readonly priceDecimals: number
  readonly quantityDecimals: number
  /** In price steps. */
  readonly tick: number
  /** Name of a session calendar. */
  readonly calendar: string
}

export interface FileFinding {
  readonly detector: DetectorName
  /** The file or folder that was looked at. */
  readonly source: string
  readonly instrument: string
  /** When the tick happened that settled it; ISO, UTC. */
  readonly at: string
  readonly what: string
  readonly evidence: Readonly<Record<string, number>>
}

export interface CheckedFile {
  readonly file: string
  readonly instruments: readonly string[]
  readonly ticks: number
  /** Rows that are no tick. */
  readonly unreadable: number
  /** The first of them. */
  readonly example: string
  readonly findings: readonly FileFinding[]
}

/** Formats that say by a file's name or content what their ticks are of. */
const ARCHIVES = ['lean', 'bi5', 'binance-capture'] as const

const archiveOf = (path: string) => ARCHIVES.map(name => importFormats[name]!).find(format => format.accepts(path))

/** True for what needs to be told its instrument. */
export const isTable = (path: string): boolean => !statSync(path).isDirectory() && archiveOf(path) === undefined

/** Instruments that a file or folder says itself that it holds; of a table none. */
export async function instrumentsIn(path: string): Promise<readonly string[]> {
  if (statSync(path).isDirectory()) return recordingAt(path).manifest.instruments.map(({ spec }) => spec.id)
  const ids: string[] = []
  for await (const { instrument } of archiveOf(path)?.open(path, {}) ?? []) if (instrument !== undefined) ids.push(instrument.id)
  return ids
}

/** Each stream of the file is judged from its beginning. Throws what the reader of its format throws. */
export async function checkFile(path: string, table: TableInstrument | undefined, known: RecordedBlocks): Promise<CheckedFile> {
  const watch = new FileWatch(path, known)
  if (statSync(path).isDirectory()) await readRecording(path, watch)
  else if (isTable(path)) await readTable(path, table!, watch)
  else await readArchive(path, table?.id, watch)
  if (watch.ticks > 0) return watch.checked()
  throw new Failure('IMPORT_EMPTY_FILE', {
    message: `${path} has no tick that can be read${watch.example === '' ? '' : `; ${watch.example}`}`,
    fix: 'give a file of quotes or trades; bars and books are not judged',
  })
}

async function readTable(path: string, table: TableInstrument, watch: FileWatch): Promise<void> {
  watch.expect({ id: table.id, tick: table.tick, calendar: sessionCalendar(table.calendar)! })
  const provenance = liveOf({ source: 'table', kind: 'recorded', origin: path, checksum: '', licence: '' })
  const { id: instrumentId, priceDecimals, quantityDecimals } = table
  for await (const { ticks, unreadable, example } of tickRows(path, {
    instrumentId,
    priceDecimals,
    quantityDecimals,
    provenance,
  })) {
    for (const tick of ticks) watch.see(tick)
    if (unreadable > 0) watch.skip(unreadable, example)
  }
}

async function readArchive(path: string, instrument: string | undefined, watch: FileWatch): Promise<void> {
  for await (const dataset of archiveOf(path)!.open(path, instrument === undefined ? {} : { instrument })) {
    if (dataset.instrument !== undefined) watch.expect(guardedOf(dataset.instrument))
    const provenance = liveOf(dataset.provenance)
    for await (const rows of dataset.rows()) {
      for (const row of rows) {
        if (row.kind === 'fault') watch.skip(1, `${row.where}: ${row.text}`)
        // Where the archive has no time of arrival of its own, nobody knows it.
        else if (row.kind === 'quote' || row.kind === 'trade') {
          watch.see({ ...row, provenance, receivedTime: row.receivedTime === row.eventTime ? UNKNOWN : row.receivedTime })
        }
      }
    }
  }
}

async function readRecording(path: string, watch: FileWatch): Promise<void> {
  const recording = recordingAt(path)
  for (const { spec } of recording.manifest.instruments) watch.expect(guardedOf(spec))
  for await (const batch of recording.batches()) {
    for (const input of batch) {
      if (input.kind !== 'event' || !isTick(input.event)) continue
      watch.see({ ...input.event, provenance: liveOf(input.event.provenance) })
    }
  }
}

const isTick = (event: LiveEvent): event is Quote | Trade => event.kind === 'quote' || event.kind === 'trade'
const UNKNOWN = Number.NaN as Micros

function recordingAt(path: string): Recording {
  try {
    return new Recording(path)
  } catch (error) {
    throw new Failure('RECORDING_UNREADABLE', {
      message: `'${path}' is no recording: ${error instanceof Error ? error.message : String(error)}`,
      fix: `name files of ticks, or the folder of a recording such as ${join('.quadrant', 'recordings', 'NAME')}`,
    })
  }
}

const guardedOf = ({ id, tick, calendar }: InstrumentSpec): GuardedInstrument => ({
  id,
  tick,
  calendar: sessionCalendar(calendar) ?? alwaysOpen(),
})

const alwaysOpen = (): SessionCalendar => sessionCalendar('crypto')!

const lives = new Map<Provenance, Provenance>()

/** Judged as if it lived: one object for each, for streams are told apart by it. */
function liveOf(provenance: Provenance): Provenance {
  const live = lives.get(provenance) ?? Object.freeze({ ...provenance, kind: 'live' as const })
  lives.set(provenance, live)
  return live
}

/** The streams of one file under watch. */
class FileWatch {
  readonly #file: string
  readonly #known: RecordedBlocks
  readonly #expected = new Map<string, GuardedInstrument>()
  readonly #findings: FileFinding[] = []
  #guard: FeedGuard | undefined
  #unreadable = 0
  ticks = 0
  example = ''

  constructor(file: string, known: RecordedBlocks) {
    this.#file = file
    this.#known = known
  }

  expect(instrument: GuardedInstrument): void {
    if (this.#expected.has(instrument.id)) return
    this.#expected.set(instrument.id, instrument)
    // Archives name one instrument after the other; what was watched before is at its end by then.
    this.#guard = undefined
  }

  see(tick: Quote | Trade): void {
    this.ticks += 1
    this.#guard ??= new FeedGuard({
      instruments: [...this.#expected.values()],
      known: this.#known,
      isStamped: (source, kind) => findSource(source)?.unstamped?.includes(kind) !== true,
    })
    const finding = this.#guard.see(tick)
    if (finding === undefined) return
    const { detector, instrumentId: instrument, what, evidence } = finding
    this.#findings.push({ detector, source: this.#file, instrument, at: formatMicros(tick.eventTime), what, evidence })
  }

  skip(rows: number, example: string): void {
    this.#unreadable += rows
    if (this.example === '') this.example = example
  }

  checked(): CheckedFile {
    return {
      file: this.#file,
      instruments: [...this.#expected.keys()],
      ticks: this.ticks,
      unreadable: this.#unreadable,
      example: this.example,
      findings: this.#findings,
    }
  }
}

/** By the catalogue, by a tick, or by both. Throws Failure USAGE_ARGUMENT when that does not say enough. */
export function tableInstrument(
  id: string | undefined,
  tickText: string | undefined,
  calendar: string | undefined,
): TableInstrument {
  const spec = id === undefined ? undefined : findInstrument(id)
  if (spec === undefined && tickText === undefined) {
    throw new Failure('USAGE_ARGUMENT', {
      message:
        id === undefined
          ? 'a table does not say what its ticks are of'
          : `the instrument '${id}' is not known here without its tick`,
      fix: '--instrument EURUSD.OANDA (`quadrant symbols find NAME` finds it), or --tick 0.00001, its smallest price change',
    })
  }
  const sessions = calendar ?? spec?.calendar ?? 'crypto'
  if (sessionCalendar(sessions) === undefined) {
    throw new Failure('USAGE_ARGUMENT', {
      message: `there is no calendar '${sessions}'`,
      fix: 'fx, metals, us-equity, cme, crypto …',
    })
  }
  const common = { id: id ?? 'TABLE', calendar: sessions, quantityDecimals: spec?.quantityDecimals ?? 8 }
  if (tickText === undefined) return { ...common, priceDecimals: spec!.priceDecimals, tick: spec!.tick }
  const match = /^\d*(?:\.(\d{1,10}))?$/.exec(tickText)
  const priceDecimals = match?.[1]?.length ?? 0
  const tick = Math.round(Number(tickText) * 10 ** priceDecimals)
  if (match === null || !(tick >= 1)) {
    throw new Failure('USAGE_ARGUMENT', { message: `'${tickText}' is no smallest price change`, fix: '--tick 0.00001' })
  }
  return { ...common, priceDecimals, tick }
}
