// Captured connections in order of time: their lines go to the source's own conversations, what those say is counted.
import type { Conversation, Reactions } from '../../connectivity/conversation.ts'
import type { FrameLine } from '../../connectivity/frame-line.ts'
import type { SourceDescriptor } from '../../connectivity/source.ts'
import type { FeedEvent } from '../../domain/event.ts'
import type { Instrument } from '../../domain/instrument.ts'
import { type Micros, SECOND } from '../../domain/numbers.ts'
import type { IntegrityFaultKind, LinkState } from '../../domain/source.ts'

/** An HTTP reply of the session or of a capture beside it. */
export interface Reply {
  readonly time: Micros
  readonly url: string
  readonly body: string
}

/** What the conversations said, counted. */
export class CaptureTally {
  rows = 0
  events = 0
  unknown = 0
  unreadable = 0
  booksCompared = 0
  booksDifferent = 0
  connections = 0
  readonly faults: Record<string, number> = {}
  readonly kinds: Record<string, number> = {}
  /** The first of each kind of fault, in words. */
  readonly examples: Record<string, string> = {}

  fault(kind: string, detail: string): void {
    this.faults[kind] = (this.faults[kind] ?? 0) + 1
    this.examples[kind] ??= detail
  }
}

export interface SessionParts {
  readonly source: SourceDescriptor
  readonly resolve: (symbol: string) => Instrument
  /** In order of time. */
  readonly replies: readonly Reply[]
  readonly tally: CaptureTally
  readonly onFact: (event: FeedEvent) => void
}

/** Replies so much before a connection may still be what it began with. */
const EARLY = SECOND
/** A time that runs ahead of the next line's by more is damage, not a slow clock. */
const AHEAD = 2 * SECOND

export class CaptureSession implements Reactions {
  readonly #parts: SessionParts
  #conversation: Conversation | undefined
  #opened = ''
  #now = 0 as Micros
  #nextReply = 0
  #overall: LinkState = 'connecting'
  readonly #states = new Map<string, LinkState>()
  #held: FeedEvent[] = []

  constructor(parts: SessionParts) {
    this.#parts = parts
  }

  /** True once a connection of this source was met. */
  get isOfSource(): boolean {
    return this.#conversation !== undefined
  }

  /** `next`: the line after it, to tell a damaged time from time passing. */
  line(line: FrameLine, next: FrameLine | undefined): void {
    const now = this.#timeOf(line, next)
    if (line.kind === 'opened') this.#open(line.url, line.time, now)
    else if (line.kind === 'sent') this.#hear(line, now)
    else if (line.kind === 'received') this.#receive(line, now)
  }

  /** A file that begins inside a connection whose beginning is lost. */
  openSomewhere(time: Micros): void {
    if (this.#conversation !== undefined) return
    for (const host of this.#parts.source.hosts.live) {
      for (const path of ['', '/ws', '/stream']) {
        this.#open(`wss://${host}${path}`, time, time)
        if (this.#conversation !== undefined) return
      }
    }
  }

  #open(url: string, time: Micros, now: Micros): void {
    // A recorder that begins a new file in the middle of a connection may say again which it is.
    const opened = `${url} ${time}`
    if (this.#conversation !== undefined && opened === this.#opened) return
    const { source, resolve, replies, tally } = this.#parts
    const conversation = quietly(() => source.capture?.conversation(url, resolve))
    this.#conversation = conversation
    this.#opened = opened
    if (conversation === undefined) return
    tally.connections++
    this.#overall = 'connecting'
    this.#states.clear()
    this.#nextReply = replies.findIndex(reply => reply.time >= now - EARLY)
    if (this.#nextReply < 0) this.#nextReply = replies.length
    this.#call(() => conversation.open(now, this))
  }

  #hear(line: FrameLine & { kind: 'sent' }, now: Micros): void {
    const conversation = this.#conversation
    if (conversation?.overhear !== undefined) this.#call(() => conversation.overhear?.(line.frame, now))
  }

  #receive(line: FrameLine & { kind: 'received' }, now: Micros): void {
    const conversation = this.#conversation
    if (conversation === undefined) return
    this.#deliverReplies(conversation, now)
    this.#call(() => conversation.receive(line.frame, now, this))
  }

  #deliverReplies(conversation: Conversation, now: Micros): void {
    const { replies, source } = this.#parts
    for (; this.#nextReply < replies.length && replies[this.#nextReply]!.time <= now; this.#nextReply++) {
      const { url, body } = replies[this.#nextReply]!
      const tag = quietly(() => source.capture?.tagOf?.(url))
      if (tag !== undefined) this.#call(() => conversation.answer?.(tag, { status: 200, headers: {}, body }, now, this))
    }
  }

  /** Never runs backwards, and not far ahead of what comes after. */
  #timeOf(line: FrameLine, next: FrameLine | undefined): Micros {
    const runsAhead = next !== undefined && line.time > next.time + AHEAD && next.time >= this.#now
    if (line.time > this.#now && !runsAhead) this.#now = line.time
    return this.#now
  }

  /** A conversation must not throw; where one does, the capture found a bug, and the rest is still read. */
  #call(speak: () => void): void {
    this.#held = []
    try {
      speak()
    } catch (error) {
      this.fault('schema', '', `the conversation broke: ${error instanceof Error ? error.message : String(error)}`)
    }
    const { tally, onFact } = this.#parts
    for (const event of this.#held) {
      if (!this.#isDelivered(event)) continue
      tally.events++
      tally.kinds[event.kind] = (tally.kinds[event.kind] ?? 0) + 1
      onFact(event)
    }
    this.#held = []
  }

  /** A capture may lack the snapshot that its book waits for: quotes and trades are facts all the same. */
  #isDelivered(event: FeedEvent): boolean {
    const state = this.#states.get('instrumentId' in event ? event.instrumentId : '') ?? this.#overall
    if (state === 'live') return true
    return state === 'syncing' && event.kind !== 'book-snapshot' && event.kind !== 'book-change'
  }

  // What a conversation causes. What would go out to the venue goes nowhere: its answers are in the capture or nowhere.

  fact(event: FeedEvent): void {
    this.#held.push(event)
  }

  link(state: LinkState, instrumentId: string): void {
    if (instrumentId === '') {
      this.#overall = state
      this.#states.clear()
    } else this.#states.set(instrumentId, state)
  }

  fault(fault: IntegrityFaultKind, instrumentId: string, detail: string): void {
    this.#parts.tally.fault(fault, instrumentId === '' ? detail : `${instrumentId}: ${detail}`)
  }

  compared(_: string, equal: boolean): void {
    this.#parts.tally.booksCompared++
    if (!equal) this.#parts.tally.booksDifferent++
  }

  unknown(what: string): void {
    this.#parts.tally.unknown++
    this.#parts.tally.examples['unknown'] ??= what
  }

  measure(): void {}
  send(): void {}
  request(): void {}
  reconnect(): void {}
  refuse(): void {}
}

/** Other people's addresses may be anything. */
function quietly<Result>(ask: () => Result): Result | undefined {
  try {
    return ask()
  } catch {
    return undefined
  }
}
