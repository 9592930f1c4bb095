// Secrets in every slot that a log line has, and what must stay readable beside them.
import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Redactor, STARS } from './redactor.ts'

const redactor = new Redactor()
const shown = (fields: Record<string, unknown>) => JSON.stringify(redactor.fields(fields))

describe('a value under the name of a secret is never shown', () => {
  const names = [
    'password',
    'newPassword',
    'passphrase',
    'token',
    'access_token',
    'refreshToken',
    'secret',
    'client_secret',
    'totpSecret',
    'authorization',
    'Authorization',
    'proxy-authorization',
    'cookie',
    'set-cookie',
    'x-csrf',
    'csrfKey',
    'key',
    'apiKey',
    'api_key',
    'x-api-key',
    'privateKey',
    'signing_key',
    'pepper',
    'otp',
    'recoveryCodes',
    'jwt',
    'sid',
    'signature',
    'salt',
  ]

  test.each(names)('%s', name => {
    for (const value of ['correct horse', 123_456, ['correct horse'], { inner: 'correct horse' }]) {
      expect(shown({ [name]: value })).toBe(`{${JSON.stringify(name)}:"${STARS}"}`)
      expect(shown({ request: { headers: [{ [name]: value }] } })).not.toMatch(/correct horse|123456/)
    }
  })

  test('a code is shown when it is an error code, and never when it is a second factor', () => {
    expect(shown({ code: 'PORT_IN_USE' })).toBe('{"code":"PORT_IN_USE"}')
    expect(shown({ code: 'ECONNREFUSED' })).toBe('{"code":"ECONNREFUSED"}')
    expect(shown({ code: 1006 })).toBe('{"code":1006}')
    for (const code of ['492039', 492_039, 'ABCD-EFGH-IJKL-MNOP-QRST-UVWX', 'ABCDEFGHIJKLMNOPQRSTUVWX', 'oauth-grant-1']) {
      expect(shown({ code })).toBe(`{"code":"${STARS}"}`)
    }
  })
})

describe('a value that looks like a secret is never shown, wherever it stands', () => {
  const jwt = `${Buffer.from('{"alg":"EdDSA"}').toString('base64url')}.${Buffer.from('{"sub":"alice"}').toString('base64url')}.c2ln`
  const pem = generateKeyPairSync('ed25519', { privateKeyEncoding: { type: 'pkcs8', format: 'pem' } } as never) as unknown as {
    privateKey: string
  }
  const cases: readonly (readonly [string, string, string])[] = [
    ['an API token', 'called with qt_1f9c.AbCdEf0123456789', 'AbCdEf0123456789'],
    ['a JWT', `the token ${jwt} was refused`, jwt.split('.')[1]!],
    ['a JWT without a signature', `${jwt.split('.').slice(0, 2).join('.')}.`, jwt.split('.')[1]!],
    ['a bearer', 'Authorization: Bearer abcdef', 'abcdef'],
    ['a basic sign-in', 'basic YWxpY2U6c2VjcmV0', 'YWxpY2U6c2VjcmV0'],
    ['a cookie', 'cookie: __Host-rt=abcdef; other=1', 'abcdef'],
    ['a password in a query', 'GET /x?user=alice&password=hunter2&b=1', 'hunter2'],
    ['a password in JSON', '{"user":"alice","password":"hunter2"}', 'hunter2'],
    ['a password in JSON in JSON', JSON.stringify('{"password":"hunter2"}'), 'hunter2'],
    ['a one-time code', '{"code":"492039"}', '492039'],
    ['the password of a database', 'postgres://quadrant:hunter2@db.example/q', 'hunter2'],
    ['a private key', `key: ${pem.privateKey}`, pem.privateKey.split('\n')[1]!],
    ['half a private key', pem.privateKey.slice(0, 60), pem.privateKey.slice(28, 60)],
    ['a password hash', '$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaGhhc2g', 'aGFzaGhhc2g'],
    ['a password hash in its parts', '$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaGhhc2g', 'c2FsdHNhbHQ'],
  ]

  test.each(cases)('%s', (_name, text, secret) => {
    expect(redactor.text(text)).not.toContain(secret)
    const everywhere = {
      text,
      list: [text],
      deep: { a: { b: text } },
      [text.slice(0, 200)]: 1,
      error: new Error(text, { cause: text }),
    }
    expect(shown(everywhere)).not.toContain(secret)
  })

  test('32 random bytes in base64 or base64url', () => {
    for (let i = 0; i < 2_000; i++) {
      const bytes = createHash('sha256').update(`seed ${i}`).digest()
      for (const secret of [bytes.toString('base64url'), bytes.toString('base64')]) {
        expect(redactor.text(`session ${secret} ended`)).not.toContain(secret.slice(0, 20))
      }
    }
  })
})

describe('what a reader needs stays', () => {
  test.each([
    'run momentum-crypto-20261120T143000Z-4f2a started',
    'GET /api/v1/orders/momentum-crypto-20261120T143000Z-4f2a/O-17/explanation answered 200',
    `state hash ${createHash('sha256').update('x').digest('hex')}`,
    'error PORT_IN_USE: port 8443 of 127.0.0.1 is taken by another program',
    'BTC-USD.KRAKEN 68123.45 0.00001234',
    '2026-11-20T14:30:00.000000Z',
    'https://127.0.0.1:8443/api/docs',
    'the token was refused',
    'no password was given',
    'Quadrant läuft auf localhost — 文字',
  ])('%s', text => {
    expect(redactor.text(text)).toBe(text)
  })
})

describe('a value that is known', () => {
  test('is not shown in any of its forms', () => {
    const knowing = new Redactor()
    const secret = 'p+ss "w/rd" é 1'
    knowing.register(secret)
    const forms = [
      secret,
      encodeURIComponent(secret),
      JSON.stringify(secret),
      Buffer.from(secret).toString('base64'),
      Buffer.from(secret).toString('base64url'),
      Buffer.from(secret).toString('hex'),
    ]
    for (const form of forms) expect(knowing.text(`a ${form} z`)).toMatch(/^a "?\*\*\*=*"? z$/)
  })

  test('is gone from every slot of any structure', () => {
    const knowing = new Redactor()
    const canary = 'canary-7f3b9d'
    knowing.register(canary)
    const slot = fc.letrec<{ value: unknown }>(tie => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.constant(canary),
        fc.string().map(text => `${text}${canary}${text}`),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(fc.oneof(fc.string(), fc.constant(canary)), tie('value'), { maxKeys: 4 }),
        tie('value').map(value => new Map([[canary, value]])),
        tie('value').map(value => new Set([value])),
        tie('value').map(value => Object.assign(new Error(canary, { cause: value }), { detail: value })),
      ),
    })).value

    fc.assert(
      fc.property(slot, value => {
        expect(JSON.stringify(knowing.fields({ value }))).not.toContain(canary)
      }),
    )
  })

  test('is not shown by half where a long text is cut', () => {
    const knowing = new Redactor()
    const canary = 'canary-0123456789abcdef'
    knowing.register(canary)
    // Secrets before it shorten the text, so that its end comes nearer.
    for (const before of ['', `${canary} `.repeat(200)]) {
      for (let at = 8_150; at < 8_220; at++) {
        const text = before + 'x '.repeat(at / 2) + (at % 2 === 0 ? '' : 'x') + canary + ' y'.repeat(5_000)
        expect(knowing.text(text)).not.toContain(canary.slice(0, 4))
      }
    }
  })

  test('too short to be told from a word is left alone', () => {
    const knowing = new Redactor()
    knowing.register('run')

    expect(knowing.text('the run ended')).toBe('the run ended')
  })
})

describe('whatever is given', () => {
  test('comes back in one line that moves no cursor', () => {
    expect(redactor.text('a\nb\r\u001b[2Jc\u0000d\u202ee\u2028f')).toBe('a\\nb\\u000d\\u001b[2Jc\\u0000d\\u202ee\\u2028f')
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), text => {
        expect(redactor.text(text)).not.toMatch(/[\p{Cc}\u2028\u202e]/u)
      }),
    )
  })

  test('a circle, a getter that throws, a buffer, a bigint and a function do no harm', () => {
    const circle: Record<string, unknown> = { size: 12n, bytes: Buffer.from('secret bytes'), call: () => 1, date: new Date(0) }
    circle['self'] = circle
    Object.defineProperty(circle, 'bad', {
      enumerable: true,
      get: () => {
        throw new Error('no')
      },
    })

    expect(redactor.fields({ circle })).toEqual({
      circle: {
        size: '12',
        bytes: '[12 bytes]',
        call: '() => 1',
        date: '1970-01-01T00:00:00.000Z',
        self: '[circular]',
        bad: '[unreadable]',
      },
    })
  })

  test('depth, breadth and length have an end', () => {
    const deep = { a: { a: { a: { a: { a: { a: { a: { a: 1 } } } } } } } }
    const wide = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`f${i}`, i]))
    const fields = redactor.fields({ deep, wide, list: Array.from({ length: 500 }, () => 1), long: 'x y '.repeat(10_000) })

    expect(JSON.stringify(fields['deep'])).toContain('[deep]')
    expect(Object.keys(fields['wide'] as object)).toHaveLength(101)
    expect((fields['list'] as unknown[]).at(-1)).toBe('[400 more]')
    expect((fields['long'] as string).length).toBeLessThan(8_300)
  })

  test('the name __proto__ changes nothing but the copy', () => {
    const fields = redactor.fields(JSON.parse('{"__proto__":{"polluted":true}}') as Record<string, unknown>)

    expect(Object.keys(fields)).toEqual(['__proto__'])
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })

  test('a long hostile text takes no long time: work grows with its length', () => {
    // Each text is what the patterns find hardest: beginnings without an end.
    const hostile = [
      'eyJ'.repeat(100_000),
      'a://'.repeat(100_000),
      '-----BEGIN '.repeat(50_000),
      'password="'.repeat(50_000),
      'code=='.repeat(50_000),
      randomBytes(200_000).toString('latin1'),
    ]
    for (const text of hostile) expect(redactor.text(text).length).toBeLessThan(60_000)
  })
})
