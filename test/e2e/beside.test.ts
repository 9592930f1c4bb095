// `quadrant run` with the dashboard beside it: started with the run, ended with it, and found again where the run was killed.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { KRAKEN } from '../../src/adapters/kraken/kraken.ts'
import { readRunConfig } from '../../src/apps/config.ts'
import { runPaper } from '../../src/apps/live/paper.ts'
import type { Note } from '../../src/apps/live/step-notes.ts'
import { readServer } from '../../src/apps/serve/server-file.ts'
import { storeMetas } from '../../src/apps/symbols/instruments.ts'
import { ServerClient } from '../server-client.ts'
import { ROOT } from '../source.ts'
import { Authority } from '../venues/authority.ts'
import { startKrakenVenue } from '../venues/kraken-venue.ts'
import { VenueClock } from '../venues/venue-clock.ts'
import { krakenMeta } from './kraken-meta.ts'

const { instruments: _, ...UNLISTED } = KRAKEN
const folder = mkdtempSync(join(tmpdir(), 'q-beside-'))
const home = join(folder, '.quadrant')
const configuration = join(folder, 'beside.yaml')
const running: ChildProcess[] = []
let recording = ''

beforeAll(async () => {
  writeFileSync(
    configuration,
    `
name: beside
account: { currency: USD, equity: '1000000' }
feeds: { patience: 30s }
data: [{ instrument: BTCUSD.KRAKEN, kind: quote, sources: [{ source: kraken, symbol: BTC/USD }] }]
strategies:
  - { use: ema-cross, instrument: BTCUSD.KRAKEN, bar: 1h, price: mid, params: { fast: 2, slow: 3, stopAtrs: 20 } }
senses: []
allocation: { method: fixed, quantity: '0.5' }
`,
  )
  mkdirSync(home, { recursive: true })
  storeMetas(home, 'kraken', [krakenMeta('BTC/USD', { priceDecimals: 1, quantityDecimals: 8 })])
  // Some seconds of a simulated market, which the command then plays slowly: it needs no network.
  const venue = await startKrakenVenue({ authority: await Authority.create(), clock: new VenueClock(), seed: 31 })
  const market = setInterval(() => venue.play(6), 20)
  await runPaper(readRunConfig(configuration), {
    ...{ home, signal: new AbortController().signal, routes: venue.routes, sources: [UNLISTED], forMillis: 2_000 },
    onNote: note => {
      if (note.type === 'stop') recording = String(note['recording'])
    },
  })
  clearInterval(market)
  await venue.stop()
}, 120_000)

afterAll(() => {
  for (const child of running) child.kill('SIGKILL')
  const pid = readServer(home)?.pid
  if (pid !== undefined && isAlive(pid)) process.kill(pid, 'SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

interface Beside {
  readonly child: ChildProcess
  /** Where the dashboard is, as the run says it. */
  readonly server: Promise<Note>
  readonly said: () => string
  readonly ended: Promise<number | null>
}

function run(): Beside {
  const args = ['run', '--mode', 'paper', configuration, '--replay', recording, '--speed', '0.01', '--json']
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', join(ROOT, 'src/apps/cli/main.ts'), ...args, '--port', '0', '--metrics-port', '0'],
    { cwd: folder, env: { ...process.env, QUADRANT_HOME: home }, stdio: ['ignore', 'pipe', 'pipe'] },
  )
  running.push(child)
  let said = ''
  child.stderr!.setEncoding('utf8').on('data', text => {
    said += text
  })
  const ended = once(child, 'close').then(([exit]) => exit as number | null)
  const server = new Promise<Note>((resolve, reject) => {
    createInterface(child.stdout!).on('line', line => {
      const note = JSON.parse(line) as Note
      if (note.type === 'server') resolve(note)
      if (note.type === 'server-failed') reject(new Error(String(note['reason'])))
    })
    ended.then(exit => reject(new Error(`run ended with ${exit}: ${said}`)))
  })
  return { child, server, said: () => said, ended }
}

async function until(fact: () => boolean): Promise<void> {
  while (!fact()) await sleep(20)
}

let owner: ServerClient
let left = 0

test('a run starts a server, and tells the person alone where the owner is made', async () => {
  const beside = run()
  const { url, log } = (await beside.server) as Note & { readonly url: string; readonly log: string }
  await until(() => beside.said().includes('#setup='))
  const token = /#setup=(\S+)/.exec(beside.said())![1]!

  owner = new ServerClient(url, home)
  await owner.setUp({ token, name: 'owner', password: 'four unrelated words here' })
  await owner.watch('runs', rows => rows.some(({ account, running: lives }) => account === 'beside' && lives === true))
  expect((await owner.call('GET /runs')).body.items.filter(({ running: lives }) => lives)).toMatchObject([{ mode: 'PAPER' }])
  for (const name of readdirSync(join(home, 'logs'))) {
    expect(readFileSync(join(home, 'logs', name), 'utf8'), name).not.toContain(token)
  }
  expect(log).toBe(join(home, 'logs', 'serve.log'))

  const { pid } = readServer(home)!
  beside.child.kill('SIGINT')
  await beside.ended
  await until(() => !isAlive(pid))
  expect(existsSync(join(home, 'server.json'))).toBe(false)
  owner.close()
}, 120_000)

test('a run that is killed leaves its server, which shows what is there and is used by the next run', async () => {
  const first = run()
  const { url } = (await first.server) as Note & { readonly url: string }
  left = readServer(home)!.pid
  first.child.kill('SIGKILL')
  await first.ended
  expect(isAlive(left)).toBe(true)

  const second = run()
  expect(await second.server).toMatchObject({ url, started: 'before this run' })
  const client = new ServerClient(url, home)
  const signedIn = await client.call('POST /session', {}, { name: 'owner', password: 'four unrelated words here' })
  expect(signedIn.status, signedIn.text).toBe(201)
  client.csrf = signedIn.body.csrf
  await client.watch('runs', rows => rows.some(({ running: lives }) => lives === true))
  second.child.kill('SIGINT')
  await second.ended
  expect(isAlive(left), 'who did not start it does not end it').toBe(true)
  expect(second.said()).not.toContain('#setup=')
  client.close()
}, 120_000)

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
