// Makes a recording of captured sessions: the same conversations, so that a capture can be run on paper, scored and timed.
import { existsSync } from 'node:fs'
import { basename, join } from 'node:path'
import { MANIFEST_FILE } from '../../adapters/recording/recording-manifest.ts'
import { RecordingWriter } from '../../adapters/recording/recording-writer.ts'
import type { FrameLine } from '../../connectivity/frame-line.ts'
import type { SourceDescriptor } from '../../connectivity/source.ts'
import type { LiveEvent } from '../../domain/event.ts'
import type { Instrument } from '../../domain/instrument.ts'
import { formatMicros, type Micros } from '../../domain/numbers.ts'
import type { Provenance } from '../../domain/provenance.ts'
import type { IntegrityFaultKind, LinkState } from '../../domain/source.ts'
import { Failure } from '../failure.ts'
import { recordingsFolder } from '../home.ts'
import { type CaptureFile, captureFiles, captureLines, companionsOf } from './capture-files.ts'
import { CaptureInstruments } from './capture-instruments.ts'
import { CaptureSession, CaptureTally, type Reply } from './capture-session.ts'
import { chainsOf, isOfSource, type SurveyedFile, survey } from './capture-survey.ts'

/** The folder of a recording: `path` itself when it is one, else one made of the captured session there. */
export async function recordingAt(path: string, home: string, known: readonly SourceDescriptor[]): Promise<string> {
  if (existsSync(join(path, MANIFEST_FILE)) || !existsSync(path)) return path
  return await recordCapture([path], home, known)
}

/** What one captured connection says, with what its link is worth beside the facts. */
class NoticedSession extends CaptureSession {
  readonly events: LiveEvent[] = []
  readonly #provenance: Provenance
  #time = 0 as Micros
  #sequence = 0

  constructor(
    source: SourceDescriptor,
    resolve: (symbol: string) => Instrument,
    replies: readonly Reply[],
    origin: SurveyedFile,
  ) {
    super({ source, resolve, replies, tally: new CaptureTally(), onFact: event => this.events.push(event) })
    this.#provenance = Object.freeze({
      source: source.name,
      kind: 'recorded',
      origin: origin.path,
      checksum: origin.checksum,
      licence: source.licence,
    })
  }

  override line(line: FrameLine, next: FrameLine | undefined): void {
    if (line.time > this.#time) this.#time = line.time
    super.line(line, next)
  }

  override link(state: LinkState, instrumentId: string, reason = ''): void {
    super.link(state, instrumentId)
    this.events.push({ kind: 'link-change', ...this.#about(), instrumentId, state, reason })
  }

  override fault(fault: IntegrityFaultKind, instrumentId: string, detail: string): void {
    super.fault(fault, instrumentId, detail)
    this.events.push({ kind: 'integrity-fault', ...this.#about(), instrumentId, fault, detail })
  }

  #about() {
    const provenance = this.#provenance
    this.#sequence += 1
    const time = { eventTime: this.#time, receivedTime: this.#time }
    return { source: provenance.source, ...time, sequence: this.#sequence, provenance }
  }
}

/** Throws Failure CAPTURE_NOT_FOUND, CAPTURE_UNREADABLE. A recording of the same files that is there already is not made again. */
export async function recordCapture(paths: readonly string[], home: string, known: readonly SourceDescriptor[]): Promise<string> {
  const named = await captureFiles(paths)
  const companions = await companionsOf(named, named)
  const found = []
  for (const source of known) if (source.capture !== undefined) found.push(await heard(source, named, companions))
  const events = found.flatMap(one => one.events).sort((a, b) => a.receivedTime - b.receivedTime)
  if (events.length === 0) {
    throw new Failure('CAPTURE_UNREADABLE', {
      message: `${paths.join(', ')} is neither a recording nor a captured session of a known source`,
      fix: 'give a recording (`quadrant data record --list`) or captured frames in the line format of docs/data-formats.md',
    })
  }

  const checksum = found.flatMap(one => one.checksums)[0]!
  const id = `capture-${basename(paths[0]!).replaceAll(/[^A-Za-z0-9.-]/g, '-')}-${checksum.slice(0, 8)}`
  const folder = join(recordingsFolder(home), id)
  if (existsSync(join(folder, MANIFEST_FILE))) return folder

  const [first, last] = [events[0]!.receivedTime, events.at(-1)!.receivedTime]
  const writer = new RecordingWriter(folder, {
    ...{ id, name: id, environment: 'live', configHash: '', configuration: '', continuedFrom: 0 },
    started: formatMicros(first),
    instruments: found.flatMap(one => one.instruments),
  })
  for (const event of events) writer.input({ kind: 'event', event })
  writer.input({ kind: 'advance', time: last })
  await writer.close('', formatMicros(last))
  return folder
}

/** Everything one source says in the files, and of what. */
async function heard(source: SourceDescriptor, named: readonly CaptureFile[], companions: readonly CaptureFile[]) {
  const instruments = new CaptureInstruments(source.name, new Map())
  const replies: Reply[] = []
  const into = { replies, instruments }
  for (const companion of companions) await survey(companion, source, into)
  const files: SurveyedFile[] = []
  for (const file of named) files.push(await survey(file, source, into))
  replies.sort((a, b) => a.time - b.time)

  const mine = files.filter(file => file.frames > 0 && file.connections.length > 0 && isOfSource(file, source))
  const symbols = new Map<string, string>()
  const resolve = (symbol: string): Instrument => {
    const of = instruments.resolve(symbol)
    symbols.set(of.id, symbol)
    return of
  }
  const events: LiveEvent[] = []
  for (const chain of chainsOf(mine)) {
    const session = new NoticedSession(source, resolve, replies, chain[0]!)
    let waiting: FrameLine | undefined
    for (const part of chain) {
      for await (const batch of captureLines(part.path, () => undefined)) {
        for (const line of batch) {
          if (typeof line === 'string') continue
          if (waiting !== undefined) session.line(waiting, line)
          waiting = line
        }
      }
    }
    if (waiting !== undefined) session.line(waiting, undefined)
    events.push(...session.events)
  }
  return {
    events,
    checksums: mine.map(({ checksum }) => checksum),
    instruments: [...symbols].map(([id, symbol]) => ({
      spec: instruments.met.get(id)!,
      sources: [{ source: source.name, symbol }],
    })),
  }
}
