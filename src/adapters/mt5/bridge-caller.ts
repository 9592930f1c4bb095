// One that dialled in: asked for his proof at the door, and once he gave it, a link like any other.
import { randomBytes } from 'node:crypto'
import type { TLSSocket } from 'node:tls'
import { LineSplitter } from '../../connectivity/line-splitter.ts'
import type { Link, LinkEvents } from '../../connectivity/link.ts'
import { SourceError } from '../../connectivity/source-error.ts'
import { parseLine, SBP_LINE_BYTES_MAX } from './sbp.ts'
import { SBP_HANDSHAKE_MILLIS, SbpHandshake, type SbpLock } from './sbp-handshake.ts'

export interface CallerEvents {
  proven(): void
  /** He was sent away, or left, before he proved himself. */
  refused(reason: string): void
  /** His connection has ended; said once, in any case. */
  gone(): void
}

/** What may wait unsent before the terminal is taken for dead. */
const UNSENT_BYTES_MAX = 1 << 20

export class BridgeCaller {
  readonly nonce = randomBytes(32).toString('hex')
  readonly #socket: TLSSocket
  readonly #events: CallerEvents
  readonly #handshake: SbpHandshake
  readonly #splitter = new LineSplitter({ maxBytes: SBP_LINE_BYTES_MAX, where: 'the terminal' })
  readonly #deadline: NodeJS.Timeout
  /** What he said before he was spoken to as a link: whoever takes the link hears it, and judges it again. */
  readonly #said: string[] = []
  #stage: 'door' | 'proven' | 'gone' = 'door'
  #link: LinkEvents | undefined

  constructor(socket: TLSSocket, lock: Omit<SbpLock, 'nonce'>, events: CallerEvents) {
    this.#socket = socket
    this.#events = events
    this.#handshake = new SbpHandshake({ ...lock, nonce: this.nonce })
    this.#deadline = setTimeout(() => this.end('the terminal did not prove itself in time'), SBP_HANDSHAKE_MILLIS)
    socket.setNoDelay(true)
    socket.on('data', (chunk: Buffer) => this.#read(chunk))
    socket.on('error', error => this.end(error.message))
    socket.on('close', () => this.end('the terminal closed the connection'))
  }

  /** Once, after the proof. */
  take(events: LinkEvents): Link {
    // The challenge has been put to him at the door.
    let isChallenge = true
    for (const line of this.#said.splice(0)) events.frame(line)
    this.#link = events
    this.#socket.resume()
    return {
      send: frame => {
        if (isChallenge) isChallenge = false
        else this.#write(String(frame))
      },
      close: () => {
        this.#link = undefined
        this.#leave('')
        this.#socket.end(() => this.#socket.destroy())
      },
    }
  }

  /** Sends him away. */
  end(reason: string, error?: SourceError): void {
    const link = this.#link
    this.#link = undefined
    if (!this.#leave(reason)) return
    this.#socket.destroy()
    link?.closed(reason, error)
  }

  #leave(reason: string): boolean {
    if (this.#stage === 'gone') return false
    const wasAtDoor = this.#stage === 'door'
    this.#stage = 'gone'
    clearTimeout(this.#deadline)
    if (wasAtDoor) this.#events.refused(reason)
    this.#events.gone()
    return true
  }

  #read(chunk: Buffer): void {
    try {
      for (const line of this.#splitter.push(chunk)) this.#hear(line)
    } catch (error) {
      if (!(error instanceof SourceError)) throw error
      this.end(error.message, error)
    }
  }

  #hear(line: string): void {
    if (this.#stage === 'gone') return
    if (this.#link) {
      this.#link.frame(line)
      return
    }
    this.#said.push(line)
    if (this.#stage === 'door') this.#judge(line)
  }

  #judge(text: string): void {
    const line = parseLine(text)
    if (typeof line === 'string') {
      this.end(`no SBP/1 is spoken: ${line}`)
      return
    }
    const verdict = this.#handshake.hear(line)
    if (verdict.kind === 'refused') this.end(verdict.reason)
    else if (verdict.kind === 'challenge') this.#write(verdict.line)
    else {
      this.#stage = 'proven'
      clearTimeout(this.#deadline)
      // Nothing more is due from him before he is let in.
      this.#socket.pause()
      this.#events.proven()
    }
  }

  #write(line: string): void {
    if (this.#stage === 'gone') return
    this.#socket.write(`${line}\n`)
    if (this.#socket.writableLength > UNSENT_BYTES_MAX) this.end('the terminal does not take what is sent')
  }
}
