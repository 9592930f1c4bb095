// How many rows a second go into the lake and come out of it, alone and merged with another instrument.
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { BUNDLED_FOLDER } from '../src/adapters/files/bundled.ts'
import { openFeed } from '../src/adapters/lake/feed.ts'
import { Lake } from '../src/adapters/lake/lake.ts'
import type { DataRequest } from '../src/adapters/lake/request.ts'
import { importFiles } from '../src/apps/import.ts'
import { Digest } from '../src/domain/digest.ts'
import { percentiles, writeFigure } from './figure.ts'

const ROUNDS = 7
const PACK = [process.env['QUADRANT_DATA'], resolve(import.meta.dirname, '../../shared/market')].find(
  path => path !== undefined && existsSync(join(path, 'cfd/lean')),
)

const item = (instrument: string, kind: 'quote' | 'bar'): DataRequest => ({
  instrument,
  kind,
  bar: kind === 'bar' ? '1d' : undefined,
  prices: 'both',
  limit: undefined,
})

/** Gold and euro ticks where the pack is, otherwise the daily figures that come with Quadrant. */
const input = PACK
  ? {
      format: 'lean',
      paths: [join(PACK, 'cfd/lean/oanda/tick/xauusd'), join(PACK, 'fx/lean/oanda/tick/eurusd')],
      one: [item('XAUUSD.OANDA', 'quote')],
      two: [item('XAUUSD.OANDA', 'quote'), item('EURUSD.OANDA', 'quote')],
      note: 'gold and euro ticks of the data pack',
    }
  : {
      format: 'bundled',
      paths: [BUNDLED_FOLDER],
      one: [item('WTI.EIA', 'bar')],
      two: [item('WTI.EIA', 'bar'), item('BRENT.EIA', 'bar')],
      note: 'bundled daily figures: too few rows for a meaningful speed',
    }

const folder = mkdtempSync(join(tmpdir(), 'quadrant-bench-lake-'))
const lake = new Lake(folder)
try {
  await write()
  await read('read one instrument', { data: input.one, atLeast: 3_000_000 })
  await read('read two instruments merged', { data: input.two })
} finally {
  lake.close()
  rmSync(folder, { recursive: true, force: true })
}

/** Parsing, the quality gate, Parquet and its checksums; the digest is over the checksums of what was written. */
async function write(): Promise<void> {
  const start = performance.now()
  const result = await importFiles(input.format, input.paths, {}, lake)
  const seconds = (performance.now() - start) / 1000

  const digest = new Digest()
  for (const manifest of lake.list()) for (const { sha256, events } of manifest.partitions) digest.text(sha256).number(events)
  writeFigure({
    bench: 'lake',
    metric: 'import',
    value: result.rows / seconds,
    unit: 'rows/s',
    correctnessHash: digest.hex,
    note: `${input.note}; ${result.rows} rows, ${result.partitions} partitions, parser and gate included`,
  })
}

async function read(metric: string, what: { readonly data: readonly DataRequest[]; readonly atLeast?: number }): Promise<void> {
  const speeds = new Float64Array(ROUNDS)
  let seen = { events: 0, hash: '', dataHash: '' }
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now()
    const { feed, dataHash } = await openFeed(lake, {
      from: undefined,
      to: undefined,
      data: what.data,
      macro: [],
      calendar: false,
    })
    let events = 0
    let sum = 0
    for await (const batch of feed.batches()) {
      events += batch.length
      for (const event of batch) sum += event.kind === 'quote' ? event.bid + event.ask : event.sequence
    }
    speeds[round] = (events / (performance.now() - start)) * 1000
    seen = { events, hash: new Digest().number(events).number(sum).hex, dataHash }
  }

  const { p50 } = percentiles(speeds)
  writeFigure({
    bench: 'lake',
    metric,
    value: p50,
    unit: 'events/s',
    ...(what.atLeast !== undefined && PACK && { target: { atLeast: what.atLeast } }),
    correctnessHash: seen.hash,
    dataHash: seen.dataHash,
    p50,
    p99: Math.min(...speeds),
    note: `${input.note}; ${seen.events} events, ${ROUNDS} rounds, opening the lake included`,
  })
}
