// WHY on the real history of the United States: what it says when, and that the future never reaches it.
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { packPath, packTest } from '../../../../test/pack.ts'
import { Digest } from '../../../domain/digest.ts'
import type { AssetClass } from '../../../domain/instrument.ts'
import type { Release } from '../../../domain/macro.ts'
import { DAY, HOUR, type Micros, parseMicros } from '../../../domain/numbers.ts'
import type { Reading } from '../../../domain/opinion.ts'
import type { Provenance } from '../../../domain/provenance.ts'
import { POLARITY } from './polarity.ts'
import { WhyReader, type WhySubject } from './why-reader.ts'

const provenance: Provenance = { source: 'fred', kind: 'recorded', origin: 'test', checksum: '', licence: '' }
const at = (iso: string): Micros => parseMicros(iso)!

const GOLD: WhySubject = { assetClass: 'metal', base: 'XAU', quote: 'USD' }
const OIL: WhySubject = { assetClass: 'energy', base: 'WTI', quote: 'USD' }
const BOND: WhySubject = { assetClass: 'bond', base: 'US10Y', quote: 'USD' }
const EURO: WhySubject = { assetClass: 'forex', base: 'EUR', quote: 'USD' }
const YEN: WhySubject = { assetClass: 'forex', base: 'USD', quote: 'JPY' }

/** Months a period lasts (0: it is stamped with its last day), and days from its end to its publication. */
const SERIES: Readonly<Record<string, readonly [months: number, lag: number]>> = {
  PAYEMS: [1, 6],
  UNRATE: [1, 6],
  INDPRO: [1, 16],
  CPIAUCSL: [1, 13],
  GDPC1: [3, 30],
  ICSA: [0, 5],
  DGS2: [0, 1],
  DGS10: [0, 1],
}

/** Only in the data pack. */
const MORE_SERIES: typeof SERIES = {
  CPILFESL: [1, 13],
  PCEPILFE: [1, 31],
  DGORDER: [1, 35],
  JTSJOL: [1, 40],
}

function readSeries(path: string, series: string): Release[] {
  const [months, lag] = SERIES[series] ?? MORE_SERIES[series]!
  const lines = readFileSync(path, 'utf8').trim().split('\n').slice(1)
  return lines.flatMap((line, sequence) => {
    const [date = '', value = ''] = line.split(',')
    if (value === '') return []
    const periodStart = at(date)
    const start = new Date(date)
    const eventTime = (
      months > 0 ? Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + months) * 1000 : periodStart + DAY
    ) as Micros
    const receivedTime = (eventTime + lag * DAY) as Micros
    return [
      {
        kind: 'release' as const,
        series,
        periodStart,
        value: Number(value),
        lagged: true,
        eventTime,
        receivedTime,
        sequence,
        provenance,
      },
    ]
  })
}

const inOrder = (releases: readonly Release[]): readonly Release[] => releases.toSorted((a, b) => a.receivedTime - b.receivedTime)

/** The figures that come with the repository. */
const BUNDLED = resolve(import.meta.dirname, '../../../../data')
const history = inOrder(Object.keys(SERIES).flatMap(series => readSeries(resolve(BUNDLED, `${series}.csv`), series)))

/** A reader that was told everything known at that time. */
function informed(until: Micros, releases: readonly Release[] = history): WhyReader {
  const reader = new WhyReader()
  for (const release of releases) if (release.receivedTime <= until) reader.release(release)
  return reader
}

const asOf = (date: string): { now: Micros; reader: WhyReader } => ({ now: at(date), reader: informed(at(date)) })
const lean = (reading: Reading): number => (reading.kind === 'reading' ? reading.direction * reading.strength : Number.NaN)
const evidence = (reading: Reading, id: string) =>
  reading.kind === 'reading' ? reading.evidence.find(each => each.id === id) : undefined

describe('WHY on what had been published', () => {
  test('growth was low in the spring of 2009 and of 2020, and high in that of 2021', () => {
    for (const [date, low] of [
      ['2009-03-01', true],
      ['2020-05-20', true],
      ['2021-05-20', false],
    ] as const) {
      const { now, reader } = asOf(date)
      if (low) expect(reader.score('growth', now), date).toBeLessThan(-0.7)
      else expect(reader.score('growth', now), date).toBeGreaterThan(0.4)
    }
  })

  test('inflation was low in January 2009 and as high as the scale goes in the summer of 2022', () => {
    expect(asOf('2009-01-20').reader.score('inflation', at('2009-01-20'))).toBeLessThan(-0.5)
    expect(asOf('2022-07-20').reader.score('inflation', at('2022-07-20'))).toBe(1)
  })

  test('cites the very figures that were published', () => {
    const { now, reader } = asOf('2022-07-20')
    const reading = reader.read(now, GOLD)
    // Consumer prices of June 2022 and June 2021: 295.072 and 270.71.
    expect(evidence(reading, 'why.CPIAUCSL.12m')!.value).toBeCloseTo(100 * Math.log(295.072 / 270.71), 9)
    expect(evidence(reading, 'why.CPIAUCSL.12m')).toMatchObject({
      unit: 'percent',
      asOf: at('2022-07-14'),
      direction: 1,
      source: 'CPIAUCSL',
    })
    // 10- and 2-year yields of 18 July 2022: 2.96 and 3.15.
    expect(evidence(reading, 'why.slope')!.value).toBeCloseTo(2.96 - 3.15, 2)
    expect(evidence(reading, 'why.quadrant')!.metric).toContain('inflation up')
  })

  test('inflation was good for gold and bad for bonds, a recession bad for oil and good for bonds', () => {
    expect(lean(informed(at('2022-07-20')).read(at('2022-07-20'), GOLD))).toBeGreaterThan(0)
    expect(lean(informed(at('2022-07-20')).read(at('2022-07-20'), BOND))).toBeLessThan(0)
    expect(lean(informed(at('2009-03-01')).read(at('2009-03-01'), OIL))).toBeLessThan(0)
    expect(lean(informed(at('2009-03-01')).read(at('2009-03-01'), BOND))).toBeGreaterThan(0)
  })

  test('what lifts the dollar lowers the euro and lifts the dollar in yen', () => {
    const { now, reader } = asOf('2022-07-20')
    expect(lean(reader.read(now, EURO))).toBeLessThan(0)
    expect(lean(reader.read(now, YEN))).toBe(-lean(reader.read(now, EURO)))
  })

  test('abstains on a cross of other currencies, on a future, and when figures stop coming', () => {
    const { now, reader } = asOf('2022-07-20')
    expect(reader.read(now, { assetClass: 'forex', base: 'EUR', quote: 'GBP' })).toMatchObject({
      kind: 'abstains',
      reason: 'the figures are of the United States, and there are too few surprises of EUR and GBP',
    })
    expect(reader.read(now, { assetClass: 'future', base: 'ES', quote: 'USD' })).toMatchObject({ kind: 'abstains' })

    const later = (now + 200 * DAY) as Micros
    const silent = reader.read(later, GOLD)
    expect(silent).toMatchObject({ kind: 'abstains' })
    expect(silent.kind === 'abstains' && silent.reason).toContain('needs PAYEMS, UNRATE, INDPRO, ICSA, GDPC1')
    expect(silent.kind === 'abstains' && silent.reason).toContain('newest figure of 2022-07-20')
  })

  test('one series alone is not an economy', () => {
    const prices = history.filter(({ series }) => series === 'CPIAUCSL')
    const reading = informed(at('2022-07-20'), prices).read(at('2022-07-20'), OIL)
    expect(reading).toMatchObject({ kind: 'abstains' })
  })
})

describe('the future', () => {
  /** Readings at evenly spread times while history is told in order. */
  function record(releases: readonly Release[], times: readonly Micros[]): readonly Reading[] {
    const reader = new WhyReader()
    let told = 0
    return times.map(now => {
      while (told < releases.length && releases[told]!.receivedTime <= now) reader.release(releases[told++]!)
      return reader.read(now, GOLD)
    })
  }

  const times = Array.from({ length: 400 }, (_, i) => (at('1984-01-01') + i * 38 * DAY + (i % 24) * HOUR) as Micros)

  test('appending it changes no past reading, at any of twenty cuts', () => {
    const whole = record(history, times)
    for (let cut = 10; cut < times.length; cut += 20) {
      const known = history.filter(({ receivedTime }) => receivedTime <= times[cut]!)
      expect(informed(times[cut]!, known).read(times[cut]!, GOLD)).toEqual(whole[cut])
    }
    expect(whole.filter(({ kind }) => kind === 'reading').length).toBeGreaterThan(200)
  })

  test('multiplying it by ten, or turning it around, changes no past reading', () => {
    const shock = at('2010-06-15T12:00:00Z')
    const past = times.filter(time => time <= shock)
    const whole = record(history, past)
    const shaken = (of: (value: number, place: number) => number): readonly Release[] =>
      history.map((release, place) => (release.receivedTime > shock ? { ...release, value: of(release.value, place) } : release))
    expect(
      record(
        shaken(value => 10 * value),
        past,
      ),
    ).toEqual(whole)
    expect(
      record(
        shaken((value, place) => value * Math.sin(place)),
        past,
      ),
    ).toEqual(whole)
    // And the test can fail: the same shock one release earlier is seen.
    const seen = history.map(release =>
      release.receivedTime > shock - 400 * DAY ? { ...release, value: 10 * release.value } : release,
    )
    expect(record(seen, past)).not.toEqual(whole)
  })

  packTest('is kept out with every series of the data pack, too', () => {
    const known = [...Object.keys(SERIES), ...Object.keys(MORE_SERIES)]
    const fuller = inOrder(known.flatMap(series => readSeries(packPath(`macro/fred/${series}.csv`), series)))
    const whole = record(fuller, times)
    for (let cut = 15; cut < times.length; cut += 40) {
      expect(informed(times[cut]!, fuller).read(times[cut]!, GOLD)).toEqual(whole[cut])
    }
    const cited = whole.flatMap(reading => (reading.kind === 'reading' ? reading.evidence.map(({ source }) => source) : []))
    for (const series of Object.keys(MORE_SERIES)) expect(cited).toContain(series)
  })

  test('how often one asks changes nothing', () => {
    const seldom = record(
      history,
      times.filter((_time, i) => i % 7 === 0),
    )
    expect(seldom).toEqual(record(history, times).filter((_reading, i) => i % 7 === 0))
  })

  test('told before its time, it is refused loudly', () => {
    const reader = new WhyReader()
    const periodStart = at('2020-01-01')
    reader.release({
      kind: 'release',
      series: 'UNRATE',
      periodStart,
      value: 3.5,
      lagged: true,
      eventTime: periodStart,
      receivedTime: at('2020-02-07'),
      sequence: 0,
      provenance,
    })
    expect(() => reader.read(at('2020-02-06'), GOLD)).toThrow('what is not yet known is not read')
  })
})

describe('the table of polarities', () => {
  test('says something of every asset class but futures, options and figures, within −1 and +1', () => {
    for (const [assetClass, polarity] of Object.entries(POLARITY)) {
      const signs = Object.values(polarity)
      expect(
        signs.every(sign => Math.abs(sign) <= 1),
        assetClass,
      ).toBe(true)
      expect(
        signs.some(sign => sign !== 0),
        assetClass,
      ).toBe(!['future', 'option', 'macro'].includes(assetClass))
    }
  })

  test('a bond is the mirror of its yield, and gold fears what lifts the dollar', () => {
    const { bond, rate, metal, forex, energy } = POLARITY satisfies Record<AssetClass, unknown>
    for (const factor of ['growth', 'inflation', 'steepening', 'surprise'] as const) expect(bond[factor]).toBe(-rate[factor])
    expect(Math.sign(metal.surprise)).toBe(-Math.sign(forex.surprise))
    expect(energy.growth).toBeGreaterThan(0)
  })
})

describe('state', () => {
  test('is told apart by its digest, and the same releases give the same', () => {
    const digest = (until: string): string => {
      const into = new Digest()
      informed(at(until)).digest(into)
      return into.hex
    }
    expect(digest('2015-01-01')).toBe(digest('2015-01-01'))
    expect(digest('2015-01-01')).not.toBe(digest('2015-01-08'))
  })

  test('nothing known is silence with a reason, for every subject', () => {
    const classes = Object.keys(POLARITY) as AssetClass[]
    fc.assert(
      fc.property(
        fc.constantFrom(...classes),
        fc.constantFrom('USD', 'EUR', 'XAU'),
        fc.constantFrom('USD', 'JPY'),
        (assetClass, base, quote) => {
          const reading = new WhyReader().read(at('2020-01-01'), { assetClass, base, quote })
          expect(reading.kind).toBe('abstains')
          expect(reading.kind === 'abstains' && reading.reason.length).toBeGreaterThan(20)
        },
      ),
    )
  })
})
