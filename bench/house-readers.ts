// Readers of a house in a process of their own: requests leave when they are due, whoever still waits, and are timed from then.
import { Pool } from 'undici'
import { percentiles } from './figure.ts'
import { obeyOrders } from './told-process.ts'

export interface ReadersOrder {
  readonly url: string
  readonly ca: string
  /** Asked for in turn. */
  readonly paths: readonly string[]
  /** Headers of each caller, in turn. */
  readonly callers: readonly Readonly<Record<string, string>>[]
  /** Addresses of this machine that the callers come from. */
  readonly addresses: readonly string[]
  readonly perSecond: number
  readonly seconds: number
}

export interface ReadTimes {
  /** Milliseconds from when a request was due to its last byte. */
  readonly p50: number
  readonly p99: number
  readonly max: number
  readonly answered: number
  readonly refused: number
  readonly byPath: Readonly<Record<string, number>>
}

async function read(order: ReadersOrder): Promise<ReadTimes> {
  const { url, ca, paths, callers, addresses, perSecond, seconds } = order
  const pools = addresses.map(
    localAddress => new Pool(url, { connections: 6, localAddress, connect: { ca, servername: 'localhost' } }),
  )
  const total = perSecond * seconds
  const times = new Map<string, number[]>(paths.map(path => [path, []]))
  let refused = 0
  const one = async (at: number, due: number): Promise<void> => {
    const path = paths[at % paths.length]!
    const caller = Math.floor(at / paths.length) % callers.length
    const { statusCode, body } = await pools[caller % pools.length]!.request({
      ...{ method: 'GET', path, headers: callers[caller]! },
    })
    await body.dump({ limit: 1 << 24 })
    if (statusCode === 200) times.get(path)!.push(performance.now() - due)
    else refused += 1
  }

  const begun = performance.now()
  const waiting: Promise<void>[] = []
  for (let at = 0; at < total; ) {
    const now = performance.now()
    for (; at < total && begun + (at * 1_000) / perSecond <= now; at++) waiting.push(one(at, begun + (at * 1_000) / perSecond))
    await new Promise(resolve => setTimeout(resolve, 1))
  }
  await Promise.all(waiting)
  await Promise.all(pools.map(pool => pool.close()))

  const all = [...times.values()].flat()
  const { p50, p99, max } = percentiles(all)
  const byPath = Object.fromEntries([...times].map(([path, some]) => [path, percentiles(some).p99]))
  return { p50, p99, max, answered: all.length, refused, byPath }
}

obeyOrders(read)
