// One step of any run: gate, journal, engine, venue. Live, paper, replay and backtest differ only in what is plugged in.
import { assert } from '../domain/assert.ts'
import type { Envelope, Event, FeedEvent, OperatorCommand, Tick } from '../domain/event.ts'
import type { Micros } from '../domain/numbers.ts'
import type { Command } from '../domain/order.ts'
import { DERIVED } from '../domain/provenance.ts'
import type { QualityGate, QualityReason } from '../stages/quality/gate.ts'
import type { Engine } from './engine.ts'
import type { Journal, Observer, Venue } from './ports.ts'

export interface SessionParts {
  readonly engine: Engine
  readonly gate: QualityGate
  readonly venue: Venue
  /** Absent in a backtest: what can be repeated at will need not be kept. */
  readonly journal?: Journal
  readonly observers: readonly Observer[]
}

export class Session {
  readonly engine: Engine
  readonly #gate: QualityGate
  readonly #venue: Venue
  readonly #journal: Journal | undefined
  readonly #observers: readonly Observer[]
  readonly #quarantined = new Map<QualityReason, number>()
  readonly #envelope = { sequence: 0, event: undefined as unknown as Event }
  #accepted = 0
  #consumed = 0
  #firstTime: Micros | undefined
  #lastTime: Micros | undefined

  constructor(parts: SessionParts) {
    this.engine = parts.engine
    this.#gate = parts.gate
    this.#venue = parts.venue
    this.#journal = parts.journal
    this.#observers = parts.observers
  }

  /** Facts of the feed that passed the gate. */
  get accepted(): number {
    return this.#accepted
  }
  /** Facts taken from the feed, passed or not: where a resumed run goes on reading. */
  get consumed(): number {
    return this.#consumed
  }
  get sequence(): number {
    return this.#envelope.sequence
  }
  get firstTime(): Micros | undefined {
    return this.#firstTime
  }
  get lastTime(): Micros | undefined {
    return this.#lastTime
  }
  get quarantined(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#quarantined)
  }

  /** One fact of the feed, with everything that became due before it. */
  step(event: FeedEvent): void {
    if (!this.#passes(event)) {
      this.#consumed += 1
      return
    }
    const time = event.receivedTime
    // A bar is known at its close, so whatever else ends at that instant must not be cut before it arrives.
    if (this.#venue.nextAnswerTime <= time || this.engine.nextTimer <= time) this.#advance(time, event.kind === 'bar')
    // Only now: what became due before may flush, and after a crash there this fact must still come.
    this.#consumed += 1
    this.#count(time)
    this.#process(event)
  }

  /** A fact from before the run's start: the senses take it in, no clock moves and nothing is counted as an event. */
  learn(event: FeedEvent): void {
    this.#consumed += 1
    if (!this.#passes(event)) return
    this.#process(event)
  }

  /** A person's order overtakes whatever waits. */
  command(command: OperatorCommand): void {
    this.#process(command)
  }

  /** Lets time pass without a fact, up to and including `time`. */
  advance(time: Micros): void {
    this.#advance(time, false)
  }

  /** Everything so far is durable. Call between batches of facts. */
  flush(): void {
    this.#journal?.flush(this.#consumed)
  }

  /**
   * Start and recovery are the same code: journaled envelopes go through the same engine in the same order. The
   * simulated venue lives through it too, and must say again what the journal holds. `consumed` is what the journal's
   * last flush said; as many facts are then shown again to `skipKnown` and `skip`.
   */
  recover(envelopes: Iterable<Envelope>, consumed: number): void {
    this.#consumed = consumed
    for (const { sequence, event } of envelopes) {
      assert(sequence === this.#envelope.sequence + 1, 'a journal has no holes')
      if (event.kind === 'order-event') {
        const again = this.#venue.take(event.receivedTime)
        assert(again === undefined || again.orderId === event.orderId, 'the venue answers as the journal says')
      } else if (event.kind !== 'tick' && event.kind !== 'operator-command') this.#venue.see(event)
      this.#apply(event, sequence)
    }
    // The crash may have come between an order and what the venue says to it at once.
    this.#drain(this.engine.now)
  }

  /** A fact that was consumed before a crash: the gate must know it, the engine already does. */
  skip(event: FeedEvent): void {
    if (this.#passes(event)) this.#count(event.receivedTime)
  }

  /** The same of a fact that was learned. */
  skipKnown(event: FeedEvent): void {
    this.#passes(event)
  }

  #count(time: Micros): void {
    this.#accepted += 1
    this.#firstTime ??= time
    this.#lastTime = time
  }

  #passes(event: FeedEvent): boolean {
    const reason = this.#gate.inspect(event)
    if (reason === undefined) return true
    this.#quarantined.set(reason, (this.#quarantined.get(reason) ?? 0) + 1)
    return false
  }

  #advance(time: number, isBar: boolean): void {
    for (;;) {
      const answerTime = this.#venue.nextAnswerTime
      const timer = this.engine.nextTimer
      if (answerTime <= time && answerTime <= timer) {
        const answer = this.#venue.take(answerTime)
        if (answer !== undefined) this.#process(answer)
      } else if (isBar ? timer < time : timer <= time) this.#process(tick(timer as Micros))
      else return
    }
  }

  #process(event: Event): void {
    const sequence = this.#envelope.sequence + 1
    if (this.#journal !== undefined) this.#journal.append({ sequence, event })
    this.#venue.see(event)
    const commands = this.#apply(event, sequence)
    if (commands) this.#drain(event.receivedTime)
  }

  /** Through the engine; true when commands left for the venue. */
  #apply(event: Event, sequence: number): boolean {
    this.#envelope.sequence = sequence
    this.#envelope.event = event
    const step = this.engine.process(this.#envelope)
    if (step === undefined) return this.#venue.nextAnswerTime <= event.receivedTime
    for (const observer of this.#observers) observer.observe(step)
    if (step.commands.length > 0) this.#release(step.commands, event.receivedTime)
    return this.#venue.nextAnswerTime <= event.receivedTime
  }

  /** Intent before effect: an order leaves only after its cause is on disk. */
  #release(commands: readonly Command[], now: number): void {
    this.#journal?.flush(this.#consumed)
    for (const command of commands) this.#venue.submit(command, now)
  }

  /** What the venue answers at once, and what those answers lead to. */
  #drain(now: number): void {
    while (this.#venue.nextAnswerTime <= now) {
      const answer = this.#venue.take(now)
      if (answer === undefined) continue
      const sequence = this.#envelope.sequence + 1
      if (this.#journal !== undefined) this.#journal.append({ sequence, event: answer })
      this.#apply(answer, sequence)
    }
  }
}

const tick = (time: Micros): Tick => ({ kind: 'tick', eventTime: time, receivedTime: time, sequence: 0, provenance: DERIVED })
