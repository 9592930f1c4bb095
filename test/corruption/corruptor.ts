// Spoils recorded quotes the way feeds do: seeded, every incident labelled. Classes of reliability.md C5.
import type { Quote } from '../../src/domain/market.ts'
import { HOUR, type Micros, type Price } from '../../src/domain/numbers.ts'
import { dice } from '../small-world.ts'

export const CATASTROPHIC = [
  'not positive',
  'no number',
  'unit ×10',
  'unit ×100',
  'unit ×1000',
  'unit ÷100',
  'swapped',
  'wrong symbol',
  'future',
  'an hour off',
  'old block',
  'frozen',
] as const
/** Those that a print can have: it has no spread to exchange, and many at one price are no fault. */
export const OF_TRADES = CATASTROPHIC.filter(corruption => corruption !== 'swapped' && corruption !== 'frozen')
export const SUBTLE = ['spike', 'drift'] as const
export type Corruption = (typeof CATASTROPHIC)[number] | (typeof SUBTLE)[number]

/** One planted fault. `first` and `last` are places in the spoiled stream. */
export interface Incident {
  readonly corruption: Corruption
  readonly first: number
  readonly last: number
  /** Every fact of it is wrong in itself; otherwise it is the whole that must be noticed. */
  readonly each: boolean
}

export interface Spoiled {
  readonly quotes: readonly Quote[]
  readonly incidents: readonly Incident[]
}

/** Facts and time before the first incident and between two, so that each meets a gate that has settled. */
const QUIET_FACTS = 150
const QUIET_MICROS = 20_000_000
const BLOCK = 20
const FROZEN_MICROS = 30_000_000
const DRIFT_MICROS = 60_000_000

/** `elsewhere`: the level of another instrument over this one's. */
export function spoil(
  tape: readonly Quote[],
  { corruption, seed, count, elsewhere }: { corruption: Corruption; seed: number; count: number; elsewhere: number },
): Spoiled {
  const roll = dice(seed)
  const quotes: Quote[] = []
  const incidents: Incident[] = []
  const sigma = changes(tape)
  const apart = Math.max(QUIET_FACTS, Math.floor(tape.length / (count + 1)))
  let next = Math.floor(apart * (0.6 + 0.4 * roll()))
  let freeTime = tape[0]!.receivedTime + QUIET_MICROS * 3

  for (let at = 0; at < tape.length; at++) {
    const quote = tape[at]!
    if (at < next || quote.receivedTime < freeTime || incidents.length === count) {
      quotes.push(quote)
      continue
    }
    const length = lengthOf(corruption, tape, at, roll)
    const isSeen = isDifferent(corruption, tape, at, length, sigma)
    if (!isSeen) {
      quotes.push(quote)
      continue
    }
    const first = quotes.length
    // An incident of spikes has one height.
    const strength = roll()
    for (let i = 0; i < length; i++) quotes.push(wrong(corruption, { tape, at: at + i, start: at, strength, sigma, elsewhere }))
    const each = corruption !== 'frozen' && corruption !== 'drift'
    incidents.push({ corruption, first, last: quotes.length - 1, each })
    at += length - 1
    next = at + Math.max(QUIET_FACTS, Math.floor(apart * (0.8 + 0.4 * roll())) - length)
    freeTime = (tape[at]!.receivedTime + QUIET_MICROS) as Micros
  }
  return { quotes, incidents }
}

interface Place {
  readonly tape: readonly Quote[]
  readonly at: number
  readonly start: number
  readonly strength: number
  readonly sigma: Float64Array
  readonly elsewhere: number
}

function wrong(corruption: Corruption, { tape, at, start, strength, sigma, elsewhere }: Place): Quote {
  const quote = tape[at]!
  const times = (factor: number): Quote => ({
    ...quote,
    bid: Math.round(quote.bid * factor) as Price,
    ask: Math.round(quote.ask * factor) as Price,
  })
  switch (corruption) {
    case 'not positive':
      return { ...quote, bid: (strength < 0.5 ? 0 : -quote.bid) as Price }
    case 'no number':
      return { ...quote, ask: (strength < 0.5 ? Number.NaN : Number.POSITIVE_INFINITY) as Price }
    case 'unit ×10':
      return times(strength < 0.5 ? 10 : 0.1)
    case 'unit ×100':
      return times(100)
    case 'unit ×1000':
      return times(strength < 0.5 ? 1000 : 0.001)
    case 'unit ÷100':
      return times(0.01)
    case 'swapped':
      return { ...quote, bid: quote.ask, ask: quote.bid }
    case 'wrong symbol':
      return times(elsewhere)
    case 'future':
      return { ...quote, eventTime: (quote.receivedTime + 2_100_000 + Math.round(strength * 3.6e9)) as Micros }
    // A clock that was set forward or back, or a zone that was taken for another: summer time is the usual cause.
    case 'an hour off':
      return { ...quote, eventTime: (quote.eventTime + (strength < 0.5 ? HOUR : -HOUR)) as Micros }
    case 'old block': {
      const old = tape[at - start + oldest(start)]!
      return { ...quote, bid: old.bid, ask: old.ask, eventTime: old.eventTime }
    }
    case 'frozen':
      return { ...tape[start - 1]!, eventTime: quote.eventTime, receivedTime: quote.receivedTime, sequence: quote.sequence }
    case 'spike': {
      const height =
        Math.ceil((5 + 15 * strength) * sigma[start]!) * (strength * 1000 - Math.floor(strength * 1000) < 0.5 ? 1 : -1)
      return { ...quote, bid: (quote.bid + height) as Price, ask: (quote.ask + height) as Price }
    }
    case 'drift': {
      const share = ((quote.receivedTime - tape[start]!.receivedTime) / DRIFT_MICROS) * 0.005 * (strength < 0.5 ? 1 : -1)
      return times(1 + share)
    }
  }
}

function lengthOf(corruption: Corruption, tape: readonly Quote[], at: number, roll: () => number): number {
  if (corruption === 'spike') return 1
  const span = corruption === 'frozen' ? FROZEN_MICROS : corruption === 'drift' ? DRIFT_MICROS : 0
  let length = corruption === 'old block' ? BLOCK : 1 + Math.floor(roll() * 5)
  if (span > 0)
    for (length = 0; at + length < tape.length && tape[at + length]!.receivedTime < tape[at]!.receivedTime + span; ) length++
  return Math.min(length, tape.length - at)
}

/** Whether the data would be wrong at all: no spread cannot be exchanged, and a market that stands still cannot freeze. */
function isDifferent(corruption: Corruption, tape: readonly Quote[], at: number, length: number, sigma: Float64Array): boolean {
  const quote = tape[at]!
  switch (corruption) {
    case 'swapped':
      return tape.slice(at, at + length).every(({ bid, ask }) => bid < ask)
    case 'old block':
      return oldest(at) + length < at && quote.eventTime - tape[oldest(at) + length]!.eventTime > 10_000_000
    case 'frozen': {
      const before = tape[at - 1]!
      const half = tape.slice(at, at + (length >> 1))
      return length >= 30 && half.some(({ bid }) => Math.abs(bid - before.bid) > 2 * (before.ask - before.bid))
    }
    case 'drift':
      return length >= 30
    case 'spike':
      return sigma[at]! > 0
    default:
      return true
  }
}

const oldest = (start: number): number => Math.max(0, start - 5 * BLOCK - Math.min(start, 400))

/** Standard deviation of the last 300 changes of the mid, in price steps. */
function changes(tape: readonly Quote[]): Float64Array {
  const deviations = new Float64Array(tape.length)
  const window = 300
  const squares = new Float64Array(window)
  let sum = 0
  for (let at = 1; at < tape.length; at++) {
    const change = (tape[at]!.bid + tape[at]!.ask - tape[at - 1]!.bid - tape[at - 1]!.ask) / 2
    const slot = at % window
    sum += change * change - squares[slot]!
    squares[slot] = change * change
    if (at > window) deviations[at] = Math.sqrt(Math.max(0, sum) / window)
  }
  return deviations
}
