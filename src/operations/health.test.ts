// The score of the house in cases whose sums can be done on paper.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type HealthSignals, healthOf } from './health.ts'

const well: HealthSignals = {
  time: '2026-11-20T14:30:00.000Z',
  run: { silentMillis: 200, decisionMicrosP99: 900, queueDepth: 0, expectsData: true },
  symbols: [
    { symbol: 'BTC-USD.KRAKEN', selected: 'kraken', score: 0.95, level: 'live' },
    { symbol: 'ETH-USD.KRAKEN', selected: 'kraken', score: 0.9, level: 'live' },
  ],
  dashboard: { eventLoopMillisP99: 2, sockets: 1, slowCloses: 0, certificateDaysLeft: 80 },
  journal: { syncMicrosP99: 4_000, failure: '' },
  database: { reachable: true, millis: 3, failure: '' },
}
const resting: HealthSignals = { ...well, run: undefined, symbols: undefined, journal: undefined }

const part = (signals: HealthSignals, name: string) => healthOf(signals).parts.find(found => found.name === name)!

test('where all is well every part has 100, and says in words why', () => {
  const health = healthOf(well)

  expect(health).toMatchObject({ score: 100, state: 'good', time: well.time })
  expect(health.parts).toEqual([
    { name: 'data-pipeline', score: 100, state: 'good', reason: 'events arrive and are decided on in time' },
    { name: 'symbols', score: 100, state: 'good', reason: 'all 2 instruments have a source to trust' },
    { name: 'dashboard', score: 100, state: 'good', reason: 'the server answers at once; 1 page open' },
    { name: 'journal', score: 100, state: 'good', reason: 'every decision is on disk' },
    { name: 'database', score: 100, state: 'good', reason: 'the database answers at once' },
  ])
})

test('where nothing runs the parts are idle, and the house is well', () => {
  const health = healthOf(resting)

  expect(health).toMatchObject({ score: 100, state: 'good' })
  expect(health.parts.filter(({ state }) => state === 'idle').map(({ name, reason }) => `${name}: ${reason}`)).toEqual([
    'data-pipeline: no paper or live run is at work',
    'symbols: no instrument is being followed',
    'journal: no run writes a journal',
  ])
})

describe('the score over all leans on the worst part', () => {
  const down = { reachable: false, millis: 0, failure: 'the database does not answer: connection refused' }

  test('one part of five at 0: 0.7 · 0 + 0.3 · (4 · 100 + 0) / 5 = 24', () => {
    expect(healthOf({ ...well, database: down })).toMatchObject({ score: 24, state: 'bad' })
  })

  test('one part of two at 0, the others idle: 0.7 · 0 + 0.3 · (100 + 0) / 2 = 15', () => {
    expect(healthOf({ ...resting, database: down })).toMatchObject({ score: 15, state: 'bad' })
  })

  test('one part of five at 70: 0.7 · 70 + 0.3 · (4 · 100 + 70) / 5 = 77.2', () => {
    const soon = { ...well.dashboard, certificateDaysLeft: 5.2 }

    expect(healthOf({ ...well, dashboard: soon })).toMatchObject({ score: 77, state: 'degraded' })
    expect(part({ ...well, dashboard: soon }, 'dashboard')).toMatchObject({ score: 70, reason: 'the certificate ends in 6 days' })
  })
})

describe('each finding takes its points', () => {
  const run = well.run!
  const cases: readonly (readonly [string, Partial<HealthSignals>, string, number, string])[] = [
    // 100 · (35 − 10) / (60 − 10) = 50 points.
    ['silence', { run: { ...run, silentMillis: 35_000 } }, 'data-pipeline', 50, 'nothing has arrived for 35 s'],
    ['silence of a minute', { run: { ...run, silentMillis: 60_000 } }, 'data-pipeline', 0, 'nothing has arrived for 60 s'],
    ['silence of a closed market', { run: { ...run, silentMillis: 9e6, expectsData: false } }, 'data-pipeline', 100, 'in time'],
    // 60 · (52.5 − 5) / 95 = 30 points.
    ['slow decisions', { run: { ...run, decisionMicrosP99: 52_500 } }, 'data-pipeline', 70, 'a decision takes 52.5 ms'],
    ['a full queue', { run: { ...run, queueDepth: 50_000 } }, 'data-pipeline', 40, '50000 events wait in the queue'],
    // 50 points, and 25 points.
    [
      'silence and slow decisions together',
      { run: { ...run, silentMillis: 35_000, decisionMicrosP99: 52_500 } },
      'data-pipeline',
      20,
      'nothing has arrived for 35 s; a decision takes 52.5 ms at the 99th percentile',
    ],
    ['a slow journal', { journal: { syncMicrosP99: 1_000_000, failure: '' } }, 'journal', 40, 'the disk takes 1000 ms'],
    ['a broken journal', { journal: { syncMicrosP99: null, failure: 'the disk is full' } }, 'journal', 0, 'the disk is full'],
    // 60 · (2,625 − 250) / 4,750 = 30 points.
    ['a slow database', { database: { reachable: true, millis: 2_625, failure: '' } }, 'database', 70, 'takes 2625 ms to answer'],
    ['no database', { database: { reachable: false, millis: 0, failure: '' } }, 'database', 0, 'the database does not answer'],
    [
      'pages that do not read',
      { dashboard: { ...well.dashboard, slowCloses: 1 } },
      'dashboard',
      97,
      '1 page closed in the last minute because they did not read',
    ],
    [
      'an old certificate',
      { dashboard: { ...well.dashboard, certificateDaysLeft: 0 } },
      'dashboard',
      0,
      'the certificate has ended',
    ],
  ]

  test.each(cases)('%s', (_name, change, name, score, reason) => {
    const found = part({ ...well, ...change }, name)

    expect(found.score).toBe(score)
    expect(found.reason).toContain(reason)
  })

  test('half of the instruments without a source: 50 + 50 · 1 / 2 = 75 points', () => {
    const [first, second] = well.symbols!
    const found = part({ ...well, symbols: [first!, { ...second!, selected: '' }] }, 'symbols')

    expect(found).toEqual({
      name: 'symbols',
      score: 25,
      state: 'bad',
      reason: 'no source can be trusted for ETH-USD.KRAKEN',
    })
  })

  test('remembered data: 25 + 25 · 2 / 2 = 50 points', () => {
    const cached = well.symbols!.map(symbol => ({ ...symbol, level: 'cache' }))

    expect(part({ ...well, symbols: cached }, 'symbols')).toMatchObject({ score: 50, state: 'degraded' })
  })

  test('of many instruments three are named', () => {
    const blind = ['A', 'B', 'C', 'D', 'E'].map(symbol => ({ symbol, selected: '', score: 0, level: 'live' }))

    expect(part({ ...well, symbols: blind }, 'symbols').reason).toBe('no source can be trusted for A, B, C and 2 more')
  })
})

test('whatever the signals, scores stay between 0 and 100, and the whole between the worst part and the best', () => {
  const any = fc.oneof(fc.double(), fc.constantFrom(0, -1, Number.NaN, Number.POSITIVE_INFINITY))
  const signals: fc.Arbitrary<HealthSignals> = fc.record({
    time: fc.constant(well.time),
    run: fc.option(
      fc.record({ silentMillis: any, decisionMicrosP99: fc.option(any), queueDepth: any, expectsData: fc.boolean() }),
      { nil: undefined },
    ),
    symbols: fc.option(
      fc.array(
        fc.record({
          symbol: fc.string(),
          selected: fc.constantFrom('', 'kraken'),
          score: any,
          level: fc.constantFrom('live', 'cache'),
        }),
      ),
      { nil: undefined },
    ),
    dashboard: fc.record({ eventLoopMillisP99: any, sockets: fc.nat(), slowCloses: any, certificateDaysLeft: fc.option(any) }),
    journal: fc.option(fc.record({ syncMicrosP99: fc.option(any), failure: fc.string() }), { nil: undefined }),
    database: fc.record({ reachable: fc.boolean(), millis: any, failure: fc.string() }),
  })

  fc.assert(
    fc.property(signals, given => {
      const { score, parts } = healthOf(given)
      const scores = parts.filter(({ state }) => state !== 'idle').map(found => found.score)
      for (const found of parts) {
        expect(found.score).toBeGreaterThanOrEqual(0)
        expect(found.score).toBeLessThanOrEqual(100)
        expect(found.state === 'good' || found.reason !== '', 'what is not good has a reason').toBe(true)
      }
      expect(score).toBeGreaterThanOrEqual(Math.min(...scores))
      expect(score).toBeLessThanOrEqual(Math.max(...scores))
    }),
  )
})
