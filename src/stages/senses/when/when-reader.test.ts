// Sessions, announcements and closes at instants checked by hand.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type SessionCalendar, sessionCalendar } from '../../../domain/calendar.ts'
import { Digest } from '../../../domain/digest.ts'
import type { CalendarEntry, Impact } from '../../../domain/macro.ts'
import { DAY, MINUTE, type Micros, parseMicros, SECOND } from '../../../domain/numbers.ts'
import type { Reading } from '../../../domain/opinion.ts'
import type { Provenance } from '../../../domain/provenance.ts'
import { Schedule } from './schedule.ts'
import { centresOpen } from './trading-centres.ts'
import { WhenReader } from './when-reader.ts'

const at = (iso: string): Micros => parseMicros(iso)!
const calendar = (name: string): SessionCalendar => sessionCalendar(name)!
const provenance: Provenance = { source: 'test', kind: 'synthetic', origin: 'test', checksum: '', licence: '' }

function entry(time: string, options: { id?: string; currency?: string; impact?: Impact } = {}): CalendarEntry {
  const { id = time, currency = 'USD', impact = 'high' } = options
  const scheduledTime = at(time)
  const receivedTime = (scheduledTime - 7 * DAY) as Micros
  const figures = { actual: Number.NaN, forecast: 1, previous: 1 }
  return {
    kind: 'calendar-entry',
    id,
    currency,
    impact,
    name: 'Payrolls',
    ...figures,
    scheduledTime,
    eventTime: scheduledTime,
    receivedTime,
    sequence: 0,
    provenance,
  }
}

const standAside = (reading: Reading): string => (reading.kind === 'reading' ? reading.standAside : 'abstains')
const evidence = (reading: Reading): Record<string, number> =>
  reading.kind === 'reading' ? Object.fromEntries(reading.evidence.map(({ id, value }) => [id, value])) : {}

describe('trading centres', () => {
  test.each([
    { time: '2026-01-15T14:00:00Z', metric: 'open in London and New York together', minutes: 60 },
    // In the weeks between the clock changes New York opens at 12:00 UTC.
    { time: '2026-03-16T12:30:00Z', metric: 'open in London and New York together', minutes: 30 },
    { time: '2026-07-15T12:30:00Z', metric: 'open in London and New York together', minutes: 30 },
    { time: '2026-07-15T11:59:00Z', metric: 'open in London', minutes: 299 },
    // Tokyo 09:00 is 00:00 UTC all year; Sydney has been open since 07:00 (UTC+11 in January).
    { time: '2026-01-15T01:00:00Z', metric: 'open in Sydney and Tokyo together', minutes: 60 },
    { time: '2026-01-17T14:00:00Z', metric: 'no centre open', minutes: 0 },
  ])('$time: $metric', ({ time, metric, minutes }) => {
    expect(centresOpen(at(time))).toMatchObject({ metric, minutes })
  })
})

describe('WHEN', () => {
  const gold = calendar('metals')
  const news = '2014-05-02T12:30:00Z'
  const around = (seconds: number): Micros => (at(news) + seconds * SECOND) as Micros

  test('stands aside from fifteen minutes before a high-impact announcement to five after, half-open', () => {
    const reader = new WhenReader()
    reader.announce(entry(news))
    const read = (seconds: number): string => standAside(reader.read(around(seconds), gold, ['XAU', 'USD']))

    expect(read(-901)).toBe('')
    expect(read(-900)).toBe('a high-impact announcement is near')
    expect(read(-1)).toBe('a high-impact announcement is near')
    expect(read(0)).toBe('a high-impact announcement has just been made')
    expect(read(299)).toBe('a high-impact announcement has just been made')
    expect(read(300)).toBe('')
  })

  test("other currencies' news, and lesser ones, are not waited for; everybody's are", () => {
    const reader = new WhenReader()
    reader.announce(entry(news, { id: 'a', currency: 'JPY' }))
    reader.announce(entry(news, { id: 'b', impact: 'medium' }))
    expect(standAside(reader.read(around(-60), gold, ['XAU', 'USD']))).toBe('')
    expect(standAside(reader.read(around(-60), gold, ['USD', 'JPY']))).toContain('announcement is near')

    reader.announce(entry(news, { id: 'c', currency: 'All' }))
    expect(standAside(reader.read(around(-60), gold, ['XAU', 'USD']))).toContain('announcement is near')
  })

  test('a moved announcement is expected at its new time only', () => {
    const reader = new WhenReader()
    reader.announce(entry('2014-05-02T12:30:00Z', { id: 'moved' }))
    reader.announce(entry('2014-05-02T14:00:00Z', { id: 'moved' }))
    expect(standAside(reader.read(at('2014-05-02T12:29:00Z'), gold, ['USD']))).toBe('')
    expect(standAside(reader.read(at('2014-05-02T13:59:00Z'), gold, ['USD']))).toContain('near')
  })

  test('measures minutes to and since the announcements and to the close', () => {
    const reader = new WhenReader()
    reader.announce(entry('2014-05-02T12:30:00Z'))
    reader.announce(entry('2014-05-02T14:00:00Z'))
    // Friday: gold closes at 17:00 New York, 21:00 UTC.
    expect(evidence(reader.read(at('2014-05-02T13:00:00Z'), gold, ['USD']))).toEqual({
      'when.session': 60,
      'when.next': 60,
      'when.last': 30,
      'when.turn': 480,
    })
    // Saturday: it opens on Sunday at 18:00 New York, 22:00 UTC.
    expect(evidence(reader.read(at('2014-05-03T22:00:00Z'), gold, ['USD']))['when.turn']).toBe(24 * 60)
  })

  test('warns before the weekend, not before the nightly break', () => {
    const reader = new WhenReader()
    expect(standAside(reader.read(at('2014-05-01T21:10:00Z'), gold, ['USD'])), 'Thursday, the break is at 21:15').toBe('')
    expect(standAside(reader.read(at('2014-05-02T20:44:00Z'), gold, ['USD']))).toBe('')
    expect(standAside(reader.read(at('2014-05-02T20:45:00Z'), gold, ['USD']))).toBe(
      'the market is about to close for a day or longer',
    )
    expect(standAside(reader.read(at('2014-05-02T21:00:00Z'), gold, ['USD'])), 'closed: for risk to say').toBe('')
  })

  test('warns around the roll of a market that trades through it, except a daily bar', () => {
    const reader = new WhenReader()
    const fx = calendar('fx')
    const roll = at('2014-05-01T21:00:00Z')
    const read = (minutes: number, bar = MINUTE): string =>
      standAside(reader.read((roll + minutes * MINUTE) as Micros, fx, ['EUR', 'USD'], bar))

    expect(read(-6)).toBe('')
    expect(read(-5)).toBe('the trading day is about to roll over')
    expect(read(0, DAY)).toBe('')
    expect(read(0)).toBe('the trading day has just rolled over')
    expect(read(5)).toBe('')
    expect(standAside(reader.read(at('2014-05-02'), calendar('crypto'), ['BTC']))).toBe('')
  })

  test('never leans, and trusts itself less without a calendar', () => {
    const reader = new WhenReader()
    expect(reader.read(at('2014-05-01'), gold, ['USD'])).toMatchObject({ direction: 0, strength: 0, confidence: 0.5 })
    reader.announce(entry(news))
    expect(reader.read(at('2014-05-01'), gold, ['USD'])).toMatchObject({ direction: 0, strength: 0, confidence: 1 })
  })

  test('what is scheduled is part of the state', () => {
    const digest = (entries: readonly CalendarEntry[]): string => {
      const reader = new WhenReader()
      for (const each of entries) reader.announce(each)
      const into = new Digest()
      reader.digest(into)
      return into.hex
    }
    expect(digest([entry(news)])).toBe(digest([entry(news)]))
    expect(digest([entry(news)])).not.toBe(digest([entry('2014-05-02T12:31:00Z', { id: news })]))
  })
})

describe('a schedule', () => {
  test('answers as a search through everything would, with moves, and forgets what is long past', () => {
    const put = fc.record({
      kind: fc.constant('put' as const),
      id: fc.integer({ min: 0, max: 60 }),
      ahead: fc.integer({ min: -20, max: 200 }),
    })
    const ask = fc.record({ kind: fc.constant('ask' as const), step: fc.integer({ min: 0, max: 15 }) })
    fc.assert(
      fc.property(fc.array(fc.oneof(put, ask), { maxLength: 400 }), steps => {
        const schedule = new Schedule()
        const all = new Map<string, number>()
        let now = 1000
        for (const step of steps) {
          if (step.kind === 'put') {
            schedule.put({ id: String(step.id), time: (now + step.ahead) as Micros, title: '' })
            all.set(String(step.id), now + step.ahead)
          } else {
            now += step.step
            const future = [...all.values()].filter(time => time > now)
            const past = [...all.values()].filter(time => time <= now)
            expect(schedule.next(now as Micros)?.time).toBe(future.length > 0 ? Math.min(...future) : undefined)
            expect(schedule.last(now as Micros)?.time).toBe(past.length > 0 ? Math.max(...past) : undefined)
          }
        }
      }),
    )

    const long = new Schedule()
    for (let i = 0; i < 10_000; i++) {
      long.put({ id: String(i), time: i as Micros, title: '' })
      long.next(i as Micros)
    }
    expect(long.count).toBeLessThan(100)
  })
})
