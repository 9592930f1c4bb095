// Seeded imitations of real ticks: what somebody would build who wants a feed that looks like a market. For tests of the guard.
import type { Quote, Trade } from '../../src/domain/market.ts'
import { DAY, type Micros, type Price } from '../../src/domain/numbers.ts'
import type { Provenance } from '../../src/domain/provenance.ts'
import { dice } from '../small-world.ts'

export type Tick = Quote | Trade

export const IMITATIONS = ['random walk', 'GARCH', 'shuffled', 'time-shifted', 'repeated', 'smoothed', 'noise added'] as const
export type Imitation = (typeof IMITATIONS)[number]

export interface Imitated {
  readonly ticks: readonly Tick[]
  /** Event time at which the pretence begins: of a repetition, where it says the first thing again. */
  readonly from: number
  /** How it was made, for who reads the result. */
  readonly how: string
}

const PRETENDER: Provenance = Object.freeze({ source: 'pretender', kind: 'live', origin: 'wss://', checksum: '', licence: '' })

/** `tick`: smallest price change in price steps; what is made is rounded to it, so that the grid gives nothing away. */
export function imitate(imitation: Imitation, ticks: readonly Tick[], tick: number, seed: number): Imitated {
  const roll = mixedDice(seed)
  const made = MAKERS[imitation]({ ticks, tick, roll, normal: () => normalOf(roll) })
  return { ...made, ticks: arriving(made.ticks, roll) }
}

interface Model {
  readonly ticks: readonly Tick[]
  readonly tick: number
  readonly roll: () => number
  readonly normal: () => number
}

const MAKERS: Readonly<Record<Imitation, (model: Model) => Imitated>> = {
  'random walk': model => walk(model, false),
  GARCH: model => walk(model, true),
  shuffled,
  'time-shifted': timeShifted,
  repeated,
  smoothed,
  'noise added': noisy,
}

const bidOf = (tick: Tick): number => (tick.kind === 'quote' ? tick.bid : tick.price)
const askOf = (tick: Tick): number => (tick.kind === 'quote' ? tick.ask : tick.price)
const midOf = (tick: Tick): number => (bidOf(tick) + askOf(tick)) / 2

/** The same fact with other prices, on the grid. */
function priced(of: Tick, bid: number, ask: number, tick: number): Tick {
  const onGrid = (price: number) => (Math.round(price / tick) * tick) as Price
  return of.kind === 'trade' ? { ...of, price: onGrid((bid + ask) / 2) } : { ...of, bid: onGrid(bid), ask: onGrid(ask) }
}

const timed = (of: Tick, time: number): Tick => ({ ...of, eventTime: (Math.round(time / 1000) * 1000) as Micros })

/** Normal moves of the real size, with clustered volatility if wanted; the rhythm real, by chance, or regular. */
function walk({ ticks, tick, roll, normal }: Model, clustered: boolean): Imitated {
  const rhythm = (['real', 'exponential', 'regular'] as const)[Math.floor(roll() * 3)]!
  const spreadIsReal = roll() < 0.5
  const moves = ticks.slice(1).map((of, at) => midOf(of) - midOf(ticks[at]!))
  const variance = moves.reduce((sum, move) => sum + move * move, 0) / moves.length
  const spread = ticks.reduce((sum, of) => sum + askOf(of) - bidOf(of), 0) / ticks.length
  const start = ticks[0]!.eventTime
  const gap = (ticks.at(-1)!.eventTime - start) / (ticks.length - 1)
  let time: number = start
  let mid = midOf(ticks[0]!)
  let expected = variance
  const made = ticks.map(of => {
    const half = (spreadIsReal ? askOf(of) - bidOf(of) : spread) / 2
    const priceNow = priced(of, mid - half, mid + half, tick)
    const now = rhythm === 'real' ? priceNow : timed(priceNow, time)
    const move = Math.sqrt(expected) * normal()
    if (clustered) expected = 0.02 * variance + 0.1 * move * move + 0.88 * expected
    mid += move
    time += rhythm === 'regular' ? gap : -Math.log(1 - roll()) * gap
    return now
  })
  return { ticks: made, from: made[0]!.eventTime, how: `rhythm ${rhythm}, spread ${spreadIsReal ? 'real' : 'constant'}` }
}

/** The real moves, or the real prices, in another order; times and spreads as they were. */
function shuffled({ ticks, tick, roll }: Model): Imitated {
  const from = ticks[0]!.eventTime
  if (roll() < 0.5) {
    const order = permutation(ticks.length, roll)
    const made = ticks.map((of, at) => priced(of, bidOf(ticks[order[at]!]!), askOf(ticks[order[at]!]!), tick))
    return { ticks: made, from, how: 'prices' }
  }
  const order = permutation(ticks.length - 1, roll)
  let mid = midOf(ticks[0]!)
  const made = ticks.map((of, at) => {
    if (at > 0) mid += midOf(ticks[order[at - 1]! + 1]!) - midOf(ticks[order[at - 1]!]!)
    const half = (askOf(of) - bidOf(of)) / 2
    return priced(of, mid - half, mid + half, tick)
  })
  return { ticks: made, from, how: 'moves' }
}

/** The recording itself, some whole weeks later: the hours of the day and the days of the week stay right. */
function timeShifted({ ticks, roll }: Model): Imitated {
  const weeks = 1 + Math.floor(roll() * 50)
  const made = ticks.map(of => ({ ...of, eventTime: (of.eventTime + weeks * 7 * DAY) as Micros }))
  return { ticks: made, from: made[0]!.eventTime, how: `${weeks} weeks later` }
}

/** The first minute, or a little less, again and again. */
function repeated({ ticks, roll }: Model): Imitated {
  const start = ticks[0]!.eventTime
  const length = (30 + roll() * 30) * 1e6
  const block = ticks.filter(of => of.eventTime - start < length)
  const span = block.at(-1)!.eventTime - start + (block.at(-1)!.eventTime - start) / block.length
  const rounds = Math.max(3, Math.ceil(180e6 / span))
  const made = Array.from({ length: rounds }, (_, round) =>
    block.map(of => ({ ...of, eventTime: Math.round(of.eventTime + round * span) as Micros })),
  ).flat()
  return { ticks: made, from: start + span, how: `${block.length} ticks` }
}

/** A moving or an exponential average of three to ten ticks. */
function smoothed({ ticks, tick, roll }: Model): Imitated {
  const length = 3 + Math.floor(roll() * 8)
  const weight = roll() < 0.5 ? 2 / (length + 1) : 0
  let bid = bidOf(ticks[0]!)
  let ask = askOf(ticks[0]!)
  const made = ticks.map((of, at) => {
    if (weight > 0) {
      bid += (bidOf(of) - bid) * weight
      ask += (askOf(of) - ask) * weight
      return priced(of, bid, ask, tick)
    }
    const newest = ticks.slice(Math.max(0, at - length + 1), at + 1)
    const mean = (price: (of: Tick) => number) => newest.reduce((sum, other) => sum + price(other), 0) / newest.length
    return priced(of, mean(bidOf), mean(askOf), tick)
  })
  return { ticks: made, from: made[0]!.eventTime, how: `${weight > 0 ? 'exponential' : 'moving'} average of ${length}` }
}

/** White noise of half to two usual moves, the same on both sides or not. */
function noisy({ ticks, tick, roll, normal }: Model): Imitated {
  const moves = ticks.slice(1).map((of, at) => (midOf(of) - midOf(ticks[at]!)) ** 2)
  const usual = Math.sqrt(moves.reduce((sum, move) => sum + move, 0) / moves.length)
  const size = Math.max(usual, tick) * (0.5 + 1.5 * roll())
  const together = roll() < 0.5
  const made = ticks.map(of => {
    const noise = size * normal()
    return priced(of, bidOf(of) + noise, askOf(of) + (together ? noise : size * normal()), tick)
  })
  return { ticks: made, from: made[0]!.eventTime, how: together ? 'both sides alike' : 'each side by itself' }
}

/** Latencies of a good network, so that they give nothing away: 50 ms, log-normal jitter, in order. */
function arriving(ticks: readonly Tick[], roll: () => number): readonly Tick[] {
  let last = 0
  return ticks.map((of, at) => {
    last = Math.max(last, of.eventTime + 20_000 + Math.round(30_000 * Math.exp(0.6 * normalOf(roll))))
    return { ...of, receivedTime: last as Micros, sequence: at, provenance: PRETENDER }
  })
}

/** Neighbouring seeds make neighbouring first numbers, so the first ones are thrown away. */
function mixedDice(seed: number): () => number {
  const one = dice(Math.imul(seed, 0x9e3779b1))
  const other = dice(Math.imul(seed, 0x85ebca6b) ^ 0x5bd1e995)
  for (let at = 0; at < 16; at++) one()
  return () => (one() + other()) % 1
}

const normalOf = (roll: () => number): number => Math.sqrt(-2 * Math.log(1 - roll())) * Math.cos(2 * Math.PI * roll())

function permutation(length: number, roll: () => number): number[] {
  const order = Array.from({ length }, (_, at) => at)
  for (let at = length - 1; at > 0; at--) {
    const other = Math.floor(roll() * (at + 1))
    ;[order[at], order[other]] = [order[other]!, order[at]!]
  }
  return order
}
