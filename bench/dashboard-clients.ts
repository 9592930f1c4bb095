// Dashboards in a process of their own, told over IPC what to do: open sockets, watch quotes, say how late they came, read over HTTP.
import { Agent, request } from 'node:https'
import autocannon from 'autocannon'
import WebSocket from 'ws'
import { stepBack } from '../src/apps/live/step-back.ts'
import { percentiles } from './figure.ts'
import { obeyOrders } from './told-process.ts'

export interface Server {
  readonly port: number
  readonly token: string
  readonly ca: string
  /** Of the user 'bench'. */
  readonly password: string
}

export type ClientOrder =
  | { readonly do: 'open'; readonly server: Server; readonly count: number; readonly topics: readonly string[] }
  | { readonly do: 'measure' }
  | { readonly do: 'report' }
  | { readonly do: 'close' }
  | { readonly do: 'read'; readonly server: Server; readonly path: string; readonly rate: number; readonly seconds: number }

  /** Rubbish as fast as it is taken, over many connections, until `calm`; answered at once. */
  | { readonly do: 'flood'; readonly server: Server; readonly connections: number }
  | { readonly do: 'calm' }
  /** New connections that sign in with a password, evenly over the time. */
  | { readonly do: 'sign-in'; readonly server: Server; readonly perMinute: number; readonly seconds: number }

export interface Lateness {
  readonly frames: number
  readonly open: number
  /** Milliseconds from publishing to the client's message event. */
  readonly p50: number
  readonly p99: number
  readonly p999: number
  readonly max: number
}

const [niceness = '0'] = process.argv.slice(2)
if (niceness !== '0') stepBack(process.pid, Number(niceness))

const sockets = new Set<WebSocket>()
let late = new Float64Array(4_000_000)
let frames = 0
let measuring = false

/** Monotonic and the same for all processes of the machine, in microseconds. */
export const stampNow = (): number => Number(process.hrtime.bigint() / 1_000n)

const MARK = '"last":"'

function open({ port, token, ca }: Server, topics: readonly string[]): Promise<void> {
  const socket = new WebSocket(`wss://127.0.0.1:${port}/ws`, {
    ca,
    perMessageDeflate: false,
    headers: { authorization: `Bearer ${token}` },
  })
  socket.on('message', data => {
    if (!measuring) return
    const frame = data as Buffer
    const at = frame.indexOf(MARK)
    if (at < 0) return
    const from = at + MARK.length
    late[frames++ % late.length] = stampNow() - Number(frame.toString('latin1', from, frame.indexOf('"', from)))
  })
  socket.on('close', () => sockets.delete(socket))
  socket.on('error', () => sockets.delete(socket))
  return new Promise((resolve, reject) => {
    socket.once('error', reject)
    socket.once('open', () => {
      sockets.add(socket)
      for (const topic of topics) socket.send(JSON.stringify({ type: 'subscribe', topic }))
      resolve()
    })
  })
}

async function read({ server, path, rate, seconds }: Extract<ClientOrder, { do: 'read' }>) {
  const result = await autocannon({
    url: `https://127.0.0.1:${server.port}${path}`,
    connections: 20,
    overallRate: rate,
    duration: seconds,
    headers: { authorization: `Bearer ${server.token}` },
    tlsOptions: { ca: server.ca, servername: 'localhost' },
  })
  return {
    p50: result.latency.p50,
    p99: result.latency.p99,
    max: result.latency.max,
    answered: result['2xx'],
    failed: result.non2xx + result.errors,
  }
}

/** What was sent since the flood began. */
let rubbish = 0
let flooding = false

/** Half of them open sockets and say nonsense until they are turned out, half post nonsense. */
function flood({ server, connections }: Extract<ClientOrder, { do: 'flood' }>): true {
  flooding = true
  rubbish = 0
  for (let i = 0; i < connections; i++) void (i % 2 === 0 ? shout(server) : post(server))
  return true
}

async function shout({ port, token, ca }: Server): Promise<void> {
  while (flooding) {
    const socket = new WebSocket(`wss://127.0.0.1:${port}/ws`, {
      ca,
      perMessageDeflate: false,
      headers: { authorization: `Bearer ${token}` },
    })
    socket.on('error', () => {})
    socket.on('open', () => {
      for (let i = 0; i < 200; i++) socket.send(NONSENSE)
      rubbish += 200
    })
    await new Promise(resolve => socket.once('close', resolve))
  }
}

async function post({ port, ca }: Server): Promise<void> {
  const agent = new Agent({ ca, servername: 'localhost', keepAlive: true, maxSockets: 1 })
  const ask = (): Promise<void> =>
    new Promise(resolve => {
      const headers = { 'content-type': 'application/json', 'content-length': String(NONSENSE.length) }
      const sent = request(`https://127.0.0.1:${port}/api/v1/session`, { method: 'POST', agent, headers }, reply => {
        reply.resume()
        reply.once('close', resolve)
      })
      sent.once('error', () => resolve())
      sent.end(NONSENSE)
    })
  while (flooding) {
    rubbish += 1
    await ask()
  }
  agent.destroy()
}

const NONSENSE = `{"type":"subscribe","topic":["${'x'.repeat(1_000)}"`

async function signIn({ server, perMinute, seconds }: Extract<ClientOrder, { do: 'sign-in' }>): Promise<number> {
  const body = JSON.stringify({ name: 'bench', password: server.password })
  const statuses: Promise<number>[] = []
  for (let left = Math.ceil((perMinute / 60) * seconds); left > 0; left--) {
    statuses.push(
      new Promise(resolve => {
        const headers = { 'content-type': 'application/json', 'content-length': String(body.length) }
        const of = { method: 'POST', ca: server.ca, servername: 'localhost', agent: false, headers } as const
        const sent = request(`https://127.0.0.1:${server.port}/api/v1/session`, of, reply => {
          reply.resume()
          resolve(reply.statusCode ?? 0)
        })
        sent.once('error', () => resolve(0))
        sent.end(body)
      }),
    )
    await new Promise(resolve => setTimeout(resolve, 60_000 / perMinute))
  }
  return (await Promise.all(statuses)).filter(status => status === 201).length
}

function report(): Lateness {
  measuring = false
  const millis = late.subarray(0, Math.min(frames, late.length)).map(micros => micros / 1_000)
  const { p50, p99, max } = percentiles(millis)
  const sorted = millis.sort()
  return { frames, open: sockets.size, p50, p99, p999: sorted[Math.ceil(0.999 * sorted.length) - 1] ?? Number.NaN, max }
}

async function obey(order: ClientOrder): Promise<unknown> {
  if (order.do === 'open') {
    // A few at a time, as people come.
    for (let left = order.count; left > 0; left -= 20) {
      await Promise.all(Array.from({ length: Math.min(20, left) }, () => open(order.server, order.topics)))
    }
    return sockets.size
  }
  if (order.do === 'measure') {
    frames = 0
    late = new Float64Array(late.length)
    measuring = true
    return true
  }
  if (order.do === 'report') return report()
  if (order.do === 'read') return read(order)
  if (order.do === 'flood') return flood(order)
  if (order.do === 'sign-in') return await signIn(order)
  if (order.do === 'calm') {
    flooding = false
    return rubbish
  }
  for (const socket of sockets) socket.terminate()
  sockets.clear()
  return true
}

obeyOrders(obey)
