// Any Parquet file, read by the same mapping file as separated values.
import { basename } from 'node:path'
import { type DuckDBConnection, DuckDBInstance, type DuckDBValue } from '@duckdb/node-api'
import { formatMicros, micros } from '../../domain/numbers.ts'
import { refuseMissing } from './csv.ts'
import { faultText, ImportError, type ImportFormat, type ParsedRow } from './format.ts'
import { type Cell, rowReader } from './mapped-row.ts'
import { type Mapping, readMapping } from './mapping.ts'
import { messageOf, recordedFrom } from './source-file.ts'

export const parquet: ImportFormat = {
  name: 'parquet',
  accepts: path => /\.(parquet|pq)$/i.test(path),

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
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' })
  const connection = await instance.connect()
  try {
    const columns = await columnsOf(connection, path)
    refuseMissing(path, { columns: columns.map(({ name }) => name), mapping })
    const index = new Map(columns.map(({ name }, at) => [name, at]))

    let number = 0
    for await (const batch of await textRows(connection, { path, columns })) {
      yield batch.map((values): ParsedRow => {
        number++
        const cell: Cell = column => String(values[typeof column === 'number' ? column - 1 : index.get(column)!] ?? '')
        const row = read(cell, number)
        return typeof row === 'string'
          ? { kind: 'fault', reason: row, where: `${basename(path)}:${number}`, text: faultText(values.join(', ')) }
          : row
      })
    }
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

interface ParquetColumn {
  readonly name: string
  readonly isInstant: boolean
}

async function columnsOf(connection: DuckDBConnection, path: string): Promise<ParquetColumn[]> {
  try {
    const described = await connection.runAndReadAll(`DESCRIBE SELECT * FROM read_parquet(${quoted(path)})`)
    return described
      .getRows()
      .map(([name, type]) => ({ name: String(name), isInstant: String(type) === 'TIMESTAMP WITH TIME ZONE' }))
  } catch (error) {
    throw noParquet(path, error)
  }
}

/**
 * Every value as text, so that one reader of rows serves all formats: decimals and ISO times keep every digit. Instants
 * are written here, since DuckDB writes them in the zone of the machine.
 */
async function* textRows(
  connection: DuckDBConnection,
  { path, columns }: { readonly path: string; readonly columns: readonly ParquetColumn[] },
): AsyncGenerator<DuckDBValue[][]> {
  const selected = columns.map(({ name, isInstant }) => {
    const column = `"${name.replaceAll('"', '""')}"`
    return isInstant ? `epoch_us(${column})` : `${column}::VARCHAR`
  })
  const asText = (value: DuckDBValue): DuckDBValue => (typeof value === 'bigint' ? formatMicros(micros(Number(value))) : value)
  try {
    const result = await connection.stream(`SELECT ${selected.join(', ')} FROM read_parquet(${quoted(path)})`)
    for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
      yield chunk.getRows().map(row => row.map(asText))
    }
  } catch (error) {
    throw noParquet(path, error)
  }
}

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`

function noParquet(path: string, error: unknown): ImportError {
  return new ImportError(
    'IMPORT_UNREADABLE',
    `${path} is no whole Parquet file: ${faultText(messageOf(error))}`,
    'Fetch or export the file again.',
  )
}
