// One connection with its conversation: hands frames in, keeps what is said of each instrument, lets through what is live.
import type { FeedEvent } from '../domain/event.ts'
import { type Micros, SECOND } from '../domain/numbers.ts'
import type { IntegrityFaultKind, LinkState } from '../domain/source.ts'
import { cancelled, connectionFailure } from './connection-failure.ts'
import type { Conversation, Frame, HttpRequest, Reactions } from './conversation.ts'
import type { Link } from './link.ts'
import type { LiveFeedOptions } from './live-feed-options.ts'
import { redactedFrame, redactedText } from './redaction.ts'
import { SourceError } from './source-error.ts'

/** Why a connection shall not go on. */
export interface Ending {
  readonly reason: string
  readonly error?: SourceError
  /** Nothing but a person can mend it. */
  readonly fatal?: boolean
}

/** What a connection tells its feed. */
export interface ConnectionEvents {
  fact(event: FeedEvent): void
  link(state: LinkState, instrumentId: string, reason: string): void
  fault(fault: IntegrityFaultKind, instrumentId: string, detail: string): void
  measure(roundTripMicros: number, clockOffsetMicros: number): void
  /** The conversation asks for a replacement beside it. */
  replace(reason: string): void
  /** It is over, said once. */
  over(ending: Ending): void
}

/** A tick that comes later than this was held up by ourselves. */
const TICK_LATE_MICROS = SECOND / 2
const EXCERPT = 200
const UNKNOWNS_MAX = 100

export class LiveConnection implements Reactions {
  readonly #options: LiveFeedOptions
  readonly #events: ConnectionEvents
  readonly #conversation: Conversation
  readonly #cancel = new AbortController()
  #link: Link | undefined
  #over = false
  #failedOpening: Ending | undefined
  /** Frames that came before the promise of the link was seen to be kept. */
  #early: Frame[] = []
  #overall: LinkState = 'connecting'
  readonly #states = new Map<string, LinkState>()
  readonly #spoken = new Set<string>()
  /** Facts of the call in hand: at its end it is known what of them may be trusted. */
  #held: FeedEvent[] = []
  readonly #unknowns = new Map<string, number>()
  #lastFrame = 0 as Micros
  #lastTick = 0 as Micros
  #lastPing = 0 as Micros
  #liveSince = 0
  #time: Micros | undefined

  constructor(options: LiveFeedOptions, events: ConnectionEvents) {
    this.#options = options
    this.#events = events
    this.#conversation = options.conversation()
  }

  get overall(): LinkState {
    return this.#overall
  }

  /** What was said of single instruments since all were spoken of. */
  get states(): ReadonlyMap<string, LinkState> {
    return this.#states
  }

  /** Instruments of which facts were let through. */
  get spoken(): ReadonlySet<string> {
    return this.#spoken
  }

  /** Of the call into the conversation that is in hand: what it says of itself is of the same time as its facts. */
  get time(): Micros | undefined {
    return this.#time
  }

  isLive(instrumentId: string): boolean {
    return (this.#states.get(instrumentId) ?? this.#overall) === 'live'
  }

  /** Microseconds since the first word of health; zero before. */
  liveMicros(now: Micros): number {
    return this.#liveSince === 0 ? 0 : now - this.#liveSince
  }

  /** Opens the link and the conversation. Throws SourceError: what the link throws, or LINK_CANCELLED. */
  async open(): Promise<void> {
    const { provenance, clock, tap, link: openLink } = this.#options
    const link = await openLink(
      {
        frame: frame => this.#receive(frame),
        closed: (reason, error) => this.#end({ reason, ...(error === undefined ? {} : { error }) }),
        pong: roundTripMicros => this.#events.measure(roundTripMicros, Number.NaN),
      },
      this.#cancel.signal,
    )
    if (this.#cancel.signal.aborted) {
      link.close()
      const failed = this.#failedOpening
      if (failed !== undefined) throw failed.error ?? connectionFailure(new Error(failed.reason), provenance.source)
      throw cancelled(provenance.source)
    }
    const now = clock.now()
    this.#link = link
    this.#lastFrame = this.#lastTick = this.#lastPing = now
    tap?.opened(provenance.origin, now)

    this.#call(now, () => this.#conversation.open(now, this))
    // A protocol without a word for it is between connected and whole.
    if (this.#overall === 'connecting') this.link('syncing', '', 'connected')
    for (const frame of this.#early.splice(0)) this.#receive(frame)
  }

  /** Says nothing more, and closes. */
  close(): void {
    this.#over = true
    this.#cancel.abort()
    this.#link?.close()
  }

  tick(now: Micros): void {
    const link = this.#link
    if (this.#over || link === undefined) return

    // Frames wait in the socket while we are held up: our own pause is no silence of theirs.
    const late = now - this.#lastTick
    if (late > TICK_LATE_MICROS) this.#lastFrame = Math.min(this.#lastFrame + late, now) as Micros
    this.#lastTick = now

    const { silenceMillis, pingMillis } = this.#options
    if (now - this.#lastFrame > silenceMillis * 1000) {
      const reason = `silent since ${((now - this.#lastFrame) / SECOND).toFixed(1)} s`
      this.link('degraded', '', reason)
      this.#end({ reason })
      return
    }
    if (pingMillis !== undefined && now - this.#lastPing >= pingMillis * 1000) {
      this.#lastPing = now
      link.ping?.()
    }
    this.#call(now, () => this.#conversation.tick?.(now, this))
  }

  fact(event: FeedEvent): void {
    if (this.#over) return
    if (this.#time !== undefined) this.#held.push(event)
    else if (this.isLive('instrumentId' in event ? event.instrumentId : '')) this.#pass(event)
  }

  link(state: LinkState, instrumentId: string, reason: string): void {
    if (this.#over) return
    if (instrumentId === '') {
      this.#overall = state
      this.#states.clear()
    } else {
      this.#states.set(instrumentId, state)
    }
    if (state === 'live' && this.#liveSince === 0) this.#liveSince = this.#options.clock.now()
    this.#events.link(state, instrumentId, reason)
  }

  fault(fault: IntegrityFaultKind, instrumentId: string, detail: string): void {
    if (!this.#over) this.#events.fault(fault, instrumentId, detail)
  }

  /** Whoever checks a protocol counts these; a living feed hears of a difference by its fault. */
  compared(): void {}

  measure(roundTripMicros: number, clockOffsetMicros: number): void {
    if (!this.#over) this.#events.measure(roundTripMicros, clockOffsetMicros)
  }

  send(frame: Frame): void {
    if (this.#over || this.#link === undefined) return
    const { tap, provenance, clock, secrets } = this.#options
    tap?.sent(provenance.origin, clock.now(), redactedFrame(frame, secrets?.()))
    this.#link.send(frame)
  }

  request(tag: string, request: HttpRequest): void {
    if (!this.#over) void this.#ask(tag, request)
  }

  reconnect(when: 'now' | 'later', reason: string): void {
    if (this.#over) return
    if (when === 'now') this.#events.replace(reason)
    else this.#end({ reason })
  }

  refuse(error: SourceError): void {
    this.#end({ reason: error.message, error, fatal: true })
  }

  /** Said at the first, the 10th, the 100th …: a new message type may come a thousand times a second. */
  unknown(what: string): void {
    const count = (this.#unknowns.get(what) ?? 0) + 1
    if (count === 1 && this.#unknowns.size >= UNKNOWNS_MAX) return
    this.#unknowns.set(what, count)
    if (/^10*$/.test(String(count))) this.fault('unknown', '', count === 1 ? what : `${what}, ${count} times`)
  }

  #receive(frame: Frame): void {
    if (this.#over) return
    if (this.#link === undefined) {
      this.#early.push(frame)
      return
    }
    const { tap, provenance, clock } = this.#options
    const now = clock.now()
    this.#lastFrame = now
    tap?.received(provenance.origin, now, frame)
    this.#call(now, () => this.#conversation.receive(frame, now, this), frame)
  }

  async #ask(tag: string, request: HttpRequest): Promise<void> {
    const { http, tap, clock } = this.#options
    try {
      if (http === undefined) throw new Error('a conversation that makes requests needs `http`')
      const reply = await http.send(request, { signal: this.#cancel.signal })
      if (this.#over) return
      const now = clock.now()
      tap?.replied(this.#clean(request.url), now, this.#clean(reply.body))
      this.#call(now, () => this.#conversation.answer?.(tag, reply, now, this), reply.body)
    } catch (error) {
      if (this.#over) return
      const failure = error instanceof SourceError ? error : undefined
      const reason = `${tag}: ${error instanceof Error ? error.message : String(error)}`
      if (failure?.code === 'SOURCE_NOT_JSON' || failure?.code === 'SOURCE_REPLY_TOO_LARGE') this.fault('schema', '', reason)
      this.#end({ reason, ...(failure === undefined ? {} : { error: failure }) })
    }
  }

  /** Every call into the conversation goes through here: it must not throw, and a bug in it must not end the process. */
  #call(now: Micros, speak: () => void, frame: Frame = ''): void {
    if (this.#over) return
    this.#held = []
    this.#time = now
    try {
      speak()
    } catch (error) {
      const what = `the conversation broke: ${error instanceof Error ? error.message : String(error)}`
      this.fault('schema', '', frame === '' ? what : `${what}; at ${excerpt(frame)}`)
      this.#end({ reason: what })
      return
    } finally {
      this.#time = undefined
    }
    // A snapshot may be told before the word that makes it live, and a change before its checksum is known to be wrong.
    for (const event of this.#held) {
      if (!this.#over && this.isLive('instrumentId' in event ? event.instrumentId : '')) this.#pass(event)
    }
    this.#held = []
  }

  #pass(event: FeedEvent): void {
    if ('instrumentId' in event) this.#spoken.add(event.instrumentId)
    this.#events.fact(event)
  }

  #end(ending: Ending): void {
    if (this.#over) return
    this.close()
    if (this.#link === undefined) this.#failedOpening = ending
    else this.#events.over(ending)
  }

  #clean(text: string): string {
    return redactedText(text, this.#options.secrets?.())
  }
}

const excerpt = (frame: Frame): string =>
  typeof frame === 'string' ? frame.slice(0, EXCERPT) : Buffer.from(frame.subarray(0, EXCERPT / 2)).toString('hex')
