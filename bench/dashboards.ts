// Many dashboards on one server, with TLS on loopback and the clients in other processes: how late prices come, what a stuck
// client costs the others, how long a read takes. SECONDS=10 measures each figure for longer.
import { loadavg } from 'node:os'
import { GatewayHouse, PASSWORD } from '../test/gateway-house.ts'
import { type ClientOrder, type Lateness, type Server, stampNow } from './dashboard-clients.ts'
import { median } from './engine-child.ts'
import { writeFigure } from './figure.ts'
import { ToldProcess } from './told-process.ts'

const SECONDS = Number(process.env['SECONDS'] ?? 3)
const PER_SECOND = 50
const ROUNDS = 3

class Clients extends ToldProcess<ClientOrder> {
  constructor() {
    super('dashboard-clients.ts')
  }
}

const wait = (seconds: number) => new Promise<void>(resolve => setTimeout(resolve, seconds * 1_000))
const load = () => `load ${loadavg()[0]!.toFixed(1)}`
const rssMb = () => process.memoryUsage.rss() / 2 ** 20

const instruments = Array.from({ length: 50 }, (_, i) => ({
  id: `I${i}.BENCH`,
  name: `Instrument ${i}`,
  assetClass: 'fx',
  unit: 'USD',
  priceDecimals: 5,
  quantityDecimals: 2,
  hours: null,
  quote: null,
  opinion: null,
  spark: Array.from({ length: 40 }, (_, j) => 1 + j / 100),
  kinds: ['quote'],
}))
const plenty = { perSecond: 1e9, burst: 1e9 }
const house = await GatewayHouse.open({
  handlers: { 'GET /instruments': () => ({ items: instruments }) },
  gateway: { limits: { socketsPerSession: 2_000, requestsPerConnection: 1e9 }, rates: { read: plenty, address: plenty } },
})
await house.addUser('bench', ['read'])
const server: Server = {
  port: house.gateway.port,
  token: await house.apiToken('bench', ['read']),
  ca: house.authority.pem,
  password: PASSWORD,
}

/** One row of one of twenty instruments each time, fifty times a second. */
let published = 0
const publishing = setInterval(() => {
  const row = {
    key: `I${published++ % 20}.BENCH`,
    bid: '1.10231',
    ask: '1.10233',
    last: String(stampNow()),
    change: 0.0012,
    time: '2026-11-21T09:00:00.000000Z',
    source: 'bench',
    live: true,
    quality: 97,
  }
  house.hub.publish('quotes', [row])
}, 1_000 / PER_SECOND)

async function lateness(clients: Clients): Promise<Lateness> {
  await wait(1)
  await clients.tell({ do: 'measure' })
  await wait(SECONDS)
  return clients.tell<Lateness>({ do: 'report' })
}

const figure = (metric: string, { p50, p99, p999, max, frames, open }: Lateness, atMost: number) =>
  writeFigure({
    bench: 'dashboards',
    metric,
    value: p999,
    unit: 'ms p99.9',
    target: { atMost },
    p50,
    p99,
    correctnessHash: `${open} open`,
    note: `${frames} frames in ${SECONDS} s, max ${max.toFixed(1)} ms; ${load()}`,
  })

async function crowds(): Promise<void> {
  for (const { count, atMost } of [
    { count: 200, atMost: 50 },
    { count: 500, atMost: 250 },
  ]) {
    const clients = new Clients()
    await clients.tell({ do: 'open', server, count, topics: ['quotes'] })
    figure(`${count} dashboards × ${PER_SECOND} messages/s`, await lateness(clients), atMost)
    await clients.end()
  }
}

async function idle(): Promise<void> {
  const before = rssMb()
  const clients = new Clients()
  await clients.tell({ do: 'open', server, count: 1_000, topics: [] })
  await wait(SECONDS)
  writeFigure({
    bench: 'dashboards',
    metric: 'idle connections held',
    value: house.gateway.sockets,
    unit: 'sockets',
    target: { atLeast: 1_000 },
    correctnessHash: String(house.gateway.sockets),
    note: `${(rssMb() - before).toFixed(0)} MiB more`,
  })
  await clients.end()
}

/** Twenty that stop reading in the middle of it, beside a hundred that go on. */
async function stuck(): Promise<void> {
  const good = new Clients()
  await good.tell({ do: 'open', server, count: 100, topics: ['quotes'] })
  const rounds: { before: Lateness; during: Lateness; closed: number; memory: number }[] = []
  for (let round = 0; round < ROUNDS; round++) rounds.push({ before: await lateness(good), ...(await beside(good)) })
  await good.end()

  const of = { bench: 'dashboards', correctnessHash: `${rounds.at(-1)!.during.open} good ones open` }
  const closed = Math.max(...rounds.map(round => round.closed))
  writeFigure({ ...of, metric: '20 clients that never read: closed after', value: closed, unit: 's', target: { atMost: 5 } })
  const memory = Math.max(...rounds.map(round => round.memory))
  writeFigure({ ...of, metric: 'memory they cost', value: memory, unit: 'MiB', target: { atMost: 64 } })
  const [before, during] = [median(rounds.map(round => round.before.p999)), median(rounds.map(round => round.during.p999))]
  writeFigure({
    ...of,
    metric: "the others' p99.9 beside them, in parts of before",
    value: during / before,
    unit: '×',
    target: { atMost: 1.2 },
    note: `medians of ${ROUNDS} rounds in turn: ${before.toFixed(2)} ms before, ${during.toFixed(2)} ms during; ${load()}`,
  })
}

/** Until the last of the twenty is closed. */
async function beside(good: Clients): Promise<{ during: Lateness; closed: number; memory: number }> {
  const bad = new Clients()
  await bad.tell({ do: 'open', server, count: 20, topics: ['quotes'] })
  const memory = rssMb()
  await good.tell({ do: 'measure' })
  const from = performance.now()
  bad.process.kill('SIGSTOP')
  let most = memory
  let closed = Number.NaN
  while (performance.now() - from < 8_000 && Number.isNaN(closed)) {
    await wait(0.05)
    most = Math.max(most, rssMb())
    if (house.gateway.sockets <= 100) closed = (performance.now() - from) / 1_000
  }
  const during = await good.tell<Lateness>({ do: 'report' })
  await bad.end()
  return { during, closed, memory: Math.max(0, most - memory) }
}

interface Reads {
  readonly p50: number
  readonly p99: number
  readonly max: number
  readonly answered: number
  readonly failed: number
}

async function reads(): Promise<void> {
  const clients = new Clients()
  const order = { do: 'read', server, path: '/api/v1/instruments', rate: 1_000 } as const
  await clients.tell<Reads>({ ...order, seconds: 1 })
  const rounds: Reads[] = []
  for (let round = 0; round < ROUNDS; round++) rounds.push(await clients.tell<Reads>({ ...order, seconds: SECONDS }))
  await clients.end()
  const sum = (pick: (round: Reads) => number) => rounds.reduce((total, round) => total + pick(round), 0)
  writeFigure({
    bench: 'dashboards',
    metric: 'reads at 1,000 requests/s',
    value: median(rounds.map(({ p99 }) => p99)),
    unit: 'ms p99',
    target: { atMost: 25 },
    p50: median(rounds.map(({ p50 }) => p50)),
    p99: median(rounds.map(({ p99 }) => p99)),
    correctnessHash: `${sum(({ failed }) => failed)} failed`,
    note: `a list of 50 instruments; medians of ${ROUNDS} rounds, ${sum(({ answered }) => answered)} answered, max ${Math.max(...rounds.map(({ max }) => max))} ms; ${load()}`,
  })
}

await crowds()
await idle()
await stuck()
await reads()
clearInterval(publishing)
await house.close()
