// Whether an instrument is traded now, by its own calendar.
import { micros } from '../../domain/numbers.ts'
import { InstrumentRegistry, knownMetas } from '../symbols/instruments.ts'
import type { LakeView } from './lake/lake-view.ts'
import { isMarketOpen } from './market-hours.ts'

export interface OpenMarketsOptions {
  readonly home: string
  readonly lake: Pick<LakeView, 'specOf'>
  /** Milliseconds since 1970. */
  readonly now: () => number
}

export class OpenMarkets {
  readonly #options: OpenMarketsOptions
  /** Empty where nobody knows. */
  readonly #calendars = new Map<string, string>()
  #registry: InstrumentRegistry | undefined

  constructor(options: OpenMarketsOptions) {
    this.#options = options
  }

  /** True where nobody knows. */
  isOpen(instrument: string): boolean {
    let calendar = this.#calendars.get(instrument)
    if (calendar === undefined) {
      calendar = this.#calendarOf(instrument)
      this.#calendars.set(instrument, calendar)
    }
    return isMarketOpen(calendar, micros(Math.round(this.#options.now()) * 1_000))
  }

  #calendarOf(instrument: string): string {
    const recorded = this.#options.lake.specOf(instrument)
    if (recorded !== undefined) return recorded.calendar
    // What sources told of their instruments is a long list, read when it is first needed.
    this.#registry ??= new InstrumentRegistry(knownMetas(this.#options.home))
    return this.#registry.get(instrument)?.calendar ?? ''
  }
}
