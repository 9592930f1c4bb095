// WHEN it is: which centres trade, how near the next important announcement and the close are, and whether to stand aside.
import type { SessionCalendar } from '../../../domain/calendar.ts'
import type { Digest } from '../../../domain/digest.ts'
import type { CalendarEntry } from '../../../domain/macro.ts'
import { DAY, HOUR, MINUTE, type Micros } from '../../../domain/numbers.ts'
import type { Evidence, Reading } from '../../../domain/opinion.ts'
import { type Appointment, Schedule } from './schedule.ts'
import { centresOpen } from './trading-centres.ts'

/** Windows in which new risk waits, in microseconds. */
export interface StandAsideWindows {
  readonly beforeEvent: number
  readonly afterEvent: number
  /** Before a closure of a day or more: the weekend, a holiday. */
  readonly beforeClose: number
  /** On both sides of the change of the trading day, when spreads are widest; only for markets that trade through it. */
  readonly aroundRollover: number
}

/** High impact: 15 minutes before to 5 after. */
export const STAND_ASIDE: StandAsideWindows = {
  beforeEvent: 15 * MINUTE,
  afterEvent: 5 * MINUTE,
  beforeClose: 15 * MINUTE,
  aroundRollover: 5 * MINUTE,
}

/** What moves all currencies is filed under this one. */
const EVERYONE = 'All'

const HORIZON = HOUR

/**
 * Says nothing about direction: its reading is neutral, its confidence higher where a calendar is known, and what it is
 * worth is the warning to stand aside. Questions do not go back in time. Only announcements of high impact count.
 */
export class WhenReader {
  readonly #windows: StandAsideWindows
  readonly #schedules = new Map<string, Schedule>()
  readonly #days = new Map<SessionCalendar, TradingDay>()

  constructor(windows: StandAsideWindows = STAND_ASIDE) {
    this.#windows = windows
  }

  announce(entry: CalendarEntry): void {
    if (entry.impact !== 'high') return
    let schedule = this.#schedules.get(entry.currency)
    if (!schedule) {
      schedule = new Schedule()
      this.#schedules.set(entry.currency, schedule)
    }
    schedule.put({ id: entry.id, time: entry.scheduledTime, title: `${entry.currency} ${entry.name}` })
  }

  /**
   * `currencies` are those whose news move the instrument: base and quote. `barMicros` is the length of the bar that asks:
   * a daily bar always ends at the change of the trading day, so it is not warned of that.
   */
  read(now: Micros, calendar: SessionCalendar, currencies: readonly string[], barMicros = 0): Reading {
    let next: Appointment | undefined
    let last: Appointment | undefined
    let known = false
    for (let i = 0; i <= currencies.length; i++) {
      const schedule = this.#schedules.get(i < currencies.length ? currencies[i]! : EVERYONE)
      if (!schedule) continue
      known = true
      const sooner = schedule.next(now)
      if (sooner && (!next || sooner.time < next.time)) next = sooner
      const later = schedule.last(now)
      if (later && (!last || later.time > last.time)) last = later
    }

    return {
      kind: 'reading',
      sense: 'when',
      asOf: now,
      direction: 0,
      strength: 0,
      confidence: known ? 1 : 0.5,
      horizonMicros: HORIZON,
      evidence: this.#evidence(now, calendar, { next, last }),
      standAside: this.#nearEvent(now, { next, last }) || this.#nearTurn(now, calendar, barMicros),
    }
  }

  digest(into: Digest): void {
    for (const [currency, schedule] of this.#schedules) {
      into.text(currency)
      schedule.digest(into)
    }
  }

  #nearEvent(now: Micros, { next, last }: Events): string {
    if (next && next.time - now <= this.#windows.beforeEvent) return 'a high-impact announcement is near'
    if (last && now - last.time < this.#windows.afterEvent) return 'a high-impact announcement has just been made'
    return ''
  }

  #nearTurn(now: Micros, calendar: SessionCalendar, barMicros: number): string {
    const { beforeClose, aroundRollover } = this.#windows
    const day = this.#dayOf(calendar, now)

    // Closed already: whether orders may leave then is for risk to say.
    if (!day.open) return ''
    if (day.longClosure && day.until - now <= beforeClose) return 'the market is about to close for a day or longer'

    if (barMicros >= DAY) return ''
    if (day.rollsOver && day.until - now <= aroundRollover) return 'the trading day is about to roll over'
    if (day.rolledOver && now - day.from < aroundRollover) return 'the trading day has just rolled over'
    return ''
  }

  /** What borders on the stretch of the calendar that `now` lies in, worked out once per stretch. */
  #dayOf(calendar: SessionCalendar, now: Micros): TradingDay {
    const known = this.#days.get(calendar)
    if (known && now >= known.from && now < known.until) return known

    const { from, until, open } = calendar.stretch(now)
    const endless = calendar.nextClose(now) === Number.POSITIVE_INFINITY
    const after = calendar.stretch(until)
    const day: TradingDay = {
      from,
      until,
      open,
      rolledOver: !endless && calendar.isOpen((from - 1) as Micros),
      rollsOver: !endless && after.open,
      longClosure: !after.open && after.until - after.from >= DAY,
    }
    this.#days.set(calendar, day)
    return day
  }

  #evidence(now: Micros, calendar: SessionCalendar, { next, last }: Events): readonly Evidence[] {
    const centres = centresOpen(now)
    const evidence: Evidence[] = [
      {
        id: 'when.session',
        metric: centres.metric,
        value: centres.minutes,
        unit: 'minutes',
        asOf: now,
        direction: 0,
        source: 'session hours',
      },
    ]

    if (next) {
      evidence.push({
        id: 'when.next',
        metric: 'next high-impact announcement in',
        value: (next.time - now) / MINUTE,
        unit: 'minutes',
        asOf: now,
        direction: 0,
        source: next.title,
      })
    }
    if (last && now - last.time <= DAY) {
      evidence.push({
        id: 'when.last',
        metric: 'since the last high-impact announcement',
        value: (now - last.time) / MINUTE,
        unit: 'minutes',
        asOf: now,
        direction: 0,
        source: last.title,
      })
    }

    const open = calendar.isOpen(now)
    const turn = open ? calendar.nextClose(now) : calendar.nextOpen(now)
    if (turn !== Number.POSITIVE_INFINITY) {
      evidence.push({
        id: 'when.turn',
        metric: open ? 'market closes in' : 'market opens in',
        value: (turn - now) / MINUTE,
        unit: 'minutes',
        asOf: now,
        direction: 0,
        source: calendar.name,
      })
    }
    return evidence
  }
}

interface Events {
  readonly next: Appointment | undefined
  readonly last: Appointment | undefined
}

interface TradingDay {
  readonly from: Micros
  readonly until: Micros
  readonly open: boolean
  /** Open time borders on it before, after, or a closure of a day or more follows. */
  readonly rolledOver: boolean
  readonly rollsOver: boolean
  readonly longClosure: boolean
}
