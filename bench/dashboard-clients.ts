// Dashboards in a process of their own, told over IPC what to do: open sockets, watch quotes, say how late they came, read over HTTP.
import autocannon from 'autocannon'
import WebSocket from 'ws'
import { percentiles } from './figure.ts'

export interface Server {
  readonly port: number
  readonly token: string
  readonly ca: string
}

export type ClientOrder =
  | { readonly do: 'open'; readonly server: Server; readonly count: number; readonly subscribe: boolean }
  | { readonly do: 'measure' }
  | { readonly do: 'report' }
  | { readonly do: 'close' }
  | { readonly do: 'read'; readonly server: Server; readonly path: string; readonly rate: number; readonly seconds: number }

export interface Lateness {
  readonly frames: number
  readonly open: number
  /** Milliseconds from publishing to the client's message event. */
  readonly p50: number
  readonly p99: number
  readonly p999: number
  readonly max: number
}

const sockets = new Set<WebSocket>()
let late = new Float64Array(4_000_000)
let frames = 0
let measuring = false

/** Monotonic and the same for all processes of the machine, in microseconds. */
export const stampNow = (): number => Number(process.hrtime.bigint() / 1_000n)

const MARK = '"last":"'

function open({ port, token, ca }: Server, subscribe: boolean): Promise<void> {
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
      if (subscribe) socket.send(JSON.stringify({ type: 'subscribe', topic: 'quotes' }))
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
      await Promise.all(Array.from({ length: Math.min(20, left) }, () => open(order.server, order.subscribe)))
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
  for (const socket of sockets) socket.terminate()
  sockets.clear()
  return true
}

if (process.send !== undefined) {
  process.on('message', (order: ClientOrder) => {
    obey(order).then(
      answer => process.send?.({ answer }),
      (error: unknown) => process.send?.({ error: String(error) }),
    )
  })
  process.on('disconnect', () => process.exit())
}
