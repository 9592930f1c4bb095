// Builds the gate of a living run: every instrument with its calendar, its sources in order, and the rules of the configuration.
import { sessionCalendar } from '../../domain/calendar.ts'
import type { Instrument } from '../../domain/instrument.ts'
import { formatMicros, type Micros } from '../../domain/numbers.ts'
import { OrderBook } from '../../stages/market/order-book.ts'
import { SourceDesk } from '../../stages/quality/source-desk.ts'
import { SOURCE_RULES, type SourceRules } from '../../stages/quality/source-rules.ts'
import { Failure } from '../failure.ts'
import { FEED_DEFAULTS, type RunConfig } from '../run-config.ts'
import type { LivePlan } from './live-plan.ts'
import type { LiveStatus } from './live-status.ts'

export interface DeskInstrument {
  readonly of: Instrument
  /** The preferred one first. */
  readonly sources: readonly string[]
}

export function deskOf(config: RunConfig, plan: LivePlan, instruments: ReadonlyMap<string, Instrument>): SourceDesk {
  const { toleranceMicros, failBackMicros } = config.feeds ?? FEED_DEFAULTS
  const watched = plan.instruments.flatMap(({ id, sources }) => {
    const of = instruments.get(id)
    return of === undefined ? [] : [{ of, sources: sources.map(({ source }) => source) }]
  })
  // Who wants to be back sooner than choices may change otherwise wants the choice to change sooner.
  const switchMicros = Math.min(SOURCE_RULES.switchMicros, failBackMicros)
  return deskFor(watched, { toleranceMicros, cleanMicros: failBackMicros, switchMicros })
}

/** How the desk's sources stand, in the words of `feed status`. */
export function standing(desk: SourceDesk, now: Micros): Pick<LiveStatus, 'instruments' | 'failovers'> {
  return {
    instruments: desk.status(now).map(({ source, ...status }) => ({ selected: source, ...status })),
    failovers: desk.failovers.map(({ eventTime, instrumentId, from, to, level, reason }) => ({
      time: formatMicros(eventTime),
      instrument: instrumentId,
      ...{ from, to, level, reason },
    })),
  }
}

/** Throws Failure CONFIG_INVALID for an instrument whose calendar nobody knows. */
export function deskFor(watched: readonly DeskInstrument[], rules: Partial<SourceRules> = {}): SourceDesk {
  return new SourceDesk({
    rules,
    book: () => new OrderBook(),
    instruments: watched.map(({ of, sources }) => {
      const calendar = sessionCalendar(of.calendar)
      if (calendar === undefined) {
        throw new Failure('CONFIG_INVALID', {
          message: `${of.id} has the unknown calendar '${of.calendar}'`,
          fix: 'docs/data-formats.md lists the calendars there are',
        })
      }
      return {
        instrument: of,
        calendar,
        sources: sources.map(source => ({ source, level: source.endsWith('-cache') ? 'cache' : 'live' })),
      }
    }),
  })
}
