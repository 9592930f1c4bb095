// FRED series: CSV of date and value, one series per file, latest vintage only. Blank or '.' is a value that never came.
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { DAY, formatMicros, type Micros, parseMicros } from '../../domain/numbers.ts'
import type { Provenance } from '../../domain/provenance.ts'
import {
  assumedLag,
  type Frequency,
  frequencyOf,
  lagInWords,
  type PublicationLag,
  periodOf,
  publicationLag,
} from '../../domain/publication-lag.ts'
import { faultText, type ImportDataset, ImportError, type ImportFormat, type ParsedRow } from './format.ts'
import { emptyFile, unreadable } from './source-file.ts'

const LICENCE = 'FRED, Federal Reserve Bank of St. Louis; terms of the original publisher apply'

export const fred: ImportFormat = {
  name: 'fred',
  accepts: path => /^[A-Z0-9]+\.csv$/.test(basename(path)),

  async *open(path, options) {
    // The longest daily series has some 20,000 lines: half a megabyte.
    const content = await readFile(path).catch(error => {
      throw unreadable(path, error)
    })
    const lines = content
      .toString('utf8')
      .replace(/^\uFEFF/, '')
      .split(/\r?\n/)
    const header = lines[0] ?? ''
    if (content.length === 0 || lines.every(line => line.trim() === '')) throw emptyFile(path)
    if (!/^"?(date|observation_date)"?,"?[\w]+"?$/i.test(header.trim())) throw wrongColumns(path, header)

    const series = seriesOf(path, header)
    const stated = publicationLag(series)
    const lag = stated ?? assumedLag(frequencyOfLines(lines))
    const provenance: Provenance = Object.freeze({
      source: options.source ?? 'fred',
      kind: 'recorded',
      origin: path,
      checksum: createHash('sha256').update(content).digest('hex'),
      licence: options.licence ?? LICENCE,
    })

    const dataset: ImportDataset = {
      kind: 'release',
      series,
      provenance,
      notes: [
        `${series}: latest vintage, ${lagInWords(lag)}${stated ? '' : ' (assumed: no schedule is stated for this series)'}`,
      ],
      async *rows() {
        yield rowsOf({ path, lines, series, lag, provenance })
      },
    }
    yield dataset
  },
}

interface Table {
  readonly path: string
  readonly lines: readonly string[]
  readonly series: string
  readonly lag: PublicationLag
  readonly provenance: Provenance
}

function rowsOf(table: Table): ParsedRow[] {
  return table.lines.flatMap((line, index) => (index === 0 || line.trim() === '' ? [] : [rowOf(line, index + 1, table)]))
}

function rowOf(line: string, sequence: number, { path, series, lag, provenance }: Table): ParsedRow {
  const fault = (reason: string): ParsedRow => ({
    kind: 'fault',
    reason,
    where: `${basename(path)}:${sequence}`,
    text: faultText(line),
  })

  const [day = '', text = '', ...rest] = line.split(',').map(field => field.trim())
  const date = dateOf(day)
  if (date === undefined || rest.length > 0 || !line.includes(',')) return fault('schema')
  if (text === '' || text === '.') return fault('missing')
  if (!/^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) return fault('schema')

  const { start, end, known } = periodOf(date, lag)
  return {
    kind: 'release',
    eventTime: end,
    receivedTime: known,
    sequence,
    provenance,
    series,
    periodStart: start,
    value: Number(text),
    lagged: true,
  }
}

/** FRED's own downloads name the series in the header; `date,value` files by their name. */
function seriesOf(path: string, header: string): string {
  const column = header.split(',')[1]!.replaceAll('"', '').trim()
  return /^value$/i.test(column)
    ? basename(path)
        .replace(/\.[^.]*$/, '')
        .toUpperCase()
    : column.toUpperCase()
}

/** Whole microseconds are exact from 1684 to 2255; some years are left for period and lag. */
const isCountable = (date: number): boolean =>
  Number.isSafeInteger(date - 365 * DAY) && Number.isSafeInteger(date + 3 * 365 * DAY)

/** Undefined for what is no day of the calendar. */
function dateOf(text: string): Micros | undefined {
  const date = /^\d{4}-\d\d-\d\d$/.test(text) ? parseMicros(text) : undefined
  return date !== undefined && isCountable(date) && formatMicros(date).startsWith(text) ? date : undefined
}

/** The first two hundred lines say how often the series comes. */
const frequencyOfLines = (lines: readonly string[]): Frequency =>
  frequencyOf(lines.slice(1, 200).flatMap(line => dateOf(line.split(',')[0]!.trim()) ?? []))

function wrongColumns(path: string, header: string): ImportError {
  return new ImportError(
    'IMPORT_COLUMNS',
    `${path} does not start with the columns of a FRED series: found "${faultText(header)}"`,
    'A FRED file starts with "date,value" or "observation_date,SERIES". Use the csv format with a mapping file for other tables.',
  )
}
