// The certificate the server shows: made by an authority of its own, renewed in time, or the operator's own files, checked.
import { X509Certificate } from 'node:crypto'
import { chmodSync, mkdirSync } from 'node:fs'
import { isIP } from 'node:net'
import { join } from 'node:path'
import { certificatesIn, DAY_MILLIS, issue, openAuthority, privateKeyIn, readText, writeKept } from './authority-file.ts'
import { OperationsError } from './operations-error.ts'
import { checkedOwn, pairs } from './own-certificate.ts'

export interface CertificateOptions {
  /** Where ours are kept; made 0700. */
  readonly folder: string
  /** Names and addresses, besides those of this machine to itself, under which people reach the server. */
  readonly hosts: readonly string[]
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** The operator's own files: the certificate with its chain, and its key. */
  readonly own?: { readonly certificate: string; readonly key: string } | undefined
}

export interface ServerCertificate {
  /** PEM, what the server shows first, its chain behind it. */
  readonly certificate: string
  readonly key: string
  readonly hosts: readonly string[]
  readonly expires: number
  /** The file to trust once in a browser or a system; null for the operator's own certificate. */
  readonly authorityPath: string | null
}

export const SERVER_DAYS = 90
export const RENEW_DAYS = 14

/**
 * Throws OperationsError CERTIFICATE_HOST_INVALID, and of own files CERTIFICATE_UNREADABLE, CERTIFICATE_KEY_MISMATCH,
 * CERTIFICATE_EXPIRED, CERTIFICATE_NAME_MISMATCH, CERTIFICATE_KEY_WEAK, CERTIFICATE_KEY_EXPOSED, CERTIFICATE_CHAIN_BROKEN.
 */
export async function ensureCertificate({ folder, hosts, now, own }: CertificateOptions): Promise<ServerCertificate> {
  const asked = hosts.map(checkedHost)
  if (own !== undefined) return checkedOwn(own, asked, now())

  mkdirSync(folder, { recursive: true, mode: 0o700 })
  chmodSync(folder, 0o700)
  const wanted = [...new Set(['localhost', '127.0.0.1', '::1', ...asked])]
  const authority = await openAuthority(folder, 'authority', 'Quadrant on this machine', now())
  const path = join(folder, 'server.pem')
  const kept = readText(path) ?? ''
  const known = usable(kept, authority.certificate, wanted, now())
  if (known !== undefined) return { ...known, hosts: wanted, authorityPath: authority.path }

  const issued = await issue(authority, {
    subject: `CN=${wanted[3] ?? 'localhost'}, O=Quadrant`,
    days: SERVER_DAYS,
    now: now(),
    usage: 'server',
    names: wanted.map(value => ({ type: isIP(value) === 0 ? 'dns' : 'ip', value })),
  })
  const certificate = `${issued.certificate}${authority.certificate}`
  writeKept(path, `${issued.key}${certificate}`, 0o600)
  return { certificate, key: issued.key, hosts: wanted, expires: issued.expires, authorityPath: authority.path }
}

/** What was kept, when it still serves: whole, ours, for exactly these names, and not about to end. */
function usable(
  text: string,
  authority: string,
  hosts: readonly string[],
  now: number,
): Pick<ServerCertificate, 'certificate' | 'key' | 'expires'> | undefined {
  const key = privateKeyIn(text)
  const chain = certificatesIn(text)
  if (key === undefined || chain[0] === undefined || chain[1] !== authority) return undefined
  const shown = new X509Certificate(chain[0])
  const expires = shown.validToDate.getTime()
  if (!pairs(shown, key) || !shown.verify(new X509Certificate(authority).publicKey)) return undefined
  if (expires - now < RENEW_DAYS * DAY_MILLIS || shown.validFromDate.getTime() > now) return undefined
  const named = (shown.subjectAltName ?? '').split(', ').length
  return named === hosts.length && hosts.every(host => covers(shown, host))
    ? { certificate: chain.join(''), key: `${key}\n`, expires }
    : undefined
}

export const covers = (certificate: X509Certificate, host: string): boolean =>
  (isIP(host) === 0 ? certificate.checkHost(host) : certificate.checkIP(host)) !== undefined

function checkedHost(host: string): string {
  const name = host.toLowerCase().replace(/^\[(.*)\]$/, '$1')
  if (isIP(name) !== 0) return name
  const labels = name.split('.')
  if (name.length <= 253 && labels.every(label => /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(label))) return name
  throw new OperationsError('CERTIFICATE_HOST_INVALID', {
    message: `${JSON.stringify(host.slice(0, 80))} is neither a host name nor an address`,
    fix: 'write it as people type it into a browser: trading.example.com, or 192.168.1.20',
  })
}

export interface CertificateWatchOptions extends CertificateOptions {
  readonly current: ServerCertificate
  readonly changed: (certificate: ServerCertificate) => void
  /** A renewal, or the operator's new files, did not hold: the certificate in force stays. */
  readonly failed: (error: unknown) => void
  readonly everyMillis?: number
}

/** Looks once a minute whether there is a newer certificate, or it is time for one. */
export class CertificateWatch {
  readonly #options: CertificateWatchOptions
  readonly #timer: NodeJS.Timeout
  #current: ServerCertificate

  constructor(options: CertificateWatchOptions) {
    this.#options = options
    this.#current = options.current
    this.#timer = setInterval(() => void this.check(), options.everyMillis ?? 60_000).unref()
  }

  get current(): ServerCertificate {
    return this.#current
  }

  async check(): Promise<void> {
    try {
      const found = await ensureCertificate(this.#options)
      if (found.certificate === this.#current.certificate && found.key === this.#current.key) return
      this.#current = found
      this.#options.changed(found)
    } catch (error) {
      this.#options.failed(error)
    }
  }

  close(): void {
    clearInterval(this.#timer)
  }
}
