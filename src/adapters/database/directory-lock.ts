// The folder of PGlite belongs to one process: two would tear each other's pages apart.
import { readdirSync, readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { FileLease, type Hold } from '../../connectivity/lease.ts'
import { DatabaseError } from './database-error.ts'

const NAME = 'database'
/** How long the heartbeat of a holder on another machine, or of a container that is gone, is watched. */
const STALE_MILLIS = 5_000

/** Throws DatabaseError DATABASE_IN_USE. A holder that has died is succeeded. */
export async function holdDirectory(home: string): Promise<Hold> {
  const folder = join(home, 'locks')
  const lease = new FileLease(folder, { staleMillis: STALE_MILLIS })
  const until = performance.now() + 2 * STALE_MILLIS
  for (;;) {
    const hold = await lease.acquire(NAME)
    if (hold !== undefined) return hold
    const holder = holderIn(folder)
    // A process of this machine that lives is believed at once; of another only its heartbeat can be seen.
    const here = holder?.host.startsWith(`${hostname()} `) ?? false
    if (here || performance.now() > until) throw inUse(home, holder)
    await sleep(STALE_MILLIS / 5)
  }
}

interface Holder {
  readonly pid: number
  readonly host: string
}

function holderIn(folder: string): Holder | undefined {
  const numbers = readdirSync(folder)
    .map(file => Number(/^database\.lease\.(\d+)$/.exec(file)?.[1] ?? 0))
    .filter(number => number > 0)
  try {
    return JSON.parse(readFileSync(join(folder, `${NAME}.lease.${Math.max(...numbers)}`), 'utf8')) as Holder
  } catch {
    return undefined
  }
}

function inUse(home: string, holder: Holder | undefined): DatabaseError {
  const who =
    holder === undefined
      ? 'another process'
      : `process ${holder.pid}${holder.host.startsWith(`${hostname()} `) ? '' : ` of ${holder.host}`}`
  return new DatabaseError('DATABASE_IN_USE', {
    message: `the database of ${home} is open in ${who}, and it belongs to one process at a time`,
    fix: 'stop that process, or ask the server it belongs to; several servers need a PostgreSQL of their own: DATABASE_URL',
  })
}
