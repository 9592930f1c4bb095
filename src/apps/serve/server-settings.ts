// What a server is started with: the command's options and the environment, read in this one place.
import { existsSync, readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { Failure } from '../failure.ts'

export interface ServerSettings {
  readonly home: string
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  readonly metricsPort: number
  /** Empty is loopback, whatever `host` is. */
  readonly metricsHost?: string
  /** Empty is PGlite in the state folder. */
  readonly databaseUrl: string
  /** Empty keeps sessions in the database. */
  readonly redisUrl: string
  readonly ownCertificate: { readonly certificate: string; readonly key: string } | undefined
  /** PEM of the authorities whose client certificates count. */
  readonly clientAuthorities: string | undefined
  /** Nobody gets in without a client certificate. */
  readonly requireClientCertificate?: boolean
  /** Addresses whose X-Forwarded-For is believed. */
  readonly trustedProxies?: readonly string[]
}

/** Throws Failure SERVER_SETTINGS for what contradicts itself or cannot be read. */
export function serverSettings(options: Pick<ServerSettings, 'home' | 'host' | 'port' | 'metricsPort'>): ServerSettings {
  const variable = (name: string): string => process.env[name] ?? ''
  const [certificate, key] = [variable('QUADRANT_TLS_CERT'), variable('QUADRANT_TLS_KEY')]
  if ((certificate === '') !== (key === '')) {
    throw invalid('QUADRANT_TLS_CERT and QUADRANT_TLS_KEY belong together, and only one of them is set', 'set both, or neither')
  }
  const clientAuthorities = variable('QUADRANT_TLS_CLIENT_CA')
  return {
    ...options,
    databaseUrl: process.env['DATABASE_URL'] ?? '',
    redisUrl: variable('QUADRANT_REDIS_URL'),
    metricsHost: variable('QUADRANT_METRICS_HOST'),
    ownCertificate: certificate === '' ? undefined : { certificate, key },
    clientAuthorities: clientAuthorities === '' ? undefined : authoritiesIn(clientAuthorities),
    requireClientCertificate: isYes('QUADRANT_TLS_CLIENT_REQUIRED', variable('QUADRANT_TLS_CLIENT_REQUIRED')),
    trustedProxies: addressesIn(variable('QUADRANT_TRUSTED_PROXIES')),
  }
}

function authoritiesIn(path: string): string {
  if (!existsSync(path)) {
    throw invalid(`QUADRANT_TLS_CLIENT_CA names ${path}, which is not there`, 'name a file with the authorities in PEM')
  }
  return readFileSync(path, 'utf8')
}

/** A slip of the pen must not open the door. */
function isYes(name: string, text: string): boolean {
  if (text === '' || text === '0') return false
  if (text === '1') return true
  throw invalid(`${name} is ${JSON.stringify(text.slice(0, 40))}`, 'set it to 1, or leave it out')
}

function addressesIn(text: string): string[] {
  const addresses = text.split(',').flatMap(one => one.trim() || [])
  const wrong = addresses.find(address => isIP(address) === 0)
  if (wrong === undefined) return addresses
  throw invalid(
    `QUADRANT_TRUSTED_PROXIES names ${JSON.stringify(wrong.slice(0, 60))}, which is no address`,
    'list addresses with commas between them: 10.0.0.5,10.0.0.6',
  )
}

/** Throws Failure USAGE_PORT. */
export function readPort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN
  if (port <= 65_535) return port
  throw new Failure('USAGE_PORT', { message: `'${text}' is no port`, fix: 'give a number from 0 to 65535; 0 takes a free one' })
}

const invalid = (message: string, fix: string): Failure => new Failure('SERVER_SETTINGS', { message, fix })
