// Dukascopy's hourly tick archives as files: `GBPJPY/2012/11/03/07h_ticks.bi5`. The month counts from zero: this is **December** 3rd, 07:00 UTC.
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { ArchiveFault, TICK_BYTES, tickAt, unpack } from '../adapters/dukascopy/bi5.ts'
import { ImportError, type ImportFormat, type ImportOptions, type ParsedRow } from '../adapters/files/format.ts'
import { findInstrument } from '../adapters/files/instruments.ts'
import { fault } from '../adapters/files/row-stream.ts'
import { fingerprintOf, unreadable } from '../adapters/files/source-file.ts'
import type { InstrumentSpec } from '../domain/instrument.ts'
import { type Micros, micros } from '../domain/numbers.ts'
import type { Provenance } from '../domain/provenance.ts'

const PLACE = /([^\\/]+)[\\/](\d{4})[\\/](\d\d)[\\/](\d\d)[\\/](\d\d)h_ticks\.bi5$/i
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
        const bytes = await unpack(packed, TICK_BYTES).catch(error => {
          throw asImportError(error, path)
        })
        yield* ticks(bytes, { file: basename(path), start: hour, instrument, provenance })
      },
    }
  },
}

interface Hour {
  readonly file: string
  readonly start: Micros
  readonly instrument: InstrumentSpec
  readonly provenance: Provenance
}

function* ticks(bytes: Buffer, about: Hour): Generator<readonly ParsedRow[]> {
  let rows: ParsedRow[] = []
  for (let offset = 0; offset < bytes.length; offset += TICK_BYTES) {
    const tick = tickAt(bytes, offset, about)
    rows.push(
      typeof tick === 'string'
        ? fault(tick, `${about.file}@${offset}`, bytes.toString('hex', offset, offset + TICK_BYTES))
        : tick,
    )
    if (rows.length === BATCH_ROWS) {
      yield rows
      rows = []
    }
  }
  if (rows.length > 0) yield rows
}

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

function asImportError(error: unknown, path: string): unknown {
  if (!(error instanceof ArchiveFault)) return error
  if (error.kind === 'damaged') {
    return new ImportError(
      'IMPORT_BI5_CORRUPT',
      `${path} cannot be unpacked: ${error.message}`,
      'The file is damaged or was cut short: fetch it again.',
    )
  }
  return new ImportError(
    'IMPORT_LZMA_MISSING',
    `${path} is packed with LZMA, and the native part that unpacks it is not installed: ${error.message}`,
    'Install the packages again on the pinned Node: make quickstart does.',
  )
}
