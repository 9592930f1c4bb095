// Metrics over plain HTTP, on loopback unless told otherwise: one page for Prometheus, nothing else.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Metrics } from './metrics.ts'
import { OperationsError } from './operations-error.ts'

export interface MetricsServerOptions {
  readonly metrics: Metrics
  readonly host?: string
  /** 0 takes a free one. */
  readonly port?: number
}

export class MetricsServer {
  readonly url: string
  readonly port: number
  readonly #server: Server

  private constructor(server: Server, host: string) {
    this.#server = server
    this.port = (server.address() as AddressInfo).port
    this.url = `http://${host.includes(':') ? `[${host}]` : host}:${this.port}/metrics`
  }

  /** Throws OperationsError PORT_IN_USE, PORT_UNAVAILABLE. */
  static async start({ metrics, host = '127.0.0.1', port = 9090 }: MetricsServerOptions): Promise<MetricsServer> {
    const server = createServer(
      {
        // Prometheus sends a handful of short headers and waits for the answer: whoever sends more or slower is not Prometheus.
        maxHeaderSize: 8_192,
        headersTimeout: 5_000,
        requestTimeout: 5_000,
        keepAliveTimeout: 5_000,
        connectionsCheckingInterval: 2_000,
      },
      (request, response) => void answer(metrics, request, response),
    )
    server.maxConnections = 16
    server.maxRequestsPerSocket = 1_000
    server.on('clientError', (_error, socket) => socket.destroy())

    await new Promise<void>((resolve, reject) => {
      server.once('error', error => reject(portError(error, host, port)))
      server.listen({ host, port }, resolve)
    })
    return new MetricsServer(server, host)
  }

  async close(): Promise<void> {
    const closed = new Promise(resolve => this.#server.close(resolve))
    this.#server.closeAllConnections()
    await closed
  }
}

async function answer(metrics: Metrics, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const reply = (status: number, text: string, headers: Readonly<Record<string, string>> = {}) => {
    response.writeHead(status, {
      'content-type': 'text/plain; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'content-length': String(Buffer.byteLength(text)),
      ...headers,
    })
    response.end(request.method === 'HEAD' ? undefined : text)
  }

  // A body has no business here; its connection goes with it.
  if (request.headers['content-length'] !== undefined || request.headers['transfer-encoding'] !== undefined) {
    return reply(413, 'no body is read here\n', { connection: 'close' })
  }
  if (request.url?.split('?', 1)[0] !== '/metrics') return reply(404, 'the metrics are at /metrics\n')
  if (request.method !== 'GET' && request.method !== 'HEAD') return reply(405, 'only GET and HEAD\n', { allow: 'GET, HEAD' })
  try {
    reply(200, await metrics.text(), { 'content-type': metrics.contentType })
  } catch {
    reply(500, 'the metrics could not be written out; the log says why\n')
  }
}

/** The reason a server cannot listen, in words. Used by every server of the house. */
export function portError(error: Error, host: string, port: number): OperationsError {
  const { code } = error as NodeJS.ErrnoException
  if (code === 'EADDRINUSE') {
    return new OperationsError('PORT_IN_USE', {
      message: `port ${port} of ${host} is taken by another program`,
      fix: 'end that program, or take another port with --port or --metrics-port',
    })
  }
  return new OperationsError('PORT_UNAVAILABLE', {
    message: `the server cannot listen on ${host}, port ${port}: ${code ?? error.message}`,
    fix: 'take an address of this machine with --host and a port above 1023 with --port or --metrics-port',
  })
}
