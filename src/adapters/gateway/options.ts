// What the server is started with.
import type { Access } from '../../access/access.ts'
import type { AuditEntry } from '../../access/audit-entry.ts'
import type { RouteName } from '../../wire/contract.ts'
import type { peopleRoutes } from '../../wire/people.ts'
import type { AuditReader } from './audit-reader.ts'
import type { Handlers } from './handlers.ts'
import type { Hub } from './hub.ts'
import type { GatewayMeter } from './meter.ts'
import type { Rates } from './rates.ts'

/** Routes that the gateway answers itself, with access and the audit trail. */
export type PeopleRouteName = keyof typeof peopleRoutes

/** Routes that the rest of the house answers. */
export type HouseRouteName = Exclude<RouteName, PeopleRouteName>

export interface Certificate {
  /** PEM: the private key, and the certificate with those it hangs on, leaf first. */
  readonly key: string
  readonly cert: string
}

export interface ClientCertificates {
  /** PEM of the authorities whose certificates are believed. */
  readonly authorities: string
  /** PEM of their revocation lists. */
  readonly revoked?: string
  /** Without one nobody gets as far as a request; else it is asked for and believed when given. */
  readonly required: boolean
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'
export type GatewayLog = (level: LogLevel, message: string, fields: Readonly<Record<string, unknown>>) => void

export interface GatewayLimits {
  readonly bodyBytes: number
  readonly headerBytes: number
  readonly headerCount: number
  /** From the first byte to the end of the headers; to the end of the body; and quiet between two requests. */
  readonly headersMillis: number
  readonly requestMillis: number
  readonly keepAliveMillis: number
  readonly requestsPerConnection: number
  readonly connections: number
  /** From one address that is not this machine or a trusted proxy. */
  readonly connectionsPerAddress: number
  readonly sockets: number
  readonly socketsPerSession: number
  readonly messagesPerSecond: number
  readonly messageBytes: number
  /** A ping goes out when so long nothing was heard; without an answer for `deadMillis` the socket is given up. */
  readonly pingMillis: number
  readonly deadMillis: number
  /** What was sent must be taken within so long. */
  readonly unreadMillis: number
  /** How often a socket's owner is looked at again. */
  readonly recheckMillis: number
}

export const LIMITS: GatewayLimits = {
  bodyBytes: 64 * 1024,
  headerBytes: 16 * 1024,
  headerCount: 100,
  headersMillis: 10_000,
  requestMillis: 20_000,
  keepAliveMillis: 30_000,
  requestsPerConnection: 10_000,
  connections: 2_000,
  connectionsPerAddress: 100,
  sockets: 1_200,
  socketsPerSession: 5,
  messagesPerSecond: 20,
  messageBytes: 64 * 1024,
  pingMillis: 15_000,
  deadMillis: 30_000,
  unreadMillis: 3_000,
  recheckMillis: 60_000,
}

export interface GatewayOptions {
  readonly host: string
  /** 0 takes a free one; `Gateway.url` says which. */
  readonly port: number
  readonly certificate: Certificate
  readonly clientCertificates?: ClientCertificates
  /** Host names it is reached by beside localhost and its address. */
  readonly names?: readonly string[]
  /** Addresses whose X-Forwarded-For is believed; nobody's otherwise. */
  readonly trustedProxies?: readonly string[]
  readonly version: string
  readonly access: Access
  readonly audit: (entry: AuditEntry) => Promise<void>
  readonly auditReader: AuditReader
  readonly handlers: Handlers<HouseRouteName>
  readonly hub: Hub
  /** Folder of the built dashboard; without one the server says how to build it. */
  readonly dashboard?: string
  /** Why the server cannot serve yet, in words; empty when it can. */
  readonly unready?: () => readonly string[] | Promise<readonly string[]>
  readonly meter?: GatewayMeter
  readonly log?: GatewayLog
  /** Milliseconds since 1970. */
  readonly now?: () => number
  readonly limits?: Partial<GatewayLimits>
  readonly rates?: Partial<Rates>
}
