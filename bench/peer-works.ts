// The work that is done here and in other engines: which configuration stands beside which script, and what makes it equal.
import type { EngineJob, EngineTimes } from './engine-run.ts'

/** What a run comes to; two programs that did the same work agree on it. */
export interface Answer {
  readonly orders: number
  /** Equity at the end less equity at the start, in cents: the programs start with different amounts. */
  readonly profitCents: number
}

export interface Peer {
  readonly name: string
  /** The folder of its Python environment, and the script of this work with its words. */
  readonly environment: string
  readonly script: string
  readonly words?: readonly string[]
  readonly variables?: Readonly<Record<string, string>>
  readonly startEquity: number
  /** Its script prints the median of runs after the first, so ours are compared warm as well. */
  readonly warm?: boolean
  /** Where it is known to answer otherwise than everybody else, and why. A profit left out is not compared. */
  readonly differs?: { readonly orders: number; readonly profitCents?: number; readonly because: string }
  /** How many times as fast ours shall be. */
  readonly atLeast?: number
  /** Minutes a round: one round says enough, because the gap is far larger than the noise. */
  readonly slow?: boolean
}

export interface Work {
  readonly name: string
  readonly job: EngineJob
  /** The facts that went in, which is what speed is counted in. */
  readonly facts: number
  readonly unit: 'quotes/s' | 'bars/s'
  readonly answer: Answer
  /** What ours does on top of the peer's work. Its own answer is then another, and only the peer's is compared. */
  readonly oursAlso?: string
  readonly peers: readonly Peer[]
}

/** The line a peer's script prints. Absent parts are steps it does not have. */
export interface PeerLine {
  readonly ver: string
  readonly quotes?: number
  readonly bars?: number | null
  readonly orders: number
  readonly equity: number
  /** Seconds of the work itself: one run, or the median of the warm ones. */
  readonly run_s?: number
  readonly med_s?: number
  /** Seconds before it: reading, making its own objects, handing them over. */
  readonly parse_s?: number
  readonly load_s?: number
  readonly build_s?: number
  readonly add_s?: number
  readonly feed_s?: number
  readonly rss_peak_mb: number
}

// The quote scripts begin with what NT_START says: enough that no order is refused for want of money, which would be other work.
const QUOTE_START = 10_000_000
const BAR_START = 1_000_000
const OURS_START = 1_000_000

const quotesOf = (environment: 'nt2' | 'nt', words: readonly string[], rest: Partial<Peer> = {}): Peer => ({
  name: environment === 'nt2' ? 'NautilusTrader 2.0' : 'NautilusTrader 1',
  environment,
  script: `${environment}_quotes.py`,
  words,
  variables: { NT_START: String(QUOTE_START) },
  startEquity: QUOTE_START,
  ...rest,
})

const barsOf = (name: string, environment: string, rest: Partial<Peer> = {}): Peer => ({
  name,
  environment,
  script: `bars_${environment}.py`,
  startEquity: BAR_START,
  ...rest,
})

const GOLD = { facts: 1_171_336, unit: 'quotes/s' } as const
const MINUTES = { orders: 436, profitCents: -1_409_400 } as const
const SEED_IS_A_MEAN = { orders: 436, profitCents: -1_411_200, because: 'it seeds its average with a mean' } as const

/** The answers on which independent programs agree. */
export const WORKS: readonly Work[] = [
  {
    name: 'gold minutes',
    ...GOLD,
    job: { config: 'parity-gold-minutes', runs: 3 },
    answer: MINUTES,
    peers: [quotesOf('nt2', ['bars'], { differs: SEED_IS_A_MEAN }), quotesOf('nt', ['bars'])],
  },
  {
    name: 'gold minutes, full river here',
    ...GOLD,
    job: { config: 'gold-ema', runs: 3 },
    answer: MINUTES,
    oursAlso: 'four senses, fusion, sizing by risk and every limit',
    peers: [quotesOf('nt2', ['bars'], { differs: SEED_IS_A_MEAN, atLeast: 2 })],
  },
  {
    name: 'gold quotes delivered',
    ...GOLD,
    job: { config: 'parity-gold-minutes', silent: true, runs: 3 },
    answer: { orders: 0, profitCents: 0 },
    peers: [
      quotesOf('nt2', ['floor'], { name: 'NautilusTrader 2.0, handler that does nothing', atLeast: 5 }),
      quotesOf('nt2', ['nosub'], { name: 'NautilusTrader 2.0, no handler' }),
    ],
  },
  {
    name: 'gold ticks',
    ...GOLD,
    job: { config: 'parity-gold-ticks', runs: 3 },
    answer: { orders: 93_511, profitCents: -453_178_310 },
    peers: [
      quotesOf('nt2', ['tick'], { atLeast: 4 }),
      quotesOf('nt2', ['rustema'], {
        name: 'NautilusTrader 2.0, its Rust strategy',
        atLeast: 4,
        differs: { orders: 93_510, because: 'its own strategy sizes otherwise' },
      }),
    ],
  },
  {
    name: 'gold every 20th',
    facts: 1_000_000,
    unit: 'quotes/s',
    job: { config: 'parity-gold-every-20th', runs: 3 },
    answer: { orders: 50_000, profitCents: -91_008_960 },
    peers: [quotesOf('nt2', ['market', '1000000', '50000']), quotesOf('nt', ['market', '1000000', '50000'], { slow: true })],
  },
  {
    name: 'euro seconds',
    facts: 208_472,
    unit: 'bars/s',
    job: { config: 'parity-euro-seconds', runs: 5 },
    answer: { orders: 9_205, profitCents: -216 },
    peers: [
      barsOf('NautilusTrader 2.0', 'nt2'),
      barsOf('NautilusTrader 1', 'nt', { slow: true }),
      barsOf('backtrader', 'bt', { slow: true }),
      barsOf('vectorbt', 'vbt', { variables: { VBT_ENGINE: 'numba' }, warm: true }),
    ],
  },
]

/** What our run says about its answer. */
export type OurAnswer = Pick<EngineTimes, 'events' | 'orders' | 'equity'>

/** What of the two answers is not as it must be for their times to be compared; empty when they did the same work. */
export function inequalities(work: Work, peer: Peer, ours: OurAnswer, theirs: PeerLine): string[] {
  const expected: Partial<Answer> = peer.differs ?? work.answer
  return [
    ...unless(theirs.quotes ?? theirs.bars ?? 0, work.facts, `${peer.name} facts`),
    ...unless(theirs.orders, expected.orders, `${peer.name} orders`),
    ...unless(cents(theirs.equity - peer.startEquity), expected.profitCents, `${peer.name} profit in cents`),
    ...(work.oursAlso === undefined ? ourInequalities(work, ours) : ourShortfalls(work, ours)),
  ]
}

function ourInequalities({ facts, answer }: Work, ours: OurAnswer): string[] {
  return [
    ...unless(ours.events, facts, 'our facts'),
    ...unless(ours.orders, answer.orders, 'our orders'),
    ...unless(cents(Number(ours.equity) - OURS_START), answer.profitCents, 'our profit in cents'),
  ]
}

/** With more work our orders are others, and releases flow in beside the quotes. Less is a fault all the same. */
function ourShortfalls({ facts }: Work, ours: OurAnswer): string[] {
  return [
    ...(ours.events < facts ? [`our facts: ${ours.events}, expected at least ${facts}`] : []),
    ...(ours.orders === 0 ? ['our orders: 0, expected some'] : []),
  ]
}

const unless = (got: number, expected: number | undefined, what: string): string[] =>
  expected === undefined || got === expected ? [] : [`${what}: ${got}, expected ${expected}`]

const cents = (amount: number): number => Math.round(amount * 100)

/** Seconds of the peer's work, and of all it does from its files to its answer. */
export function secondsOf(line: PeerLine): { readonly engine: number; readonly total: number } {
  const engine = line.run_s ?? line.med_s ?? Number.NaN
  const before = [line.parse_s, line.load_s, line.build_s, line.add_s, line.feed_s]
  return { engine, total: before.reduce<number>((sum, part) => sum + (part ?? 0), engine) }
}
