// Whether calendars and trading centres are open at a time, in words, and until when.
import { CALENDAR_NAMES, type SessionCalendar, sessionCalendar } from '../../domain/calendar.ts'
import { DAY, formatMicros, HOUR, type Micros, SECOND } from '../../domain/numbers.ts'
import { localToUtc, utcOffset } from '../../domain/zone.ts'
import type { ReplyOf } from '../../wire/contract.ts'

export type MarketHours = ReplyOf<'GET /market-hours'>['items'][number]

/** What people call each calendar, in the order in which they look: what all trade, the exchanges, brokers, prices of a day. */
const NAMES: Readonly<Record<string, string>> = {
  fx: 'Currencies',
  metals: 'Gold and silver',
  crypto: 'Crypto',
  'us-equity': 'NYSE and Nasdaq',
  'us-equity-extended': 'Nasdaq, extended hours',
  lse: 'London Stock Exchange',
  xetra: 'Xetra',
  cme: 'CME futures',
  'fx-cfd': 'Currencies, brokers',
  'metals-cfd': 'Metals, brokers',
  'energy-cfd': 'Oil and gas, brokers',
  'brent-cfd': 'Brent, brokers',
  'us-index-cfd': 'US indices, brokers',
  'uk-index-cfd': 'UK indices, brokers',
  'de-index-cfd': 'German indices, brokers',
  'eia-daily': 'EIA prices, daily',
  'us-rates': 'US Treasury rates, daily',
}
const inOrder = (name: string): number => {
  const place = Object.keys(NAMES).indexOf(name)
  return place === -1 ? Number.POSITIVE_INFINITY : place
}

/** The four centres of the currency day first, then every calendar there is. */
export const allMarketHours = (now: Micros): MarketHours[] => [
  ...CENTRES.map(centre => centreHours(centre, now)),
  ...CALENDAR_NAMES.toSorted((a, b) => inOrder(a) - inOrder(b)).map(name => marketHours(name, now)!),
]

/** True for an unknown name. */
export const isMarketOpen = (name: string, now: Micros): boolean => sessionCalendar(name)?.isOpen(now) ?? true

/** Null for an unknown name. */
export function marketHours(name: string, now: Micros): MarketHours | null {
  const calendar = sessionCalendar(name)
  if (calendar === undefined) return null
  const open = calendar.isOpen(now)
  const changes = open ? calendar.nextClose(now) : calendar.nextOpen(now)
  return {
    calendar: name,
    name: NAMES[name] ?? name,
    open,
    phase: phaseOf(calendar, now, open),
    changes: Number.isFinite(changes) ? instant(changes) : null,
  }
}

function phaseOf(calendar: SessionCalendar, now: Micros, open: boolean): string {
  if (calendar.zone === 'UTC') return 'never closes'
  if (open) return calendar.dayKind(calendar.sessionId(now)) === 'early' ? 'session that closes early' : 'regular session'

  const today = Math.floor((now + utcOffset(calendar.zone, now)) / DAY)
  const kind = calendar.dayKind(today)
  if (kind === 'weekend') return 'weekend'
  if (kind === 'closed') return 'holiday'
  const session = calendar.session(today)
  if (session !== undefined && now < session.open) return 'before the session'
  return calendar.dayKind(today + 1) === 'closed' ? 'after the session, a holiday follows' : 'after the session'
}

/** Local hours on local weekdays, half-open: the usual table of the spot market, as the WHEN sense reads it. */
const CENTRES = [
  { name: 'Sydney', zone: 'Australia/Sydney', open: 7 * HOUR, close: 16 * HOUR },
  { name: 'Tokyo', zone: 'Asia/Tokyo', open: 9 * HOUR, close: 18 * HOUR },
  { name: 'London', zone: 'Europe/London', open: 8 * HOUR, close: 17 * HOUR },
  { name: 'New York', zone: 'America/New_York', open: 8 * HOUR, close: 17 * HOUR },
] as const

function centreHours({ name, zone, open, close }: (typeof CENTRES)[number], now: Micros): MarketHours {
  const local = now + utcOffset(zone, now)
  const today = Math.floor(local / DAY)
  const time = local - today * DAY
  const isOpen = !isWeekend(today) && time >= open && time < close
  if (isOpen)
    return { calendar: name, name, open: true, phase: 'business hours', changes: instant(localToUtc(zone, today * DAY + close)) }

  let next = time < open ? today : today + 1
  while (isWeekend(next)) next++
  const phase = isWeekend(today) ? 'weekend' : 'outside business hours'
  return { calendar: name, name, open: false, phase, changes: instant(localToUtc(zone, next * DAY + open)) }
}

/** Day 0 was a Thursday; Saturday and Sunday leave a remainder of 2 and 3. */
const isWeekend = (day: number): boolean => day % 7 === 2 || day % 7 === 3

/** The wire has no leap of a fraction: a whole second is enough for hours. */
const instant = (time: number): string => formatMicros((Math.round(time / SECOND) * SECOND) as Micros)
