// One row of a mapped table into one fact: exact decimals, civil times, and a reason where it cannot be.
import type { FeedEvent } from '../../domain/event.ts'
import { DAY, formatMicros, type Micros, type Price, parseMicros, type Quantity } from '../../domain/numbers.ts'
import type { Provenance } from '../../domain/provenance.ts'
import { periodOf } from '../../domain/publication-lag.ts'
import { localToUtc } from '../../domain/zone.ts'
import { barLength } from './bar-length.ts'
import { isDust } from './field-reader.ts'
import type { Mapping } from './mapping.ts'

/** The text of the row's cell in the named column; '' when it is empty. */
export type Cell = (column: string | number) => string

export type RowReader = (cell: Cell, sequence: number) => FeedEvent | 'schema' | 'missing'

/** A reader for all rows of one table. */
export function rowReader(mapping: Mapping, provenance: Provenance): RowReader {
  const timeOf = timeReader(mapping)
  switch (mapping.kind) {
    case 'quote':
      return quoteReader(mapping, { provenance, timeOf })
    case 'trade':
      return tradeReader(mapping, { provenance, timeOf })
    case 'bar':
      return barReader(mapping, { provenance, timeOf })
    case 'release':
      return releaseReader(mapping, { provenance, timeOf })
  }
}

interface Common {
  readonly provenance: Provenance
  /** NaN when the text is no time. */
  readonly timeOf: (cell: Cell) => { readonly utc: number; readonly local: number }
}

function quoteReader(mapping: Mapping, { provenance, timeOf }: Common): RowReader {
  const { price, quantity } = countReaders(mapping)
  const instrumentId = mapping.instrument!.id

  return (cell, sequence) => {
    const time = timeOf(cell).utc as Micros
    const bid = price(cell, 'bid')
    const ask = price(cell, 'ask')
    const bidSize = quantity(cell, 'bidSize')
    const askSize = quantity(cell, 'askSize')
    if (allBlank(cell, mapping, ['bid', 'ask'])) return 'missing'
    if (Number.isNaN(time + bid + ask + bidSize + askSize)) return 'schema'
    return { kind: 'quote', eventTime: time, receivedTime: time, sequence, provenance, instrumentId, bid, ask, bidSize, askSize }
  }
}

function tradeReader(mapping: Mapping, { provenance, timeOf }: Common): RowReader {
  const { price, quantity } = countReaders(mapping)
  const instrumentId = mapping.instrument!.id
  const side = mapping.columns['aggressor']

  return (cell, sequence) => {
    const time = timeOf(cell).utc as Micros
    const paid = price(cell, 'price')
    const size = quantity(cell, 'quantity')
    if (allBlank(cell, mapping, ['price', 'quantity'])) return 'missing'
    if (Number.isNaN(time + paid + size)) return 'schema'
    const aggressor = side === undefined ? 'unknown' : aggressorOf(cell(side))
    return {
      kind: 'trade',
      eventTime: time,
      receivedTime: time,
      sequence,
      provenance,
      instrumentId,
      price: paid,
      quantity: size,
      aggressor,
    }
  }
}

function aggressorOf(text: string): 'buy' | 'sell' | 'unknown' {
  if (/^(b|buy|buyer|bid)$/i.test(text)) return 'buy'
  return /^(s|sell|seller|ask)$/i.test(text) ? 'sell' : 'unknown'
}

function barReader(mapping: Mapping, { provenance, timeOf }: Common): RowReader {
  const { price, volume } = countReaders(mapping)
  const { basis, resolution, zone, time: mark } = mapping
  const instrumentId = mapping.instrument!.id
  const length = barLength(resolution!)
  const hasAsk = 'askClose' in mapping.columns

  /** Days are civil days: 23 or 25 hours long where the clocks change. */
  const shifted = (at: { utc: number; local: number }, by: number): number =>
    length % DAY === 0 ? localToUtc(zone, at.local + by) : at.utc + by

  return (cell, sequence) => {
    const at = timeOf(cell)
    if (allBlank(cell, mapping, ['open', 'high', 'low', 'close'])) return 'missing'
    if (Number.isNaN(at.utc)) return 'schema'
    const openTime = (mark.marks === 'open' ? at.utc : shifted(at, -length)) as Micros
    const closeTime = (mark.marks === 'open' ? shifted(at, length) : at.utc) as Micros

    const open = price(cell, 'open')
    const high = price(cell, 'high')
    const low = price(cell, 'low')
    const close = price(cell, 'close')
    const askOpen = hasAsk ? price(cell, 'askOpen') : open
    const askHigh = hasAsk ? price(cell, 'askHigh') : high
    const askLow = hasAsk ? price(cell, 'askLow') : low
    const askClose = hasAsk ? price(cell, 'askClose') : close
    const traded = volume(cell)
    if (Number.isNaN(open + high + low + close + askOpen + askHigh + askLow + askClose + traded)) return 'schema'
    return {
      kind: 'bar',
      eventTime: closeTime,
      receivedTime: closeTime,
      sequence,
      provenance,
      instrumentId,
      basis,
      openTime,
      open,
      high,
      low,
      close,
      askOpen,
      askHigh,
      askLow,
      askClose,
      volume: traded,
    }
  }
}

function releaseReader(mapping: Mapping, { provenance, timeOf }: Common): RowReader {
  const { lag, series, zone } = mapping
  const knownAt = mapping.columns['known']
  const parseKnown = timeParser('iso', zone)

  return (cell, sequence) => {
    const at = timeOf(cell).local
    const text = cell(mapping.columns['value']!)
    if (text === '' || text === '.') return 'missing'
    if (Number.isNaN(at) || !DECIMAL.test(text)) return 'schema'

    const period = periodOf(at as Micros, lag ?? { frequency: 'day', days: 0, clock: '00:00' })
    const known = knownAt === undefined ? period.known : parseKnown(cell(knownAt)).utc
    if (Number.isNaN(known)) return 'schema'
    return {
      kind: 'release',
      eventTime: period.end,
      receivedTime: known as Micros,
      sequence,
      provenance,
      series: series!,
      periodStart: period.start,
      value: Number(text),
      lagged: knownAt === undefined,
    }
  }
}

// Numbers

const PLAIN = /^-?\d{1,15}(\.\d{1,9})?$/
const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?$/i

function countReaders({ instrument, exponent, rounding, columns }: Mapping) {
  const { priceDecimals, quantityDecimals } = instrument!
  const price = (cell: Cell, field: string): Price =>
    steps(cell(columns[field]!), { shift: priceDecimals + exponent, rounding }) as Price
  /** Sizes and volumes always go to the nearest step, as in every format: only a price must not be changed. */
  const quantity = (cell: Cell, field: string): Quantity => {
    const column = columns[field]
    return (column === undefined ? 0 : steps(cell(column), { shift: quantityDecimals, rounding: 'nearest' })) as Quantity
  }
  const volume = (cell: Cell): number => {
    const column = columns['volume']
    return column === undefined || cell(column) === '' ? 0 : steps(cell(column), { shift: quantityDecimals, rounding: 'nearest' })
  }
  return { price, quantity, volume }
}

/**
 * A decimal text times 10^shift as a whole number, by digits and not by multiplying. NaN when it is no number, or with
 * `exact` when more than the dust of a float would be lost.
 */
export function steps(
  text: string,
  { shift, rounding }: { readonly shift: number; readonly rounding: 'exact' | 'nearest' },
): number {
  if (PLAIN.test(text)) {
    // Nearly every price there is: its digits, with the point taken out, times a power of ten that keeps it whole.
    const point = text.indexOf('.')
    const decimals = point === -1 ? 0 : text.length - point - 1
    const count = point === -1 ? Number(text) : Number(text.slice(0, point) + text.slice(point + 1))
    const whole = count * 10 ** (shift - decimals)
    if (decimals <= shift && Number.isSafeInteger(whole)) return whole + 0
  }
  if (!DECIMAL.test(text)) return Number.NaN
  const [mantissa = '', power = '0'] = text.toLowerCase().replace(/^[+-]/, '').split('e')
  const [whole = '', fraction = ''] = mantissa.split('.')
  const digits = whole + fraction
  const zeros = shift + Number(power) - fraction.length

  const kept = zeros >= 0 ? digits + '0'.repeat(Math.min(zeros, 20)) : digits.slice(0, zeros)
  const lost = zeros >= 0 ? '' : digits.padStart(-zeros, '0').slice(zeros)
  if (rounding === 'exact' && !isDust(Number(`0.${lost}`))) return Number.NaN

  const count = Number(kept === '' ? '0' : kept) + (lost >= '5' ? 1 : 0)
  if (!Number.isSafeInteger(count)) return Number.NaN
  return text.startsWith('-') && count !== 0 ? -count : count
}

const allBlank = (cell: Cell, { columns }: Mapping, fields: readonly string[]): boolean =>
  fields.every(field => cell(columns[field]!) === '')

// Times

function timeReader({ time, zone }: Mapping): Common['timeOf'] {
  const parse = timeParser(time.format, zone)
  const [first, second] = time.columns
  return second === undefined ? cell => parse(cell(first!)) : cell => parse(`${cell(first!)} ${cell(second)}`)
}

type Instant = { readonly utc: number; readonly local: number }

const NO_TIME: Instant = { utc: Number.NaN, local: Number.NaN }
/** Microseconds of one unit; nanoseconds are cut to microseconds. */
const UNITS: Readonly<Record<string, number>> = { seconds: 6, millis: 3, micros: 0, nanos: -3 }

/** Times outside the years 1684 to 2255 are no whole number of microseconds, and none that a market file means. */
function timeParser(format: string, zone: string): (text: string) => Instant {
  const parse = anyTimeParser(format, zone)
  return text => {
    const time = parse(text)
    return Number.isSafeInteger(time.utc) && Number.isSafeInteger(time.local) ? time : NO_TIME
  }
}

function anyTimeParser(format: string, zone: string): (text: string) => Instant {
  const unit = UNITS[format]
  if (unit !== undefined) {
    return text => {
      const utc = /^\d+(\.\d+)?$/.test(text) ? Math.floor(Number(`${text}e${unit}`)) : Number.NaN
      return { utc, local: utc }
    }
  }
  if (format === 'iso') return text => isoTime(text, zone)
  const pattern = patternOf(format)
  return text => patternTime(pattern.exec(text)?.groups, zone)
}

/** A time that names its own offset needs no zone. */
function isoTime(text: string, zone: string): Instant {
  const own = /\d\d:\d\d.*?(Z|[+-]\d\d:?\d\d)$/.exec(text)?.[1] ?? ''
  const local = parseMicros(text.slice(0, text.length - own.length))
  // A 30th of February is read as the 2nd of March; here it is no time.
  if (local === undefined || formatMicros(local).slice(0, 10) !== text.slice(0, 10)) return NO_TIME
  return { utc: own === '' ? localToUtc(zone, local) : (parseMicros(text) ?? Number.NaN), local }
}

/** 'yyyy.MM.dd HH:mm' as a regular expression: letters are figures of that width, all else is itself. */
function patternOf(format: string): RegExp {
  const source = format.replaceAll(
    /(yyyy|MM|dd|HH|mm|ss|S+)|([^A-Za-z0-9\s])|(\s+)/g,
    (whole, letters?: string, sign?: string) => {
      if (letters) return `(?<${letters.startsWith('S') ? 'S' : letters}>\\d{${whole.length}})`
      return sign ? `\\${sign}` : '\\s+'
    },
  )
  return new RegExp(`^${source}$`)
}

function patternTime(parts: Record<string, string> | undefined, zone: string): Instant {
  if (!parts) return NO_TIME
  const [year, month, day] = [Number(parts['yyyy']), Number(parts['MM']), Number(parts['dd'])]
  const [hour, minute, second] = [Number(parts['HH'] ?? 0), Number(parts['mm'] ?? 0), Number(parts['ss'] ?? 0)]
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 59) return NO_TIME

  const date = new Date(Date.UTC(year, month - 1, day, hour, minute, second))
  if (date.getUTCDate() !== day) return NO_TIME
  const local = date.getTime() * 1000 + Number((parts['S'] ?? '').padEnd(6, '0').slice(0, 6))
  return { utc: localToUtc(zone, local), local }
}
