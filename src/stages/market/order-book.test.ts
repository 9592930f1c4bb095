// The book by a venue's sequence rules: against a naive one, and on what Binance really sent.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bookChange, bookSnapshot } from '../../../test/market-facts.ts'
import { packPath, packTest } from '../../../test/pack.ts'
import { parsed } from '../../../test/parsed.ts'
import { binanceCapture } from '../../adapters/files/binance-capture.ts'
import type { BookChange, BookLevel, BookSnapshot } from '../../domain/market.ts'
import { OrderBook } from './order-book.ts'

/** Two maps and no rules: what a book holds after changes that all belong to it. */
class NaiveBook {
  readonly bids = new Map<number, number>()
  readonly asks = new Map<number, number>()

  snapshot(event: BookSnapshot): void {
    this.bids.clear()
    this.asks.clear()
    this.apply(event)
  }

  apply({ bids, asks }: Pick<BookChange, 'bids' | 'asks'>): void {
    for (const [side, levels] of [
      [this.bids, bids],
      [this.asks, asks],
    ] as const) {
      for (const { price, quantity } of levels) {
        if (quantity === 0) side.delete(price)
        else side.set(price, quantity)
      }
    }
  }

  levels(side: 'bid' | 'ask'): [number, number][] {
    return [...(side === 'bid' ? this.bids : this.asks)].sort(([a], [b]) => (side === 'bid' ? b - a : a - b))
  }
}

const pairs = (levels: readonly BookLevel[]) => levels.map(({ price, quantity }) => [price, quantity])

/** A snapshot of update 100: bids 99 and 98, asks 101 and 102. */
function opened(): OrderBook {
  const book = new OrderBook()
  book.snapshot(
    bookSnapshot(
      100,
      [
        [99, 5],
        [98, 7],
      ],
      [
        [101, 4],
        [102, 6],
      ],
    ),
  )
  return book
}

const GONE = { bids: [[99, 0]] } as const

describe('a book', () => {
  test('serves nothing before its first snapshot', () => {
    const book = new OrderBook()
    book.change(bookChange([1, 2], { bids: [[99, 5]] }))
    expect(book.state).toBe('empty')
    expect([book.bestBid, book.bestAsk]).toEqual([Number.NaN, Number.NaN])
    expect(book.sizes('bid', 5)).toEqual([])
    expect(book.levels('bid')).toEqual([])
  })

  test('has its best prices first', () => {
    const book = opened()
    expect([book.bestBid, book.bestAsk]).toEqual([99, 101])
    expect(book.sizes('bid', 1)).toEqual([5])
    expect(book.sizes('ask', 5)).toEqual([4, 6])
    expect(pairs(book.levels('bid'))).toEqual([
      [99, 5],
      [98, 7],
    ])
  })

  test('takes sizes as they are, not as changes, and zero takes the level away', () => {
    const book = opened()
    book.change(
      bookChange([101, 101], {
        bids: [
          [99, 0],
          [97, 1],
          [98, 9],
        ],
        asks: [[100, 2]],
      }),
    )
    expect(pairs(book.levels('bid'))).toEqual([
      [98, 9],
      [97, 1],
    ])
    expect(book.bestAsk).toBe(100)
  })

  test('an unknown level that goes is no fault', () => {
    const book = opened()
    book.change(bookChange([101, 101], { bids: [[50, 0]] }))
    expect(book.state).toBe('live')
    expect(book.levels('bid')).toHaveLength(2)
  })

  test('an empty side has no best price', () => {
    const book = new OrderBook()
    book.snapshot(bookSnapshot(1, [], [[101, 4]]))
    expect([book.bestBid, book.bestAsk]).toEqual([Number.NaN, 101])
  })
})

describe('the sequence', () => {
  test('changes that the snapshot holds already are dropped', () => {
    const book = opened()
    book.change(bookChange([95, 100], GONE))
    expect(book.bestBid).toBe(99)
  })

  test('the first change must straddle the snapshot', () => {
    const straddles = opened()
    straddles.change(bookChange([98, 103], GONE))
    expect([straddles.state, straddles.bestBid]).toEqual(['live', 98])
    const follows = opened()
    follows.change(bookChange([101, 103], GONE))
    expect([follows.state, follows.bestBid]).toEqual(['live', 98])
    const misses = opened()
    misses.change(bookChange([102, 103], GONE))
    expect(misses.state).toBe('gap')
  })

  test('spot: the next change begins where the last one ended', () => {
    const book = opened()
    book.change(bookChange([101, 105]))
    book.change(bookChange([106, 110]))
    expect(book.state).toBe('live')
    book.change(bookChange([112, 115]))
    expect([book.state, book.gaps]).toEqual(['gap', 1])
  })

  test('futures: the next change names the last one, and its own ids may have holes', () => {
    const book = opened()
    book.change(bookChange([99, 105, 97]))
    book.change(bookChange([120, 130, 105]))
    expect(book.state).toBe('live')
    book.change(bookChange([131, 140, 129]))
    expect(book.state, 'pu is not the last u').toBe('gap')
  })

  test('futures: a snapshot may end exactly where a change ended, and the next follows it with a hole', () => {
    const book = opened()
    book.change(bookChange([95, 100, 94]))
    book.change(bookChange([110, 120, 100], GONE))
    expect([book.state, book.bestBid]).toEqual(['live', 98])
  })

  test('in a gap nothing is served until the next snapshot, which the changes since then follow', () => {
    const book = opened()
    book.change(bookChange([103, 104], GONE))
    expect([book.state, book.bestBid, book.bestAsk]).toEqual(['gap', Number.NaN, Number.NaN])
    expect([book.sizes('bid', 5), book.levels('ask')]).toEqual([[], []])

    book.change(bookChange([105, 106], { bids: [[97, 3]] }))
    book.snapshot(bookSnapshot(104, [[98, 7]], [[101, 4]]))
    expect(book.state).toBe('live')
    expect(pairs(book.levels('bid'))).toEqual([
      [98, 7],
      [97, 3],
    ])
    expect(book.gaps).toBe(1)
  })

  test('changes from before the snapshot wait for it', () => {
    const book = new OrderBook()
    book.change(bookChange([99, 100], { bids: [[50, 1]] }))
    book.change(bookChange([101, 102], { bids: [[99, 8]] }))
    book.snapshot(bookSnapshot(100, [[99, 5]], [[101, 4]]))
    expect(pairs(book.levels('bid'))).toEqual([[99, 8]])
  })
})

test('after any changes it holds what a naive book holds', () => {
  const level = fc.tuple(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 0, max: 3 }))
  const change = fc.record({ bids: fc.array(level, { maxLength: 6 }), asks: fc.array(level, { maxLength: 6 }) })
  fc.assert(
    fc.property(fc.array(change, { maxLength: 60 }), changes => {
      const book = new OrderBook()
      const naive = new NaiveBook()
      const start = bookSnapshot(0, [[10, 1]], [[20, 1]])
      book.snapshot(start)
      naive.snapshot(start)
      for (const [at, sides] of changes.entries()) {
        const event = bookChange([at + 1, at + 1], sides)
        book.change(event)
        naive.apply(event)
        expect(pairs(book.levels('bid'))).toEqual(naive.levels('bid'))
        expect(pairs(book.levels('ask'))).toEqual(naive.levels('ask'))
        expect(book.bestBid).toBe(naive.levels('bid')[0]?.[0] ?? Number.NaN)
        expect(book.bestAsk).toBe(naive.levels('ask')[0]?.[0] ?? Number.NaN)
      }
    }),
  )
})

describe('on what Binance sent', () => {
  /** The book events of a capture, in its order. */
  async function capture(file: string): Promise<(BookSnapshot | BookChange)[]> {
    const found = await parsed(binanceCapture, packPath('crypto/hftbacktest', file))
    return found.flatMap(({ events }) => events.filter(event => event.kind === 'book-snapshot' || event.kind === 'book-change'))
  }

  /** The one snapshot and every change after it by its ids, wherever the change stands in the file. */
  function rebuilt(events: readonly (BookSnapshot | BookChange)[]): NaiveBook {
    const naive = new NaiveBook()
    const [snapshot, ...more] = events.filter(event => event.kind === 'book-snapshot')
    expect(more, 'a capture has one snapshot').toEqual([])
    naive.snapshot(snapshot!)
    for (const event of events) if (event.kind === 'book-change' && event.lastUpdateId > snapshot!.updateId) naive.apply(event)
    return naive
  }

  for (const file of ['usdm/btcusdt_20240808.gz', 'spot/btcusdt_20240808.gz', 'cm/btcusd_perp_20240808.gz']) {
    packTest(`${file} has no gap, is never crossed, and ends as a naive book does`, async () => {
      const events = await capture(file)
      const book = new OrderBook()
      let crossed = 0
      let live = 0
      for (const event of events) {
        if (event.kind === 'book-snapshot') book.snapshot(event)
        else book.change(event)
        if (book.state !== 'live') continue
        live += 1
        if (!(book.bestBid < book.bestAsk)) crossed += 1
      }
      const naive = rebuilt(events)

      expect({ gaps: book.gaps, crossed, state: book.state }).toEqual({ gaps: 0, crossed: 0, state: 'live' })
      expect(live).toBeGreaterThan(1000)
      expect(pairs(book.levels('bid'))).toEqual(naive.levels('bid'))
      expect(pairs(book.levels('ask'))).toEqual(naive.levels('ask'))
    })
  }
})
