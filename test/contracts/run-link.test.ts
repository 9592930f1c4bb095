// The run link: what is said arrives once and in order, a listener is never waited for, and the dead are forgotten.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Announcement, socketPath } from '../../src/adapters/run-link/announcement.ts'
import { MOST_WAITING_BYTES } from '../../src/adapters/run-link/listener.ts'
import { RunPublisher } from '../../src/adapters/run-link/run-publisher.ts'
import { type RowsFrame, RunWatcher } from '../../src/adapters/run-link/run-watcher.ts'
import type { RowOf } from '../../src/wire/topics.ts'

let home: string
const closing: (() => unknown)[] = []

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'q-'))
})
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
  rmSync(home, { recursive: true, force: true })
})

const TIME = '2026-01-02T00:00:00.000000Z'
const RUN = { run: 'paper-demo', account: 'demo', mode: 'PAPER', started: TIME }

const note = (count: number, words = String(count)): RowOf<'notes'> => ({
  ...{ key: `paper-demo:${count}`, run: 'paper-demo', time: TIME, type: 'count', words, correlationId: '' },
})
const quote = (instrument: string, last: string): RowOf<'quotes'> => ({
  ...{ key: instrument, bid: null, ask: null, last, change: null, time: TIME, source: 'bell', live: true, quality: null },
})

async function publisher(run = RUN): Promise<RunPublisher> {
  const made = await RunPublisher.start(home, run)
  closing.push(() => made.close())
  return made
}

/** Listens, and lets a test wait until what was heard is as it says. */
class Ear {
  readonly frames: RowsFrame[] = []
  readonly heard: string[] = []
  readonly ended: string[] = []
  readonly watcher: RunWatcher
  #check: (() => void) | undefined

  constructor() {
    const tell = (): void => this.#check?.()
    this.watcher = new RunWatcher({
      home,
      onRun: ({ run }) => {
        this.heard.push(run)
        tell()
      },
      onRows: (_, frame) => {
        this.frames.push(frame)
        tell()
      },
      onEnd: ({ run }) => {
        this.ended.push(run)
        tell()
      },
    })
    closing.push(() => this.watcher.close())
  }

  async until(fact: () => boolean): Promise<void> {
    if (fact()) return
    await new Promise<void>(resolve => {
      this.#check = () => {
        if (fact()) resolve()
      }
    })
    this.#check = undefined
  }

  /** The words of every note, in the order in which they came. */
  get notes(): string[] {
    return this.frames
      .filter(({ topic }) => topic === 'notes')
      .flatMap(({ rows }) => (rows as RowOf<'notes'>[]).map(row => row.words))
  }

  /** A table as its frames leave it: key and last price. */
  get quotes(): Record<string, string> {
    const table: Record<string, string> = {}
    for (const { rows, gone = [] } of this.frames.filter(({ topic }) => topic === 'quotes')) {
      for (const row of rows as RowOf<'quotes'>[]) table[row.key] = row.last
      for (const key of gone) delete table[key]
    }
    return table
  }
}

test('who comes late is told how things stand, then what changes', async () => {
  const run = await publisher()
  run.publish('quotes', [quote('BTC-USD.KRAKEN', '1'), quote('ETH-USD.KRAKEN', '2')])
  run.publish('quotes', [quote('BTC-USD.KRAKEN', '3')], ['ETH-USD.KRAKEN'])
  run.publish('notes', [note(1), note(2)])

  const ear = new Ear()
  await ear.until(() => ear.notes.length === 2)
  run.publish('notes', [note(3)])
  run.publish('quotes', [quote('ETH-USD.KRAKEN', '4')])
  await ear.until(() => ear.notes.length === 3 && ear.quotes['ETH-USD.KRAKEN'] !== undefined)

  expect(ear.notes).toEqual(['1', '2', '3'])
  expect(ear.quotes).toEqual({ 'BTC-USD.KRAKEN': '3', 'ETH-USD.KRAKEN': '4' })
  expect(ear.watcher.runs.map(({ run: id, account, pid }) => [id, account, pid])).toEqual([['paper-demo', 'demo', process.pid]])
})

test('two readers hear the same', async () => {
  const run = await publisher()
  const [one, two] = [new Ear(), new Ear()]
  for (let count = 1; count <= 300; count++) run.publish('notes', [note(count)])
  await one.until(() => one.notes.length === 300)
  await two.until(() => two.notes.length === 300)

  expect(one.notes).toEqual(Array.from({ length: 300 }, (_, at) => String(at + 1)))
  expect(two.notes).toEqual(one.notes)
})

test('a reader that stopped reading holds up nobody and costs no more than the bound', async () => {
  const run = await publisher()
  const stopped = connect(JSON.parse(readFileSync(join(home, 'live', 'paper-demo.json'), 'utf8')).socket as string)
  await once(stopped, 'data')
  stopped.pause()
  const ear = new Ear()
  await ear.until(() => ear.heard.length === 1)

  const words = 'x'.repeat(1_000)
  let most = 0
  // 40 MB of notes and 200,000 changes of twenty quotes.
  for (let round = 0; round < 400; round++) {
    for (let at = 0; at < 100; at++) run.publish('notes', [note(round * 100 + at, words)])
    for (let at = 0; at < 500; at++) run.publish('quotes', [quote(`I${at % 20}.BELL`, String(round))])
    most = Math.max(most, run.waitingBytes)
    // The other reader gets its turn.
    if (round % 20 === 0) await new Promise(resolve => setImmediate(resolve))
  }
  await ear.until(() => Object.values(ear.quotes).filter(last => last === '399').length === 20)

  expect(most, 'bytes that wait for both readers').toBeLessThanOrEqual(2 * MOST_WAITING_BYTES)
  expect(most, 'the flood did reach the bound').toBeGreaterThan(MOST_WAITING_BYTES / 4)

  // When it reads again, it gets what is kept rather than what was.
  let text = ''
  const caughtUp = new Promise<void>(resolve => {
    stopped.on('data', chunk => {
      text += chunk
      if (text.includes('"key":"paper-demo:39999"') && text.includes('"key":"I19.BELL"')) resolve()
    })
  })
  stopped.resume()
  await caughtUp
  stopped.destroy()
  expect(text.length).toBeLessThan(8 << 20)
})

test('a reader that is killed is forgotten', async () => {
  const run = await publisher()
  const reader = connect(JSON.parse(readFileSync(join(home, 'live', 'paper-demo.json'), 'utf8')).socket as string)
  await once(reader, 'data')
  expect(run.listeners).toBe(1)

  reader.destroy()
  await once(reader, 'close')
  const ear = new Ear()
  await ear.until(() => ear.heard.length === 1)
  for (let count = 1; count <= 3; count++) run.publish('notes', [note(count)])
  await ear.until(() => ear.notes.length === 3)

  expect(run.listeners).toBe(1)
})

test('a run asks nothing and answers what it can', async () => {
  const run = await publisher()
  const ear = new Ear()
  await ear.until(() => ear.heard.length === 1)

  expect(await ear.watcher.request('paper-demo', { type: 'stop-changed' })).toMatchObject({
    ok: false,
    code: 'RUN_TAKES_NO_REQUESTS',
  })
  run.onRequest(request => ({ ok: true, message: request.type === 'cancel' ? request.order : request.type }))
  expect(await ear.watcher.request('paper-demo', { type: 'cancel', operator: 'ann', order: 'o1-0' })).toEqual({
    ok: true,
    message: 'o1-0',
  })
  run.onRequest(() => {
    throw Object.assign(new Error('no such order'), { code: 'ORDER_NOT_FOUND', fix: 'look again' })
  })
  expect(await ear.watcher.request('paper-demo', { type: 'stop-changed' })).toEqual({
    ...{ ok: false, code: 'ORDER_NOT_FOUND', message: 'no such order', fix: 'look again' },
  })
  run.onRequest(() => new Promise(() => {}))
  expect(await ear.watcher.request('paper-demo', { type: 'stop-changed' }, 20)).toMatchObject({ code: 'RUN_LINK_TIMEOUT' })
  expect(await ear.watcher.request('nobody', { type: 'stop-changed' })).toMatchObject({ code: 'RUN_NOT_RUNNING' })
})

test('what is no request closes the connection, and the run goes on', async () => {
  const run = await publisher()
  for (const text of ['no json\n', '{"type":"cancel"}\n', `${'x'.repeat(70_000)}\n`, Buffer.from([0xff, 10])]) {
    const stranger = connect(JSON.parse(readFileSync(join(home, 'live', 'paper-demo.json'), 'utf8')).socket as string)
    stranger.on('error', () => {})
    stranger.resume()
    stranger.write(text)
    await once(stranger, 'close')
  }
  const ear = new Ear()
  run.publish('notes', [note(1)])
  await ear.until(() => ear.notes.length === 1)
  expect(ear.notes).toEqual(['1'])
})

test('a run that ends takes its files away and says so', async () => {
  const run = await publisher()
  const ear = new Ear()
  await ear.until(() => ear.heard.length === 1)
  run.publish('notes', [note(1)])
  await run.close()
  await ear.until(() => ear.ended.length === 1)

  expect(ear.notes).toEqual(['1'])
  expect(ear.watcher.runs).toEqual([])
  expect(readdirSync(join(home, 'live'))).toEqual([])
})

test('a run that starts again is heard anew', async () => {
  const first = await publisher()
  const ear = new Ear()
  first.publish('notes', [note(1)])
  await ear.until(() => ear.notes.length === 1)
  await first.close()
  await ear.until(() => ear.ended.length === 1)

  const second = await publisher({ ...RUN, started: '2026-01-02T00:00:01.000000Z' })
  second.publish('notes', [note(2)])
  await ear.until(() => ear.notes.length === 2)
  expect(ear.notes).toEqual(['1', '2'])
})

test('of a killed run nothing is left, and its rows came in order', async () => {
  const child = spawn(process.execPath, [resolve('test/contracts/run-link-child.ts'), home, 'paper-child'], { stdio: 'inherit' })
  closing.push(() => child.kill('SIGKILL'))
  const ear = new Ear()
  await ear.until(() => ear.notes.length >= 20)
  expect(await ear.watcher.request('paper-child', { type: 'stop-changed' })).toEqual({ ok: true, message: 'stop-changed' })
  child.kill('SIGKILL')
  await ear.until(() => ear.ended.includes('paper-child'))

  const first = Number(ear.notes[0])
  expect(ear.notes.map(Number)).toEqual(ear.notes.map((_, at) => first + at))
  expect(readdirSync(join(home, 'live'))).toEqual([])
})

test('nobody else may look, and a name is no path', async () => {
  const run = await publisher()
  const { socket } = JSON.parse(readFileSync(join(home, 'live', 'paper-demo.json'), 'utf8')) as Announcement
  expect(statSync(join(home, 'live')).mode & 0o777).toBe(0o700)
  expect(statSync(socket).mode & 0o777).toBe(0o600)
  await run.close()

  await expect(publisher({ ...RUN, run: '../outside' })).rejects.toThrow(RangeError)
  expect(readdirSync(home)).toEqual(['live'])
})

test('a path too long for a socket is replaced by a private one, which goes with the run', async () => {
  home = join(home, 'a'.repeat(90))
  const run = await publisher()
  const { socket } = JSON.parse(readFileSync(join(home, 'live', 'paper-demo.json'), 'utf8')) as Announcement
  expect(Buffer.byteLength(socket)).toBeLessThanOrEqual(100)
  const ear = new Ear()
  run.publish('notes', [note(1)])
  await ear.until(() => ear.notes.length === 1)
  await run.close()

  expect(existsSync(socket)).toBe(false)
  expect(existsSync(join(socket, '..'))).toBe(false)
})

test('Windows gets a named pipe', () => {
  expect(socketPath(home, 'paper-demo', 'win32')).toBe(`\\\\.\\pipe\\quadrant-paper-demo-${process.pid}`)
})

test('files that announce nothing are passed over', async () => {
  const ear = new Ear()
  writeFileSync(join(home, 'live', 'broken.json'), '{')
  writeFileSync(join(home, 'live', 'other.json'), JSON.stringify({ ...RUN, pid: 1, socket: join(home, 'kill.json') }))
  const run = await publisher()
  run.publish('notes', [note(1)])
  await ear.until(() => ear.notes.length === 1)
  expect(ear.heard).toEqual(['paper-demo'])
})
