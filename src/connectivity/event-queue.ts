// Between a socket that does not wait and a reader that may be slow: bounded, in order, and honest about what it let go.
import type { LiveEvent } from '../domain/event.ts'

export interface EventQueueOptions {
  /**
   * From so many held events on, a newer quote takes the place of an older one of its instrument. At twice as many the events
   * of order books are dropped; at four times as many trades alone have filled it, and they are never dropped.
   */
  readonly hold: number
  /**
   * The queue is full. `dropped` events of order books are gone; the connection must be ended, so that books begin anew, and
   * not be opened before there is `room`.
   */
  readonly flooded: (dropped: number) => void
  /** Asked when a batch leaves for which quotes were replaced: how many, by instrument. */
  readonly replaced: (counts: ReadonlyMap<string, number>) => readonly LiveEvent[]
}

const NOTICES: ReadonlySet<string> = new Set(['link-change', 'integrity-fault', 'link-measure'])

export class EventQueue {
  readonly #options: EventQueueOptions
  /** Holes are quotes that a newer one replaced; a newer quote stands at its own place, so times stay in order. */
  #events: (LiveEvent | undefined)[] = []
  #held = 0
  readonly #quotes = new Map<string, number>()
  readonly #replaced = new Map<string, number>()
  #wake: (() => void) | undefined
  #room: (() => void)[] = []
  #ended = false

  constructor(options: EventQueueOptions) {
    this.#options = options
  }

  get held(): number {
    return this.#held
  }

  push(event: LiveEvent): void {
    if (this.#ended) return
    if (event.kind === 'quote') this.#place(event.instrumentId)
    this.#events.push(event)
    this.#held += 1
    this.#wake?.()

    const { hold, flooded } = this.#options
    if (this.#held >= 2 * hold && event.kind === 'book-change') flooded(this.#dropBooks())
    else if (this.#held >= 4 * hold && !NOTICES.has(event.kind)) flooded(0)
  }

  /** Everything held, as soon as there is something; undefined after the end. One reader at a time. */
  async take(): Promise<readonly LiveEvent[] | undefined> {
    while (this.#held === 0) {
      if (this.#ended) return undefined
      await new Promise<void>(resolve => {
        this.#wake = resolve
      })
      this.#wake = undefined
    }
    const batch = this.#whole()
    if (this.#replaced.size > 0) batch.push(...this.#options.replaced(this.#replaced))
    this.#replaced.clear()
    this.#restart([])
    for (const resolve of this.#room.splice(0)) resolve()
    return batch
  }

  /** Kept once the reader has taken what was held, where that was much. */
  room(): Promise<void> {
    if (this.#ended || this.#held < this.#options.hold) return Promise.resolve()
    return new Promise(resolve => this.#room.push(resolve))
  }

  /** Nothing more comes. What is held can still be taken, unless `dropped`. */
  end({ dropped = false }: { readonly dropped?: boolean } = {}): void {
    this.#ended = true
    if (dropped) this.#restart([])
    this.#wake?.()
    for (const resolve of this.#room.splice(0)) resolve()
  }

  /** Makes room for a quote by letting the older one go, when the reader lags. */
  #place(instrumentId: string): void {
    const older = this.#quotes.get(instrumentId)
    if (older !== undefined && this.#held >= this.#options.hold) {
      this.#events[older] = undefined
      this.#held -= 1
      this.#replaced.set(instrumentId, (this.#replaced.get(instrumentId) ?? 0) + 1)
      if (this.#events.length > 2 * this.#held + 16) this.#restart(this.#whole())
    }
    this.#quotes.set(instrumentId, this.#events.length)
  }

  #dropBooks(): number {
    const before = this.#held
    this.#restart(this.#whole().filter(({ kind }) => kind !== 'book-change' && kind !== 'book-snapshot'))
    return before - this.#held
  }

  #whole(): LiveEvent[] {
    return this.#events.filter(event => event !== undefined)
  }

  #restart(events: LiveEvent[]): void {
    this.#events = events
    this.#held = events.length
    this.#quotes.clear()
    events.forEach((event, at) => {
      if (event.kind === 'quote') this.#quotes.set(event.instrumentId, at)
    })
  }
}
