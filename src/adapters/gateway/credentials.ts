// What a request brings along to say who sent it, and what it cannot choose itself: its address.
import type { IncomingHttpHeaders } from 'node:http'
import type { Duplex } from 'node:stream'
import type { TLSSocket } from 'node:tls'
import type { Presented } from '../../access/sign-in.ts'
import { plainAddress } from './own-hosts.ts'
import { Refusal } from './refusal.ts'

export const ACCESS_COOKIE = '__Host-at'
export const REFRESH_COOKIE = '__Host-rt'
/** Remembers a device that a person signed in on before, so that nobody else can lock that person out. */
export const DEVICE_COOKIE = '__Host-device'

/** The parts of a request that say who sent it; an upgrade to a WebSocket has the same. */
export interface Envelope {
  readonly headers: IncomingHttpHeaders
  readonly cookies: Readonly<Record<string, string | undefined>>
  readonly raw: { readonly socket: Duplex }
  readonly ip: string
}

/** Cookie and header together, or a cookie twice, could mean two people: neither is believed. */
export function credentialsOf(envelope: Envelope): Presented & { readonly address: string } {
  const { authorization, cookie: header = '' } = envelope.headers
  const often = header.split(ACCESS_COOKIE).length - 1
  if (often > 1 || (often > 0 && authorization !== undefined)) throw ambiguous()

  const bearer = authorization === undefined ? undefined : (/^Bearer ([!-~]{1,4096})$/i.exec(authorization)?.[1] ?? '')
  return {
    accessCookie: envelope.cookies[ACCESS_COOKIE],
    bearer,
    certificate: certificateNameOf(envelope),
    address: addressOf(envelope),
  }
}

/** Of the connection, or of a proxy that is trusted; never what a caller writes into a header. */
export const addressOf = ({ ip }: Pick<Envelope, 'ip'>): string => plainAddress(ip ?? '')

/** What the caller calls itself, short enough to be shown and free of anything that breaks a line. */
export const deviceOf = ({ headers }: Pick<Envelope, 'headers'>): string =>
  (headers['user-agent'] ?? '').replace(/[^\x20-\x7e]/g, '?').slice(0, 160)

/** The common name of a client certificate that was verified. */
export function certificateNameOf({ raw }: Pick<Envelope, 'raw'>): string | undefined {
  const socket = raw.socket as Partial<TLSSocket>
  if (socket.authorized !== true) return undefined
  const name: unknown = socket.getPeerCertificate?.().subject?.CN
  return typeof name === 'string' && name.length <= 64 ? name : undefined
}

const ambiguous = (): Refusal =>
  new Refusal(400, 'CREDENTIALS_AMBIGUOUS', {
    message: 'The request carries more than one proof of who sent it.',
    fix: 'Send either the session cookie or Authorization: Bearer, once.',
  })
