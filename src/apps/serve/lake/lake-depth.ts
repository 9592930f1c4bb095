// The recorded order book as of a moment, and the tape before it.

import { AGGRESSORS } from '../../../adapters/lake/columns.ts'
import type { Manifest, Partition } from '../../../adapters/lake/manifest.ts'
import { filePath, sqlText } from '../../../adapters/lake/sql.ts'
import type { InstrumentSpec } from '../../../domain/instrument.ts'
import { formatMicros, formatSteps, type Micros } from '../../../domain/numbers.ts'
import type { RowOf } from '../../../wire/topics.ts'
import type { Ask, LakeView } from './lake-view.ts'

interface At {
  /** Microseconds, inclusive; absent is the newest there is. */
  readonly at?: number | undefined
}

/** The last snapshot before the moment with every change since, best prices first; undefined where no book was recorded. */
export function bookAt(
  lake: LakeView,
  instrument: string,
  { at = Number.POSITIVE_INFINITY, levels }: At & { readonly levels: number },
): Promise<RowOf<'books'> | undefined> {
  return lake.kept(`book ${instrument} ${at} ${levels}`, async () => {
    const { spec, files } = filesOf(lake.manifestsOf(instrument), 'book', at)
    if (spec === undefined) return undefined
    return lake.ask(async ask => {
      for (const { manifest, partition } of files) {
        const found = await bookOf(ask, filePath(lake.root, partition.file), { at, levels })
        if (found !== undefined)
          return { key: instrument, source: manifest.provenance.source, live: false, ...inUnits(found, spec) }
      }
      return undefined
    })
  })
}

interface RawBook {
  readonly time: number
  readonly bids: readonly (readonly [price: number, quantity: number])[]
  readonly asks: readonly (readonly [price: number, quantity: number])[]
}

/** Undefined where the file has no snapshot before the moment: its changes alone make no book. */
async function bookOf(ask: Ask, path: string, { at, levels }: { at: number; levels: number }): Promise<RawBook | undefined> {
  const until = Number.isFinite(at) ? ` AND received_time <= ${at}` : ''
  const file = `read_parquet(${sqlText(path)})`
  const place = 'received_time::HUGEINT * 1000000000 + sequence'
  const [first] = await ask(`SELECT max(${place})::VARCHAR FROM ${file} WHERE change = 0${until}`, path)
  const snapshot = first?.[0]
  if (typeof snapshot !== 'string') return undefined

  const side = (which: number) => `
    SELECT price::DOUBLE, arg_max(quantity, ${place})::DOUBLE AS size
    FROM ${file} WHERE side = ${which} AND ${place} >= ${snapshot}::HUGEINT${until}
    GROUP BY price HAVING size > 0 ORDER BY price ${which === 1 ? 'DESC' : 'ASC'} LIMIT ${levels}`
  const bids = (await ask(side(1), path)) as [number, number][]
  const asks = (await ask(side(-1), path)) as [number, number][]
  const [last] = await ask(`SELECT max(received_time)::DOUBLE FROM ${file} WHERE true${until}`, path)
  return { time: last![0] as number, bids, asks }
}

function inUnits({ time, bids, asks }: RawBook, { priceDecimals, quantityDecimals }: InstrumentSpec) {
  const level = ([price, quantity]: readonly [number, number]): [string, string] => [
    formatSteps(price, priceDecimals),
    formatSteps(quantity, quantityDecimals),
  ]
  return { time: formatMicros(time as Micros), bids: bids.map(level), asks: asks.map(level) }
}

/** Newest first. */
export function printsBefore(
  lake: LakeView,
  instrument: string,
  { at = Number.POSITIVE_INFINITY, limit }: At & { readonly limit: number },
): Promise<readonly RowOf<'prints'>[]> {
  return lake.kept(`prints ${instrument} ${at} ${limit}`, async () => {
    const { spec, files } = filesOf(lake.manifestsOf(instrument), 'trade', at)
    if (spec === undefined) return []
    return lake.ask(async ask => {
      const found: RowOf<'prints'>[] = []
      for (const { manifest, partition } of files) {
        if (found.length >= limit) break
        const where = partition.lastTime > at ? ` WHERE received_time <= ${at}` : ''
        const rows = (await ask(
          `SELECT received_time::DOUBLE, sequence::DOUBLE, price::DOUBLE, quantity::DOUBLE, aggressor::DOUBLE
           FROM read_parquet(${sqlText(filePath(lake.root, partition.file))})${where}
           ORDER BY received_time DESC, sequence DESC LIMIT ${limit - found.length}`,
          partition.file,
        )) as [number, number, number, number, number][]
        found.push(
          ...rows.map(([time, sequence, price, quantity, aggressor]) => ({
            key: `${manifest.id}/${sequence}`,
            instrument,
            time: formatMicros(time as Micros),
            price: formatSteps(price, spec.priceDecimals),
            quantity: formatSteps(quantity, spec.quantityDecimals),
            aggressor: AGGRESSORS[aggressor + 1]!,
            source: manifest.provenance.source,
          })),
        )
      }
      return found
    })
  })
}

/** Files with something before the moment, the one that reaches furthest first. */
function filesOf(
  manifests: readonly Manifest[],
  kind: Manifest['kind'],
  at: number,
): { readonly spec: InstrumentSpec | undefined; readonly files: readonly { manifest: Manifest; partition: Partition }[] } {
  const mine = manifests.filter(manifest => manifest.kind === kind)
  const files = mine
    .flatMap(manifest => manifest.partitions.map(partition => ({ manifest, partition })))
    .filter(({ partition }) => partition.firstTime <= at)
    .sort((a, b) => Math.min(b.partition.lastTime, at) - Math.min(a.partition.lastTime, at))
  return { spec: mine[0]?.instrument ?? undefined, files }
}
