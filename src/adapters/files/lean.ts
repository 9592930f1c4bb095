// QuantConnect LEAN archives: one zip per day (tick, second, minute) or per instrument (hour, daily), of headerless CSV.
//
//   tick quote    ms,bid,ask                                  forex, cfd
//                 ms,bid,bidSize,ask,askSize,…                the others; equity and future end in exchange,condition,suspicious
//   tick trade    ms,price,size,…                             the same ending
//   bar of quotes time,bidO,bidH,bidL,bidC,bidSize,askO,askH,askL,askC,askSize
//   bar of trades time,O,H,L,C,volume
//
// `ms` counts from local midnight and may have a fraction; hours and days have `yyyyMMdd HH:mm`, when the bar **opened**.

import type { InstrumentSpec } from '../../domain/instrument.ts'
import type { Bar, Quote, Trade } from '../../domain/market.ts'
import { DAY, HOUR, MINUTE, type Micros, type Price, type Quantity, SECOND } from '../../domain/numbers.ts'
import type { Provenance } from '../../domain/provenance.ts'
import { localToUtc, utcOffset } from '../../domain/zone.ts'
import { civilTime } from './civil-time.ts'
import type { FieldReader } from './field-reader.ts'
import { type ImportDataset, ImportError, type ImportFormat, type ImportOptions } from './format.ts'
import { findInstrument, futuresId, resolveInstrument } from './instruments.ts'
import { type LeanName, leanName, looksLikeLean, unknownInstrument } from './lean-name.ts'
import { type FaultReason, type ReadRow, readRows } from './row-stream.ts'
import { recordedFrom } from './source-file.ts'
import { zipEntries } from './zip.ts'

export const lean: ImportFormat = {
  name: 'lean',
  accepts: looksLikeLean,

  async *open(path: string, options: ImportOptions): AsyncGenerator<ImportDataset> {
    // Opened first: an archive that is none says so before its fingerprint is taken.
    let provenance: Provenance | undefined
    for await (const entry of zipEntries(path)) {
      const name = leanName(path, entry.name, options)
      const instrument = instrumentOf(name, path, options)
      provenance ??= await recordedFrom(path, { source: options.source ?? name.market, licence: options.licence })
      const read = rowReader(name, instrument, provenance)
      yield {
        instrument,
        kind: name.resolution === 'tick' ? name.kind : 'bar',
        ...(name.resolution === 'tick' ? {} : { resolution: RESOLUTIONS[name.resolution].name }),
        provenance,
        notes: notesOf(name, instrument),
        rows: () => readRows({ chunks: entry.chunks(), name: entry.name, read, empty: () => noRows(path, entry.name) }),
      }
    }
    if (!provenance) throw noRows(path, 'the archive')
  },
}

function notesOf(name: LeanName, spec: InstrumentSpec): readonly string[] {
  const notes = [`${spec.id}: times are read as ${zoneOf(name)}`]
  if (name.assetClass.startsWith('crypto')) notes.push(`${spec.id}: quantities are rounded to ${spec.quantityDecimals} decimals`)
  return notes
}

const RESOLUTIONS = {
  second: { name: '1s', duration: SECOND },
  minute: { name: '1m', duration: MINUTE },
  hour: { name: '1h', duration: HOUR },
  daily: { name: '1d', duration: DAY },
} as const

/** LEAN writes share prices as whole ten-thousandths of a dollar, and everything else in the unit of the price. */
const EQUITY_SCALE_DECIMALS = 4

function instrumentOf(name: LeanName, path: string, options: ImportOptions): InstrumentSpec {
  const id =
    name.contract === undefined
      ? undefined
      : futuresId({
          root: name.symbol,
          year: Number(name.contract.slice(0, 4)),
          month: Number(name.contract.slice(4)),
          venue: name.market,
        })
  const found =
    options.instrument !== undefined
      ? findInstrument(options.instrument)
      : id !== undefined
        ? findInstrument(id)
        : resolveInstrument(name.symbol, name.market, name.assetClass)
  if (found) return found
  throw unknownInstrument(path, id ?? `${name.symbol} at ${name.market} (${name.assetClass})`)
}

/** Shares tick by the clock of New York, FXCM's currencies by Eastern Standard Time all year, the rest by UTC. */
function zoneOf(name: LeanName): string {
  if (name.assetClass === 'equity') return 'America/New_York'
  return name.assetClass === 'forex' && name.market === 'fxcm' ? '-05:00' : 'UTC'
}

/** What the rows of one file have in common. */
interface Rows {
  readonly name: LeanName
  readonly spec: InstrumentSpec
  readonly provenance: Provenance
  readonly zone: string
  /** Midnight of the file's day as the wall clock shows it, in microseconds; NaN for hours and days. */
  readonly midnight: number
  /** The same midnight in UTC when the clock does not change during the day, so that most rows need only an addition; else NaN. */
  readonly utcMidnight: number
  /** Decimals to read a price with, so that it comes out in the instrument's steps. */
  readonly priceDecimals: number
}

function rowReader(name: LeanName, spec: InstrumentSpec, provenance: Provenance): ReadRow {
  const zone = zoneOf(name)
  const midnight = name.day === undefined ? Number.NaN : midnightOf(name.day)
  const rows: Rows = {
    name,
    spec,
    provenance,
    zone,
    midnight,
    utcMidnight: utcMidnightOf(zone, midnight),
    priceDecimals: spec.priceDecimals - (name.assetClass === 'equity' ? EQUITY_SCALE_DECIMALS : 0),
  }
  if (name.resolution !== 'tick') return name.kind === 'quote' ? quoteBars(rows) : tradeBars(rows)
  if (name.kind === 'trade') return tradeTicks(rows)
  return name.assetClass === 'forex' || name.assetClass === 'cfd' ? plainQuoteTicks(rows) : sizedQuoteTicks(rows)
}

function utcMidnightOf(zone: string, midnight: number): number {
  if (Number.isNaN(midnight)) return Number.NaN
  const start = localToUtc(zone, midnight)
  return localToUtc(zone, midnight + DAY) === start + DAY ? start : Number.NaN
}

function midnightOf(day: string): number {
  const midnight = Date.UTC(Number(day.slice(0, 4)), Number(day.slice(4, 6)) - 1, Number(day.slice(6))) * 1000
  if (new Date(midnight / 1000).toISOString().slice(0, 10).replaceAll('-', '') === day) return midnight
  throw new ImportError(
    'IMPORT_UNKNOWN_DAY',
    `${day} is no day of the calendar`,
    'Give the file its name back, such as 20140501_quote.zip.',
  )
}

function plainQuoteTicks(rows: Rows): ReadRow {
  const { priceDecimals } = rows
  return reader => {
    const time = tickTime(reader, rows)
    const bid = reader.exact(priceDecimals)
    const ask = reader.exact(priceDecimals)
    if (!reader.atEnd) return 'schema'
    return pricesFault(time, bid, ask) ?? quoteOf(rows, reader.line, time, { bid, ask, bidSize: 0, askSize: 0 })
  }
}

function sizedQuoteTicks(rows: Rows): ReadRow {
  const { priceDecimals, spec } = rows
  return reader => {
    const time = tickTime(reader, rows)
    const bid = reader.exact(priceDecimals)
    const bidSize = reader.rounded(spec.quantityDecimals)
    const ask = reader.exact(priceDecimals)
    const askSize = reader.rounded(spec.quantityDecimals)
    const ending = tickEnding(reader, rows)
    if (ending) return ending
    if (!(bidSize >= 0) || !(askSize >= 0)) return sizeFault(bidSize + askSize)
    return pricesFault(time, bid, ask) ?? quoteOf(rows, reader.line, time, { bid, ask, bidSize, askSize })
  }
}

function tradeTicks(rows: Rows): ReadRow {
  const { priceDecimals, spec, provenance } = rows
  return (reader): Trade | FaultReason => {
    const time = tickTime(reader, rows)
    const price = reader.exact(priceDecimals)
    const size = reader.rounded(spec.quantityDecimals)
    const ending = tickEnding(reader, rows)
    if (ending) return ending
    if (!(size > 0)) return sizeFault(size)
    return (
      pricesFault(time, price, price) ?? {
        kind: 'trade',
        eventTime: time as Micros,
        receivedTime: time as Micros,
        sequence: reader.line,
        provenance,
        instrumentId: spec.id,
        price: price as Price,
        quantity: size as Quantity,
        aggressor: 'unknown',
      }
    )
  }
}

function quoteBars(rows: Rows): ReadRow {
  const { priceDecimals, spec } = rows
  return reader => {
    const openTime = barOpenTime(reader, rows)
    const open = reader.exact(priceDecimals)
    const high = reader.exact(priceDecimals)
    const low = reader.exact(priceDecimals)
    const close = reader.exact(priceDecimals)
    const bidSize = reader.rounded(spec.quantityDecimals)
    const askOpen = reader.exact(priceDecimals)
    const askHigh = reader.exact(priceDecimals)
    const askLow = reader.exact(priceDecimals)
    const askClose = reader.exact(priceDecimals)
    const askSize = reader.rounded(spec.quantityDecimals)
    if (!reader.atEnd) return 'schema'

    // The sizes are what rested at the close, not what traded: checked, and not taken for volume.
    if (!(bidSize >= 0) || !(askSize >= 0)) return sizeFault(bidSize + askSize)
    const reason = pricesFault(openTime, open, askOpen) ?? pricesFault(high, low, close) ?? pricesFault(askHigh, askLow, askClose)
    return reason ?? barOf(rows, reader.line, openTime, { open, high, low, close, askOpen, askHigh, askLow, askClose, volume: 0 })
  }
}

function tradeBars(rows: Rows): ReadRow {
  const { priceDecimals, spec } = rows
  return reader => {
    const openTime = barOpenTime(reader, rows)
    const open = reader.exact(priceDecimals)
    const high = reader.exact(priceDecimals)
    const low = reader.exact(priceDecimals)
    const close = reader.exact(priceDecimals)
    // Volumes of crypto carry the dust of float sums beyond the venue's decimals (…0.10000000000000009): to the nearest step.
    const volume = reader.rounded(spec.quantityDecimals)
    if (!reader.atEnd) return 'schema'
    if (!(volume >= 0)) return sizeFault(volume)

    const reason = pricesFault(openTime, open, high) ?? pricesFault(low, close, close)
    const sides = { open, high, low, close, askOpen: open, askHigh: high, askLow: low, askClose: close, volume }
    return reason ?? barOf(rows, reader.line, openTime, sides)
  }
}

/** UTC microseconds; NaN when the field is no number, −1 when it is no time of a day. */
function tickTime(reader: FieldReader, rows: Rows): number {
  const sinceMidnight = reader.rounded(3)
  if (sinceMidnight < 0 || sinceMidnight >= DAY) return -1
  if (Number.isNaN(sinceMidnight) || !Number.isNaN(rows.utcMidnight)) return rows.utcMidnight + sinceMidnight
  return localToUtc(rows.zone, rows.midnight + sinceMidnight)
}

function barOpenTime(reader: FieldReader, rows: Rows): number {
  const { resolution } = rows.name
  return resolution === 'hour' || resolution === 'daily'
    ? localToUtcOrNaN(rows.zone, civilTime(reader.field()))
    : tickTime(reader, rows)
}

const localToUtcOrNaN = (zone: string, local: number): number => (!Number.isNaN(local) ? localToUtc(zone, local) : Number.NaN)

/** A bar is known at its close. A day closes at the next midnight of its own clock, 23 or 25 hours later when that changes. */
function closeTime(rows: Rows, openTime: number): number {
  const { resolution } = rows.name
  const { duration } = RESOLUTIONS[resolution as Exclude<typeof resolution, 'tick'>]
  if (resolution !== 'daily' || rows.zone === 'UTC') return openTime + duration
  return localToUtc(rows.zone, openTime + utcOffset(rows.zone, openTime as Micros) + DAY)
}

/** The columns after the sizes: nothing or a flag for crypto; exchange, condition and flag for shares and futures. */
function tickEnding(reader: FieldReader, rows: Rows): FaultReason | undefined {
  const listed = rows.name.assetClass === 'equity' || rows.name.assetClass === 'future'
  if (!listed && reader.atEnd) return undefined
  if (listed) reader.skip(2)
  if (reader.atEnd) return 'schema'
  const flag = reader.flag()
  if (!reader.atEnd) return 'schema'
  return flag === 0x31 ? 'suspicious' : flag === 0x30 ? undefined : 'schema'
}

/** Zero is how LEAN writes a side without a quote. NaN compares false, so one test catches most rows. */
function pricesFault(time: number, first: number, second: number): FaultReason | undefined {
  if (time > 0 && first > 0 && second > 0) return undefined
  return Number.isNaN(time + first + second) ? 'schema' : 'range'
}

const sizeFault = (size: number): FaultReason => (Number.isNaN(size) ? 'schema' : 'range')

function quoteOf(
  rows: Rows,
  line: number,
  time: number,
  sides: { readonly bid: number; readonly ask: number; readonly bidSize: number; readonly askSize: number },
): Quote {
  return {
    kind: 'quote',
    eventTime: time as Micros,
    receivedTime: time as Micros,
    sequence: line,
    provenance: rows.provenance,
    instrumentId: rows.spec.id,
    bid: sides.bid as Price,
    ask: sides.ask as Price,
    bidSize: sides.bidSize as Quantity,
    askSize: sides.askSize as Quantity,
  }
}

function barOf(rows: Rows, line: number, openTime: number, sides: Readonly<Record<BarPrice | 'volume', number>>): Bar {
  const time = closeTime(rows, openTime) as Micros
  return {
    kind: 'bar',
    eventTime: time,
    receivedTime: time,
    sequence: line,
    provenance: rows.provenance,
    instrumentId: rows.spec.id,
    basis: rows.name.kind === 'quote' ? 'bid' : 'trade',
    openTime: openTime as Micros,
    open: sides.open as Price,
    high: sides.high as Price,
    low: sides.low as Price,
    close: sides.close as Price,
    askOpen: sides.askOpen as Price,
    askHigh: sides.askHigh as Price,
    askLow: sides.askLow as Price,
    askClose: sides.askClose as Price,
    volume: sides.volume,
  }
}

type BarPrice = 'open' | 'high' | 'low' | 'close' | 'askOpen' | 'askHigh' | 'askLow' | 'askClose'

const noRows = (path: string, entry: string): ImportError =>
  new ImportError('IMPORT_EMPTY_FILE', `${entry} in ${path} has no rows`, 'Fetch the file again; nothing was imported from it.')
