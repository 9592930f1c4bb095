// Keys: what is real passes, what was copied from an example does not, and none is ever told.
import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { mulberry32 } from '../../test/venues/true-market.ts'
import { findCredentials, requireUsable } from './credentials.ts'
import { checkKey, keyMark } from './key-check.ts'
import { SecretBox } from './secret-box.ts'
import { SecretStore } from './secret-store.ts'
import type { Need } from './source.ts'
import type { SourceError } from './source-error.ts'

const folder = mkdtempSync(join(tmpdir(), 'quadrant-keys-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const secret: Need = { variable: 'QUADRANT_SOME_KEY', what: 'a key', secret: true }

const DIGITS = '0123456789'
const LOWER = 'abcdefghijklmnopqrstuvwxyz'
const UPPER = LOWER.toUpperCase()
const HEX = `${DIGITS}abcdef`
const ALNUM = `${DIGITS}${LOWER}${UPPER}`
const BASE64 = `${ALNUM}+/`
const URL64 = `${ALNUM}-_`

/** The formats of the venue catalogue, section 7, as random keys of them. */
const FORMATS: Readonly<Record<string, (draw: (letters: string, count: number) => string) => string>> = {
  FRED: draw => draw(`${DIGITS}${LOWER}`, 32),
  'Alpha Vantage': draw => draw(`${UPPER}${DIGITS}`, 16),
  NewsAPI: draw => draw(HEX, 32),
  Finnhub: draw => draw(`${DIGITS}${LOWER}`, 20),
  'Finnhub, new': draw => draw(`${DIGITS}${LOWER}`, 40),
  Massive: draw => draw(`${ALNUM}_`, 32),
  EIA: draw => draw(ALNUM, 40),
  'Nasdaq Data Link': draw => draw(URL64, 20),
  'Binance HMAC': draw => draw(ALNUM, 64),
  'Kraken key': draw => draw(BASE64, 56),
  'Kraken secret': draw => `${draw(BASE64, 86)}==`,
  'Coinbase legacy': draw => draw(HEX, 32),
  'Bybit key': draw => draw(ALNUM, 18),
  'Bybit secret': draw => draw(ALNUM, 36),
  'Alpaca secret': draw => draw(ALNUM, 40),
  OANDA: draw => `${draw(HEX, 32)}-${draw(HEX, 32)}`,
  'cTrader id': draw => `${draw(DIGITS, 4)}_${draw(ALNUM, 50)}`,
  'cTrader secret': draw => draw(ALNUM, 50),
  'cTrader token': draw => draw(URL64, 43),
  Deribit: draw => draw(URL64, 43),
  Tardis: draw => `TD.${draw(URL64, 16)}.${draw(URL64, 16)}`,
  OpenFIGI: draw => [8, 4, 4, 4, 12].map(count => draw(HEX, count)).join('-'),
}

/** The long form draws many more: CAMPAIGN=1. */
const COUNT = process.env['CAMPAIGN'] ? 100_000 : 3000

describe('real-looking keys are never refused', () => {
  for (const [name, make] of Object.entries(FORMATS)) {
    test(`${name}: 0 of ${COUNT}`, () => {
      const random = mulberry32(20261121)
      const draw = (letters: string, count: number) =>
        Array.from({ length: count }, () => letters[Math.floor(random() * letters.length)]).join('')
      const tally: Record<string, number> = { refused: 0, suspect: 0 }
      for (let i = 0; i < COUNT; i++) {
        const { status } = checkKey(secret, make(draw), 'live')
        if (status === 'suspect') tally['suspect']!++
        else if (status !== 'unverified') tally['refused']!++
      }
      expect(tally['refused'], 'seed 20261121').toBe(0)
      expect(tally['suspect']! / COUNT, 'and few are doubted').toBeLessThanOrEqual(0.002)
    })
  }
})

const PLACEHOLDERS = [
  ...[
    'YOUR_API_KEY',
    'your-api-key-here',
    'yourapikey',
    'Your Key',
    'API_KEY',
    'apikey123',
    'changeme',
    'CHANGE_ME',
    'change-me',
  ],
  ...[
    'replace_with_real',
    'example-key',
    'sample',
    'dummy',
    'fake-key',
    'mock',
    'MOCK_API_KEY',
    'placeholder',
    'insert key here',
  ],
  ...['enter-key', 'todo', 'TBD', 'none', 'null', 'undefined', 'xxxxxxxx', 'xxx', 'XXXX-XXXX-XXXX', '********', '<api key>'],
  ...[
    '$' + '{FRED_KEY}',
    '{{ token }}',
    'abc123',
    'foobar',
    'secret',
    'password',
    'my_key',
    'my-secret',
    'supersecretkey',
    'sk-xxxxxxxxxxxx',
  ],
  ...['aaaaaaaaaaaaaaaa', '0000000000000000000000000000000000000000', 'abababababababab', '123412341234', 'abcabcabcabc'],
  ...['0123456789abcdef', 'abcdefghijklmnopqrstuvwxyz123456', '12345678901234567890', '9876543210', 'deadbeefdeadbeef', 'short'],
  'vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A',
  'NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j',
  'kQH5HW/8p1uGOVjbgWA7FunAmGO8lsSUXNsu3eow76sz84Q18fWxnyRzBHCd3pd5nE9qa99HAZtuZuj6F1huXg==',
  ...['2YotnFZFEjr1zCsicMWpAA', 'tGzv3JOkF0XG5Qx2TlKWIA', 'mF_9.B5f-4.1JqM', 'AKIAIOSFODNN7EXAMPLE'],
  '12345678900987654321-abc34135acde13f13530',
]

test('every placeholder of the corpus is refused, whatever its case and the space around it', () => {
  const passed = PLACEHOLDERS.flatMap(text => [text, ` ${text}\n`]).filter(
    text => checkKey(secret, text, 'live').status !== 'placeholder',
  )
  expect(passed).toEqual([])
  const words = PLACEHOLDERS.filter(text => /^[a-z-]+$/i.test(text)).map(text => text.toUpperCase())
  expect(words.filter(text => checkKey(secret, text, 'live').status !== 'placeholder')).toEqual([])
})

test('keys for trying out say so', () => {
  for (const key of ['demo', 'DEMO', 'DEMO_TOKEN_9f3a', 'sandbox_c8f2kq1r', 'test', 'sk_test_4eC39HqLyjWDarjtT1', 'paper-7Hq2']) {
    expect(['demo', 'placeholder'], key).toContain(checkKey(secret, key, 'live').status)
  }
})

test('a key of the one world is not taken to the other', () => {
  const check = (variable: string, value: string, environment: 'live' | 'practice') =>
    checkKey({ ...secret, variable, secret: false }, value, environment).status
  expect(check('QUADRANT_ALPACA_KEY', 'PKT7Q2LM9XW4R8VN1ZAC', 'live')).toBe('wrong-environment')
  expect(check('QUADRANT_ALPACA_KEY', 'AKT7Q2LM9XW4R8VN1ZAC', 'live')).toBe('unverified')
  expect(check('QUADRANT_OANDA_ACCOUNT', '101-004-1234567-001', 'live')).toBe('wrong-environment')
  expect(check('QUADRANT_OANDA_ACCOUNT', '001-004-1234567-001', 'practice')).toBe('wrong-environment')
  expect(check('QUADRANT_OANDA_ACCOUNT', '101-004-1234567-001', 'practice')).toBe('unverified')
  expect(check('QUADRANT_IBKR_ACCOUNT', 'DU1234567', 'live')).toBe('wrong-environment')
  expect(check('QUADRANT_MT5_SERVER', 'Broker-Demo', 'live')).toBe('wrong-environment')
})

test('a form that differs, or quotation marks, only make a key suspect', () => {
  const need: Need = { ...secret, pattern: /^[0-9a-z]{32}$/ }
  expect(checkKey(need, 'k3v9q1zt7w4y8b2n6m5x0c7r1f8h3j9d', 'live')).toEqual({ status: 'unverified', rule: 'none', evidence: [] })
  expect(checkKey(need, 'K3V9Q1ZT7W4Y8B2N6M5X0C7R1F8H3J9D', 'live').status).toBe('suspect')
  expect(checkKey(secret, '"k3v9q1zt7w4y8b2n6m5x0c7r1f8h3j9d"', 'live').evidence).toEqual(['there are quotation marks around it'])
})

const NEEDS: readonly Need[] = [
  { variable: 'QUADRANT_A_KEY', what: 'the key', secret: true },
  { variable: 'QUADRANT_A_SECRET', what: 'the secret', secret: true },
  { variable: 'QUADRANT_A_ACCOUNT', what: 'the account', secret: false, optional: true },
]
const KEY = randomBytes(24).toString('hex')
const OTHER = randomBytes(24).toString('hex')

test('the environment is asked first, then the store; what is missing is named all at once', () => {
  const store = new SecretStore({ folder, box: new SecretBox('a pass phrase for tests') })
  store.set('QUADRANT_A_KEY', 'of the store, not asked for')
  store.set('QUADRANT_A_SECRET', `${OTHER}\n`)
  const found = findCredentials(NEEDS, { variables: { QUADRANT_A_KEY: KEY }, store, environment: 'live' })
  expect(found.values).toEqual({ QUADRANT_A_KEY: KEY, QUADRANT_A_SECRET: OTHER })
  expect(found.findings.map(({ from }) => from)).toEqual(['environment', 'store', 'nowhere'])
  expect(requireUsable(found, { title: 'A', needs: NEEDS, environment: 'live' })).toEqual(found.values)

  const nothing = findCredentials(NEEDS, { variables: {}, environment: 'live' })
  expect(() => requireUsable(nothing, { title: 'A', needs: NEEDS, environment: 'live' })).toThrow(
    'A needs QUADRANT_A_KEY (the key) and QUADRANT_A_SECRET (the secret)',
  )
  expect(store.names()).toEqual(['QUADRANT_A_KEY', 'QUADRANT_A_SECRET'])
  expect(store.remove('QUADRANT_A_KEY')).toBe(true)
  expect(store.remove('QUADRANT_A_KEY')).toBe(false)
  expect(readFileSync(store.path, 'utf8')).not.toContain(OTHER)
})

test('live refuses a placeholder with the reason and without the key; practice lets it try', () => {
  const variables = { QUADRANT_A_KEY: 'YOUR_API_KEY_HERE', QUADRANT_A_SECRET: KEY }
  const found = findCredentials(NEEDS, { variables, environment: 'live' })
  let error: SourceError | undefined
  try {
    requireUsable(found, { title: 'A', needs: NEEDS, environment: 'live' })
  } catch (thrown) {
    error = thrown as SourceError
  }
  expect(error?.code).toBe('KEY_REFUSED')
  expect(error?.message).toContain('QUADRANT_A_KEY is a placeholder key')
  expect(error?.message).not.toContain(variables.QUADRANT_A_KEY)
  expect(requireUsable(found, { title: 'A', needs: NEEDS, environment: 'practice' })).toEqual(variables)
})

test('a secret that equals the key was typed to fill the field', () => {
  const found = findCredentials(NEEDS, { variables: { QUADRANT_A_KEY: KEY, QUADRANT_A_SECRET: KEY }, environment: 'live' })
  expect(found.findings.map(({ status }) => status)).toEqual(['placeholder', 'placeholder', 'absent'])
})

test('a mark tells keys apart and gives none away', () => {
  expect(keyMark(KEY)).toBe(`${createHash('sha256').update(KEY).digest('hex').slice(0, 8)}…${KEY.slice(-2)}`)
  const { findings } = findCredentials(NEEDS, { variables: { QUADRANT_A_KEY: KEY }, environment: 'live' })
  expect(JSON.stringify(findings)).not.toContain(KEY.slice(0, 12))
})
