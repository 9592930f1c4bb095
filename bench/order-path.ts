// What people who look on cost an order: its way from the quote to the venue without a server, and beside 200 dashboards, a
// server that stands still, one that is killed, one under a flood, and one that checks passwords. SECONDS=10 for longer phases.
import { mkdtempSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ClientOrder, Server } from './dashboard-clients.ts'
import type { ServerOrder } from './dashboard-server.ts'
import { benchLake, median } from './engine-child.ts'
import { percentiles, writeFigure } from './figure.ts'
import type { OrderTimes, RunOrder } from './order-run.ts'
import { ToldProcess } from './told-process.ts'

const SECONDS = Number(process.env['SECONDS'] ?? 3)
const ROUNDS = Number(process.env['ROUNDS'] ?? 4)
const DASHBOARDS = 200
const TOPICS = ['quotes', 'orders', 'accounts', 'signals']
/** Dashboards are on other machines; on this one they get what the house leaves. */
const CLIENTS_NICENESS = 10

const ALONE = 'no server'
const WATCHED = `${DASHBOARDS} dashboards`
const STOPPED = 'a stopped server'
const KILLED = 'a killed server'
const FLOODED = 'a flooded server'
const SIGNED_IN = '100 sign-ins a minute'

type Tail = ReturnType<typeof percentiles>
const wait = (seconds: number) => new Promise<void>(resolve => setTimeout(resolve, seconds * 1_000))

if (await benchLake()) await measure()

async function measure(): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'q-orders-'))
  const run = new ToldProcess<RunOrder>('order-run.ts', [home])
  await run.tell({ do: 'begin' })
  await wait(3)

  const phases = new Map<string, OrderTimes[]>()
  /** One phase; what disturbs begins before it and ends after it. */
  const phase = async (name: string, beside: () => Promise<unknown> = async () => {}): Promise<void> => {
    await wait(0.5)
    await run.tell({ do: 'measure' })
    await Promise.all([wait(SECONDS), beside()])
    const times = await run.tell<OrderTimes>({ do: 'report' })
    phases.set(name, [...(phases.get(name) ?? []), times])
    if (process.env['VERBOSE'] !== undefined) {
      const [due, received, synced, looks] = [times.due, times.received, times.synced, times.looks].map(percentiles) as [
        Tail,
        Tail,
        Tail,
        Tail,
      ]
      const text = ({ p50, p99, max }: Tail) => `${p50.toFixed(2)}/${p99.toFixed(2)}/${max.toFixed(2)}`
      console.error(
        `${name}: ${times.due.length} orders, p50/p99/max due ${text(due)} received ${text(received)} sync ${text(synced)} looks ${text(looks)}, core ${times.waitedForCore.toFixed(0)} ms, load ${loadavg()[0]!.toFixed(1)}`,
      )
    }
  }

  const server = new ToldProcess<ServerOrder>('dashboard-server.ts', [home])
  const known = await server.tell<Server>({ do: 'serve' })
  const clients = new ToldProcess<ClientOrder>('dashboard-clients.ts', [String(CLIENTS_NICENESS)])
  const look = async (): Promise<void> => {
    await server.tell({ do: 'listen' })
    // On a machine that is busy with other things, some are taken for dead before they are all there.
    for (let open = 0; open < DASHBOARDS; open = await server.tell<number>({ do: 'count' })) {
      await clients.tell({ do: 'open', server: known, count: DASHBOARDS - open, topics: TOPICS })
    }
  }
  const leave = async (): Promise<void> => {
    await clients.tell({ do: 'close' })
    await server.tell({ do: 'deaf' })
  }

  // Both for once, to be warm.
  await look()
  await wait(1)
  await leave()

  for (let round = 0; round < ROUNDS; round++) {
    await phase(ALONE)
    await look()
    await phase(WATCHED)
    if (round === ROUNDS - 1) break
    await leave()
  }

  server.process.kill('SIGSTOP')
  await phase(STOPPED)
  server.process.kill('SIGCONT')
  await wait(1)

  await clients.tell({ do: 'flood', server: known, connections: 20 })
  await phase(FLOODED)
  const rubbish = await clients.tell<number>({ do: 'calm' })
  await wait(1)

  let signedIn = 0
  const signIns = { do: 'sign-in', server: known, perMinute: 100, seconds: SECONDS } as const
  await phase(SIGNED_IN, async () => {
    signedIn = await clients.tell<number>(signIns)
  })

  await phase(KILLED, async () => {
    await wait(SECONDS / 3)
    await server.end()
  })
  await clients.tell({ do: 'close' })
  await phase(ALONE)

  await clients.end()
  await run.tell({ do: 'end' })
  await run.end()
  rmSync(home, { recursive: true })

  const words: Readonly<Record<string, string>> = {
    [STOPPED]: 'the server stands still and reads nothing; ',
    [KILLED]: 'the server is killed in the middle; ',
    [FLOODED]: `${rubbish} messages and requests of rubbish beside the dashboards; `,
    [SIGNED_IN]: `${signedIn} sign-ins with a password, each over a new connection; `,
  }
  for (const [path, pick] of [
    ['quote received to order left', ({ received }: OrderTimes) => received],
    ['quote due to order left', ({ due }: OrderTimes) => due],
  ] as const) {
    const alone = tails(phases.get(ALONE)!, pick)
    for (const [name, times] of phases) {
      const all = tails(times, pick)
      writeFigure({
        ...(name === ALONE
          ? { metric: `${path}, ${ALONE}, p99`, value: all.p99, unit: 'ms' }
          : { metric: `${path}, p99 with ${name}`, value: all.p99 / alone.p99, unit: '× that without', target: { atMost: 1.2 } }),
        ...{ bench: 'order-path', p50: all.p50, p99: all.p99, correctnessHash: `${all.orders} orders` },
        note: `${words[name] ?? ''}medians of ${times.length} phases of ${SECONDS} s with ${all.orders} orders: p50 ${all.p50.toFixed(2)}, p99 ${all.p99.toFixed(2)}, p99.9 of all ${all.p999.toFixed(2)} ms; the journal's sync ${all.synced.toFixed(2)} ms p99; the run waited ${all.waited.toFixed(1)} % of the time for a core; load ${loadavg()[0]!.toFixed(1)}`,
      })
    }
  }
}

/** Medians over the phases, and the far tail over all orders. */
function tails(times: readonly OrderTimes[], pick: (one: OrderTimes) => readonly number[]) {
  const of = (some: (one: OrderTimes) => readonly number[], share: 'p50' | 'p99') =>
    median(times.map(one => percentiles(some(one))[share]))
  const all = times.flatMap(pick).sort((a, b) => a - b)
  return {
    orders: all.length,
    p50: of(pick, 'p50'),
    p99: of(pick, 'p99'),
    p999: all[Math.max(0, Math.ceil(0.999 * all.length) - 1)] ?? Number.NaN,
    synced: of(({ synced }) => synced, 'p99'),
    waited: median(times.map(({ waitedForCore }) => waitedForCore)) / (10 * SECONDS),
  }
}
