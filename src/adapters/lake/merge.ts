// Several streams of events into one, in order of received time. Of equal times the earlier lane goes first.
import type { FeedEvent } from '../../domain/event.ts'

export interface LaneSource {
  /** In order of received time. */
  readonly batches: AsyncIterator<readonly FeedEvent[]>
  /** Lanes of one group share a limit: events beyond it are not delivered. */
  readonly group: Group
}

export interface Group {
  left: number
  /** When all groups that lead have ended, the merge ends: macro figures are not read on after the market has stopped. */
  readonly leads: boolean
}

class Lane {
  readonly rank: number
  readonly group: Group
  readonly #batches: AsyncIterator<readonly FeedEvent[]>
  events: readonly FeedEvent[] = []
  at = 0
  /** Received time of the next event; Infinity at the end. */
  head = Number.NEGATIVE_INFINITY

  constructor(source: LaneSource, rank: number) {
    this.#batches = source.batches
    this.group = source.group
    this.rank = rank
  }

  async refill(): Promise<void> {
    do {
      const { value, done } = await this.#batches.next()
      this.events = done ? [] : value
      this.at = 0
      if (done) {
        this.head = Number.POSITIVE_INFINITY
        return
      }
    } while (this.events.length === 0)
    this.head = this.events[0]!.receivedTime
  }

  async close(): Promise<void> {
    this.head = Number.POSITIVE_INFINITY
    this.events = []
    await this.#batches.return?.()
  }
}

const BATCH = 2048

/** Holds one batch of every lane. Where a lane is ahead of all others for long, its batches pass through uncopied. */
export async function* merge(sources: readonly LaneSource[]): AsyncGenerator<readonly FeedEvent[]> {
  const all = sources.map((source, rank) => new Lane(source, rank))
  let out: FeedEvent[] = []

  try {
    for (const lane of all) await lane.refill()
    let open = await stillOpen(all)
    while (open.length > 0) {
      const [first, rival] = leaders(open)
      const end = runEnd(first, rival)
      const wholeBatch = first.at === 0 && end === first.events.length
      if (wholeBatch && out.length === 0) {
        yield first.events
      } else {
        for (let i = first.at; i < end; i++) out.push(first.events[i]!)
      }

      first.group.left -= end - first.at
      first.at = end
      if (end < first.events.length) first.head = first.events[end]!.receivedTime
      else await first.refill()
      if (first.head === Number.POSITIVE_INFINITY || first.group.left <= 0) open = await stillOpen(open)

      if (out.length >= BATCH) {
        yield out
        out = []
      }
    }
    if (out.length > 0) yield out
  } finally {
    for (const lane of all) await lane.close()
  }
}

/** Drops lanes that ended, lanes of groups that are used up, and everything once nobody leads any more. */
async function stillOpen(lanes: readonly Lane[]): Promise<Lane[]> {
  const led = lanes.some(lane => lane.group.leads)
  const open: Lane[] = []
  for (const lane of lanes) {
    if (lane.head === Number.POSITIVE_INFINITY) continue
    if (lane.group.left > 0) open.push(lane)
    else await lane.close()
  }
  return led && !open.some(lane => lane.group.leads) ? [] : open
}

/** The lane whose event is next, and the one that comes after it. */
function leaders(lanes: readonly Lane[]): [Lane, Lane | undefined] {
  let first = lanes[0]!
  let rival: Lane | undefined
  for (let i = 1; i < lanes.length; i++) {
    const lane = lanes[i]!
    if (lane.head < first.head) {
      rival = first
      first = lane
    } else if (!rival || lane.head < rival.head) {
      rival = lane
    }
  }
  return [first, rival]
}

/** Index behind the last event in the batch that comes before the rival's next, and within the limit. */
function runEnd(lane: Lane, rival: Lane | undefined): number {
  const { events, at } = lane
  const limit = Math.min(events.length, at + lane.group.left)
  if (!rival) return limit

  const until = rival.head
  const goesFirst = lane.rank < rival.rank
  const precedes = (event: FeedEvent): boolean => event.receivedTime < until || (goesFirst && event.receivedTime === until)
  if (precedes(events[limit - 1]!)) return limit

  let end = at + 1
  while (end < limit && precedes(events[end]!)) end++
  return end
}
