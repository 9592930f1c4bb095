// Access tokens under attack: what is not signed by our key, for us, as this, now, is nothing.
import { createHmac, type createPrivateKey, generateKeyPairSync, randomUUID, sign } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { AccessTokens } from './access-token.ts'
import { SigningKeys } from './signing-keys.ts'

const START = Date.UTC(2026, 10, 24, 9)

function world() {
  const clock = { time: START }
  const now = () => clock.time
  let stored = ''
  const file = {
    read: () => stored,
    write: (text: string) => {
      stored = text
    },
  }
  const keys = new SigningKeys({ now, file })
  const tokens = new AccessTokens({ keys, now })
  const issue = async () => (await tokens.sign(CLAIMS)).token
  const { id, privateKey, publicKey } = keys.current()
  return { clock, keys, tokens, issue, id, privateKey, publicKey, stored: () => stored, file, now }
}

const CLAIMS = {
  user: 'anna',
  session: 's-1',
  roles: ['trade'],
  version: 4,
  methods: ['password'],
  signedIn: START - 60_000,
} as const

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
const decode = (part = ''): Record<string, unknown> =>
  JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>

/** Signed with this key, whatever it says: the attacker's workbench. */
function forge(token: string, { header = {}, payload = {}, key }: Forgery): string {
  const [head, body] = token.split('.')
  const text = `${encode({ ...decode(head), ...header })}.${encode({ ...decode(body), ...payload })}`
  return `${text}.${sign(null, Buffer.from(text), key).toString('base64url')}`
}
interface Forgery {
  readonly header?: Record<string, unknown>
  readonly payload?: Record<string, unknown>
  readonly key: ReturnType<typeof createPrivateKey>
}

test('a token of ours is good and says what was signed', async () => {
  const { tokens, issue } = world()
  expect(await tokens.verify(await issue())).toEqual({ kind: 'good', claims: { ...CLAIMS, expires: START + 300_000 } })
})

test('it has the header and the claims of RFC 9068, and lives five minutes', async () => {
  const { issue, id } = world()
  const [head, body] = (await issue()).split('.')
  expect(decode(head)).toEqual({ alg: 'EdDSA', typ: 'at+jwt', kid: id })
  const { jti, ...claims } = decode(body)
  const issued = START / 1_000
  expect(jti).toMatch(/^[0-9a-f-]{36}$/)
  expect(claims).toEqual({
    iss: 'quadrant',
    aud: 'quadrant-api',
    sub: 'anna',
    sid: 's-1',
    ver: 4,
    roles: ['trade'],
    amr: ['password'],
    auth_time: issued - 60,
    iat: issued,
    nbf: issued,
    exp: issued + 300,
  })
})

test('the workbench forges what passes where it uses our own key: what follows is refused for its own reason', async () => {
  const { tokens, issue, privateKey } = world()
  expect((await tokens.verify(forge(await issue(), { key: privateKey }))).kind).toBe('good')
})

test('no algorithm at all is refused, however it is spelled', async () => {
  const { tokens, issue } = world()
  const [head, body, signature] = (await issue()).split('.')
  for (const alg of ['none', 'None', 'NONE', 'nOnE', '']) {
    const header = encode({ ...decode(head), alg })
    for (const end of ['', signature]) expect((await tokens.verify(`${header}.${body}.${end}`)).kind, alg).toBe('bad')
  }
})

test('HMAC with the public key as its secret is refused', async () => {
  const { tokens, issue, publicKey } = world()
  const [head, body] = (await issue()).split('.')
  const secrets = [
    publicKey.export({ type: 'spki', format: 'pem' }),
    publicKey.export({ type: 'spki', format: 'der' }),
    Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url'),
  ]
  for (const [alg, hash] of [
    ['HS256', 'sha256'],
    ['HS512', 'sha512'],
  ] as const) {
    for (const secret of secrets) {
      const text = `${encode({ ...decode(head), alg })}.${body}`
      const tag = createHmac(hash, secret).update(text).digest('base64url')
      expect((await tokens.verify(`${text}.${tag}`)).kind).toBe('bad')
    }
  }
})

test('other algorithms are refused, with keys of their own under our key’s name', async () => {
  const { tokens, issue } = world()
  const [head, body] = (await issue()).split('.')
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
  const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
  const attempts = [
    ['RS256', (text: Buffer) => sign('sha256', text, rsa)],
    ['ES256', (text: Buffer) => sign('sha256', text, { key: p256, dsaEncoding: 'ieee-p1363' })],
  ] as const
  for (const [alg, signer] of attempts) {
    const text = `${encode({ ...decode(head), alg })}.${body}`
    expect((await tokens.verify(`${text}.${signer(Buffer.from(text)).toString('base64url')}`)).kind).toBe('bad')
  }
})

test('one name for our algorithm is taken, not its others', async () => {
  const { tokens, issue, privateKey } = world()
  for (const alg of ['Ed25519', 'eddsa', 'EDDSA', 'Ed448']) {
    expect((await tokens.verify(forge(await issue(), { header: { alg }, key: privateKey }))).kind).toBe('bad')
  }
})

test('a key that is not on the list is refused: unknown, a path, a query, nothing at all', async () => {
  const { tokens, issue } = world()
  const mallory = generateKeyPairSync('ed25519').privateKey
  const kids = [randomUUID(), '../../../../dev/null', "' OR 1=1 --", '__proto__', 'constructor', '', 1, null, ['a'], {}]
  for (const kid of kids) expect((await tokens.verify(forge(await issue(), { header: { kid }, key: mallory }))).kind).toBe('bad')
  expect((await tokens.verify(forge(await issue(), { key: mallory }))).kind, 'our key’s name, not our key').toBe('bad')
  expect((await tokens.verify(forge(await issue(), { header: { kid: undefined }, key: mallory }))).kind).toBe('bad')
})

test('a key that a token brings along is not taken, not even beside a good signature', async () => {
  const { tokens, issue, privateKey, publicKey } = world()
  const mallory = generateKeyPairSync('ed25519')
  const headers = [
    { jwk: mallory.publicKey.export({ format: 'jwk' }) },
    { jku: 'https://example.org/keys' },
    { x5u: 'https://example.org/chain' },
    { x5c: ['MIIB'] },
    { crit: ['b64'], b64: false },
    { crit: ['exp'] },
    { zip: 'DEF' },
    { cty: 'JWT' },
  ]
  for (const header of headers) {
    expect((await tokens.verify(forge(await issue(), { header, key: mallory.privateKey }))).kind).toBe('bad')
    expect((await tokens.verify(forge(await issue(), { header, key: privateKey }))).kind, JSON.stringify(header)).toBe('bad')
  }
  const own = { jwk: publicKey.export({ format: 'jwk' }) }
  expect((await tokens.verify(forge(await issue(), { header: own, key: privateKey }))).kind).toBe('bad')
})

test.each([
  ['another issuer', { iss: 'https://example.org' }],
  ['no issuer', { iss: undefined }],
  ['another audience', { aud: 'somebody-else' }],
  ['no audience', { aud: undefined }],
  ['no subject', { sub: undefined }],
  ['no session', { sid: undefined }],
  ['no version', { ver: undefined }],
  ['no end', { exp: undefined }],
  ['an end that is no number', { exp: 'never' }],
  ['a beginning to come', { nbf: START / 1_000 + 31 }],
])('%s is refused, even under our own key', async (_what, payload) => {
  const { tokens, issue, privateKey } = world()
  expect((await tokens.verify(forge(await issue(), { payload, key: privateKey }))).kind).toBe('bad')
})

test.each(['JWT', 'rt+jwt', 'id+jwt', '', undefined])('a token of the type %s is no access token', async typ => {
  const { tokens, issue, privateKey } = world()
  expect((await tokens.verify(forge(await issue(), { header: { typ }, key: privateKey }))).kind).toBe('bad')
})

test('it is good for thirty seconds more than it says, and not for one more; the cache changes nothing', async () => {
  const { tokens, issue, clock } = world()
  const token = await issue()
  const kindAt = async (millis: number) => {
    clock.time = START + millis
    return (await tokens.verify(token)).kind
  }
  expect(await kindAt(0)).toBe('good')
  expect(await kindAt(300_000)).toBe('good')
  expect(await kindAt(329_000)).toBe('good')
  expect(await kindAt(330_000)).toBe('expired')
  expect(await kindAt(-40_000), 'and not before its time, where a clock was set back').toBe('bad')
})

test('no bit of the signature and nothing of the content can be changed', async () => {
  const { tokens, issue } = world()
  const token = await issue()
  const [head = '', body = '', signature = ''] = token.split('.')
  await tokens.verify(token)
  await fc.assert(
    fc.asyncProperty(fc.nat({ max: 511 }), async bit => {
      const bytes = Buffer.from(signature, 'base64url')
      bytes.writeUInt8(bytes.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
      expect((await tokens.verify(`${head}.${body}.${bytes.toString('base64url')}`)).kind).toBe('bad')
    }),
  )
  const edits = [{ roles: ['admin'] }, { sub: 'owner' }, { sid: 's-2' }, { ver: 5 }, { exp: 9_999_999_999 }]
  for (const edit of edits) {
    expect((await tokens.verify(`${head}.${encode({ ...decode(body), ...edit })}.${signature}`)).kind).toBe('bad')
  }
})

test('whatever else is sent is refused and breaks nothing', async () => {
  const { tokens, issue } = world()
  const token = await issue()
  const texts = [
    '',
    '.',
    '..',
    '...',
    'Bearer',
    `${token}.`,
    `.${token}`,
    token.slice(0, -1),
    `${token}=`,
    token.repeat(20),
    'null.null.null',
  ]
  for (const text of texts) expect((await tokens.verify(text)).kind).toBe('bad')
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 200 }), async text => {
      expect((await tokens.verify(text)).kind).toBe('bad')
    }),
  )
})

test('keys are replaced after thirty days; the one before is taken for ten minutes more', async () => {
  const { tokens, issue, clock, id } = world()
  clock.time = START + 30 * 86_400_000 - 1_000
  const last = await issue()
  clock.time += 1_000
  const first = await issue()
  expect(decode(first.split('.')[0])['kid']).not.toBe(id)
  expect(decode(last.split('.')[0])['kid']).toBe(id)
  expect((await tokens.verify(last)).kind).toBe('good')
  expect((await tokens.verify(first)).kind).toBe('good')
})

test('an old key’s name is worth nothing after the ten minutes', () => {
  const { keys, clock, id } = world()
  clock.time = START + 30 * 86_400_000
  expect(keys.current().id).not.toBe(id)
  expect(keys.verifying(id)).toBeDefined()
  clock.time += 600_000
  expect(keys.verifying(id)).toBeDefined()
  clock.time += 1
  expect(keys.verifying(id)).toBeUndefined()
})

test('no more than two keys are ever kept, however many months go by', () => {
  const { keys, clock, stored } = world()
  for (let month = 0; month < 6; month++) {
    clock.time += 31 * 86_400_000
    keys.current()
    expect(JSON.parse(stored())).toHaveLength(2)
  }
})

test('a house that keeps its keys knows its tokens after a restart; one that does not, does not', async () => {
  const { issue, file, now } = world()
  const token = await issue()
  const restarted = new AccessTokens({ keys: new SigningKeys({ now, file }), now })
  const forgetful = new AccessTokens({ keys: new SigningKeys({ now }), now })
  expect((await restarted.verify(token)).kind).toBe('good')
  expect((await forgetful.verify(token)).kind).toBe('bad')
})
