// An instrument's whole record for people and machines: exact texts beside steps, its calendar spread out, who calls it what.
import { sessionCalendar } from '../../domain/calendar.ts'
import { calendarView, type SessionView } from '../../domain/calendar-view.ts'
import type { InstrumentMeta } from '../../domain/instrument-meta.ts'
import { DAY, formatMicros, formatSteps, HOUR, MINUTE, type Micros } from '../../domain/numbers.ts'
import { conventionalSpellings } from '../../domain/symbol-names.ts'
import type { InstrumentRegistry } from './instruments.ts'

export interface SpellingView {
  readonly source: string
  readonly symbol: string
  /** `told` by the source or built in; `convention`: how the source spells such things, whether it lists this one or not. */
  readonly from: 'told' | 'convention'
}

/** All fields of the record, and what follows from them. */
export function symbolView(registry: InstrumentRegistry, meta: InstrumentMeta, now: Micros) {
  const canonical = registry.canonicalOf(meta)
  return {
    ...meta,
    canonical,
    exact: {
      tick: formatSteps(meta.tick, meta.priceDecimals),
      lot: formatSteps(meta.lot, meta.quantityDecimals),
      priceStep: formatSteps(1, meta.priceDecimals),
      quantityStep: formatSteps(1, meta.quantityDecimals),
      fetched: meta.fetchedTime === 0 ? null : formatMicros(meta.fetchedTime),
    },
    spellings: spellings(registry, canonical),
    sessions: sessions(meta.calendar, now),
  }
}

/** Every source's name of it: what was told before what is only the custom. */
export function spellings(registry: InstrumentRegistry, canonical: string): readonly SpellingView[] {
  const told = registry
    .sameAs(canonical)
    .flatMap(({ aliases }) => aliases)
    .map(({ source, symbol }): SpellingView => ({ source, symbol, from: 'told' }))
  const byConvention = conventionalSpellings(canonical).map((spelling): SpellingView => ({ ...spelling, from: 'convention' }))
  const seen = new Set<string>()
  return [...told, ...byConvention.filter(({ source }) => !told.some(known => known.source === source))].filter(
    ({ source, symbol }) => {
      const key = `${source} ${symbol}`
      if (seen.has(key)) return false
      seen.add(key)
      return true
    },
  )
}

const EXCEPTIONS_SHOWN = 12

function sessions(name: string, now: Micros) {
  const calendar = sessionCalendar(name)
  if (calendar === undefined) return null
  const view = calendarView(calendar, now)
  return {
    calendar: view.name,
    zone: view.zone,
    open: view.open,
    nextChange: Number.isFinite(view.nextChange) ? formatMicros(view.nextChange) : null,
    week: view.week.map(session),
    exceptions: view.exceptions.slice(0, EXCEPTIONS_SHOWN).map(session),
    clockChanges: view.clockChanges.map(({ time, offsetBefore, offsetAfter }) => ({
      time: formatMicros(time),
      from: offset(offsetBefore),
      to: offset(offsetAfter),
    })),
  }
}

function session({ day, kind, open, close }: SessionView) {
  return {
    date: formatMicros((day * DAY) as Micros).slice(0, 10),
    kind,
    open: open === undefined ? null : formatMicros(open),
    close: close === undefined ? null : formatMicros(close),
  }
}

/** '-05:00' */
function offset(micros: number): string {
  const minutes = Math.abs(micros) / MINUTE
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0')
  return `${micros < 0 ? '-' : '+'}${two((minutes * MINUTE) / HOUR)}:${two(minutes % 60)}`
}
