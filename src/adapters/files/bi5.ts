// Dukascopy's hourly tick archives, `GBPJPY/2012/11/03/07h_ticks.bi5`. The month counts from zero: this is **December** 3rd, 07:00 UTC.
//
//   container  "LZMA alone": 13 bytes of header, one stream. A file of zero bytes is an hour without ticks.
//   record     20 bytes, big-endian:  i32 ms since the hour · i32 ask · i32 bid · f32 ask volume · f32 bid volume
//
// The ask comes before the bid. Prices are whole points; volumes are in millions of units.
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import type { InstrumentSpec } from '../../domain/instrument.ts'
import type { Quote } from '../../domain/market.ts'
import { HOUR, type Micros, micros, type Price, type Quantity } from '../../domain/numbers.ts'
import type { Provenance } from '../../domain/provenance.ts'
import { ImportError, type ImportFormat, type ImportOptions, type ParsedRow } from './format.ts'
import { findInstrument } from './instruments.ts'
import { type FaultReason, fault } from './row-stream.ts'
import { fingerprintOf, messageOf, unreadable } from './source-file.ts'

const PLACE = /([^\\/]+)[\\/](\d{4})[\\/](\d\d)[\\/](\d\d)[\\/](\d\d)h_ticks\.bi5$/i
const RECORD_BYTES = 20
const VOLUME_UNIT = 1_000_000
/** A million ticks in one hour; the busiest hours on record have some tens of thousands. */
const UNPACKED_BYTES_MAX = 20_000_000
/** The decoder reserves what the header asks for; Dukascopy's files ask for 4 MiB. */
const DICTIONARY_BYTES_MAX = 1 << 26
const HEADER_BYTES = 13
const SIZE_UNKNOWN = 0xffff_ffff_ffff_ffffn
const BATCH_ROWS = 4096

export const bi5: ImportFormat = {
  name: 'bi5',
  accepts: path => PLACE.test(path),

  async *open(path, options) {
    const { symbol, hour } = placeOf(path)
    const instrument = instrumentOf(symbol, path, options)
    const packed = await readFile(path).catch(error => {
      throw unreadable(path, error)
    })
    const provenance: Provenance = Object.freeze({
      source: options.source ?? 'dukascopy',
      kind: 'recorded',
      origin: path,
      checksum: fingerprintOf(packed),
      licence: options.licence ?? 'not stated',
    })
    yield {
      instrument,
      kind: 'quote',
      provenance,
      notes: [`${instrument.id}: volumes in millions of units are rounded to ${instrument.quantityDecimals} decimals of a unit`],
      async *rows() {
        if (packed.length > 0) yield* ticks(await unpack(packed, path), { file: basename(path), hour, instrument, provenance })
      },
    }
  },
}

/** Bytes of an "LZMA alone" container. Throws IMPORT_BI5_CORRUPT. */
async function unpack(packed: Buffer, path: string): Promise<Buffer> {
  refuseUnsafe(packed, path)

  // Loaded here, so that a machine without its native part can still import everything else.
  const { lzma } = await import('@napi-rs/lzma').catch(cause => {
    throw new ImportError(
      'IMPORT_LZMA_MISSING',
      `${path} is packed with LZMA, and the native part that unpacks it is not installed: ${messageOf(cause)}`,
      'Install the packages again on the pinned Node: make quickstart does.',
    )
  })

  const parts: Buffer[] = []
  let size = 0
  try {
    for await (const part of lzma.decompressStream(new Blob([new Uint8Array(packed)]).stream())) {
      parts.push(part)
      size += part.length
      if (size > UNPACKED_BYTES_MAX) throw new Error(`it unpacks to more than ${UNPACKED_BYTES_MAX} bytes`)
    }
  } catch (error) {
    throw corrupt(path, messageOf(error))
  }
  if (size % RECORD_BYTES !== 0) throw corrupt(path, `${size} bytes are no whole number of ${RECORD_BYTES}-byte ticks`)
  return Buffer.concat(parts)
}

/** byte 0: properties · bytes 1…4: dictionary size · bytes 5…12: unpacked size, all ones when the stream ends itself. */
function refuseUnsafe(packed: Buffer, path: string): void {
  if (packed.length <= HEADER_BYTES) throw corrupt(path, 'it is shorter than its header')
  const dictionary = packed.readUInt32LE(1)
  if (dictionary > DICTIONARY_BYTES_MAX) throw corrupt(path, `its header asks for a dictionary of ${dictionary} bytes`)
  const size = packed.readBigUInt64LE(5)
  if (size !== SIZE_UNKNOWN && size > UNPACKED_BYTES_MAX) throw corrupt(path, `its header claims ${size} unpacked bytes`)
}

interface Hour {
  readonly file: string
  readonly hour: Micros
  readonly instrument: InstrumentSpec
  readonly provenance: Provenance
}

function* ticks(bytes: Buffer, about: Hour): Generator<readonly ParsedRow[]> {
  let rows: ParsedRow[] = []
  for (let offset = 0; offset < bytes.length; offset += RECORD_BYTES) {
    const tick = tickAt(bytes, offset, about)
    rows.push(
      typeof tick === 'string'
        ? fault(tick, `${about.file}@${offset}`, bytes.toString('hex', offset, offset + RECORD_BYTES))
        : tick,
    )
    if (rows.length === BATCH_ROWS) {
      yield rows
      rows = []
    }
  }
  if (rows.length > 0) yield rows
}

function tickAt(bytes: Buffer, offset: number, { hour, instrument, provenance }: Hour): Quote | FaultReason {
  const sinceHour = bytes.readInt32BE(offset) * 1000
  const ask = bytes.readInt32BE(offset + 4)
  const bid = bytes.readInt32BE(offset + 8)
  const askSize = volumeAt(bytes, offset + 12, instrument)
  const bidSize = volumeAt(bytes, offset + 16, instrument)
  if (!Number.isSafeInteger(askSize) || !Number.isSafeInteger(bidSize)) return 'schema'
  if (sinceHour < 0 || sinceHour >= HOUR || ask <= 0 || bid <= 0 || askSize < 0 || bidSize < 0) return 'range'

  const time = (hour + sinceHour) as Micros
  return {
    kind: 'quote',
    eventTime: time,
    receivedTime: time,
    sequence: offset / RECORD_BYTES + 1,
    provenance,
    instrumentId: instrument.id,
    bid: bid as Price,
    ask: ask as Price,
    bidSize: bidSize as Quantity,
    askSize: askSize as Quantity,
  }
}

/** The addition of zero turns −0 into 0. */
const volumeAt = (bytes: Buffer, offset: number, instrument: InstrumentSpec): number =>
  Math.round(bytes.readFloatBE(offset) * VOLUME_UNIT * 10 ** instrument.quantityDecimals) + 0

function placeOf(path: string): { readonly symbol: string; readonly hour: Micros } {
  const [, symbol = '', year, month, day, hour] = PLACE.exec(path) ?? []
  const start = Date.UTC(Number(year), Number(month), Number(day), Number(hour))
  const date = new Date(start)
  if (
    symbol !== '' &&
    date.getUTCMonth() === Number(month) &&
    date.getUTCDate() === Number(day) &&
    date.getUTCHours() === Number(hour)
  ) {
    return { symbol: symbol.toUpperCase(), hour: micros(start * 1000) }
  }
  throw new ImportError(
    'IMPORT_UNKNOWN_HOUR',
    `the path of ${path} does not say which instrument and hour it holds; the ticks only say the time since the hour`,
    'Keep Dukascopy’s folders, months counted from zero: GBPJPY/2012/11/03/07h_ticks.bi5 is December 3rd. Candle files are not read.',
  )
}

function instrumentOf(symbol: string, path: string, options: ImportOptions): InstrumentSpec {
  const own = findInstrument(`${symbol}.DUKASCOPY`)
  const found = options.instrument === undefined ? own : findInstrument(options.instrument)
  if (found && (own === undefined || own.priceDecimals === found.priceDecimals)) return found
  throw new ImportError(
    'IMPORT_UNKNOWN_INSTRUMENT',
    `${path} is of ${options.instrument ?? symbol}, which the catalogue does not know with Dukascopy’s decimals`,
    'Currency pairs and metals are known by their folder. For another, name one with the same decimals: --instrument GBPJPY.DUKASCOPY.',
  )
}

const corrupt = (path: string, why: string): ImportError =>
  new ImportError(
    'IMPORT_BI5_CORRUPT',
    `${path} cannot be unpacked: ${why}`,
    'The file is damaged or was cut short: fetch it again.',
  )
