// An endless HTTP reply as a link: one line of text, one frame.
import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import { cancelled, connectionFailure, statusFailure, tooSlow } from './connection-failure.ts'
import { LineSplitter } from './line-splitter.ts'
import type { Link, LinkEvents, OpenLink } from './link.ts'
import type { Network } from './network.ts'
import { SourceError } from './source-error.ts'
import { USER_AGENT } from './user-agent.ts'

export interface HttpStreamTarget {
  /** 'https://stream-fxpractice.oanda.com/v3/accounts/…/pricing/stream?instruments=EUR_USD' */
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  /** What errors call it; its host when not given, because paths hold account numbers. */
  readonly where?: string
  /** Until the reply's head is there; 10,000 when not given. */
  readonly handshakeMillis?: number
  /** Longest line taken, in bytes; 1 MiB when not given. */
  readonly maxLineBytes?: number
}

/** Frames are text. Nothing can be sent: `send` does nothing. Empty lines are no frames. */
export function httpStreamLink(network: Network, target: HttpStreamTarget): OpenLink {
  const { where = new URL(target.url).host } = target
  const maxBytes = target.maxLineBytes ?? 1 << 20

  return (events, signal) => open(network, target, { events, signal, where, maxBytes })
}

interface Opening {
  readonly events: LinkEvents
  readonly signal: AbortSignal
  readonly where: string
  readonly maxBytes: number
}

function open(network: Network, target: HttpStreamTarget, { events, signal, where, maxBytes }: Opening): Promise<Link> {
  const { headers = {}, handshakeMillis = 10_000 } = target
  const url = new URL(target.url)
  if (signal.aborted) return Promise.reject(cancelled(where))

  return new Promise((resolve, reject) => {
    // Dialled first: a host that is not allowed must fail before anything is built for it.
    const socket = network.tls({ host: url.hostname, port: Number(url.port || 443) })
    const asking = request(url, {
      createConnection: () => socket,
      // A connection of our own has no agent, without which Node takes 80 for usual and puts the port into the Host header.
      defaultPort: 443,
      headers: { 'user-agent': USER_AGENT, 'accept-encoding': 'identity', ...headers },
    })
    const timer = setTimeout(() => fail(tooSlow(where, `no reply within ${handshakeMillis} ms`)), handshakeMillis)
    const settle = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', abort)
    }
    const fail = (error: SourceError) => {
      settle()
      asking.on('error', () => undefined).destroy()
      socket.destroy()
      reject(error)
    }
    const abort = () => fail(cancelled(where))

    signal.addEventListener('abort', abort)
    asking.on('error', error => fail(connectionFailure(error, where)))
    asking.on('response', reply => {
      const { statusCode: status = 0, headers: replied } = reply
      if (status !== 200) return fail(statusFailure({ status, headers: replied }, where, Date.now()))
      settle()
      // Listened to before anybody waits: an error that nobody hears ends the process.
      resolve(linkOf(reply, { events, where, maxBytes }))
    })
    asking.end()
  })
}

function linkOf(reply: IncomingMessage, { events, where, maxBytes }: Omit<Opening, 'signal'>): Link {
  const splitter = new LineSplitter({ maxBytes, where })
  let listening = true
  const end = (reason: string, error?: SourceError) => {
    if (!listening) return
    listening = false
    reply.destroy()
    events.closed(reason, error)
  }

  reply.on('data', (chunk: Buffer) => {
    try {
      for (const line of splitter.push(chunk)) {
        if (!listening) return
        if (line !== '') events.frame(line)
      }
    } catch (error) {
      if (!(error instanceof SourceError)) throw error
      end(error.message, error)
    }
  })
  reply.on('end', () => end('the stream ended'))
  reply.on('error', error => end(error.message, connectionFailure(error, where)))
  reply.on('close', () => end('the other end closed the connection'))

  return {
    send: () => undefined,
    close: () => {
      listening = false
      reply.on('error', () => undefined).destroy()
    },
  }
}
