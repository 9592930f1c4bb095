// The recorded order book as of a moment, and the tape before it.

import type { DuckDBConnection } from '@duckdb/node-api'
import { chunks } from '../../../adapters/lake/chunks.ts'
import { AGGRESSORS } from '../../../adapters/lake/columns.ts'
import { decoderOf, selectColumns } from '../../../adapters/lake/decode.ts'
import type { Manifest, Partition } from '../../../adapters/lake/manifest.ts'
import { filePath, sqlText } from '../../../adapters/lake/sql.ts'
import type { MarketEvent } from '../../../domain/event.ts'
import type { InstrumentSpec } from '../../../domain/instrument.ts'
import type { BookLevel } from '../../../domain/market.ts'
import { formatMicros, formatSteps, type Micros } from '../../../domain/numbers.ts'
import { DERIVED } from '../../../domain/provenance.ts'
import { OrderBook } from '../../../stages/market/order-book.ts'
import type { RowOf } from '../../../wire/topics.ts'
import { type LakeView, rowsOf } from './lake-view.ts'

interface At {
  /** Microseconds, inclusive; absent is the newest there is. */
  readonly at?: number | undefined
}

/**
 * The last snapshot before the moment with every change that follows it, best prices first, by the engine's own rules. Undefined
 * where no book was recorded, where a change is missing, and where what was recorded makes no book: one is never guessed.
 */
export function bookAt(
  lake: LakeView,
  instrument: string,
  { at = Number.POSITIVE_INFINITY, levels }: At & { readonly levels: number },
): Promise<RowOf<'books'> | undefined> {
  return lake.kept(`book ${instrument} ${at} ${levels}`, async () => {
    const { spec, files } = filesOf(lake.manifestsOf(instrument), 'book', at)
    const source = files[0]?.manifest.provenance.source
    if (spec === undefined || source === undefined) return undefined
    // A day's file goes on from the day before it: only together do they make a book.
    const ofSource = files.filter(({ manifest }) => manifest.provenance.source === source).map(({ partition }) => partition)
    const found = await lake.inTurn(async opened => {
      const connection = await opened.connect()
      try {
        return await bookOf(connection, lake.root, ofSource, at)
      } finally {
        connection.closeSync()
      }
    })
    if (found === undefined) return undefined
    const side = (name: 'bid' | 'ask') => inUnits(found.book.levels(name).slice(0, levels), spec)
    return { key: instrument, time: formatMicros(found.time), bids: side('bid'), asks: side('ask'), source, live: false }
  })
}

interface BookThen {
  readonly book: OrderBook
  readonly time: Micros
}

/** Of one source's files, the one that reaches furthest first. */
async function bookOf(
  connection: DuckDBConnection,
  root: string,
  files: readonly Partition[],
  at: number,
): Promise<BookThen | undefined> {
  const until = Number.isFinite(at) ? ` AND received_time <= ${at}` : ''
  for (const [index, { file }] of files.entries()) {
    const path = filePath(root, file)
    const snapshots = `SELECT max_by(sequence, received_time::HUGEINT * 1000000000 + sequence)::DOUBLE,
      max_by(last_update, received_time::HUGEINT * 1000000000 + sequence)::DOUBLE
      FROM read_parquet(${sqlText(path)}) WHERE change = 0${until}`
    const [sequence, updateId] = (await rowsOf(connection, snapshots, path))[0] as [number | null, number | null]
    if (sequence === null || updateId === null) continue

    // Changes that the snapshot holds already are left out; those heard before it that come after it are not.
    const wanted = `((change = 0 AND sequence = ${sequence}) OR (change = 1 AND last_update > ${updateId}))${until}`
    const later = files.slice(0, index).reverse()
    return replayed(connection, [
      { path, where: wanted },
      ...later.map(next => ({ path: filePath(root, next.file), where: `change = 1${until}` })),
    ])
  }
  return undefined
}

interface Part {
  readonly path: string
  readonly where: string
}

async function replayed(connection: DuckDBConnection, parts: readonly Part[]): Promise<BookThen | undefined> {
  const book = new OrderBook()
  let time = Number.NaN
  for (const { path, where } of parts) {
    const decoder = decoderOf('book', { instrumentId: '', provenance: DERIVED, bidOnly: false })
    const take = (events: readonly MarketEvent[]): void => {
      for (const event of events) {
        time = event.receivedTime
        if (event.kind === 'book-snapshot') book.snapshot(event)
        else if (event.kind === 'book-change') book.change(event)
      }
    }
    const columns = selectColumns('book')
    const sql = `SELECT ${columns} FROM read_parquet(${sqlText(path)}) WHERE ${where} ORDER BY received_time, sequence`
    for await (const chunk of chunks(connection, sql, path)) take(decoder.decode(chunk))
    take(decoder.flush())
  }
  const isBook = book.state === 'live' && !(book.bestBid >= book.bestAsk)
  return isBook ? { book, time: time as Micros } : undefined
}

const inUnits = (levels: readonly BookLevel[], { priceDecimals, quantityDecimals }: InstrumentSpec): [string, string][] =>
  levels.map(({ price, quantity }) => [formatSteps(price, priceDecimals), formatSteps(quantity, quantityDecimals)])

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
