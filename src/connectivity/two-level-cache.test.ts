// The cache of two levels: fresh means fresh, stale says so, and one asks for all.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { cacheContract } from '../../test/contracts/cache.ts'
import { type Micros, micros } from '../domain/numbers.ts'
import { FolderCache } from './folder-cache.ts'
import { type Cached, type CacheLevel, formatKept, type Kept, parseKept, TwoLevelCache } from './two-level-cache.ts'

const folder = mkdtempSync(join(tmpdir(), 'quadrant-cache-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

cacheContract('files', async () => {
  const place = mkdtempSync(join(folder, 'place-'))
  return () => new FolderCache(place)
})

const START = micros(1_795_000_000_000_000)
const FRESHNESS = { freshMillis: 1_000, staleMillis: 60_000 }

class Memory implements CacheLevel {
  readonly kept = new Map<string, Kept>()
  broken = false

  async get(key: string): Promise<Kept | undefined> {
    if (this.broken) throw new Error('no connection')
    return this.kept.get(key)
  }

  async set(key: string, kept: Kept): Promise<void> {
    if (this.broken) throw new Error('no connection')
    this.kept.set(key, kept)
  }

  async remove(key: string): Promise<void> {
    this.kept.delete(key)
  }

  async close(): Promise<void> {}
}

function world(second?: Memory) {
  const at = { now: START }
  const clock = { now: () => at.now }
  const pass = (millis: number) => {
    at.now = (at.now + millis * 1000) as Micros
  }
  const open = () => new TwoLevelCache({ clock, ...(second === undefined ? {} : { second }) })
  return { at, pass, open, cache: open() }
}

const give = (value: string) => async () => value
const fail = async (): Promise<string> => {
  throw new Error('HTTP 503')
}

test('a value is fresh for its time, then loaded again', async () => {
  const { cache, pass } = world()
  expect(await cache.get('k', FRESHNESS, give('1'))).toEqual({ state: 'fresh', value: '1', storedTime: START })
  pass(1_000)
  expect((await cache.get('k', FRESHNESS, give('2'))).value).toBe('1')
  pass(1)
  expect((await cache.get('k', FRESHNESS, give('2'))).value).toBe('2')
})

test('what cannot be renewed is given as stale, with the reason, and after that not at all', async () => {
  const { cache, pass } = world()
  await cache.get('k', FRESHNESS, give('1'))
  pass(1_001)
  expect(await cache.get('k', FRESHNESS, fail)).toEqual({ state: 'stale', value: '1', storedTime: START, reason: 'HTTP 503' })
  pass(60_000)
  await expect(cache.get('k', FRESHNESS, fail)).rejects.toThrow('HTTP 503')
})

test('a hundred who ask at once cause one load', async () => {
  const { cache } = world(new Memory())
  let loads = 0
  const load = async () => `${++loads}`
  const values = await Promise.all(Array.from({ length: 100 }, () => cache.get('k', FRESHNESS, load)))
  expect(loads).toBe(1)
  expect(new Set(values.map(({ value }) => value))).toEqual(new Set(['1']))
})

test('what another process put on the second level is used, and is no younger there than it was', async () => {
  const second = new Memory()
  const { open, pass } = world(second)
  await open().get('k', FRESHNESS, give('shared'))
  pass(600)
  const other = open()
  expect(await other.get('k', FRESHNESS, give('own'))).toEqual({ state: 'fresh', value: 'shared', storedTime: START })
  pass(500)
  expect((await other.get('k', FRESHNESS, give('own'))).value, '1,100 ms after it was stored').toBe('own')
})

test('a second level that fails costs nothing but itself', async () => {
  const second = new Memory()
  second.broken = true
  const { cache, pass } = world(second)
  expect((await cache.get('k', FRESHNESS, give('1'))).state).toBe('fresh')
  pass(1_001)
  expect((await cache.get('k', FRESHNESS, fail)).state).toBe('stale')
  await cache.remove('k')
  await expect(cache.get('k', FRESHNESS, fail)).rejects.toThrow('HTTP 503')
})

test('a value of the future is not fresh: the clock that wrote it cannot be believed', async () => {
  const second = new Memory()
  second.kept.set('k', { value: 'tomorrow', storedTime: micros(START + 86_400_000_000) })
  const { cache } = world(second)
  expect((await cache.get('k', FRESHNESS, give('now'))).value).toBe('now')
})

test('an answer that took longer than it stays fresh is not called fresh', async () => {
  const { cache, pass } = world()
  const slow = async () => {
    pass(5_000)
    return 'late'
  }
  expect((await cache.get('k', FRESHNESS, slow)).state).toBe('stale')
})

test('whatever happens, what is called fresh was loaded within its time', async () => {
  const action = fc.record({
    pass: fc.integer({ min: 0, max: 3_000 }),
    fails: fc.boolean(),
    broken: fc.boolean(),
    other: fc.boolean(),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(action, { maxLength: 40 }), async actions => {
      const second = new Memory()
      const { at, open, pass } = world(second)
      const caches = [open(), open()]
      for (const { pass: millis, fails, broken, other } of actions) {
        pass(millis)
        second.broken = broken
        const cached = await caches[other ? 1 : 0]!.get('k', FRESHNESS, async () => {
          if (fails) throw new Error('HTTP 503')
          return String(at.now)
        }).catch((): Cached | undefined => undefined)
        if (cached === undefined) continue
        // The value is the time at which it was loaded.
        expect(cached.storedTime).toBe(Number(cached.value))
        const ageMillis = (at.now - Number(cached.value)) / 1000
        expect(ageMillis <= (cached.state === 'fresh' ? 1_000 : 61_000)).toBe(true)
      }
    }),
    { numRuns: 100 },
  )
})

test('a kept text reads back as it was, and others’ texts are none', () => {
  fc.assert(
    fc.property(fc.string(), fc.nat(), (value, time) => {
      expect(parseKept(formatKept({ value, storedTime: micros(time) }))).toEqual({ value, storedTime: time })
    }),
  )
  for (const text of ['', 'x', '12', '-5 x', '99999999999999999 x']) expect(parseKept(text)).toBeUndefined()
})
