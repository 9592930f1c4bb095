// guard env, guard keys and run --mode live as a user and a machine call them: all faults at once, exit 3, and not one connection.
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { type Ended, quadrant } from '../command.ts'

const cwd = mkdtempSync(join(tmpdir(), 'quadrant-guard-env-'))
afterAll(() => rmSync(cwd, { recursive: true, force: true }))

/** Notes every socket and every question for a name, in the whole process and from its first line on. */
const WITNESS = join(cwd, 'witness.mjs')
const NOTES = join(cwd, 'connections.txt')
writeFileSync(
  WITNESS,
  `import { appendFileSync } from 'node:fs'
import dns from 'node:dns'
import net from 'node:net'
import { syncBuiltinESMExports } from 'node:module'
const note = what => appendFileSync(${JSON.stringify(NOTES)}, what + '\\n')
const connect = net.Socket.prototype.connect
net.Socket.prototype.connect = function (...args) { note('connect'); return connect.apply(this, args) }
const lookup = dns.lookup
dns.lookup = (...args) => { note('lookup'); return lookup(...args) }
syncBuiltinESMExports()
note('loaded')
`,
)

const CONFIG = join(cwd, 'live.yaml')
writeFileSync(
  CONFIG,
  `name: live
feeds: { environment: live }
data:
  - { instrument: BTCUSD.KRAKEN, kind: quote, sources: [{ source: kraken, symbol: BTC/USD }] }
  - { instrument: XAUUSD.OANDA, kind: quote, sources: [{ source: oanda, symbol: XAU_USD }] }
strategies:
  - { use: ema-cross, instrument: BTCUSD.KRAKEN, bar: 1m, price: mid }
`,
)

const TOKEN = `${randomBytes(16).toString('hex')}-${randomBytes(16).toString('hex')}`
const LIVE = { NODE_ENV: 'production', QUADRANT_ENV: 'production', DEBUG: '', NODE_OPTIONS: '', NODE_V8_COVERAGE: '' }
const KEYS = { QUADRANT_OANDA_TOKEN: TOKEN, QUADRANT_OANDA_ACCOUNT: '001-004-1435156-001' }

interface Said {
  readonly faults: readonly { readonly code: string; readonly what: string; readonly fix: string }[]
}

const codes = ({ stdout }: Ended): readonly string[] => (JSON.parse(stdout) as Said).faults.map(({ code }) => code)

test('a live run with faults says all of them, ends with 3 and connects nothing', async () => {
  const env = {
    NODE_ENV: 'test',
    QUADRANT_ENV: '',
    QUADRANT_OANDA_TOKEN: 'your_token_here',
    QUADRANT_OANDA_ACCOUNT: '101-004-1435156-001',
    NODE_TLS_REJECT_UNAUTHORIZED: '0',
    QUADRANT_REDIS_URL: 'redis://cache.internal:6379',
    NODE_OPTIONS: `--import=${pathToFileURL(WITNESS)}`,
  }
  const ended = await quadrant(['run', '--mode', 'live', '--config', CONFIG, '--json'], { cwd, env })
  expect(ended.exit).toBe(3)
  expect([...codes(ended)].sort()).toEqual(
    ['ENV_NOT_PRODUCTION', 'ENV_TLS_OFF', 'ENV_PLAIN_ADDRESS', 'ENV_PRELOAD', 'KEY_PLACEHOLDER', 'KEY_WRONG_ENVIRONMENT'].sort(),
  )
  expect(new Set(readFileSync(NOTES, 'utf8').trim().split('\n')), 'the witness was there, and saw nothing').toEqual(
    new Set(['loaded']),
  )

  const text = await quadrant(['run', '--mode', 'live', CONFIG], { cwd, env })
  expect(text.exit).toBe(3)
  for (const code of codes(ended)) expect(text.stdout).toContain(`fault ${code}: `)
  expect(text.stdout.match(/^ {2}fix: /gm)!.length).toBeGreaterThanOrEqual(6)
}, 60_000)

test('guard env says the same, without a configuration what can be said without one', async () => {
  const env = { ...LIVE, ...KEYS, NODE_TLS_REJECT_UNAUTHORIZED: '0' }
  const withConfig = await quadrant(['guard', 'env', '--config', CONFIG, '--json'], { cwd, env })
  expect({ exit: withConfig.exit, codes: codes(withConfig) }).toEqual({ exit: 3, codes: ['ENV_TLS_OFF'] })
  expect((JSON.parse(withConfig.stdout) as Said).faults[0]).toEqual({
    code: 'ENV_TLS_OFF',
    what: expect.stringContaining('NODE_TLS_REJECT_UNAUTHORIZED'),
    fix: expect.stringMatching(/\w/),
  })

  const clean = await quadrant(['guard', 'env', '--json'], { cwd, env: { ...LIVE, ...KEYS } })
  expect({ exit: clean.exit, codes: codes(clean) }).toEqual({ exit: 0, codes: [] })
  const offline = await quadrant(['guard', 'env', '--config', CONFIG, '--offline', '--json'], { cwd, env: { ...LIVE, ...KEYS } })
  expect({ exit: offline.exit, codes: codes(offline) }).toEqual({ exit: 0, codes: [] })
}, 60_000)

test('guard keys tells the rule and the mark, never the key', async () => {
  const env = {
    ...KEYS,
    FRED_API_KEY: `my_api_key_${TOKEN.slice(0, 12)}`,
    ALPHAVANTAGE_API_KEY: 'demo',
    APCA_API_KEY_ID: 'PKT7Q2LM9XW4R8VN1ZAC',
    BINANCE_API_KEY: 'vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A',
  }
  const ended = await quadrant(['guard', 'keys', '--json'], { cwd, env })
  expect(ended.exit).toBe(3)
  expect([...codes(ended)].sort()).toEqual(['KEY_DEMO', 'KEY_DOCUMENTED', 'KEY_PLACEHOLDER', 'KEY_WRONG_ENVIRONMENT'])
  const { keys } = JSON.parse(ended.stdout) as {
    keys: readonly { variable: string; status: string; rule: string; fingerprint: string }[]
  }
  expect(keys.find(({ variable }) => variable === 'ALPHAVANTAGE_API_KEY')).toMatchObject({ status: 'demo', rule: 'trial' })

  const text = await quadrant(['guard', 'keys'], { cwd, env })
  for (const said of [ended.stdout, ended.stderr, text.stdout, text.stderr]) {
    for (const secret of [TOKEN, TOKEN.slice(0, 8), env.APCA_API_KEY_ID, env.BINANCE_API_KEY, TOKEN.slice(0, 12)])
      expect(said).not.toContain(secret)
  }

  const clean = await quadrant(['guard', 'keys', '--json'], { cwd, env: KEYS })
  expect({ exit: clean.exit, codes: codes(clean) }).toEqual({ exit: 0, codes: [] })
  const practice = await quadrant(['guard', 'keys', '--env', 'practice', '--json'], {
    cwd,
    env: { APCA_API_KEY_ID: env.APCA_API_KEY_ID },
  })
  expect({ exit: practice.exit, codes: codes(practice) }).toEqual({ exit: 0, codes: [] })
}, 60_000)

test('what is wrong with the command line is said as everywhere', async () => {
  expect((await quadrant(['guard', 'keys', '--env', 'moon'], { cwd })).exit).toBe(2)
  expect((await quadrant(['guard', 'env', '--config', 'none.yaml'], { cwd })).exit).toBe(4)
  const replay = await quadrant(['run', '--mode', 'live', CONFIG, '--replay', 'x', '--json'], { cwd })
  expect({ exit: replay.exit, code: (JSON.parse(replay.stdout) as { error: { code: string } }).error.code }).toEqual({
    exit: 2,
    code: 'USAGE_MODE',
  })
}, 60_000)

test('behind a clean place stands the door: this version sends no orders', async () => {
  const keyless = join(cwd, 'keyless.yaml')
  writeFileSync(keyless, readFileSync(CONFIG, 'utf8').replace(/^.*XAUUSD.*\n/m, ''))
  // Kraken has no account to ask for, and its hosts no time to tell: nothing is dialled here either.
  const ended = await quadrant(['run', '--mode', 'live', keyless, '--json'], { cwd, env: LIVE })
  expect(ended.exit).toBe(2)
  expect(JSON.parse(ended.stdout)).toMatchObject({
    error: { code: 'USAGE_MODE', message: expect.stringContaining('no orders to real venues') },
  })
}, 60_000)
