// Streams a Parquet file's rows in chunks of some two thousand.
import type { DuckDBConnection, DuckDBDataChunk } from '@duckdb/node-api'
import { unreadable } from './lake-error.ts'

/**
 * Asks for the next chunk before the last one is used, so that DuckDB decodes while the engine works. `path` is the file
 * that the query reads. Throws LakeError LAKE_FILE_DAMAGED.
 */
export async function* chunks(connection: DuckDBConnection, sql: string, path: string): AsyncGenerator<DuckDBDataChunk> {
  const refuse = (error: unknown): never => {
    throw unreadable(error, path)
  }
  const result = await connection.stream(sql).catch(refuse)
  let next = result.fetchChunk().catch(refuse)
  try {
    for (let chunk = await next; chunk && chunk.rowCount > 0; chunk = await next) {
      next = result.fetchChunk().catch(refuse)
      yield chunk
    }
  } finally {
    // Left early, a fetch is still on its way; the connection must not be closed under it.
    await next.catch(() => null)
  }
}
