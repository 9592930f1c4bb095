// One reading of a live feed: keeps one connection alive, or two while one replaces the other, until it is stopped.
import type { FeedEvent, LiveEvent } from '../domain/event.ts'
import { type Micros, SECOND } from '../domain/numbers.ts'
import type { IntegrityFaultKind, LinkState } from '../domain/source.ts'
import { EventQueue } from './event-queue.ts'
import { type ConnectionEvents, type Ending, LiveConnection } from './live-connection.ts'
import type { LiveFeedOptions } from './live-feed-options.ts'
import { isBroken, Reconnection } from './reconnection.ts'
import { redactedText } from './redaction.ts'
import { Repetitions } from './repetitions.ts'
import { SourceError } from './source-error.ts'

const TICK_MILLIS = 100
const HOLD_EVENTS = 50_000
/** A replacement that is not whole by then takes over as it is: what announced its end will not last. */
const REPLACEMENT_MICROS = 30 * SECOND

export class FeedRun {
  readonly #options: LiveFeedOptions
  readonly #queue: EventQueue
  readonly #reconnection: Reconnection
  readonly #repetitions = new Repetitions()
  readonly #halt = new AbortController()
  #timer: NodeJS.Timeout | undefined
  #sequence = 0
  #current: LiveConnection | undefined
  #next: LiveConnection | undefined
  #nextSince = 0 as Micros
  /** What the replacement has said before it took over. */
  #nextFacts: FeedEvent[] = []
  /** Times of the last quotes delivered beside it. */
  readonly #quoteTimes = new Map<string, Micros>()
  #replacing = false

  constructor(options: LiveFeedOptions) {
    this.#options = options
    this.#reconnection = new Reconnection(options.clock, options.attempts)
    this.#queue = new EventQueue({
      hold: options.holdEvents ?? HOLD_EVENTS,
      flooded: dropped => this.#flooded(dropped),
      replaced: counts =>
        [...counts].map(([id, count]) => this.#faultOf('overflow', id, `${count} quotes gave way to newer ones`)),
    })
  }

  start(): void {
    if (this.#timer !== undefined || this.#halt.signal.aborted) return
    this.#timer = setInterval(() => this.#tick(), TICK_MILLIS)
    void this.#connect()
  }

  stop(): void {
    this.#close()
    this.#queue.end({ dropped: true })
  }

  take(): Promise<readonly LiveEvent[] | undefined> {
    return this.#queue.take()
  }

  get #stopped(): boolean {
    return this.#halt.signal.aborted
  }

  #close(): void {
    this.#halt.abort()
    clearInterval(this.#timer)
    this.#current?.close()
    this.#next?.close()
    this.#current = this.#next = undefined
  }

  /** Opens a connection and does not give up; after an ending with a pause before it. */
  async #connect(last?: Ending): Promise<void> {
    let ending = last
    do {
      if (ending !== undefined) await this.#backOff(ending)
      await this.#permitted()
      if (this.#stopped) return
      ending = await this.#open()
    } while (ending !== undefined && !this.#stopped && !this.#diedOf(ending))
  }

  /** Undefined when the connection stands. */
  async #open(): Promise<Ending | undefined> {
    this.#repetitions.nextConnection()
    const connection = this.#newConnection()
    this.#current = connection
    this.#say('connecting', '', '')
    const ending = await this.#attempt(connection)
    if (ending !== undefined && this.#current === connection) this.#current = undefined
    return ending
  }

  async #attempt(connection: LiveConnection): Promise<Ending | undefined> {
    try {
      await this.#reconnection.attempt(() => connection.open())
      return undefined
    } catch (error) {
      connection.close()
      return this.#stopped ? { reason: 'stopped' } : this.#endingOf(error)
    }
  }

  #endingOf(error: unknown): Ending {
    if (isBroken(error)) return { reason: 'ten attempts in a row have failed; one in 30 s is made' }
    if (!(error instanceof SourceError)) return { reason: error instanceof Error ? error.message : String(error) }
    if (error.code === 'SOURCE_TLS') this.#push(this.#faultOf('authenticity', '', error.message))
    return { reason: error.message, error }
  }

  async #backOff({ reason, error }: Ending): Promise<void> {
    const millis = this.#reconnection.pauseMillis(error?.retryAfterMillis)
    this.#say('backoff', '', `${reason}; again in ${(millis / 1000).toFixed(1)} s`)
    await this.#sleep(millis)
    await this.#queue.room()
  }

  async #permitted(): Promise<void> {
    for (let millis = this.#permit(); millis > 0; millis = this.#permit()) {
      if (this.#current === undefined) this.#say('backoff', '', `the host allows no attempt for ${(millis / 1000).toFixed(1)} s`)
      await this.#sleep(millis)
    }
  }

  #permit(): number {
    return this.#stopped ? 0 : this.#reconnection.permitMillis()
  }

  /** Ends early when the run is stopped, which whoever slept looks at. */
  #sleep(millis: number): Promise<void> {
    if (this.#stopped) return Promise.resolve()
    return new Promise(resolve => {
      const wake = () => {
        clearTimeout(timer)
        this.#halt.signal.removeEventListener('abort', wake)
        resolve()
      }
      const timer = setTimeout(wake, millis)
      this.#halt.signal.addEventListener('abort', wake)
    })
  }

  /** Opens a connection beside the one that announced its end, and tries again as long as that one lasts. */
  async #replace(reason: string): Promise<void> {
    const old = this.#current
    if (this.#replacing || this.#next !== undefined || old === undefined) return
    this.#replacing = true
    for (let ending: Ending | undefined = { reason }, first = true; ending !== undefined; first = false) {
      if (!first) await this.#sleep(this.#reconnection.pauseMillis(ending.error?.retryAfterMillis))
      await this.#permitted()
      if (this.#stopped || this.#current !== old) break

      const next = this.#newConnection()
      this.#next = next
      this.#nextSince = this.#options.clock.now()
      ending = await this.#attempt(next)
      if (ending === undefined) break
      if (this.#next === next) this.#forgetNext()
      if (this.#stopped || this.#diedOf(ending)) break
      // The old one ended meanwhile, and this one stood in its place already.
      if (this.#current === next) {
        this.#current = undefined
        void this.#connect(ending)
      }
    }
    this.#replacing = false
  }

  #newConnection(): LiveConnection {
    const connection: LiveConnection = new LiveConnection(
      this.#options,
      this.#eventsOf(() => connection),
    )
    return connection
  }

  #eventsOf(self: () => LiveConnection): ConnectionEvents {
    return {
      fact: event => (self() === this.#next ? this.#hold(event) : this.#deliver(event)),
      link: (state, instrumentId, reason) => {
        if (self() !== this.#next) this.#say(state, instrumentId, reason)
        else if (this.#covers()) this.#promote('the replacement is whole')
      },
      fault: (fault, instrumentId, detail) => this.#push(this.#faultOf(fault, instrumentId, detail)),
      measure: (roundTripMicros, clockOffsetMicros) =>
        this.#push({ ...this.#happened(), kind: 'link-measure', source: this.#source, roundTripMicros, clockOffsetMicros }),
      replace: reason => void this.#replace(reason),
      over: ending => this.#lost(self(), ending),
    }
  }

  #lost(connection: LiveConnection, ending: Ending): void {
    if (this.#stopped || this.#diedOf(ending)) return
    if (connection === this.#next) {
      this.#forgetNext()
      void this.#replace(ending.reason)
      return
    }
    if (connection !== this.#current) return
    this.#reconnection.wasLive(connection.liveMicros(this.#options.clock.now()))
    this.#current = undefined
    if (this.#next !== undefined) this.#promote(ending.reason)
    else void this.#connect(ending)
  }

  /** Everything that is live in the old connection is live in its replacement. */
  #covers(): boolean {
    const [old, next] = [this.#current, this.#next]
    if (old === undefined || next === undefined) return false
    return [...old.spoken].every(id => !old.isLive(id) || next.isLive(id)) && (next.overall === 'live' || next.states.size > 0)
  }

  #promote(reason: string): void {
    const [old, next] = [this.#current, this.#next!]
    const facts = this.#nextFacts
    this.#current = next
    this.#forgetNext()
    this.#repetitions.nextConnection()

    const news = old === undefined ? undefined : changes(old, next)
    if (old !== undefined) this.#reconnection.wasLive(old.liveMicros(this.#options.clock.now()))
    old?.close()
    for (const [id, state] of news ?? [['', next.overall] as const, ...next.states]) this.#say(state, id, reason)

    // Known to us before, given out now: the reader's time does not run backwards.
    const receivedTime = this.#now()
    for (const event of this.#withoutStaleQuotes(facts)) this.#deliver({ ...event, receivedTime } as FeedEvent)
    this.#quoteTimes.clear()
  }

  #withoutStaleQuotes(facts: readonly FeedEvent[]): FeedEvent[] {
    const last = new Map<string, FeedEvent>()
    for (const event of facts) if (event.kind === 'quote') last.set(event.instrumentId, event)
    return facts.filter(event => {
      if (event.kind !== 'quote') return true
      return last.get(event.instrumentId) === event && event.eventTime >= (this.#quoteTimes.get(event.instrumentId) ?? 0)
    })
  }

  #forgetNext(): void {
    this.#next = undefined
    this.#nextFacts = []
  }

  #hold(event: FeedEvent): void {
    this.#nextFacts.push(event)
    if (this.#nextFacts.length >= (this.#options.holdEvents ?? HOLD_EVENTS))
      this.#promote('the replacement has waited long enough')
  }

  #deliver(event: FeedEvent): void {
    if (!this.#repetitions.isNew(event)) return
    if (this.#next !== undefined && event.kind === 'quote') this.#quoteTimes.set(event.instrumentId, event.eventTime)
    this.#queue.push(event)
  }

  #flooded(dropped: number): void {
    const connection = this.#current
    if (connection === undefined || this.#stopped) return
    const reason = 'more came than could be taken'
    connection.close()
    this.#push(this.#faultOf('overflow', '', `${reason}: ${dropped} events of order books are dropped`))
    this.#say('degraded', '', reason)
    this.#lost(connection, { reason })
  }

  #tick(): void {
    const now = this.#options.clock.now()
    this.#current?.tick(now)
    this.#next?.tick(now)
    if (this.#next !== undefined && now - this.#nextSince > REPLACEMENT_MICROS) this.#promote('the replacement has had its time')
  }

  /** True when there is no going on without a person, which ends the run with a last word. */
  #diedOf({ reason, error, fatal = error?.passing === false }: Ending): boolean {
    if (!fatal) return false
    this.#say('fatal', '', error === undefined ? reason : `${error.code}: ${reason}; ${error.fix}`)
    this.#close()
    this.#queue.end()
    return true
  }

  get #source(): string {
    return this.#options.provenance.source
  }

  #say(state: LinkState, instrumentId: string, reason: string): void {
    this.#push({
      ...this.#happened(),
      kind: 'link-change',
      source: this.#source,
      instrumentId,
      state,
      reason: this.#clean(reason),
    })
  }

  #faultOf(fault: IntegrityFaultKind, instrumentId: string, detail: string): LiveEvent {
    return {
      ...this.#happened(),
      kind: 'integrity-fault',
      source: this.#source,
      instrumentId,
      fault,
      detail: this.#clean(detail),
    }
  }

  /** Whatever is said goes through here: an error may quote an address, and that a key or an account number. */
  #clean(text: string): string {
    return redactedText(text, this.#options.secrets?.())
  }

  /** The time of the call in hand, so that a word and the facts after it are in order. */
  #now(): Micros {
    return this.#current?.time ?? this.#next?.time ?? this.#options.clock.now()
  }

  #happened() {
    const now = this.#now()
    this.#sequence += 1
    return { eventTime: now, receivedTime: now, sequence: this.#sequence, provenance: this.#options.provenance }
  }

  #push(event: LiveEvent): void {
    this.#queue.push(event)
  }
}

/** What is to be said when `next` takes over from `old`: nothing of what stays as it was. */
function changes(old: LiveConnection, next: LiveConnection): (readonly [string, LinkState])[] {
  if (old.overall !== next.overall) return [['', next.overall], ...next.states]
  const ids = new Set([...old.states.keys(), ...next.states.keys()])
  return [...ids]
    .map(id => [id, next.states.get(id) ?? next.overall, old.states.get(id) ?? old.overall] as const)
    .filter(([, state, before]) => state !== before)
    .map(([id, state]) => [id, state] as const)
}
