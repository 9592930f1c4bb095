// The TLS server below everything: TLS 1.3 and nothing older, short patience, and no more connections than it can look after.
import { randomBytes } from 'node:crypto'
import type { Server as HttpsServer, ServerOptions } from 'node:https'
import type { Socket } from 'node:net'
import type { SecureContextOptions, TLSSocket } from 'node:tls'
import type { Certificate, ClientCertificates, GatewayLimits } from './options.ts'
import { plainAddress } from './own-hosts.ts'

/** Keys of session tickets live half a day (they are good for minutes, but one key must not open a year's recordings). */
const TICKET_KEY_MILLIS = 12 * 3_600_000

export interface SecureServerOptions {
  readonly certificate: Certificate
  readonly clientCertificates: ClientCertificates | undefined
  readonly limits: GatewayLimits
}

/** What a connection is made under; given again with a new certificate. */
export const tlsOptions = (
  certificate: Certificate,
  clientCertificates: ClientCertificates | undefined,
): SecureContextOptions => ({
  ...certificate,
  minVersion: 'TLSv1.3',
  ciphers: 'TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256',
  ecdhCurve: 'X25519:P-256',
  honorCipherOrder: true,
  ...(clientCertificates === undefined ? {} : { ca: clientCertificates.authorities }),
  ...(clientCertificates?.revoked === undefined ? {} : { crl: clientCertificates.revoked }),
})

export const serverOptions = ({ certificate, clientCertificates, limits }: SecureServerOptions): ServerOptions => ({
  ...tlsOptions(certificate, clientCertificates),
  requestCert: clientCertificates !== undefined,
  rejectUnauthorized: clientCertificates?.required ?? false,
  ALPNProtocols: ['http/1.1'],
  handshakeTimeout: 10_000,
  maxHeaderSize: limits.headerBytes,
  headersTimeout: limits.headersMillis,
  requestTimeout: limits.requestMillis,
  keepAliveTimeout: limits.keepAliveMillis,
  connectionsCheckingInterval: 1_000,
  insecureHTTPParser: false,
  requireHostHeader: true,
})

export interface Connections {
  readonly server: HttpsServer
  readonly limits: GatewayLimits
  /** Addresses that speak for many: this machine's own always do. */
  readonly trusted: readonly string[]
  readonly turnedAway: (why: string) => void
}

export interface Counted {
  /** Cuts what is still open, whatever it does; a connection that never said a word would be waited for long. */
  readonly cut: () => void
  readonly end: () => void
}

/** Keeps count of the connections. */
export function keepCount({ server, limits, trusted, turnedAway }: Connections): Counted {
  const byAddress = new Map<string, number>()
  const open = new Set<Socket>()

  const arrived = (socket: Socket) => {
    const address = plainAddress(socket.remoteAddress ?? '')
    const here = byAddress.get(address) ?? 0
    const speaksForMany = address.startsWith('127.') || address === '::1' || trusted.includes(address)
    if (open.size >= limits.connections || (!speaksForMany && here >= limits.connectionsPerAddress)) {
      turnedAway('connections-full')
      socket.destroy()
      return
    }
    open.add(socket)
    byAddress.set(address, here + 1)
    socket.once('close', () => {
      open.delete(socket)
      const left = (byAddress.get(address) ?? 1) - 1
      if (left > 0) byAddress.set(address, left)
      else byAddress.delete(address)
    })
  }

  // A certificate that was shown and is not believed is an attempt, not an absence.
  const secured = (socket: TLSSocket) => {
    const shown = socket.getPeerX509Certificate?.() !== undefined
    if (!shown || socket.authorized) return
    turnedAway('certificate-refused')
    socket.destroy()
  }
  const failed = () => turnedAway('tls-failed')

  const rotation = setInterval(() => server.setTicketKeys(randomBytes(48)), TICKET_KEY_MILLIS)
  rotation.unref()
  server.on('connection', arrived)
  server.on('secureConnection', secured)
  server.on('tlsClientError', failed)
  return {
    cut: () => {
      for (const socket of open) socket.destroy()
    },
    end: () => clearInterval(rotation),
  }
}
