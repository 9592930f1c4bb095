// Certificates as TLS itself sees them: real handshakes, renewals by moving time, and every flaw of an operator's own files.
import './reflect-metadata.ts'

import { generateKeyPairSync, type webcrypto, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ConnectionOptions, connect, createServer, type TLSSocket, type TlsOptions } from 'node:tls'
import * as x509 from '@peculiar/x509'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Authority } from '../../test/venues/authority.ts'
import { certificatesIn } from './authority-file.ts'
import { CertificateWatch, ensureCertificate, type ServerCertificate } from './certificates.ts'
import { ClientCertificates } from './client-certificates.ts'

const DAY = 86_400_000
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'quadrant-tls-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const ensured = (more: { hosts?: readonly string[]; now?: () => number } = {}): Promise<ServerCertificate> =>
  ensureCertificate({ folder: join(folder, 'tls'), hosts: [], now: Date.now, ...more })

/** What both sides make of one handshake: the client's error, or the server's view of the client. */
async function handshake(
  server: TlsOptions,
  client: ConnectionOptions,
): Promise<{ error: string; authorized: boolean; why: string; name: string | undefined; protocol: string }> {
  const listening = createServer(server).listen(0, '127.0.0.1')
  await once(listening, 'listening')
  const { port } = listening.address() as AddressInfo
  const seen = new Promise<TLSSocket | undefined>(resolve => {
    listening.once('secureConnection', socket => {
      socket.on('error', () => {})
      socket.end('x')
      resolve(socket)
    })
    listening.once('tlsClientError', () => resolve(undefined))
  })
  const socket = connect({ ...client, host: '127.0.0.1', port })
  const error = await new Promise<string>(resolve => {
    socket.once('error', problem => resolve((problem as NodeJS.ErrnoException).code ?? problem.message))
    socket.once('data', () => resolve(''))
    socket.once('end', () => resolve('ended'))
  })
  const accepted = await seen
  const result = {
    error,
    authorized: accepted?.authorized ?? false,
    why: String(accepted?.authorizationError ?? ''),
    name: accepted?.getPeerCertificate().subject?.CN,
    protocol: accepted?.getProtocol() ?? '',
  }
  socket.destroy()
  listening.close()
  await once(listening, 'close')
  return result
}

const serverOf = ({ certificate, key }: ServerCertificate): TlsOptions => ({ cert: certificate, key, minVersion: 'TLSv1.3' })
const trusted = ({ authorityPath }: ServerCertificate): string => readFileSync(authorityPath!, 'utf8')

describe('the certificate of this machine', () => {
  test('is accepted for every name by whoever trusts the authority, and by nobody else', async () => {
    const certificate = await ensured({ hosts: ['Trading.Example.com', '192.168.1.20'] })
    expect(certificate.hosts).toEqual(['localhost', '127.0.0.1', '::1', 'trading.example.com', '192.168.1.20'])

    const shown = new X509Certificate(certificate.certificate)
    for (const name of ['localhost', 'trading.example.com']) expect(shown.checkHost(name), name).toBe(name)
    for (const address of ['127.0.0.1', '::1', '192.168.1.20']) expect(shown.checkIP(address), address).toBe(address)
    for (const servername of ['localhost', 'trading.example.com']) {
      expect(await handshake(serverOf(certificate), { servername, ca: trusted(certificate) })).toMatchObject({
        error: '',
        protocol: 'TLSv1.3',
      })
    }
    expect((await handshake(serverOf(certificate), { servername: 'localhost' })).error).toBe('SELF_SIGNED_CERT_IN_CHAIN')
    expect((await handshake(serverOf(certificate), { servername: 'other.example', ca: trusted(certificate) })).error).toBe(
      'ERR_TLS_CERT_ALTNAME_INVALID',
    )
  })

  test('is on P-256 for 90 days, its authority for ten years and for servers only at first hand', async () => {
    const now = Date.UTC(2026, 10, 20)
    const certificate = await ensured({ now: () => now })
    const shown = new X509Certificate(certificate.certificate)
    const authority = new X509Certificate(trusted(certificate))

    expect(shown.publicKey.asymmetricKeyDetails?.namedCurve).toBe('prime256v1')
    expect(shown.validToDate.getTime()).toBe(now + 90 * DAY)
    expect(certificate.expires).toBe(now + 90 * DAY)
    expect(shown.ca).toBe(false)
    // 1.3.6.1.5.5.7.3.1 is serverAuth (RFC 5280 4.2.1.12).
    expect(shown.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1'])
    expect(authority.ca).toBe(true)
    expect(authority.validToDate.getTime()).toBe(now + 3_650 * DAY)
    expect(shown.checkIssued(authority) && shown.verify(authority.publicKey)).toBe(true)
  })

  test.skipIf(process.platform === 'win32')('its keys are its owner’s alone', async () => {
    await ensured()
    const tls = join(folder, 'tls')

    expect(statSync(tls).mode & 0o777).toBe(0o700)
    const modes = Object.fromEntries(readdirSync(tls).map(name => [name, (statSync(join(tls, name)).mode & 0o777).toString(8)]))
    expect(modes).toEqual({ 'authority.crt': '644', 'authority.pem': '600', 'server.pem': '600' })
    expect(readFileSync(join(tls, 'authority.crt'), 'utf8')).not.toContain('PRIVATE')
  })

  test('stays from start to start, until fewer than 14 days are left; the authority stays beyond that', async () => {
    const start = Date.UTC(2026, 10, 20)
    const at = (days: number) => ensured({ now: () => start + days * DAY })
    const first = await at(0)

    expect((await at(75.9)).certificate).toBe(first.certificate)
    const second = await at(76.1)
    expect(second.certificate).not.toBe(first.certificate)
    expect(second.expires).toBe(start + Math.floor(166.1 * DAY))
    expect(trusted(second)).toBe(trusted(first))
  })

  test('is made anew when the names change, in either direction', async () => {
    const first = await ensured({ hosts: ['a.example'] })
    const wider = await ensured({ hosts: ['a.example', 'b.example'] })
    const narrower = await ensured({ hosts: ['b.example'] })

    expect(new Set([first, wider, narrower].map(({ certificate }) => certificate)).size).toBe(3)
    expect(new X509Certificate(narrower.certificate).checkHost('a.example')).toBeUndefined()
    expect((await ensured({ hosts: ['b.example', 'B.example', 'localhost'] })).certificate).toBe(narrower.certificate)
  })

  test('is made anew when the file is cut off, empty, or of another key', async () => {
    const path = join(folder, 'tls', 'server.pem')
    let before = await ensured()
    const whole = readFileSync(path, 'utf8')
    const foreign = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
      type: 'pkcs8',
      format: 'pem',
    }) as string

    for (const text of [
      '',
      whole.slice(0, 100),
      whole.slice(0, -300),
      whole.replace(/-----BEGIN PRIVATE[\s\S]+?KEY-----\n/, foreign),
    ]) {
      writeFileSync(path, text)
      const after = await ensured()
      expect(after.certificate).not.toBe(before.certificate)
      expect((await handshake(serverOf(after), { servername: 'localhost', ca: trusted(after) })).error).toBe('')
      before = after
    }
  })

  test('the shown part of the authority comes back when it was removed', async () => {
    const { authorityPath } = await ensured()
    rmSync(authorityPath!)
    await ensured()

    expect(existsSync(authorityPath!)).toBe(true)
  })

  test.each(['', 'a b', 'http://a', 'a..b', '-a.example', 'a/../b', 'x'.repeat(254), '*.example'])(
    '%j is no host',
    async host => {
      await expect(ensured({ hosts: [host] })).rejects.toMatchObject({ code: 'CERTIFICATE_HOST_INVALID' })
    },
  )
})

describe('the operator’s own certificate', () => {
  const own = { certificate: '', key: '' }
  let authority: Authority
  beforeEach(async () => {
    authority = await Authority.create()
    own.certificate = join(folder, 'own.crt')
    own.key = join(folder, 'own.key')
    await put(['trading.example.com'])
  })
  async function put(...wanted: Parameters<Authority['issue']>): Promise<void> {
    const { cert, key } = await authority.issue(...wanted)
    writeFileSync(own.certificate, `${cert}\n${authority.pem}\n`)
    writeFileSync(own.key, key, { mode: 0o600 })
  }
  const checked = (hosts: readonly string[] = ['trading.example.com']) =>
    ensureCertificate({ folder: join(folder, 'tls'), hosts, now: Date.now, own })

  test('is shown as it is, and nothing of ours is made', async () => {
    const certificate = await checked()

    expect(certificate.authorityPath).toBeNull()
    expect(existsSync(join(folder, 'tls'))).toBe(false)
    expect(await handshake(serverOf(certificate), { servername: 'trading.example.com', ca: authority.pem })).toMatchObject({
      error: '',
    })
  })

  test.each([
    ['expired', 'CERTIFICATE_EXPIRED'],
    ['not-yet-valid', 'CERTIFICATE_EXPIRED'],
    ['wrong-host', 'CERTIFICATE_NAME_MISMATCH'],
    ['foreign-authority', 'CERTIFICATE_CHAIN_BROKEN'],
  ] as const)('that is %s is refused: %s', async (flaw, code) => {
    await put(['trading.example.com'], flaw)

    await expect(checked()).rejects.toMatchObject({ code, message: expect.stringContaining(own.certificate) })
  })

  test('with another key is refused', async () => {
    const other = await authority.issue(['trading.example.com'])
    writeFileSync(own.key, other.key)

    await expect(checked()).rejects.toMatchObject({ code: 'CERTIFICATE_KEY_MISMATCH' })
  })

  test('whose chain comes first is refused', async () => {
    const [shown, issuer] = certificatesIn(readFileSync(own.certificate, 'utf8'))
    writeFileSync(own.certificate, `${issuer}${shown}`)

    await expect(checked()).rejects.toMatchObject({ code: 'CERTIFICATE_KEY_MISMATCH' })
  })

  test.each([
    ['missing', () => rmSync(own.certificate), 'is not there'],
    ['a folder', () => (own.certificate = folder), 'cannot be read (EISDIR)'],
    ['no PEM', () => writeFileSync(own.certificate, 'hello'), 'holds no certificate'],
    [
      'damaged',
      () => writeFileSync(own.certificate, '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'),
      'damaged',
    ],
    ['without its key', () => writeFileSync(own.key, ''), 'holds no private key'],
    [
      'under a pass phrase',
      () => {
        const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
        writeFileSync(own.key, privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' }))
      },
      'pass phrase',
    ],
  ] as const)('that is %s is refused as unreadable', async (_name, spoil, words) => {
    spoil()

    await expect(checked()).rejects.toMatchObject({
      code: 'CERTIFICATE_UNREADABLE',
      message: expect.stringContaining(words),
      fix: expect.stringContaining('QUADRANT_TLS_CERT'),
    })
  })

  test.skipIf(process.platform === 'win32')('whose key everybody may read is refused', async () => {
    chmodSync(own.key, 0o644)

    await expect(checked()).rejects.toMatchObject({ code: 'CERTIFICATE_KEY_EXPOSED', fix: expect.stringContaining('chmod 600') })
  })

  test('on a weak key is refused', async () => {
    const algorithm = {
      name: 'RSASSA-PKCS1-v1_5',
      hash: 'SHA-256',
      modulusLength: 1024,
      publicExponent: new Uint8Array([1, 0, 1]),
    }
    const keys = (await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({
      serialNumber: '01',
      name: 'CN=localhost',
      notBefore: new Date(Date.now() - DAY),
      notAfter: new Date(Date.now() + DAY),
      keys,
      signingAlgorithm: algorithm,
    })
    const pkcs8 = Buffer.from(await crypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64')
    writeFileSync(own.certificate, certificate.toString('pem'))
    writeFileSync(own.key, `-----BEGIN PRIVATE KEY-----\n${pkcs8}\n-----END PRIVATE KEY-----\n`)

    await expect(checked(['localhost'])).rejects.toMatchObject({
      code: 'CERTIFICATE_KEY_WEAK',
      message: expect.stringContaining('1024'),
    })
  })

  test('no error shows any of the key', async () => {
    const key = readFileSync(own.key, 'utf8').split('\n')[1]!
    for (const flaw of ['expired', 'wrong-host', 'foreign-authority'] as const) {
      await put(['trading.example.com'], flaw)
      await checked().catch((error: Error & { fix?: string }) => {
        expect(`${error.message} ${error.fix} ${error.stack}`).not.toContain(key)
      })
    }
  })

  test('a new file is taken up while the server runs; a bad one is told, and the old one stays', async () => {
    const current = await checked()
    const changed: ServerCertificate[] = []
    const failed: unknown[] = []
    const watch = new CertificateWatch({
      folder: join(folder, 'tls'),
      hosts: ['trading.example.com'],
      now: Date.now,
      own,
      current,
      changed: certificate => changed.push(certificate),
      failed: error => failed.push(error),
    })
    try {
      await watch.check()
      expect(changed).toEqual([])

      await put(['trading.example.com'])
      await watch.check()
      await watch.check()
      expect(changed).toHaveLength(1)
      expect(changed[0]?.certificate).toContain(certificatesIn(readFileSync(own.certificate, 'utf8'))[0]!.trim())

      await put(['trading.example.com'], 'expired')
      await watch.check()
      expect(failed).toEqual([expect.objectContaining({ code: 'CERTIFICATE_EXPIRED' })])
      expect(watch.current).toBe(changed[0])
    } finally {
      watch.close()
    }
  })
})

describe('certificates of clients', () => {
  const options = async (clients: ClientCertificates): Promise<TlsOptions> => ({
    ...serverOf(await ensured()),
    ca: clients.authority,
    crl: await clients.list(),
    requestCert: true,
    rejectUnauthorized: false,
  })
  const opened = (now: () => number = Date.now) => ClientCertificates.open(join(folder, 'tls'), now)
  const asAlice = async (identity: { certificate: string; key: string }) => ({
    servername: 'localhost',
    ca: trusted(await ensured()),
    cert: identity.certificate,
    key: identity.key,
  })

  test('say who it is, by a name that the server’s TLS has verified', async () => {
    const clients = await opened()
    const alice = await clients.issue({ name: 'alice' })

    expect(await handshake(await options(clients), await asAlice(alice))).toMatchObject({
      error: '',
      authorized: true,
      name: 'alice',
    })
    // 1.3.6.1.5.5.7.3.2 is clientAuth (RFC 5280 4.2.1.12).
    expect(new X509Certificate(alice.certificate).keyUsage).toEqual(['1.3.6.1.5.5.7.3.2'])
  })

  test('that were taken back are refused, and the others are not', async () => {
    const clients = await opened()
    const [alice, bob] = [await clients.issue({ name: 'alice' }), await clients.issue({ name: 'bob' })]
    await clients.revoke(alice.serial)
    await clients.revoke(alice.serial)

    expect(await handshake(await options(clients), await asAlice(alice))).toMatchObject({
      authorized: false,
      why: 'CERT_REVOKED',
    })
    expect(await handshake(await options(await opened()), await asAlice(bob))).toMatchObject({ authorized: true, name: 'bob' })
  })

  test('of another authority, of the server’s own, or none at all are not authorized', async () => {
    const clients = await opened()
    const foreign = await (await Authority.create()).issue(['alice'])
    const server = await ensured()

    const asForeign = await asAlice({ certificate: foreign.cert, key: foreign.key })
    expect(await handshake(await options(clients), asForeign)).toMatchObject({ authorized: false })
    expect(await handshake(await options(clients), await asAlice(server))).toMatchObject({ authorized: false })
    expect(await handshake(await options(clients), { servername: 'localhost', ca: trusted(server) })).toMatchObject({
      authorized: false,
    })
  })

  test('the list is renewed before it ends, and forgets nobody', async () => {
    const start = Date.now()
    const clients = await opened(() => start)
    const { serial } = await clients.issue({ name: 'alice' })
    await clients.revoke(serial)
    const before = await clients.list()

    const later = await opened(() => start + 17 * DAY)
    const after = await later.list()
    expect(after).not.toBe(before)
    expect(after).toContain('-----BEGIN X509 CRL-----')
    await later.revoke(serial)
    expect(await later.list(), 'it was in the list already').toBe(after)
  })

  test.each(['', 'Alice', 'a b', 'alice,O=Admin', 'alice\u0000', '../alice', 'x'.repeat(41)])('%j is no name', async name => {
    await expect((await opened()).issue({ name })).rejects.toMatchObject({ code: 'CERTIFICATE_USER_INVALID' })
  })
})
