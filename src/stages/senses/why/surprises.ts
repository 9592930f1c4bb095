// How far figures came out from what had been forecast, currency by currency.
import type { Digest } from '../../../domain/digest.ts'
import type { CalendarEntry } from '../../../domain/macro.ts'
import { DAY, type Micros } from '../../../domain/numbers.ts'

/** A surprise counts half after a month and nothing after three (the span of Citi's index). */
const HALF_LIFE = 30 * DAY
const WINDOW = 90 * DAY
/** Past surprises needed before one is called large or small. */
const LEAST_PAST = 12
/** Surprises in the window needed for an index. */
const LEAST_IN_WINDOW = 5
const CLIP = 5
/** Forecasts without an outcome are dropped this long after their time. */
const FORGET_AFTER = 7 * DAY
const PENDING_MAX = 512

/** Figures whose rise weakens the currency, then those whose rise strengthens it; others are not counted. */
const WEAKENS = /unemployment|jobless|claimant/i
const STRENGTHENS =
  /employment|payroll|gdp|pmi|retail|cpi|ppi|pce|durable|production|earnings|confidence|sentiment|manufacturing|factory orders|housing|permits|home sales|trade balance|personal (income|spending)|economic (climate|activity)|zew|ifo/i

export function surprisePolarity(name: string): 1 | 0 | -1 {
  if (WEAKENS.test(name)) return -1
  return STRENGTHENS.test(name) ? 1 : 0
}

/**
 * Index of a currency: Σ s·2^(−age/30d) / Σ 2^(−age/30d) over 90 days, s = polarity·(actual − forecast)/σ clipped to ±5,
 * σ the deviation of the same figure's earlier surprises, at least twelve. Only the first outcome of an announcement
 * counts, and only against a forecast that had arrived before the scheduled time.
 */
export class Surprises {
  readonly #forecasts = new Map<string, { readonly forecast: number; readonly due: Micros }>()
  readonly #records = new Map<string, SurpriseRecord>()
  readonly #recent = new Map<string, { readonly time: Micros; readonly surprise: number }[]>()

  /** True when a surprise was added, so that what rests on the indexes is worked out again. */
  announce(entry: CalendarEntry): boolean {
    const { id, actual, forecast, receivedTime, scheduledTime } = entry
    if (Number.isNaN(actual)) {
      if (Number.isFinite(forecast) && receivedTime < scheduledTime) this.#expect(entry)
      return false
    }

    const expected = this.#forecasts.get(id)
    if (!expected) return false
    this.#forecasts.delete(id)
    return this.#compare(entry, actual - expected.forecast)
  }

  /** NaN with fewer than five surprises in the last 90 days. */
  index(currency: string, now: Micros): number {
    let sum = 0
    let weights = 0
    let count = 0
    for (const { time, surprise } of this.#recent.get(currency) ?? []) {
      const age = Math.max(0, now - time)
      if (age > WINDOW) continue
      const weight = 2 ** (-age / HALF_LIFE)
      sum += weight * surprise
      weights += weight
      count++
    }
    return count >= LEAST_IN_WINDOW ? sum / weights : Number.NaN
  }

  /** When the newest counted surprise of the currency became known; 0 when none did. */
  asOf(currency: string): Micros {
    return this.#recent.get(currency)?.at(-1)?.time ?? (0 as Micros)
  }

  digest(into: Digest): void {
    into.number(this.#forecasts.size)
    for (const [id, { forecast }] of this.#forecasts) into.text(id).number(forecast)
    for (const [key, record] of this.#records) {
      into.text(key)
      record.digest(into)
    }
    for (const [currency, list] of this.#recent) {
      into.text(currency)
      for (const { time, surprise } of list) into.number(time).number(surprise)
    }
  }

  #expect({ id, forecast, scheduledTime, receivedTime }: CalendarEntry): void {
    this.#forecasts.set(id, { forecast, due: scheduledTime })
    if (this.#forecasts.size <= PENDING_MAX) return
    for (const [old, { due }] of this.#forecasts) if (due < receivedTime - FORGET_AFTER) this.#forecasts.delete(old)
  }

  #compare({ currency, name, receivedTime }: CalendarEntry, difference: number): boolean {
    const polarity = surprisePolarity(name)
    if (polarity === 0) return false

    const key = `${currency} ${name}`
    let record = this.#records.get(key)
    if (!record) {
      record = new SurpriseRecord()
      this.#records.set(key, record)
    }
    const surprise = polarity * record.standardise(difference)
    record.add(difference)
    if (Number.isNaN(surprise)) return false

    const recent = this.#recent.get(currency) ?? []
    recent.push({ time: receivedTime, surprise })
    while (receivedTime - recent[0]!.time > WINDOW) recent.shift()
    this.#recent.set(currency, recent)
    return true
  }
}

/** Mean and variance of one figure's past surprises (Welford), extreme ones drawn in to five deviations. */
class SurpriseRecord {
  #count = 0
  #mean = 0
  #squares = 0

  standardise(difference: number): number {
    const deviation = this.#deviation
    if (this.#count < LEAST_PAST || deviation === 0) return Number.NaN
    return Math.max(-CLIP, Math.min(CLIP, difference / deviation))
  }

  add(difference: number): void {
    const deviation = this.#deviation
    const settled = this.#count >= LEAST_PAST && deviation > 0
    const value = settled ? Math.max(-CLIP * deviation, Math.min(CLIP * deviation, difference)) : difference

    this.#count++
    const step = value - this.#mean
    this.#mean += step / this.#count
    this.#squares += step * (value - this.#mean)
  }

  digest(into: Digest): void {
    into.number(this.#count).number(this.#mean).number(this.#squares)
  }

  get #deviation(): number {
    return this.#count > 1 ? Math.sqrt(this.#squares / (this.#count - 1)) : 0
  }
}
