// The only door to the outside: who may be reached, and how a name becomes a socket.
import { connect as connectTcp, isIP, type Socket } from 'node:net'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { SourceError } from './source-error.ts'

export interface Address {
  readonly host: string
  readonly port: number
}

/** How names are found and whom to trust. A test gives its own; production has nothing but the default. */
export interface Routes {
  /** Where `host:port` is dialled; the name stays what certificates are checked against. */
  readonly route: (target: Address) => Address
  /** Certificate authorities to trust instead of the system's, PEM. */
  readonly authorities?: readonly string[]
}

export const DIRECT: Routes = { route: target => target }

/**
 * Dials hosts of an allow-list and no other. TLS 1.2 or newer, with name and chain checked always: there is no switch
 * to turn that off.
 */
export class Network {
  readonly #allowed: ReadonlySet<string>
  readonly #routes: Routes

  /** `allowed`: host names as the sources declare them for one environment. */
  constructor(allowed: Iterable<string>, routes: Routes = DIRECT) {
    this.#allowed = new Set(allowed)
    this.#routes = routes
  }

  /** A connecting TLS socket. Throws SourceError EGRESS_REFUSED for a host that is not on the list. */
  tls(target: Address): TLSSocket {
    this.#check(target)
    const { host, port } = this.#routes.route(target)
    const authorities = this.#routes.authorities
    return connectTls({
      host,
      port,
      // A name only: RFC 6066 forbids addresses in SNI.
      ...(isIP(target.host) === 0 ? { servername: target.host } : {}),
      minVersion: 'TLSv1.2',
      // Said aloud, because NODE_TLS_REJECT_UNAUTHORIZED=0 changes what is unsaid.
      rejectUnauthorized: true,
      ALPNProtocols: ['http/1.1'],
      ...(authorities === undefined ? {} : { ca: [...authorities] }),
    })
  }

  /** A connecting plain socket, for loopback only: a sidecar on this machine. */
  tcp(target: Address): Socket {
    this.#check(target)
    const { host, port } = this.#routes.route(target)
    if (host !== '127.0.0.1' && host !== '::1' && host !== 'localhost') {
      throw new SourceError('EGRESS_REFUSED', {
        message: `${target.host}:${target.port} would be reached without encryption`,
        fix: 'plain connections are for this machine only; use 127.0.0.1',
      })
    }
    return connectTcp({ host, port })
  }

  #check({ host }: Address): void {
    if (this.#allowed.has(host)) return
    throw new SourceError('EGRESS_REFUSED', {
      message: `${host} is not a host of any configured source in this environment`,
      fix: 'nothing is sent there; if a source moved, its hosts are listed in its folder under src/adapters',
    })
  }
}
