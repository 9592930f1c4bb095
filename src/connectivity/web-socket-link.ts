// WebSocket connections through the network's door: verified TLS, no redirects, bounded in both directions.
import type { IncomingMessage } from 'node:http'
import WebSocket, { type RawData } from 'ws'
import { cancelled, connectionFailure, statusFailure, tooSlow } from './connection-failure.ts'
import { notUtf8, tooLarge } from './line-splitter.ts'
import type { Link, LinkEvents, OpenLink } from './link.ts'
import type { Network } from './network.ts'
import { UNSENT_BYTES_MAX, unsent } from './socket-link.ts'
import { SourceError } from './source-error.ts'
import { USER_AGENT } from './user-agent.ts'

export interface WebSocketTarget {
  /** 'wss://ws.kraken.com/v2' */
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  readonly subprotocol?: string
  /** 10,000 when not given. */
  readonly handshakeMillis?: number
  /** Largest message taken; 16 MiB when not given. */
  readonly maxBytes?: number
}

/** Text messages are frames of text, binary ones of bytes. Pings of the other end are answered by themselves. */
export function webSocketLink(network: Network, target: WebSocketTarget): OpenLink {
  const { host: where, protocol } = new URL(target.url)
  const maxBytes = target.maxBytes ?? 16 << 20

  return async (events, signal) => {
    if (signal.aborted) throw cancelled(where)
    if (protocol !== 'wss:') throw withoutEncryption(where)
    return open(network, target, { events, signal, where, maxBytes })
  }
}

interface Opening {
  readonly events: LinkEvents
  readonly signal: AbortSignal
  readonly where: string
  readonly maxBytes: number
}

function open(network: Network, target: WebSocketTarget, { events, signal, where, maxBytes }: Opening): Promise<Link> {
  const { url, headers = {}, subprotocol, handshakeMillis = 10_000 } = target
  const { hostname, port } = new URL(url)

  return new Promise((resolve, reject) => {
    const dialled = network.tls({ host: hostname, port: Number(port || 443) })
    const socket = new WebSocket(url, subprotocol === undefined ? [] : [subprotocol], {
      createConnection: (() => dialled) as never,
      headers: { 'User-Agent': USER_AGENT, ...headers },
      perMessageDeflate: false,
      maxPayload: maxBytes,
      followRedirects: false,
    })
    const timer = setTimeout(() => fail(tooSlow(where, `no connection within ${handshakeMillis} ms`)), handshakeMillis)
    const settle = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', abort)
    }
    const fail = (error: SourceError) => {
      settle()
      socket.removeAllListeners().on('error', () => undefined)
      socket.terminate()
      dialled.destroy()
      reject(error)
    }
    const abort = () => fail(cancelled(where))
    const refused = (_: unknown, { statusCode: status = 0, headers: replied }: IncomingMessage) =>
      fail(statusFailure({ status, headers: replied }, where, Date.now()))
    const failed = (error: Error) => fail(connectionFailure(error, where))

    signal.addEventListener('abort', abort)
    socket.on('unexpected-response', refused)
    socket.on('error', failed)
    socket.on('open', () => {
      settle()
      socket.off('error', failed)
      resolve(linkOf(socket, { events, where, maxBytes }))
    })
  })
}

function linkOf(socket: WebSocket, { events, where, maxBytes }: Omit<Opening, 'signal'>): Link {
  let open = true
  let pinged = 0
  const end = (reason: string, error?: SourceError) => {
    if (!open) return
    open = false
    socket.terminate()
    events.closed(reason, error)
  }

  socket.on('message', (data: RawData, binary: boolean) => {
    if (open) events.frame(binary ? (data as Buffer) : (data as Buffer).toString('utf8'))
  })
  socket.on('pong', () => {
    if (open && pinged > 0) events.pong?.(Math.round((performance.now() - pinged) * 1000))
    pinged = 0
  })
  socket.on('error', error => end(error.message, failureOf(error, where, maxBytes)))
  socket.on('close', (code, reason) => end(`closed with ${code}${reason.length === 0 ? '' : `: ${reason.toString('utf8')}`}`))

  return {
    send(frame) {
      if (!open || socket.readyState !== WebSocket.OPEN) return
      socket.send(frame)
      if (socket.bufferedAmount > UNSENT_BYTES_MAX) end('what is sent is not taken', unsent(where))
    },
    ping() {
      if (!open || socket.readyState !== WebSocket.OPEN) return
      pinged = performance.now()
      socket.ping()
    },
    close() {
      if (!open) return
      open = false
      socket.close(1000)
      // The goodbye is a courtesy: a second is given to it.
      const timer = setTimeout(() => socket.terminate(), 1000)
      socket.on('close', () => clearTimeout(timer))
    },
  }
}

function failureOf(error: Error, where: string, maxBytes: number): SourceError {
  const code = 'code' in error ? error.code : ''
  if (code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') return tooLarge(where, maxBytes)
  if (code === 'WS_ERR_INVALID_UTF8') return notUtf8(where)
  return connectionFailure(error, where)
}

function withoutEncryption(where: string): SourceError {
  return new SourceError('EGRESS_REFUSED', {
    message: `${where} would be reached without encryption`,
    fix: 'the address must begin with wss://',
  })
}
