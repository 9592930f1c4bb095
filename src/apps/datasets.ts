// The real data a quickstart brings into the lake: the data pack where there is one, else the figures that come with Quadrant.
import { readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { BUNDLED_FOLDER, bundledFiles } from '../adapters/files/bundled.ts'
import type { ImportOptions } from '../adapters/files/format.ts'
import type { Lake } from '../adapters/lake/lake.ts'
import { type ImportProgress, type ImportWatch, importFiles } from './import.ts'

/** What was read, in total. Files that are in the lake already are skipped and counted nowhere. */
export interface DatasetResult {
  readonly rows: number
  readonly quarantined: number
  readonly partitions: number
}

interface Part {
  readonly format: string
  readonly paths: readonly string[]
  readonly options?: ImportOptions
}

/** The figures of data/. Under a second when they are new, and a few checksums when they are not. */
export async function importBundled(lake: Lake, watch: ImportWatch = {}): Promise<DatasetResult> {
  return importParts([{ format: 'bundled', paths: [BUNDLED_FOLDER] }], lake, watch)
}

/** The bundled figures and, from the pack: gold and euro, FX and SPY bars, a Binance book, more series, the calendar. */
export async function importPack(pack: string, lake: Lake, watch: ImportWatch = {}): Promise<DatasetResult> {
  return importParts([{ format: 'bundled', paths: [BUNDLED_FOLDER] }, ...(await partsOf(pack))], lake, watch)
}

async function partsOf(pack: string): Promise<Part[]> {
  const path = (...parts: string[]) => join(pack, ...parts)
  return [
    { format: 'lean', paths: [path('cfd/lean/oanda/tick/xauusd')] },
    { format: 'lean', paths: [path('fx/lean/oanda/tick/eurusd'), path('fx/lean/oanda/second/eurusd')] },
    { format: 'ejtrader', paths: [path('fx/ejtrader/XAUUSD')] },
    { format: 'lean', paths: tradeArchives(path('equity/lean/usa/minute/spy')) },
    { format: 'binance-capture', paths: [path('crypto/hftbacktest/spot')] },
    { format: 'fred', paths: await otherSeries(path('macro/fred')) },
    { format: 'forexfactory', paths: [path('calendar/forexfactory_json')] },
  ]
}

/** Bars of trades: bars of quotes of the same minutes would be the same instrument's bars a second time. */
const tradeArchives = (folder: string): string[] =>
  readdirSync(folder)
    .filter(file => file.endsWith('_trade.zip'))
    .sort()
    .map(file => join(folder, file))

/** Series that are not bundled: the same release from two files would be announced twice. */
async function otherSeries(folder: string): Promise<string[]> {
  const bundled = new Set((await bundledFiles()).map(file => `${file.series}.csv`))
  return readdirSync(folder)
    .filter(file => /^[A-Z0-9]+\.csv$/.test(file) && !bundled.has(basename(file)))
    .sort()
    .map(file => join(folder, file))
}

async function importParts(parts: readonly Part[], lake: Lake, watch: ImportWatch): Promise<DatasetResult> {
  const total = { rows: 0, quarantined: 0, partitions: 0 }
  for (const [index, { format, paths, options = {} }] of parts.entries()) {
    const { onProgress } = watch
    const result = await importFiles(format, paths, options, lake, {
      ...watch,
      ...(onProgress && { onProgress: at => onProgress(asShare(at, index, parts.length)) }),
    })
    total.rows += result.rows
    total.quarantined += result.rows - result.accepted
    total.partitions += result.partitions
  }
  return total
}

/** One part's progress as progress of the whole, each part counting alike. */
function asShare(at: ImportProgress, index: number, parts: number): ImportProgress {
  return { ...at, bytesDone: index + at.bytesDone / Math.max(at.bytes, 1), bytes: parts }
}
