// What a simulated venue hears and answers over HTTP, with the faults that any such service can have.
import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import type { Fault, HttpFault } from './fault.ts'
import type { VenueClock } from './venue-clock.ts'
import { responseTransport } from './venue-framing.ts'
import type { LineTransport, VenueLine } from './venue-line.ts'

export interface VenueRequest {
  readonly method: string
  /** Without a port. */
  readonly host: string
  readonly url: URL
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export type HttpHandler = (request: VenueRequest, reply: VenueReply) => void

const PAGE = '<!DOCTYPE html><html><head><title>Just a moment…</title></head><body>Please enable JavaScript.</body></html>'

interface Answer {
  readonly status: number
  readonly type: string
  readonly body: string
  readonly headers?: Readonly<Record<string, string>>
}

const refusal = (status: number, headers: Readonly<Record<string, string>> = {}): Answer => ({
  status,
  type: 'application/json',
  body: `{"error":"refused with ${status}"}`,
  headers,
})

/** What comes instead of the answer. `slow-body` is no answer of its own. */
const INSTEAD: Readonly<Record<Exclude<HttpFault, 'slow-body'>, Answer>> = {
  'http-401': refusal(401),
  'http-403': refusal(403),
  'http-418': refusal(418, { 'retry-after': '2' }),
  'http-429': refusal(429),
  'http-429-retry-after': refusal(429, { 'retry-after': '1' }),
  'http-503': refusal(503),
  'http-html': { status: 200, type: 'text/html', body: PAGE },
  'http-empty': { status: 200, type: 'application/json', body: '' },
  'http-null': { status: 200, type: 'application/json', body: 'null' },
  'http-empty-array': { status: 200, type: 'application/json', body: '[]' },
  'http-redirect': { ...refusal(302), headers: { location: 'https://elsewhere.example/' } },
}

/** The refusal of a WebSocket handshake, as raw text; 404 where nothing else is the matter. */
export function refuseWith(fault: HttpFault | undefined): string {
  const answer = fault === undefined ? refusal(404) : fault === 'slow-body' ? refusal(503) : INSTEAD[fault]
  const headers = { 'content-type': answer.type, 'content-length': String(Buffer.byteLength(answer.body)), ...answer.headers }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  return `HTTP/1.1 ${answer.status} Refused\r\n${lines.join('')}connection: close\r\n\r\n${answer.body}`
}

interface ReplyParts {
  readonly fault: (Fault & { readonly kind: HttpFault }) | undefined
  readonly clock: VenueClock
  readonly open: (transport: LineTransport) => VenueLine
  readonly closed: (line: VenueLine) => void
}

/** Answered exactly once. */
export class VenueReply {
  readonly #response: ServerResponse
  readonly #parts: ReplyParts

  constructor(response: ServerResponse, parts: ReplyParts) {
    this.#response = response
    this.#parts = parts
  }

  json(value: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): void {
    this.text(JSON.stringify(value), { status, headers, type: 'application/json' })
  }

  text(
    body: string | Uint8Array,
    {
      status = 200,
      type = 'text/plain',
      headers = {},
    }: { status?: number; type?: string; headers?: Readonly<Record<string, string>> } = {},
  ): void {
    const { fault } = this.#parts
    if (fault !== undefined && fault.kind !== 'slow-body') {
      this.#instead(INSTEAD[fault.kind])
      return
    }
    this.#head(status, { 'content-type': type, 'content-length': String(Buffer.byteLength(body)), ...headers })
    if (fault === undefined) this.#response.end(body)
    else this.#drip(Buffer.from(body))
  }

  /** A reply without an end: each message is a line in a chunk of its own. Undefined where a fault refuses it. */
  stream(type = 'application/octet-stream'): VenueLine | undefined {
    const { fault, open, closed } = this.#parts
    if (fault !== undefined && fault.kind !== 'slow-body') {
      this.#instead(INSTEAD[fault.kind])
      return undefined
    }
    this.#head(200, { 'content-type': type, 'transfer-encoding': 'chunked' })
    this.#response.flushHeaders()
    const line = open(responseTransport(this.#response))
    this.#response.on('close', () => closed(line))
    return line
  }

  #instead({ status, type, body, headers = {} }: Answer): void {
    this.#head(status, { 'content-type': type, 'content-length': String(Buffer.byteLength(body)), ...headers })
    this.#response.end(body)
  }

  #head(status: number, headers: Readonly<Record<string, string>>): void {
    this.#response.writeHead(status, headers)
  }

  /** One byte a second of the venue's: nobody should wait for that. */
  #drip(body: Buffer): void {
    let at = 0
    const timer = setInterval(() => {
      if (at >= body.length || this.#response.destroyed) {
        clearInterval(timer)
        this.#response.end()
      } else this.#response.write(body.subarray(at, ++at))
    }, this.#parts.clock.real(1_000))
    this.#response.on('close', () => clearInterval(timer))
  }
}
