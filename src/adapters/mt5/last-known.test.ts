// The cache of both routes: what is kept, that it is told with its own age, and that it never pretends to be fresh.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Clock } from '../../connectivity/clock.ts'
import type { LiveSource, Subscription } from '../../connectivity/source.ts'
import type { LiveEvent } from '../../domain/event.ts'
import { instrument } from '../../domain/instrument.ts'
import type { Quote } from '../../domain/market.ts'
import { micros, price, quantity } from '../../domain/numbers.ts'
import { LastKnownSource, remembering } from './last-known.ts'

let file = ''
beforeEach(() => {
  file = join(mkdtempSync(join(tmpdir(), 'quadrant-known-')), 'mt5', 'last-known.json')
})
afterEach(() => rmSync(dirname(dirname(file)), { recursive: true, force: true }))

const euro = (priceDecimals: number): Subscription => ({
  symbol: 'EURUSD',
  wants: ['quote'],
  instrument: instrument({
    ...{ id: 'EURUSD.MT5', assetClass: 'forex', base: 'EUR', quote: 'USD', settle: 'USD', calendar: 'fx' },
    ...{ priceDecimals, quantityDecimals: 0, tick: 1, lot: 1, multiplier: 1, negativePrices: false },
  }),
})
const provenance = { source: 'mt5-cache', kind: 'recorded', origin: 'last-known', checksum: '', licence: '' } as const

const quoteAt = (time: number, bid: number): Quote => ({
  ...{ kind: 'quote', instrumentId: 'EURUSD.MT5', sequence: 1, provenance },
  ...{ bid: price(bid), ask: price(bid + 1), bidSize: quantity(0), askSize: quantity(0) },
  ...{ eventTime: micros(time), receivedTime: micros(time + 10) },
})

const scripted = (...batches: readonly (readonly LiveEvent[])[]): LiveSource => ({
  async *batches() {
    yield* batches
  },
})

async function pass(source: LiveSource, subscription: Subscription): Promise<LiveEvent[]> {
  const events: LiveEvent[] = []
  for await (const batch of remembering(source, { file, subscriptions: [subscription] }).batches()) events.push(...batch)
  return events
}

const NOW = 9_000_000_000
const clock: Clock = { now: () => micros(NOW) }

async function firstOf(subscription: Subscription): Promise<readonly LiveEvent[]> {
  const source = new LastKnownSource({ file, clock, subscriptions: [subscription], provenance })
  const iterator = source.batches()[Symbol.asyncIterator]()
  const { value } = await iterator.next()
  await iterator.return?.()
  return value as readonly LiveEvent[]
}

test('what a route delivers passes unchanged, and its last quote is kept', async () => {
  const given = [quoteAt(1_000, 108_340), quoteAt(5_000_000, 108_350), quoteAt(5_000_100, 108_360)]
  expect(await pass(scripted(given.slice(0, 2), given.slice(2)), euro(5))).toEqual(given)

  const told = await firstOf(euro(5))
  expect(told).toMatchObject([
    { kind: 'link-change', state: 'live', reason: 'the last known value; for reading only' },
    { kind: 'quote', bid: 108_360, ask: 108_361, eventTime: 5_000_100, receivedTime: NOW, provenance: { kind: 'recorded' } },
  ])
})

test('other decimals than when it was kept change no price', async () => {
  await pass(scripted([quoteAt(1_000, 108_340)]), euro(5))
  expect(await firstOf(euro(6))).toMatchObject([{}, { bid: 1_083_400 }])
})

test('leaving the iteration saves, and ends while nothing comes', async () => {
  const silent: LiveSource = {
    batches: () => {
      let first = true
      return {
        [Symbol.asyncIterator]: () => ({
          next: () => {
            if (!first) return new Promise(() => undefined)
            first = false
            return Promise.resolve({ done: false, value: [quoteAt(1_000, 108_340), quoteAt(1_001, 108_341)] })
          },
          return: () => Promise.resolve({ done: true, value: undefined }),
        }),
      }
    },
  }
  const iterator = remembering(silent, { file, subscriptions: [euro(5)] })
    .batches()
    [Symbol.asyncIterator]()
  await iterator.next()
  void iterator.next()
  await iterator.return?.()
  expect(existsSync(file)).toBe(true)
})

test('without a file, or with a damaged one, there is nothing to tell, and leaving ends it', async () => {
  const source = new LastKnownSource({ file, clock, subscriptions: [euro(5)], provenance })
  const iterator = source.batches()[Symbol.asyncIterator]()
  const next = iterator.next()
  await iterator.return?.()
  expect(await next).toEqual({ done: true, value: undefined })

  await pass(scripted([quoteAt(1_000, 108_340)]), euro(5))
  writeFileSync(file, '{"EURUSD.MT5":')
  const again = new LastKnownSource({ file, clock, subscriptions: [euro(5)], provenance }).batches()[Symbol.asyncIterator]()
  const nothing = again.next()
  await again.return?.()
  expect(await nothing).toEqual({ done: true, value: undefined })
})
