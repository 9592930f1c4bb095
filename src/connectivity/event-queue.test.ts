// The queue between a socket and a slow reader: what it keeps, what it lets go, and what it says about it.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { LiveEvent } from '../domain/event.ts'
import { type Micros, price, quantity } from '../domain/numbers.ts'
import { DERIVED } from '../domain/provenance.ts'
import { EventQueue, type EventQueueOptions } from './event-queue.ts'

let time = 0
const base = (instrumentId: string) => {
  time += 1
  return { eventTime: time as Micros, receivedTime: time as Micros, sequence: time, provenance: DERIVED, instrumentId }
}
const quote = (id: string): LiveEvent => ({
  ...base(id),
  kind: 'quote',
  bid: price(1),
  ask: price(2),
  bidSize: quantity(0),
  askSize: quantity(0),
})
const trade = (id: string): LiveEvent => ({
  ...base(id),
  kind: 'trade',
  price: price(1),
  quantity: quantity(1),
  aggressor: 'unknown',
})
const change = (id: string): LiveEvent => ({
  ...{ ...base(id), kind: 'book-change', firstUpdateId: 1, lastUpdateId: 1, previousUpdateId: -1, bids: [], asks: [] },
})
const queueOf = (options: Partial<EventQueueOptions> = {}) =>
  new EventQueue({ hold: 4, flooded: () => undefined, replaced: () => [], ...options })

test('a reader that keeps up gets everything in order', async () => {
  const queue = queueOf()
  const first = queue.take()
  const events = [quote('A'), quote('A'), trade('A')]
  for (const event of events) queue.push(event)
  expect(await first).toEqual(events)
})

test('beyond the hold a newer quote takes the place of the older of its instrument, counted', async () => {
  const counts: [string, number][] = []
  const queue = queueOf({
    replaced: replaced => {
      counts.push(...replaced)
      return [trade('said')]
    },
  })
  const kept = [quote('B'), trade('A'), trade('A')]
  queue.push(quote('A'))
  for (const event of kept) queue.push(event)
  queue.push(quote('A'))
  const last = quote('A')
  queue.push(last)

  const batch = await queue.take()
  expect(batch?.slice(0, -1)).toEqual([...kept, last])
  expect(counts).toEqual([['A', 2]])
})

test('at twice the hold a book change drops all books and says how many', async () => {
  const floods: number[] = []
  const queue = queueOf({ flooded: dropped => floods.push(dropped) })
  const trades = [trade('A'), trade('B')]
  for (const event of trades) queue.push(event)
  for (let n = 0; n < 6; n++) queue.push(change('A'))
  expect(floods).toEqual([6])
  expect(await queue.take()).toEqual(trades)
})

test('trades are never dropped; at four times the hold the connection is to rest', async () => {
  const floods: number[] = []
  const queue = queueOf({ flooded: dropped => floods.push(dropped) })
  for (let n = 0; n < 16; n++) queue.push(trade('A'))
  expect(floods).toEqual([0])

  let room = false
  void queue.room().then(() => {
    room = true
  })
  await Promise.resolve()
  expect(room).toBe(false)
  expect(await queue.take()).toHaveLength(16)
  await queue.room()
  expect(room).toBe(true)
})

test('after the end what is held can be taken, and then nothing', async () => {
  const queue = queueOf()
  queue.push(trade('A'))
  queue.end()
  queue.push(trade('A'))
  expect(await queue.take()).toHaveLength(1)
  expect(await queue.take()).toBeUndefined()
})

test('whatever comes, times stay in order, trades are whole, and the last quote of each instrument is there', async () => {
  const kinds = fc.array(fc.tuple(fc.constantFrom(quote, trade), fc.constantFrom('A', 'B', 'C')), { maxLength: 60 })
  await fc.assert(
    fc.asyncProperty(kinds, async wanted => {
      const queue = queueOf()
      const pushed = wanted.map(([make, id]) => make(id))
      for (const event of pushed) queue.push(event)
      const batch = pushed.length === 0 ? [] : ((await queue.take()) ?? [])

      const times = batch.map(({ sequence }) => sequence)
      expect(times).toEqual([...times].sort((a, b) => a - b))
      expect(batch.filter(({ kind }) => kind === 'trade')).toEqual(pushed.filter(({ kind }) => kind === 'trade'))
      for (const id of ['A', 'B', 'C']) {
        const ofIt = (event: LiveEvent) => event.kind === 'quote' && event.instrumentId === id
        expect(batch.findLast(ofIt)).toEqual(pushed.findLast(ofIt))
      }
    }),
  )
})
