// Captured sessions end to end: what is counted, what reaches the lake, and what damage does.
import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { quadrant } from '../../../test/command.ts'
import { krakenSession } from '../../../test/kraken-session.ts'
import { asV2 } from '../../../test/kraken-tape.ts'
import { packPath, packTest } from '../../../test/pack.ts'
import { checksum } from '../../../test/venues/kraken-venue.ts'
import { openFeed } from '../../adapters/lake/feed.ts'
import { Lake } from '../../adapters/lake/lake.ts'
import { verify } from '../../adapters/lake/verify.ts'
import type { FeedEvent } from '../../domain/event.ts'
import { type CaptureResult, importCapture } from './capture-import.ts'

const CAMPAIGN = Boolean(process.env['CAMPAIGN'])
const PATIENCE_MILLIS = CAMPAIGN ? 600_000 : 60_000

let folder: string
let lake: Lake

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quadrant-capture-'))
  lake = new Lake(join(folder, 'lake'))
})
afterEach(async () => {
  lake.close()
  await rm(folder, { recursive: true, force: true })
})

async function write(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, content)
  return path
}

const text = (lines: readonly string[]): string => `${lines.join('\n')}\n`
const count = (...paths: readonly string[]): Promise<CaptureResult> =>
  importCapture(paths, { source: 'kraken', dryRun: true }, lake)
const bring = (...paths: readonly string[]): Promise<CaptureResult> => importCapture(paths, { source: 'kraken' }, lake)
const captured = (name: string): string => packPath('api_payloads/cryptofeed', name)

const CLEAN = { unknown: 0, checksumMismatches: 0, sequenceGaps: 0, booksDifferent: 0, unreadable: 0, faults: {}, failures: [] }

async function readBack(instrument: string, kind: 'quote' | 'trade' | 'book'): Promise<FeedEvent[]> {
  const request = { instrument, kind, bar: undefined, prices: 'both', limit: undefined } as const
  const { feed } = await openFeed(lake, { from: undefined, to: undefined, data: [request], macro: [], calendar: false })
  const events: FeedEvent[] = []
  for await (const batch of feed.batches()) events.push(...batch)
  return events
}

describe('what is counted', () => {
  test('rows are received frames and replies, events what came of them', async () => {
    const { lines, changes, trades } = krakenSession(1, 200)
    const result = await count(await write('a.ws', text(lines)))

    // Without the line that opens the connection and the one that was sent; the first snapshots are two.
    expect(result).toMatchObject({
      ...CLEAN,
      rows: lines.length - 2,
      booksCompared: changes.length + 2,
      connections: 1,
      files: 1,
    })
    expect(result.kinds).toMatchObject({ 'book-snapshot': 2, 'book-change': changes.length, trade: trades.length })
    expect(result.events).toBe(Object.values(result.kinds).reduce((sum, events) => sum + events, 0))
  })

  test('compressed files are the same session', async () => {
    const session = text(krakenSession(2, 100).lines)
    const plain = await count(await write('a.ws', session))
    expect(await count(await write('a.gz', gzipSync(session)))).toEqual(plain)
    expect(await count(await write('a.txt.zst', zstdCompressSync(session)))).toEqual(plain)
    // Carriage returns and a byte order mark are other people's habits.
    expect(await count(await write('b.ws', `\uFEFF${session.replaceAll('\n', '\r\n')}`))).toEqual(plain)
  })

  test('parts of one recording are one connection, whatever their number', async () => {
    const { lines } = krakenSession(3, 300)
    const whole = await count(await write('whole.ws', text(lines)))
    const paths = []
    for (const [at, part] of [lines.slice(0, 90), lines.slice(90, 200), lines.slice(200)].entries())
      paths.push(await write(`frames-kraken-1-${9 + at}.txt`, text(part)))
    expect(await count(...paths)).toEqual({ ...whole, files: 3 })
    expect(await count(folder)).toMatchObject({ rows: 2 * whole.rows, events: 2 * whole.events, checksumMismatches: 0 })
  })

  test('of a recording of several sources the parts of the others are left out', async () => {
    const { lines } = krakenSession(3, 60)
    await write('frames-kraken-2-00001.txt', text(lines))
    await write('frames-binance-1-00001.txt', 'wss://stream.binance.com:9443/stream?streams=btcusdt@depth <-> 1.0\n2.0: {}\n')
    await write('frames-binance-1-00002.txt', '3.0: {"stream":"btcusdt@depth","data":{}}\n')
    expect(await count(folder)).toMatchObject({ ...CLEAN, rows: lines.length - 2, files: 1 })
  })

  test('lines of no known form are counted and passed over, remarks are not even counted', async () => {
    const { lines } = krakenSession(4, 50)
    const whole = await count(await write('a.ws', text(lines)))
    const odd = [...lines.slice(0, 20), 'what is this', '17', 'configuration: {"l2_book":["BTC-USD"]}', '', ...lines.slice(20)]
    expect(await count(await write('b.ws', text(odd)))).toEqual({ ...whole, unreadable: 2 })
  })

  test('a session without its beginning is read all the same, its missing snapshots are gaps', async () => {
    const { lines, changes } = krakenSession(5, 60)
    expect(await count(await write('a.ws', text(lines.slice(1))))).toMatchObject({ ...CLEAN, rows: lines.length - 2 })
    const cut = await count(await write('b.ws', text(lines.slice(7))))
    expect(cut).toMatchObject({ sequenceGaps: 2, booksCompared: 0, rows: lines.length - 7 })
    expect(cut.kinds).not.toHaveProperty('book-change')
    expect(changes.length).toBeGreaterThan(2)
  })

  test('a clock that jumps for one line is taken for damage, and harms nothing', async () => {
    const { lines } = krakenSession(6, 60)
    const whole = await bring(await write('a.ws', text(lines)))
    const odd = lines.map((line, at) => (at === 30 ? line.replace(/^17/, '19') : at === 40 ? line.replace(/^17/, '07') : line))
    const result = await bring(await write('b.ws', text(odd)))
    expect(result).toMatchObject({ events: whole.events, accepted: whole.accepted, quarantined: {} })
  })
})

describe('captures of the pack', () => {
  const FIGURES = {
    rows: 4321,
    events: 5089,
    booksCompared: 4269,
    kinds: { 'book-snapshot': 10, 'book-change': 4269, quote: 810 },
  }

  packTest('the book session of Kraken holds 4,269 checksums, with what stands beside it and without', async () => {
    expect(await count(captured('KRAKEN.ws.50.0'))).toMatchObject({ ...CLEAN, ...FIGURES })
    const alone = await write('alone.ws', await readFile(captured('KRAKEN.ws.50.0')))
    expect(await count(alone)).toMatchObject({ ...CLEAN, ...FIGURES })
  })

  packTest('told again in the new dialect it holds ten more', async () => {
    const lines = (await readFile(captured('KRAKEN.ws.50.0'), 'utf8')).split('\n')
    const result = await bring(await write('v2.ws', text(asV2(lines))))
    expect(result).toMatchObject({ ...CLEAN, ...FIGURES, rows: 4319 + 2, booksCompared: 4279, accepted: 5089, datasets: 20 })
  })

  packTest('of a folder of many venues those of the source are taken, its list of pairs as one row', async () => {
    const result = await count(packPath('api_payloads/cryptofeed'))
    // 49 + 60 + 4,321 frames, and the reply of KRAKEN.0.
    expect(result).toMatchObject({ ...CLEAN, rows: 49 + 60 + 4321 + 1, files: 4, connections: 3 })
  })

  packTest('the session of Binance finds its snapshots and instruments beside it', async () => {
    const result = await importCapture([captured('BINANCE.ws.1.0')], { source: 'binance', dryRun: true }, lake)
    expect(result).toMatchObject({ ...CLEAN, rows: 265, booksCompared: 26 })
    expect(result.kinds).toMatchObject({ 'book-snapshot': 4, 'book-change': 172 })
  })

  packTest('the session of Coinbase decodes without a fault', async () => {
    const result = await importCapture([captured('COINBASE.ws.28.0')], { source: 'coinbase', dryRun: true }, lake)
    expect(result).toMatchObject({ ...CLEAN, rows: 9946 })
  })

  packTest('lines that are dropped from the tape show in the checksums, a digit too', async () => {
    const lines = (await readFile(captured('KRAKEN.ws.50.0'), 'utf8')).split('\n')
    expect(
      (await count(await write('drop.ws', text(lines.filter((_, at) => at !== 2000 && at !== 2500))))).checksumMismatches,
    ).toBe(2)
    const flipped = lines.map((line, at) => (at === 3000 ? line.replace(/"c":"(\d)/, (_, digit) => `"c":"${9 - digit}`) : line))
    expect((await count(await write('flip.ws', text(flipped)))).checksumMismatches).toBe(1)
  })
})

describe('the lake', () => {
  test('gets the facts, and gives them back', async () => {
    const { lines, changes, trades, symbolOf } = krakenSession(7, 150)
    const path = await write('a.ws', text(lines))
    const result = await bring(path)

    expect(result).toMatchObject({ accepted: result.events, quarantined: {}, skipped: 0 })
    const book = await readBack('BTCUSD.KRAKEN', 'book')
    expect(book).toHaveLength(1 + changes.filter(at => symbolOf.get(at) === 'BTC/USD').length)
    expect(book[0]).toMatchObject({ kind: 'book-snapshot', provenance: { source: 'kraken', kind: 'recorded', origin: path } })
    expect(await readBack('ADABTC.KRAKEN', 'trade')).toHaveLength(trades.filter(at => symbolOf.get(at) === 'ADA/BTC').length)
    expect((await verify(lake)).faults).toEqual([])
  })

  test('takes the same file once', async () => {
    const path = await write('a.ws', text(krakenSession(8, 50).lines))
    const first = await bring(path)
    expect(await bring(path)).toMatchObject({ datasets: 0, skipped: first.datasets, accepted: 0, events: first.events })
  })

  test('stays as it is with a dry run', async () => {
    await count(await write('a.ws', text(krakenSession(9, 50).lines)))
    expect(lake.list()).toEqual([])
  })
})

describe('what cannot be read', () => {
  const refusal = (...paths: readonly string[]) =>
    bring(...paths).then(
      () => undefined,
      (error: { code?: string }) => error.code,
    )

  test('has a code', async () => {
    const foreign = 'wss://stream.binance.com:9443/ws <-> 1.0\n1.1: {}\n'
    expect(await refusal(join(folder, 'nowhere'))).toBe('CAPTURE_NOT_FOUND')
    expect(await refusal(await write('prose', 'It was a dark and stormy night.\n'))).toBe('CAPTURE_UNREADABLE')
    expect(await refusal(await write('empty', ''))).toBe('CAPTURE_UNREADABLE')
    expect(await refusal(await write('broken.gz', Buffer.from([0x1f, 0x8b, 8, 0, 1, 2, 3])))).toBe('CAPTURE_UNREADABLE')
    expect(await refusal(await write('foreign', foreign))).toBe('CAPTURE_FOREIGN')
    const path = await write('a.ws', text(krakenSession(1, 5).lines))
    for (const source of [undefined, 'krakn', 'fred'])
      await expect(importCapture([path], { source }, lake)).rejects.toMatchObject({ code: 'USAGE_SOURCE' })
  })

  test('beside what can be is told, and the rest is read', async () => {
    const whole = await write('a.ws', text(krakenSession(1, 50).lines))
    const prose = await write('prose', 'It was a dark and stormy night.\n')
    expect(await bring(whole, prose)).toMatchObject({ files: 1, failures: [{ path: prose, code: 'CAPTURE_UNREADABLE' }] })
  })

  test.each(['gz', 'zst'])('of a .%s that was cut what stands before the cut is read', async ending => {
    const session = text(krakenSession(10, 4000).lines)
    const bytes = ending === 'gz' ? gzipSync(session) : zstdCompressSync(session)
    const path = await write(`a.${ending}`, bytes)
    const whole = await count(path)
    await truncate(path, Math.floor(bytes.length * 0.8))
    const cut = await count(path)
    expect(cut.failures).toMatchObject([{ path, code: 'CAPTURE_DAMAGED' }])
    expect(cut.rows).toBeGreaterThan(whole.rows / 4)
    expect(cut.checksumMismatches).toBe(0)
  })
})

describe('damage to a session', () => {
  type Damage = {
    readonly kind: 'drop' | 'repeat' | 'digit' | 'swap' | 'cut' | 'noise'
    readonly at: number
    readonly seed: number
  }
  const damage: fc.Arbitrary<Damage> = fc.record({
    kind: fc.constantFrom('drop', 'repeat', 'digit', 'swap', 'cut', 'noise'),
    at: fc.nat(10_000),
    seed: fc.nat(10_000),
  })

  /** The digit is one of a price, a size or the checksum. */
  function flipped(line: string, seed: number): string {
    const places = [...line.matchAll(/"(?:price|qty|checksum)":([\d.]+)/g)].flatMap(({ index, 0: found, 1: figure = '' }) =>
      [...figure].flatMap((digit, i) => (digit === '.' ? [] : [index + found.length - figure.length + i])),
    )
    const place = places[seed % places.length]!
    return `${line.slice(0, place)}${(Number(line[place]) + 1 + (seed % 9)) % 10}${line.slice(place + 1)}`
  }

  function damaged(lines: readonly string[], { kind, at, seed }: Damage, index: number): string[] {
    const line = lines[index]!
    const [before, after] = [lines.slice(0, index), lines.slice(index + 1)]
    switch (kind) {
      case 'drop':
        return [...before, ...after]
      case 'repeat':
        return [...before, line, line, ...after]
      case 'digit':
        return [...before, flipped(line, seed), ...after]
      case 'swap':
        return [...before, ...after.slice(0, 1), line, ...after.slice(1)]
      case 'cut':
        return [...before, line.slice(0, at % line.length), ...after]
      case 'noise':
        return [
          ...before,
          String.fromCharCode(
            ...Array.from(line, (c, i) => (i % 7 === seed % 7 ? NOISE[seed % NOISE.length]! : c.charCodeAt(0))),
          ),
          ...after,
        ]
    }
  }

  test(
    'of any kind is survived, and what is left is counted',
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.nat(1000), fc.array(damage, { minLength: 1, maxLength: 12 }), async (seed, damages) => {
          let lines = [...krakenSession(seed, 120).lines]
          for (const one of damages) lines = damaged(lines, one, one.at % lines.length)
          const result = await count(await write(`${seed}.ws`, text([...lines, '1700001000.0: {"channel":"heartbeat"}'])))
          expect(result.rows + result.unreadable).toBeLessThanOrEqual(lines.length + 1 + damages.length)
          expect(result.booksDifferent).toBe(result.checksumMismatches)
        }),
        { numRuns: CAMPAIGN ? 2000 : 60 },
      )
    },
    PATIENCE_MILLIS,
  )

  test(
    'that loses or alters a change of a book is noticed just when the books differ, and a repetition at once',
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.nat(1000), damage, async (seed, one) => {
          fc.pre(one.kind === 'drop' || one.kind === 'digit' || one.kind === 'repeat')
          const { lines, changes } = krakenSession(seed, 120)
          const hurt = damaged(lines, one, changes[one.at % changes.length]!)
          const { checksumMismatches, booksDifferent, faults } = await count(await write(`${seed}.ws`, text(hurt)))

          expect(checksumMismatches).toBe(mismatchesOf(hurt))
          expect(booksDifferent).toBe(checksumMismatches)
          if (one.kind === 'digit') expect(checksumMismatches).toBe(1)
          if (one.kind === 'repeat') expect(faults).toEqual({ duplicate: 1 })
        }),
        { numRuns: CAMPAIGN ? 2000 : 60 },
      )
    },
    PATIENCE_MILLIS,
  )

  test('that loses a trade is noticed', async () => {
    const { lines, trades, symbolOf } = krakenSession(11, 200)
    const index = trades.find(
      at => trades.some(later => later > at && symbolOf.get(later) === symbolOf.get(at)) && at > trades[2]!,
    )!
    const result = await count(await write('a.ws', text(lines.filter((_, at) => at !== index))))
    expect(result).toMatchObject({ sequenceGaps: 1, faults: { gap: 1 }, checksumMismatches: 0 })
  })
})

/** No line breaks. */
const NOISE = [0, 7, 27, 32, 34, 48, 57, 91, 123, 125, 127, 233]

/** How many books differ from their checksums, each until its next snapshot: the rule once more, with plain maps. */
function mismatchesOf(lines: readonly string[]): number {
  const books = new Map<string, Record<'bids' | 'asks', [price: string, size: string][]> | 'lost'>()
  let mismatches = 0
  for (const line of lines) {
    const [, type = '', symbol = '', bids = '', asks = '', crc = ''] =
      /"channel":"book","type":"(\w+)","data":\[{"symbol":"([^"]+)","bids":\[(.*)\],"asks":\[(.*)\],"checksum":(\d+)/.exec(
        line,
      ) ?? []
    if (type === 'snapshot') books.set(symbol, { bids: [], asks: [] })
    const book = books.get(symbol)
    if (type === '' || book === undefined || book === 'lost') continue
    for (const [name, told] of [
      ['bids', bids],
      ['asks', asks],
    ] as const) {
      for (const [, price = '', size = ''] of told.matchAll(/"price":([\d.]+),"qty":([\d.]+)/g)) {
        book[name] = book[name].filter(([other]) => Number(other) !== Number(price))
        if (Number(size) > 0) book[name].push([price, size])
      }
      book[name] = book[name].sort(([a], [b]) => (Number(a) - Number(b)) * (name === 'bids' ? -1 : 1)).slice(0, 10)
    }
    if (checksum(book) === Number(crc)) continue
    mismatches++
    books.set(symbol, 'lost')
  }
  return mismatches
}

test('the command prints exactly these figures, and says what is wrong by its exit code', async () => {
  const path = await write('a.ws', text(krakenSession(12, 50).lines))
  const surroundings = { cwd: folder, env: { QUADRANT_HOME: folder } }
  const [done, without] = await Promise.all([
    quadrant(['data', 'import', 'capture', '--source', 'kraken', path, '--json'], surroundings),
    quadrant(['data', 'import', 'capture', path, '--json'], surroundings),
  ])
  expect(done).toMatchObject({ exit: 0, stderr: '' })
  const { rows, ...result } = JSON.parse(done.stdout)
  expect(rows).toBeGreaterThan(40)
  expect(result).toMatchObject({ unknown: 0, checksumMismatches: 0, sequenceGaps: 0, booksDifferent: 0, source: 'kraken' })
  expect(result.events).toBe(result.accepted)
  expect(result.booksCompared).toBeGreaterThan(0)
  expect(without.exit).toBe(2)
  expect(JSON.parse(without.stdout).error.code).toBe('USAGE_SOURCE')
})
