// Keys in all their disguises: what nobody was ever given is refused under its code, real ones pass, and none is ever told.
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { mulberry32 } from '../../test/venues/true-market.ts'
import { keyRole, providerOf } from './key-providers.ts'
import { type KeyFacts, keyVerdict, type NeedingSource, secretValues } from './keys.ts'

const NOW = Date.UTC(2026, 10, 21)

const facts = (variables: Readonly<Record<string, string>>, more: Partial<KeyFacts> = {}): KeyFacts => ({
  variables,
  stored: {},
  sources: [],
  environment: 'live',
  now: NOW,
  ...more,
})
const codes = (variables: Readonly<Record<string, string>>, more: Partial<KeyFacts> = {}): readonly string[] =>
  keyVerdict(facts(variables, more)).faults.map(({ code }) => code)

const DIGITS = '0123456789'
const LOWER = 'abcdefghijklmnopqrstuvwxyz'
const UPPER = LOWER.toUpperCase()
const HEX = `${DIGITS}abcdef`
const ALNUM = `${DIGITS}${LOWER}${UPPER}`
const BASE64 = `${ALNUM}+/`
const URL64 = `${ALNUM}-_`

type Draw = (letters: string, count: number) => string

const uuid = (draw: Draw): string => [8, 4, 4, 4, 12].map(count => draw(HEX, count)).join('-')

/** Names as people use them, each with the form of its provider. */
const REAL: Readonly<Record<string, (draw: Draw) => string>> = {
  FRED_API_KEY: draw => draw(`${DIGITS}${LOWER}`, 32),
  QUADRANT_FRED_KEY: draw => draw(HEX, 32),
  ALPHAVANTAGE_API_KEY: draw => draw(`${UPPER}${DIGITS}`, 16),
  NEWSAPI_KEY: draw => draw(HEX, 32),
  FINNHUB_API_KEY: draw => draw(`${DIGITS}${LOWER}`, 20),
  FINNHUB_TOKEN: draw => draw(`${DIGITS}${LOWER}`, 40),
  POLYGON_API_KEY: draw => draw(`${ALNUM}_`, 32),
  EIA_API_KEY: draw => draw(ALNUM, 40),
  QUANDL_API_KEY: draw => draw(URL64, 20),
  BINANCE_API_KEY: draw => draw(ALNUM, 64),
  BINANCE_API_SECRET: draw => draw(ALNUM, 64),
  KRAKEN_API_KEY: draw => draw(BASE64, 56),
  KRAKEN_PRIVATE_KEY: draw => `${draw(BASE64, 86)}==`,
  COINBASE_API_KEY: draw => `organizations/${uuid(draw)}/apiKeys/${uuid(draw)}`,
  BYBIT_API_KEY: draw => draw(ALNUM, 18),
  BYBIT_API_SECRET: draw => draw(ALNUM, 36),
  APCA_API_KEY_ID: draw => `AK${draw(`${UPPER}${DIGITS}`, 18)}`,
  ALPACA_API_KEY_ID: draw => `AK${draw(`${UPPER}234567`, 24)}`,
  APCA_API_SECRET_KEY: draw => draw(ALNUM, 40),
  QUADRANT_OANDA_TOKEN: draw => `${draw(HEX, 32)}-${draw(HEX, 32)}`,
  OANDA_API_KEY: draw => `${draw(HEX, 32)}-${draw(HEX, 32)}`,
  OANDA_ACCOUNT_ID: draw => `001-${draw('123456789', 3)}-${draw('123456789', 7)}-001`,
  QUADRANT_CTRADER_CLIENT_ID: draw => `${draw('123456789', 4)}_${draw(ALNUM, 50)}`,
  QUADRANT_CTRADER_CLIENT_SECRET: draw => draw(ALNUM, 50),
  DERIBIT_CLIENT_SECRET: draw => draw(URL64, 43),
  TARDIS_API_KEY: draw => `TD.${draw(URL64, 16)}.${draw(URL64, 16)}`,
  OPENFIGI_API_KEY: uuid,
  TIINGO_API_KEY: draw => draw(HEX, 40),
  OKX_PASSPHRASE: draw => draw(`${ALNUM}!.`, 14),
}

describe('real keys raise no fault and hardly a doubt', () => {
  const COUNT = process.env['CAMPAIGN'] ? 20_000 : 1000
  for (const [variable, make] of Object.entries(REAL)) {
    test(`${variable}: ${COUNT}`, () => {
      const random = mulberry32(6)
      const draw: Draw = (letters, count) =>
        Array.from({ length: count }, () => letters[Math.floor(random() * letters.length)]).join('')
      let doubted = 0
      for (let i = 0; i < COUNT; i++) {
        const { faults, warnings } = keyVerdict(facts({ [variable]: make(draw) }))
        expect(faults, 'seed 6').toEqual([])
        doubted += warnings.length
      }
      expect(doubted).toBeLessThanOrEqual(Math.max(2, COUNT * 0.001))
    })
  }
})

test('all of them together are as good as each', () => {
  const word = fc.integer({ min: 0, max: 2 ** 31 }).map(seed => {
    const random = mulberry32(seed)
    const draw: Draw = (letters, count) =>
      Array.from({ length: count }, () => letters[Math.floor(random() * letters.length)]).join('')
    return Object.fromEntries(Object.entries(REAL).map(([variable, make]) => [variable, make(draw)]))
  })
  fc.assert(
    fc.property(word, variables => {
      const { faults, keys } = keyVerdict(facts(variables))
      expect(faults).toEqual([])
      expect(keys).toHaveLength(Object.keys(REAL).length)
    }),
    { numRuns: 20, seed: 6 },
  )
})

/** Typed, copied, generated: everything that stands where a key should. */
const WORDS = [
  ...'your_api_key|YOUR_API_KEY|your-api-key-here|yourapikey|YourApiKeyHere|<your api key>|YOUR_KEY|your key|your_token|your_secret_here'.split(
    '|',
  ),
  ...'my_api_key|my-key|my_secret|mykey123456|my_token_here|MY_API_KEY|api_key|API-KEY|apikey|ApiKey|api key|apikey123|api_secret|access_key'.split(
    '|',
  ),
  ...'changeme|CHANGE_ME|change-me|ChangeMe123|change_this|replace_me|REPLACE_WITH_YOUR_KEY|replace-this-key|replaceme|REPLACE'.split(
    '|',
  ),
  ...'example|example_key|EXAMPLE-TOKEN|this_is_an_example|sample|sample_key_123|placeholder|PLACEHOLDER_KEY|dummy|dummy_key|dummy-token-1234'.split(
    '|',
  ),
  ...'fake|fake_key|fakekey|FAKE_API_KEY|fake-secret-key|mock|mock_key|MOCK_API_KEY|mock-token|bogus|bogus_key|stub|stub_token'.split(
    '|',
  ),
  ...'todo|TODO|fixme|tbd|TBD|none|None|null|NULL|nil|undefined|n/a|N/A|na|empty|blank|missing|enter_key_here|Enter Your Key|insert_key|INSERT-KEY-HERE'.split(
    '|',
  ),
  ...'xxx|xxxx|XXXXXXXX|xxxxxxxxxxxxxxxx|XXXX-XXXX-XXXX-XXXX|PKXXXXXXXXXXXXXXXXXX|AKxxxxxxxxxxxxxxxxxx|sk-xxxxxxxxxxxx|********|**********|????????'.split(
    '|',
  ),
  ...'secret|SECRET|supersecret|super_secret_key|secretkey|secret-token|token|TOKEN|value|string|password|Password1|passw0rd-password|hunter2|letmein'.split(
    '|',
  ),
  ...'foobar|foo|bar|foobarbaz|foo_bar_key|abc123|ABC123|abc-123|123abc|qwerty|qwertyuiop|asdfghjkl|zxcvbnm1234|1qaz2wsx3edc|1q2w3e4r5t|qazwsxedc'.split(
    '|',
  ),
  ...'insert your token|paste-your-key|put_your_key_here|add-key-here|fill_in_key|goes_here|key_goes_here|redacted|[REDACTED]|<redacted>|removed'.split(
    '|',
  ),
  ...'realkey|live_key|prod-key|prodkey|production_key|notarealkey|not-a-real-key|this is not a real key|invalid|invalid_key|wrong_key|someKey|some_token'.split(
    '|',
  ),
  ...'no-key|nokey|no_key_needed|temporary_key|temp_key|tmp_token|default|default_key|local_key|dev_key|keykeykey|secretsecret|tokentoken'.split(
    '|',
  ),
  ...'binance_api_key|BinanceApiKey|oanda_token|alpaca-secret-key|kraken_key|fred_key|finnhub-token|oandatoken|my_oanda_key'.split(
    '|',
  ),
  ...[
    `\${FRED_API_KEY}`,
    '$FRED_API_KEY',
    '{{ api_key }}',
    '{{API_KEY}}',
    '%API_KEY%',
    '<API_KEY>',
    '<key>',
    '[your key]',
    '$(cat key)',
    'op://vault/oanda/key',
  ],
  ...[
    'vault:secret/oanda#key',
    'env:OANDA_API_KEY',
    'file:/run/secrets/key',
    'FRED_API_KEY',
    'OANDA_API_TOKEN',
    'arn:aws:secretsmanager:eu-west-1:1:secret:x',
  ],
  ...'s3cr3t|p@ssw0rd|Passw0rd!|do-not-use|development-key|fixture_key|pytest|anonymous|pending|coming-soon|masked'.split('|'),
  ...'foo123|key123|override_me|iloveyou|monkey|starwars|welcome1|qwer1234|zaq12wsx|AKEXAMPLE0000000000'.split('|'),
  ...['get_a_key_from_fred', '123e4567-e89b-12d3-a456-426614174000'],
  ...[
    'PK...',
    'sk-...',
    'abcd...wxyz',
    'your-key...',
    '…',
    '0x000000000000',
    'john doe',
    'correct horse battery staple',
    'hello world key',
  ],
  ...[
    'key=your_key',
    'Bearer YOUR_TOKEN',
    'Bearer <token>',
    '"your_api_key"',
    "'changeme'",
    ' your_api_key\n',
    '\uFEFFyour_api_key',
  ],
]
const SHAPES = [
  ...[
    'aaaaaaaaaaaaaaaa',
    '0000000000000000',
    '1111111111111111111111111111111111111111',
    'AAAAAAAAAAAAAAAAAAAA',
    'zzzzzz',
    '------------',
    '................',
  ],
  ...[
    'abababababababab',
    '1212121212121212',
    'abcabcabcabcabc',
    '123412341234',
    'abcdabcdabcdabcd',
    'deadbeefdeadbeefdeadbeefdeadbeef',
    'cafebabecafebabe',
  ],
  ...[
    '0123456789abcdef',
    '0123456789',
    '1234567890123456',
    '12345678901234567890123456789012',
    'abcdefghijklmnop',
    'ABCDEFGHIJKLMNOPQRSTUVWXYZ',
  ],
  ...[
    'fedcba9876543210',
    '9876543210',
    'zyxwvutsrqponmlk',
    'a1b2c3d4e5f6g7h8',
    'A1B2C3D4E5F6',
    '1a2b3c4d5e6f7g8h',
    'a1a2a3a4a5a6a7a8',
  ],
  ...[
    '1234-5678-9012-3456',
    '1111-2222-3333-4444',
    'aaaabbbbccccdddd',
    '00000000-0000-0000-0000-000000000000',
    '11111111-1111-1111-1111-111111111111',
  ],
  ...['12345678-1234-1234-1234-123456789012', '123456', '1234567', 'abcdef', 'abcdefg', '12345', 'key', 'a', 'abc', '1'],
  ...[
    '00000000000000000000000000000001',
    'abcdefabcdefabcdef',
    'abc123def456ghi789',
    '123abc456def789ghi',
    'ffffffffffffffffffffffffffffffff',
  ],
  ...[
    `${'0'.repeat(32)}-${'0'.repeat(32)}`,
    `${'a'.repeat(32)}-${'b'.repeat(32)}`,
    `${'0123456789abcdef'.repeat(2)}-${'0123456789abcdef'.repeat(2)}`,
  ],
  ...[
    'abcdefghijklmnopqrstuvwxyz012345',
    'PK00000000000000000000',
    'AK12345678901234567890',
    '000-000-0000000-000',
    '-'.repeat(20),
  ],
]
const DEMO = [
  ...'demo|DEMO|demo_key|DEMO_KEY|demo-key-123|DEMO_TOKEN_9f3a|test|TEST|test_key|testkey|testkey123|TestKey|test-api-key|test_api_key_12345|testApiKey'.split(
    '|',
  ),
  ...'sandbox|sandbox_key|sandbox_c8f2kq1r|sandboxkey|testnet|testnet-key|paper|paper_key|paper-7Hq2|trial|trial-key|practice|practice_token'.split(
    '|',
  ),
  ...'sk_test_f8Kq2mZr7Lw1Vt9Xc3Nb5Hj0|pk_test_f8Kq2mZr7Lw1Vt9Xc3Nb5Hj0|test_f8Kq2mZr7Lw1Vt9Xc3Nb5Hj0|demo123|demo2026|my_demo_key|testing|testing123|unit-test-key|AKTESTTESTTESTTEST12|PKTEST12345678901234'.split(
    '|',
  ),
]

const NAMES = [
  'FRED_API_KEY',
  'BINANCE_API_SECRET',
  'QUADRANT_OANDA_TOKEN',
  'APCA_API_KEY_ID',
  'POLYGON_API_KEY',
  'EXCHANGE_API_KEY',
  'API_KEY',
]

describe('what stands in for a key is refused', () => {
  const judge = (variable: string, value: string) => keyVerdict(facts({ [variable]: value })).faults.map(({ code }) => code)

  test(`${WORDS.length + SHAPES.length} placeholders under ${NAMES.length} names`, () => {
    const passed = [...WORDS, ...SHAPES].flatMap(value =>
      NAMES.filter(name => !['KEY_PLACEHOLDER', 'KEY_DOCUMENTED'].includes(judge(name, value)[0] ?? '')).map(
        name => `${name}=${value}`,
      ),
    )
    expect(passed).toEqual([])
  })

  test(`${DEMO.length} keys for trying out`, () => {
    const passed = DEMO.flatMap(value =>
      NAMES.filter(name => !['KEY_PLACEHOLDER', 'KEY_DEMO'].includes(judge(name, value)[0] ?? '')).map(
        name => `${name}=${value}`,
      ),
    )
    expect(passed).toEqual([])
  })

  test('encoded, they are what they were', () => {
    const long = WORDS.filter(value => value.length >= 10)
    const passed = long.flatMap(value => {
      const forms = [Buffer.from(value).toString('base64'), Buffer.from(value).toString('hex')]
      return forms.filter(form => judge('FRED_API_KEY', form)[0] === 'KEY_FORMAT' || judge('BINANCE_API_KEY', form).length === 0)
    })
    expect(passed.length / (2 * long.length), 'only what is not readable either passes').toBeLessThan(0.05)
  })
})

/** Printed by Binance, Kraken, OANDA, FRED, Bybit, OKX, BitMEX, Deribit, AWS, jwt.io and RFC 6749. */
const DOCUMENTED = [
  'vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A',
  'NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j',
  'kQH5HW/8p1uGOVjbgWA7FunAmGO8lsSUXNsu3eow76sz84Q18fWxnyRzBHCd3pd5nE9qa99HAZtuZuj6F1huXg==',
  '12345678900987654321-abc34135acde13f13530',
  'abcdefghijklmnopqrstuvwxyz123456',
  't7T0YlFnYXk0Fx3JswQsDrViLg1Gh3DUU5Mr',
  '22582BD0CFF14C41EDBF1AB98506286D',
  'chNOOS4KvNXR_Xq4k4c9qsfoKWvnDecLATCRlcBwyKDYnWgO',
  'W0H6FJW4IRPZ1MOQ8FP6KMC5RZDUUKXS',
  'AKIAIOSFODNN7EXAMPLE',
  'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  '2YotnFZFEjr1zCsicMWpAA',
]

test('keys of the documentation are known, with whatever is around them', () => {
  for (const key of DOCUMENTED) {
    for (const value of [key, ` ${key} `, `${key}\n`, `"${key}"`])
      expect(codes({ BINANCE_API_SECRET: value }), key).toEqual(['KEY_DOCUMENTED'])
  }
})

test('a key of the other world is refused, and one of the right world is not', () => {
  const wrong = (variable: string, value: string) => codes({ [variable]: value })
  expect(wrong('APCA_API_KEY_ID', 'PKT7Q2LM9XW4R8VN1ZAC')).toEqual(['KEY_WRONG_ENVIRONMENT'])
  expect(wrong('ALPACA_API_KEY', 'PKP3WTGVDUYTDCYW5VDW3Z6CMZ')).toEqual(['KEY_WRONG_ENVIRONMENT'])
  expect(wrong('OANDA_ACCOUNT_ID', '101-004-1435156-001')).toEqual(['KEY_WRONG_ENVIRONMENT'])
  expect(wrong('IBKR_ACCOUNT', 'DU1435156')).toEqual(['KEY_WRONG_ENVIRONMENT'])
  expect(wrong('QUADRANT_MT5_SERVER', 'ICMarkets-Demo03')).toEqual(['KEY_WRONG_ENVIRONMENT'])
  expect(wrong('QUADRANT_MT5_SERVER', 'ICMarkets-Live03')).toEqual([])
  expect(wrong('IBKR_ACCOUNT', 'U1435156')).toEqual([])
  expect(codes({ APCA_API_KEY_ID: 'AKT7Q2LM9XW4R8VN1ZAC' }, { environment: 'practice' })).toEqual(['KEY_WRONG_ENVIRONMENT'])
  expect(codes({ APCA_API_KEY_ID: 'PKT7Q2LM9XW4R8VN1ZAC' }, { environment: 'practice' })).toEqual([])
})

const hex = (bytes: number): string => randomBytes(bytes).toString('hex')

test('one value for two providers, or for key and secret, is refused', () => {
  const key = hex(16)
  expect(codes({ NEWSAPI_KEY: key, FRED_API_KEY: key })).toEqual(['KEY_REUSED'])
  expect(codes({ BINANCE_API_KEY: key, BINANCE_API_SECRET: key })).toEqual(['KEY_REUSED'])
  expect(codes({ FRED_API_KEY: key, QUADRANT_FRED_KEY: key }), 'two names of one key').toEqual([])
  expect(codes({ FRED_API_KEY: key, NEWSAPI_KEY: hex(16) })).toEqual([])
})

test('a token says itself until when it is good', () => {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const token = (exp: number): string =>
    `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ sub: hex(8), exp })}.${randomBytes(32).toString('base64url')}`
  expect(codes({ TRADESTATION_ACCESS_TOKEN: token(NOW / 1000 - 60) })).toEqual(['KEY_EXPIRED'])
  expect(codes({ TRADESTATION_ACCESS_TOKEN: token(NOW / 1000 + 60) })).toEqual([])
})

test('a documented form must be met; one that is only seen so is worth a word', () => {
  expect(codes({ FRED_API_KEY: hex(20) }), '40 characters instead of 32').toEqual(['KEY_FORMAT'])
  expect(codes({ FRED_API_KEY: `"${hex(16)}"` }), 'quotation marks are sent along').toEqual(['KEY_FORMAT'])
  const { faults, warnings } = keyVerdict(facts({ NEWSAPI_KEY: randomBytes(30).toString('base64url') }))
  expect(faults).toEqual([])
  expect(warnings.map(({ code }) => code)).toEqual(['KEY_SUSPECT'])
})

const OANDA: NeedingSource = {
  name: 'oanda',
  title: 'OANDA v20',
  isRequired: true,
  needs: [
    { variable: 'QUADRANT_OANDA_TOKEN', what: 'API token', secret: true },
    { variable: 'QUADRANT_OANDA_ACCOUNT', what: 'account number', secret: true },
  ],
}

test('what a configured source needs must be there, in the environment or in the store', () => {
  const token = `${hex(16)}-${hex(16)}`
  const account = '001-004-1435156-001'
  expect(codes({}, { sources: [OANDA] })).toEqual(['KEY_MISSING', 'KEY_MISSING'])
  expect(codes({ QUADRANT_OANDA_TOKEN: token }, { sources: [OANDA] })).toEqual(['KEY_MISSING'])
  expect(codes({ QUADRANT_OANDA_TOKEN: token }, { sources: [OANDA], stored: { QUADRANT_OANDA_ACCOUNT: account } })).toEqual([])
  expect(
    codes({ QUADRANT_OANDA_TOKEN: token }, { sources: [{ ...OANDA, isRequired: false }] }),
    'nobody said that it is used',
  ).toEqual([])
  expect(codes({}, { sources: [OANDA], stored: { QUADRANT_OANDA_TOKEN: 'changeme', QUADRANT_OANDA_ACCOUNT: account } })).toEqual([
    'KEY_PLACEHOLDER',
  ])
})

test('a password in an address is a key as well', () => {
  expect(codes({ DATABASE_URL: 'postgres://quadrant:password@127.0.0.1/quadrant' })).toEqual(['KEY_PLACEHOLDER'])
  expect(codes({ DATABASE_URL: 'postgres://quadrant:quadrant@127.0.0.1/quadrant' })).toEqual(['KEY_PLACEHOLDER'])
  expect(codes({ DATABASE_URL: `postgres://quadrant:${hex(12)}@127.0.0.1/quadrant` })).toEqual([])
})

test('numbers that nobody is given are no account', () => {
  for (const value of ['00000000', '1111111', 'U0000000']) {
    expect(codes({ IBKR_ACCOUNT: value }), value).toEqual(['KEY_PLACEHOLDER'])
  }
  for (const value of ['5012345', 'U1234567', '70012345']) expect(codes({ MT5_LOGIN: value }), value).toEqual([])
})

test('a private key in PEM is a key, and one with words in it is none', () => {
  const armoured = (body: string): string => `-----BEGIN EC PRIVATE KEY-----\n${body}\n-----END EC PRIVATE KEY-----\n`
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const pem = privateKey.export({ type: 'sec1', format: 'pem' }) as string
  expect(keyVerdict(facts({ COINBASE_API_SECRET: pem }))).toMatchObject({ faults: [], warnings: [] })
  expect(keyVerdict(facts({ COINBASE_API_SECRET: pem.replaceAll('\n', '\\n') }))).toMatchObject({ faults: [], warnings: [] })
  expect(codes({ COINBASE_API_SECRET: armoured('YOUR PRIVATE KEY') })).toEqual(['KEY_PLACEHOLDER'])
  expect(codes({ COINBASE_API_SECRET: armoured('x'.repeat(64)) })).toEqual(['KEY_PLACEHOLDER'])
})

test('what is no key of anybody here is not judged', () => {
  const foreign = {
    PATH: '/usr/bin',
    HOME: '/root',
    TERM: 'xterm',
    GITHUB_TOKEN: 'test',
    NPM_TOKEN: 'changeme',
    QUADRANT_HOME: '/srv/example',
    QUADRANT_TLS_KEY: '/etc/ssl/example.key',
    QUADRANT_TLS_CERT: '/etc/ssl/example.pem',
    OANDA_API_URL: 'https://api-fxtrade.oanda.com',
    FRED_API_KEY_FILE: '/run/secrets/example',
    FRED_API_KEY: '',
    LS_COLORS: 'test',
    SSH_AUTH_SOCK: '/tmp/test',
  }
  expect(keyVerdict(facts(foreign))).toEqual({ keys: [], faults: [], warnings: [] })
})

test('a variable is its provider’s in whatever way it is spelled', () => {
  const names = {
    FRED_API_KEY: 'fred',
    ALPHA_VANTAGE_API_KEY: 'alphavantage',
    ALPHAVANTAGE_KEY: 'alphavantage',
    APCA_API_SECRET_KEY: 'alpaca',
    QUADRANT_OANDA_TOKEN: 'oanda',
    BINANCEUS_API_KEY: 'binance',
    MASSIVE_API_KEY: 'massive',
    POLYGON_IO_API_KEY: 'massive',
    BROKER_API_KEY: 'trading',
    API_KEY: 'trading',
    QUADRANT_SECRET_KEY: 'quadrant',
    GITHUB_TOKEN: undefined,
    SECURITY_TOKEN: undefined,
  }
  expect(Object.fromEntries(Object.keys(names).map(name => [name, providerOf(name)?.name]))).toEqual(names)
  expect(['APCA_API_KEY_ID', 'KRAKEN_PRIVATE_KEY', 'OKX_PASSPHRASE', 'MT5_LOGIN', 'OANDA_API_URL'].map(keyRole)).toEqual([
    'key',
    'secret',
    'passphrase',
    'account',
    undefined,
  ])
})

test('nothing that is said has a key in it', () => {
  const canary = `${hex(16)}-${hex(16)}`
  const bad = ['your_api_key_', 'demo-', 'changeme'].map(word => `${word}${hex(12)}`)
  const variables = {
    QUADRANT_OANDA_TOKEN: canary,
    OANDA_API_KEY: canary,
    FRED_API_KEY: canary,
    NEWSAPI_KEY: bad[0]!,
    EIA_API_KEY: bad[1]!,
    BINANCE_API_KEY: bad[2]!,
    BINANCE_API_SECRET: bad[2]!,
    APCA_API_KEY_ID: 'PKT7Q2LM9XW4R8VN1ZAC',
    DATABASE_URL: `postgres://quadrant:${bad[1]}@db.internal/quadrant`,
  }
  const given = facts(variables)
  const said = JSON.stringify(keyVerdict(given))
  for (const secret of [canary, ...bad, variables.APCA_API_KEY_ID]) {
    for (let at = 0; at + 8 <= secret.length; at++) {
      // Words of the example itself may stand in an explanation; what was drawn may not.
      const piece = secret.slice(at, at + 8)
      if (/[0-9]/.test(piece)) expect(said, piece).not.toContain(piece)
    }
  }
  expect(secretValues(given)).toContain(canary)
})
