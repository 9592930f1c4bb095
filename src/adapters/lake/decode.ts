// From columns back to events. Every event of a kind is made by one literal, so that the engine meets one hidden class.
import type { DuckDBDataChunk } from '@duckdb/node-api'
import { assert } from '../../domain/assert.ts'
import type { MarketEvent } from '../../domain/event.ts'
import type { Bar, BookChange, BookLevel, BookSnapshot, Quote, Trade } from '../../domain/market.ts'
import type { Micros, Price, Quantity } from '../../domain/numbers.ts'
import type { Provenance } from '../../domain/provenance.ts'
import { AGGRESSORS, BASES, COLUMNS } from './columns.ts'

/** What the rows of one partition share. */
export interface Shared {
  readonly instrumentId: string
  readonly provenance: Provenance
  /** Read the bid as the only price: no spread. */
  readonly bidOnly: boolean
}

export type MarketKind = 'quote' | 'trade' | 'bar' | 'book'

/** All columns as doubles, which whole numbers up to 2^53 survive exactly and which arrive as one Float64Array each. */
export const selectColumns = (kind: MarketKind): string => COLUMNS[kind].map(({ name }) => `${name}::DOUBLE`).join(', ')

/** Turns chunks of one partition into events; a book's event may span two chunks, so it is told apart by `flush`. */
export interface Decoder {
  decode(chunk: DuckDBDataChunk): MarketEvent[]
  /** What is still held back at the end of the partition. */
  flush(): MarketEvent[]
}

export function decoderOf(kind: MarketKind, shared: Shared): Decoder {
  if (kind === 'book') return new BookDecoder(shared)
  const decode = { quote: decodeQuotes, trade: decodeTrades, bar: decodeBars }[kind]
  return { decode: chunk => decode(chunk, shared), flush: () => [] }
}

function doubles(chunk: DuckDBDataChunk, column: number): Float64Array {
  const { items } = chunk.getColumnVector(column) as unknown as { items: unknown }
  assert(items instanceof Float64Array, 'a column of doubles arrives as a Float64Array')
  return items
}

function decodeQuotes(chunk: DuckDBDataChunk, { instrumentId, provenance, bidOnly }: Shared): Quote[] {
  const count = chunk.rowCount
  const eventTime = doubles(chunk, 0)
  const receivedTime = doubles(chunk, 1)
  const sequence = doubles(chunk, 2)
  const bid = doubles(chunk, 3)
  const ask = bidOnly ? bid : doubles(chunk, 4)
  const bidSize = doubles(chunk, 5)
  const askSize = bidOnly ? bidSize : doubles(chunk, 6)

  const quotes: Quote[] = new Array(count)
  for (let i = 0; i < count; i++) {
    quotes[i] = {
      kind: 'quote',
      eventTime: eventTime[i] as Micros,
      receivedTime: receivedTime[i] as Micros,
      sequence: sequence[i]!,
      provenance,
      instrumentId,
      bid: bid[i] as Price,
      ask: ask[i] as Price,
      bidSize: bidSize[i] as Quantity,
      askSize: askSize[i] as Quantity,
    }
  }
  return quotes
}

function decodeTrades(chunk: DuckDBDataChunk, { instrumentId, provenance }: Shared): Trade[] {
  const count = chunk.rowCount
  const eventTime = doubles(chunk, 0)
  const receivedTime = doubles(chunk, 1)
  const sequence = doubles(chunk, 2)
  const price = doubles(chunk, 3)
  const quantity = doubles(chunk, 4)
  const aggressor = doubles(chunk, 5)

  const trades: Trade[] = new Array(count)
  for (let i = 0; i < count; i++) {
    trades[i] = {
      kind: 'trade',
      eventTime: eventTime[i] as Micros,
      receivedTime: receivedTime[i] as Micros,
      sequence: sequence[i]!,
      provenance,
      instrumentId,
      price: price[i] as Price,
      quantity: quantity[i] as Quantity,
      aggressor: AGGRESSORS[aggressor[i]! + 1]!,
    }
  }
  return trades
}

function decodeBars(chunk: DuckDBDataChunk, { instrumentId, provenance, bidOnly }: Shared): Bar[] {
  const count = chunk.rowCount
  const eventTime = doubles(chunk, 0)
  const receivedTime = doubles(chunk, 1)
  const sequence = doubles(chunk, 2)
  const openTime = doubles(chunk, 3)
  const open = doubles(chunk, 4)
  const high = doubles(chunk, 5)
  const low = doubles(chunk, 6)
  const close = doubles(chunk, 7)
  const askOpen = bidOnly ? open : doubles(chunk, 8)
  const askHigh = bidOnly ? high : doubles(chunk, 9)
  const askLow = bidOnly ? low : doubles(chunk, 10)
  const askClose = bidOnly ? close : doubles(chunk, 11)
  const volume = doubles(chunk, 12)
  const basis = doubles(chunk, 13)

  const bars: Bar[] = new Array(count)
  for (let i = 0; i < count; i++) {
    bars[i] = {
      kind: 'bar',
      eventTime: eventTime[i] as Micros,
      receivedTime: receivedTime[i] as Micros,
      sequence: sequence[i]!,
      provenance,
      instrumentId,
      basis: BASES[basis[i]!]!,
      openTime: openTime[i] as Micros,
      open: open[i] as Price,
      high: high[i] as Price,
      low: low[i] as Price,
      close: close[i] as Price,
      askOpen: askOpen[i] as Price,
      askHigh: askHigh[i] as Price,
      askLow: askLow[i] as Price,
      askClose: askClose[i] as Price,
      volume: volume[i]!,
    }
  }
  return bars
}

/** Levels of one event lie in consecutive rows with one sequence number. */
class BookDecoder implements Decoder {
  readonly #shared: Shared
  #current: { event: BookSnapshot | BookChange; bids: BookLevel[]; asks: BookLevel[] } | undefined

  constructor(shared: Shared) {
    this.#shared = shared
  }

  decode(chunk: DuckDBDataChunk): MarketEvent[] {
    const columns = COLUMNS.book.map((_, index) => doubles(chunk, index))
    const [eventTime, receivedTime, sequence, change, first, last, previous, side, price, quantity] = columns as Float64Array[]
    const done: MarketEvent[] = []

    for (let i = 0; i < chunk.rowCount; i++) {
      if (this.#current?.event.sequence !== sequence![i]) {
        done.push(...this.flush())
        this.#start({
          eventTime: eventTime![i]!,
          receivedTime: receivedTime![i]!,
          sequence: sequence![i]!,
          isChange: change![i] === 1,
          first: first![i]!,
          last: last![i]!,
          previous: previous![i]!,
        })
      }
      const level = { price: price![i] as Price, quantity: quantity![i] as Quantity }
      if (side![i] === 1) this.#current!.bids.push(level)
      if (side![i] === -1) this.#current!.asks.push(level)
    }
    return done
  }

  flush(): MarketEvent[] {
    const current = this.#current
    this.#current = undefined
    return current ? [current.event] : []
  }

  #start(row: BookRow): void {
    const { instrumentId, provenance } = this.#shared
    const bids: BookLevel[] = []
    const asks: BookLevel[] = []
    const happened = {
      eventTime: row.eventTime as Micros,
      receivedTime: row.receivedTime as Micros,
      sequence: row.sequence,
      provenance,
      instrumentId,
    }
    const event: BookSnapshot | BookChange = row.isChange
      ? {
          kind: 'book-change',
          ...happened,
          firstUpdateId: row.first,
          lastUpdateId: row.last,
          previousUpdateId: row.previous,
          bids,
          asks,
        }
      : { kind: 'book-snapshot', ...happened, updateId: row.last, bids, asks }
    this.#current = { event, bids, asks }
  }
}

interface BookRow {
  readonly eventTime: number
  readonly receivedTime: number
  readonly sequence: number
  readonly isChange: boolean
  readonly first: number
  readonly last: number
  readonly previous: number
}
