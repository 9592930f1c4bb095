// The sidecar itself, started by python3 on a stand-in of the MetaTrader5 package, and read by our own conversation.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, expect, test } from 'vitest'
import { SidecarConversation } from '../../src/adapters/mt5/sidecar-conversation.ts'
import { listSymbols, metasOf } from '../../src/adapters/mt5/symbol-list.ts'
import { SystemClock } from '../../src/connectivity/clock.ts'
import type { Reactions } from '../../src/connectivity/conversation.ts'
import { lineLink } from '../../src/connectivity/line-link.ts'
import { Network } from '../../src/connectivity/network.ts'
import type { FeedEvent } from '../../src/domain/event.ts'
import { instrument } from '../../src/domain/instrument.ts'
import { MINUTE } from '../../src/domain/numbers.ts'

const SCRIPT = resolve(import.meta.dirname, '../../deploy/mt5/quadrant_mt5.py')
const STAND_IN = join(import.meta.dirname, 'metatrader5')
const TOKEN = 'a-token-of-the-test-run'
const python = spawnSync('python3', ['--version']).status === 0

const pythonTest = (name: string, body: () => Promise<void>): void => {
  if (python) test(name, { timeout: 30_000 }, body)
  else test.skip(`${name} (skipped: needs python3)`, body)
}

const running: (ChildProcess | Socket)[] = []
afterEach(() => {
  for (const one of running.splice(0)) {
    if ('kill' in one) one.kill()
    else one.destroy()
  }
})

/** Resolves to the port it listens on. */
function start(environment: Record<string, string> = {}): Promise<number> {
  const child = spawn('python3', ['-B', SCRIPT], {
    env: {
      ...process.env,
      PYTHONPATH: STAND_IN,
      QUADRANT_MT5_SIDECAR_TOKEN: TOKEN,
      QUADRANT_MT5_SIDECAR_PORT: '0',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  running.push(child)
  let complaint = ''
  child.stderr.on('data', chunk => {
    complaint += String(chunk)
  })
  return new Promise((done, fail) => {
    createInterface({ input: child.stdout }).on('line', line => done(Number(/:(\d+)$/.exec(line)?.[1])))
    child.on('exit', () => fail(new Error(complaint.trim())))
  })
}

interface Talk {
  readonly say: (line: object) => void
  /** The lines so far, once they are enough. */
  readonly until: (enough: (lines: readonly Line[]) => boolean) => Promise<readonly Line[]>
}
type Line = Readonly<Record<string, unknown>>

function talk(port: number): Talk {
  const socket = connect({ host: '127.0.0.1', port })
  running.push(socket)
  const lines: Line[] = []
  let look = () => {}
  createInterface({ input: socket }).on('line', line => {
    lines.push(JSON.parse(line) as Line)
    look()
  })
  return {
    say: line => socket.write(`${JSON.stringify(line)}\n`),
    until: enough =>
      new Promise(done => {
        look = () => {
          if (enough(lines)) done([...lines])
        }
        look()
      }),
  }
}

const has = (t: string) => (lines: readonly Line[]) => lines.some(is(t))
const measured = (tz: number) => (lines: readonly Line[]) => lines.filter(line => line['t'] === 'tick' && line['tz'] === tz)
const is = (t: string) => (line: Line) => line['t'] === t

pythonTest('ticks come with the raw time of the broker and its measured offset, each once and in order', async () => {
  const { say, until } = talk(await start({ STANDIN_OFFSET: '10800' }))
  say({ t: 'hello', v: 1, token: TOKEN })
  const [welcome] = await until(has('ok'))
  expect(welcome).toEqual({ t: 'ok', v: 1, login: '5012345', server: 'Broker-Demo', currency: 'USD', demo: true })

  say({ t: 'watch', symbols: ['EURUSD', 'NOSUCH'], books: ['EURUSD'] })
  const lines = await until(all => measured(10_800)(all).length > 40)
  const numbered = lines.slice(1)
  expect(numbered.map(line => line['n'])).toEqual(numbered.map((_, i) => i + 1))

  const ticks = lines.filter(is('tick'))
  expect(ticks[0], 'the standing tick says nothing new').toMatchObject({ fl: 0, tz: null })
  expect(
    ticks.slice(0, 3).map(line => line['tz']),
    'three moving ticks measure the clock',
  ).toEqual([null, null, null])
  for (const tick of ticks) {
    expect(Math.abs(Number(tick['raw']) - 10_800_000 - Date.now())).toBeLessThan(60_000)
    expect(tick['b']).toMatch(/^1\.083\d\d$/)
  }
  // The stand-in's prices count by its ticks: a lost or doubled one would break the row.
  const row = ticks.slice(1).map(tick => Math.round((Number(tick['b']) - 1.0834) * 1e5))
  for (let i = 1; i < row.length; i++) expect(row[i]).toBe((row[i - 1]! + 1) % 7)

  expect(lines.find(is('nosym'))).toMatchObject({ sym: 'NOSUCH' })
  expect(lines.find(is('sym'))).toMatchObject({
    sym: 'EURUSD',
    tickSize: '0.00001',
    contractSize: '100000',
    volumeMin: '0.01',
    swapLong: '-7.25',
  })
  expect(lines.find(is('book'))).toMatchObject({
    lv: [
      [1, '1.08360', '2.5'],
      [2, '1.08345', '1'],
    ],
  })
})

pythonTest('a clock change is measured anew, and nothing is dated by the old offset meanwhile', async () => {
  const { say, until } = talk(await start({ STANDIN_SHIFT_AFTER: '30' }))
  say({ t: 'hello', v: 1, token: TOKEN })
  say({ t: 'watch', symbols: ['EURUSD'], books: [] })
  const lines = await until(all => measured(10_800)(all).length > 0)

  for (const tick of lines.filter(is('tick'))) {
    if (tick['tz'] === null) continue
    const utcMillis = Number(tick['raw']) - Number(tick['tz']) * 1000
    expect(Math.abs(utcMillis - Date.now())).toBeLessThan(60_000)
  }
  expect(lines.filter(is('state')).map(line => line['tz'])).not.toHaveLength(0)
})

pythonTest('our conversation makes quotes and books of it, in UTC', async () => {
  const { say, until } = talk(await start())
  const events: FeedEvent[] = []
  const told: string[] = []
  const out: Reactions = {
    fact: event => events.push(event),
    link: (state, _id, reason) => told.push(`${state} ${reason}`),
    fault: (fault, _id, detail) => told.push(`FAULT ${fault} ${detail}`),
    compared: () => {},
    measure: () => {},
    send: frame => say(JSON.parse(String(frame)) as object),
    request: () => {},
    reconnect: (_when, reason) => told.push(`END ${reason}`),
    refuse: error => told.push(`REFUSED ${error.message}`),
    unknown: what => told.push(`UNKNOWN ${what}`),
  }
  const euro = instrument({
    ...{ id: 'EURUSD.MT5', assetClass: 'forex', base: 'EUR', quote: 'USD', settle: 'USD', priceDecimals: 5, quantityDecimals: 0 },
    ...{ tick: 1, lot: 1000, multiplier: 1, calendar: 'fx-cfd', negativePrices: false },
  })
  const conversation = new SidecarConversation({
    subscriptions: [{ instrument: euro, symbol: 'EURUSD', wants: ['quote', 'book'] }],
    provenance: { source: 'mt5-direct', kind: 'live', origin: 'tcp://127.0.0.1', checksum: '', licence: '' },
    token: TOKEN,
    login: '5012345',
    server: 'Broker-Demo',
  })
  const clock = new SystemClock()
  conversation.open(clock.now(), out)
  let read = 0
  await until(lines => {
    for (; read < lines.length; read++) conversation.receive(JSON.stringify(lines[read]), clock.now(), out)
    return events.length > 30
  })

  expect(told.filter(what => /^(END|REFUSED|UNKNOWN)/.test(what))).toEqual([])
  expect(told.at(-1)).toContain('live')
  const quotes = events.filter(event => event.kind === 'quote')
  for (const { bid, ask, eventTime, receivedTime } of quotes) {
    // A spread of a tenth of a pip is one step of five decimals.
    expect(ask - bid).toBe(1)
    expect(Math.abs(receivedTime - eventTime)).toBeLessThan(MINUTE)
  }
})

pythonTest('all symbols are listed as records of instruments', async () => {
  const port = await start()
  const open = lineLink(new Network(['127.0.0.1']), { host: '127.0.0.1', port, plain: true })
  const [euro] = metasOf(await listSymbols(open, { token: TOKEN, clock: new SystemClock() }))

  // 0.01 lots of 100000 is 1000 units, the smallest order and its step.
  expect(euro).toMatchObject({
    ...{ id: 'EURUSD.MT5', assetClass: 'forex', priceDecimals: 5, tick: 1, quantityDecimals: 0, lot: 1000 },
    ...{ minQuantity: '1000', maxQuantity: '50000000', pipSize: '0.0001', calendar: 'fx-cfd', venue: 'mt5:Broker-Demo' },
  })
})

pythonTest('bars come as they are asked for', async () => {
  const { say, until } = talk(await start())
  say({ t: 'hello', v: 1, token: TOKEN })
  say({ t: 'rates', sym: 'EURUSD', per: 'M1', from: 0, count: 3 })
  const bars = (await until(has('end'))).filter(is('bar'))
  expect(bars).toHaveLength(3)
  expect(bars[0]).toMatchObject({ sym: 'EURUSD', o: '1.08340', h: '1.08360', l: '1.08330', c: '1.08350', v: '57' })
})

pythonTest('a wrong token is refused, and so is a start without one', async () => {
  const { say, until } = talk(await start())
  say({ t: 'hello', v: 1, token: 'guessed' })
  expect(await until(lines => lines.length > 0)).toEqual([{ t: 'no', why: 'token' }])
  await expect(start({ QUADRANT_MT5_SIDECAR_TOKEN: 'short' })).rejects.toThrow('at least 16 characters')
})

test('neither the sidecar nor the Expert Advisor has a word that could send an order', () => {
  const advisor = readFileSync(resolve(import.meta.dirname, '../../deploy/mt5/QuadrantBridge.mq5'), 'utf8')
  for (const text of [readFileSync(SCRIPT, 'utf8'), advisor]) {
    expect(text).not.toMatch(/order_(send|check)|OrderSend|OrderCheck|CTrade|PositionClose/)
  }
})
