// A certificate authority of this house: its key and certificate in one file, so that a crash never leaves half of it.
import './reflect-metadata.ts'

import { randomBytes, type webcrypto } from 'node:crypto'
import { chmodSync, closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import * as x509 from '@peculiar/x509'

export const DAY_MILLIS = 86_400_000
/** Other machines' clocks may be behind ours: what is issued now is valid an hour ago. */
const SKEW_MILLIS = 3_600_000
const AUTHORITY_DAYS = 3_650
/** An authority with less left than this is made anew: what it issues must not outlive it. */
const AUTHORITY_DAYS_LEAST = 400
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const

export interface Issued {
  /** PEM. */
  readonly certificate: string
  readonly key: string
  /** Hex. */
  readonly serial: string
  readonly expires: number
}

export interface Authority {
  /** PEM. */
  readonly certificate: string
  /** Where a browser or a system finds it, to trust it. */
  readonly path: string
  readonly x509: x509.X509Certificate
  readonly signingKey: webcrypto.CryptoKey
}

/** Reads NAME.pem of the folder, or makes it; NAME.crt beside it is the part that may be shown to everybody. */
export async function openAuthority(folder: string, name: string, title: string, now: number): Promise<Authority> {
  const sealed = join(folder, `${name}.pem`)
  const path = join(folder, `${name}.crt`)
  const known = await readAuthority(sealed, path)
  if (known !== undefined && known.x509.notAfter.getTime() - now >= AUTHORITY_DAYS_LEAST * DAY_MILLIS) {
    if (readText(path) !== known.certificate) writeKept(path, known.certificate, 0o644)
    return known
  }

  const keys = await generateKeys()
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: newSerial(),
    name: `CN=${title}, O=Quadrant`,
    ...validity(now, AUTHORITY_DAYS),
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      // No authority below it.
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  const pem = pemOf(certificate)
  writeKept(sealed, `${await privateKeyPem(keys.privateKey)}${pem}`, 0o600)
  writeKept(path, pem, 0o644)
  return { certificate: pem, path, x509: certificate, signingKey: keys.privateKey }
}

async function readAuthority(sealed: string, path: string): Promise<Authority | undefined> {
  const text = readText(sealed)
  const key = text === undefined ? undefined : privateKeyIn(text)
  const pem = text === undefined ? undefined : certificatesIn(text)[0]
  if (key === undefined || pem === undefined) return undefined
  const bytes = Buffer.from(key.replace(/-----[^-]+-----|\s/g, ''), 'base64')
  const signingKey = await crypto.subtle.importKey('pkcs8', bytes, ALGORITHM, false, ['sign'])
  return { certificate: pem, path, x509: new x509.X509Certificate(pem), signingKey }
}

/** A certificate of this authority for a new key. */
export async function issue(
  authority: Authority,
  wanted: {
    readonly subject: string
    readonly days: number
    readonly now: number
    readonly usage: 'server' | 'client'
    readonly names: readonly { readonly type: 'dns' | 'ip'; readonly value: string }[]
  },
): Promise<Issued> {
  const keys = await generateKeys()
  const serial = newSerial()
  const dates = validity(wanted.now, wanted.days)
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serial,
    subject: wanted.subject,
    issuer: authority.x509.subject,
    publicKey: keys.publicKey,
    signingKey: authority.signingKey,
    signingAlgorithm: ALGORITHM,
    ...dates,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([
        wanted.usage === 'server' ? x509.ExtendedKeyUsage.serverAuth : x509.ExtendedKeyUsage.clientAuth,
      ]),
      ...(wanted.names.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension([...wanted.names])]),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(authority.x509.publicKey),
    ],
  })
  return {
    certificate: pemOf(certificate),
    key: await privateKeyPem(keys.privateKey),
    serial,
    expires: dates.notAfter.getTime(),
  }
}

export interface Revoked {
  /** Hex. */
  readonly serial: string
  readonly time: Date
}

/** The list of what was revoked, signed; valid for thirty days. */
export async function revocationList(authority: Authority, revoked: readonly Revoked[], now: number): Promise<string> {
  const list = await x509.X509CrlGenerator.create({
    issuer: authority.x509.subject,
    thisUpdate: new Date(now - SKEW_MILLIS),
    nextUpdate: new Date(now + 30 * DAY_MILLIS),
    entries: revoked.map(({ serial, time }) => ({ serialNumber: serial, revocationDate: time })),
    signingAlgorithm: ALGORITHM,
    signingKey: authority.signingKey,
  })
  return pemBlock('X509 CRL', Buffer.from(list.rawData))
}

export function revokedIn(list: string): { readonly revoked: readonly Revoked[]; readonly nextUpdate: number } {
  const { entries, nextUpdate } = new x509.X509Crl(Buffer.from(list.replace(/-----[^-]+-----|\s/g, ''), 'base64'))
  const revoked = entries.map(({ serialNumber, revocationDate }) => ({ serial: serialNumber, time: revocationDate }))
  return { revoked, nextUpdate: nextUpdate?.getTime() ?? 0 }
}

/** 16 random bytes, positive and without a leading zero, as RFC 5280 wants it. */
function newSerial(): string {
  const bytes = randomBytes(16)
  bytes[0] = (bytes[0]! & 0x3f) | 0x40
  return bytes.toString('hex')
}

const validity = (now: number, days: number): { notBefore: Date; notAfter: Date } => ({
  notBefore: new Date(now - SKEW_MILLIS),
  notAfter: new Date(now + days * DAY_MILLIS),
})

async function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return (await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair
}

async function privateKeyPem(key: webcrypto.CryptoKey): Promise<string> {
  return pemBlock('PRIVATE KEY', Buffer.from(await crypto.subtle.exportKey('pkcs8', key)))
}

/** RFC 7468: OpenSSL reads these labels and no others. */
function pemBlock(label: string, bytes: Buffer): string {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`
}

const pemOf = (certificate: x509.X509Certificate): string => `${certificate.toString('pem').trim()}\n`

export const certificatesIn = (text: string): string[] =>
  [...text.matchAll(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g)].map(([pem]) => `${pem}\n`)

export const privateKeyIn = (text: string): string | undefined =>
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]+?-----END [A-Z ]*PRIVATE KEY-----/.exec(text)?.[0]

/** Undefined where there is no such file. */
export function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** The file is its old self or its new self after any crash; its folder is its owner's alone. */
export function writeKept(path: string, text: string, mode: number): void {
  const folder = dirname(path)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const temporary = join(folder, `.${basename(path)}.${process.pid}.tmp`)
  try {
    const file = openSync(temporary, 'w', 0o600)
    try {
      writeSync(file, text)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    chmodSync(temporary, mode)
    renameSync(temporary, path)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
  // Windows cannot open a folder; its file systems keep a rename in their own journal.
  if (process.platform === 'win32') return
  const opened = openSync(folder, 'r')
  try {
    fsyncSync(opened)
  } finally {
    closeSync(opened)
  }
}
