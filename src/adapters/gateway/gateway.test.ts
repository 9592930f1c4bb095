// What every answer of the server is made of: TLS 1.3, strict headers, errors without a stack, files of the dashboard and no others.

import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect as connectPlain } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ConnectionOptions, connect } from 'node:tls'
import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { exampleHandlers, GatewayHouse, type HouseOptions, PASSWORD } from '../../../test/gateway-house.ts'
import { Authority } from '../../../test/venues/authority.ts'
import type { Issued } from '../../operations/authority-file.ts'
import { ClientCertificates } from '../../operations/client-certificates.ts'
import { Gateway } from './gateway.ts'
import { lonePagePolicy } from './security-headers.ts'

describe('the connection', () => {
  let house: GatewayHouse
  beforeAll(async () => {
    house = await GatewayHouse.open()
  })
  afterAll(() => house.close())

  /** What was agreed on, or the code of what went wrong. */
  const shake = (options: ConnectionOptions): Promise<string> =>
    new Promise(resolve => {
      const socket = connect({ host: '127.0.0.1', port: house.gateway.port, ca: house.authority.pem, ...options })
      socket.once('secureConnect', () => {
        resolve(`${socket.getProtocol()} ${socket.getCipher().name}`)
        socket.destroy()
      })
      socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    })

  test('is TLS 1.3 with the strongest suite', async () => {
    expect(await shake({})).toBe('TLSv1.3 TLS_AES_256_GCM_SHA384')
  })

  test.each(['TLSv1', 'TLSv1.1', 'TLSv1.2'] as const)('is refused under %s', async version => {
    expect(await shake({ minVersion: version, maxVersion: version, ciphers: 'ALL:@SECLEVEL=0' })).toMatch(
      /ALERT_PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL/,
    )
  })

  test('is refused with a suite that is not on the list', async () => {
    expect(await shake({ ciphers: 'TLS_AES_128_CCM_SHA256' })).toMatch(/HANDSHAKE_FAILURE/)
  })

  test('is refused with a group that is not on the list', async () => {
    expect(await shake({ ecdhCurve: 'P-521' })).toMatch(/HANDSHAKE_FAILURE/)
  })

  test('is not plain HTTP', async () => {
    const heard = await new Promise<string>(resolve => {
      const socket = connectPlain(house.gateway.port, '127.0.0.1', () =>
        socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'),
      )
      let text = ''
      socket.on('data', data => (text += data.toString('latin1')))
      socket.on('error', () => {})
      socket.on('close', () => resolve(text))
    })
    expect(heard).not.toContain('HTTP/1.1 200')
  })

  test('gets a new certificate without the server being started again', async () => {
    const other = await Authority.create()
    house.gateway.reloadCertificate(await other.issue(['localhost', '127.0.0.1']))

    expect(await shake({})).toMatch(/UNABLE_TO_VERIFY|SIGNATURE/)
    expect(await shake({ ca: other.pem })).toBe('TLSv1.3 TLS_AES_256_GCM_SHA384')
    expect(await shake({ ca: other.pem, minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' })).toMatch(/PROTOCOL/)

    house.gateway.reloadCertificate(await house.authority.issue(['localhost', '127.0.0.1']))
  })

  test('that never says a word, or never ends its handshake, does not keep the server from closing', async () => {
    const other = await GatewayHouse.open()
    const silent = connectPlain(other.gateway.port, '127.0.0.1')
    const secure = connect({ host: '127.0.0.1', port: other.gateway.port, ca: other.authority.pem })
    for (const socket of [silent, secure]) socket.on('error', () => {})
    await Promise.all([once(silent, 'connect'), once(secure, 'secureConnect')])

    await Promise.all([other.close(), once(silent, 'close'), once(secure, 'close')])
    expect([silent.destroyed, secure.destroyed]).toEqual([true, true])
  })

  test('on a port that is taken is refused with a code and a fix', async () => {
    const options = {
      host: '127.0.0.1',
      port: house.gateway.port,
      certificate: await house.authority.issue(['localhost']),
      version: '0',
      access: house.access,
      audit: async () => {},
      auditReader: {
        find: async () => ({ items: [], total: 0 }),
        verify: async () => Promise.reject(new Error()),
        export: async () => '',
      },
      handlers: exampleHandlers(),
      hub: house.hub,
    }
    const error = await Gateway.start(options).catch((thrown: unknown) => thrown)

    expect(error).toMatchObject({ code: 'PORT_IN_USE', fix: expect.stringContaining('--port') })
  })
})

describe('client certificates', () => {
  let folder: string
  let clients: ClientCertificates
  const shown = ({ certificate, key, serial }: Issued) => ({ cert: certificate, key, serial })
  let ours: ReturnType<typeof shown>
  let foreign: ReturnType<typeof shown>
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'quadrant-clients-'))
    clients = await ClientCertificates.open(join(folder, 'ours'), Date.now)
    ours = shown(await clients.issue({ name: 'ann' }))
    foreign = shown(await (await ClientCertificates.open(join(folder, 'theirs'), Date.now)).issue({ name: 'ann' }))
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  const houseWith = (required: boolean, access: HouseOptions['access'] = {}) =>
    GatewayHouse.open({ access, gateway: { clientCertificates: { authorities: clients.authority, required } } })

  test('are asked for and believed when an authority of ours made them; others end the connection', async () => {
    const house = await houseWith(false)

    expect((await house.ask('/healthz')).status).toBe(200)
    expect((await house.ask('/healthz', ours)).status).toBe(200)
    await expect(house.ask('/healthz', foreign)).rejects.toThrow()
    await house.close()
  })

  test('can be required', async () => {
    const house = await houseWith(true)

    await expect(house.ask('/healthz')).rejects.toThrow()
    await expect(house.ask('/healthz', foreign)).rejects.toThrow()
    expect((await house.ask('/healthz', ours)).status).toBe(200)
    await house.close()
  })

  test('stand for the person they name and for nobody else', async () => {
    const house = await houseWith(true, { requireCertificate: true })
    await house.addUser('ann', ['read'])
    await house.addUser('bob', ['read'])
    const as = (name: string) => house.ask('/api/v1/session', { method: 'POST', body: { name, password: PASSWORD }, ...ours })

    expect((await as('ann')).status).toBe(201)
    expect((await as('bob')).json.error.code).toBe('CERTIFICATE_REQUIRED')
    await house.close()
  })

  test('that were taken back are refused', async () => {
    await clients.revoke(ours.serial)
    const revoked = readFileSync(clients.listPath, 'utf8')
    const gateway = { clientCertificates: { authorities: clients.authority, revoked, required: false } }
    const house = await GatewayHouse.open({ gateway })

    await expect(house.ask('/healthz', ours)).rejects.toThrow()
    expect((await house.ask('/healthz', shown(await clients.issue({ name: 'bob' })))).status).toBe(200)
    await house.close()
  })
})

describe('an answer', () => {
  let house: GatewayHouse
  const logged: string[] = []
  beforeAll(async () => {
    house = await GatewayHouse.open({
      gateway: { log: (level, message) => void logged.push(`${level} ${message}`), unready: () => ['the database is opening'] },
      handlers: {
        'GET /health': () => {
          throw new Error('secret detail of the inside')
        },
        'GET /feeds': () => ({ running: true }) as never,
        'GET /calendar': () => ({ items: [], until: null, secret: 'not in the form' }) as never,
        'GET /runs/:id': () => {
          throw Object.assign(new Error('There is no run of this name.'), { code: 'RUN_NOT_FOUND', fix: 'quadrant runs' })
        },
        'GET /runs/:id/report': () => '<html><style>p{}</style><script>let a = 1</script><script>let b = 2</script></html>',
      },
    })
    await house.addUser('ann', ['trade', 'admin'])
  })
  afterAll(() => house.close())

  test.each(['/', '/healthz', '/api/v1/nothing', '/api/v1/session', '/api/docs/', '/%2e%2e/etc', '/runs/one'])(
    'of %s forbids browsers all they need not do',
    async path => {
      const { headers } = await house.ask(path)

      expect(headers['content-security-policy']).toMatch(/^default-src 'none'; ?script-src 'self'; ?style-src 'self'/)
      expect(headers['content-security-policy']).not.toMatch(/unsafe|\*|https:|http:/)
      expect(headers['strict-transport-security']).toBe('max-age=63072000; includeSubDomains')
      expect(headers['x-content-type-options']).toBe('nosniff')
      expect(headers['referrer-policy']).toBe('no-referrer')
      expect(headers['cross-origin-opener-policy']).toBe('same-origin')
      expect(headers['cross-origin-resource-policy']).toBe('same-origin')
      expect(headers['permissions-policy']).toContain('camera=()')
      expect(headers['x-powered-by'] ?? headers['server']).toBeUndefined()
    },
  )

  test('names the socket of the very host it came from, and trusted types', async () => {
    const { headers } = await house.ask('/', { headers: { host: 'localhost:1234' } })
    expect(headers['content-security-policy']).toContain("connect-src 'self' wss://localhost:1234;")
    expect(headers['content-security-policy']).toContain("require-trusted-types-for 'script'")
  })

  test('never lets another origin read it', async () => {
    for (const origin of ['https://evil.example', 'null', house.gateway.url]) {
      const { headers } = await house.ask('/api/v1/setup', { headers: { origin } })
      expect(headers['access-control-allow-origin']).toBeUndefined()
      const asked = await house.ask('/api/v1/session', {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'POST' },
      })
      expect(asked.status).toBe(404)
      expect(Object.keys(asked.headers).filter(name => name.startsWith('access-control'))).toEqual([])
    }
  })

  test('to an error of ours says nothing of it, and the log has it under the same id', async () => {
    const ann = await house.signIn('ann')
    const { status, json, text, headers } = await house.ask('/api/v1/health', { headers: house.browser(ann) })

    expect(status).toBe(500)
    expect(json.error).toMatchObject({ code: 'INTERNAL_ERROR', correlationId: headers['x-correlation-id'] })
    expect(text).not.toMatch(/secret|at |\.ts/)
    expect(logged.some(line => line.includes('secret detail of the inside'))).toBe(true)
  })

  test('has only the fields of its form, and lacking one is our error', async () => {
    const headers = house.browser(await house.signIn('ann'))
    const calendar = await house.ask('/api/v1/calendar', { headers })
    const feeds = await house.ask('/api/v1/feeds', { headers })

    expect(calendar.json).toEqual({ items: [], until: null })
    expect(feeds.status).toBe(500)
    expect(feeds.json.error.code).toBe('INTERNAL_ERROR')
  })

  test('to what a handler explains has its code, its fix and the status of its family', async () => {
    const { status, json } = await house.ask('/api/v1/runs/none', { headers: house.browser(await house.signIn('ann')) })

    expect(status).toBe(404)
    expect(json.error).toMatchObject({ code: 'RUN_NOT_FOUND', message: 'There is no run of this name.', fix: 'quadrant runs' })
  })

  test('takes its id from nobody outside', async () => {
    const { headers } = await house.ask('/healthz', {
      headers: { 'x-correlation-id': 'mine', 'request-id': 'mine', 'x-request-id': 'mine' },
    })
    expect(headers['x-correlation-id']).toMatch(/^[0-9a-f]{16}$/)
  })

  test('that is a report runs its own scripts alone, in a sandbox without an origin', async () => {
    const { headers, text } = await house.ask('/api/v1/runs/one/report', { headers: house.browser(await house.signIn('ann')) })
    const policy = String(headers['content-security-policy'])

    expect(headers['content-type']).toBe('text/html; charset=utf-8')
    expect(policy).toBe(lonePagePolicy(text))
    // printf 'let a = 1' | openssl dgst -sha256 -binary | base64
    expect(policy).toContain("script-src 'sha256-LAfYd7pbFUgwfQu8b4q135PeTG2z+/coPEUYCd74eCQ=' 'sha256-")
    expect(policy).toContain('sandbox allow-scripts')
    expect(headers['x-frame-options'], 'our own page shows it in a frame').toBe('SAMEORIGIN')
    expect(policy).not.toContain('unsafe')
  })

  test('whether it lives is a bare yes; why it is not ready is for those who are signed in', async () => {
    expect(await house.ask('/healthz')).toMatchObject({ status: 200, json: { ok: true } })

    const stranger = await house.ask('/readyz')
    const ann = await house.ask('/readyz', { headers: house.browser(await house.signIn('ann')) })
    expect(stranger).toMatchObject({ status: 503, json: { ok: false } })
    expect(stranger.text).toBe('{"ok":false}')
    expect(ann.json).toEqual({ ok: false, reasons: ['the database is opening'] })
  })

  test('to another name than ours is none (DNS rebinding)', async () => {
    for (const host of ['evil.example', 'localhost.evil.example', '10.0.0.1', 'localhost:8443@evil.example', 'lo calhost']) {
      const { status, json } = await house.ask('/healthz', { headers: { host } })
      expect([400, 421], host).toContain(status)
      expect(json.error.code).toMatch(/HOST_REFUSED|REQUEST_INVALID/)
    }
    expect((await house.ask('/healthz', { headers: { host: 'LOCALHOST:9' } })).status).toBe(200)
  })

  test('a browser that refused something can say so, and the log has it without line breaks', async () => {
    const body = JSON.stringify([
      { type: 'csp-violation', body: { effectiveDirective: 'script-src', blockedURL: 'https://e.example/a\nb?token=1' } },
    ])
    const { status } = await house.ask('/csp-reports', {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/reports+json' },
    })

    expect(status).toBe(204)
    expect(logged.at(-1)).toBe('warn a browser refused something that a page tried')
  })
})

describe('the dashboard', () => {
  let house: GatewayHouse
  let folder: string
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'quadrant-gateway-'))
    mkdirSync(join(folder, 'web', 'assets'), { recursive: true })
    writeFileSync(join(folder, 'secret.txt'), 'secret')
    writeFileSync(join(folder, 'web', '.env'), 'secret')
    writeFileSync(join(folder, 'web', 'index.html'), '<!doctype html><title>Quadrant</title>')
    writeFileSync(join(folder, 'web', 'assets', 'app-1a2b3c4d.js'), 'export {}')
    writeFileSync(join(folder, 'web', 'assets', 'app-1a2b3c4d.js.gz'), gzipSync('export {}'))
    house = await GatewayHouse.open({ gateway: { dashboard: join(folder, 'web') } })
  })
  afterEach(async () => {
    await house.close()
    rmSync(folder, { recursive: true })
  })

  test('has its page under every address of a page, asked for anew each time', async () => {
    for (const path of ['/', '/orders', '/instruments/EURUSD.OANDA/', '/runs/a/b?c=d']) {
      const { status, text, headers } = await house.ask(path)
      expect(status, path).toBe(200)
      expect(text).toContain('<title>Quadrant</title>')
      expect(headers['cache-control']).toBe('no-cache')
    }
    expect((await house.ask('/orders', { method: 'HEAD' })).status).toBe(200)
  })

  test('has assets that never change, compressed where there is a compressed one', async () => {
    const plain = await house.ask('/assets/app-1a2b3c4d.js')
    const packed = await house.ask('/assets/app-1a2b3c4d.js', { headers: { 'accept-encoding': 'gzip' } })

    expect(plain).toMatchObject({ status: 200, text: 'export {}' })
    expect(plain.headers['cache-control']).toBe('public, max-age=31536000, immutable')
    expect(plain.headers['content-type']).toMatch(/javascript/)
    expect(packed.headers['content-encoding']).toBe('gzip')
    expect(packed.headers['content-type']).toMatch(/javascript/)
    expect(packed.headers['cache-control']).toBe('public, max-age=31536000, immutable')
  })

  test('says of a missing file that it is missing, and takes nothing but reading', async () => {
    expect((await house.ask('/assets/none.js')).status).toBe(404)
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])
      expect((await house.ask('/orders', { method })).status, method).toBe(404)
  })

  test.each([
    '/../secret.txt',
    '/assets/../../secret.txt',
    '/%2e%2e/secret.txt',
    '/%2e%2e%2fsecret.txt',
    '/..%2fsecret.txt',
    '/..%5csecret.txt',
    '/..\\secret.txt',
    '/assets/..%252f..%252fsecret.txt',
    '/.env',
    '/%2eenv',
    '//secret.txt',
    '/assets//../../secret.txt',
    '/secret.txt%00.html',
    '/a%0d%0aSet-Cookie:x=1',
    '/..;/secret.txt',
    '/./secret.txt',
  ])('is no way to other files: %s', async path => {
    const { status, text, headers } = await house.ask(path)

    expect([400, 404]).toContain(status)
    expect(text).not.toContain('secret')
    expect(headers['set-cookie']).toBeUndefined()
  })

  test('that was not built says how to build it', async () => {
    const empty = await GatewayHouse.open()
    const { status, text, headers } = await empty.ask('/')

    expect(status).toBe(503)
    expect(headers['content-type']).toBe('text/html; charset=utf-8')
    expect(text).toContain('quadrant serve')
    await empty.close()
  })
})
