import { expect, test } from 'vitest'
import { inequalities, type OurAnswer, type PeerLine, secondsOf, WORKS } from './peer-works.ts'

const work = (name: string) => WORKS.find(each => each.name === name)!
const peer = (name: string, environment: string) => work(name).peers.find(each => each.environment === environment)!

const ours = (answer: Partial<OurAnswer>): OurAnswer => ({ events: 1_171_336, orders: 436, equity: '985906', ...answer })

/** The peers of gold minutes start with 10,000,000, ours with 1,000,000: −14,094 makes 9,985,906 there and 985,906 here. */
const theirs = (answer: Partial<PeerLine>): PeerLine => ({
  ver: '',
  quotes: 1_171_336,
  bars: 8_300,
  orders: 436,
  equity: 9_985_906,
  rss_peak_mb: 0,
  ...answer,
})

test('equal orders and equal profit are equal work, whatever each side began with', () => {
  const minutes = work('gold minutes')

  expect(inequalities(minutes, peer('gold minutes', 'nt'), ours({}), theirs({}))).toEqual([])
})

test('one order or one cent more on either side is other work', () => {
  const check = (mine: Partial<OurAnswer>, other: Partial<PeerLine>) =>
    inequalities(work('gold minutes'), peer('gold minutes', 'nt'), ours(mine), theirs(other))

  expect(check({ orders: 437 }, {})).toEqual(['our orders: 437, expected 436'])
  expect(check({ equity: '985906.01' }, {})).toEqual(['our profit in cents: -1409399, expected -1409400'])
  expect(check({ events: 1_171_335 }, {})).toEqual(['our facts: 1171335, expected 1171336'])
  expect(check({}, { orders: 435, equity: 9_985_905.99 })).toEqual([
    'NautilusTrader 1 orders: 435, expected 436',
    'NautilusTrader 1 profit in cents: -1409401, expected -1409400',
  ])
})

test('a documented difference is expected to the cent, not tolerated', () => {
  const check = (equity: number) => inequalities(work('gold minutes'), peer('gold minutes', 'nt2'), ours({}), theirs({ equity }))

  expect(check(9_985_888), '18 lower, because it seeds its average with a mean').toEqual([])
  expect(check(9_985_906), 'the others’ answer').toHaveLength(1)
})

test('where ours does more, its own answer is free, but it reads all facts and trades', () => {
  const river = work('gold minutes, full river here')
  const check = (mine: Partial<OurAnswer>) => inequalities(river, river.peers[0]!, ours(mine), theirs({ equity: 9_985_888 }))

  expect(check({ events: 1_171_400, orders: 300, equity: '990000' })).toEqual([])
  expect(check({ events: 1_000_000 })).toEqual(['our facts: 1000000, expected at least 1171336'])
  expect(check({ orders: 0 })).toEqual(['our orders: 0, expected some'])
})

test('every answer is the one that the rules of the work state', () => {
  // Equities in US dollars, as agreed by independent programs, less the 1,000,000 at the start.
  const stated = {
    'gold minutes': [436, 985_906],
    'gold ticks': [93_511, -3_531_783.1],
    'gold every 20th': [50_000, 89_910.4],
    'euro seconds': [9_205, 999_997.84],
  } as const

  for (const [name, [orders, equity]] of Object.entries(stated)) {
    expect(work(name).answer, name).toEqual({ orders, profitCents: Math.round((equity - 1_000_000) * 100) })
  }
})

test('a peer’s time is its work, and in all what came before it as well', () => {
  expect(secondsOf(theirs({ parse_s: 0.5, build_s: 1, add_s: 1.5, run_s: 2 }))).toEqual({ engine: 2, total: 5 })
  expect(secondsOf(theirs({ load_s: 0.25, med_s: 0.5 }))).toEqual({ engine: 0.5, total: 0.75 })
})
