// What the server reads out of the lake: bars in any length, the newest price, books and prints at a time, by arithmetic.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { bookChange, bookSnapshot, plain, quote, trade } from '../../../../test/market-facts.ts'
import { Lake } from '../../../adapters/lake/lake.ts'
import type { LakeKind } from '../../../adapters/lake/layout.ts'
import type { FeedEvent } from '../../../domain/event.ts'
import { type InstrumentSpec, specOf } from '../../../domain/instrument.ts'
import { DAY, HOUR, MINUTE, SECOND } from '../../../domain/numbers.ts'
import { lakeFolder } from '../../home.ts'
import { readBars } from './lake-bars.ts'
import { bookAt, printsBefore } from './lake-depth.ts'
import { latestPrice, latestQuote } from './lake-latest.ts'
import { LakeView } from './lake-view.ts'

let home: string
let view: LakeView | undefined

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'quadrant-view-'))
})
afterEach(() => {
  view?.close()
  view = undefined
  rmSync(home, { recursive: true, force: true })
})

/** Wednesday, 2014-05-07, 00:00 UTC. */
const START = Date.UTC(2014, 4, 7) * 1000
const SPEC: InstrumentSpec = specOf(plain({}))

async function write(kind: LakeKind, events: readonly FeedEvent[], { resolution }: { readonly resolution?: string } = {}) {
  const lake = new Lake(lakeFolder(home))
  const provenance = {
    source: 'venue',
    kind: 'synthetic' as const,
    origin: 'test',
    checksum: `${kind} ${resolution}`,
    licence: '',
  }
  await lake.importing(async importer => {
    const writer = importer.write({ kind, instrument: SPEC, resolution, series: undefined, provenance, notes: [] })
    await writer.add(events)
    await writer.seal()
    await writer.commit()
  })
  lake.close()
}

const opened = (): LakeView => {
  view ??= new LakeView(home)
  return view
}
const bars = (wanted: Partial<Parameters<typeof readBars>[1]> = {}) =>
  readBars(opened(), { instrument: SPEC.id, limit: 100, ...wanted })
const seconds = (micros: number): number => micros / 1e6

describe('bars', () => {
  test('of trades have the first, the highest, the lowest and the last of each stretch, and all that was traded', async () => {
    const prints = [
      [0, 10_000, 1],
      [20, 10_300, 2],
      [40, 9_900, 3],
      [59, 10_100, 4],
      [60, 10_200, 5],
    ] as const
    await write(
      'trade',
      prints.map(([at, price, size], sequence) => trade(START + at * SECOND, price, size, { sequence })),
    )

    expect(await bars({ resolution: '1m' })).toEqual({
      ...{ instrument: SPEC.id, resolution: '1m', source: 'venue, trades' },
      time: [seconds(START), seconds(START + MINUTE)],
      ...{ open: [100, 102], high: [103, 102], low: [99, 102], close: [101, 102] },
      // 1 + 2 + 3 + 4, and 5.
      volume: [10, 5],
    })
  })

  test('of trades of one instant keep their order in the file', async () => {
    const sizes = [3, 1, 2]
    await write(
      'trade',
      sizes.map((size, sequence) => trade(START, 10_000 + size, 1, { sequence })),
    )

    expect(await bars({ resolution: '1m' })).toMatchObject({ open: [100.03], close: [100.02], high: [100.03], low: [100.01] })
  })

  test('of quotes are of the middle of bid and ask, and count the quotes', async () => {
    await write('quote', [quote(START, 10_000, 10_002, { sequence: 0 }), quote(START + SECOND, 10_004, 10_010, { sequence: 1 })])

    // (100.00 + 100.02) / 2 and (100.04 + 100.10) / 2.
    expect(await bars({ resolution: '1m' })).toMatchObject({ open: [100.01], close: [100.07], volume: [2] })
  })

  test('of a day are the same whether they are made of a long stretch or of few files', async () => {
    const hours = Array.from({ length: 72 }, (_, hour) => trade(START + hour * HOUR, 10_000 + hour, 1, { sequence: hour }))
    await write('trade', hours)
    const all = await bars({ resolution: '1d' })
    const newest = await bars({ resolution: '1d', limit: 1 })

    // Hours 0–23, 24–47 and 48–71 of three days.
    expect(all).toMatchObject({ open: [100, 100.24, 100.48], close: [100.23, 100.47, 100.71], volume: [24, 24, 24] })
    expect([newest.time, newest.open, newest.volume]).toEqual([[seconds(START + 2 * DAY)], [100.48], [24]])
  })

  test('within a span begin with the bar it begins in, whole', async () => {
    await write(
      'trade',
      [0, 30, 60, 90].map((at, sequence) => trade(START + at * SECOND, 10_000 + at, 1, { sequence })),
    )

    expect(await bars({ resolution: '1m', from: START + 45 * SECOND, to: START + 60 * SECOND })).toMatchObject({
      time: [seconds(START)],
      volume: [2],
    })
  })

  test('of an instrument nobody recorded are none', async () => {
    expect(await readBars(opened(), { instrument: 'NOTHING.TEST', limit: 10 })).toMatchObject({ time: [], source: '' })
  })

  test('without a length are as fine as the span allows', async () => {
    await write(
      'trade',
      [0, 1].map((day, sequence) => trade(START + day * DAY, 10_000, 1, { sequence })),
    )

    // A day in at most 2 × 1,000 bars: minutes; in at most 2 × 10: four hours are the finest with six of them.
    expect((await bars({ limit: 1_000 })).resolution).toBe('1m')
    expect((await bars({ limit: 10 })).resolution).toBe('4h')
  })
})

describe('the newest price', () => {
  test('is that of the last quote, compared with the close of the session before', async () => {
    await write('quote', [
      quote(START - HOUR, 10_000, 10_000, { sequence: 0 }),
      quote(START + HOUR, 10_100, 10_104, { sequence: 1 }),
    ])

    // A market that never closes has UTC days as sessions: (101.00 + 101.04) / 2 = 101.02 against 100.
    const { quote: newest } = (await latestPrice(opened(), SPEC.id))!
    expect(newest).toMatchObject({ bid: '101.00', ask: '101.04', last: '101.02', live: false, source: 'venue quote' })
    expect(newest.change).toBeCloseTo(0.0102, 10)
  })

  test('at a time is what was known then, and there is none before the first', async () => {
    await write('trade', [trade(START, 10_000, 1, { sequence: 0 }), trade(START + MINUTE, 10_500, 1, { sequence: 1 })])

    expect(await latestQuote(opened(), SPEC.id, START + SECOND)).toMatchObject({ last: '100.00', bid: null, change: null })
    expect(await latestQuote(opened(), SPEC.id, START - SECOND)).toBeUndefined()
  })
})

describe('the book', () => {
  const snapshot = bookSnapshot(
    1,
    [
      [9_990, 5],
      [9_980, 7],
    ],
    [[10_010, 6]],
    { time: START, sequence: 0 },
  )
  const change = bookChange([2, 2], {
    bids: [
      [9_990, 0],
      [9_970, 2],
    ],
    asks: [[10_005, 1]],
    time: START + SECOND,
    sequence: 1,
  })

  test('is the last snapshot with every change since, best prices first', async () => {
    await write('book', [snapshot, change])

    // 99.90 was taken away; 99.70 and 100.05 came.
    expect(await bookAt(opened(), SPEC.id, { levels: 10 })).toMatchObject({
      bids: [
        ['99.80', '7'],
        ['99.70', '2'],
      ],
      asks: [
        ['100.05', '1'],
        ['100.10', '6'],
      ],
    })
  })

  test('at a time is as it stood then, and there is none before the snapshot', async () => {
    await write('book', [snapshot, change])

    expect(await bookAt(opened(), SPEC.id, { at: START, levels: 1 })).toMatchObject({
      bids: [['99.90', '5']],
      asks: [['100.10', '6']],
    })
    expect(await bookAt(opened(), SPEC.id, { at: START - 1, levels: 1 })).toBeUndefined()
  })
})

describe('a book that was recorded as it came', () => {
  const snapshot = bookSnapshot(10, [[9_990, 5]], [[10_010, 6]], { time: START + SECOND, sequence: 1 })

  test('holds what came after the snapshot by its number, though it was heard before', async () => {
    // Update 11 takes the best bid away; it arrived while the snapshot was still on its way. Update 9 is in the snapshot.
    const early = bookChange([9, 9], { bids: [[9_995, 3]], time: START, sequence: 0 })
    const heardBefore = bookChange([11, 11], { bids: [[9_990, 0]], time: START, sequence: 1 })
    const later = bookChange([12, 12], { asks: [[9_985, 1]], bids: [[9_980, 2]], time: START + 2 * SECOND, sequence: 3 })
    await write('book', [early, heardBefore, { ...snapshot, sequence: 2 }, later])

    expect(await bookAt(opened(), SPEC.id, { levels: 10 })).toMatchObject({
      bids: [['99.80', '2']],
      asks: [
        ['99.85', '1'],
        ['100.10', '6'],
      ],
    })
  })

  test("goes on in the next day's file, which has no snapshot of its own", async () => {
    const nextDay = bookChange([11, 11], { bids: [[9_992, 4]], time: START + DAY, sequence: 2 })
    await write('book', [snapshot, nextDay])

    expect(opened().manifestsOf(SPEC.id)[0]?.partitions.length).toBe(2)
    expect(await bookAt(opened(), SPEC.id, { levels: 1 })).toMatchObject({
      time: '2014-05-08T00:00:00.000000Z',
      bids: [['99.92', '4']],
    })
  })

  test('is not served when a change is missing, until the next snapshot', async () => {
    const gap = bookChange([13, 13], { bids: [[9_992, 4]], time: START + 2 * SECOND, sequence: 2 })
    const again = bookSnapshot(20, [[9_980, 1]], [[10_020, 1]], { time: START + 3 * SECOND, sequence: 3 })
    await write('book', [snapshot, gap, again])

    expect(await bookAt(opened(), SPEC.id, { at: START + 2 * SECOND, levels: 1 })).toBeUndefined()
    expect((await bookAt(opened(), SPEC.id, { levels: 1 }))?.bids).toEqual([['99.80', '1']])
  })

  test('is never crossed, whatever was recorded', async () => {
    const price = fc.integer({ min: 9_990, max: 10_010 })
    const levels = fc.array(fc.tuple(price, fc.nat(3)), { maxLength: 4 })
    const changes = fc.array(fc.record({ bids: levels, asks: levels, skipped: fc.nat(9) }), { maxLength: 12 })
    let served = 0
    await fc.assert(
      fc.asyncProperty(changes, async list => {
        let id = 10
        const events = list.map(({ bids, asks, skipped }, index) => {
          // One in ten has lost its predecessor.
          id += skipped === 0 ? 2 : 1
          return bookChange([id, id], { bids, asks, time: START + (2 + index) * SECOND, sequence: 2 + index })
        })
        await write('book', [snapshot, ...events])
        try {
          for (let at = 1; at <= 2 + list.length; at++) {
            const book = await bookAt(opened(), SPEC.id, { at: START + at * SECOND, levels: 1 })
            if (book === undefined) continue
            served += 1
            const [bid, ask] = [book.bids[0]?.[0], book.asks[0]?.[0]]
            if (bid !== undefined && ask !== undefined) expect(Number(bid)).toBeLessThan(Number(ask))
          }
        } finally {
          view?.close()
          view = undefined
          rmSync(lakeFolder(home), { recursive: true, force: true })
        }
      }),
      { numRuns: 12 },
    )
    expect(served).toBeGreaterThan(12)
  })
})

test('the tape before a time is newest first', async () => {
  await write(
    'trade',
    [0, 1, 2].map((at, sequence) => trade(START + at * SECOND, 10_000 + at, 1 + at, { sequence })),
  )

  const prints = await printsBefore(opened(), SPEC.id, { at: START + SECOND, limit: 5 })
  expect(prints.map(({ price, quantity }) => [price, quantity])).toEqual([
    ['100.01', '2'],
    ['100.00', '1'],
  ])
})

describe('questions', () => {
  test('are answered two at a time, in order, and one that fails lets the next one in', async () => {
    const running = new Set<number>()
    let most = 0
    const ended: number[] = []
    const ask = (n: number) =>
      opened().inTurn(async () => {
        running.add(n)
        most = Math.max(most, running.size)
        await new Promise(setImmediate)
        running.delete(n)
        ended.push(n)
        if (n === 1) throw new Error('this one fails')
      })

    const answers = await Promise.allSettled([0, 1, 2, 3, 4, 5].map(ask))

    expect(most).toBe(2)
    expect(ended).toEqual([0, 1, 2, 3, 4, 5])
    expect(answers.map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'fulfilled',
      'fulfilled',
      'fulfilled',
      'fulfilled',
    ])
  })

  test('are asked once, however many ask at the same time, and again where the answer failed', async () => {
    let asked = 0
    const make = async () => {
      asked += 1
      if (asked === 1) throw new Error('the disk was busy')
      return asked
    }
    const question = () => opened().kept('how many', make)

    await expect(question()).rejects.toThrow('busy')
    expect(await Promise.all([question(), question(), question()])).toEqual([2, 2, 2])
  })

  test('too many of them are refused at once', async () => {
    let letGo = (): void => {}
    const gate = new Promise<void>(resolve => {
      letGo = resolve
    })
    const waiting = Array.from({ length: 202 }, () => opened().inTurn(() => gate))

    await expect(opened().inTurn(() => gate)).rejects.toMatchObject({ code: 'LAKE_QUERIES_BUSY' })
    letGo()
    await Promise.all(waiting)
  })
})
