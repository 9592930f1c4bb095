// Buckets of tokens: the burst first, then as many a second as the rate says, for each caller by himself.
import { expect, test } from 'vitest'
import { OwnHosts } from './own-hosts.ts'
import { RATES, Throttle } from './rates.ts'

test('a bucket gives its burst, and then a token each time one has come', () => {
  let now = 0
  const throttle = new Throttle({ rates: { ...RATES, read: { perSecond: 4, burst: 3 } }, now: () => now })
  const take = () => throttle.take('read', 'ann')

  expect([take(), take(), take()]).toEqual([0, 0, 0])
  // Four a second: the next is there after 250 ms.
  expect(take()).toBe(0.25)
  now += 200
  expect(take()).toBeCloseTo(0.05, 9)
  now += 50
  expect(take()).toBe(0)
  expect(take()).toBe(0.25)

  now += 3_600_000
  expect([take(), take(), take(), take()], 'an hour saves no more than the burst').toEqual([0, 0, 0, 0.25])
})

test('each caller and each rate has a bucket of its own', () => {
  const throttle = new Throttle({
    rates: { ...RATES, read: { perSecond: 1, burst: 1 }, order: { perSecond: 1, burst: 1 } },
    now: () => 0,
  })

  expect(throttle.take('read', 'ann')).toBe(0)
  expect(throttle.take('read', 'ann')).toBe(1)
  expect(throttle.take('read', 'bob')).toBe(0)
  expect(throttle.take('order', 'ann')).toBe(0)
})

test('a clock that is set back gives nothing and takes nothing', () => {
  let now = 10_000
  const throttle = new Throttle({ rates: { ...RATES, read: { perSecond: 1, burst: 2 } }, now: () => now })
  throttle.take('read', 'ann')
  now = 0
  expect(throttle.take('read', 'ann')).toBe(0)
  expect(throttle.take('read', 'ann')).toBe(1)
})

test('a flood of callers is forgotten before it fills the memory, and who is still held back is held back', () => {
  let now = 0
  const throttle = new Throttle({ rates: { ...RATES, anonymous: { perSecond: 1, burst: 1 } }, now: () => now })
  for (let i = 0; i < 40_000; i++) throttle.take('anonymous', `old ${i}`)
  now += 5_000
  throttle.take('anonymous', 'ann')
  for (let i = 0; i < 30_000; i++) throttle.take('anonymous', `new ${i}`)

  expect(throttle.take('anonymous', 'ann')).toBe(1)
})

test('a name of ours is ours in any case and with any port, and nothing else is', () => {
  const hosts = new OwnHosts(['Quadrant.Example', '::1'])
  for (const host of ['localhost', 'LOCALHOST:8443', '127.0.0.1:1', '[::1]:8443', 'quadrant.example:443']) {
    expect(hosts.admits(host, '127.0.0.1'), host).toBe(true)
  }
  for (const host of [
    undefined,
    '',
    'quadrant.example.evil',
    'evil.quadrant.example',
    'localhost:x',
    'localhost:',
    '[::1',
    '::1',
    'a b',
    'localhost/x',
    '127.0.0.1.nip.example',
  ]) {
    expect(hosts.admits(host, '127.0.0.1'), host).toBe(false)
  }
  expect(hosts.admits('192.0.2.7:8443', '::ffff:192.0.2.7'), 'the address it came in on').toBe(true)
  expect(hosts.admits('192.0.2.8:8443', '192.0.2.7')).toBe(false)
})
