import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { packPath, packTest } from '../../../test/pack.ts'
import { numbersOf, type Parsed, parsed } from '../../../test/parsed.ts'
import { binanceCapture } from './binance-capture.ts'
import { ImportError } from './format.ts'

let root: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'binance-'))
})
afterAll(() => rm(root, { recursive: true }))

const at = (offset: number, message: unknown): string =>
  `${1_723_161_254_000_000_000n + BigInt(offset)} ${JSON.stringify(message)}`
const stream = (name: string, data: unknown) => ({ stream: name, data })

const SPOT = [
  at(
    1_234_567,
    stream('btcusdt@depth@100ms', {
      e: 'depthUpdate',
      E: 1_723_161_255_208,
      s: 'BTCUSDT',
      U: 11,
      u: 14,
      b: [['61737.63000000', '0.00000000']],
      a: [],
    }),
  ),
  at(
    2_000_000,
    stream('btcusdt@bookTicker', {
      u: 15,
      s: 'BTCUSDT',
      b: '61837.63000000',
      B: '3.78826000',
      a: '61837.64000000',
      A: '1.54698000',
    }),
  ),
  at(
    3_000_000,
    stream('btcusdt@trade', {
      e: 'trade',
      E: 1_723_161_255_343,
      s: 'BTCUSDT',
      t: 7,
      p: '61837.63000000',
      q: '0.02000000',
      T: 1_723_161_255_342,
      m: true,
      M: true,
    }),
  ),
]
const FUTURE = [
  at(
    1_000_000,
    stream('btcusdt@trade', {
      e: 'trade',
      E: 1_723_161_256_323,
      T: 1_723_161_256_322,
      s: 'BTCUSDT',
      t: 9,
      p: '61800.30',
      q: '0.006',
      X: 'MARKET',
      m: false,
    }),
  ),
  at(2_000_000, {
    lastUpdateId: 20,
    E: 1_723_161_256_501,
    T: 1_723_161_256_493,
    bids: [['61800.20', '2.909']],
    asks: [['61800.30', '1.000']],
  }),
  at(
    3_000_000,
    stream('btcusdt@depth@0ms', {
      e: 'depthUpdate',
      E: 1_723_161_256_600,
      T: 1_723_161_256_598,
      s: 'BTCUSDT',
      U: 19,
      u: 25,
      pu: 18,
      b: [],
      a: [['61801.00', '0.500']],
    }),
  ),
]

async function read(lines: readonly string[] | Buffer, name = 'btcusdt_20240808.gz'): Promise<Record<string, Parsed>> {
  const path = join(root, name)
  await writeFile(path, Buffer.isBuffer(lines) ? lines : gzipSync(lines.join('\n')))
  return Object.fromEntries((await parsed(binanceCapture, path)).map(each => [each.about.kind, each]))
}

const count = (datasets: Record<string, Parsed>): number =>
  Object.values(datasets).reduce((sum, each) => sum + each.events.length + each.faults.length, 0)

test('a spot capture is a book, trades and quotes, with both clocks', async () => {
  const { book, trade, quote } = (await read(SPOT)) as Record<'book' | 'trade' | 'quote', Parsed>
  expect(book.about.instrument?.id).toBe('BTCUSDT.BINANCE')
  expect(book.events).toMatchObject([
    {
      kind: 'book-change',
      eventTime: 1_723_161_255_208_000,
      receivedTime: 1_723_161_254_001_234,
      sequence: 1,
      firstUpdateId: 11,
      lastUpdateId: 14,
      previousUpdateId: -1,
      bids: [{ price: 6_173_763, quantity: 0 }],
      asks: [],
    },
  ])
  // The seller crossed the spread when the buyer was the maker. 0.02 BTC in steps of 10^-8.
  expect(trade.events).toMatchObject([
    { kind: 'trade', eventTime: 1_723_161_255_342_000, price: 6_183_763, quantity: 2_000_000, aggressor: 'sell', sequence: 3 },
  ])
  // Spot's bookTicker says no time, so the recorder's is all there is.
  expect(quote.events).toMatchObject([
    {
      kind: 'quote',
      eventTime: 1_723_161_254_002_000,
      receivedTime: 1_723_161_254_002_000,
      bid: 6_183_763,
      ask: 6_183_764,
      bidSize: 378_826_000,
    },
  ])
})

test('a futures capture is told by its messages, and chains by the id before', async () => {
  const { book, trade } = (await read(FUTURE)) as Record<'book' | 'trade', Parsed>
  expect(trade.about.instrument?.id).toBe('BTCUSDT-PERP.BINANCE')
  expect(trade.events).toMatchObject([{ aggressor: 'buy', price: 618_003, quantity: 6 }])
  expect(book.events).toMatchObject([
    { kind: 'book-snapshot', updateId: 20, eventTime: 1_723_161_256_493_000, bids: [{ price: 618_002, quantity: 2909 }] },
    { kind: 'book-change', previousUpdateId: 18, lastUpdateId: 25 },
  ])
})

test('a line that makes no sense counts once and is found again', async () => {
  const odd = [
    'no capture at all',
    at(4, stream('btcusdt@markPrice', { e: 'markPriceUpdate', s: 'BTCUSDT', p: '1' })),
    at(5, stream('ethusdt@trade', { e: 'trade', T: 1, s: 'ETHUSDT', p: '1', q: '1', m: true })),
    at(6, stream('btcusdt@trade', { e: 'trade', T: 1, s: 'BTCUSDT', p: 'NaN', q: '1', m: true })),
    at(7, stream('btcusdt@trade', { e: 'trade', T: 1, s: 'BTCUSDT', p: '61837.63', q: '0', m: true })),
    at(8, stream('btcusdt@trade', { e: 'trade', T: 1, s: 'BTCUSDT', p: 61837.63, q: '1', m: true })),
    at(9, stream('btcusdt@depth', { e: 'depthUpdate', E: 1, s: 'BTCUSDT', U: 1.5, u: 2, b: [], a: [] })),
    at(10, stream('btcusdt@depth', { e: 'depthUpdate', E: 1, s: 'BTCUSDT', U: 1, u: 2, b: [['61837.635', '1']], a: [] })),
    at(11, stream('btcusdt@bookTicker', { u: 1, s: 'BTCUSDT', b: '0', B: '1', a: '2', A: '1' })),
    `${at(12, stream('btcusdt@trade', { e: 'trade', s: 'BTCUSDT' })).slice(0, -2)}`,
  ]
  const datasets = await read([...SPOT, ...odd])
  expect(count(datasets)).toBe(SPOT.length + odd.length)
  const faults = Object.values(datasets).flatMap(each =>
    each.faults.map(fault => `${each.about.kind} ${fault.where.split(':')[1]} ${fault.reason}`),
  )
  expect(faults.toSorted()).toEqual(
    [
      'book 10 schema',
      'book 11 schema',
      'book 4 schema',
      'book 5 schema',
      'quote 12 range',
      'trade 13 schema',
      'trade 6 schema',
      'trade 7 schema',
      'trade 8 range',
      'trade 9 schema',
    ].toSorted(),
  )
})

test('a whole file that cannot be read says why', async () => {
  const packed = gzipSync(Array.from({ length: 3000 }, () => SPOT.join('\n')).join('\n'))
  await expect(read(packed.subarray(0, packed.length >> 1))).rejects.toMatchObject({ code: 'IMPORT_GZIP_TRUNCATED' })
  await expect(read(Buffer.alloc(0))).rejects.toMatchObject({ code: 'IMPORT_EMPTY_FILE' })
  await expect(read([''])).rejects.toMatchObject({ code: 'IMPORT_EMPTY_FILE' })
  await expect(read(['1723161254000000000 {"channel":"l2Book","data":{"coin":"BTC"}}'])).rejects.toMatchObject({
    code: 'IMPORT_NOT_BINANCE',
  })
  await expect(read([SPOT[2]!.replaceAll('BTCUSDT', 'NOSUCH')])).rejects.toMatchObject({ code: 'IMPORT_UNKNOWN_INSTRUMENT' })
})

test('changed bytes give facts, faults or an ImportError, never a number that is none', async () => {
  const text = Buffer.from([...SPOT, ...SPOT, ...SPOT].join('\n'))
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.nat(text.length - 1), fc.integer({ min: 32, max: 126 })), { minLength: 1, maxLength: 10 }),
      async changes => {
        const mutated = Buffer.from(text)
        for (const [place, byte] of changes) mutated[place] = byte
        try {
          const datasets = await read(gzipSync(mutated))
          expect(count(datasets)).toBe(mutated.toString().split('\n').length)
          for (const { events } of Object.values(datasets))
            for (const number of events.flatMap(numbersOf)) expect(Number.isSafeInteger(number)).toBe(true)
        } catch (error) {
          if (!(error instanceof ImportError)) throw error
        }
      },
    ),
    // A time in nanoseconds that no longer fits in microseconds.
    {
      numRuns: 100,
      examples: [
        [
          [
            [0, 57],
            [1, 48],
          ],
        ],
      ],
    },
  )
})

describe('against the data pack', () => {
  const files: [path: string, lines: number, instrument: string][] = [
    ['usdm/btcusdt_20240808.gz', 93_954, 'BTCUSDT-PERP.BINANCE'],
    ['spot/btcusdt_20240808.gz', 41_249, 'BTCUSDT.BINANCE'],
    ['spot/btcusdt_20240809.gz', 58_325, 'BTCUSDT.BINANCE'],
    ['cm/btcusd_perp_20240808.gz', 48_270, 'BTCUSD-PERP.BINANCE'],
    ['cm/btcusd_perp_20240809.gz', 50_116, 'BTCUSD-PERP.BINANCE'],
  ]

  for (const [path, lines, instrument] of files) {
    packTest(`every line of ${path} is a fact, and its book's chain is unbroken`, async () => {
      const datasets = await parsed(binanceCapture, packPath('crypto/hftbacktest', path))
      expect(datasets.map(each => each.about.instrument?.id)).toEqual([instrument, instrument, instrument])
      expect(datasets.flatMap(each => each.faults)).toEqual([])
      expect(datasets.reduce((sum, each) => sum + each.events.length, 0)).toBe(lines)

      let gaps = 0
      let last: number | undefined
      for (const change of datasets[0]!.events) {
        if (change.kind !== 'book-change') continue
        const follows = change.previousUpdateId === -1 ? change.firstUpdateId - 1 : change.previousUpdateId
        if (last !== undefined && follows !== last) gaps++
        last = change.lastUpdateId
      }
      expect(gaps).toBe(0)
    })
  }

  packTest('the recorder’s clock of the USD-M capture ran 1.27 s behind the exchange’s', async () => {
    const [, trades] = await parsed(binanceCapture, packPath('crypto/hftbacktest/usdm/btcusdt_20240808.gz'))
    const delays = trades!.events.map(trade => trade.receivedTime - trade.eventTime).toSorted((a, b) => a - b)
    const median = delays[delays.length >> 1]! / 1e6
    expect(median).toBeGreaterThan(-1.3)
    expect(median).toBeLessThan(-1.2)
  })
})
