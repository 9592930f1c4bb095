// How often a password may be tried.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Throttle } from './throttle.ts'

function world() {
  const clock = { time: 1_795_000_000_000 }
  const throttle = new Throttle({ now: () => clock.time })
  /** Seconds to wait; 0 where the attempt was let through. */
  const attempt = (account: string, { address = '192.0.2.1', device }: { address?: string; device?: string } = {}): number => {
    try {
      throttle.begin({ account, address, device })
      return 0
    } catch (error) {
      expect(error).toMatchObject({ code: 'ATTEMPTS_EXCEEDED', status: 429 })
      return (error as { retryAfterSeconds: number }).retryAfterSeconds
    }
  }
  return { clock, throttle, attempt }
}

test('five failures are free; then one waits 1, 2, 4, 8, 16 s, and after the tenth for the rest of the 15 minutes', () => {
  const { clock, attempt } = world()
  const start = clock.time
  for (let i = 0; i < 5; i++) expect(attempt('anna')).toBe(0)
  for (const seconds of [1, 2, 4, 8, 16]) {
    expect(attempt('anna')).toBe(seconds)
    clock.time += seconds * 1_000 - 1
    expect(attempt('anna'), 'a millisecond too early').toBe(1)
    clock.time += 1
    expect(attempt('anna')).toBe(0)
  }
  // 1 + 2 + 4 + 8 + 16 = 31 s have gone by since the first, which is forgotten after 900 s.
  expect(clock.time - start).toBe(31_000)
  expect(attempt('anna')).toBe(900 - 31)
  clock.time = start + 900_000 - 1
  expect(attempt('anna')).toBeGreaterThan(0)
})

test('of 10,000 guesses at one account at most ten are looked at in any 15 minutes, from one address or from many', () => {
  const { clock, attempt } = world()
  const looked: number[] = []
  for (let i = 0; i < 10_000; i++) {
    if (attempt('anna', { address: `198.51.${i % 100}.${i % 250}` }) === 0) looked.push(clock.time)
    clock.time += 360 // 10,000 × 0.36 s is an hour
  }
  for (const from of looked) expect(looked.filter(time => time >= from && time < from + 900_000).length).toBeLessThanOrEqual(10)
  expect(looked.length).toBeGreaterThan(5)
})

test('ten thousand at the same moment are no way around: five are looked at', () => {
  const { attempt } = world()
  const through = Array.from({ length: 10_000 }, (_, i) => attempt('anna', { address: `10.0.${i >> 8}.${i & 255}` }) === 0)
  expect(through.filter(Boolean)).toHaveLength(5)
})

test('what was right is not counted', () => {
  const { throttle } = world()
  for (let i = 0; i < 29; i++) throttle.begin({ account: 'anna', address: '192.0.2.1' })()
  expect(throttle.begin({ account: 'anna', address: '192.0.2.1' })).toBeTypeOf('function')
})

test('one address has thirty attempts a minute, whomever it tries', () => {
  const { clock, attempt } = world()
  for (let i = 0; i < 30; i++) expect(attempt(`user-${i}`)).toBe(0)
  expect(attempt('user-30')).toBe(60)
  expect(attempt('user-30', { address: '192.0.2.2' }), 'another address is another').toBe(0)
  clock.time += 60_000
  expect(attempt('user-31')).toBe(0)
})

test('all of a customer’s IPv6 addresses are one place', () => {
  const { attempt } = world()
  for (let i = 0; i < 30; i++) expect(attempt(`user-${i}`, { address: `2001:db8:1:2:${i}::1` })).toBe(0)
  expect(attempt('user-30', { address: '2001:db8:1:2::ffff' })).toBeGreaterThan(0)
  expect(attempt('user-30', { address: '2001:db8:1:3::1' })).toBe(0)
  expect(attempt('user-31', { address: '::1' })).toBe(0)
  expect(attempt('user-32', { address: '::ffff:192.0.2.1' })).toBe(0)
})

test('the whole house has three hundred a minute', () => {
  const { attempt } = world()
  const through = Array.from({ length: 400 }, (_, i) => attempt(`user-${i}`, { address: `10.1.${i >> 8}.${i & 255}` }) === 0)
  expect(through.filter(Boolean)).toHaveLength(300)
})

test('whoever comes with a device that is known is not locked out by strangers, and has ten attempts himself', () => {
  const { clock, attempt } = world()
  for (let i = 0; i < 1_000; i++) attempt('anna', { address: `10.2.${i >> 8}.${i & 255}` })
  for (let i = 0; i < 1_000; i++) attempt(`other-${i}`, { address: `10.3.${i >> 8}.${i & 255}` })
  let own = 0
  const start = clock.time
  while (clock.time < start + 890_000) {
    if (attempt('anna', { device: 'known' }) === 0) own++
    clock.time += 1_000
  }
  expect(own).toBe(10)
})

test('an admin who lets an account try again forgets its failures, and only its', () => {
  const { attempt, throttle } = world()
  for (let i = 0; i < 5; i++) attempt('anna')
  for (let i = 0; i < 5; i++) attempt('annabelle')
  throttle.clear('anna')
  expect(attempt('anna')).toBe(0)
  expect(attempt('annabelle')).toBe(1)
})

test('whatever the order of attempts and pauses, no account is looked at more than ten times in 15 minutes', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 120_000 }), { minLength: 20, maxLength: 80 }), pauses => {
      const { clock, attempt, throttle } = world()
      const looked: number[] = []
      for (const pause of pauses) {
        clock.time += pause
        throttle.sweep()
        if (attempt('anna', { address: `10.4.0.${looked.length}` }) === 0) looked.push(clock.time)
      }
      for (const from of looked) {
        expect(looked.filter(time => time >= from && time < from + 900_000).length).toBeLessThanOrEqual(10)
      }
    }),
  )
})
