// What is listed of a replay that plays again.
import { expect, test } from 'vitest'
import type { Call } from '../../../adapters/gateway/handlers.ts'
import type { RowOf, Topic } from '../../../wire/topics.ts'
import type { ServerContext } from '../server-context.ts'
import { ofLivingReplay, orderSoFar } from './living-replay.ts'

const CALL = { who: { roles: ['admin'], accounts: [] } } as unknown as Call
const PAGE = { run: 'r', limit: 10, offset: 0 }

const fill = (key: string, time: string, instrument = 'A.X') =>
  ({ key, run: 'r', account: 'a', instrument, time }) as unknown as RowOf<'fills'>

function hub(
  fills: readonly RowOf<'fills'>[],
  { mode = 'REPLAY', running = true, orders = [] as readonly RowOf<'orders'>[] } = {},
): Pick<ServerContext, 'hub'> {
  const runs = [{ key: 'r', mode, running, time: '2014-05-02T12:00:00.000000Z' }]
  const rows = { runs, fills, orders } as unknown as Record<Topic, never>
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

test('of one order there is what had happened by the time of the replay, and nothing before it was placed', () => {
  const order = (changed: string, state: string) =>
    ({ key: 'r/o', run: 'r', account: 'a', created: '2014-05-01T09:00:00.000000Z', changed, state }) as unknown as RowOf<'orders'>
  const [early, late] = [fill('r/1', '2014-05-01T10:00:00.000000Z'), fill('r/2', '2014-05-03T10:00:00.000000Z')]
  const known = {
    order: order('2014-05-03T10:00:00.000000Z', 'filled'),
    fills: [early, late],
    history: [
      { time: '2014-05-01T09:00:00.000000Z', state: 'accepted', reason: '' },
      { time: '2014-05-01T10:00:00.000000Z', state: 'partly-filled', reason: '' },
      { time: '2014-05-03T10:00:00.000000Z', state: 'filled', reason: '' },
    ],
  }
  const now = order('2014-05-01T10:00:00.000000Z', 'partly-filled')

  expect(orderSoFar(hub([early, late], { orders: [now] }), known, CALL)).toEqual({
    order: now,
    fills: [early],
    history: known.history.slice(0, 2),
  })
  expect(orderSoFar(hub([early, late]), known, CALL)).toBeUndefined()
  expect(orderSoFar(hub([], { running: false }), known, CALL)).toBe(known)
})
