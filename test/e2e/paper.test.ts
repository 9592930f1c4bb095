// Paper as a user runs it, against a simulated venue over real TLS: it trades, records, stops, goes on, and plays again to the same state.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Lake } from '../../src/adapters/lake/lake.ts'
import { importCapture } from '../../src/apps/capture/capture-import.ts'
import { parseRunConfig } from '../../src/apps/config.ts'
import { importBundled } from '../../src/apps/datasets.ts'
import { explain } from '../../src/apps/explain.ts'
import { lakeFolder } from '../../src/apps/home.ts'
import { readStatus } from '../../src/apps/live/live-status.ts'
import { requestFailover } from '../../src/apps/live/operator-orders.ts'
import { runPaper } from '../../src/apps/live/paper.ts'
import type { PaperOptions } from '../../src/apps/live/paper-options.ts'
import { scoreRecording } from '../../src/apps/live/score-recording.ts'
import type { Note } from '../../src/apps/live/step-notes.ts'
import { showRun } from '../../src/apps/run-folder.ts'
import { KrakenMarket, paperText, storeBitcoin } from './kraken-market.ts'
import type { PaperChild } from './paper-child.ts'

const CHILD = join(import.meta.dirname, 'paper-child.ts')

const folder = mkdtempSync(join(tmpdir(), 'quadrant-paper-'))
let market: KrakenMarket

beforeAll(async () => {
  market = await KrakenMarket.start(7)
})

afterAll(async () => {
  await market.stop()
  rmSync(folder, { recursive: true, force: true })
})

const CONFIG = paperText({ name: 'paper-test', bar: '100ms', order: '1000%', position: '1000%', marginRate: '0%' })
const config = parseRunConfig(CONFIG, { file: 'paper-test.yaml' })

const home = (name: string): string => storeBitcoin(join(folder, name))

interface Heard {
  readonly notes: Note[]
  readonly options: PaperOptions
  readonly stop: () => void
}

/** Options of a run that ends once `enough` of its notes have been heard. */
function listening(path: string, enough: (notes: readonly Note[]) => boolean): Heard {
  const notes: Note[] = []
  const stop = new AbortController()
  const onNote = (note: Note): void => {
    notes.push(note)
    if (enough(notes)) stop.abort()
  }
  return {
    notes,
    options: { home: path, signal: stop.signal, onNote, ...market.options },
    stop: () => stop.abort(),
  }
}

const fills = (count: number) => (notes: readonly Note[]) => notes.filter(({ type }) => type === 'fill').length >= count
const of = (notes: readonly Note[], type: string): Note => notes.find(note => note.type === type)!

test('a run on a living venue trades, records, and its recording ends in the same state', async () => {
  const path = home('first')
  const live = listening(path, fills(4))
  const summary = await runPaper(config, live.options)

  expect(market.venue.violations).toEqual([])
  expect(summary).toMatchObject({ mode: 'PAPER', ledgerSum: { USD: '0' } })
  expect(summary.fills).toBeGreaterThanOrEqual(4)
  expect(of(live.notes, 'source-change')).toMatchObject({ instrument: 'BTCUSD.KRAKEN', from: '', to: 'kraken', level: 'live' })
  const recording = String(of(live.notes, 'stop')['recording'])

  const again = listening(path, () => false)
  const replayed = await runPaper(config, { ...again.options, replay: recording })

  expect(of(again.notes, 'stop')).toMatchObject({ equal: true, stateHash: summary.stateHash })
  const { id: _id, elapsedSeconds: _seconds, eventsPerSecond: _rate, report: _report, dataHash: _data, ...same } = replayed
  expect(summary).toMatchObject(same)

  // The raw frames beside it tell the same facts once more, and every book the same as the venue's checksum.
  const lake = new Lake(lakeFolder(path))
  const raw = await importCapture([recording], { source: 'kraken', dryRun: true }, lake)
  lake.close()
  expect(raw).toMatchObject({ unknown: 0, checksumMismatches: 0, sequenceGaps: 0, booksDifferent: 0 })
  // Frames that came while the run was ending were kept and no longer read.
  expect(raw.events).toBeGreaterThanOrEqual(summary.events)
  expect(raw.booksCompared).toBeGreaterThan(50)

  const { sources } = await scoreRecording(recording)
  expect(sources).toMatchObject([{ instrument: 'BTCUSD.KRAKEN', source: 'kraken', faults: {} }])
  expect(sources[0]!.score).toBeGreaterThan(0.9)

  // Both can be asked why: the one from its journal, the other from the recording.
  const order = showRun(path, summary.id).orderList[0]!.id
  const asked = await explain(path, summary.id, { order })
  expect(asked).toMatchObject({ chain: expect.arrayContaining([expect.objectContaining({ stage: 'source' })]) })
  expect(await explain(path, replayed.id, { order })).toMatchObject({ chain: 'chain' in asked ? asked.chain : [] })
}, 120_000)

test('what the economy had said before is known from the start, and in the recording too', async () => {
  const path = home('macro')
  const lake = new Lake(lakeFolder(path))
  await importBundled(lake)
  lake.close()
  const text = CONFIG.replace('senses: []', 'senses: [why]\nmacro: [UNRATE, CPIAUCSL, DGS2, DGS10]').replace(
    'bar: 100ms',
    'bar: 1s',
  )
  const reading = parseRunConfig(text, { file: 'paper-test.yaml' })
  const live = listening(path, fills(1))
  const summary = await runPaper(reading, live.options)
  const again = listening(path, () => false)
  await runPaper(reading, { ...again.options, replay: String(of(live.notes, 'stop')['recording']) })

  expect(of(again.notes, 'stop')).toMatchObject({ equal: true, stateHash: summary.stateHash })
  const order = showRun(path, summary.id).orderList[0]!.id
  const asked = await explain(path, summary.id, { order })
  // The bundled figures: unemployment, prices and two yields.
  expect(JSON.stringify(asked)).toMatch(/why/)
}, 120_000)

test('a run that was stopped goes on with its orders, its position and its money', async () => {
  const path = home('second')
  const before = listening(path, fills(3))
  const first = await runPaper(config, before.options)

  const after = listening(path, fills(2))
  const second = await runPaper(config, after.options)

  expect(of(after.notes, 'start')['continuedFrom']).toBe(of(before.notes, 'stop')['sequence'])
  expect(second.id).toBe(first.id)
  expect(second.fills).toBeGreaterThanOrEqual(first.fills + 2)
  expect(second.ledgerSum).toEqual({ USD: '0' })
  const orders = showRun(path, second.id).orderList.map(({ id }) => id)
  expect(new Set(orders).size).toBe(orders.length)
}, 120_000)

test('a run that was killed goes on from its journal: nothing that was done is forgotten, nothing is done twice', async () => {
  const path = home('killed')
  const { host, port } = market.venue.routes.route({ host: 'ws.kraken.com', port: 443 })
  expect(host).toBe('127.0.0.1')
  const child: PaperChild = {
    ...{ home: path, config: CONFIG, ports: { 'ws.kraken.com:443': port } },
    authority: market.venue.routes.authorities![0]!,
  }
  const process_ = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', CHILD, JSON.stringify(child)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const told: Note[] = []
  for await (const line of createInterface({ input: process_.stdout })) {
    told.push(JSON.parse(line) as Note)
    if (fills(3)(told)) process_.kill('SIGKILL')
  }

  const after = listening(path, fills(1))
  const summary = await runPaper(config, after.options)

  // An order leaves only after its cause is on disk, so every fill that was told has its order in the journal.
  expect(of(after.notes, 'start')['continuedFrom']).toBeGreaterThan(0)
  const { orderList, fillList } = showRun(path, summary.id)
  const sent = told.filter(note => note.type === 'order' && note['to'] === 'sent').map(note => note['order'])
  expect(orderList.map(({ id }) => id)).toEqual(expect.arrayContaining(sent))
  expect(new Set(orderList.map(({ id }) => id)).size).toBe(orderList.length)
  expect(new Set(fillList.map(fill => JSON.stringify(fill))).size).toBe(fillList.length)
  expect(summary.ledgerSum).toEqual({ USD: '0' })
}, 120_000)

test('status tells of the run while it lives and after', async () => {
  const path = home('third')
  let during: ReturnType<typeof readStatus> | undefined
  const live = listening(path, notes => {
    if (!fills(1)(notes)) return false
    during ??= readStatus(path)
    return true
  })
  await runPaper(config, live.options)

  expect(during).toMatchObject({
    running: true,
    instruments: [{ instrument: 'BTCUSD.KRAKEN', sources: [{ source: 'kraken' }] }],
  })
  const source = readStatus(path).instruments[0]!.sources[0]!
  expect(readStatus(path).running).toBe(false)
  expect(Object.keys(source)).toEqual(
    expect.arrayContaining(['source', 'state', 'score', 'parts', 'latencyMillis', 'ageMillis', 'selected', 'why']),
  )
}, 120_000)

test("a person's failover to a source that is not there is on record and changes nothing", async () => {
  const path = home('fourth')
  let asked = false
  const live = listening(path, notes => {
    if (fills(1)(notes) && !asked) {
      asked = true
      requestFailover(path, { instrumentId: 'BTCUSD.KRAKEN', source: 'coinbase', operator: 'anna', reason: 'a try' })
    }
    return notes.some(({ type }) => type === 'command')
  })
  await runPaper(config, live.options)

  expect(of(live.notes, 'command')).toMatchObject({
    operator: 'anna',
    order: { action: 'failover', instrumentId: 'BTCUSD.KRAKEN', source: 'coinbase' },
  })
  expect(live.notes.filter(({ type }) => type === 'source-change')).toHaveLength(1)
}, 120_000)
