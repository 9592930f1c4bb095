import { globSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { lzma } from '@napi-rs/lzma'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { packPath, packTest } from '../../test/pack.ts'
import { numbersOf, type Parsed, parsed } from '../../test/parsed.ts'
import { ImportError } from '../adapters/files/format.ts'
import { formatMicros } from '../domain/numbers.ts'
import { bi5 } from './bi5-import.ts'

let root: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'bi5-'))
})
afterAll(() => rm(root, { recursive: true }))

const HOUR_FILE = 'GBPJPY/2012/11/03/07h_ticks.bi5'

async function read(content: Buffer, place = HOUR_FILE): Promise<Parsed> {
  const path = join(root, place)
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, content)
  const [only] = await parsed(bi5, path)
  return only!
}

type Tick = readonly [millis: number, ask: number, bid: number, askVolume: number, bidVolume: number]

function records(...ticks: readonly Tick[]): Buffer {
  const bytes = Buffer.alloc(20 * ticks.length)
  ticks.forEach(([millis, ask, bid, askVolume, bidVolume], index) => {
    bytes.writeInt32BE(millis, index * 20)
    bytes.writeInt32BE(ask, index * 20 + 4)
    bytes.writeInt32BE(bid, index * 20 + 8)
    bytes.writeFloatBE(askVolume, index * 20 + 12)
    bytes.writeFloatBE(bidVolume, index * 20 + 16)
  })
  return bytes
}

const packed = (...ticks: readonly Tick[]): Buffer => lzma.compressSync(records(...ticks))

test('month 11 is December, the ask comes first, and volumes are in millions', async () => {
  const { about, events } = await read(packed([1250, 132_105, 132_095, 1.5, 0.75]))
  expect(about).toMatchObject({
    kind: 'quote',
    instrument: { id: 'GBPJPY.DUKASCOPY', priceDecimals: 3 },
    provenance: { source: 'dukascopy' },
  })
  expect(events[0]).toMatchObject({
    kind: 'quote',
    ask: 132_105,
    bid: 132_095,
    askSize: 1_500_000,
    bidSize: 750_000,
    sequence: 1,
  })
  expect(formatMicros(events[0]!.eventTime)).toBe('2012-12-03T07:00:01.250000Z')
})

test('a file of zero bytes is an hour without ticks', async () => {
  expect(await read(Buffer.alloc(0))).toMatchObject({ events: [], faults: [] })
})

test('records that make no sense are faults at their byte', async () => {
  const good: Tick = [0, 132_105, 132_095, 1, 1]
  const { events, faults } = await read(
    packed(
      good,
      [3_600_000, 132_105, 132_095, 1, 1],
      [-1, 132_105, 132_095, 1, 1],
      [1, 0, 132_095, 1, 1],
      [2, 132_105, 132_095, Number.NaN, 1],
      [3, 132_105, 132_095, -1, 1],
      good,
    ),
  )
  expect(events.map(event => event.sequence)).toEqual([1, 7])
  expect(faults.map(fault => `${fault.where} ${fault.reason}`)).toEqual([
    '07h_ticks.bi5@20 range',
    '07h_ticks.bi5@40 range',
    '07h_ticks.bi5@60 range',
    '07h_ticks.bi5@80 schema',
    '07h_ticks.bi5@100 range',
  ])
})

test('a file that cannot be unpacked or placed says why', async () => {
  const whole = packed(...Array.from({ length: 500 }, (_, tick): Tick => [tick, 132_105 + (tick % 7), 132_095, 1, tick]))
  await expect(read(whole.subarray(0, whole.length - 40))).rejects.toMatchObject({ code: 'IMPORT_BI5_CORRUPT' })
  await expect(read(Buffer.from('no lzma at all, but some text'))).rejects.toMatchObject({ code: 'IMPORT_BI5_CORRUPT' })
  await expect(read(lzma.compressSync(Buffer.alloc(25)))).rejects.toMatchObject({ code: 'IMPORT_BI5_CORRUPT' })
  await expect(read(whole, 'moved/07h_ticks.bi5')).rejects.toMatchObject({ code: 'IMPORT_UNKNOWN_HOUR' })
  await expect(read(whole, 'GBPJPY/2012/12/03/07h_ticks.bi5'), 'there is no thirteenth month').rejects.toMatchObject({
    code: 'IMPORT_UNKNOWN_HOUR',
  })
  await expect(read(whole, 'NOTHING/2012/11/03/07h_ticks.bi5')).rejects.toMatchObject({ code: 'IMPORT_UNKNOWN_INSTRUMENT' })
  await expect(parsed(bi5, join(root, 'GBPJPY/2013/00/01/00h_ticks.bi5'))).rejects.toMatchObject({ code: 'IMPORT_UNREADABLE' })
})

test('a file that would take more room than an hour of ticks can is refused', async () => {
  const zeros = lzma.compressSync(Buffer.alloc(20_000_020))
  const stated = Buffer.from(zeros)
  stated.writeBigUInt64LE(20_000_020n, 5)
  const greedy = Buffer.from(packed([0, 132_105, 132_095, 1, 1]))
  greedy.writeUInt32LE(2 ** 31, 1)
  for (const bomb of [zeros, stated, greedy]) await expect(read(bomb)).rejects.toMatchObject({ code: 'IMPORT_BI5_CORRUPT' })
})

test('changed bytes give ticks, faults or an ImportError, never a number that is none', async () => {
  const whole = packed(...Array.from({ length: 40 }, (_, tick): Tick => [tick * 90, 132_105 + (tick % 7), 132_095, 1, tick]))
  await fc.assert(
    fc.asyncProperty(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
      const damaged = Buffer.from(whole)
      damaged[at]! ^= flip
      try {
        const { events } = await read(damaged)
        for (const number of events.flatMap(numbersOf)) expect(Number.isSafeInteger(number)).toBe(true)
      } catch (error) {
        expect(error).toBeInstanceOf(ImportError)
      }
    }),
    { numRuns: 100 },
  )
})

packTest('18 real hours equal their unpacked bytes record for record: 49,032 ticks', async () => {
  let ticks = 0
  for (const path of globSync(packPath('fx/dukascopy_bi5/compressed/GBPJPY/2012/11/03/*.bi5'))) {
    const raw = readFileSync(path.replace('/compressed/', '/raw/').replace(/\.bi5$/, '.bin'))
    const [hour] = await parsed(bi5, path)
    const start = Date.UTC(2012, 11, 3, Number(path.slice(-13, -11))) * 1000
    const expected = Array.from({ length: raw.length / 20 }, (_, index) => {
      const at = index * 20
      return [start + raw.readUInt32BE(at) * 1000, raw.readUInt32BE(at + 4), raw.readUInt32BE(at + 8)]
    })
    expect(hour!.faults).toEqual([])
    expect(hour!.events.map(tick => tick.kind === 'quote' && [tick.eventTime, tick.ask, tick.bid])).toEqual(expected)
    ticks += expected.length
    // The pound stood near 132 yen that day, and no quote is crossed.
    const odd = hour!.events.filter(
      tick => tick.kind === 'quote' && !(tick.bid > 131_000 && tick.bid <= tick.ask && tick.ask < 133_000),
    )
    expect(odd).toEqual([])
  }
  expect(ticks).toBe(49_032)
})
