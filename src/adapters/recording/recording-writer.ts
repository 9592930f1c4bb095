// Records a live run beside the engine: what entered the session, and the raw frames it was made of. Never waits for the disk.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type FrameLine, type FrameTap, formatFrameLine } from '../../connectivity/frame-line.ts'
import { specOf } from '../../domain/instrument.ts'
import { EventLineWriter, type Input } from './event-lines.ts'
import { RECORDING_VERSION, type RecordingManifest, writeManifest } from './recording-manifest.ts'
import { type SegmentFigures, SegmentWriter } from './segment-writer.ts'

export interface RecordingSettings {
  /** A segment is closed at so many characters of text. */
  readonly segmentCharacters?: number
  /** Or when it is so old, milliseconds. */
  readonly segmentMillis?: number
  /** Raw frames beyond this backlog are counted instead of kept: the engine comes first. Characters. */
  readonly framesBacklog?: number
}

const DEFAULTS = { segmentCharacters: 64 * 1024 * 1024, segmentMillis: 3_600_000, framesBacklog: 64 * 1024 * 1024 }
const FLUSH_MILLIS = 1000

export type RecordingStart = Pick<
  RecordingManifest,
  'id' | 'name' | 'started' | 'environment' | 'instruments' | 'configHash' | 'configuration' | 'continuedFrom'
>

export class RecordingWriter {
  readonly folder: string
  readonly #settings: Required<RecordingSettings>
  #manifest: RecordingManifest
  #lines = new EventLineWriter()
  #events: SegmentWriter | undefined
  #eventsOpened = 0
  #eventSegments = 0
  readonly #frames = new Map<string, FrameFile>()
  readonly #closing = new Set<Promise<void>>()
  readonly #timer: NodeJS.Timeout
  #dropped = 0
  #failure: Error | undefined

  /** Begins a recording in a new folder. */
  constructor(folder: string, start: RecordingStart, settings: RecordingSettings = {}) {
    this.folder = folder
    this.#settings = { ...DEFAULTS, ...settings }
    mkdirSync(folder, { recursive: true })
    this.#manifest = {
      ...start,
      instruments: start.instruments.map(({ spec, sources }) => ({ spec: specOf(spec), sources })),
      version: RECORDING_VERSION,
      ended: '',
      events: [],
      frames: [],
      framesDropped: 0,
      stateHash: '',
    }
    writeManifest(folder, this.#manifest)
    this.#timer = setInterval(() => this.#tick(), FLUSH_MILLIS)
    this.#timer.unref()
  }

  /** Why the recording is not complete; undefined while it is. The run goes on without it. */
  get failure(): Error | undefined {
    return this.#failure ?? this.#events?.failure
  }

  get manifest(): RecordingManifest {
    return this.#manifest
  }

  get framesDropped(): number {
    return this.#dropped
  }

  input(input: Input): void {
    if (this.#failure !== undefined) return
    this.#events ??= this.#openEvents()
    const segment = this.#events
    segment.write(this.#lines.input(input))
    if (segment.size >= this.#settings.segmentCharacters) this.#rotateEvents()
  }

  /** The ear of one source. Its connections are kept in a file each, since a received frame does not say which it came by. */
  tap(source: string): FrameTap {
    return {
      opened: (url, time) => this.#frame(source, url, { kind: 'opened', url, time }),
      sent: (url, time, frame) => this.#frame(source, url, { kind: 'sent', url, time, frame }),
      received: (url, time, frame) => this.#frame(source, url, { kind: 'received', time, frame }),
      replied: (url, time, body) => this.#frame(source, 'http', { kind: 'replied', url, time, body }),
    }
  }

  /** Everything on disk, hashed and listed. */
  async close(stateHash: string, ended: string): Promise<RecordingManifest> {
    clearInterval(this.#timer)
    this.#rotateEvents()
    for (const file of this.#frames.values()) this.#closeSegment(file.segment, 'frames')
    this.#frames.clear()
    while (this.#closing.size > 0) await Promise.all(this.#closing)
    this.#save({ ended, stateHash, framesDropped: this.#dropped })
    return this.#manifest
  }

  #frame(source: string, connection: string, line: FrameLine): void {
    const key = `${source} ${connection}`
    let file = this.#frames.get(key)
    if (file === undefined) {
      file = { source, number: this.#frames.size + 1, part: 1, opened: Date.now(), segment: undefined! }
      file.segment = this.#openFrames(file)
      this.#frames.set(key, file)
    }
    if (file.segment.backlog > this.#settings.framesBacklog || file.segment.failure !== undefined) {
      this.#dropped += 1
      return
    }
    file.segment.write(`${formatFrameLine(line)}\n`)
    if (file.segment.size >= this.#settings.segmentCharacters) this.#rotateFrames(file)
  }

  #tick(): void {
    this.#events?.flush()
    const old = Date.now() - this.#settings.segmentMillis
    if (this.#events !== undefined && this.#eventsOpened < old) this.#rotateEvents()
    for (const file of this.#frames.values()) {
      file.segment.flush()
      if (file.opened < old) this.#rotateFrames(file)
    }
  }

  #openEvents(): SegmentWriter {
    this.#eventSegments += 1
    this.#eventsOpened = Date.now()
    this.#lines = new EventLineWriter()
    const name = `events-${String(this.#eventSegments).padStart(5, '0')}.jsonl.zst`
    return new SegmentWriter(join(this.folder, name), name)
  }

  #rotateEvents(): void {
    if (this.#events === undefined) return
    this.#closeSegment(this.#events, 'events')
    this.#events = undefined
  }

  #openFrames(file: FrameFile): SegmentWriter {
    const name = `frames-${file.source}-${file.number}-${String(file.part).padStart(5, '0')}.txt.zst`
    file.opened = Date.now()
    return new SegmentWriter(join(this.folder, name), name)
  }

  #rotateFrames(file: FrameFile): void {
    this.#closeSegment(file.segment, 'frames')
    file.part += 1
    file.segment = this.#openFrames(file)
  }

  #closeSegment(segment: SegmentWriter, list: 'events' | 'frames'): void {
    const closing = segment.close().then(
      figures => this.#save({ [list]: inOrder([...this.#manifest[list], figures]) }),
      (error: unknown) => {
        this.#failure ??= error as Error
      },
    )
    this.#closing.add(closing)
    void closing.finally(() => this.#closing.delete(closing))
  }

  #save(change: Partial<RecordingManifest>): void {
    this.#manifest = { ...this.#manifest, ...change }
    try {
      writeManifest(this.folder, this.#manifest)
    } catch (error) {
      this.#failure ??= error as Error
    }
  }
}

interface FrameFile {
  readonly source: string
  readonly number: number
  part: number
  opened: number
  segment: SegmentWriter
}

const inOrder = (segments: readonly SegmentFigures[]): SegmentFigures[] => segments.toSorted((a, b) => (a.file < b.file ? -1 : 1))
