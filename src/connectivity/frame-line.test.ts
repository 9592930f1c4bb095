// Raw frames as lines: what is written can be read, and the lines of public captures are understood.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Micros } from '../domain/numbers.ts'
import { type FrameLine, formatFrameLine, parseFrameLine } from './frame-line.ts'

const time = fc.integer({ min: 0, max: 4_000_000_000_000_000 }).map(count => count as Micros)
const url = fc.constantFrom('wss://ws.kraken.com/v2', 'https://api.binance.com/api/v3/depth?symbol=BTCUSDT&limit=100')
const text = fc
  .oneof(
    fc.string(),
    fc.string({ unit: 'binary' }),
    fc.constantFrom('base64:AA==', 'base64-text:AA==', 'a\nb', '\r', '', ' ', '1.5: x'),
  )
  // A lone surrogate is no text: UTF-8 has no form for it.
  .filter(value => value.isWellFormed())
const frame = fc.oneof(
  text,
  fc.uint8Array().map(bytes => Buffer.from(bytes)),
)

test('what is written is read back, on one line', () => {
  const line: fc.Arbitrary<FrameLine> = fc.oneof(
    fc.record({ kind: fc.constant('opened' as const), url, time }),
    fc.record({ kind: fc.constant('sent' as const), url, time, frame }),
    fc.record({ kind: fc.constant('received' as const), time, frame }),
    fc.record({ kind: fc.constant('replied' as const), url, time, body: text }),
  )
  fc.assert(
    fc.property(line, written => {
      const one = formatFrameLine(written)
      expect(one).not.toMatch(/[\r\n]/)
      expect(parseFrameLine(one)).toEqual(written)
    }),
    { numRuns: 500 },
  )
})

test('lines as public captures have them', () => {
  expect(parseFrameLine('wss://ws.kraken.com <-> 1618678012.2471')).toEqual({
    kind: 'opened',
    url: 'wss://ws.kraken.com',
    time: 1_618_678_012_247_100,
  })
  expect(parseFrameLine('1618678012.3456789: {"event":"heartbeat"}')).toEqual({
    kind: 'received',
    time: 1_618_678_012_345_678,
    frame: '{"event":"heartbeat"}',
  })
  expect(parseFrameLine('wss://a.test/x <- 1618678012: {"a": "b: c"}')).toMatchObject({ kind: 'sent', frame: '{"a": "b: c"}' })
  expect(parseFrameLine('https://a.test/?q=1 -> 1618678012.5: {}')).toMatchObject({
    kind: 'replied',
    url: 'https://a.test/?q=1',
    body: '{}',
  })
})

test.each([
  '',
  'hello',
  '{"a":1}',
  'wss://a.test <- 1',
  'wss://a.test <-> 1: x',
  '12x: a',
  '-1: a',
  '99999999999999: a',
  'a b <-> 1',
])('%j is no such line', line => expect(parseFrameLine(line)).toBeUndefined())
