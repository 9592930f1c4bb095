// The names this server goes by. A request for another name, or from another origin, is not meant for it.
import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import { Refusal } from './refusal.ts'

export class OwnHosts {
  readonly #names: ReadonlySet<string>

  /** `names` are host names without port, beside those of the machine itself. */
  constructor(names: readonly string[]) {
    this.#names = new Set(['localhost', '127.0.0.1', '[::1]', ...names.map(bracketed)].map(name => name.toLowerCase()))
  }

  /**
   * Whether a Host header names this server. A page elsewhere can let its own name point here (DNS rebinding), but it can
   * have neither a name of ours nor the address that the connection came in on.
   */
  admits(host: string | undefined, localAddress: string | undefined): boolean {
    const name = hostName(host)
    if (name === undefined) return false
    return this.#names.has(name) || (localAddress !== undefined && name === bracketed(plainAddress(localAddress)))
  }

  /** Whether a page of this very server asks: `null`, http and every other name or port is somebody else. */
  isOwnOrigin(origin: string, host: string | undefined): boolean {
    return host !== undefined && origin === `https://${host.toLowerCase()}`
  }
}

/** An IPv4 address that came over IPv6 is the IPv4 address. */
export const plainAddress = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/, '')

/** Who is at the other end: behind proxies that are trusted, whom the first of them that is not says it is. */
export function remoteOf({ socket, headers }: IncomingMessage, trusted: readonly string[]): string {
  const forwarded = [headers['x-forwarded-for'] ?? []].flat().join(',').split(',')
  const said = forwarded.map(text => text.trim()).filter(text => isIP(text) !== 0)

  let address = plainAddress(socket.remoteAddress ?? '')
  while (trusted.includes(address) && said.length > 0) address = plainAddress(said.pop() ?? '')
  return address
}

/** Node reads the first of two and a proxy may read the second: such a request is no request (RFC 9112 §3.2). */
export const namesTwoHosts = ({ rawHeaders }: IncomingMessage): boolean =>
  rawHeaders.filter((name, i) => i % 2 === 0 && name.toLowerCase() === 'host').length > 1

export const twoHosts = (): Refusal =>
  new Refusal(400, 'REQUEST_INVALID', { message: 'The request names two hosts.', fix: 'Send one Host header.' })

export const misdirected = (): Refusal =>
  new Refusal(421, 'HOST_REFUSED', {
    message: 'This server does not go by the name that the request is for.',
    fix: 'Use localhost or its address, or give the name to the server when it starts.',
  })

const bracketed = (name: string): string => (isIP(name) === 6 ? `[${name}]` : name)

/** The name in a Host header, in lower case; undefined for what is no host. */
function hostName(host: string | undefined): string | undefined {
  const match = /^(\[[0-9a-f:.]{2,45}\]|[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?)(?::\d{1,5})?$/i.exec(host ?? '')
  return match?.[1]?.toLowerCase()
}
