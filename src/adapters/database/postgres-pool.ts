// Connections to a PostgreSQL server, which read values the way PGlite's thread does.
import type { PostgresPool } from 'kysely'
import pg from 'pg'
import { DatabaseError } from './database-error.ts'
import { PARSERS, storable } from './values.ts'

/** Enough for a house; the rest of the server's connections are somebody else's. */
const CONNECTIONS = 8
const CONNECT_MILLIS = 10_000

/** Throws DatabaseError DATABASE_URL_INVALID. */
export function postgresPool(url: string): PostgresPool {
  if (!/^postgres(ql)?:\/\//.test(url) || !URL.canParse(url)) {
    throw new DatabaseError('DATABASE_URL_INVALID', {
      message: 'DATABASE_URL is not the address of a PostgreSQL database',
      fix: 'write it as postgres://USER:PASSWORD@HOST:5432/DATABASE, or leave it out to keep everything in the state folder',
    })
  }
  const pool = new pg.Pool({
    connectionString: url,
    max: CONNECTIONS,
    connectionTimeoutMillis: CONNECT_MILLIS,
    // Instants are read as a session in UTC prints them.
    options: '-c TimeZone=UTC -c DateStyle=ISO',
    types: {
      getTypeParser: (type: number, format?: 'text' | 'binary') =>
        PARSERS[type] ?? pg.types.getTypeParser(type, format as 'text'),
    },
  })
  // A lost idle connection is replaced at the next query; without a listener Node would end the process.
  pool.on('error', () => {})
  return {
    connect: async () => {
      const client = await pool.connect()
      // Of a connection that is held, a loss is told to its holder only; the query says it as well.
      let lost: Error | undefined
      const lose = (error: Error) => {
        lost = error
      }
      client.on('error', lose)
      return {
        query: ((sql: string, parameters: unknown[]) => client.query(sql, parameters.map(storable))) as never,
        release: () => {
          client.off('error', lose)
          client.release(lost)
        },
      } as Awaited<ReturnType<PostgresPool['connect']>>
    },
    end: () => pool.end(),
  }
}
