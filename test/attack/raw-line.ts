// One TLS connection and what is written on it byte by byte: many requests in a row, and answers read as they come.
import { once } from 'node:events'
import { connect, type TLSSocket } from 'node:tls'

export interface RawAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
}

export interface RawAsked {
  readonly method?: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as it is. */
  readonly body?: string | undefined
}

interface Waiting {
  readonly bytes: string | Buffer
  readonly isHead: boolean
  readonly resolve: (answer: RawAnswer | undefined) => void
}

/** Node gives up a connection on which more is asked than its answers find room (HPE_PAUSED), so not everything is said at once. */
const UNDER_WAY_MAX = 6

export interface Reached {
  readonly port: number
  readonly ca: string
}

/** Answers come in the order of the questions (RFC 9112 §9.3.2); what is never answered is undefined. */
export class RawLine {
  readonly closed: Promise<void>
  readonly #socket: TLSSocket
  /** Asked and not answered yet, oldest first; the first of them were sent. */
  readonly #waiting: Waiting[] = []
  #sent = 0
  #left: Buffer = Buffer.alloc(0)
  #over = false

  private constructor(socket: TLSSocket) {
    this.#socket = socket
    socket.on('data', (data: Buffer) => this.#take(data))
    socket.on('error', () => {})
    this.closed = new Promise<void>(resolve => socket.once('close', () => resolve())).then(() => this.#end())
  }

  static async open({ port, ca }: Reached): Promise<RawLine> {
    const socket = connect({ host: '127.0.0.1', port, ca, servername: 'localhost' })
    await once(socket, 'secureConnect')
    return new RawLine(socket)
  }

  get isOver(): boolean {
    return this.#over
  }

  ask(asked: RawAsked): Promise<RawAnswer | undefined> {
    return this.say(textOf(asked), asked.method === 'HEAD')
  }

  /** Whatever it is, one answer is waited for. */
  say(bytes: string | Buffer, isHead = false): Promise<RawAnswer | undefined> {
    if (this.#over) return Promise.resolve(undefined)
    return new Promise(resolve => {
      this.#waiting.push({ bytes, isHead, resolve })
      this.#send()
    })
  }

  /** Nothing is waited for. */
  write(bytes: string | Buffer): void {
    this.#socket.write(bytes)
  }

  /** Takes nothing more from the other side. */
  stopReading(): void {
    this.#socket.pause()
  }

  close(): void {
    this.#socket.destroy()
  }

  #take(data: Buffer): void {
    this.#left = this.#left.length === 0 ? data : Buffer.concat([this.#left, data])
    while (this.#waiting.length > 0) {
      const read = readAnswer(this.#left, this.#waiting[0]!.isHead)
      if (read === undefined) return
      this.#left = this.#left.subarray(read.length)
      this.#waiting.shift()!.resolve(read.answer)
      this.#sent--
      this.#send()
    }
  }

  #send(): void {
    while (this.#sent < Math.min(UNDER_WAY_MAX, this.#waiting.length)) this.#socket.write(this.#waiting[this.#sent++]!.bytes)
  }

  #end(): void {
    this.#over = true
    for (const { resolve } of this.#waiting.splice(0)) resolve(undefined)
  }
}

/** A request as HTTP/1.1 writes it, with its length; `headers` may replace host and length. */
export function textOf({ method = 'GET', path, headers = {}, body }: RawAsked): string {
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }
  const lines = Object.entries({ host: 'localhost', ...length, ...headers }).map(([name, value]) => `${name}: ${value}\r\n`)
  return `${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body ?? ''}`
}

/** The first whole answer in these bytes and how long it is; undefined while some of it is missing. */
function readAnswer(bytes: Buffer, isHead: boolean): { readonly answer: RawAnswer; readonly length: number } | undefined {
  const end = bytes.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const [first = '', ...lines] = bytes.subarray(0, end).toString('latin1').split('\r\n')
  const status = Number(first.split(' ')[1])
  const headers: Record<string, string> = {}
  for (const line of lines) {
    const colon = line.indexOf(':')
    const name = line.slice(0, colon).toLowerCase()
    headers[name] = name in headers ? `${headers[name]}\n${line.slice(colon + 2)}` : line.slice(colon + 2)
  }

  const start = end + 4
  const hasNone = isHead || status === 204 || status === 304 || status < 200
  if (hasNone) return { answer: { status, headers, text: '' }, length: start }
  if (headers['transfer-encoding'] === 'chunked') return chunked(bytes, start, { status, headers })

  const length = Number(headers['content-length'] ?? 0)
  if (bytes.length < start + length) return undefined
  return { answer: { status, headers, text: bytes.subarray(start, start + length).toString() }, length: start + length }
}

function chunked(bytes: Buffer, start: number, head: Pick<RawAnswer, 'status' | 'headers'>) {
  const parts: Buffer[] = []
  for (let at = start; ; ) {
    const line = bytes.indexOf('\r\n', at)
    if (line < 0) return undefined
    const size = Number.parseInt(bytes.subarray(at, line).toString('latin1'), 16)
    const next = line + 2 + size + 2
    if (bytes.length < next) return undefined
    if (size === 0) return { answer: { ...head, text: Buffer.concat(parts).toString() }, length: next }
    parts.push(bytes.subarray(line + 2, line + 2 + size))
    at = next
  }
}
