// What the gate lets through and what it keeps out, at each boundary and on the data it was made for.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bar, bookChange, bookSnapshot, PLAIN, quote, trade } from '../../../test/market-facts.ts'
import { packPath, packTest } from '../../../test/pack.ts'
import { parsed } from '../../../test/parsed.ts'
import { BUNDLED_FOLDER, bundled } from '../../adapters/files/bundled.ts'
import { lean } from '../../adapters/files/lean.ts'
import type { FeedEvent } from '../../domain/event.ts'
import type { CalendarEntry, Release } from '../../domain/macro.ts'
import type { Bar, Quote } from '../../domain/market.ts'
import { DAY, HOUR, MINUTE, type Micros, type Price, type Quantity, SECOND } from '../../domain/numbers.ts'
import { DERIVED } from '../../domain/provenance.ts'
import { QualityGate, type QualityReason } from './gate.ts'

const OIL = 'OIL.TEST'
const gate = () =>
  new QualityGate({ staleAfterMicros: HOUR, outlierFactor: 12, allowsNegativePrices: id => id === OIL || id.startsWith('WTI') })

const passed = (subject: QualityGate, events: readonly FeedEvent[]): (QualityReason | undefined)[] =>
  events.map(event => subject.inspect(event))
const inspect = (...events: readonly FeedEvent[]) => passed(gate(), events)

/** How many facts were kept out, by reason. */
function counted(subject: QualityGate, events: readonly FeedEvent[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const event of events) {
    const reason = subject.inspect(event)
    if (reason !== undefined) counts[reason] = (counts[reason] ?? 0) + 1
  }
  return counts
}

/** A quiet minute: quotes a second apart that move by a step, ending at the time given. */
const quiet = (until: number, bid = 10_000): Quote[] =>
  Array.from({ length: 60 }, (_, i) => quote(until - (60 - i) * SECOND, bid + (i % 2), bid + 10 + (i % 2)))

describe('quotes', () => {
  test('schema: a price or a time that is no whole number', () => {
    const good = quote(0, 10_000, 10_010)
    expect(inspect({ ...good, bid: 10_000.5 as Price })).toEqual(['schema'])
    expect(inspect({ ...good, ask: Number.NaN as Price })).toEqual(['schema'])
    expect(inspect({ ...good, eventTime: Number.NaN as Micros })).toEqual(['schema'])
    expect(inspect({ ...good, receivedTime: 0.5 as Micros })).toEqual(['schema'])
  })

  test('range: a price of zero or below, a size below zero', () => {
    expect(inspect(quote(0, 0, 10))).toEqual(['range'])
    expect(inspect(quote(0, 1, 10))).toEqual([undefined])
    expect(inspect(quote(0, -3_700, -3_698, { id: OIL }))).toEqual([undefined])
    expect(inspect({ ...quote(0, 10, 11), bidSize: -1 as Quantity })).toEqual(['range'])
    expect(inspect({ ...quote(0, 10, 11), askSize: Number.NaN as Quantity })).toEqual(['range'])
  })

  test('order: older than what came before; at the same time is in order', () => {
    expect(inspect(quote(5, 10_000, 10_010), quote(4, 10_001, 10_011), quote(5, 10_001, 10_011))).toEqual([
      undefined,
      'order',
      undefined,
    ])
  })

  test('duplicate: the same fact again, not the same price a moment later', () => {
    const first = quote(5, 10_000, 10_010)
    expect(inspect(first, { ...first, sequence: 2 }, quote(6, 10_000, 10_010))).toEqual([undefined, 'duplicate', undefined])
  })

  test('crossed: bid above ask; locked is no fault', () => {
    expect(inspect(quote(0, 10_011, 10_010), quote(0, 10_010, 10_010))).toEqual(['crossed', undefined])
  })

  test('stale: an hour on its way is allowed, a microsecond more is not', () => {
    expect(inspect(quote(HOUR, 10_000, 10_010, { eventTime: 0 }))).toEqual([undefined])
    expect(inspect(quote(HOUR + 1, 10_000, 10_010, { eventTime: 0 }))).toEqual(['stale'])
  })

  test.each([
    ['ten times too high', 100_000],
    ['ten times too low', 1_000],
    ['a digit too many', 1_000_000],
  ])('outlier: a price %s, and the market goes on as before', (_, spike) => {
    const subject = gate()
    expect(new Set(passed(subject, quiet(MINUTE)))).toEqual(new Set([undefined]))
    expect(subject.inspect(quote(MINUTE, spike, spike + 10))).toBe('outlier')
    expect(passed(subject, quiet(2 * MINUTE + 1))).not.toContain('outlier')
  })

  test('three that agree are a new level', () => {
    const subject = gate()
    passed(subject, quiet(MINUTE))
    const far = [0, 1, 2, 3].map(i => quote(MINUTE + i, 20_000 + i, 20_010 + i))
    expect(passed(subject, far)).toEqual(['outlier', 'outlier', undefined, undefined])
  })

  test('three that do not agree are three errors', () => {
    const subject = gate()
    passed(subject, quiet(MINUTE))
    const errors = [20_000, 40_000, 90_000].map((price, i) => quote(MINUTE + i, price, price + 10))
    expect(passed(subject, errors)).toEqual(['outlier', 'outlier', 'outlier'])
  })

  test('five percent are never an outlier, however quiet it was', () => {
    const subject = gate()
    passed(subject, quiet(MINUTE))
    expect(subject.inspect(quote(MINUTE, 10_490, 10_500))).toBeUndefined()
  })

  test('a gap over the weekend passes where it would not from one second to the next', () => {
    const gap = (wait: number) => {
      const subject = gate()
      passed(subject, quiet(MINUTE))
      return subject.inspect(quote(MINUTE + wait, 10_800, 10_810))
    }
    expect(gap(SECOND)).toBe('outlier')
    expect(gap(2 * DAY)).toBeUndefined()
  })

  test('each instrument is judged by itself', () => {
    const other = { id: 'OTHER.TEST' }
    expect(inspect(quote(5, 10_000, 10_010), quote(4, 5, 6, other), quote(6, 10_000, 10_010), quote(4, 5, 6, other))).toEqual([
      undefined,
      undefined,
      undefined,
      'duplicate',
    ])
  })

  test('what is kept out leaves no trace: the same facts pass after it', () => {
    const noise = fc.array(fc.tuple(fc.integer({ min: 10, max: 59 }), fc.constantFrom(0, -5, 100_000, 10_050)), { maxLength: 20 })
    fc.assert(
      fc.property(noise, list => {
        const subject = gate()
        for (const [i, good] of quiet(MINUTE).entries()) {
          // Impossible, crossed, or far away; and only one far away in a row, since three that agree are believed.
          for (const bid of new Set(list.filter(([at]) => at === i).map(([, price]) => price))) {
            const bad = quote(good.receivedTime, bid, bid === 100_000 ? bid : 1)
            expect(subject.inspect(bad)).not.toBeUndefined()
          }
          expect(subject.inspect(good)).toBeUndefined()
        }
      }),
    )
  })
})

describe('trades', () => {
  test('schema, range, order and stale are as for quotes', () => {
    expect(inspect(trade(0, 10.5, 1))).toEqual(['schema'])
    expect(inspect(trade(0, 10_000, 0))).toEqual(['range'])
    expect(inspect(trade(0, 0, 1))).toEqual(['range'])
    expect(inspect(trade(0, 0, 1, { id: OIL }))).toEqual([undefined])
    expect(inspect(trade(5, 10_000, 1), trade(4, 10_000, 1))).toEqual([undefined, 'order'])
    expect(inspect(trade(HOUR + 1, 10_000, 1, { eventTime: 0 }))).toEqual(['stale'])
  })

  test('two prints may be equal in everything; one row twice is a duplicate', () => {
    const first = trade(5, 10_000, 1, { sequence: 1 })
    expect(inspect(first, { ...first, sequence: 2 }, { ...first, sequence: 2 })).toEqual([undefined, undefined, 'duplicate'])
  })

  test('a print ten times too high is an outlier', () => {
    const prints = Array.from({ length: 30 }, (_, i) => trade(i * SECOND, 10_000 + (i % 3), 1, { sequence: i }))
    expect(inspect(...prints, trade(30 * SECOND, 100_000, 1, { sequence: 30 })).at(-1)).toBe('outlier')
  })
})

describe('bars', () => {
  const hourly = (count: number): Bar[] =>
    Array.from({ length: count }, (_, i) => bar(i * HOUR, (i + 1) * HOUR, [10_000, 10_020, 9_990, 10_010], { spread: 4 }))
  const afterThirty = (prices: readonly [number, number, number, number]) =>
    inspect(...hourly(30), bar(30 * HOUR, 31 * HOUR, prices, { spread: 4 })).at(-1)

  test('schema and range: whole prices, an open and a close inside high and low, volume not below zero', () => {
    const [good] = hourly(1)
    expect(inspect({ ...good!, askLow: Number.NaN as Price })).toEqual(['schema'])
    expect(inspect(bar(0, HOUR, [10_000, 9_999, 9_990, 9_995]))).toEqual(['range'])
    expect(inspect(bar(0, HOUR, [10_000, 10_010, 9_990, 9_980]))).toEqual(['range'])
    expect(inspect({ ...good!, askHigh: 10_000 as Price })).toEqual(['range'])
    expect(inspect({ ...good!, volume: -1 })).toEqual(['range'])
    expect(inspect({ ...good!, openTime: HOUR as Micros })).toEqual(['range'])
    expect(inspect(bar(0, HOUR, [5, 5, 0, 5]))).toEqual(['range'])
    expect(inspect(bar(0, HOUR, [5, 5, -40, 5], { id: OIL }))).toEqual([undefined])
  })

  test('order and duplicate: one bar of a length for each close', () => {
    const [first, second] = hourly(2)
    expect(inspect(first!, second!, first!, second!)).toEqual([undefined, undefined, 'order', 'duplicate'])
    expect(inspect(second!, bar(HOUR, HOUR + MINUTE, [10_000, 10_000, 10_000, 10_000])), 'a minute is no hour').toEqual([
      undefined,
      undefined,
    ])
  })

  test('crossed: the ask below the bid at the open or the close', () => {
    const [good] = hourly(1)
    expect(inspect({ ...good!, askClose: 10_009 as Price })).toEqual(['crossed'])
    expect(inspect({ ...good!, askOpen: 9_999 as Price })).toEqual(['crossed'])
  })

  test('stale: known too long after its close', () => {
    const [good] = hourly(1)
    expect(inspect({ ...good!, receivedTime: (2 * HOUR) as Micros })).toEqual([undefined])
    expect(inspect({ ...good!, receivedTime: (2 * HOUR + 1) as Micros })).toEqual(['stale'])
  })

  test.each<[string, [number, number, number, number]]>([
    ['the whole bar', [100_000, 100_200, 99_900, 100_100]],
    ['its open', [100_000, 100_000, 9_990, 10_010]],
    ['its high', [10_000, 100_200, 9_990, 10_010]],
    ['its low', [10_000, 10_020, 999, 10_010]],
    ['its close', [10_000, 100_100, 9_990, 100_100]],
    ['its close, ten times too low', [10_000, 10_020, 1_001, 1_001]],
  ])('outlier: ten times too much in %s', (_, prices) => {
    expect(afterThirty(prices)).toBe('outlier')
  })

  test('a bar that moved by half is a storm, no error', () => {
    expect(afterThirty([10_000, 10_000, 4_900, 5_000])).toBeUndefined()
  })

  test('a hundred times less that only repeats itself is not believed; once it moves, it is', () => {
    const still = [30, 31, 32, 33, 34].map(hour => bar(hour * HOUR, (hour + 1) * HOUR, [100, 100, 100, 100]))
    expect(inspect(...hourly(30), ...still).slice(30)).toEqual(Array(5).fill('outlier'))
    const lively = [30, 31, 32].map(hour => bar(hour * HOUR, (hour + 1) * HOUR, [70 + hour, 105, 70, 100]))
    expect(inspect(...hourly(30), ...lively).slice(30)).toEqual(['outlier', 'outlier', undefined])
  })

  test('a close ten times away that later bars confirm is the new level', () => {
    const far = [
      bar(30 * HOUR, 31 * HOUR, [10_000, 100_000, 10_000, 100_000]),
      bar(31 * HOUR, 32 * HOUR, [100_000, 101_000, 99_000, 100_000]),
      bar(32 * HOUR, 33 * HOUR, [100_000, 101_000, 99_000, 100_000]),
    ]
    expect(inspect(...hourly(30), ...far).slice(30)).toEqual(['outlier', 'outlier', undefined])
  })
})

describe('books', () => {
  test('levels are whole, positive and not crossed in a snapshot', () => {
    expect(inspect(bookSnapshot(1, [[99, 1]], [[101, 1]]))).toEqual([undefined])
    expect(inspect(bookSnapshot(1, [[99.5, 1]], [[101, 1]]))).toEqual(['schema'])
    expect(inspect(bookSnapshot(1, [[99, -1]], [[101, 1]]))).toEqual(['schema'])
    expect(inspect(bookSnapshot(1, [[0, 1]], [[101, 1]]))).toEqual(['range'])
    expect(
      inspect(
        bookSnapshot(
          1,
          [
            [98, 1],
            [102, 1],
          ],
          [[101, 1]],
        ),
      ),
    ).toEqual(['crossed'])
  })

  test('changes come in order, fresh, and a size of zero is how a level goes', () => {
    expect(inspect(bookChange([1, 2], { bids: [[99, 0]], time: 5 }), bookChange([3, 4], { time: 4 }))).toEqual([
      undefined,
      'order',
    ])
    expect(inspect(bookChange([1, 2], { time: HOUR + 1, eventTime: 0 }))).toEqual(['stale'])
  })
})

describe('the economy', () => {
  const release = (changes: Partial<Release>): Release => ({
    kind: 'release',
    series: 'CPIAUCSL',
    periodStart: 0 as Micros,
    value: 295.07,
    lagged: true,
    eventTime: DAY as Micros,
    receivedTime: (2 * DAY) as Micros,
    sequence: 1,
    provenance: DERIVED,
    ...changes,
  })

  test('a value is a number, known after its period, and said once', () => {
    expect(inspect(release({}), release({ sequence: 2 }))).toEqual([undefined, 'duplicate'])
    expect(inspect(release({ value: Number.NaN }))).toEqual(['schema'])
    expect(inspect(release({ receivedTime: (DAY - 1) as Micros }))).toEqual(['range'])
    expect(inspect(release({}), release({ series: 'UNRATE' })), 'series stand alone').toEqual([undefined, undefined])
    expect(inspect(release({ value: -5 }))).toEqual([undefined])
  })

  test('an announcement has a name and a time', () => {
    const entry: CalendarEntry = {
      kind: 'calendar-entry',
      id: 'cpi',
      currency: 'USD',
      impact: 'high',
      name: 'CPI',
      actual: Number.NaN,
      forecast: 3.1,
      previous: 3.2,
      scheduledTime: DAY as Micros,
      eventTime: DAY as Micros,
      receivedTime: 0 as Micros,
      sequence: 1,
      provenance: DERIVED,
    }
    expect(inspect(entry, { ...entry, actual: 3.3 })).toEqual([undefined, undefined])
    expect(inspect({ ...entry, name: '' })).toEqual(['schema'])
    expect(inspect({ ...entry, scheduledTime: Number.NaN as Micros })).toEqual(['schema'])
  })
})

describe('oil, whose price was −36.98 on 2020-04-20', () => {
  const wti = async (): Promise<Bar[]> => {
    const [prices] = await parsed(bundled, `${BUNDLED_FOLDER}/WTI.csv`)
    return prices!.events.filter(event => event.kind === 'bar')
  }

  test('passes whole', async () => {
    const bars = await wti()
    expect(Math.min(...bars.map(each => each.close))).toBe(-3698)
    expect(counted(gate(), bars)).toEqual({})
  })

  test('does not pass with a decimal point lost, on any day, and goes on after it', async () => {
    const subject = gate()
    const through: number[] = []
    for (const [day, real] of (await wti()).entries()) {
      const lost = (real.close * 100) as Price
      const sides = { open: lost, high: lost, low: lost, close: lost, askOpen: lost, askHigh: lost, askLow: lost, askClose: lost }
      // The first weeks teach the gate what is usual.
      if (day > 20 && subject.inspect({ ...real, ...sides }) !== 'outlier') through.push(day)
      expect(subject.inspect(real)).toBeUndefined()
    }
    expect(through).toEqual([])
  })
})

describe('the data pack', () => {
  const days = (folder: string, list: readonly string[]) => list.map(day => packPath(folder, `${day}_quote.zip`))
  const may = (...list: number[]) => list.map(day => `201405${String(day).padStart(2, '0')}`)

  async function quarantined(paths: readonly string[]): Promise<Record<string, number>> {
    const subject = gate()
    const total: Record<string, number> = {}
    for (const path of paths) {
      for (const { events } of await parsed(lean, path)) {
        for (const [reason, count] of Object.entries(counted(subject, events))) total[reason] = (total[reason] ?? 0) + count
      }
    }
    return total
  }

  packTest('a week of gold ticks passes whole', async () => {
    expect(await quarantined(days('cfd/lean/oanda/tick/xauusd', may(1, 2, 4, 5, 6, 7, 8)))).toEqual({})
  })

  packTest('two weeks of euro ticks pass but for one line that is there twice', async () => {
    const dates = may(1, 2, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15)
    expect(await quarantined(days('fx/lean/oanda/tick/eurusd', dates))).toEqual({ duplicate: 1 })
  })

  packTest('the 436 crossed minutes of FXCM are found, and nothing else is wrong with them', async () => {
    const dates = ['20110307', '20111031', ...may(1, 2, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15), '20180403', '20180404']
    const found = await quarantined(days('fx/lean/fxcm/minute/eurusd', dates))
    expect(found['crossed']).toBeGreaterThanOrEqual(436)
    expect(Object.keys(found)).toEqual(['crossed'])
  })
})

test('an instrument of positive prices stays so beside one that may be negative', () => {
  expect(inspect(quote(0, -5, 5, { id: OIL }), quote(0, -5, 5, { id: PLAIN.id }))).toEqual([undefined, 'range'])
})
