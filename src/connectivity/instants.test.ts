// The fast reader of instants against the plain one.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseMicros } from '../domain/numbers.ts'
import { instantOf } from './instants.ts'

const two = (most: number) => fc.integer({ min: 0, max: most }).map(number => String(number).padStart(2, '0'))

test('instants are read as parseMicros reads them, impossible ones included', () => {
  const text = fc
    .tuple(
      fc.constantFrom('2026', '1999', '1970', '2255', '2300', '1600', '0000', '9999'),
      fc.tuple(two(13), two(32), two(25), two(61), two(61)),
      fc.option(fc.stringMatching(/^\d{0,10}$/), { nil: undefined }),
      fc.constantFrom('T', 'T', 'T', ' ', 't', ''),
      fc.constantFrom('Z', 'Z', 'Z', '', 'z', '+01:00', '-0530'),
    )
    .map(([year, [month, day, hour, minute, second], fraction, separator, zone]) => {
      const clock = `${hour}:${minute}:${second}${fraction === undefined ? '' : `.${fraction}`}`
      return `${year}-${month}-${day}${separator}${clock}${zone}`
    })
  fc.assert(
    fc.property(text, instant => {
      expect(instantOf(instant)).toBe(parseMicros(instant))
    }),
    { numRuns: 5000 },
  )
})

test('sound instants of one day after the other', () => {
  const millis = fc.integer({ min: 0, max: 4_102_444_800_000 })
  fc.assert(
    fc.property(millis, fc.integer({ min: 0, max: 999_999 }), (time, nanos) => {
      const text = new Date(time).toISOString().replace('Z', `${String(nanos).padStart(6, '0')}Z`)
      expect(instantOf(text)).toBe(time * 1000 + Math.floor(nanos / 1000))
    }),
    { numRuns: 1000 },
  )
})

test.each([
  '',
  'now',
  '2026-07-01',
  '2026-07-01T10:00Z',
  '2026-07-01T10:00:00.Z',
  '2026-07-01T10:00:00,5Z',
  '2026-02-30T10:00:00Z',
  '2026-07-01T1x:00:00Z',
])('%j is read as parseMicros reads it', text => expect(instantOf(text)).toBe(parseMicros(text)))
