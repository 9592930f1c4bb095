// The trendbars of the simulated cTrader: five days of minutes with holes, told in pages of which the newest comes first.
import type { Fields } from '../../src/adapters/ctrader/open-api-message.ts'
import { HOUR, MINUTE, type Micros, parseMicros } from '../../src/domain/numbers.ts'
import { mulberry32 } from './true-market.ts'

export const HISTORY_FROM = parseMicros('2024-07-01T00:00:00Z')!
export const HISTORY_TO = parseMicros('2024-07-06T00:00:00Z')!

/** Bars in one answer: fewer than the real venue's thousands, so that there is always more. */
const PAGE = 700
/** M1 and H1 by the venue's numbers. */
const LENGTHS: Readonly<Record<number, number>> = { 1: MINUTE, 9: HOUR }

interface Minute {
  readonly minute: number
  /** 1/100000 of a price unit. */
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
  readonly volume: number
}

export interface TrendbarQuestion {
  readonly period: number
  /** Milliseconds, both included. */
  readonly from: number
  readonly to: number
}

/** A bar as a test writes it down: opening time, prices in the symbol's steps, ticks. */
export const barText = (openTime: number, prices: readonly number[], volume: number): string =>
  `${openTime} ${prices.join(' ')} ${volume}`

export class CtraderHistory {
  readonly #minutes: readonly Minute[]
  /** 1/100000 in one step of the symbol. */
  readonly #step: number

  constructor({ start, step, seed }: { readonly start: number; readonly step: number; readonly seed: number }) {
    this.#step = step
    this.#minutes = walk(start, step, seed)
  }

  /** Undefined for a period that this venue was not given. */
  answer({ period, from, to }: TrendbarQuestion): Fields | undefined {
    if (LENGTHS[period] === undefined) return undefined
    const found = this.#bars(period).filter(({ minute }) => minute * 60_000 >= from && minute * 60_000 <= to)
    const page = found.slice(-PAGE).map(({ minute, open, high, low, close, volume }) => ({
      ...{ volume, period, low, utcTimestampInMinutes: minute },
      // What is nothing is left out.
      ...Object.fromEntries(
        [
          ['deltaOpen', open - low],
          ['deltaHigh', high - low],
          ['deltaClose', close - low],
        ].filter(([, delta]) => delta !== 0),
      ),
    }))
    return { period, trendbar: page, hasMore: found.length > PAGE }
  }

  /** Every bar there is, in order. */
  truth(period: number): readonly string[] {
    const length = LENGTHS[period]!
    return this.#bars(period).map(({ minute, open, high, low, close, volume }) =>
      barText(
        Math.floor((minute * MINUTE) / length) * length,
        [open, high, low, close].map(price => price / this.#step),
        volume,
      ),
    )
  }

  /** `minute` is that of the first tick, which in an hour need not be the first. */
  #bars(period: number): readonly Minute[] {
    const groups = new Map<number, Minute[]>()
    for (const each of this.#minutes) {
      const slot = Math.floor((each.minute * MINUTE) / LENGTHS[period]!)
      groups.set(slot, [...(groups.get(slot) ?? []), each])
    }
    return [...groups.values()].map(group => ({
      minute: group[0]!.minute,
      open: group[0]!.open,
      high: Math.max(...group.map(({ high }) => high)),
      low: Math.min(...group.map(({ low }) => low)),
      close: group.at(-1)!.close,
      volume: group.reduce((sum, { volume }) => sum + volume, 0),
    }))
  }
}

/** Every ninth minute on average has no tick. */
function walk(start: number, step: number, seed: number): readonly Minute[] {
  const random = mulberry32(seed)
  const found: Minute[] = []
  let price = start
  for (let time = HISTORY_FROM as number; time < HISTORY_TO; time = (time + MINUTE) as Micros) {
    const open = price
    const path = [open, ...[0, 1, 2].map(() => (price += (Math.floor(random() * 21) - 10) * step))]
    const volume = 4 + Math.floor(random() * 90)
    if (random() < 1 / 9) continue
    found.push({ minute: time / MINUTE, open, high: Math.max(...path), low: Math.min(...path), close: price, volume })
  }
  return found
}
