// The surroundings of a live run: each fault planted alone is said alone, all of them are said at once, and a clean place is clean.
import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { money } from '../domain/numbers.ts'
import { type ConfigurationFacts, type EnvironmentFacts, environmentVerdict } from './environment.ts'
import { accountVerdict } from './start/account-world.ts'
import { CLOCK_LIMITS_MILLIS, offsetVerdict } from './start/clock-sense.ts'
import { HARD_CEILING, type LimitFacts } from './start/hard-ceiling.ts'
import type { FileFact } from './start/privacy.ts'

const NOW = Date.UTC(2026, 10, 21, 12)
/** Drawn anew in every run: no word about it may have it in it. */
const TOKEN = `${randomBytes(16).toString('hex')}-${randomBytes(16).toString('hex')}`

const LIMITS: LimitFacts = {
  equity: money(100_000n * 10n ** 9n),
  riskPerTrade: 0.005,
  risk: {
    orderNotional: { kind: 'percent', fraction: 0.5 },
    positionNotional: { kind: 'percent', fraction: 1 },
    grossNotional: { kind: 'percent', fraction: 3 },
    dailyLoss: { kind: 'percent', fraction: 0.03 },
    drawdown: { kind: 'percent', fraction: 0.1 },
    marginRate: 0.0333,
    collar: 0.01,
    dataAgeMicros: 10_000_000,
    orderRate: { count: 10, perMicros: 1_000_000 },
    marketHours: true,
  },
}
const CONFIGURATION: ConfigurationFacts = {
  environment: 'live',
  addresses: [{ where: 'the source oanda', address: 'api-fxtrade.oanda.com' }],
  texts: [{ path: 'name', value: 'gold-by-day' }],
  limits: LIMITS,
}
const CLEAN: EnvironmentFacts = {
  variables: { QUADRANT_ENV: 'production', NODE_ENV: 'production', PATH: '/usr/bin', HOME: '/home/quadrant' },
  execArguments: ['--disable-warning=ExperimentalWarning'],
  arguments: ['run', '--mode', 'live', '--config', 'gold.yaml'],
  inspectorAddress: '',
  clock: { now: NOW, written: [{ what: 'journal', millis: NOW - 1000 }], steppedMillis: 3, synchronised: true, madeUpBy: '' },
  configuration: CONFIGURATION,
  keys: {
    variables: { QUADRANT_OANDA_TOKEN: TOKEN },
    stored: {},
    sources: [
      {
        name: 'oanda',
        title: 'OANDA',
        isRequired: true,
        needs: [{ variable: 'QUADRANT_OANDA_TOKEN', what: 'token', secret: true }],
      },
    ],
    environment: 'live',
    now: NOW,
  },
  house: { drawdown: { kind: 'percent', fraction: 0.15 } },
  files: [
    { path: '/srv/state', holds: 'home', mode: 0o755, owner: 1000, isInGit: false },
    { path: '/srv/state/secrets', holds: 'folder', mode: 0o700, owner: 1000, isInGit: false },
    { path: '/srv/state/secrets/key', holds: 'secret', mode: 0o600, owner: 1000, isInGit: false },
    { path: '/srv/gold.yaml', holds: 'config', mode: 0o644, owner: 0, isInGit: true },
  ],
  user: 1000,
  modeOf: () => undefined,
  unreadable: [],
}

const variable =
  (name: string, value: string) =>
  (facts: EnvironmentFacts): EnvironmentFacts => ({
    ...facts,
    variables: { ...facts.variables, [name]: value },
  })
const configured =
  (of: Partial<ConfigurationFacts>) =>
  (facts: EnvironmentFacts): EnvironmentFacts => ({
    ...facts,
    configuration: { ...facts.configuration!, ...of },
  })
const limited = (risk: Partial<LimitFacts['risk']>) => configured({ limits: { ...LIMITS, risk: { ...LIMITS.risk, ...risk } } })
const file =
  (of: Partial<FileFact>) =>
  (facts: EnvironmentFacts): EnvironmentFacts => ({
    ...facts,
    files: [
      ...facts.files,
      { path: '/srv/state/keys/audit-key.pem', holds: 'secret', mode: 0o600, owner: 1000, isInGit: false, ...of },
    ],
  })
const node =
  (...options: readonly string[]) =>
  (facts: EnvironmentFacts): EnvironmentFacts => ({
    ...facts,
    execArguments: [...facts.execArguments, ...options],
  })
const said =
  (...more: readonly string[]) =>
  (facts: EnvironmentFacts): EnvironmentFacts => ({ ...facts, arguments: [...facts.arguments, ...more] })
const clock =
  (of: Partial<EnvironmentFacts['clock']>) =>
  (facts: EnvironmentFacts): EnvironmentFacts => ({
    ...facts,
    clock: { ...facts.clock, ...of },
  })
const address = (text: string) => configured({ addresses: [{ where: 'feeds.settings.kraken.url', address: text }] })
const text = (path: string, value: string) => configured({ texts: [{ path, value }] })

type Plant = readonly [what: string, code: string, plant: (facts: EnvironmentFacts) => EnvironmentFacts]

const PLANTS: readonly Plant[] = [
  ['nothing says production', 'ENV_NOT_PRODUCTION', facts => ({ ...facts, variables: {} })],
  ['development', 'ENV_NOT_PRODUCTION', facts => ({ ...facts, variables: { NODE_ENV: 'development' } })],
  ['NODE_ENV=test beside it', 'ENV_CONTRADICTION', variable('NODE_ENV', 'test')],
  ['APP_ENV=staging beside it', 'ENV_CONTRADICTION', variable('APP_ENV', 'staging')],

  ['1970', 'ENV_CLOCK_WRONG', clock({ now: 0, written: [] })],
  ['2120', 'ENV_CLOCK_WRONG', clock({ now: Date.UTC(2120, 0), written: [] })],
  ['before the last journal', 'ENV_CLOCK_WRONG', clock({ written: [{ what: 'journal', millis: NOW + 3_600_000 }] })],
  ['twenty years after everything', 'ENV_CLOCK_WRONG', clock({ now: NOW + 20 * 366 * 86_400_000 })],
  ['a clock of its own', 'ENV_CLOCK_WRONG', clock({ madeUpBy: 'FAKETIME' })],
  ['set back two hours meanwhile', 'ENV_CLOCK_STEPPED', clock({ steppedMillis: -7_200_000 })],
  ['set on by 251 ms', 'ENV_CLOCK_STEPPED', clock({ steppedMillis: 251 })],

  ['certificates unchecked', 'ENV_TLS_OFF', variable('NODE_TLS_REJECT_UNAUTHORIZED', '0')],
  ['verification off by a switch', 'ENV_TLS_OFF', variable('KAFKA_SSL_VERIFY', 'false')],
  ['insecure by a switch', 'ENV_TLS_OFF', variable('EXCHANGE_TLS_INSECURE', '1')],
  ['TLS 1.0 by an option', 'ENV_TLS_WEAK', node('--tls-min-v1.0')],
  ['TLS 1.0 by NODE_OPTIONS', 'ENV_TLS_WEAK', variable('NODE_OPTIONS', '--max-old-space-size=4096 --tls-min-v1.0')],
  ['keys of TLS written down', 'ENV_TLS_KEYLOG', variable('SSLKEYLOGFILE', '/tmp/keys')],
  ['Redis in the open', 'ENV_PLAIN_ADDRESS', variable('QUADRANT_REDIS_URL', 'redis://cache.internal:6379')],
  ['a venue over http', 'ENV_PLAIN_ADDRESS', variable('OANDA_API_URL', 'http://api-fxtrade.oanda.com')],
  ['a socket over ws', 'ENV_PLAIN_ADDRESS', address('ws://feed.kraken.com/v2')],
  ['a database without sslmode', 'ENV_PLAIN_ADDRESS', variable('DATABASE_URL', 'postgres://db.internal/quadrant')],
  [
    'a database that only prefers TLS',
    'ENV_PLAIN_ADDRESS',
    variable('DATABASE_URL', 'postgres://db.internal/quadrant?sslmode=prefer'),
  ],
  ['Kafka in the open', 'ENV_PLAIN_ADDRESS', variable('KAFKA_SECURITY_PROTOCOL', 'PLAINTEXT')],
  [
    'authorities that others write',
    'ENV_CA_WRITABLE',
    facts => ({ ...variable('NODE_EXTRA_CA_CERTS', '/srv/ca.pem')(facts), modeOf: () => 0o666 }),
  ],

  ['a debugger by an option', 'ENV_DEBUGGER', node('--inspect=0.0.0.0:9229')],
  ['a debugger by NODE_OPTIONS', 'ENV_DEBUGGER', variable('NODE_OPTIONS', '--inspect-brk')],
  ['a debugger by a signal', 'ENV_DEBUGGER', facts => ({ ...facts, inspectorAddress: 'ws://127.0.0.1:9229/x' })],
  ['a foreign library', 'ENV_PRELOAD', variable('LD_PRELOAD', '/tmp/hook.so')],
  ['preloaded code', 'ENV_PRELOAD', variable('NODE_OPTIONS', '--require ./patch.js')],
  ['a loader', 'ENV_PRELOAD', node('--import=./hook.mjs')],
  ['DEBUG', 'ENV_DEBUG_OUTPUT', variable('DEBUG', '*')],
  ['NODE_DEBUG', 'ENV_DEBUG_OUTPUT', variable('NODE_DEBUG', 'tls,http')],
  ['coverage', 'ENV_DEBUG_OUTPUT', variable('NODE_V8_COVERAGE', '/tmp/coverage')],
  ['a log level that prints frames', 'ENV_DEBUG_OUTPUT', variable('LOG_LEVEL', 'trace')],
  ['own debug output', 'ENV_DEBUG_OUTPUT', variable('QUADRANT_DEBUG', '1')],

  ['practice in the configuration', 'ENV_CONFIG_PRACTICE', configured({ environment: 'practice' })],
  ['a practice host in the configuration', 'ENV_TEST_HOST', address('wss://beta-ws.kraken.com/v2')],
  ['a practice host within a text', 'ENV_TEST_HOST', variable('EXCHANGE_OPTIONS', '{"rest":"https://testnet.binance.vision"}')],
  ['a practice host in a variable', 'ENV_TEST_HOST', variable('APCA_API_BASE_URL', 'https://paper-api.alpaca.markets')],
  ['a practice host without a scheme', 'ENV_TEST_HOST', variable('OANDA_HOST', 'api-fxpractice.oanda.com')],
  ['a venue on this machine', 'ENV_TEST_HOST', variable('BINANCE_API_URL', 'http://localhost:8080')],
  ['an example', 'ENV_TEST_HOST', variable('EXCHANGE_URL', 'https://api.example.com/v1')],
  ['a switch', 'ENV_PRACTICE_FLAG', variable('ALPACA_PAPER', 'true')],
  ['a dry run', 'ENV_PRACTICE_FLAG', variable('DRY_RUN', '1')],
  ['a choice', 'ENV_PRACTICE_FLAG', variable('OANDA_ENVIRONMENT', 'practice')],
  ['a mode', 'ENV_PRACTICE_FLAG', variable('TRADING_MODE', 'paper')],

  ['a key that is missing', 'KEY_MISSING', facts => ({ ...facts, keys: { ...facts.keys, variables: {} } })],
  [
    'a placeholder',
    'KEY_PLACEHOLDER',
    facts => ({ ...facts, keys: { ...facts.keys, variables: { QUADRANT_OANDA_TOKEN: 'your_token_here' } } }),
  ],

  ['no daily loss', 'ENV_LIMIT_MISSING', limited({ dailyLoss: undefined })],
  ['no order rate', 'ENV_LIMIT_MISSING', limited({ orderRate: undefined })],
  ['a day to lose half', 'ENV_LIMIT_ABOVE_CEILING', limited({ dailyLoss: { kind: 'percent', fraction: 0.5 } })],
  [
    'an amount above equity',
    'ENV_LIMIT_ABOVE_CEILING',
    limited({ orderNotional: { kind: 'amount', amount: money(100_001n * 10n ** 9n) } }),
  ],
  ['a leverage of a hundred', 'ENV_LIMIT_ABOVE_CEILING', limited({ marginRate: 0.01 })],
  ['no margin at all', 'ENV_LIMIT_ABOVE_CEILING', limited({ marginRate: 0 })],
  ['a collar of a half', 'ENV_LIMIT_ABOVE_CEILING', limited({ collar: 0.5 })],
  ['prices of yesterday', 'ENV_LIMIT_ABOVE_CEILING', limited({ dataAgeMicros: 86_400_000_000 })],
  ['a thousand orders a second', 'ENV_LIMIT_ABOVE_CEILING', limited({ orderRate: { count: 1000, perMicros: 1_000_000 } })],
  [
    'a house that allows too much',
    'ENV_LIMIT_ABOVE_CEILING',
    facts => ({ ...facts, house: { drawdown: { kind: 'percent', fraction: 0.9 } } }),
  ],
  ['a tenth in one trade', 'ENV_LIMIT_ABOVE_CEILING', configured({ limits: { ...LIMITS, riskPerTrade: 0.1 } })],

  ['a secret for the group', 'ENV_FILE_EXPOSED', file({ mode: 0o640 })],
  ['a secret for all', 'ENV_FILE_EXPOSED', file({ mode: 0o644 })],
  ['a folder of secrets that is open', 'ENV_FILE_EXPOSED', file({ holds: 'folder', mode: 0o755 })],
  ['a secret of another', 'ENV_FILE_OWNER', file({ owner: 1001 })],
  ['a secret before a commit', 'ENV_FILE_IN_GIT', file({ isInGit: true })],
  ['a state folder that all may write', 'ENV_FILE_WRITABLE', file({ holds: 'home', mode: 0o777 })],
  ['a configuration that all may write', 'ENV_FILE_WRITABLE', file({ holds: 'config', mode: 0o666 })],
  ['a secret as an argument', 'ENV_SECRET_IN_ARGUMENTS', said('--api-key', 'k3v9q1zt7w4y8b2n')],
  ['a known secret in an argument', 'ENV_SECRET_IN_ARGUMENTS', said(`--set=feeds.settings.oanda.x=${TOKEN}`)],
  ['a token in the configuration', 'ENV_SECRET_IN_CONFIG', text('feeds.settings.kraken.token', 'k3v9q1zt7w4y8b2n')],
  ['a key by its looks', 'ENV_SECRET_IN_CONFIG', text('feeds.settings.kraken.extra', randomBytes(32).toString('hex'))],
  ['a password in an address', 'ENV_SECRET_IN_CONFIG', text('feeds.settings.kraken.proxy', 'socks5://me:k3v9q1zt@127.0.0.1')],
  [
    'what could not be read',
    'CONFIG_INVALID',
    facts => ({ ...facts, unreadable: [{ code: 'CONFIG_INVALID', what: 'line 3', fix: 'correct it' }] }),
  ],
]

describe('each fault alone is said alone', () => {
  for (const [what, code, plant] of PLANTS) {
    test(`${what}: ${code}`, () => {
      const { faults } = environmentVerdict(plant(CLEAN))
      expect(faults.map(fault => fault.code)).toEqual([code])
      expect(faults[0]!.fix.length).toBeGreaterThan(3)
    })
  }
})

test('a clean place has no fault and no warning', () => {
  const { faults, warnings, checked } = environmentVerdict(CLEAN)
  expect({ faults, warnings }).toEqual({ faults: [], warnings: [] })
  expect(checked).toEqual([
    'configuration',
    'production',
    'clock',
    'encryption',
    'debugging',
    'practice',
    'keys',
    'limits',
    'secrets',
  ])
})

test('what looks like a fault and is none', () => {
  const harmless = {
    NODE_ENV: 'production',
    QUADRANT_ENV: 'Production ',
    NODE_OPTIONS: '--max-old-space-size=4096 --enable-source-maps',
    QUADRANT_REDIS_URL: 'redis://127.0.0.1:6379',
    DATABASE_URL: 'postgres://db.internal/quadrant?sslmode=verify-full',
    OANDA_API_URL: 'https://api-fxtrade.oanda.com',
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318',
    npm_config_registry: 'http://packages.internal',
    DEBUG: '',
    LD_PRELOAD: '/usr/lib/x86_64-linux-gnu/libjemalloc.so.2',
    NODE_TLS_REJECT_UNAUTHORIZED: '1',
    ALPACA_PAPER: 'false',
    LOG_LEVEL: 'info',
    GIT_SSL_NO_VERIFY: '1',
    EXCHANGE_SSL_VERIFY: 'true',
    EXCHANGE_TLS_INSECURE: '0',
    IB_GATEWAY_URL: 'https://127.0.0.1:5000',
    TEST_RUNNER_HOST: 'build.internal',
    NODE_EXTRA_CA_CERTS: '/srv/ca.pem',
    HTTPS_PROXY: '',
  }
  const { faults } = environmentVerdict({ ...CLEAN, variables: harmless, modeOf: () => 0o644 })
  expect(faults).toEqual([])
})

test('all of them at once are all said, and nothing of the keys', () => {
  // One plant of each code; those that replace what another has planted come first.
  const first = PLANTS.filter(([, code], index) => PLANTS.findIndex(other => other[1] === code) === index)
  const whole = first.filter(
    ([, code]) => code !== 'ENV_NOT_PRODUCTION' && code !== 'KEY_MISSING' && code !== 'ENV_LIMIT_MISSING',
  )
  const { addresses, texts, limits, environment } = {
    environment: 'practice' as const,
    addresses: [{ where: 'url', address: 'wss://testnet.binance.vision' }],
    texts: [{ path: 'feeds.settings.oanda.token', value: TOKEN }],
    limits: { ...LIMITS, risk: { ...LIMITS.risk, drawdown: undefined, collar: 0.9 } },
  }
  const planted = whole.reduce((facts, [, , plant]) => plant(facts), CLEAN)
  const verdict = environmentVerdict({
    ...planted,
    variables: { ...planted.variables, NODE_OPTIONS: '--tls-min-v1.0 --require ./patch.js --inspect' },
    configuration: { environment, addresses, texts, limits },
  })
  const expected = new Set([...whole.map(([, code]) => code), 'ENV_LIMIT_MISSING'])
  expect(new Set(verdict.faults.map(({ code }) => code))).toEqual(expected)
  expect(JSON.stringify(verdict)).not.toContain(TOKEN)
})

test('a message that quotes a key is told without it', () => {
  const quoting = { code: 'CONFIG_INVALID', what: `line 3: '${TOKEN}' is no duration`, fix: `not ${TOKEN}` }
  const { faults } = environmentVerdict({ ...CLEAN, unreadable: [quoting] })
  expect(faults).toEqual([{ code: 'CONFIG_INVALID', what: "line 3: '***' is no duration", fix: 'not ***' }])
})

test('a system without permission bits says that it was not looked', () => {
  const files = CLEAN.files.map(each => ({ ...each, mode: undefined, owner: undefined }))
  const { faults, warnings } = environmentVerdict({ ...CLEAN, files })
  expect(faults).toEqual([])
  expect(warnings.map(({ code }) => code)).toEqual(['ENV_MODES_UNKNOWN'])
})

test('at each ceiling is allowed, and above it is not', () => {
  const at = limited({
    orderNotional: { kind: 'amount', amount: money(100_000n * 10n ** 9n) },
    positionNotional: { kind: 'percent', fraction: HARD_CEILING.positionNotional },
    grossNotional: { kind: 'percent', fraction: HARD_CEILING.grossNotional },
    dailyLoss: { kind: 'percent', fraction: HARD_CEILING.dailyLoss },
    drawdown: { kind: 'percent', fraction: HARD_CEILING.drawdown },
    collar: HARD_CEILING.collar,
    marginRate: HARD_CEILING.marginRateLeast,
    dataAgeMicros: HARD_CEILING.dataAgeMicros,
    orderRate: { count: HARD_CEILING.ordersPerSecond, perMicros: 1_000_000 },
  })
  expect(environmentVerdict(at(CLEAN)).faults).toEqual([])
})

test('an offset counts as far as it is certain: 250 alarms, 500 and 1,000 refuse', () => {
  const at = (least: number, most: number) => {
    const { faults, warnings } = offsetVerdict([{ source: 'oanda', least, most }])
    return faults.length > 0 ? 'fault' : warnings.length > 0 ? 'warning' : 'clean'
  }
  expect(CLOCK_LIMITS_MILLIS).toEqual({ alarm: 250, deny: 500, halt: 1000 })
  expect(at(-900, 200), 'the truth may be zero').toBe('clean')
  expect(at(251, 1400)).toBe('warning')
  expect(at(-1400, -501)).toBe('fault')
  expect(at(7_200_000, 7_201_000)).toBe('fault')
})

test('key, host and account must be of one world', () => {
  const of = (answer: Parameters<typeof accountVerdict>[1][number]['answer']) =>
    accountVerdict('live', [{ source: 'oanda', answer }])
  expect(of({ kind: 'told', world: 'live' })).toEqual({ faults: [], warnings: [] })
  expect(of({ kind: 'told', world: 'practice' }).faults.map(({ code }) => code)).toEqual(['ENV_ACCOUNT_MISMATCH'])
  expect(of({ kind: 'absent' }).faults.map(({ code }) => code)).toEqual(['ENV_ACCOUNT_MISMATCH'])
  expect(of({ kind: 'refused', said: '401' }).faults.map(({ code }) => code)).toEqual(['KEY_INVALID'])
  expect(of({ kind: 'unreachable', said: 'no route' }).faults.map(({ code }) => code)).toEqual(['ENV_ACCOUNT_UNASKED'])
  expect(of({ kind: 'told', world: undefined }).warnings.map(({ code }) => code)).toEqual(['ENV_ACCOUNT_UNKNOWN'])
})
