// A house as people use it, with its own handlers, limits and database: a thousand reads a second as dashboards make them.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { runBacktest } from '../src/apps/backtest.ts'
import { readCheckedConfig } from '../src/apps/checked-config.ts'
import { serve, stopServed } from '../test/served.ts'
import { ServerClient } from '../test/server-client.ts'
import { BENCH_HOME, benchLake, median } from './engine-child.ts'
import { writeFigure } from './figure.ts'
import type { ReadersOrder, ReadTimes } from './house-readers.ts'
import { ToldProcess } from './told-process.ts'

const SECONDS = Number(process.env['SECONDS'] ?? 4)
const ROUNDS = Number(process.env['ROUNDS'] ?? 5)
const PER_SECOND = 1_000
/** A caller may read 50 times a second, an address 500 times: so many of each stay below. */
const CALLERS = 25
const ADDRESSES = ['127.0.0.1', '127.0.0.2', '127.0.0.3', '127.0.0.4']
/** What a page asks for when it opens. */
const PATHS = ['/instruments', '/health', '/orders?limit=50', '/feeds', '/signals?limit=50', '/runs', '/positions', '/accounts']

if (await benchLake()) await measure()

async function measure(): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'q-house-'))
  mkdirSync(home, { recursive: true })
  symlinkSync(join(BENCH_HOME, 'lake'), join(home, 'lake'))
  const config = await readCheckedConfig(resolve(import.meta.dirname, '../config/gold-ema.yaml'), ['data.0.limit=200000'])
  const { orders, id } = await runBacktest(config, { home })
  const served = await serve({ home, cwd: home })
  const client = new ServerClient(served.url, home)
  await client.setUp({ token: served.setupToken, name: 'owner', password: 'correct horse battery staple' })
  const callers: Record<string, string>[] = []
  for (let at = 0; at < CALLERS; at++) {
    const { status, body, text } = await client.call('POST /tokens', {}, { name: `reader ${at}`, scopes: ['read'], days: 1 })
    if (status !== 201) throw new Error(text)
    callers.push({ authorization: `Bearer ${body.token}` })
    await new Promise(resolve => setTimeout(resolve, 250))
  }

  const readers = new ToldProcess<ReadersOrder>('house-readers.ts')
  const order: ReadersOrder = {
    url: served.url,
    ca: readFileSync(join(home, 'certificates', 'authority.crt'), 'utf8'),
    paths: PATHS.map(path => `/api/v1${path}`),
    ...{ callers, addresses: ADDRESSES, perSecond: PER_SECOND, seconds: SECONDS },
  }
  // Once to be warm.
  await readers.tell<ReadTimes>({ ...order, perSecond: 200, seconds: 2 })
  const rounds: ReadTimes[] = []
  for (let round = 0; round < ROUNDS; round++) {
    rounds.push(await readers.tell<ReadTimes>(order))
    if (process.env['VERBOSE'] !== undefined) console.error(JSON.stringify(rounds.at(-1)), loadavg()[0])
  }
  await readers.end()
  client.close()
  await stopServed(served)
  rmSync(home, { recursive: true })

  const slowest = PATHS.map(path => [path, median(rounds.map(({ byPath }) => byPath[`/api/v1${path}`]!))] as const)
  writeFigure({
    ...{ bench: 'house-reads', metric: `a dashboard's reads of a real house at ${PER_SECOND} requests/s`, unit: 'ms p99' },
    value: median(rounds.map(({ p99 }) => p99)),
    target: { atMost: 25 },
    p50: median(rounds.map(({ p50 }) => p50)),
    p99: median(rounds.map(({ p99 }) => p99)),
    correctnessHash: `${rounds.reduce((sum, { refused }) => sum + refused, 0)} refused`,
    note: `medians of ${ROUNDS} rounds of ${SECONDS} s, ${CALLERS} callers from ${ADDRESSES.length} addresses, from when each was due; ${id} with ${orders} orders; p99 ${slowest.map(([path, p99]) => `${path} ${p99.toFixed(1)}`).join(', ')}; load ${loadavg()[0]!.toFixed(1)}`,
  })
}
