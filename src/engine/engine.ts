// The engine: one synchronous door. Backtest, replay, paper, live and recovery all come through `process`.
import { unreachable } from '../domain/assert.ts'
import { Digest } from '../domain/digest.ts'
import type { Envelope } from '../domain/event.ts'
import type { Bar } from '../domain/market.ts'
import { MINUTE, type Micros, type Money } from '../domain/numbers.ts'
import type { FinishedBar } from '../stages/market/bar-builder.ts'
import type { Account } from './account.ts'
import type { Lane, Series } from './analysis.ts'
import type { World } from './sense-suite.ts'
import type { Step } from './step.ts'
import { StepBuilder } from './step-builder.ts'

export interface EngineParts {
  readonly account: Account
  readonly lanes: readonly Lane[]
  readonly world: World
  /** Fill `Decision.features`, which costs more than deciding: for `why`, not for speed. */
  readonly explain: boolean
}

export class Engine {
  readonly account: Account
  /** For reading between events: what the dashboard shows. */
  readonly lanes: readonly Lane[]
  readonly #byId = new Map<string, Lane>()
  readonly #world: World
  readonly #explain: boolean
  readonly #step = new StepBuilder()
  #sequence = 0
  #decisions = 0
  #now = 0 as Micros
  #nextTimer = Number.POSITIVE_INFINITY
  // The lane of the last event: most streams are of one instrument, and a compare is cheaper than a look-up.
  #laneId = ''
  #lane: Lane | undefined

  constructor(parts: EngineParts) {
    this.account = parts.account
    this.lanes = parts.lanes
    this.#world = parts.world
    this.#explain = parts.explain
    for (const lane of parts.lanes) this.#byId.set(lane.instrument.id, lane)
  }

  /** When the session must next send a Tick: the close of the earliest bar in the making. Infinity when none is open. */
  get nextTimer(): number {
    return this.#nextTimer
  }

  get now(): Micros {
    return this.#now
  }

  /** What the event changed; undefined when nobody could ask about it, which is so for most quotes. */
  process(envelope: Envelope): Step | undefined {
    const { event, sequence } = envelope
    this.#sequence = sequence
    this.#now = event.receivedTime
    this.#step.begin(sequence)
    switch (event.kind) {
      case 'quote': {
        const lane = this.#find(event.instrumentId)
        if (lane === undefined) return undefined
        lane.quote(event)
        this.#cut(lane)
        break
      }
      case 'trade': {
        const lane = this.#find(event.instrumentId)
        if (lane === undefined) return undefined
        lane.trade(event)
        this.#cut(lane)
        break
      }
      case 'bar': {
        const lane = this.#find(event.instrumentId)
        if (lane === undefined) return undefined
        lane.bar(event)
        for (const series of lane.series) this.#smaller(lane, series, event)
        break
      }
      case 'book-snapshot':
      case 'book-change': {
        const lane = this.#find(event.instrumentId)
        if (lane === undefined) return undefined
        if (event.kind === 'book-snapshot') lane.book.snapshot(event)
        else lane.book.change(event)
        lane.bookMoved(event.receivedTime)
        this.#cut(lane)
        break
      }
      case 'tick':
        for (const lane of this.lanes) this.#close(lane, event.receivedTime)
        break
      case 'release':
        this.#world.release(event)
        return undefined
      case 'calendar-entry':
        this.#world.announce(event)
        return undefined
      case 'order-event':
        this.account.onOrderEvent(event, event.receivedTime, this.#step)
        return this.#step.finish(envelope)
      case 'operator-command':
        this.account.command(event, event.receivedTime, this.#step)
        return this.#step.finish(envelope)
      case 'source-change': {
        const lane = this.#find(event.instrumentId)
        if (lane === undefined || event.epoch <= lane.desk.epoch) return undefined
        lane.switchSource(event)
        this.#step.touch()
        break
      }
      default:
        return unreachable(event)
    }
    return this.#step.finish(envelope)
  }

  /** One text that live, replay and a second machine compare. Covers the account, every measure and what was decided. */
  stateHash(): string {
    const digest = new Digest().number(this.#sequence).number(this.#now).number(this.#decisions)
    this.account.digest(digest)
    this.#world.digest(digest)
    for (const lane of this.lanes) lane.digest(digest)
    return digest.hex
  }

  equity(): Money | undefined {
    return this.account.portfolio.equity()
  }

  #find(instrumentId: string): Lane | undefined {
    if (instrumentId === this.#laneId) return this.#lane
    const lane = this.#byId.get(instrumentId)
    if (lane !== undefined) {
      this.#laneId = instrumentId
      this.#lane = lane
    }
    return lane
  }

  /** After a fact: bars of length zero end with it; the others only move the next timer. */
  #cut(lane: Lane): void {
    for (const series of lane.series) {
      const { builder } = series
      if (builder.shape.lengthMicros === 0) {
        if (builder.closeTime < Number.POSITIVE_INFINITY) this.#closed(lane, series, builder.finish())
      } else if (builder.closeTime < this.#nextTimer) this.#nextTimer = builder.closeTime
    }
  }

  /** A source's bar: as long as ours it passes; shorter it is collected, and may be the one that completes ours. */
  #smaller(lane: Lane, series: Series, bar: Bar): void {
    const { builder } = series
    if (builder.shape.lengthMicros === 0 || builder.isWhole(bar)) {
      this.#closed(lane, series, builder.whole(bar))
      return
    }
    builder.smaller(bar)
    if (builder.closeTime <= bar.eventTime) this.#closed(lane, series, builder.finish())
    this.#schedule()
  }

  #close(lane: Lane, now: number): void {
    for (const series of lane.series) {
      if (series.builder.shape.lengthMicros > 0 && series.builder.closeTime <= now)
        this.#closed(lane, series, series.builder.finish())
    }
    this.#schedule()
  }

  #schedule(): void {
    let next = Number.POSITIVE_INFINITY
    for (const lane of this.lanes) if (lane.nextCloseTime < next) next = lane.nextCloseTime
    this.#nextTimer = next
  }

  /** A bar is known: measure, read, fuse, decide, and let the account act. */
  #closed(lane: Lane, series: Series, finished: FinishedBar): void {
    const step = this.#step
    const now = this.#now
    lane.now = now
    const { senses, seat } = series
    const mixed = series.takeMixed()
    if (senses !== undefined) {
      lane.opinion = senses.read(lane, finished.input, now)
      lane.desk.volatility = senses.volatility
      if (lane.opinion !== undefined) step.opinion(lane.opinion)
    }
    if (seat === undefined && senses === undefined) return
    if (series.builder.shape.lengthMicros > 0) step.bar(finished.bar)
    if (now >= lane.sampleTime) {
      lane.sampleTime = now + MINUTE
      step.equity = this.account.sample(lane.desk, now, step.sequence)
    }
    this.account.heed(lane.desk, now, step)
    if (seat === undefined) return
    lane.desk.barsHeld += 1
    this.#decisions += 1
    const decision = seat.decide(lane, finished, lane.desk.position, { explain: this.#explain, mixed })
    step.decision(decision)
    if (decision.signal.kind !== 'none') this.account.decide(decision, now, step)
  }
}
