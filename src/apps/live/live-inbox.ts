// Several living sources as one stream: whatever has arrived, in order of the time it was received.
import type { LiveSource } from '../../connectivity/source.ts'
import type { LiveEvent } from '../../domain/event.ts'
import type { Micros } from '../../domain/numbers.ts'

interface Pump {
  readonly iterator: AsyncIterator<readonly LiveEvent[]>
  readonly done: Promise<void>
}

export class LiveInbox {
  readonly #pumps: Pump[]
  #waiting: LiveEvent[] = []
  #sorted = true
  #lastTime = Number.NEGATIVE_INFINITY
  #wake: (() => void) | undefined
  #running: number
  #failure: unknown

  /** Reading begins at once. */
  constructor(sources: readonly LiveSource[]) {
    this.#running = sources.length
    this.#pumps = sources.map(source => {
      const iterator = source.batches()[Symbol.asyncIterator]()
      return { iterator, done: this.#pump(iterator) }
    })
  }

  /** Sources that may still deliver. */
  get running(): number {
    return this.#running
  }

  /**
   * Everything that waits, oldest first. Sources hand over in batches, so one may be behind another by a moment: what
   * would go back in time is given the time of the event before it, and the difference shows in its age.
   */
  take(): readonly LiveEvent[] {
    if (this.#failure !== undefined) throw this.#failure
    const events = this.#waiting
    if (events.length === 0) return events
    this.#waiting = []
    if (!this.#sorted) events.sort((a, b) => a.receivedTime - b.receivedTime)
    this.#sorted = true
    if (events[0]!.receivedTime < this.#lastTime) {
      const now = this.#lastTime as Micros
      for (let at = 0; at < events.length && events[at]!.receivedTime < now; at++)
        events[at] = { ...events[at]!, receivedTime: now }
    }
    this.#lastTime = events.at(-1)!.receivedTime
    return events
  }

  /** Events that wait. */
  get waiting(): number {
    return this.#waiting.length
  }

  /** Ends a wait although nothing arrived. */
  wake(): void {
    this.#wake?.()
  }

  /** Time has passed up to here: nothing taken later is earlier. */
  notBefore(time: Micros): void {
    if (time > this.#lastTime) this.#lastTime = time
  }

  /** Resolves when something waits, or after so many milliseconds. */
  async wait(millis: number): Promise<void> {
    if (this.#waiting.length > 0 || this.#failure !== undefined) return
    await new Promise<void>(resolve => {
      const timer = setTimeout(resolve, millis)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
    this.#wake = undefined
  }

  /** Closes every source and waits until their connections are gone. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#pumps.map(({ iterator }) => iterator.return?.()))
    await Promise.allSettled(this.#pumps.map(({ done }) => done))
  }

  async #pump(iterator: AsyncIterator<readonly LiveEvent[]>): Promise<void> {
    try {
      for (;;) {
        const { value, done } = await iterator.next()
        if (done === true) return
        this.#add(value)
      }
    } catch (error) {
      // A source does not throw for what may pass: this is a bug or the end of the machine, and the run must say so.
      this.#failure ??= error
      this.#wake?.()
    } finally {
      this.#running -= 1
    }
  }

  #add(events: readonly LiveEvent[]): void {
    const waiting = this.#waiting
    for (const event of events) {
      if (waiting.length > 0 && event.receivedTime < waiting.at(-1)!.receivedTime) this.#sorted = false
      waiting.push(event)
    }
    this.#wake?.()
  }
}
