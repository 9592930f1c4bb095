// The merge of streams, against a plain stable sort.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { FeedEvent } from '../../domain/event.ts'
import { type LaneSource, merge } from './merge.ts'

/** Only what the merge looks at, and a name to tell events apart. */
const eventAt = (receivedTime: number, name: string) => ({ kind: 'quote', receivedTime, name }) as unknown as FeedEvent
const nameOf = (event: FeedEvent) => (event as unknown as { name: string }).name

async function* inBatches(events: readonly FeedEvent[], size: number): AsyncGenerator<readonly FeedEvent[]> {
  for (let i = 0; i < events.length; i += size) yield events.slice(i, i + size)
  yield []
}

async function merged(sources: readonly LaneSource[]): Promise<FeedEvent[]> {
  const all: FeedEvent[] = []
  for await (const batch of merge(sources)) all.push(...batch)
  return all
}

const endless = { left: Number.POSITIVE_INFINITY, leads: true }
const lanes = fc
  .array(fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 60 }), { maxLength: 5 })
  .map(all => all.map((times, lane) => times.toSorted((a, b) => a - b).map((time, i) => eventAt(time, `${lane}.${i}`))))

test('a merge is a stable sort by received time, whatever the size of batches', async () => {
  await fc.assert(
    fc.asyncProperty(lanes, fc.integer({ min: 1, max: 20 }), async (all, size) => {
      const expected = all.flat().toSorted((a, b) => a.receivedTime - b.receivedTime)

      const events = await merged(all.map(events => ({ batches: inBatches(events, size), group: { ...endless } })))

      expect(events.map(nameOf)).toEqual(expected.map(nameOf))
    }),
  )
})

test('a limit takes the first events of its group and none of another’s', async () => {
  await fc.assert(
    fc.asyncProperty(lanes, fc.integer({ min: 0, max: 30 }), async (all, limit) => {
      const sorted = all.flat().toSorted((a, b) => a.receivedTime - b.receivedTime)
      const limited = (event: FeedEvent) => !nameOf(event).startsWith('0.')
      const within = new Set(sorted.filter(limited).slice(0, limit))
      const group = { left: limit, leads: true }

      const events = await merged(
        all.map((events, lane) => ({ batches: inBatches(events, 7), group: lane === 0 ? { ...endless } : group })),
      )

      expect(events.map(nameOf)).toEqual(sorted.filter(event => !limited(event) || within.has(event)).map(nameOf))
    }),
  )
})

test('lanes that do not lead end with the last one that does', async () => {
  const market = [1, 2, 3].map(time => eventAt(time, `market ${time}`))
  const macro = [0, 2, 3, 4, 5].map(time => eventAt(time, `macro ${time}`))

  const events = await merged([
    { batches: inBatches(macro, 2), group: { left: Number.POSITIVE_INFINITY, leads: false } },
    { batches: inBatches(market, 2), group: { ...endless } },
  ])

  expect(events.map(nameOf)).toEqual(['macro 0', 'market 1', 'macro 2', 'market 2', 'macro 3', 'market 3'])
})

test('walking away early closes every lane', async () => {
  const closed: string[] = []
  async function* lane(name: string): AsyncGenerator<readonly FeedEvent[]> {
    try {
      for (let time = 0; ; time++) yield [eventAt(time, name)]
    } finally {
      closed.push(name)
    }
  }

  let batches = 0
  for await (const _ of merge(['a', 'b'].map(name => ({ batches: lane(name), group: { ...endless } }))))
    if (++batches === 3) break

  expect(closed).toEqual(['a', 'b'])
})
