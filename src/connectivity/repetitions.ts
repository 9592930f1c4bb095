// Which facts of a new connection an older one has delivered already: venues repeat their last trades to who comes back.
import type { FeedEvent } from '../domain/event.ts'
import type { Micros } from '../domain/numbers.ts'

interface Mark {
  sequence: number
  eventTime: Micros
}

/**
 * A trade or a bar is a repetition when neither its number nor its time is beyond the last delivered by the connections
 * before. Both are asked, because a venue that starts anew counts from zero, and some count within a connection only.
 */
export class Repetitions {
  #before = new Map<string, Mark>()
  #now = new Map<string, Mark>()

  /** From here on another connection speaks. */
  nextConnection(): void {
    for (const [key, mark] of this.#now) this.#before.set(key, mark)
    this.#now = new Map()
  }

  /** False for a repetition. What is new is noted. */
  isNew(event: FeedEvent): boolean {
    if (event.kind !== 'trade' && event.kind !== 'bar') return true
    const key =
      event.kind === 'trade' ? event.instrumentId : `${event.instrumentId} ${event.basis} ${event.eventTime - event.openTime}`

    const before = this.#before.get(key)
    if (before !== undefined && event.eventTime <= before.eventTime && event.sequence <= before.sequence) return false

    const mark = this.#now.get(key)
    if (mark === undefined) this.#now.set(key, { sequence: event.sequence, eventTime: event.eventTime })
    else {
      mark.sequence = Math.max(mark.sequence, event.sequence)
      if (event.eventTime > mark.eventTime) mark.eventTime = event.eventTime
    }
    return true
  }
}
