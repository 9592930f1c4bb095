// The lake as a whole: what goes in comes out, once, in order, whole.
import { appendFile, mkdtemp, readdir, readFile, rm, unlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { FeedEvent } from '../../domain/event.ts'
import type { InstrumentSpec } from '../../domain/instrument.ts'
import type { CalendarEntry, Release } from '../../domain/macro.ts'
import type { Bar, BookChange, BookSnapshot, Quote, Trade } from '../../domain/market.ts'
import { DAY, MINUTE, micros, price, quantity, SECOND } from '../../domain/numbers.ts'
import type { Provenance } from '../../domain/provenance.ts'
import type { DatasetDescription } from './dataset-writer.ts'
import { DatasetWriter } from './dataset-writer.ts'
import { openFeed } from './feed.ts'
import { gaps } from './gaps.ts'
import { Lake } from './lake.ts'
import type { LakeKind } from './layout.ts'
import type { DataRequest, FeedRequest } from './request.ts'
import { verify } from './verify.ts'

let root: string
let lake: Lake

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'quadrant-lake-'))
  lake = new Lake(join(root, 'lake'))
})

afterEach(async () => {
  lake.close()
  await rm(root, { recursive: true, force: true })
})

const EURUSD: InstrumentSpec = {
  id: 'EURUSD.TEST',
  assetClass: 'forex',
  base: 'EUR',
  quote: 'USD',
  settle: 'USD',
  priceDecimals: 5,
  quantityDecimals: 0,
  tick: 1,
  lot: 1,
  multiplier: 1,
  calendar: 'fx',
  negativePrices: false,
}
const GOLD: InstrumentSpec = {
  ...EURUSD,
  id: 'XAUUSD.TEST',
  assetClass: 'metal',
  base: 'XAU',
  priceDecimals: 3,
  calendar: 'metals',
}

/** Wednesday, 2014-05-07, 00:00 UTC. */
const START = Date.UTC(2014, 4, 7) * 1000

const from = (checksum: string): Provenance => ({
  source: 'test',
  kind: 'synthetic',
  origin: `/somewhere/${checksum}.csv`,
  checksum,
  licence: 'none',
})

function quoteAt(time: number, fields: Partial<Quote> = {}): Quote {
  return {
    kind: 'quote',
    eventTime: micros(time),
    receivedTime: micros(time),
    sequence: 1,
    provenance: from('a'),
    instrumentId: EURUSD.id,
    bid: price(138_000),
    ask: price(138_010),
    bidSize: quantity(0),
    askSize: quantity(0),
    ...fields,
  }
}

interface Dataset {
  readonly kind: LakeKind
  readonly events: readonly FeedEvent[]
  readonly instrument?: InstrumentSpec
  readonly resolution?: string
  readonly series?: string
  readonly checksum?: string
}

/** Writes events, given in batches of this size, and returns the manifest. */
async function write({ kind, events, instrument, resolution, series, checksum = 'a' }: Dataset, batch = 1000) {
  return lake.importing(async importer => {
    const writer = importer.write({ kind, instrument, resolution, series, provenance: from(checksum), notes: [] })
    for (let i = 0; i < events.length; i += batch) await writer.add(events.slice(i, i + batch))
    await writer.seal()
    return writer.commit()
  })
}

const quotesOf = (fields: Partial<DataRequest> = {}): DataRequest => ({
  instrument: EURUSD.id,
  kind: 'quote',
  bar: undefined,
  prices: 'both',
  limit: undefined,
  ...fields,
})

const asking = (fields: Partial<FeedRequest>): FeedRequest => ({
  from: undefined,
  to: undefined,
  data: [],
  macro: [],
  calendar: false,
  ...fields,
})

async function read(request: FeedRequest): Promise<FeedEvent[]> {
  const { feed } = await openFeed(lake, request)
  const events: FeedEvent[] = []
  for await (const batch of feed.batches()) events.push(...batch)
  return events
}

/** Provenance aside: it is one object per file on the way out. */
const plain = (events: readonly FeedEvent[]) =>
  events.map(({ provenance, ...event }) => ({ ...event, checksum: provenance.checksum }))

describe('what goes in comes out', () => {
  test('quotes, with their sizes and both times', async () => {
    const events = [
      quoteAt(START),
      quoteAt(START + SECOND, { eventTime: micros(START), sequence: 2, bidSize: quantity(5), askSize: quantity(2 ** 40) }),
    ]
    await write({ kind: 'quote', events, instrument: EURUSD })

    expect(plain(await read(asking({ data: [quotesOf()] })))).toEqual(plain(events))
  })

  test('trades of either side and of none', async () => {
    const events = (['buy', 'sell', 'unknown'] as const).map(
      (aggressor, i): Trade => ({
        kind: 'trade',
        eventTime: micros(START + i),
        receivedTime: micros(START + i),
        sequence: i + 1,
        provenance: from('a'),
        instrumentId: EURUSD.id,
        price: price(-3698),
        quantity: quantity(7),
        aggressor,
      }),
    )
    await write({ kind: 'trade', events, instrument: EURUSD })

    expect(plain(await read(asking({ data: [quotesOf({ kind: 'trade' })] })))).toEqual(plain(events))
  })

  test('bars with both sides, at negative prices', async () => {
    const events = [barAt(START + MINUTE), barAt(START + 2 * MINUTE)]
    await write({ kind: 'bar', events, instrument: EURUSD, resolution: '1m' })

    expect(plain(await read(asking({ data: [quotesOf({ kind: 'bar', bar: '1m' })] })))).toEqual(plain(events))
  })

  test('book snapshots and changes, those without levels too, across the edges of chunks', async () => {
    const level = (n: number) => ({ price: price(1000 + n), quantity: quantity(n) })
    const many = Array.from({ length: 1500 }, (_, n) => level(n))
    const events: (BookSnapshot | BookChange)[] = [
      { kind: 'book-snapshot', ...bookAt(0), updateId: 77, bids: many, asks: many },
      { kind: 'book-change', ...bookAt(1), firstUpdateId: 78, lastUpdateId: 80, previousUpdateId: -1, bids: [], asks: [] },
      {
        kind: 'book-change',
        ...bookAt(2),
        firstUpdateId: 5e12,
        lastUpdateId: 5e12 + 1,
        previousUpdateId: 5e12 - 1,
        bids: [level(0)],
        asks: [],
      },
    ]
    const manifest = await write({ kind: 'book', events, instrument: EURUSD })

    expect(plain(await read(asking({ data: [quotesOf({ kind: 'book' })] })))).toEqual(plain(events))
    expect(manifest.accepted).toBe(3)
    expect(
      manifest.partitions.map(({ rows, events }) => ({ rows, events })),
      'one row per level, one for the empty change',
    ).toEqual([{ rows: 3000 + 1 + 1, events: 3 }])
  })

  test('releases, in order of when they were known', async () => {
    const events = [releaseAt(START, 1.5), releaseAt(START - DAY, 1 / 3)]
    await write({ kind: 'release', events, series: 'CPI' })

    expect(plain(await read(asking({ macro: ['CPI'] })))).toEqual(plain(events.toReversed()))
  })

  test('one value that stands in two files is one release, known at the later of the stated times', async () => {
    const early = { ...releaseAt(START, 1.5), receivedTime: micros(START - DAY) }
    await write({ kind: 'release', events: [releaseAt(START, 1.5)], series: 'CPI', checksum: 'a' })
    await write({ kind: 'release', events: [early], series: 'CPI', checksum: 'b' })

    expect(await read(asking({ macro: ['CPI'] }))).toMatchObject([{ value: 1.5, receivedTime: START }])
  })

  test('quotes read by their bid have no spread', async () => {
    await write({ kind: 'quote', events: [quoteAt(START, { bidSize: quantity(3) })], instrument: EURUSD })

    expect(await read(asking({ data: [quotesOf({ prices: 'bid' })] }))).toMatchObject([
      { bid: 138_000, ask: 138_000, bidSize: 3, askSize: 3 },
    ])
  })
})

function bookAt(n: number) {
  const time = micros(START + n)
  return { eventTime: time, receivedTime: time, sequence: n + 1, provenance: from('a'), instrumentId: EURUSD.id }
}

function barAt(close: number): Bar {
  return {
    kind: 'bar',
    eventTime: micros(close),
    receivedTime: micros(close),
    sequence: close / MINUTE - START / MINUTE,
    provenance: from('a'),
    instrumentId: EURUSD.id,
    basis: 'bid',
    openTime: micros(close - MINUTE),
    open: price(-10),
    high: price(5),
    low: price(-20),
    close: price(1),
    askOpen: price(-9),
    askHigh: price(6),
    askLow: price(-19),
    askClose: price(2),
    volume: 12.5,
  }
}

function releaseAt(known: number, value: number): Release {
  return {
    kind: 'release',
    eventTime: micros(known - 30 * DAY),
    receivedTime: micros(known),
    sequence: 2,
    provenance: from('a'),
    series: 'CPI',
    periodStart: micros(known - 60 * DAY),
    value,
    lagged: true,
  }
}

function entryAt(time: number, fields: Partial<CalendarEntry> = {}): CalendarEntry {
  return {
    kind: 'calendar-entry',
    eventTime: micros(time),
    receivedTime: micros(time),
    sequence: 1,
    provenance: from('a'),
    id: 'nfp',
    currency: 'USD',
    impact: 'high',
    name: 'Non-Farm Employment Change',
    actual: -20_500_000,
    forecast: -22_000_000,
    previous: Number.NaN,
    scheduledTime: micros(time),
    ...fields,
  }
}

describe('the calendar', () => {
  test('an entry is told a week ahead without its result, and at its time with it', async () => {
    await write({ kind: 'calendar', events: [entryAt(START)] })

    const [announced, happened, ...rest] = (await read(asking({ calendar: true }))) as CalendarEntry[]

    expect(rest).toEqual([])
    expect(announced).toMatchObject({
      receivedTime: START - 7 * DAY,
      actual: Number.NaN,
      forecast: -22_000_000,
      scheduledTime: START,
    })
    expect(happened).toMatchObject({ receivedTime: START, actual: -20_500_000, previous: Number.NaN })
  })

  test('a moved entry counts once: where it has a result, or else where it was scheduled last', async () => {
    const withoutResult = { actual: Number.NaN, name: 'moved' }
    await write({ kind: 'calendar', checksum: 'a', events: [entryAt(START + DAY, withoutResult)] })
    await write({ kind: 'calendar', checksum: 'b', events: [entryAt(START)] })
    await write({ kind: 'calendar', checksum: 'c', events: [entryAt(START, { ...withoutResult, id: 'x' })] })
    await write({ kind: 'calendar', checksum: 'd', events: [entryAt(START + 5 * DAY, { ...withoutResult, id: 'x' })] })

    const events = (await read(asking({ calendar: true }))) as CalendarEntry[]

    expect(events.map(({ id, scheduledTime }) => `${id} ${(scheduledTime - START) / DAY}`)).toEqual([
      'nfp 0',
      'x 5',
      'nfp 0',
      'x 5',
    ])
  })
})

describe('order and range', () => {
  /** Quotes at random times, several at the same instant. */
  const times = fc
    .array(fc.integer({ min: 0, max: 300 }), { minLength: 1, maxLength: 200 })
    .map(list => list.sort((a, b) => a - b))
  const toQuotes = (offsets: readonly number[], fields: Partial<Quote> = {}) =>
    offsets.map((offset, i) => quoteAt(START + offset * MINUTE, { sequence: i + 1, bid: price(100_000 + i), ...fields }))

  test('the size of batches and of partitions does not change the events', async () => {
    await fc.assert(
      fc.asyncProperty(
        times,
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 70 }),
        async (offsets, batch, partitionRowsMax) => {
          const events = toQuotes(offsets)
          await using(async fresh => {
            lake = fresh
            const connection = await fresh.connect()
            const description: DatasetDescription = {
              kind: 'quote',
              instrument: EURUSD,
              resolution: undefined,
              series: undefined,
              provenance: from('a'),
              notes: [],
            }
            const writer = new DatasetWriter({ root: fresh.root, connection, description, partitionRowsMax })
            for (let i = 0; i < events.length; i += batch) await writer.add(events.slice(i, i + batch))
            await writer.seal()
            await writer.commit()
            connection.closeSync()

            expect(plain(await read(asking({ data: [quotesOf()] })))).toEqual(plain(events))
          })
        },
      ),
      { numRuns: 15 },
    )
  })

  test('a range read in two parts gives the same events', async () => {
    const data = [quotesOf(), quotesOf({ instrument: GOLD.id })]
    await fc.assert(
      fc.asyncProperty(times, times, fc.integer({ min: 0, max: 300 }), async (euro, gold, cut) => {
        await using(async fresh => {
          lake = fresh
          await write({ kind: 'quote', events: toQuotes(euro), instrument: EURUSD })
          await write({ kind: 'quote', events: toQuotes(gold, { instrumentId: GOLD.id }), instrument: GOLD })
          await write({
            kind: 'release',
            events: [releaseAt(START + 100 * MINUTE, 1), releaseAt(START + 290 * MINUTE, 2)],
            series: 'CPI',
          })
          const range = { from: micros(START), middle: micros(START + cut * MINUTE), to: micros(START + 301 * MINUTE) }
          const part = async (from: number, to: number) => {
            // A part without any data of an instrument is an error by itself; here it is an empty part.
            const request = asking({ from: micros(from), to: micros(to), data, macro: ['CPI'] })
            return read(request).catch(async error => {
              expect(error.code).toBe('DATA_MISSING')
              const present = data.filter(item =>
                (item.instrument === GOLD.id ? gold : euro).some(offset => inside(offset, from, to)),
              )
              return read({ ...request, data: present })
            })
          }

          const whole = await read(asking({ from: range.from, to: range.to, data, macro: ['CPI'] }))
          const parts = [...(await part(range.from, range.middle)), ...(await part(range.middle, range.to))]

          expect(plain(parts)).toEqual(plain(whole))
          expect(whole.map(event => event.receivedTime)).toEqual(whole.map(event => event.receivedTime).toSorted((a, b) => a - b))
        })
      }),
      { numRuns: 15 },
    )
  })

  const inside = (offset: number, from: number, to: number) => START + offset * MINUTE >= from && START + offset * MINUTE < to

  test('files of one instrument that overlap in time are merged', async () => {
    await write({ kind: 'quote', events: toQuotes([0, 10, 20]), instrument: EURUSD, checksum: 'a' })
    await write({ kind: 'quote', events: toQuotes([5, 10, 30]), instrument: EURUSD, checksum: 'b' })

    const events = await read(asking({ data: [quotesOf()] }))

    expect(events.map(event => (event.receivedTime - START) / MINUTE)).toEqual([0, 5, 10, 10, 20, 30])
  })

  test('a feed may be left early and walked again', async () => {
    await write({ kind: 'quote', events: toQuotes(Array.from({ length: 9000 }, (_, i) => i / 60)), instrument: EURUSD })
    const { feed } = await openFeed(lake, asking({ data: [quotesOf()] }))

    for await (const _ of feed.batches()) break
    let events = 0
    for await (const batch of feed.batches()) events += batch.length

    expect(events).toBe(9000)
  })

  test('a limit counts events of its item across all its files', async () => {
    await write({ kind: 'quote', events: toQuotes([0, 10, 20]), instrument: EURUSD, checksum: 'a' })
    await write({ kind: 'quote', events: toQuotes([5, 10, 30]), instrument: EURUSD, checksum: 'b' })
    await write({ kind: 'quote', events: toQuotes([6, 7], { instrumentId: GOLD.id }), instrument: GOLD })

    const events = await read(asking({ data: [quotesOf({ limit: 3 }), quotesOf({ instrument: GOLD.id })] }))

    expect(events.map(event => (event.receivedTime - START) / MINUTE)).toEqual([0, 5, 6, 7, 10])
  })

  test('facts of before the run are history, and without a stated end none are read after the market', async () => {
    await write({ kind: 'quote', events: toQuotes([0, 10]), instrument: EURUSD })
    await write({ kind: 'release', events: [-5, 5, 10, 50].map(at => releaseAt(START + at * MINUTE, at)), series: 'CPI' })

    const opened = await openFeed(lake, asking({ data: [quotesOf()], macro: ['CPI'] }))
    const events: FeedEvent[] = []
    for await (const batch of opened.feed.batches()) events.push(...batch)

    expect(opened.known.map(event => (event as Release).value)).toEqual([-5])
    expect(
      events.map(event => (event.kind === 'release' ? event.value : event.kind)),
      'at the same instant the release comes before the quote',
    ).toEqual(['quote', 5, 10, 'quote'])
  })
})

/** A lake of its own inside the test's folder, for properties that need many. */
async function using(work: (lake: Lake) => Promise<void>): Promise<void> {
  const outer = lake
  const fresh = new Lake(await mkdtemp(join(root, 'run-')))
  try {
    await work(fresh)
  } finally {
    fresh.close()
    await rm(fresh.root, { recursive: true, force: true })
    lake = outer
  }
}

describe('bars of quotes and bars of trades of the same minutes', () => {
  const barOf = (basis: Bar['basis'], close: number): Bar => ({
    ...barAt(START + MINUTE),
    basis,
    ...{ open: price(close), high: price(close), low: price(close), close: price(close) },
    ...{ askOpen: price(close), askHigh: price(close), askLow: price(close), askClose: price(close) },
  })
  const closes = async (strategies: FeedRequest['strategies'] & object): Promise<number[]> =>
    (await read(asking({ data: [quotesOf({ kind: 'bar', bar: '1m' })], strategies }))).map(event =>
      event.kind === 'bar' ? event.close : Number.NaN,
    )

  test('are never mixed: the strategy on that instrument says which are read, and quotes are read where none does', async () => {
    await write({ kind: 'bar', resolution: '1m', instrument: EURUSD, events: [barOf('bid', 138_000)], checksum: 'q' })
    await write({ kind: 'bar', resolution: '1m', instrument: EURUSD, events: [barOf('trade', 138_004)], checksum: 't' })
    expect(await closes([{ instrument: EURUSD.id, price: 'trade' }])).toEqual([138_004])
    expect(await closes([{ instrument: EURUSD.id, price: 'mid' }])).toEqual([138_000])
    expect(await closes([])).toEqual([138_000])
  })

  test('one kind alone is read whoever asks', async () => {
    await write({ kind: 'bar', resolution: '1m', instrument: EURUSD, events: [barOf('trade', 138_004)], checksum: 't' })
    expect(await closes([{ instrument: EURUSD.id, price: 'bid' }])).toEqual([138_004])
  })
})

describe('what is missing is said', () => {
  test('an empty lake, another instrument, another range', async () => {
    await expect(openFeed(lake, asking({ data: [quotesOf()] }))).rejects.toMatchObject({
      code: 'DATA_MISSING',
      message: expect.stringContaining('It is empty'),
    })
    await write({ kind: 'quote', events: [quoteAt(START)], instrument: EURUSD })

    await expect(openFeed(lake, asking({ data: [quotesOf({ kind: 'trade' })] }))).rejects.toMatchObject({
      code: 'DATA_MISSING',
      message: 'The lake has no trade EURUSD.TEST. It has quote EURUSD.TEST (2014-05-07 to 2014-05-07).',
      fix: expect.stringContaining('quadrant data import'),
    })
    await expect(openFeed(lake, asking({ data: [quotesOf()], from: micros(START + DAY) }))).rejects.toMatchObject({
      code: 'DATA_MISSING',
    })
    await expect(openFeed(lake, asking({ data: [quotesOf()], macro: ['GDP'] }))).rejects.toMatchObject({
      code: 'DATA_MISSING',
      fix: expect.stringContaining('GDP.csv'),
    })
  })

  test('the data hash follows data and range, not the clock', async () => {
    await write({ kind: 'quote', events: [quoteAt(START), quoteAt(START + DAY)], instrument: EURUSD })
    const hash = async (request: Partial<FeedRequest>) =>
      (await openFeed(lake, asking({ data: [quotesOf()], ...request }))).dataHash

    expect(await hash({})).toBe(await hash({}))
    expect(await hash({})).not.toBe(await hash({ to: micros(START + DAY) }))
    expect(await hash({})).not.toBe(await hash({ data: [quotesOf({ prices: 'bid' })] }))
  })
})

describe('damage is found', () => {
  test('a flipped byte, a missing file, an edited manifest and a file nobody vouches for', async () => {
    await write({ kind: 'quote', events: [quoteAt(START), quoteAt(START + DAY), quoteAt(START + 2 * DAY)], instrument: EURUSD })
    await write({ kind: 'release', events: [releaseAt(START, 1)], series: 'CPI' })
    expect(await verify(lake)).toMatchObject({ datasets: 2, files: 4, faults: [] })

    const [first, second, third] = lake
      .list()
      .find(({ kind }) => kind === 'quote')!
      .partitions.map(({ file }) => file)
    const bytes = await readFile(join(lake.root, first!))
    bytes[bytes.length >> 1]! ^= 1
    await writeFile(join(lake.root, first!), bytes)
    await unlink(join(lake.root, second!))
    await writeFile(join(lake.root, third!.replace('.parquet', '-copy.parquet')), 'x')
    const name = (await readdir(join(lake.root, 'manifest'))).find(name => name.startsWith('release'))!
    await editFile(join(lake.root, 'manifest', name), text => text.replace('"accepted": 1', '"accepted": 2'))

    const { faults } = await verify(lake)

    expect(faults.map(({ fault, file }) => `${fault} ${file}`)).toEqual([
      `manifest manifest/${name}`,
      `changed ${first}`,
      `missing ${second}`,
      `unknown ${third!.replace('.parquet', '-copy.parquet')}`,
      expect.stringMatching(/^unknown kind=release/),
    ])
    expect(() => lake.list(), 'a damaged manifest is not read on the quiet').toThrowError(
      expect.objectContaining({ code: 'LAKE_MANIFEST_DAMAGED' }),
    )
  })

  const editFile = async (path: string, edit: (text: string) => string) => writeFile(path, edit(await readFile(path, 'utf8')))
})

describe('gaps', () => {
  test('a night without quotes is a gap in foreign exchange, a weekend is none', async () => {
    const friday = Date.UTC(2014, 4, 9, 20, 58) * 1000
    const sunday = Date.UTC(2014, 4, 11, 21, 1) * 1000
    const times = [START, START + MINUTE, START + 8 * 60 * MINUTE, ...every(MINUTE, START + 8 * 60 * MINUTE, friday), sunday]
    await write({ kind: 'quote', events: times.map((time, i) => quoteAt(time, { sequence: i + 1 })), instrument: EURUSD })

    const found = await gaps(lake)

    expect(found).toEqual([
      {
        what: 'quote EURUSD.TEST',
        instrumentId: EURUSD.id,
        from: START + MINUTE,
        to: START + 8 * 60 * MINUTE,
        openMicros: (8 * 60 - 1) * MINUTE,
      },
    ])
  })

  test('a file that fills another’s silence leaves no gap', async () => {
    await write({ kind: 'quote', events: [0, 60].map(at => quoteAt(START + at * MINUTE)), instrument: EURUSD, checksum: 'a' })
    await write({
      kind: 'quote',
      events: every(MINUTE, START, START + 60 * MINUTE).map(time => quoteAt(time)),
      instrument: EURUSD,
      checksum: 'b',
    })

    expect(await gaps(lake)).toEqual([])
  })

  const every = (step: number, from: number, to: number): number[] =>
    Array.from({ length: (to - from) / step }, (_, i) => from + (i + 1) * step)
})

describe('one importer at a time', () => {
  test('a second import is refused while the first runs, and leftovers are swept by the next', async () => {
    const other = new Lake(lake.root)
    await lake.importing(async () => {
      await expect(other.importing(async () => {})).rejects.toMatchObject({ code: 'LAKE_BUSY' })
    })
    await appendFile(join(lake.root, 'left.parquet.tmp'), 'half')

    await other.importing(async () => {})

    expect(await readdir(lake.root)).toEqual([])
  })

  test('the lock of a process that is gone is no lock', async () => {
    await lake.importing(async () => {})
    await writeFile(join(lake.root, 'import.lock'), '999999999 dead\n')

    await expect(lake.importing(async () => 'done')).resolves.toBe('done')
  })

  test('an instrument keeps its decimals', async () => {
    await write({ kind: 'quote', events: [quoteAt(START)], instrument: EURUSD })
    const coarser = { ...EURUSD, priceDecimals: 4 }

    await expect(write({ kind: 'quote', events: [quoteAt(START)], instrument: coarser, checksum: 'b' })).rejects.toMatchObject({
      code: 'LAKE_INSTRUMENT_CONFLICT',
    })
  })

  test('a dataset that is abandoned leaves nothing', async () => {
    await lake.importing(async importer => {
      const writer = importer.write({
        kind: 'quote',
        instrument: EURUSD,
        resolution: undefined,
        series: undefined,
        provenance: from('a'),
        notes: [],
      })
      await writer.add([quoteAt(START), quoteAt(START + DAY)])
      await writer.quarantine([{ reason: 'schema', where: 'a:1', text: 'x' }])
      await writer.abort()
    })

    const left = await readdir(lake.root, { recursive: true, withFileTypes: true })
    expect(left.filter(entry => entry.isFile())).toEqual([])
    expect(lake.list()).toEqual([])
  })

  test('a source of nothing but bad rows is kept whole, without a warning from the runtime', async () => {
    const warnings: string[] = []
    const hear = (warning: Error) => warnings.push(warning.message)
    process.on('warning', hear)
    const rows = Array.from({ length: 1000 }, (_, i) => ({ reason: 'schema', where: `a:${i}`, text: 'x'.repeat(100) }))

    await lake.importing(async importer => {
      const writer = importer.write({
        kind: 'quote',
        instrument: EURUSD,
        resolution: undefined,
        series: undefined,
        provenance: from('a'),
        notes: [],
      })
      for (let batch = 0; batch < 20; batch++) await writer.quarantine(rows)
      await writer.seal()
      await writer.commit()
    })

    await new Promise(resolve => setImmediate(resolve))
    process.off('warning', hear)
    expect(warnings).toEqual([])
    expect(lake.list()[0]!.quarantined).toEqual({ schema: 20_000 })
  })
})
