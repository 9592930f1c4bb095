// Whose client certificates count: the operator's authorities, else those of this state folder once one was issued.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { ClientCertificates as Believed } from '../../adapters/gateway/options.ts'
import { ClientCertificates } from '../../operations/client-certificates.ts'
import { Failure } from '../failure.ts'

export interface ClientTrustOptions {
  /** PEM of the operator's. */
  readonly authorities: string | undefined
  /** Nobody gets in without one. */
  readonly required: boolean
  readonly now: () => number
}

export class ClientTrust {
  /** Undefined where nobody is asked for one. */
  believed: Believed | undefined
  readonly #own: ClientCertificates | undefined

  private constructor(believed: Believed | undefined, own: ClientCertificates | undefined) {
    this.believed = believed
    this.#own = own
  }

  /** Throws Failure SERVER_SETTINGS where certificates are demanded and nobody could have one. */
  static async open(home: string, { authorities, required, now }: ClientTrustOptions): Promise<ClientTrust> {
    if (authorities !== undefined) return new ClientTrust({ authorities, required }, undefined)
    const folder = join(home, 'certificates')
    if (existsSync(join(folder, 'client-authority.pem'))) {
      const own = await ClientCertificates.open(folder, now)
      return new ClientTrust({ authorities: own.authority, revoked: await own.list(), required }, own)
    }
    if (!required) return new ClientTrust(undefined, undefined)
    throw new Failure('SERVER_SETTINGS', {
      message: 'QUADRANT_TLS_CLIENT_REQUIRED is set, and there is no authority whose certificates could be shown',
      fix: 'make a certificate first: quadrant user certificate NAME --out FILE; or name an authority in QUADRANT_TLS_CLIENT_CA',
    })
  }

  /** Reads the list of those taken back again, which renews it in time. True when it is another one. */
  async refresh(): Promise<boolean> {
    if (this.#own === undefined || this.believed === undefined) return false
    const revoked = await this.#own.list()
    if (revoked === this.believed.revoked) return false
    this.believed = { ...this.believed, revoked }
    return true
  }
}
