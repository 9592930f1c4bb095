// PGlite in a thread of its own: a long query stops nobody but the next query. Answers one request after the other.
import { closeSync, fsyncSync, openSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import { parentPort, workerData } from 'node:worker_threads'
import { PGlite, type PGliteOptions } from '@electric-sql/pglite'
import { NodeFS } from '@electric-sql/pglite/nodefs'
import { PARSERS } from './values.ts'

export type PgliteRequest =
  | { readonly id: number; readonly sql: string; readonly parameters: readonly unknown[] }
  | { readonly id: number; readonly close: true }
export interface PgliteAnswer {
  readonly id: number
  readonly rows?: readonly unknown[]
  readonly count?: number
  readonly error?: { readonly message: string; readonly code: string | undefined }
}

type Started = Parameters<NodeFS['init']>[1]

/** The parts of Emscripten's file system that are looked at here. */
interface NodeFiles {
  readonly stream_ops: { fsync?: (stream: { readonly nfd?: number; readonly node: unknown }) => number }
  realPath(node: unknown): string
}

/**
 * A folder of this machine whose files PostgreSQL can sync. The file system that PGlite brings leaves a sync out, and PGlite
 * starts PostgreSQL without any: a committed sign-in or audit record would not survive a loss of power.
 */
class SyncedFolder extends NodeFS {
  override async init(...[pg, started]: Parameters<NodeFS['init']>): ReturnType<NodeFS['init']> {
    const { emscriptenOpts } = await super.init(pg, started)
    const sync = (module: unknown) => {
      const files = (module as { readonly NODEFS: NodeFiles }).NODEFS
      files.stream_ops.fsync = ({ nfd, node }) => {
        const file = nfd ?? openSync(files.realPath(node), 'r')
        try {
          fsyncSync(file)
          return 0
        } catch {
          return EIO
        } finally {
          if (nfd === undefined) closeSync(file)
        }
      }
    }
    const before = (emscriptenOpts as { readonly preRun?: unknown[] }).preRun ?? []
    return { emscriptenOpts: { ...emscriptenOpts, preRun: [...before, sync] } as Started }
  }
}

const EIO = 29

const DURABLE = [
  ...PGlite.defaultStartParams.filter(parameter => parameter !== '-F'),
  ...['-c', 'wal_sync_method=fsync'],
  // Instants are read as a session in UTC prints them.
  ...['-c', 'timezone=UTC'],
  // One reader and one writer with some hundred thousand rows: 128 MiB of buffers would only be resident.
  ...['-c', 'shared_buffers=32MB'],
]

// V8 compiles WebAssembly twice: at once, and again, optimised, what is used much. The second takes up to 600 MB for a while and
// keeps 100 for functions as large as PostgreSQL's, and what the queries of this house gain by it cannot be measured. The third
// flag says so for code that is there already; one alone changes nothing.
for (const flag of ['--no-wasm-tier-up', '--no-wasm-dynamic-tiering', '--liftoff-only']) setFlagsFromString(flag)

const { folder } = workerData as { readonly folder: string }
const options: PGliteOptions = { fs: new SyncedFolder(folder), startParams: DURABLE, parsers: PARSERS, relaxedDurability: false }
const opened = PGlite.create(options)

const answer = (message: PgliteAnswer): void => parentPort?.postMessage(message)

parentPort?.on('message', async (request: PgliteRequest) => {
  try {
    const database = await opened
    if ('close' in request) {
      await database.close()
      answer({ id: request.id })
      return
    }
    const { rows, affectedRows = 0 } = await database.query(request.sql, [...request.parameters])
    answer({ id: request.id, rows, count: affectedRows })
  } catch (error) {
    const { message, code } = error as Error & { code?: string }
    answer({ id: request.id, error: { message, code } })
  }
})
