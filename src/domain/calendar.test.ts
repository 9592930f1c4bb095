// Opening hours against published figures, the LEAN market-hours database and the pack's own gold ticks.
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { packPath, packTest } from '../../test/pack.ts'
import { CALENDAR_NAMES, type SessionCalendar, sessionCalendar } from './calendar.ts'
import { DAY, formatMicros, HOUR, MINUTE, type Micros, parseMicros } from './numbers.ts'
import { zonedToUtc } from './zone.ts'

const at = (iso: string): Micros => parseMicros(iso)!
const calendar = (name: string): SessionCalendar => sessionCalendar(name)!
const clock = (time: number): string => formatMicros(time as Micros).slice(11, 16)

const fx = calendar('fx')
const metals = calendar('metals')
const equity = calendar('us-equity')

describe('session calendars', () => {
  // intelligence reference 5.1: computed with IANA zones by an independent program.
  test.each([
    { date: '2026-01-15', open: '14:30', close: '21:00', roll: '22:00', londonKillZone: '07:00' },
    { date: '2026-03-16', open: '13:30', close: '20:00', roll: '21:00', londonKillZone: '06:00' },
    { date: '2026-07-15', open: '13:30', close: '20:00', roll: '21:00', londonKillZone: '06:00' },
    { date: '2026-10-28', open: '13:30', close: '20:00', roll: '21:00', londonKillZone: '06:00' },
  ])('New York keeps its hours on $date', ({ date, open, close, roll, londonKillZone }) => {
    const [year, month, day] = date.split('-').map(Number) as [number, number, number]
    expect(clock(equity.nextOpen(at(date)))).toBe(open)
    expect(clock(equity.nextClose(at(date)))).toBe(close)

    const rollTime = zonedToUtc('America/New_York', year, month, day, 17)
    expect(clock(rollTime)).toBe(roll)
    expect(fx.sessionId(rollTime)).toBe(fx.sessionId((rollTime - 1) as Micros) + 1)
    expect(clock(zonedToUtc('America/New_York', year, month, day, 2))).toBe(londonKillZone)
  })

  test('London and New York are four hours apart exactly in the weeks between their clock changes', () => {
    const fourHourDays: string[] = []
    for (let day = at('2026-01-01'); day < at('2028-01-01'); day = (day + DAY) as Micros) {
      const date = formatMicros(day).slice(0, 10)
      const [year, month, dayOfMonth] = date.split('-').map(Number) as [number, number, number]
      const noon = (zone: string): number => zonedToUtc(zone, year, month, dayOfMonth, 12)
      if (noon('America/New_York') - noon('Europe/London') === 4 * HOUR) fourHourDays.push(date)
    }

    const days = (from: string, to: string): string[] => {
      const list: string[] = []
      for (let day = at(from); day <= at(to); day = (day + DAY) as Micros) list.push(formatMicros(day).slice(0, 10))
      return list
    }
    expect(fourHourDays).toEqual([
      ...days('2026-03-08', '2026-03-28'),
      ...days('2026-10-25', '2026-10-31'),
      ...days('2027-03-14', '2027-03-27'),
      ...days('2027-10-31', '2027-11-06'),
    ])
  })

  test('fx trades from Sunday 17:00 to Friday 17:00 New York without a break', () => {
    const sunday = at('2014-05-04T21:00:00Z')
    const friday = at('2014-05-09T21:00:00Z')
    expect(fx.isOpen((sunday - 1) as Micros)).toBe(false)
    expect(fx.nextOpen((sunday - 1) as Micros)).toBe(sunday)
    expect(fx.nextOpen(sunday)).toBe(sunday)
    expect(fx.nextClose(sunday)).toBe(friday)
    expect(fx.isOpen((friday - 1) as Micros)).toBe(true)
    expect(fx.isOpen(friday), 'intervals are half-open').toBe(false)
    expect(fx.expected(at('2014-05-04'), at('2014-05-12'))).toEqual([
      { open: sunday, close: friday },
      { open: at('2014-05-11T21:00:00Z'), close: at('2014-05-12') },
    ])
  })

  test("gold's session from Sunday evening is Monday's, and the number holds through the break", () => {
    const monday = at('2014-05-05') / DAY
    expect(metals.nextOpen(at('2014-05-04'))).toBe(at('2014-05-04T22:00:00Z'))
    expect(metals.sessionId(at('2014-05-04T22:00:00Z'))).toBe(monday)
    expect(metals.sessionId(at('2014-05-05T21:30:00Z'))).toBe(monday)
    expect(metals.sessionId(at('2014-05-05T22:00:00Z'))).toBe(monday + 1)
    expect(metals.sessionId(at('2014-05-10')), 'Saturday keeps Friday').toBe(monday + 4)
  })

  test('gold closed at 17:15 New York until September 2015 and at 17:00 since', () => {
    expect(clock(metals.nextClose(at('2015-09-17T12:00:00Z')))).toBe('21:15')
    expect(clock(metals.nextClose(at('2015-09-22T12:00:00Z')))).toBe('21:00')
    expect(clock(metals.nextOpen(at('2015-09-22T21:00:00Z')))).toBe('22:00')
  })

  test('stocks close early on the day after Thanksgiving, and the extended session four hours later', () => {
    expect(clock(equity.nextClose(at('2026-11-27')))).toBe('18:00')
    expect(clock(calendar('us-equity-extended').nextClose(at('2026-11-27')))).toBe('22:00')
    expect(clock(calendar('us-equity-extended').nextOpen(at('2026-11-27T06:00:00Z')))).toBe('09:00')
  })

  test('Globex trades from 17:00 of the evening before to 16:00 Chicago, and to noon on half days', () => {
    const cme = calendar('cme')
    expect(cme.nextOpen(at('2026-11-15'))).toBe(at('2026-11-15T23:00:00Z'))
    expect(cme.nextClose(at('2026-11-15'))).toBe(at('2026-11-16T22:00:00Z'))
    expect(cme.nextClose(at('2026-11-26T12:00:00Z')), 'Thanksgiving').toBe(at('2026-11-26T18:00:00Z'))
    expect(cme.isOpen(at('2026-12-25T15:00:00Z'))).toBe(false)
  })

  test('crypto never closes', () => {
    const crypto = calendar('crypto')
    expect(crypto.isOpen(at('2026-11-21T12:00:00Z'))).toBe(true)
    expect(crypto.nextClose(at('2026-11-21'))).toBe(Number.POSITIVE_INFINITY)
    expect(crypto.sessionId(at('2026-11-21T23:59:59Z'))).toBe(at('2026-11-21') / DAY)
    expect(crypto.expected(at('2026-11-21'), at('2026-11-21'))).toEqual([])
  })

  test('an energy price of Friday is known while its day is still open', () => {
    // Stamped at the next UTC midnight, that is Friday evening in New York.
    expect(calendar('eia-daily').isOpen(at('2020-04-18'))).toBe(true)
    expect(calendar('eia-daily').isOpen(at('2020-04-18T12:00:00Z'))).toBe(false)
  })

  test('an unknown name has no calendar', () => {
    expect(sessionCalendar('moon')).toBeUndefined()
    expect(sessionCalendar('toString')).toBeUndefined()
  })
})

describe('isOpen, nextOpen, nextClose, sessionId and expected tell one story', () => {
  const hour = fc.integer({ min: at('1998-01-01') / HOUR, max: at('2031-01-01') / HOUR })
  const moment = fc.tuple(hour, fc.integer({ min: 0, max: HOUR - 1 })).map(([hours, rest]) => (hours * HOUR + rest) as Micros)

  test.each(CALENDAR_NAMES)('in %s', name => {
    const subject = calendar(name)
    fc.assert(
      fc.property(moment, time => {
        const open = subject.isOpen(time)
        const nextOpen = subject.nextOpen(time)
        const nextClose = subject.nextClose(time)

        expect(nextOpen === time).toBe(open)
        expect(nextOpen).toBeLessThan(nextClose)
        expect(subject.isOpen(nextOpen)).toBe(true)
        if (Number.isFinite(nextClose)) {
          expect(subject.isOpen(nextClose)).toBe(false)
          expect(subject.isOpen((nextClose - 1) as Micros)).toBe(true)
        }
        expect(subject.sessionId(nextOpen)).toBeGreaterThanOrEqual(subject.sessionId(time))
        expect(subject.isOpen(time), 'asking elsewhere in between changes nothing').toBe(open)
      }),
      { numRuns: 400 },
    )
  })

  test.each(CALENDAR_NAMES)('every five minutes through an autumn of clock changes in %s', name => {
    const subject = calendar(name)
    const from = at('2026-10-20')
    const to = at('2026-11-10')
    const intervals = subject.expected(from, to)
    for (let time: number = from; time < to; time += 5 * MINUTE) {
      const listed = intervals.some(interval => interval.open <= time && time < interval.close)
      if (listed !== subject.isOpen(time as Micros)) expect.unreachable(`${name} differs at ${formatMicros(time as Micros)}`)
    }
  })
})

interface LeanHours {
  readonly holidays: readonly string[]
  readonly earlyCloses: Readonly<Record<string, string>>
}

describe('against the LEAN market-hours database', () => {
  const iso = (american: string): string => {
    const [month = '', day = '', year = ''] = american.split('/')
    return `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
  }
  const isWeekday = (date: string): boolean => ![0, 6].includes(new Date(`${date}T00:00:00Z`).getUTCDay())

  const readLean = (): LeanHours => {
    const path = packPath('reference/lean/market-hours/market-hours-database.json')
    return JSON.parse(readFileSync(path, 'utf8')).entries['Equity-usa-[*]']
  }

  const closedDays = (from: string, to: string): string[] => {
    const days: string[] = []
    for (let day = at(from); day < at(to); day = (day + DAY) as Micros) {
      const date = formatMicros(day).slice(0, 10)
      if (isWeekday(date) && !equity.isOpen((day + 15 * HOUR) as Micros)) days.push(date)
    }
    return days
  }

  packTest('New York keeps the same holidays from 1998 to 2026', () => {
    const theirs = new Set(readLean().holidays.map(iso).filter(isWeekday))
    const ours = new Set(closedDays('1998-01-01', '2027-01-01'))
    const onlyTheirs = [...theirs].filter(date => date < '2027' && !ours.has(date)).sort()
    const onlyOurs = [...ours].filter(date => !theirs.has(date)).sort()
    expect({ onlyTheirs, onlyOurs }).toEqual({ onlyTheirs: [], onlyOurs: [] })
  })

  packTest('New York closes early on the same days', () => {
    const theirs = Object.keys(readLean().earlyCloses)
      .map(iso)
      .filter(isWeekday)
      .filter(date => date < '2027')
    const ours: string[] = []
    for (let day = at('2000-01-01'); day < at('2027-01-01'); day = (day + DAY) as Micros) {
      const date = formatMicros(day).slice(0, 10)
      // 14:30 New York, summer or winter, is after an early close and before the regular one.
      if (equity.isOpen((day + 15 * HOUR) as Micros) && !equity.isOpen((day + 19.5 * HOUR) as Micros)) ours.push(date)
    }
    expect(ours).toEqual(theirs.filter(date => date >= '2000').sort())
  })
})

const kinds = (name: string, from: string, to: string, kind: string): string[] => {
  const days: string[] = []
  for (let day = at(from) / DAY; day < at(to) / DAY; day++) {
    if (calendar(name).dayKind(day) === kind) days.push(formatMicros((day * DAY) as Micros).slice(0, 10))
  }
  return days
}

describe('calendars of brokers and of Europe', () => {
  const american = (date: string): string => {
    const [month = '', day = '', year = ''] = date.split('/')
    return `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
  }
  const lean = (entry: string): LeanHours => {
    const path = packPath('reference/lean/market-hours/market-hours-database.json')
    return JSON.parse(readFileSync(path, 'utf8')).entries[entry]
  }
  const isWeekday = (date: string): boolean => ![0, 6].includes(new Date(`${date}T00:00:00Z`).getUTCDay())

  packTest('gold and oil close early when COMEX does, 2025 and 2026', () => {
    const theirs = Object.entries(lean('Future-comex-GC').earlyCloses)
      .map(([date, time]) => `${american(date)} ${time.slice(0, 5)}`)
      .filter(row => row >= '2025' && row < '2027' && !row.endsWith('17:00'))
      .sort()
    const ours = kinds('metals-cfd', '2025-01-01', '2027-01-01', 'early').map(date => {
      const { close } = calendar('metals-cfd').session(at(date) / DAY)!
      const minutes = (close - zonedToUtc('America/New_York', ...ymd(date), 0)) / MINUTE
      return `${date} ${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`
    })
    expect(ours).toEqual(theirs)
    expect(kinds('energy-cfd', '2025-01-01', '2027-01-01', 'early').length).toBe(theirs.length)
  })

  packTest('London is closed on the days the database says', () => {
    const theirs = lean('Cfd-oanda-UK100GBP').holidays.map(american).filter(isWeekday)
    const ours = new Set(kinds('lse', '2000-01-01', '2027-01-01', 'closed'))
    // These two were moved, to 8 May 2020 and 2 June 2022 (gov.uk), which the database does not know.
    expect(theirs.filter(date => date < '2027' && !ours.has(date))).toEqual(['2020-05-04', '2022-05-30'])
    expect(theirs.length).toBeGreaterThan(40)
  })

  // gov.uk/bank-holidays.
  test.each([
    [2022, ['01-03', '04-15', '04-18', '05-02', '06-02', '06-03', '08-29', '09-19', '12-26', '12-27']],
    [2023, ['01-02', '04-07', '04-10', '05-01', '05-08', '05-29', '08-28', '12-25', '12-26']],
    [2026, ['01-01', '04-03', '04-06', '05-04', '05-25', '08-31', '12-25', '12-28']],
  ])('bank holidays of England in %i', (year, days) => {
    expect(kinds('lse', `${year}-01-01`, `${year + 1}-01-01`, 'closed')).toEqual(days.map(day => `${year}-${day}`))
  })

  test('London closes at 12:30 before Christmas and before New Year', () => {
    expect(kinds('lse', '2026-01-01', '2027-01-01', 'early')).toEqual(['2026-12-24', '2026-12-31'])
    expect(clock(calendar('lse').nextClose(at('2026-12-24T09:00:00Z')))).toBe('12:30')
    expect(clock(calendar('lse').nextClose(at('2026-07-15T09:00:00Z')))).toBe('15:30')
  })

  test('Frankfurt keeps seven days and closes early on the last of the year', () => {
    // Deutsche Börse, trading calendar 2025.
    expect(kinds('xetra', '2025-01-01', '2026-01-01', 'closed')).toEqual(
      ['01-01', '04-18', '04-21', '05-01', '12-24', '12-25', '12-26', '12-31'].map(day => `2025-${day}`),
    )
    expect(clock(calendar('xetra').nextClose(at('2025-12-30T09:00:00Z')))).toBe('13:00')
  })

  packTest('a broker of currencies closes on the evenings before Christmas and New Year', () => {
    const { earlyCloses, holidays } = lean('Forex-oanda-[*]')
    const evenings = [...Object.keys(earlyCloses), ...holidays].map(american).filter(date => /-12-(24|31)$/.test(date))
    expect(evenings.length).toBeGreaterThan(10)
    for (const date of evenings) expect(calendar('fx-cfd').session(at(date) / DAY + 1), date).toBeUndefined()
  })

  test('an index of the United States follows Globex, with its pause at 17:00 New York', () => {
    const index = calendar('us-index-cfd')
    expect(clock(index.nextClose(at('2026-11-26T12:00:00Z'))), 'Thanksgiving, noon in Chicago').toBe('18:00')
    expect(clock(index.nextOpen(at('2026-11-25T22:30:00Z')))).toBe('23:00')
    expect(index.isOpen(at('2026-04-03T15:00:00Z')), 'Good Friday').toBe(false)
  })
})

const ymd = (date: string): [number, number, number] => date.split('-').map(Number) as [number, number, number]

/** Weekdays from 1998 on which a FRED file has a value, and on which it has none. */
function published(series: string): { readonly value: number[]; readonly blank: number[] } {
  const rows = readFileSync(packPath(`macro/fred/${series}.csv`), 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map(line => line.split(','))
  const days = new Set(rows.filter(([, value]) => value).map(([date = '']) => at(date) / DAY))
  const last = Math.max(...days)
  const value: number[] = []
  const blank: number[] = []
  for (let day = Math.max(at('1998-01-01') / DAY, Math.min(...days)); day <= last; day++) {
    if ([0, 6].includes((day + 4) % 7)) continue
    if (days.has(day)) value.push(day)
    else blank.push(day)
  }
  return { value, blank }
}

/** Around noon in New York, before any early close. */
const noon = (day: number): Micros => (day * DAY + 16 * HOUR) as Micros

describe('against what was published', () => {
  packTest('Treasury yields are missing exactly on the holidays of us-rates, 1998–2025', () => {
    const { value, blank } = published('DGS10')
    expect(value.filter(day => !calendar('us-rates').isOpen(noon(day)))).toEqual([])
    expect(blank.filter(day => calendar('us-rates').isOpen(noon(day)))).toEqual([])
    expect(blank.length).toBeGreaterThan(250)
  })

  packTest('no WTI price was ever published on a holiday of eia-daily', () => {
    const { value, blank } = published('DCOILWTICO')
    expect(value.filter(day => !calendar('eia-daily').isOpen(noon(day)))).toEqual([])
    // Single days without a rule (hurricanes, mourning, Christmas Eve) remain.
    expect(blank.filter(day => calendar('eia-daily').isOpen(noon(day))).length).toBeLessThan(40)
  })

  packTest('the S&P 500 has a value on each day New York trades, and on no other', () => {
    const { value, blank } = published('SP500')
    expect(value.filter(day => !equity.isOpen(noon(day)))).toEqual([])
    expect(blank.filter(day => equity.isOpen(noon(day)))).toEqual([])
  })
})
