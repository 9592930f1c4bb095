// How many planted faults the gate misses and how many clean facts it keeps out, with intervals.
import { sessionCalendar } from '../../src/domain/calendar.ts'
import type { LiveEvent } from '../../src/domain/event.ts'
import type { Instrument } from '../../src/domain/instrument.ts'
import { instrument } from '../../src/domain/instrument.ts'
import type { Quote, Trade } from '../../src/domain/market.ts'
import type { Price } from '../../src/domain/numbers.ts'
import { SourceDesk } from '../../src/stages/quality/source-desk.ts'
import { showAll } from '../source-world.ts'
import { type Corruption, spoil } from './corruptor.ts'
import { asSource, asTrade, merged } from './tape.ts'

export interface Rate {
  readonly hits: number
  readonly of: number
  /** Wilson's interval at 95 %. */
  readonly low: number
  readonly high: number
}

/** E. B. Wilson (1927): an interval that is honest at zero of n. */
export function wilson(hits: number, of: number): Rate {
  if (of === 0) return { hits, of, low: 0, high: 1 }
  const z = 1.959964
  const share = hits / of
  const scale = 1 + (z * z) / of
  const centre = (share + (z * z) / (2 * of)) / scale
  const half = (z / scale) * Math.sqrt((share * (1 - share)) / of + (z * z) / (4 * of * of))
  return { hits, of, low: Math.max(0, centre - half), high: Math.min(1, centre + half) }
}

/** Where another instrument stands, over this one: near enough to be hard. */
const ELSEWHERE = 1.21

export interface Scene {
  readonly instrument: Instrument
  readonly tape: readonly Quote[]
  /** The tape is of prints, and prints are what the gate is shown. */
  readonly trades?: boolean
  /** With two others beside it, or alone. */
  readonly peers: boolean
  readonly seed: number
}

function open({ instrument: of, tape, peers, seed, trades = false }: Scene) {
  const other = instrument({ ...of, id: `OTHER.${of.id}` })
  const sources = peers ? ['subject', 'second', 'third'] : ['subject']
  const desk = new SourceDesk({
    instruments: [of, other].map(each => ({
      instrument: each,
      calendar: sessionCalendar(of.calendar)!,
      sources: sources.map(source => ({ source, level: 'live' as const })),
    })),
  })
  const shown = (quotes: readonly Quote[]): readonly (Quote | Trade)[] => (trades ? quotes.map(asTrade) : quotes)
  const spread = tape.length === 0 ? 0 : tape[tape.length >> 1]!.ask - tape[tape.length >> 1]!.bid
  const noise = trades ? of.tick : Math.max(1, spread / 8)
  const subject = asSource(tape, { source: 'subject', seed, delayMicros: 40_000, noise: 0 })
  const others = peers
    ? [
        asSource(tape, { source: 'second', seed: seed + 1, delayMicros: 25_000, noise }),
        asSource(tape, { source: 'third', seed: seed + 2, delayMicros: 80_000, noise }),
      ]
    : []
  // The other instrument's level, kept up to date by every twentieth quote.
  const elsewhere = subject
    .filter((_, i) => i % 20 === 0)
    .map((quote, i) => ({
      ...quote,
      instrumentId: other.id,
      bid: Math.round(quote.bid * ELSEWHERE) as Price,
      ask: Math.round(quote.ask * ELSEWHERE) as Price,
      sequence: i,
    }))
  return { desk, subject, others: [...others, elsewhere].map(shown), shown }
}

export interface Misses {
  readonly missed: Rate
  /** Seconds until a fault that must be noticed as a whole was; the longest. */
  readonly slowest: number
}

export function misses(scene: Scene, corruption: Corruption, count: number): Misses {
  const { desk, subject, others, shown } = open(scene)
  const { quotes, incidents } = spoil(subject, { corruption, seed: scene.seed + 7, count, elsewhere: ELSEWHERE })
  const told = shown(quotes)
  const flagged = new Set<LiveEvent>()
  showAll(desk, merged(told, ...others), (event, answer) => {
    if (answer !== undefined && answer !== 'not-selected') flagged.add(event)
  })
  let missed = 0
  let slowest = 0
  for (const { first, last, each } of incidents) {
    const facts = told.slice(first, last + 1)
    if (each) {
      if (!facts.every(fact => flagged.has(fact))) missed += 1
      continue
    }
    const found = facts.find(fact => flagged.has(fact))
    if (found === undefined) missed += 1
    else slowest = Math.max(slowest, (found.receivedTime - facts[0]!.receivedTime) / 1e6)
  }
  return { missed: wilson(missed, incidents.length), slowest }
}

export interface Alarms {
  readonly all: Rate
  /** In the hundredth of the minutes with the widest range. */
  readonly volatile: Rate
  readonly reasons: Readonly<Record<string, number>>
}

/** Facts of the unspoiled subject that were kept out. A line that is there twice is rightly one. */
export function falseAlarms(scene: Scene): Alarms {
  const { desk, subject, others, shown } = open(scene)
  const wild = volatileMinutes(subject)
  const reasons: Record<string, number> = {}
  let alarms = 0
  let wildAlarms = 0
  let wildFacts = 0
  showAll(desk, merged(shown(subject), ...others), (event, answer) => {
    if (
      (event.kind !== 'quote' && event.kind !== 'trade') ||
      event.provenance.source !== 'subject' ||
      event.instrumentId !== scene.instrument.id
    )
      return
    const isWild = wild.has(minuteOf(event))
    if (isWild) wildFacts += 1
    if (answer === undefined || answer === 'not-selected' || answer === 'duplicate') return
    alarms += 1
    if (isWild) wildAlarms += 1
    reasons[answer] = (reasons[answer] ?? 0) + 1
  })
  return { all: wilson(alarms, subject.length), volatile: wilson(wildAlarms, wildFacts), reasons }
}

const minuteOf = ({ receivedTime }: Quote | Trade): number => Math.floor(receivedTime / 60_000_000)

function volatileMinutes(tape: readonly Quote[]): ReadonlySet<number> {
  const ranges = new Map<number, { low: number; high: number }>()
  for (const quote of tape) {
    const range = ranges.get(minuteOf(quote))
    if (range === undefined) ranges.set(minuteOf(quote), { low: quote.bid, high: quote.bid })
    else {
      range.low = Math.min(range.low, quote.bid)
      range.high = Math.max(range.high, quote.bid)
    }
  }
  const widest = [...ranges].sort(([, a], [, b]) => b.high - b.low - (a.high - a.low))
  return new Set(widest.slice(0, Math.ceil(widest.length / 100)).map(([minute]) => minute))
}
