// Collects what one event changed. A quiet event collects nothing and costs nothing.
import type { Envelope } from '../domain/event.ts'
import type { Bar } from '../domain/market.ts'
import type { Money } from '../domain/numbers.ts'
import type { Opinion } from '../domain/opinion.ts'
import type { Command } from '../domain/order.ts'
import type { Booking, Decision, OrderChange, Sizing, Step, Verdict } from './step.ts'

const NOTHING: readonly never[] = Object.freeze([])

export class StepBuilder {
  sequence = 0
  equity: Money | undefined
  #touched = false
  #bars: Bar[] = []
  #opinions: Opinion[] = []
  #decisions: Decision[] = []
  #sizings: Sizing[] = []
  #verdicts: Verdict[] = []
  #changes: OrderChange[] = []
  #bookings: Booking[] = []
  #commands: Command[] = []

  begin(sequence: number): void {
    this.sequence = sequence
    this.equity = undefined
  }

  /** The event itself is worth asking about, whatever follows from it. */
  touch(): void {
    this.#touched = true
  }
  bar(bar: Bar): void {
    this.#touched = true
    this.#bars.push(bar)
  }
  opinion(opinion: Opinion): void {
    this.#touched = true
    this.#opinions.push(opinion)
  }
  decision(decision: Decision): void {
    this.#touched = true
    this.#decisions.push(decision)
  }
  sizing(sizing: Sizing): void {
    this.#touched = true
    this.#sizings.push(sizing)
  }
  verdict(verdict: Verdict): void {
    this.#touched = true
    this.#verdicts.push(verdict)
  }
  change(change: OrderChange): void {
    this.#touched = true
    this.#changes.push(change)
  }
  booking(booking: Booking): void {
    this.#touched = true
    this.#bookings.push(booking)
  }
  command(command: Command): void {
    this.#touched = true
    this.#commands.push(command)
  }

  /** The finished step; undefined when the event changed nothing that anyone could ask about. */
  finish(envelope: Envelope): Step | undefined {
    if (!this.#touched) return undefined
    const step: Step = {
      sequence: envelope.sequence,
      event: envelope.event,
      bars: taken(this.#bars),
      opinions: taken(this.#opinions),
      decisions: taken(this.#decisions),
      sizings: taken(this.#sizings),
      verdicts: taken(this.#verdicts),
      changes: taken(this.#changes),
      bookings: taken(this.#bookings),
      commands: taken(this.#commands),
      equity: this.equity,
    }
    if (step.bars !== NOTHING) this.#bars = []
    if (step.opinions !== NOTHING) this.#opinions = []
    if (step.decisions !== NOTHING) this.#decisions = []
    if (step.sizings !== NOTHING) this.#sizings = []
    if (step.verdicts !== NOTHING) this.#verdicts = []
    if (step.changes !== NOTHING) this.#changes = []
    if (step.bookings !== NOTHING) this.#bookings = []
    if (step.commands !== NOTHING) this.#commands = []
    this.#touched = false
    return step
  }
}

const taken = <Item>(items: readonly Item[]): readonly Item[] => (items.length === 0 ? NOTHING : items)
