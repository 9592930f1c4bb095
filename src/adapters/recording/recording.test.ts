// A recording gives back exactly what entered, in order; a crash costs its last second and nothing before.
import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { zstdDecompressSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { parseFrameLine } from '../../connectivity/frame-line.ts'
import type { FeedEvent, LiveEvent } from '../../domain/event.ts'
import { micros, price, quantity } from '../../domain/numbers.ts'
import type { Provenance } from '../../domain/provenance.ts'
import type { Input } from './event-lines.ts'
import { Recording } from './recording-reader.ts'
import { type RecordingStart, RecordingWriter } from './recording-writer.ts'

const folder = mkdtempSync(join(tmpdir(), 'quadrant-recording-'))
afterAll(() => rmSync(folder, { recursive: true }))

const START: RecordingStart = {
  id: 'r',
  name: 'r',
  started: '2026-11-21T00:00:00.000Z',
  environment: 'live',
  instruments: [],
  configHash: 'c',
  configuration: 'name: r\n',
  continuedFrom: 0,
}

const live = (source: string): Provenance => ({ source, kind: 'live', origin: `wss://${source}`, checksum: '', licence: '' })
const KRAKEN = live('kraken')
const COINBASE = live('coinbase')

let folders = 0
const fresh = (): string => join(folder, String(folders++))

async function readAll(recording: Recording): Promise<Input[]> {
  const inputs: Input[] = []
  for await (const batch of recording.batches()) inputs.push(...batch)
  return inputs
}

const level = fc.tuple(fc.nat(1e9), fc.nat(1e9)).map(([at, size]) => ({ price: price(at), quantity: quantity(size) }))
const side = fc.array(level, { maxLength: 4 })
const about = fc.record({
  eventTime: fc.nat(1e9).map(micros),
  receivedTime: fc.nat(1e9).map(micros),
  sequence: fc.nat(),
  provenance: fc.constantFrom(KRAKEN, COINBASE),
})
const named = fc.constantFrom('BTCUSD.KRAKEN', 'ETHUSD.KRAKEN', 'names "with" quotes')
const steps = fc.integer({ min: -1e9, max: 1e9 }).map(price)

const event: fc.Arbitrary<LiveEvent> = fc.oneof(
  fc.tuple(about, named, steps, steps, fc.nat(), fc.nat()).map(([of, instrumentId, bid, ask, a, b]) => ({
    kind: 'quote' as const,
    instrumentId,
    ...of,
    bid,
    ask,
    bidSize: quantity(a),
    askSize: quantity(b),
  })),
  fc
    .tuple(about, named, steps, fc.nat(), fc.constantFrom('buy' as const, 'sell' as const, 'unknown' as const))
    .map(([of, instrumentId, at, size, aggressor]) => ({
      kind: 'trade' as const,
      instrumentId,
      ...of,
      price: at,
      quantity: quantity(size),
      aggressor,
    })),
  fc.tuple(about, named, side, side, fc.nat()).map(([of, instrumentId, bids, asks, updateId]) => ({
    kind: 'book-snapshot' as const,
    instrumentId,
    ...of,
    updateId,
    bids,
    asks,
  })),
  fc.tuple(about, named, side, side, fc.nat()).map(([of, instrumentId, bids, asks, id]) => ({
    kind: 'book-change' as const,
    instrumentId,
    ...of,
    firstUpdateId: id,
    lastUpdateId: id + 1,
    previousUpdateId: -1,
    bids,
    asks,
  })),
  fc.tuple(about, named, fc.array(steps, { minLength: 8, maxLength: 8 }), fc.nat()).map(([of, instrumentId, p, volume]) => ({
    kind: 'bar' as const,
    instrumentId,
    ...of,
    basis: 'mid' as const,
    openTime: micros(7),
    open: p[0]!,
    high: p[1]!,
    low: p[2]!,
    close: p[3]!,
    askOpen: p[4]!,
    askHigh: p[5]!,
    askLow: p[6]!,
    askClose: p[7]!,
    volume,
  })),
  fc.tuple(about, fc.double({ noNaN: true, noDefaultInfinity: true })).map(([of, value]) => ({
    kind: 'link-measure' as const,
    ...of,
    source: 'kraken',
    roundTripMicros: value === 0 ? 0 : value,
    clockOffsetMicros: Number.NaN,
  })),
  fc
    .tuple(about, fc.string(), fc.option(fc.double({ noDefaultInfinity: true }), { nil: Number.NaN }))
    .map(([of, name, value]) => ({
      kind: 'calendar-entry' as const,
      ...of,
      ...{ id: 'x', currency: 'USD', impact: 'high' as const, name, scheduledTime: micros(9) },
      ...{ actual: value === 0 ? 0 : value, forecast: Number.NaN, previous: 1.5 },
    })),
  fc.tuple(about, fc.string()).map(([of, reason]) => ({
    kind: 'link-change' as const,
    ...of,
    source: 'kraken',
    instrumentId: '',
    state: 'live' as const,
    reason,
  })),
)

const input: fc.Arbitrary<Input> = fc.oneof(
  { weight: 9, arbitrary: event.map(of => ({ kind: 'event' as const, event: of })) },
  { weight: 1, arbitrary: event.map(of => ({ kind: 'known' as const, event: of as FeedEvent })) },
  { weight: 1, arbitrary: fc.nat().map(time => ({ kind: 'advance' as const, time: micros(time) })) },
)

test('what is read back is what entered, over any number of segments', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(input, { maxLength: 200 }),
      fc.integer({ min: 100, max: 20_000 }),
      async (inputs, segmentCharacters) => {
        const path = fresh()
        const writer = new RecordingWriter(path, START, { segmentCharacters })
        for (const one of inputs) writer.input(one)
        const manifest = await writer.close('hash', '2026-11-21T01:00:00.000Z')

        const recording = new Recording(path)
        expect(await readAll(recording)).toEqual(inputs)
        expect(recording.manifest).toEqual(manifest)
        expect(recording.cut).toBe(false)
        rmSync(path, { recursive: true })
      },
    ),
    { numRuns: 40 },
  )
})

test('raw frames are lines with both directions and the clock, a file for each connection', async () => {
  const path = fresh()
  const writer = new RecordingWriter(path, START)
  const tap = writer.tap('kraken')
  tap.opened('wss://ws.kraken.com/v2', micros(1_000_000))
  tap.sent('wss://ws.kraken.com/v2', micros(1_000_001), '{"method":"ping"}')
  tap.received('wss://ws.kraken.com/v2', micros(1_500_000), '{"channel":"heartbeat"}')
  tap.replied('https://api.kraken.com/0/public/AssetPairs', micros(2_000_000), '{\n"error":[]}')
  const { frames } = await writer.close('', 'now')

  const lines = frames.map(({ file }) =>
    zstdDecompressSync(readFileSync(join(path, file)))
      .toString()
      .trimEnd()
      .split('\n'),
  )
  expect(lines[0]).toEqual([
    'wss://ws.kraken.com/v2 <-> 1.000000',
    'wss://ws.kraken.com/v2 <- 1.000001: {"method":"ping"}',
    '1.500000: {"channel":"heartbeat"}',
  ])
  expect(parseFrameLine(lines[1]![0]!)).toEqual({
    kind: 'replied',
    url: 'https://api.kraken.com/0/public/AssetPairs',
    time: 2_000_000,
    body: '{\n"error":[]}',
  })
})

test('a run that was killed is read up to the cut', async () => {
  const path = fresh()
  const writer = new RecordingWriter(path, START)
  const inputs = Array.from({ length: 5000 }, (_, at): Input => ({ kind: 'advance', time: micros(at * 7919) }))
  for (const one of inputs) writer.input(one)
  const { events } = await writer.close('', '')
  truncateSync(join(path, events[0]!.file), events[0]!.bytes - 200)

  const recording = new Recording(path)
  const read = await readAll(recording)
  expect(read).toEqual(inputs.slice(0, read.length))
  expect(recording.cut).toBe(true)
})

test('damage in a recording that ended is told, not skipped', async () => {
  const path = fresh()
  const writer = new RecordingWriter(path, START)
  for (let at = 0; at < 5000; at++) writer.input({ kind: 'advance', time: micros(at) })
  await writer.close('', 'ended')
  const file = readdirSync(path).find(name => name.startsWith('events'))!
  truncateSync(join(path, file), 500)

  await expect(readAll(new Recording(path))).rejects.toMatchObject({ code: 'RECORDING_UNREADABLE' })
  expect(() => new Recording(join(path, 'nowhere'))).toThrow(expect.objectContaining({ code: 'RECORDING_NOT_FOUND' }))
})
