// Streams the result of a query in chunks of some two thousand rows.
import type { DuckDBConnection, DuckDBDataChunk } from '@duckdb/node-api'

/** Asks for the next chunk before the last one is used, so that DuckDB decodes while the engine works. */
export async function* chunks(connection: DuckDBConnection, sql: string): AsyncGenerator<DuckDBDataChunk> {
  const result = await connection.stream(sql)
  let next = result.fetchChunk()
  try {
    for (let chunk = await next; chunk && chunk.rowCount > 0; chunk = await next) {
      next = result.fetchChunk()
      yield chunk
    }
  } finally {
    // Left early, a fetch is still on its way; the connection must not be closed under it.
    await next.catch(() => null)
  }
}
