// The operator's own certificate: everything that could be wrong with it is found at the start, not by the first browser.
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { isIP } from 'node:net'
import { certificatesIn, privateKeyIn } from './authority-file.ts'
import { OperationsError } from './operations-error.ts'

interface Checked {
  readonly certificate: string
  readonly key: string
  readonly hosts: readonly string[]
  readonly expires: number
  readonly authorityPath: null
}

const RSA_BITS_LEAST = 2_048
/** P-256, P-384, P-521, and the Edwards curves. */
const CURVES = ['prime256v1', 'secp384r1', 'secp521r1']

/** Throws OperationsError, see ensureCertificate. */
export function checkedOwn(
  { certificate: certificatePath, key: keyPath }: { readonly certificate: string; readonly key: string },
  hosts: readonly string[],
  now: number,
): Checked {
  const chain = certificatesIn(readOwn(certificatePath)).map(pem => parsed(pem, certificatePath))
  const [shown] = chain
  if (shown === undefined) throw unreadable(certificatePath, 'holds no certificate in PEM form')
  const key = privateKeyIn(readOwn(keyPath))
  if (key === undefined) throw unreadable(keyPath, 'holds no private key in PEM form')
  refuseExposed(keyPath)

  if (!pairs(shown, key, keyPath)) {
    throw new OperationsError('CERTIFICATE_KEY_MISMATCH', {
      message: `${keyPath} is not the key of the first certificate in ${certificatePath}`,
      fix: 'name the key that the certificate was asked for with, and put the server certificate first in its file',
    })
  }
  refuseWeak(shown.publicKey, certificatePath)
  refuseOutOfTime(shown, certificatePath, now)
  refuseBrokenChain(chain, certificatePath)
  const missing = hosts.filter(host => (isIP(host) === 0 ? shown.checkHost(host) : shown.checkIP(host)) === undefined)
  if (missing.length > 0) {
    throw new OperationsError('CERTIFICATE_NAME_MISMATCH', {
      message: `${certificatePath} is not for ${missing.join(', ')}, but for ${shown.subjectAltName ?? 'no name at all'}`,
      fix: 'get a certificate that names every host the server is reached under, or correct --host',
    })
  }
  return {
    certificate: chain.map(link => link.toString()).join(''),
    key: `${key}\n`,
    hosts,
    expires: shown.validToDate.getTime(),
    authorityPath: null,
  }
}

/** Throws OperationsError CERTIFICATE_UNREADABLE when the key cannot be read; `path` is for its words. */
export function pairs(certificate: X509Certificate, key: string, path = 'the key'): boolean {
  let opened: KeyObject
  try {
    opened = createPrivateKey(key)
  } catch {
    throw unreadable(path, /ENCRYPTED/.test(key) ? 'is protected by a pass phrase' : 'is no private key that can be read')
  }
  return certificate.checkPrivateKey(opened)
}

function readOwn(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException
    throw unreadable(path, code === 'ENOENT' ? 'is not there' : `cannot be read (${code})`)
  }
}

function parsed(pem: string, path: string): X509Certificate {
  try {
    return new X509Certificate(pem)
  } catch {
    throw unreadable(path, 'holds a certificate that is damaged')
  }
}

function refuseExposed(path: string): void {
  // Windows has no such bits. A group may read: that is how certificate tools share a key with a service.
  if (process.platform === 'win32' || (statSync(path).mode & 0o007) === 0) return
  throw new OperationsError('CERTIFICATE_KEY_EXPOSED', {
    message: `${path} is a private key and everybody on this machine may read it`,
    fix: `chmod 600 ${path}, and get a new certificate if somebody else could have read the key`,
  })
}

function refuseWeak(key: KeyObject, path: string): void {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key
  const strong =
    (type === 'rsa' && (details?.modulusLength ?? 0) >= RSA_BITS_LEAST) ||
    (type === 'ec' && CURVES.includes(details?.namedCurve ?? '')) ||
    type === 'ed25519' ||
    type === 'ed448'
  if (strong) return
  const what = type === 'rsa' ? `RSA with ${details?.modulusLength} bits` : `${type} ${details?.namedCurve ?? ''}`.trim()
  throw new OperationsError('CERTIFICATE_KEY_WEAK', {
    message: `${path} has a key that is too weak: ${what}`,
    fix: 'get a certificate for a key on the curve P-256, or for RSA with at least 2048 bits',
  })
}

function refuseOutOfTime({ validFromDate: from, validToDate: to }: X509Certificate, path: string, now: number): void {
  if (now >= from.getTime() && now < to.getTime()) return
  const words = now < from.getTime() ? `is valid only from ${from.toISOString()}` : `ended at ${to.toISOString()}`
  throw new OperationsError('CERTIFICATE_EXPIRED', {
    message: `the certificate in ${path} ${words}`,
    fix: "renew it and put the new one in the file's place; if it should be valid now, look at this machine's clock",
  })
}

function refuseBrokenChain(chain: readonly X509Certificate[], path: string): void {
  const broken = chain.findIndex((link, i) => {
    const issuer = chain[i + 1]
    return issuer !== undefined && !(link.checkIssued(issuer) && link.verify(issuer.publicKey))
  })
  if (broken === -1) return
  throw new OperationsError('CERTIFICATE_CHAIN_BROKEN', {
    message: `certificate ${broken + 1} of ${path} was not issued by the one after it`,
    fix: "order them: the server's own first, then each one's issuer; leave out those that do not belong",
  })
}

const unreadable = (path: string, why: string): OperationsError =>
  new OperationsError('CERTIFICATE_UNREADABLE', {
    message: `${path} ${why}`,
    fix: 'name PEM files this user may read: the certificate with its chain in QUADRANT_TLS_CERT, its key in QUADRANT_TLS_KEY',
  })
