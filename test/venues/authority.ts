// A certificate authority of one test run: it vouches for the simulated venues, and issues the flawed certificates too.
import '../../src/operations/reflect-metadata.ts'

import type { webcrypto } from 'node:crypto'
import * as x509 from '@peculiar/x509'

/** What may be wrong with a certificate. A client that accepts one of these would talk to anybody. */
export type CertificateFlaw = 'expired' | 'not-yet-valid' | 'wrong-host' | 'self-signed' | 'foreign-authority'

export const CERTIFICATE_FLAWS: readonly CertificateFlaw[] = [
  'expired',
  'not-yet-valid',
  'wrong-host',
  'self-signed',
  'foreign-authority',
]

/** PEM. */
export interface Identity {
  readonly cert: string
  readonly key: string
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const
const DAY_MILLIS = 86_400_000

export class Authority {
  /** What a client has to trust, PEM. */
  readonly pem: string
  readonly #certificate: x509.X509Certificate
  readonly #keys: webcrypto.CryptoKeyPair
  #serial = 1

  private constructor(certificate: x509.X509Certificate, keys: webcrypto.CryptoKeyPair) {
    this.#certificate = certificate
    this.#keys = keys
    this.pem = certificate.toString('pem')
  }

  static async create(): Promise<Authority> {
    const keys = await generateKeys()
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({
      serialNumber: '01',
      name: 'CN=Authority of one test run',
      ...validity(-1, 2),
      keys,
      signingAlgorithm: ALGORITHM,
      extensions: [
        new x509.BasicConstraintsExtension(true, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      ],
    })
    return new Authority(certificate, keys)
  }

  /** A certificate with its key for these host names, sound or with one flaw. */
  async issue(hosts: readonly string[], flaw?: CertificateFlaw): Promise<Identity> {
    if (flaw === 'foreign-authority') return (await Authority.create()).issue(hosts)
    const keys = await generateKeys()
    const names = flaw === 'wrong-host' ? ['somebody-else.example'] : hosts
    this.#serial += 1
    const common = {
      serialNumber: this.#serial.toString(16).padStart(4, '0'),
      ...(flaw === 'expired' ? validity(-3, -1) : flaw === 'not-yet-valid' ? validity(1, 2) : validity(-1, 2)),
      signingAlgorithm: ALGORITHM,
      extensions: [
        new x509.BasicConstraintsExtension(false),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
        new x509.SubjectAlternativeNameExtension(
          names.map(value => ({ type: /^[\d.]+$|:/.test(value) ? ('ip' as const) : ('dns' as const), value })),
        ),
      ],
    }
    const name = `CN=${names[0] ?? 'nobody'}`
    const certificate =
      flaw === 'self-signed'
        ? await x509.X509CertificateGenerator.createSelfSigned({ ...common, name, keys })
        : await x509.X509CertificateGenerator.create({
            ...common,
            subject: name,
            issuer: this.#certificate.subject,
            publicKey: keys.publicKey,
            signingKey: this.#keys.privateKey,
          })
    return { cert: certificate.toString('pem'), key: await privateKeyPem(keys.privateKey) }
  }
}

async function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return (await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair
}

async function privateKeyPem(key: webcrypto.CryptoKey): Promise<string> {
  const bytes = Buffer.from(await crypto.subtle.exportKey('pkcs8', key))
  return `-----BEGIN PRIVATE KEY-----\n${bytes.toString('base64').replace(/.{64}/g, '$&\n')}\n-----END PRIVATE KEY-----\n`
}

function validity(fromDays: number, toDays: number): { notBefore: Date; notAfter: Date } {
  const now = Date.now()
  return { notBefore: new Date(now + fromDays * DAY_MILLIS), notAfter: new Date(now + toDays * DAY_MILLIS) }
}
