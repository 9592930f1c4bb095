// Any table of separated values, plain or gzipped, read by a mapping file.
import { basename } from 'node:path'
import { lineBlocks } from './field-reader.ts'
import { faultText, ImportError, type ImportFormat, type ParsedRow } from './format.ts'
import { type Cell, rowReader } from './mapped-row.ts'
import { type Mapping, readMapping } from './mapping.ts'
import { emptyFile, fileChunks, gunzipChunks, recordedFrom } from './source-file.ts'

export const csv: ImportFormat = {
  name: 'csv',
  accepts: path => /\.(csv|tsv|txt)(\.gz)?$/i.test(path),

  async *open(path, options) {
    const mapping = await readMapping(options, path)
    const provenance = await recordedFrom(path, { source: mapping.source, licence: mapping.licence })
    yield {
      kind: mapping.kind,
      ...(mapping.instrument && { instrument: mapping.instrument }),
      ...(mapping.resolution !== undefined && { resolution: mapping.resolution }),
      ...(mapping.series !== undefined && { series: mapping.series }),
      provenance,
      rows: () => rowsOf(path, { mapping, read: rowReader(mapping, provenance) }),
    }
  },
}

async function* rowsOf(
  path: string,
  { mapping, read }: { readonly mapping: Mapping; readonly read: ReturnType<typeof rowReader> },
): AsyncGenerator<readonly ParsedRow[]> {
  const chunks = path.endsWith('.gz') ? gunzipChunks(path) : fileChunks(path)
  const { separator, skip } = mapping
  let columns: ReadonlyMap<string, number> | undefined = mapping.header ? undefined : new Map()
  let number = 0
  let any = false

  for await (const block of lineBlocks(chunks, path)) {
    const rows: ParsedRow[] = []
    for (const line of textLines(block)) {
      number++
      if (number <= skip || line === '') continue
      const fields = split(line, separator)
      if (!columns) {
        columns = headerOf(path, { fields, mapping })
        continue
      }
      const row = read(cellOf(fields, columns), number)
      rows.push(
        typeof row === 'string'
          ? { kind: 'fault', reason: row, where: `${basename(path)}:${number}`, text: faultText(line) }
          : row,
      )
    }
    any ||= rows.length > 0
    yield rows
  }
  if (!any) throw emptyFile(path)
}

/** Blocks end in a newline, so the piece behind it is nothing. */
function textLines(block: Buffer): string[] {
  const lines = block.toString('utf8').split('\n')
  lines.pop()
  return lines.map(line => (line.endsWith('\r') ? line.slice(0, -1) : line))
}

const cellOf =
  (fields: readonly string[], columns: ReadonlyMap<string, number>): Cell =>
  column =>
    fields[typeof column === 'number' ? column - 1 : columns.get(column)!]?.trim() ?? ''

/** Column numbers by name. Throws IMPORT_COLUMNS when a column of the mapping is not there. */
function headerOf(
  path: string,
  { fields, mapping }: { readonly fields: readonly string[]; readonly mapping: Mapping },
): ReadonlyMap<string, number> {
  const columns = new Map(fields.map((field, index) => [field.replace(/^\uFEFF/, '').trim(), index]))
  refuseMissing(path, { columns: [...columns.keys()], mapping })
  return columns
}

/** Shared with Parquet: every column the mapping names must be there. */
export function refuseMissing(
  path: string,
  { columns, mapping }: { readonly columns: readonly string[]; readonly mapping: Mapping },
): void {
  const wanted = [...mapping.time.columns, ...Object.values(mapping.columns)]
  const missing = wanted.filter(column => (typeof column === 'number' ? column > columns.length : !columns.includes(column)))
  if (missing.length === 0) return
  throw new ImportError(
    'IMPORT_COLUMNS',
    `${path} has no column ${missing.map(column => `"${column}"`).join(', ')}. It has: ${faultText(columns.join(', '))}`,
    'Correct the columns in the mapping file, or its separator, skip or header.',
  )
}

/** Fields may stand in quotes, with doubled quotes inside; a line break inside quotes is not read. */
function split(line: string, separator: string): string[] {
  if (!line.includes('"')) return line.split(separator)

  const fields: string[] = []
  let field = ''
  let quoted = false
  for (let i = 0; i < line.length; i++) {
    const sign = line[i]!
    if (sign === '"' && quoted && line[i + 1] === '"') {
      field += '"'
      i++
    } else if (sign === '"') {
      quoted = !quoted
    } else if (!quoted && line.startsWith(separator, i)) {
      fields.push(field)
      field = ''
      i += separator.length - 1
    } else {
      field += sign
    }
  }
  return [...fields, field]
}
