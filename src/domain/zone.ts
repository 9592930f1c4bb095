// Civil time: what a wall clock somewhere shows at an instant, and which instant a wall clock means.
import { assert } from './assert.ts'
import { DAY, HOUR, MINUTE, type Micros } from './numbers.ts'

/**
 * Zones are named in one of three ways:
 * - an IANA name ('America/New_York'); the rules are those of the ICU data inside Node;
 * - a fixed offset ('UTC', '-05:00', '+05:30');
 * - an IANA name and a shift ('America/New_York+07:00'): clocks of brokers whose midnight is the 17:00 New York roll.
 *   It is UTC+2 or UTC+3 and switches on the dates of the United States. 'EET' is UTC+2 or UTC+3 on European dates.
 */
const SHIFTED = /^(.*?)([+-])(\d\d):(\d\d)$/

/** What to add to UTC to get local time, in microseconds: New York in summer is −4 hours. Throws for an unknown zone. */
export function utcOffset(zone: string, time: Micros): number {
  return clockOf(zone).offset(time)
}

/**
 * The instant at which a wall clock in the zone shows these figures; `month` is 1…12, and a day or hour beyond its range
 * runs on into the next. A time skipped by a clock change is read with the offset before it (02:30 becomes 03:30), and
 * one that happens twice is the first.
 */
export function zonedToUtc(zone: string, year: number, month: number, day: number, hour = 0, minute = 0): Micros {
  return localToUtc(zone, Date.UTC(year, month - 1, day, hour, minute) * 1000)
}

/** As `zonedToUtc`, from local time in microseconds: midnight of the day as if it were UTC, and the time since. */
export function localToUtc(zone: string, local: number): Micros {
  const clock = clockOf(zone)
  const before = clock.offset(local - DAY)
  if (clock.offset(local - before) === before) return (local - before) as Micros

  const after = clock.offset(local + DAY)
  const skipped = clock.offset(local - after) !== after
  return (local - (skipped ? before : after)) as Micros
}

export function isZone(zone: string): boolean {
  try {
    clockOf(zone)
    return true
  } catch {
    return false
  }
}

// Asking Intl costs microseconds, so each zone keeps the stretches of constant offset that it has found. They are facts,
// the same whoever asks first.

const clocks = new Map<string, Clock>()
let latest: { readonly zone: string; readonly clock: Clock } | undefined

function clockOf(zone: string): Clock {
  // Importers ask for one zone a million times in a row.
  if (latest?.zone === zone) return latest.clock

  const clock = clocks.get(zone) ?? new Clock(zone)
  clocks.set(zone, clock)
  latest = { zone, clock }
  return clock
}

/** The longest stretch probed in one step. Clock changes less than a week apart would be missed; there are none after 1970. */
const STRIDE = 7 * DAY

class Clock {
  readonly #shift: number
  readonly #format: Intl.DateTimeFormat | undefined
  readonly #years = new Map<number, readonly Stretch[]>()
  #from = Number.POSITIVE_INFINITY
  #until = Number.NEGATIVE_INFINITY
  #offset = 0

  constructor(zone: string) {
    const [matched, base, sign, hours = '0', minutes = '0'] = SHIFTED.exec(zone) ?? []
    const name = matched === undefined ? zone : base || 'UTC'
    this.#shift = (sign === '-' ? -1 : 1) * (Number(hours) * HOUR + Number(minutes) * MINUTE)
    assert(Math.abs(this.#shift) <= 14 * HOUR && Number(minutes) < 60, `a zone's offset is within 14 hours, was '${zone}'`)

    if (name === 'UTC') {
      this.#from = Number.NEGATIVE_INFINITY
      this.#until = Number.POSITIVE_INFINITY
      this.#offset = this.#shift
    } else {
      this.#format = formatOf(name)
    }
  }

  /** A compare or two while time stays inside the stretch of the last answer. */
  offset(time: number): number {
    if (time < this.#from || time >= this.#until) this.#seek(time)
    return this.#offset
  }

  #seek(time: number): void {
    const year = new Date(time / 1000).getUTCFullYear()
    let stretches = this.#years.get(year)
    if (!stretches) {
      stretches = this.#probe(Date.UTC(year, 0) * 1000, Date.UTC(year + 1, 0) * 1000)
      this.#years.set(year, stretches)
    }

    const found = stretches.find(stretch => time < stretch.until)
    assert(found !== undefined, 'the stretches of a year cover it')
    this.#from = found.from
    this.#until = found.until
    this.#offset = found.offset
  }

  #probe(start: number, end: number): readonly Stretch[] {
    const stretches: Stretch[] = []
    let from = start
    let offset = this.#ask(start)

    for (let time = start; time < end; ) {
      const next = Math.min(time + STRIDE, end)
      if (this.#ask(next) !== offset) {
        const change = this.#change({ after: time, upTo: next, offset })
        if (change >= end) break
        stretches.push({ from, until: change, offset })
        from = change
        offset = this.#ask(change)
        time = change
      } else {
        time = next
      }
    }

    stretches.push({ from, until: end, offset })
    return stretches
  }

  /** The first second at which the offset is no longer what it was; clock changes happen on whole seconds. */
  #change(search: { after: number; upTo: number; offset: number }): number {
    let low = search.after / 1e6
    let high = search.upTo / 1e6
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2)
      if (this.#ask(middle * 1e6) === search.offset) low = middle
      else high = middle
    }
    return high * 1e6
  }

  #ask(time: number): number {
    const parts = new Map(this.#format!.formatToParts(time / 1000).map(part => [part.type, Number(part.value)]))
    const part = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type)!
    const local = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'))
    return local * 1000 - time + this.#shift
  }
}

interface Stretch {
  readonly from: number
  readonly until: number
  readonly offset: number
}

function formatOf(name: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-US', {
    timeZone: name,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
}
