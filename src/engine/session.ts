// One step of any run: gate, journal, engine, venue. Live, paper, replay and backtest differ only in what is plugged in.
import { assert } from '../domain/assert.ts'
import type { Envelope, Event, FeedEvent, LiveEvent, OperatorCommand, Tick } from '../domain/event.ts'
import type { Micros } from '../domain/numbers.ts'
import type { Command } from '../domain/order.ts'
import { DERIVED } from '../domain/provenance.ts'
import type { SourceChange } from '../domain/source.ts'
import type { Gate, Withheld } from '../stages/quality/gate.ts'
import type { Engine } from './engine.ts'
import type { Journal, Observer, Venue } from './ports.ts'

export interface SessionParts {
  readonly engine: Engine
  readonly gate: Gate
  readonly venue: Venue
  /** Absent in a backtest: what can be repeated at will need not be kept. */
  readonly journal?: Journal
  readonly observers: readonly Observer[]
}

export class Session {
  readonly engine: Engine
  readonly #gate: Gate
  readonly #venue: Venue
  readonly #journal: Journal | undefined
  readonly #observers: readonly Observer[]
  readonly #quarantined = new Map<Withheld, number>()
  /** The newest switch of each instrument in the journal: what the gate decides again while it is shown old facts is known. */
  readonly #journaled = new Map<string, SourceChange>()
  /** A person's choices of a source in the journal, for the gate to hear at their time among the old facts. */
  readonly #choices: OperatorCommand[] = []
  #recalled = false
  #unselected = 0
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
  /** Sound facts of sources that were not read from. */
  get unselected(): number {
    return this.#unselected
  }
  get quarantined(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#quarantined)
  }

  /** One fact or notice of the feed, with everything that became due before it. */
  step(event: LiveEvent): void {
    const time = event.receivedTime
    // Silence is found before the fact that ends it.
    if (this.#gate.nextDeadline <= time || this.#choices.length > 0) this.#wait(time, event.kind === 'bar')
    const passes = this.#passes(event)
    if (this.#gate.decided) this.#switch(time, event.kind === 'bar')
    if (!passes) {
      this.#consumed += 1
      return
    }
    // A bar is known at its close, so whatever else ends at that instant must not be cut before it arrives.
    if (this.#venue.nextAnswerTime <= time || this.engine.nextTimer <= time) this.#advance(time, event.kind === 'bar')
    // Only now: what became due before may flush, and after a crash there this fact must still come.
    this.#consumed += 1
    this.#count(time)
    this.#process(event)
  }

  /** A fact from before the run's start: the senses take it in, no clock moves and nothing is counted as an event. */
  learn(event: LiveEvent): void {
    this.#consumed += 1
    if (this.#gate.nextDeadline <= event.receivedTime) this.#gate.advance(event.receivedTime)
    const passes = this.#passes(event)
    if (this.#gate.decided) this.#carryOut()
    if (passes) this.#process(event)
  }

  /** A person's order overtakes whatever waits. */
  command(command: OperatorCommand): void {
    this.#process(command)
    if (command.order.action !== 'failover') return
    this.#gate.obey(command.order, command.receivedTime)
    if (this.#gate.decided) this.#carryOut()
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
      } else if (event.kind === 'operator-command') {
        if (event.order.action === 'failover') this.#choices.push(event)
      } else if (event.kind !== 'tick') this.#venue.see(event)
      if (event.kind === 'source-change') this.#journaled.set(event.instrumentId, event)
      this.#apply(event, sequence)
    }
    // The crash may have come between an order and what the venue says to it at once.
    this.#drain(this.engine.now)
  }

  /** A fact that was consumed before a crash: the gate must know it, the engine already does. */
  skip(event: LiveEvent): void {
    this.#recall(event.receivedTime)
    if (this.#passes(event)) this.#count(event.receivedTime)
    while (this.#gate.decided) this.#gate.takeChange()
  }

  /** The same of a fact that was learned. */
  skipKnown(event: LiveEvent): void {
    this.#recall(event.receivedTime)
    this.#passes(event)
    while (this.#gate.decided) this.#gate.takeChange()
  }

  #count(time: Micros): void {
    this.#accepted += 1
    this.#firstTime ??= time
    this.#lastTime = time
  }

  #passes(event: LiveEvent): event is FeedEvent {
    const reason = this.#gate.inspect(event)
    if (reason === undefined) return true
    if (reason === 'notice') return false
    if (reason === 'not-selected') {
      this.#unselected += 1
      return false
    }
    this.#quarantined.set(reason, (this.#quarantined.get(reason) ?? 0) + 1)
    return false
  }

  /** The gate lives through the time up to an old fact again, and through what people chose meanwhile. */
  #recall(time: number): void {
    this.#recalled = true
    for (;;) {
      const choice = this.#choices[0]
      const chosen = choice === undefined ? Number.POSITIVE_INFINITY : choice.receivedTime
      const deadline = this.#gate.nextDeadline
      if (deadline <= time && deadline <= chosen) this.#gate.advance(deadline as Micros)
      else if (choice !== undefined && chosen < time) {
        this.#choices.shift()
        if (choice.order.action === 'failover') this.#gate.obey(choice.order, choice.receivedTime)
      } else return
    }
  }

  /** Time passes for the gate too. After a restart the journal's choices may still have to be heard. */
  #wait(time: number, isBar: boolean): void {
    // Where no old fact was shown, since they were live, old choices are past too.
    if (!this.#recalled) this.#choices.length = 0
    if (this.#choices.length === 0) {
      this.#advance(time, isBar)
      return
    }
    this.#recall(time)
    if (this.#gate.decided) this.#switch(time, isBar)
  }

  /** What the gate decided at this time, after everything that was due before. */
  #switch(time: number, isBar: boolean): void {
    this.#advance(time, isBar)
    this.#carryOut()
  }

  #carryOut(): void {
    let isKnown = false
    for (let change = this.#gate.takeChange(); change !== undefined; change = this.#gate.takeChange()) {
      if (change.kind === 'source-change') isKnown = change.epoch <= (this.#journaled.get(change.instrumentId)?.epoch ?? 0)
      if (!isKnown) this.#process(change)
    }
  }

  #advance(time: number, isBar: boolean): void {
    for (;;) {
      const deadline = this.#gate.nextDeadline
      if (deadline <= time && deadline <= this.#venue.nextAnswerTime && deadline <= this.engine.nextTimer) {
        // A person's order may have come in between, and time does not go back.
        this.#gate.advance(Math.max(deadline, this.engine.now) as Micros)
        if (this.#gate.decided) this.#carryOut()
        continue
      }
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
