// Our end of the secure bridge: a TLS server at which the Expert Advisor dials in; who proved himself is handed on as a link.
import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { AddressInfo, Socket } from 'node:net'
import { createServer, type Server, type TLSSocket } from 'node:tls'
import type { OpenLink } from '../../connectivity/link.ts'
import { SourceError } from '../../connectivity/source-error.ts'
import { BridgeCaller } from './bridge-caller.ts'
import { SBP_HANDSHAKE_MILLIS, type SbpLock } from './sbp-handshake.ts'

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
  readonly lock: Omit<SbpLock, 'nonce'>
  /** Somebody dialled in and did not prove himself; in printable ASCII, and never long. */
  readonly onStranger?: (reason: string) => void
}

/** Those who may be asked for their proof at once; for one more the oldest is sent away, so that none can hold the door. */
const STRANGERS_MAX = 8
const NEWER = 'a newer connection of the terminal has proven itself'

export class BridgeGateway {
  readonly #server: Server
  readonly #options: BridgeGatewayOptions
  /** In the order in which they came. */
  readonly #strangers = new Set<BridgeCaller>()
  /** The terminal, by its newest proof: spoken to, or waiting to be. */
  #terminal: BridgeCaller | undefined
  #isTaken = false
  #isClosed = false
  /** SHA-1 of the certificate, as MQL5's SocketTlsCertificate gives it: hex without colons. To be pinned in the terminal. */
  readonly thumbprint: string
  #taker: (() => void) | undefined
  /** All of them, those in the midst of the TLS handshake too. */
  readonly #sockets = new Set<Socket>()

  /** Throws SourceError MT5_BRIDGE_CERTIFICATE where certificate and key cannot be used. */
  constructor(options: BridgeGatewayOptions) {
    const { certificateFile, keyFile } = options
    this.#options = options
    const { cert, key } = identity({ certificateFile, keyFile })
    this.thumbprint = thumbprintOf(cert, certificateFile)
    try {
      this.#server = createServer({ cert, key, minVersion: 'TLSv1.2', handshakeTimeout: SBP_HANDSHAKE_MILLIS }, socket =>
        this.#arrive(socket),
      )
    } catch (error) {
      throw unusable(certificateFile, error)
    }
    this.#server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket)
      socket.on('close', () => this.#sockets.delete(socket))
    })
    // A stranger's handshake that fails is no matter of ours.
    this.#server.on('tlsClientError', () => undefined)
  }

  /** Resolves to the port. Throws SourceError MT5_BRIDGE_PORT. */
  listen(): Promise<number> {
    const { host, port } = this.#options.address
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
    this.#isClosed = true
    for (const caller of [...this.#strangers, this.#terminal]) caller?.end('the gateway is closed')
    for (const socket of this.#sockets) socket.destroy()
    return new Promise(resolve => {
      this.#server.close(() => resolve())
    })
  }

  get host(): string {
    return this.#options.address.host
  }

  /** The question that the terminal in hand has answered. */
  get nonce(): string {
    return this.#terminal?.nonce ?? ''
  }

  /**
   * Waits for a terminal that has proven itself; of several the newest is it, and the one before is told so and closed. What it
   * said at the door is heard again on the link. There is no deadline: a terminal that is switched off is no fault of a
   * connection.
   */
  readonly link: OpenLink = (events, signal) =>
    new Promise((resolve, reject) => {
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
      const take = () => {
        signal.removeEventListener('abort', abort)
        this.#taker = undefined
        this.#isTaken = true
        resolve(this.#terminal!.take(events))
      }
      if (signal.aborted) {
        abort()
        return
      }
      signal.addEventListener('abort', abort)
      if (this.#terminal !== undefined && !this.#isTaken) take()
      else this.#taker = take
    })

  #arrive(socket: TLSSocket): void {
    const caller: BridgeCaller = new BridgeCaller(socket, this.#options.lock, {
      proven: () => {
        this.#strangers.delete(caller)
        this.#terminal?.end(NEWER)
        this.#terminal = caller
        this.#isTaken = false
        this.#taker?.()
      },
      refused: reason => {
        if (!this.#isClosed) this.#options.onStranger?.(reason.replaceAll(/[^ -~]/g, '?').slice(0, REASON_MAX))
      },
      gone: () => {
        this.#strangers.delete(caller)
        if (this.#terminal === caller) this.#terminal = undefined
      },
    })
    this.#strangers.add(caller)
    if (this.#strangers.size > STRANGERS_MAX) {
      const [oldest] = this.#strangers
      oldest!.end(`more than ${STRANGERS_MAX} dialled in before one proved himself`)
    }
  }
}

/** A stranger's own words may be in it. */
const REASON_MAX = 120

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
