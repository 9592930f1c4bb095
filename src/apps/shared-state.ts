// What processes share beside the disk: answers worth keeping, and who may do a thing that only one may do.
import { join } from 'node:path'
import { RedisCache } from '../adapters/redis/redis-cache.ts'
import { RedisLease } from '../adapters/redis/redis-lease.ts'
import type { Clock } from '../connectivity/clock.ts'
import { FolderCache } from '../connectivity/folder-cache.ts'
import type { Lease } from '../connectivity/lease.ts'
import type { SourceDescriptor, SourceParts } from '../connectivity/source.ts'
import { TwoLevelCache } from '../connectivity/two-level-cache.ts'
import type { InstrumentMeta } from '../domain/instrument-meta.ts'

export interface SharedState {
  readonly cache: TwoLevelCache
  /** Undefined without Redis: then lease files in the folders that are shared. */
  readonly lease?: Lease
  close(): Promise<void>
}

/** In Redis where QUADRANT_REDIS_URL names one, else in files below the state folder. */
export function openSharedState(home: string, clock: Clock): SharedState {
  const url = process.env['QUADRANT_REDIS_URL']
  if (url === undefined || url === '') {
    const second = new FolderCache(join(home, 'cache'))
    return { cache: new TwoLevelCache({ clock, second }), close: () => second.close() }
  }
  const second = new RedisCache({ url })
  const lease = new RedisLease({ url })
  const close = async () => {
    await Promise.all([second.close(), lease.close()])
  }
  return { cache: new TwoLevelCache({ clock, second }), lease, close }
}

/** Lists of instruments change by the day, and asking for them is dear. */
const LISTS = { freshMillis: 3_600_000, staleMillis: 7 * 86_400_000 }

/** The source's instruments as of the last hour; older ones, up to a week, while the source cannot be asked. */
export async function cachedInstruments(
  { cache }: SharedState,
  source: SourceDescriptor,
  parts: SourceParts,
): Promise<readonly InstrumentMeta[]> {
  const { instruments, name, needs } = source
  if (instruments === undefined) return []
  // Another account may see other instruments. Secrets are no part of the key: keys can be read by whoever reads the cache.
  const accounts = needs.filter(({ secret }) => !secret).map(({ variable }) => parts.credentials[variable] ?? '')
  const key = ['instruments', name, parts.environment, ...accounts].join(' ')
  const { value } = await cache.get(key, LISTS, async () => JSON.stringify(await instruments(parts)))
  return JSON.parse(value) as readonly InstrumentMeta[]
}
