// The spread of an instrument as the lake's quotes show it.
import type { Lake } from './lake.ts'
import { filePath, sqlText } from './sql.ts'

export interface ObservedSpread {
  /** Price units. */
  readonly median: number
  readonly percentile95: number
  readonly quotes: number
  /** Received times, microseconds UTC. */
  readonly firstTime: number
  readonly lastTime: number
}

/** Of the newest quotes that lie in files of together at least this many. */
const QUOTES_MIN = 100_000

/** Undefined when the lake has no quotes of it. Crossed quotes do not count. */
export async function observedSpread(lake: Lake, instrumentId: string): Promise<ObservedSpread | undefined> {
  const manifests = lake.list().filter(({ kind, instrument }) => kind === 'quote' && instrument?.id === instrumentId)
  const decimals = manifests[0]?.instrument?.priceDecimals
  if (decimals === undefined) return undefined

  const files: string[] = []
  let events = 0
  for (const partition of manifests.flatMap(({ partitions }) => partitions).toSorted((a, b) => b.lastTime - a.lastTime)) {
    if (events >= QUOTES_MIN) break
    files.push(sqlText(filePath(lake.root, partition.file)))
    events += partition.events
  }

  const connection = await lake.connect()
  try {
    const result = await connection.runAndReadAll(`
      SELECT quantile_disc(ask - bid, 0.5)::DOUBLE, quantile_disc(ask - bid, 0.95)::DOUBLE, count(*)::DOUBLE,
        min(received_time)::DOUBLE, max(received_time)::DOUBLE
      FROM read_parquet([${files.join(', ')}]) WHERE ask >= bid AND bid > 0`)
    const [median, percentile95, quotes, firstTime, lastTime] = result.getRows()[0] as number[]
    if (!quotes) return undefined
    const scale = 10 ** decimals
    return {
      median: median! / scale,
      percentile95: percentile95! / scale,
      quotes,
      firstTime: firstTime!,
      lastTime: lastTime!,
    }
  } finally {
    connection.closeSync()
  }
}

/** The newest mid price of a currency pair at any venue, in units of quote; undefined when the lake has no quotes of it. */
export async function lastMid(lake: Lake, pair: { readonly base: string; readonly quote: string }): Promise<number | undefined> {
  const newest = lake
    .list()
    .filter(({ kind, instrument }) => kind === 'quote' && instrument?.base === pair.base && instrument.quote === pair.quote)
    .flatMap(({ instrument, partitions }) => partitions.map(partition => ({ partition, decimals: instrument!.priceDecimals })))
    .toSorted((a, b) => b.partition.lastTime - a.partition.lastTime)[0]
  if (newest === undefined) return undefined

  const connection = await lake.connect()
  try {
    const result = await connection.runAndReadAll(`
      SELECT ((bid + ask) / 2)::DOUBLE FROM read_parquet(${sqlText(filePath(lake.root, newest.partition.file))})
      WHERE ask >= bid AND bid > 0 ORDER BY received_time DESC LIMIT 1`)
    const mid = result.getRows()[0]?.[0] as number | undefined
    return mid === undefined ? undefined : mid / 10 ** newest.decimals
  } finally {
    connection.closeSync()
  }
}
