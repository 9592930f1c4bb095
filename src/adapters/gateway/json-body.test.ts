// Bodies: JSON that says each thing once, not too deep, not too large, not compressed, and sent without dawdling.
import { connect } from 'node:tls'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { GatewayHouse } from '../../../test/gateway-house.ts'
import { faultOfJson } from './json-body.ts'

test('a key twice in one object is seen however it is written; in another object it is another key', () => {
  expect(faultOfJson('{"a":1,"a":2}')).toBe('says "a" twice')
  expect(faultOfJson('{"a":1,"\\u0061":2}')).toBe('says "a" twice')
  expect(faultOfJson('{"b":[{"a":1},{"a":2}],"a":{"a":1}}')).toBeUndefined()
  expect(faultOfJson('{"a":"a","b":"a:","c":"{\\"a\\":1,\\"a\\":2}"}')).toBeUndefined()
  expect(faultOfJson('{"b":{"c":1 , "c" : 2}}')).toBe('says "c" twice')
})

test('twenty levels are enough for everything', () => {
  expect(faultOfJson('['.repeat(20) + ']'.repeat(20))).toBeUndefined()
  expect(faultOfJson('['.repeat(21) + ']'.repeat(21))).toBe('is nested deeper than 20 levels')
  expect(faultOfJson('{"a":'.repeat(1_000_000))).toBe('is nested deeper than 20 levels')
})

test('whatever JSON.stringify writes has no fault, and no text at all is too strange to look at', () => {
  fc.assert(fc.property(fc.jsonValue({ maxDepth: 6 }), value => faultOfJson(JSON.stringify(value)) === undefined))
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('{', '}', '[', ']', '"', '\\', ':', ',', 'a', ' ') }), text => {
      faultOfJson(text)
    }),
  )
})

describe('the server', () => {
  let house: GatewayHouse
  let headers: Record<string, string>
  beforeAll(async () => {
    house = await GatewayHouse.open({
      gateway: { limits: { headersMillis: 1_000, requestMillis: 1_500 }, rates: { read: { perSecond: 1e6, burst: 1e6 } } },
    })
    await house.addUser('ann', ['trade'])
    headers = house.browser(await house.signIn('ann'))
  })
  afterAll(() => house.close())

  const put = (body: unknown, more: Record<string, string> = {}) =>
    house.ask('/api/v1/settings', { method: 'PUT', headers: { ...headers, ...more }, body })
  const settings = { theme: 'dark', timeZone: 'UTC', upColour: 'green', density: 'compact', watchlist: [] }

  test('takes what has the right form', async () => {
    expect((await put(settings)).status).toBe(200)
  })

  test.each([
    ['a key twice', '{"theme":"dark","theme":"light"}'],
    ['__proto__', '{"__proto__":{"admin":true}}'],
    ['__proto__ in disguise', '{"\\u005f_proto__":{"admin":true}}'],
    ['constructor.prototype', '{"constructor":{"prototype":{"admin":true}}}'],
    ['too deep', '['.repeat(100)],
    ['not JSON', '{theme:1}'],
    ['nothing', ''],
    ['a list', '[]'],
    ['null', 'null'],
    ['another type', '{"theme":1,"timeZone":"UTC","upColour":"green","density":"compact","watchlist":[]}'],
    ['text for a list', '{"theme":"dark","timeZone":"UTC","upColour":"green","density":"compact","watchlist":"x"}'],
  ])('refuses %s, and nothing changes', async (_name, body) => {
    const { status, json } = await put(body)
    expect([status, json.error.code]).toEqual([400, 'REQUEST_INVALID'])
    expect(({} as { admin?: unknown }).admin).toBeUndefined()
  })

  test('says which part is wrong, and repeats nothing of what was sent but names', async () => {
    const { json } = await put({ ...settings, 'evil\r\nSet-Cookie: x': '<script>' })
    expect(json.error.message).toBe('body must not have additional properties: evil??Set-Cookie: x')
    expect(json.error.message).not.toContain('<script>')
  })

  test('refuses a parameter twice, one that nobody knows, and a number that is none', async () => {
    for (const search of [
      'limit=1&limit=2',
      'limit[]=1',
      'unknown=1',
      'limit=1e3',
      'limit=0x10',
      'limit=true',
      'limit=',
      'limit=-1',
      'limit=1.5',
      'limit=99999999999999999999',
      '__proto__=1',
      'limit=%00',
    ]) {
      const { status, json } = await house.ask(`/api/v1/orders?${search}`, { headers })
      expect([status, json.error.code], search).toEqual([400, 'REQUEST_INVALID'])
    }
    expect((await house.ask('/api/v1/orders?limit=10&offset=5', { headers })).status).toBe(200)
    expect((await house.ask('/api/v1/instruments?x=1', { headers })).status).toBe(400)
  })

  test('refuses more than 64 KiB, said or not', async () => {
    const large = JSON.stringify({ ...settings, watchlist: ['x'.repeat(70_000)] })
    expect((await put(large)).json.error.code).toBe('BODY_TOO_LARGE')
    const chunked = await raw([
      ...opening('transfer-encoding: chunked'),
      '',
      `${(70_000).toString(16)}`,
      'x'.repeat(70_000),
      '0',
      '',
      '',
    ])
    expect(chunked).toMatch(/^HTTP\/1.1 413/)
  })

  test('unpacks nothing', async () => {
    const packed = gzipSync(Buffer.alloc(10 * 2 ** 20)).toString('latin1')
    for (const encoding of ['gzip', 'br', 'deflate', 'identity']) {
      expect((await put(packed, { 'content-encoding': encoding })).json.error.code, encoding).toBe('MEDIA_TYPE_REFUSED')
    }
  })

  const opening = (...more: string[]) => [
    'PUT /api/v1/settings HTTP/1.1',
    'host: localhost',
    ...Object.entries(headers).map(([name, value]) => `${name}: ${name === 'origin' ? 'https://localhost' : value}`),
    'content-type: application/json',
    ...more,
  ]

  /** Everything that comes back for these lines, until the server closes. */
  const raw = (lines: readonly string[]): Promise<string> =>
    new Promise(resolve => {
      const socket = connect({ host: '127.0.0.1', port: house.gateway.port, ca: house.authority.pem }, () =>
        socket.write(lines.join('\r\n')),
      )
      let text = ''
      socket.on('data', data => {
        text += data
        if (/^HTTP\/1.1 [245]/.test(text) && text.includes('\r\n\r\n')) socket.end()
      })
      socket.on('error', () => {})
      socket.on('close', () => resolve(text))
    })

  test('closes who sends headers, or a body, one byte at a time', async () => {
    expect(await raw(['GET /healthz HTTP/1.1', 'host: localhost', 'x: '])).toMatch(/^HTTP\/1.1 408/)
    expect(await raw([...opening('content-length: 100'), '', '{'])).toMatch(/^HTTP\/1.1 408|^$/)
  })

  test('refuses more headers than anybody needs, in number and in size', async () => {
    const many = Array.from({ length: 150 }, (_, i) => `x-${i}: 1`)
    expect(await raw(['GET /healthz HTTP/1.1', 'host: localhost', ...many, '', ''])).toMatch(
      /^HTTP\/1.1 431[\s\S]*HEADERS_TOO_LARGE/,
    )
    expect(await raw(['GET /healthz HTTP/1.1', 'host: localhost', `x: ${'y'.repeat(17_000)}`, '', ''])).toMatch(
      /^HTTP\/1.1 431[\s\S]*HEADERS_TOO_LARGE/,
    )
  })

  test.each([
    ['two lengths', ['content-length: 5', 'content-length: 6', '', '{}']],
    ['a length and chunks', ['content-length: 5', 'transfer-encoding: chunked', '', '0', '', '']],
    ['chunks of another kind', ['transfer-encoding: xchunked', '', '0', '', '']],
    ['a space before the colon', ['content-length : 2', '', '{}']],
    ['a folded header', ['x: a', ' b', '', '']],
    ['a NUL in a header', ['x: a\0b', '', '']],
  ])('answers a request that could be read as two with 400: %s', async (_name, more) => {
    const text = await raw([...opening(...more)])
    expect(text).toMatch(/^HTTP\/1.1 (?:400|501)/)
    expect(text.match(/HTTP\/1.1/g)?.length).toBe(1)
  })

  test('meets no expectation and upgrades to nothing else', async () => {
    expect((await house.ask('/healthz', { headers: { expect: 'the-unexpected' } })).status).toBe(417)
    expect(await raw(['GET /healthz HTTP/1.1', 'host: localhost', 'connection: upgrade', 'upgrade: h2c', '', ''])).toMatch(
      /^HTTP\/1.1 404/,
    )
  })

  test('still serves after all of this', async () => {
    expect(await house.ask('/healthz')).toMatchObject({ status: 200, text: '{"ok":true}' })
  })
})
