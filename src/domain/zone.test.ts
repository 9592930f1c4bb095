// Clock changes, fixed offsets and broker clocks, against instants known from elsewhere.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { HOUR, MINUTE, type Micros, parseMicros } from './numbers.ts'
import { isZone, localToUtc, utcOffset, zonedToUtc } from './zone.ts'

const at = (iso: string): Micros => parseMicros(iso)!
const NEW_YORK = 'America/New_York'

describe('wall clocks', () => {
  test('New York is five hours behind in winter and four in summer', () => {
    expect(utcOffset(NEW_YORK, at('2026-01-15'))).toBe(-5 * HOUR)
    expect(utcOffset(NEW_YORK, at('2026-07-15'))).toBe(-4 * HOUR)
  })

  test('the offset changes at the very second of the clock change', () => {
    // US: second Sunday of March, 02:00 local = 07:00 UTC.
    expect(utcOffset(NEW_YORK, (at('2026-03-08T07:00:00Z') - 1) as Micros)).toBe(-5 * HOUR)
    expect(utcOffset(NEW_YORK, at('2026-03-08T07:00:00Z'))).toBe(-4 * HOUR)
    // EU: last Sunday of October, 01:00 UTC.
    expect(utcOffset('Europe/London', (at('2026-10-25T01:00:00Z') - 1) as Micros)).toBe(HOUR)
    expect(utcOffset('Europe/London', at('2026-10-25T01:00:00Z'))).toBe(0)
  })

  test('a skipped wall-clock time is shifted forward', () => {
    // 02:30 does not exist; with the offset before the change it is 07:30 UTC, which clocks show as 03:30.
    expect(zonedToUtc(NEW_YORK, 2026, 3, 8, 2, 30)).toBe(at('2026-03-08T07:30:00Z'))
  })

  test('an ambiguous wall-clock time is its first occurrence', () => {
    expect(zonedToUtc(NEW_YORK, 2026, 11, 1, 1, 30)).toBe(at('2026-11-01T05:30:00Z'))
    expect(zonedToUtc(NEW_YORK, 2026, 11, 1, 2, 0)).toBe(at('2026-11-01T07:00:00Z'))
  })

  test('days of clock changes have 23 and 25 hours', () => {
    expect(zonedToUtc(NEW_YORK, 2026, 3, 9) - zonedToUtc(NEW_YORK, 2026, 3, 8)).toBe(23 * HOUR)
    expect(zonedToUtc(NEW_YORK, 2026, 11, 2) - zonedToUtc(NEW_YORK, 2026, 11, 1)).toBe(25 * HOUR)
  })

  test('fixed offsets have no summer', () => {
    for (const day of ['2014-01-15', '2014-07-15']) {
      expect(utcOffset('-05:00', at(day))).toBe(-5 * HOUR)
      expect(utcOffset('+05:30', at(day))).toBe(5 * HOUR + 30 * MINUTE)
      expect(utcOffset('UTC', at(day))).toBe(0)
    }
  })

  test("a broker's EET switches on European dates, New York plus seven hours on American ones", () => {
    // 2021-03-15 lies between the American change (14 March) and the European one (28 March).
    expect(utcOffset('EET', at('2021-03-15'))).toBe(2 * HOUR)
    expect(utcOffset('America/New_York+07:00', at('2021-03-15'))).toBe(3 * HOUR)
    // Gold's flash crash, stamped 01:00 EET on a Monday in summer, was on Sunday evening UTC.
    expect(zonedToUtc('EET', 2021, 8, 9, 1)).toBe(at('2021-08-08T22:00:00Z'))
  })

  test('unknown zones are told apart', () => {
    for (const zone of ['UTC', 'EET', 'Asia/Kolkata', '-05:00', 'America/New_York+07:00']) expect(isZone(zone), zone).toBe(true)
    for (const zone of ['', 'Nowhere/City', '+25:00', '+01:75', '5']) expect(isZone(zone), zone).toBe(false)
  })

  test('reading a wall clock and setting it back gives the same instant, in any order of asking', () => {
    const zones = ['UTC', NEW_YORK, 'Europe/London', 'Australia/Sydney', 'Asia/Tokyo', 'EET', 'America/New_York+07:00']
    const instant = fc
      .integer({ min: Date.UTC(1998, 0) / 60_000, max: Date.UTC(2031, 0) / 60_000 })
      .map(minute => minute * MINUTE)
    fc.assert(
      fc.property(fc.constantFrom(...zones), instant, (zone, time) => {
        const offset = utcOffset(zone, time as Micros)
        const back = localToUtc(zone, time + offset)
        // In the repeated hour of autumn the first of two instants is meant.
        expect(back === time || back === time - HOUR).toBe(true)
        expect(back + utcOffset(zone, back)).toBe(time + offset)
      }),
      { numRuns: 2000 },
    )
  })
})
