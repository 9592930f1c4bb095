// What is listed of a replay that plays again.
import { expect, test } from 'vitest'
import type { Call } from '../../../adapters/gateway/handlers.ts'
import type { RowOf, Topic } from '../../../wire/topics.ts'
import type { ServerContext } from '../server-context.ts'
import { ofLivingReplay } from './living-replay.ts'

const CALL = { who: { roles: ['admin'], accounts: [] } } as unknown as Call
const PAGE = { run: 'r', limit: 10, offset: 0 }

const fill = (key: string, time: string, instrument = 'A.X') =>
  ({ key, run: 'r', account: 'a', instrument, time }) as unknown as RowOf<'fills'>

function hub(fills: readonly RowOf<'fills'>[], { mode = 'REPLAY', running = true } = {}): Pick<ServerContext, 'hub'> {
  const runs = [{ key: 'r', mode, running, time: '2014-05-02T12:00:00.000000Z' }]
  const rows = { runs, fills } as unknown as Record<Topic, never>
  return { hub: { publish: () => undefined, rows: topic => rows[topic] ?? [] } }
}

test('lists what it did until its own time, each once and newest first, though an earlier play went on', () => {
  const rows = [
    fill('r/1', '2014-05-01T10:00:00.000000Z'),
    fill('r/2', '2014-05-02T10:00:00.000000Z'),
    fill('r/3', '2014-05-03T10:00:00.000000Z'),
    fill('r/1', '2014-05-01T10:00:00.000000Z'),
  ]
  const listed = ofLivingReplay(hub(rows), 'fills', PAGE, CALL)
  expect(listed?.items.map(({ key }) => key)).toEqual(['r/2', 'r/1'])
  expect(listed?.total).toBe(2)
  expect(ofLivingReplay(hub(rows), 'fills', { ...PAGE, limit: 1, offset: 1 }, CALL)?.items.map(({ key }) => key)).toEqual(['r/1'])
  expect(ofLivingReplay(hub(rows), 'fills', { ...PAGE, instrument: 'B.X' }, CALL)).toEqual({ items: [], total: 0 })
})

test('what does not play, or plays living prices, is asked of the history', () => {
  expect(ofLivingReplay(hub([]), 'fills', { ...PAGE, run: undefined }, CALL)).toBeUndefined()
  expect(ofLivingReplay(hub([], { running: false }), 'fills', PAGE, CALL)).toBeUndefined()
  expect(ofLivingReplay(hub([], { mode: 'PAPER' }), 'fills', PAGE, CALL)).toBeUndefined()
})

test('somebody who was not given the account sees nothing of it', () => {
  const guest = { who: { roles: ['read'], accounts: ['other'] } } as unknown as Call
  expect(ofLivingReplay(hub([fill('r/1', '2014-05-01T10:00:00.000000Z')]), 'fills', PAGE, guest)?.items).toEqual([])
})
