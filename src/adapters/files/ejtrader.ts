// MetaTrader 5 history as ejtraderLabs publishes it: gzipped CSV of Date,open,high,low,close,tick_volume, named 'XAUUSDh1.csv.gz'.
//
// Prices are whole points, some with the dust of a float (55073.00000000001): two decimals for gold, three for pairs in yen,
// five for the rest. Dates are the bar's opening by the broker's clock: Eastern European time, with the clock changes of the
// European Union. There is one price, the bid; tick_volume counts price changes.
import { basename } from 'node:path'
import type { InstrumentSpec } from '../../domain/instrument.ts'
import type { Bar } from '../../domain/market.ts'
import { DAY, HOUR, MINUTE, type Micros, type Price } from '../../domain/numbers.ts'
import { localToUtc } from '../../domain/zone.ts'
import { civilTime } from './civil-time.ts'
import { ImportError, type ImportFormat, type ImportOptions } from './format.ts'
import { findInstrument } from './instruments.ts'
import { type FaultReason, type ReadRow, readRows } from './row-stream.ts'
import { emptyFile, fileChunks, gunzipChunks, recordedFrom } from './source-file.ts'

const ZONE = 'EET'
const NAME = /^([A-Z]{6})(m\d\d?|h[14]|d1)\.csv(\.gz)?$/i
const DURATIONS: Readonly<Record<string, readonly [name: string, micros: number]>> = {
  m1: ['1m', MINUTE],
  m5: ['5m', 5 * MINUTE],
  m15: ['15m', 15 * MINUTE],
  m30: ['30m', 30 * MINUTE],
  h1: ['1h', HOUR],
  h4: ['4h', 4 * HOUR],
  d1: ['1d', DAY],
}

export const ejtrader: ImportFormat = {
  name: 'ejtrader',
  accepts: path => NAME.test(basename(path)),

  async *open(path, options) {
    const [resolution, duration] = durationOf(path, options)
    const { instrument, pointDecimals } = instrumentOf(path, options)
    const provenance = await recordedFrom(path, { source: options.source ?? 'ejtrader', licence: options.licence })

    // A point may be coarser than the instrument's step, never finer.
    const decimals = instrument.priceDecimals - pointDecimals
    const read: ReadRow = (reader): Bar | FaultReason | undefined => {
      const text = reader.field()
      if (reader.line === 1 && text === 'Date') return undefined

      const local = civilTime(text)
      const open = reader.exact(decimals)
      const high = reader.exact(decimals)
      const low = reader.exact(decimals)
      const close = reader.exact(decimals)
      const volume = reader.rounded(0)
      if (!reader.atEnd || Number.isNaN(local + open + high + low + close + volume)) return 'schema'
      if (!(open > 0 && high > 0 && low > 0 && close > 0 && volume >= 0)) return 'range'

      const time = localToUtc(ZONE, local + duration)
      return {
        kind: 'bar',
        eventTime: time,
        receivedTime: time,
        sequence: reader.line,
        provenance,
        instrumentId: instrument.id,
        basis: 'bid',
        openTime: localToUtc(ZONE, local) as Micros,
        open: open as Price,
        high: high as Price,
        low: low as Price,
        close: close as Price,
        askOpen: open as Price,
        askHigh: high as Price,
        askLow: low as Price,
        askClose: close as Price,
        volume,
      }
    }

    const chunks = path.toLowerCase().endsWith('.gz') ? gunzipChunks(path) : fileChunks(path)
    yield {
      instrument,
      kind: 'bar',
      resolution,
      provenance,
      notes: [
        `${instrument.id}: times are read as ${ZONE} (European clock changes); the bid is the only price; volume counts ticks`,
      ],
      rows: () => readRows({ chunks, name: path, read, empty: () => emptyFile(path) }),
    }
  },
}

function durationOf(path: string, options: ImportOptions): readonly [string, number] {
  const named = DURATIONS[NAME.exec(basename(path))?.[2]?.toLowerCase() ?? '']
  const wanted = Object.values(DURATIONS).find(([name]) => name === options.resolution)
  const found = wanted ?? named
  if (found) return found
  throw new ImportError(
    'IMPORT_UNKNOWN_RESOLUTION',
    `the name of ${path} does not say how long its bars are`,
    'Give the file its name back, such as XAUUSDh1.csv.gz, or say it: --resolution 1h.',
  )
}

function instrumentOf(
  path: string,
  options: ImportOptions,
): { readonly instrument: InstrumentSpec; readonly pointDecimals: number } {
  const symbol = NAME.exec(basename(path))?.[1]?.toUpperCase()
  const own = symbol === undefined ? undefined : findInstrument(`${symbol}.EJTRADER`)
  const instrument = options.instrument === undefined ? own : findInstrument(options.instrument)
  const pointDecimals = (own ?? instrument)?.priceDecimals ?? 0
  if (instrument && instrument.priceDecimals >= pointDecimals) return { instrument, pointDecimals }
  throw new ImportError(
    'IMPORT_UNKNOWN_INSTRUMENT',
    `${path} is of ${options.instrument ?? symbol ?? 'something its name does not say'}, which the catalogue does not know to enough decimals`,
    'Give the file its name back, such as XAUUSDh1.csv.gz, or name a known instrument: --instrument XAUUSD.EJTRADER.',
  )
}
