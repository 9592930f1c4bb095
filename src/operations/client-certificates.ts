// Certificates that people show to the server: an authority of their own, names in them, and the list of those taken back.
import { join } from 'node:path'
import {
  type Authority,
  DAY_MILLIS,
  type Issued,
  issue,
  openAuthority,
  type Revoked,
  readText,
  revocationList,
  revokedIn,
  writeKept,
} from './authority-file.ts'
import { OperationsError } from './operations-error.ts'

const USER_NAME = /^[a-z][a-z0-9._-]{0,39}$/
const CLIENT_DAYS = 365
/** A list is renewed when less than this is left: with one that ended, TLS refuses every client. */
const LIST_DAYS_LEAST = 14

export class ClientCertificates {
  /** PEM, for the `ca` of a TLS server. */
  readonly authority: string
  readonly authorityPath: string
  readonly listPath: string
  readonly #opened: Authority
  readonly #now: () => number

  private constructor(opened: Authority, listPath: string, now: () => number) {
    this.#opened = opened
    this.#now = now
    this.authority = opened.certificate
    this.authorityPath = opened.path
    this.listPath = listPath
  }

  static async open(folder: string, now: () => number): Promise<ClientCertificates> {
    const opened = await openAuthority(folder, 'client-authority', 'Quadrant clients', now())
    const clients = new ClientCertificates(opened, join(folder, 'client-revoked.pem'), now)
    await clients.list()
    return clients
  }

  /** A certificate with its key, PEM, whose common name is the user's. Throws OperationsError CERTIFICATE_USER_INVALID. */
  async issue({ name, days = CLIENT_DAYS }: { readonly name: string; readonly days?: number }): Promise<Issued> {
    if (!USER_NAME.test(name)) {
      throw new OperationsError('CERTIFICATE_USER_INVALID', {
        message: `${JSON.stringify(name.slice(0, 60))} is no user's name`,
        fix: 'small letters, digits, dots, dashes and underscores, beginning with a letter, at most 40',
      })
    }
    return issue(this.#opened, {
      subject: `CN=${name}, O=Quadrant`,
      days,
      now: this.#now(),
      usage: 'client',
      names: [],
    })
  }

  /** From the server's next reading of the list on, this certificate is refused. */
  async revoke(serial: string): Promise<void> {
    const known = this.#kept()?.revoked ?? []
    const added = { serial: serial.toLowerCase(), time: new Date(this.#now()) }
    if (known.some(revoked => revoked.serial === added.serial)) return
    writeKept(this.listPath, await revocationList(this.#opened, [...known, added], this.#now()), 0o644)
  }

  /** The list of the revoked, PEM, for the `crl` of a TLS server. */
  async list(): Promise<string> {
    const kept = this.#kept()
    if (kept !== undefined && kept.nextUpdate - this.#now() >= LIST_DAYS_LEAST * DAY_MILLIS) return kept.text
    const text = await revocationList(this.#opened, kept?.revoked ?? [], this.#now())
    writeKept(this.listPath, text, 0o644)
    return text
  }

  #kept(): { readonly text: string; readonly revoked: readonly Revoked[]; readonly nextUpdate: number } | undefined {
    const text = readText(this.listPath)
    return text === undefined ? undefined : { text, ...revokedIn(text) }
  }
}
