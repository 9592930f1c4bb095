// When a macro value could first be known: how late each series comes, and at which hour.
import { DAY, type Micros } from './numbers.ts'
import { zonedToUtc } from './zone.ts'

export type Frequency = 'day' | 'week' | 'month' | 'quarter'

export interface PublicationLag {
  readonly frequency: Frequency
  /** Calendar days from the last day of the period to the publication; of daily series, business days. */
  readonly days: number
  /** Clock time of the publication in New York, 'HH:MM'. */
  readonly clock: string
}

/**
 * Assumed, not read from any archive: how late each series usually comes, set to the late side of its usual schedule, so
 * that a value is rather known too late than too early. Sixteen of them are compared with the releases of November 2019 to
 * July 2020 in an economic calendar (the test beside this file); the others rest on the usual schedule alone. A shutdown delays
 * releases by weeks and is not modelled; neither are revisions: the value is the latest vintage.
 */
const LAGS: Readonly<Record<string, PublicationLag>> = {
  GDP: { frequency: 'quarter', days: 31, clock: '08:30' },
  GDPC1: { frequency: 'quarter', days: 31, clock: '08:30' },

  CPIAUCSL: { frequency: 'month', days: 21, clock: '08:30' },
  CPILFESL: { frequency: 'month', days: 21, clock: '08:30' },
  PPIFIS: { frequency: 'month', days: 20, clock: '08:30' },
  PCEPILFE: { frequency: 'month', days: 31, clock: '08:30' },
  UNRATE: { frequency: 'month', days: 10, clock: '08:30' },
  U6RATE: { frequency: 'month', days: 10, clock: '08:30' },
  PAYEMS: { frequency: 'month', days: 10, clock: '08:30' },
  AHETPI: { frequency: 'month', days: 10, clock: '08:30' },
  CIVPART: { frequency: 'month', days: 10, clock: '08:30' },
  JTSJOL: { frequency: 'month', days: 50, clock: '10:00' },
  INDPRO: { frequency: 'month', days: 18, clock: '09:15' },
  RSXFS: { frequency: 'month', days: 18, clock: '08:30' },
  DGORDER: { frequency: 'month', days: 35, clock: '10:00' },
  HOUST: { frequency: 'month', days: 20, clock: '08:30' },
  HSN1F: { frequency: 'month', days: 28, clock: '10:00' },
  CFNAI: { frequency: 'month', days: 30, clock: '08:30' },
  FEDFUNDS: { frequency: 'month', days: 4, clock: '16:15' },
  M2SL: { frequency: 'month', days: 28, clock: '13:00' },
  UMCSENT: { frequency: 'month', days: 31, clock: '10:00' },
  MICH: { frequency: 'month', days: 31, clock: '10:00' },
  CSUSHPINSA: { frequency: 'month', days: 63, clock: '09:00' },
  PCOPPUSDM: { frequency: 'month', days: 45, clock: '12:00' },
  PALLFNFINDEXM: { frequency: 'month', days: 45, clock: '12:00' },
  OILPRICE: { frequency: 'month', days: 15, clock: '12:00' },
  /** Turning points are announced many months after the fact; the slowest announcement assumed is 21 months. */
  USREC: { frequency: 'month', days: 640, clock: '12:00' },

  /** Usually Thursday, for the week that ended the Saturday before. */
  ICSA: { frequency: 'week', days: 5, clock: '08:30' },
  CCSA: { frequency: 'week', days: 12, clock: '08:30' },
  WALCL: { frequency: 'week', days: 1, clock: '16:30' },
  WM2NS: { frequency: 'week', days: 15, clock: '13:00' },
  MORTGAGE30US: { frequency: 'week', days: 0, clock: '12:00' },
  STLFSI4: { frequency: 'week', days: 7, clock: '12:00' },
  ANFCI: { frequency: 'week', days: 5, clock: '08:30' },
  NFCI: { frequency: 'week', days: 5, clock: '08:30' },

  DGS2: { frequency: 'day', days: 1, clock: '16:15' },
  DGS10: { frequency: 'day', days: 1, clock: '16:15' },
  DFF: { frequency: 'day', days: 1, clock: '09:00' },
  T10Y2Y: { frequency: 'day', days: 1, clock: '17:00' },
  T10YIE: { frequency: 'day', days: 1, clock: '17:00' },
  VIXCLS: { frequency: 'day', days: 1, clock: '09:30' },
  SP500: { frequency: 'day', days: 0, clock: '20:00' },
  RRPONTSYD: { frequency: 'day', days: 0, clock: '17:00' },
  BAMLH0A0HYM2: { frequency: 'day', days: 1, clock: '10:00' },
  BAMLC0A0CM: { frequency: 'day', days: 1, clock: '10:00' },
  DCOILWTICO: { frequency: 'day', days: 7, clock: '13:00' },
  DCOILBRENTEU: { frequency: 'day', days: 7, clock: '13:00' },
  DHHNGSP: { frequency: 'day', days: 7, clock: '13:00' },
  DTWEXBGS: { frequency: 'day', days: 6, clock: '16:15' },
}

/** For series outside the table, deliberately late. */
const ASSUMED: Readonly<Record<Frequency, PublicationLag>> = {
  day: { frequency: 'day', days: 5, clock: '17:00' },
  week: { frequency: 'week', days: 14, clock: '17:00' },
  month: { frequency: 'month', days: 60, clock: '17:00' },
  quarter: { frequency: 'quarter', days: 100, clock: '17:00' },
}

/** Undefined for a series whose schedule is not stated. */
export const publicationLag = (series: string): PublicationLag | undefined =>
  Object.hasOwn(LAGS, series) ? LAGS[series] : undefined

export const assumedLag = (frequency: Frequency): PublicationLag => ASSUMED[frequency]

/** In words, for manifests and reports. */
export function lagInWords({ frequency, days, clock }: PublicationLag): string {
  const unit = frequency === 'day' ? 'business days' : 'days'
  return `taken as known ${days} ${unit} after the end of the ${frequency} at ${clock} New York time`
}

/**
 * What a value dated `date` is about and when it was known. FRED dates months and quarters by their first day, weeks by
 * the day they end (weekly series of H.6 by their Monday: a week late here, never early), days by themselves.
 */
export function periodOf(
  date: Micros,
  lag: PublicationLag,
): { readonly start: Micros; readonly end: Micros; readonly known: Micros } {
  const { start, end } = stretch(date, lag.frequency)
  const last = end - DAY
  const published = lag.frequency === 'day' ? businessDaysAfter(last, lag.days) : last + lag.days * DAY
  // Days end at midnight UTC here, so a value published on the evening of its own day counts from that midnight.
  return { start, end, known: Math.max(end, newYork(published, lag.clock)) as Micros }
}

/** When a value whose day of publication is known was published: that day, at the hour of its series. */
export const publishedAt = (day: Micros, { clock }: PublicationLag): Micros => newYork(day, clock)

/** How often a series comes, by the usual distance between its dates, which are in order. */
export function frequencyOf(dates: readonly Micros[]): Frequency {
  const steps = dates.slice(1).map((date, index) => (date - dates[index]!) / DAY)
  const usual = steps.sort((a, b) => a - b)[steps.length >> 1] ?? 30
  return usual < 5 ? 'day' : usual < 20 ? 'week' : usual < 60 ? 'month' : 'quarter'
}

function stretch(date: number, frequency: Frequency): { readonly start: Micros; readonly end: Micros } {
  const at = new Date(date / 1000)
  const months = frequency === 'quarter' ? 3 : 1
  switch (frequency) {
    case 'day':
      return { start: date as Micros, end: (date + DAY) as Micros }
    case 'week':
      return { start: (date - 6 * DAY) as Micros, end: (date + DAY) as Micros }
    default:
      return { start: date as Micros, end: (Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + months, 1) * 1000) as Micros }
  }
}

/** Saturday and Sunday are no business days; holidays are not counted out, which the stated lags are wide enough for. */
function businessDaysAfter(date: number, days: number): number {
  let day = date
  for (let left = days; left > 0; ) {
    day += DAY
    const weekday = new Date(day / 1000).getUTCDay()
    if (weekday !== 0 && weekday !== 6) left--
  }
  return day
}

function newYork(day: number, clock: string): Micros {
  const at = new Date(day / 1000)
  const [hour, minute] = [Number(clock.slice(0, 2)), Number(clock.slice(3))]
  return zonedToUtc('America/New_York', at.getUTCFullYear(), at.getUTCMonth() + 1, at.getUTCDate(), hour, minute)
}
