// From events to columns: fills a fixed block of typed arrays, one per column, in the order of columns.ts.
import { assert, unreachable } from '../../domain/assert.ts'
import type { FeedEvent } from '../../domain/event.ts'
import type { CalendarEntry } from '../../domain/macro.ts'
import type { Bar, BookChange, BookLevel, BookSnapshot } from '../../domain/market.ts'
import { AGGRESSORS, BASES, COLUMNS } from './columns.ts'
import type { LakeKind } from './layout.ts'

/** As many rows as DuckDB takes at once. */
export const BLOCK_ROWS = 2048

export class Block {
  readonly columns: readonly (Float64Array | string[])[]
  rows = 0

  constructor(kind: LakeKind) {
    this.columns = COLUMNS[kind].map(column => (column.type === 'VARCHAR' ? [] : new Float64Array(BLOCK_ROWS)))
  }

  /** One row; `values` in the order of the columns. */
  push(...values: readonly (number | string)[]): void {
    assert(this.rows < BLOCK_ROWS, 'a block is emptied before it overflows')
    for (let i = 0; i < values.length; i++) (this.columns[i] as (number | string)[])[this.rows] = values[i]!
    this.rows++
  }
}

/** Rows the event takes: one, except for a book's levels. */
export function rowsOf(event: FeedEvent): number {
  return event.kind === 'book-snapshot' || event.kind === 'book-change' ? Math.max(1, event.bids.length + event.asks.length) : 1
}

/** Writes the event's rows; `onFull` must empty the block when it is full. */
export function encode(event: FeedEvent, block: Block, onFull: () => void): void {
  if (block.rows === BLOCK_ROWS) onFull()
  const { eventTime, receivedTime, sequence } = event

  switch (event.kind) {
    case 'quote':
      block.push(eventTime, receivedTime, sequence, event.bid, event.ask, event.bidSize, event.askSize)
      break
    case 'trade':
      block.push(eventTime, receivedTime, sequence, event.price, event.quantity, AGGRESSORS.indexOf(event.aggressor) - 1)
      break
    case 'bar':
      encodeBar(event, block)
      break
    case 'book-snapshot':
    case 'book-change':
      encodeBook(event, block, onFull)
      break
    case 'release':
      block.push(eventTime, receivedTime, sequence, event.periodStart, event.value, event.lagged ? 1 : 0)
      break
    case 'calendar-entry':
      encodeEntry(event, block)
      break
    default:
      unreachable(event)
  }
}

function encodeBar(bar: Bar, block: Block): void {
  block.push(
    bar.eventTime,
    bar.receivedTime,
    bar.sequence,
    bar.openTime,
    bar.open,
    bar.high,
    bar.low,
    bar.close,
    bar.askOpen,
    bar.askHigh,
    bar.askLow,
    bar.askClose,
    bar.volume,
    BASES.indexOf(bar.basis),
  )
}

function encodeBook(event: BookSnapshot | BookChange, block: Block, onFull: () => void): void {
  const isChange = event.kind === 'book-change'
  const first = isChange ? event.firstUpdateId : event.updateId
  const last = isChange ? event.lastUpdateId : event.updateId
  const previous = isChange ? event.previousUpdateId : -1

  const put = (side: number, price: number, quantity: number): void => {
    if (block.rows === BLOCK_ROWS) onFull()
    block.push(
      event.eventTime,
      event.receivedTime,
      event.sequence,
      isChange ? 1 : 0,
      first,
      last,
      previous,
      side,
      price,
      quantity,
    )
  }
  const putAll = (side: number, levels: readonly BookLevel[]): void => {
    for (const level of levels) put(side, level.price, level.quantity)
  }

  putAll(1, event.bids)
  putAll(-1, event.asks)
  if (event.bids.length + event.asks.length === 0) put(0, 0, 0)
}

function encodeEntry(entry: CalendarEntry, block: Block): void {
  block.push(
    entry.eventTime,
    entry.receivedTime,
    entry.sequence,
    entry.scheduledTime,
    entry.id,
    entry.currency,
    entry.impact,
    entry.name,
    entry.actual,
    entry.forecast,
    entry.previous,
  )
}
