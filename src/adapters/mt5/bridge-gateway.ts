// Our end of the secure bridge: a TLS server at which the Expert Advisor dials in, each connection handed on as a link.
import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createServer, type Server, type TLSSocket } from 'node:tls'
import { LineSplitter } from '../../connectivity/line-splitter.ts'
import type { Link, LinkEvents, OpenLink } from '../../connectivity/link.ts'
import { SourceError } from '../../connectivity/source-error.ts'
import { SBP_LINE_BYTES_MAX } from './sbp.ts'

export interface BridgeAddress {
  readonly host: string
  /** 0: any free one. */
  readonly port: number
}

export interface BridgeGatewayOptions {
  readonly address: BridgeAddress
  /** PEM files. */
  readonly certificateFile: string
  readonly keyFile: string
}

/** Terminals that dialled in and wait for their turn; more are sent away. */
const WAITING_MAX = 8
/** What may wait unsent before the terminal is taken for dead. */
const UNSENT_BYTES_MAX = 1 << 20

export class BridgeGateway {
  readonly #server: Server
  readonly #address: BridgeAddress
  readonly #waiting: TLSSocket[] = []
  readonly #sockets = new Set<TLSSocket>()
  /** SHA-1 of the certificate, as MQL5's SocketTlsCertificate gives it: hex without colons. To be pinned in the terminal. */
  readonly thumbprint: string
  #taker: ((socket: TLSSocket) => void) | undefined

  /** Throws SourceError MT5_BRIDGE_CERTIFICATE where certificate and key cannot be used. */
  constructor({ address, certificateFile, keyFile }: BridgeGatewayOptions) {
    this.#address = address
    const { cert, key } = identity({ certificateFile, keyFile })
    this.thumbprint = thumbprintOf(cert, certificateFile)
    try {
      this.#server = createServer({ cert, key, minVersion: 'TLSv1.2' }, socket => this.#arrive(socket))
    } catch (error) {
      throw unusable(certificateFile, error)
    }
    // A stranger's handshake that fails is no matter of ours.
    this.#server.on('tlsClientError', () => undefined)
  }

  /** Resolves to the port. Throws SourceError MT5_BRIDGE_PORT. */
  listen(): Promise<number> {
    const { host, port } = this.#address
    return new Promise((resolve, reject) => {
      this.#server.once('error', error =>
        reject(
          new SourceError('MT5_BRIDGE_PORT', {
            message: `the bridge cannot listen on ${host}:${port}: ${error.message}`,
            fix: 'choose another port, or end what holds this one; ports below 1024 need a privilege',
          }),
        ),
      )
      this.#server.listen({ host, port }, () => resolve((this.#server.address() as AddressInfo).port))
    })
  }

  close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    return new Promise(resolve => {
      this.#server.close(() => resolve())
    })
  }

  /** Waits for the next terminal to dial in. There is no deadline: a terminal that is switched off is no fault of a connection. */
  readonly link: OpenLink = (events, signal) =>
    new Promise((resolve, reject) => {
      const give = (socket: TLSSocket) => {
        signal.removeEventListener('abort', abort)
        this.#taker = undefined
        resolve(linkOf(socket, events))
      }
      const abort = () => {
        this.#taker = undefined
        reject(
          new SourceError('LINK_CANCELLED', {
            message: 'no terminal dialled in before the wait was ended',
            fix: 'nothing: whoever waited no longer does',
            passing: true,
          }),
        )
      }
      if (signal.aborted) {
        abort()
        return
      }
      signal.addEventListener('abort', abort)
      const next = this.#waiting.shift()
      if (next) give(next)
      else this.#taker = give
    })

  #arrive(socket: TLSSocket): void {
    this.#sockets.add(socket)
    const leave = () => {
      this.#sockets.delete(socket)
      const at = this.#waiting.indexOf(socket)
      if (at !== -1) this.#waiting.splice(at, 1)
    }
    socket.on('error', () => undefined).on('close', leave)
    if (this.#taker) this.#taker(socket)
    else if (this.#waiting.length < WAITING_MAX) this.#waiting.push(socket)
    else socket.destroy()
  }
}

function linkOf(socket: TLSSocket, events: LinkEvents): Link {
  const splitter = new LineSplitter({ maxBytes: SBP_LINE_BYTES_MAX, where: 'the terminal' })
  let open = true
  const end = (reason: string, error?: SourceError) => {
    if (!open) return
    open = false
    socket.destroy()
    events.closed(reason, error)
  }

  socket.setNoDelay(true)
  socket.on('data', (chunk: Buffer) => {
    try {
      for (const line of splitter.push(chunk)) {
        if (!open) return
        events.frame(line)
      }
    } catch (error) {
      if (!(error instanceof SourceError)) throw error
      end(error.message, error)
    }
  })
  socket.on('error', error => end(error.message))
  socket.on('close', () => end('the terminal closed the connection'))
  // It may have gone while it waited for its turn.
  if (socket.destroyed) queueMicrotask(() => end('the terminal closed the connection'))

  return {
    send(frame) {
      if (!open) return
      socket.write(`${String(frame)}\n`)
      if (socket.writableLength > UNSENT_BYTES_MAX) end('the terminal does not take what is sent')
    },
    close() {
      open = false
      socket.end(() => socket.destroy())
    },
  }
}

function identity(files: Pick<BridgeGatewayOptions, 'certificateFile' | 'keyFile'>): { cert: string; key: string } {
  const read = (file: string): string => {
    try {
      return readFileSync(file, 'utf8')
    } catch (error) {
      throw unusable(file, error)
    }
  }
  return { cert: read(files.certificateFile), key: read(files.keyFile) }
}

function thumbprintOf(cert: string, file: string): string {
  try {
    return new X509Certificate(cert).fingerprint.replaceAll(':', '')
  } catch (error) {
    throw unusable(file, error)
  }
}

function unusable(file: string, error: unknown): SourceError {
  return new SourceError('MT5_BRIDGE_CERTIFICATE', {
    message: `the bridge's certificate or key cannot be used: ${file}: ${error instanceof Error ? error.message : String(error)}`,
    fix: 'give it a certificate and its key as PEM files; deploy/mt5/README.md shows how to make them',
  })
}
