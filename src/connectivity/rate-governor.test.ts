// The rate governor against a host that counts: never more than the limit in any window, first come first served, bans kept.
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Micros } from '../domain/numbers.ts'
import type { Clock } from './clock.ts'
import { type Lease, RateGovernor, type RateRule, type Wish } from './rate-governor.ts'

const clock: Clock = { now: () => (Date.now() * 1000) as Micros }

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse('2026-07-01T10:00:00Z') })
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

const TEN_A_SECOND: RateRule = { limits: [{ weight: 10, windowMillis: 1000 }] }
const pass = (millis: number) => vi.advanceTimersByTimeAsync(millis)

/** Takes and notes the moment; the reply comes `replyMillis` later. */
async function ask(governor: RateGovernor, wish: Wish, granted: number[], replyMillis = 0): Promise<void> {
  const lease = await governor.take(wish)
  granted.push(Date.now())
  setTimeout(() => lease.done({ status: 200, headers: {} }), replyMillis)
}

test('in no window of the host is there more than the limit, whenever it counts a request on its way', async () => {
  const request = fc.record({
    afterMillis: fc.integer({ min: 0, max: 400 }),
    weight: fc.integer({ min: 1, max: 10 }),
    replyMillis: fc.integer({ min: 0, max: 700 }),
    /** Where between sending and reply the host counts it. */
    share: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  const rule: RateRule = {
    limits: [
      { weight: 10, windowMillis: 1000 },
      { weight: 25, windowMillis: 5000 },
    ],
  }
  await fc.assert(
    fc.asyncProperty(fc.array(request, { minLength: 1, maxLength: 25 }), async requests => {
      const governor = new RateGovernor('host', rule, clock)
      const counted: { readonly time: number; readonly weight: number }[] = []
      for (const { afterMillis, weight, replyMillis, share } of requests) {
        await pass(afterMillis)
        void governor.take({ weight }).then(lease => {
          counted.push({ time: Date.now() + share * replyMillis, weight })
          setTimeout(() => lease.done({ status: 200, headers: {} }), replyMillis)
        })
      }
      await pass(300_000)

      expect(counted, 'everybody had a turn').toHaveLength(requests.length)
      for (const { weight: most, windowMillis } of rule.limits) {
        for (const { time: start } of counted) {
          const inside = counted.filter(({ time }) => time >= start && time < start + windowMillis)
          expect(inside.reduce((sum, { weight }) => sum + weight, 0)).toBeLessThanOrEqual(most)
        }
      }
    }),
    { numRuns: 150 },
  )
})

test('turns come in the order of asking, a heavy request before the light one behind it', async () => {
  const governor = new RateGovernor('host', TEN_A_SECOND, clock)
  const order: string[] = []
  const next = async (name: string, weight: number) => {
    const lease = await governor.take({ weight })
    order.push(name)
    lease.done({ status: 200, headers: {} })
  }
  void next('first', 6)
  void next('heavy', 10)
  void next('light', 1)
  await pass(0)
  expect(order).toEqual(['first'])
  await pass(5000)
  expect(order).toEqual(['first', 'heavy', 'light'])
})

test('the reserved share is for the urgent, who go first', async () => {
  const governor = new RateGovernor('host', { ...TEN_A_SECOND, reserved: 0.2 }, clock)
  const [plain, urgent]: number[][] = [[], []]
  for (let n = 0; n < 10; n++) void ask(governor, {}, plain!)
  for (let n = 0; n < 2; n++) void ask(governor, { urgent: true }, urgent!)
  await pass(0)
  // Ten a second with a fifth reserved: eight for all, two for the urgent.
  expect([plain!.length, urgent!.length]).toEqual([8, 2])
})

test('what the host has counted of others at this address is counted here', async () => {
  const rule: RateRule = { limits: [{ weight: 10, windowMillis: 1000, usedHeader: 'x-used' }] }
  const governor = new RateGovernor('host', rule, clock)
  const lease = await governor.take()
  lease.done({ status: 200, headers: { 'x-used': '9' } })

  const granted: number[] = []
  const start = Date.now()
  for (let n = 0; n < 2; n++) void ask(governor, {}, granted)
  await pass(2000)
  expect(granted.map(time => time - start)).toEqual([0, 1000])
})

test('after 429 the host is left alone for as long as it says', async () => {
  const governor = new RateGovernor('host', TEN_A_SECOND, clock)
  const start = Date.now()
  ;(await governor.take()).done({ status: 429, headers: { 'retry-after': '7' } })
  const granted: number[] = []
  void ask(governor, {}, granted)
  await pass(10_000)
  expect(granted.map(time => time - start)).toEqual([7000])
})

test('429 without a time waits 1 s doubling to 64 s, and begins anew after a success', async () => {
  // Full jitter takes a random part of the wait; here almost the whole of it.
  vi.spyOn(Math, 'random').mockReturnValue(0.9999)
  const governor = new RateGovernor('host', TEN_A_SECOND, clock)
  const waits: number[] = []
  let lease: Lease = await governor.take()
  for (let n = 0; n < 6; n++) {
    lease.done({ status: 429, headers: {} })
    const before = Date.now()
    let after = 0
    void governor.take().then(
      granted => {
        after = Date.now()
        lease = granted
      },
      () => undefined,
    )
    await pass(40_000)
    waits.push(Math.round((after - before) / 1000))
  }
  expect(waits).toEqual([1, 2, 4, 8, 16, 32])

  lease.done({ status: 200, headers: {} })
  lease = await governor.take()
  lease.done({ status: 429, headers: {} })
  const granted: number[] = []
  void ask(governor, {}, granted)
  await pass(1000)
  expect(granted).toHaveLength(1)
})

test('a ban is told at once and ends when it was said to end', async () => {
  const governor = new RateGovernor('api.venue.test', TEN_A_SECOND, clock)
  ;(await governor.take()).done({ status: 418, headers: { 'retry-after': '7200' } })
  await expect(governor.take()).rejects.toMatchObject({ code: 'SOURCE_BANNED', passing: true, retryAfterMillis: 7_200_000 })

  await pass(7_200_000)
  const granted: number[] = []
  await ask(governor, {}, granted)
  expect(granted).toHaveLength(1)
})

test('who no longer wants a turn does not hold up others', async () => {
  const governor = new RateGovernor('host', TEN_A_SECOND, clock)
  ;(await governor.take({ weight: 5 })).done({ status: 200, headers: {} })
  const leaving = new AbortController()
  const heavy = governor.take({ weight: 10, signal: leaving.signal })
  const granted: number[] = []
  void ask(governor, { weight: 5 }, granted)
  await pass(0)
  expect(granted).toEqual([])

  leaving.abort()
  await expect(heavy).rejects.toMatchObject({ code: 'LINK_CANCELLED' })
  await pass(0)
  expect(granted).toHaveLength(1)
})

test('a request that can never fit is a bug', () => {
  const governor = new RateGovernor('host', { ...TEN_A_SECOND, reserved: 0.2 }, clock)
  expect(() => governor.take({ weight: 9 })).toThrow('a request of weight 9 fits the limits of host')
})
