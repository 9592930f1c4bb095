// What the engine and recovery rely on in every feed, wherever its facts come from.
import { isDeepStrictEqual } from 'node:util'
import { describe, expect, test } from 'vitest'
import type { FeedEvent } from '../../../src/domain/event.ts'
import type { Feed } from '../../../src/engine/ports.ts'

export interface FeedSubject {
  readonly name: string
  /** The same facts each time it is called. */
  readonly open: () => Promise<Feed>
  /** How many facts it delivers, known from elsewhere. */
  readonly facts: number
  /** A feed whose source breaks after it has been opened. */
  readonly openBroken: () => Promise<Feed>
  /** How many resources, such as connections and files, its feeds hold now. */
  readonly held: () => number
  /** `test`, or `packTest` where the facts are the data pack's. */
  readonly as?: (name: string, body: () => Promise<void>) => void
}

export function feedContract({ name, open, facts, openBroken, held, as = test }: FeedSubject): void {
  const read = async (): Promise<FeedEvent[]> => {
    const all: FeedEvent[] = []
    for await (const batch of (await open()).batches()) for (const event of batch) all.push(event)
    return all
  }
  // Some feeds are long: what several tests look at is read once.
  let reading: Promise<FeedEvent[]> | undefined
  const once = (): Promise<FeedEvent[]> => {
    reading ??= read()
    return reading
  }

  describe(`${name} keeps the feed's contract`, () => {
    as('it delivers every fact once, and ends', async () => {
      const events = await once()

      expect(events).toHaveLength(facts)
      expect(new Set(events).size, 'no object twice').toBe(facts)
      expect(new Set(events.map(identity)).size, 'no fact twice').toBe(facts)
    })

    as('facts come in order of received time, none before it happened, and in whole microseconds', async () => {
      let last = Number.NEGATIVE_INFINITY
      for (const event of await once()) {
        const { kind, receivedTime, eventTime } = event
        if (receivedTime < last) expect.fail(`${identity(event)} comes after ${last}`)
        if (!Number.isSafeInteger(receivedTime) || !Number.isSafeInteger(eventTime))
          expect.fail(`${identity(event)} is at no time`)
        // What is scheduled is announced before it happens.
        if (kind !== 'calendar-entry' && receivedTime < eventTime) expect.fail(`${identity(event)} is known before it happened`)
        last = receivedTime
      }
    })

    as('reading again gives the same facts, however fast the reader is', async () => {
      const first = await once()

      let at = 0
      for await (const batch of (await open()).batches()) {
        if (at % 3 === 0) await new Promise(resolve => setImmediate(resolve))
        const before = first.slice(at, at + batch.length)
        if (!isDeepStrictEqual(batch, before)) expect(batch).toEqual(before)
        at += batch.length
      }
      expect(at).toBe(first.length)
    })

    as('events outlive their batch', async () => {
      const kept: FeedEvent[] = []
      const copies: string[] = []
      for await (const batch of (await open()).batches()) {
        kept.push(batch[0]!, batch.at(-1)!)
        copies.push(text(batch[0]!), text(batch.at(-1)!))
      }
      expect(kept.map(text)).toEqual(copies)
    })

    as('every kind of fact has one shape: the same fields in the same order', async () => {
      const shapes = new Map<string, Set<string>>()
      for (const event of await once()) {
        const known = shapes.get(event.kind) ?? new Set()
        shapes.set(event.kind, known.add(Object.keys(event).join(' ')))
      }
      for (const [kind, found] of shapes) expect([...found], kind).toHaveLength(1)
    })

    as('facts of one file share one frozen provenance', async () => {
      const provenances = new Map<string, Set<unknown>>()
      for (const { provenance } of await once()) {
        if (!Object.isFrozen(provenance)) expect.fail(`the provenance of ${provenance.origin} can be written to`)
        const of = provenances.get(provenance.checksum) ?? new Set()
        provenances.set(provenance.checksum, of.add(provenance))
      }
      // A file's days or kinds may each have their own; a fact of its own has none.
      for (const [file, objects] of provenances) expect(objects.size, file).toBeLessThan(100)
    })

    as('a reader that leaves early, and one that fails, leave nothing open', async () => {
      const before = held()
      for await (const batch of (await open()).batches()) if (batch.length > 0) break
      expect(held(), 'after leaving').toBe(before)

      const failing = async () => {
        for await (const _ of (await open()).batches()) throw new Error('the reader failed')
      }
      await expect(failing()).rejects.toThrow('the reader failed')
      expect(held(), 'after failing').toBe(before)

      const unread = (await open()).batches()[Symbol.asyncIterator]()
      await unread.return?.()
      expect(held(), 'after not reading at all').toBe(before)

      await read()
      expect(held(), 'after reading to the end').toBe(before)
    })

    as('what breaks the source reaches the reader, with a code and a fix, and leaves nothing open', async () => {
      const before = held()
      const feed = await openBroken()
      const reading = async () => {
        for await (const _ of feed.batches());
      }
      await expect(reading()).rejects.toMatchObject({ code: expect.stringMatching(/^[A-Z_]+$/), fix: expect.stringMatching(/./) })
      expect(held()).toBe(before)
    })
  })
}

/** NaN, which calendar entries and releases may hold, is no JSON. */
const text = (event: FeedEvent): string =>
  JSON.stringify(event, (_, value) => (typeof value === 'number' && Number.isNaN(value) ? 'NaN' : value))

/** What makes a fact the one it is: nothing that two facts of a source may share. */
function identity(event: FeedEvent): string {
  const { kind, receivedTime, sequence, provenance } = event
  const subject = 'instrumentId' in event ? event.instrumentId : 'series' in event ? event.series : event.id
  return `${kind} ${subject} ${receivedTime} ${sequence} ${provenance.checksum}`
}
