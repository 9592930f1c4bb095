import { expect, test } from 'vitest'
import type { LiveEvent } from '../domain/event.ts'
import type { Micros } from '../domain/numbers.ts'
import { DERIVED } from '../domain/provenance.ts'
import type { LinkState } from '../domain/source.ts'
import { mergedSource } from './merged-source.ts'
import type { LiveSource } from './source.ts'

const said = (state: LinkState, instrumentId: string, time: number): LiveEvent => ({
  kind: 'link-change',
  eventTime: time as Micros,
  receivedTime: time as Micros,
  sequence: 0,
  provenance: DERIVED,
  source: 'venue',
  instrumentId,
  state,
  reason: '',
})

function connection(...batches: readonly (readonly LiveEvent[])[]): LiveSource & { left: boolean } {
  return {
    left: false,
    async *batches() {
      try {
        yield* batches
      } finally {
        this.left = true
      }
    },
  }
}

async function all(source: LiveSource): Promise<readonly LiveEvent[]> {
  const events: LiveEvent[] = []
  for await (const batch of source.batches()) events.push(...batch)
  return events
}

test('a connection that speaks of all it carries speaks of no other connection’s instruments', async () => {
  const first = connection([said('live', '', 1)], [said('backoff', '', 5)])
  const second = connection([said('live', '', 2)], [said('degraded', 'C', 6)])
  const events = await all(
    mergedSource([
      { source: first, instrumentIds: ['A', 'B'] },
      { source: second, instrumentIds: ['C'] },
    ]),
  )

  const last = new Map(events.map(event => (event.kind === 'link-change' ? [event.instrumentId, event.state] : ['', ''])))
  expect([...last]).toEqual(
    expect.arrayContaining([
      ['A', 'backoff'],
      ['B', 'backoff'],
      ['C', 'degraded'],
    ]),
  )
  expect(last.has('')).toBe(false)
})

test('received times do not run backwards where two connections cross', async () => {
  const parts = [
    connection([said('live', 'A', 10)], [said('live', 'A', 12)]),
    connection([said('live', 'B', 3)], [said('live', 'B', 20)]),
  ]
  const events = await all(mergedSource(parts.map((source, at) => ({ source, instrumentIds: [at === 0 ? 'A' : 'B'] }))))

  const times = events.map(({ receivedTime }) => receivedTime)
  expect(times).toEqual(times.toSorted((a, b) => a - b))
  expect(events).toHaveLength(4)
})

test('leaving it leaves every connection', async () => {
  const parts = [
    connection([said('live', 'A', 1)], [said('live', 'A', 2)]),
    connection([said('live', 'B', 1)], [said('live', 'B', 2)]),
  ]
  for await (const _ of mergedSource(parts.map(source => ({ source, instrumentIds: [] }))).batches()) break
  expect(parts.map(({ left }) => left)).toEqual([true, true])
})

test('one connection alone is itself', () => {
  const only = connection()
  expect(mergedSource([{ source: only, instrumentIds: ['A'] }])).toBe(only)
})
