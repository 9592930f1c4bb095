// The door to real venues: shut by every fault before anything is dialled, and by the venue's own word about the account.
import { randomBytes } from 'node:crypto'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { Authority } from '../../../test/venues/authority.ts'
import { VenueClock } from '../../../test/venues/venue-clock.ts'
import { VenueServer } from '../../../test/venues/venue-server.ts'
import type { Routes } from '../../connectivity/network.ts'
import { writeHouseLimit } from '../house-limits.ts'
import { openSecretStore } from '../secret-store.ts'
import { examineKeys } from './key-examination.ts'
import { examineLiveStart, type LiveStart } from './live-start.ts'

const HOST = 'api-fxtrade.oanda.com'
const ACCOUNT = '001-004-1435156-001'
const TOKEN = `${randomBytes(16).toString('hex')}-${randomBytes(16).toString('hex')}`

const folder = mkdtempSync(join(tmpdir(), 'quadrant-door-'))
const home = join(folder, 'state')
const configuration = join(folder, 'gold.yaml')

const CONFIG = `name: gold
feeds: { environment: live }
data:
  - { instrument: XAUUSD.OANDA, kind: quote, sources: [{ source: oanda, symbol: XAU_USD }] }
strategies:
  - { use: ema-cross, instrument: XAUUSD.OANDA, bar: 5m, price: mid }
`

let server: VenueServer
/** What OANDA says when it is asked for accounts. */
let answer: { readonly status: number; readonly body: unknown }
let dialled: string[]
let routes: Routes

beforeAll(async () => {
  server = new VenueServer({ authority: await Authority.create(), clock: new VenueClock(), hosts: [HOST] })
  server.http(HOST, 'GET', '/v3/accounts', ({ headers }, reply) =>
    reply.json(
      headers.authorization === `Bearer ${TOKEN}` ? answer.body : {},
      headers.authorization === `Bearer ${TOKEN}` ? answer.status : 401,
    ),
  )
  server.http(HOST, 'GET', '/', (_, reply) => reply.json({}))
  await server.start()
})

afterAll(async () => {
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
})

beforeEach(() => {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(home, { recursive: true, mode: 0o755 })
  writeFileSync(configuration, CONFIG)
  answer = { status: 200, body: { accounts: [{ id: ACCOUNT, tags: [] }] } }
  dialled = []
  routes = {
    ...server.routes,
    route: target => {
      dialled.push(`${target.host}:${target.port}`)
      return server.routes.route(target)
    },
  }
})

const VARIABLES = { QUADRANT_ENV: 'production', QUADRANT_OANDA_TOKEN: TOKEN, QUADRANT_OANDA_ACCOUNT: ACCOUNT }

const examine = async (variables: Readonly<Record<string, string>> = VARIABLES, more: Partial<LiveStart> = {}) => {
  const here = { variables, execArguments: [], arguments: ['run', '--mode', 'live'], inspectorAddress: '' }
  const verdict = await examineLiveStart({ home, configuration, routes, process: here, ...more })
  return { ...verdict, codes: verdict.faults.map(({ code }) => code) }
}

test('a clean place with a live account has no fault, and the venue was asked last', async () => {
  const verdict = await examine()
  expect(verdict.faults).toEqual([])
  expect(verdict.checked.at(-1)).toBe('accounts')
  expect(new Set(dialled)).toEqual(new Set([`${HOST}:443`]))
  expect(server.requests.size, 'the accounts and the time').toBeGreaterThanOrEqual(2)
})

test('whatever is wrong here, nobody is dialled', async () => {
  const plants: readonly (readonly [string, () => Promise<{ readonly codes: readonly string[] }>])[] = [
    ['ENV_NOT_PRODUCTION', () => examine({ ...VARIABLES, QUADRANT_ENV: 'staging' })],
    ['ENV_TLS_OFF', () => examine({ ...VARIABLES, NODE_TLS_REJECT_UNAUTHORIZED: '0' })],
    ['ENV_TEST_HOST', () => examine({ ...VARIABLES, OANDA_API_URL: 'https://api-fxpractice.oanda.com' })],
    ['KEY_MISSING', () => examine({ QUADRANT_ENV: 'production', QUADRANT_OANDA_ACCOUNT: ACCOUNT })],
    ['KEY_PLACEHOLDER', () => examine({ ...VARIABLES, QUADRANT_OANDA_TOKEN: 'your_token' })],
    ['KEY_WRONG_ENVIRONMENT', () => examine({ ...VARIABLES, QUADRANT_OANDA_ACCOUNT: '101-004-1435156-001' })],
    ['ENV_CONFIG_PRACTICE', () => examine(VARIABLES, { overrides: ['feeds.environment=practice'] })],
    ['ENV_LIMIT_ABOVE_CEILING', () => examine(VARIABLES, { overrides: ['risk.dailyLoss=50%'] })],
    ['CONFIG_INVALID', () => examine(VARIABLES, { overrides: ['risk.dailyLoss=much'] })],
  ]
  for (const [code, run] of plants) expect((await run()).codes, code).toEqual([code])
  expect(dialled).toEqual([])
})

test('a strategy that draws its own prices does not start, and none of its code has run', async () => {
  const strategy = join(folder, 'drawn.ts')
  writeFileSync(
    strategy,
    `globalThis.hasRun = true
    export default { onBar: bar => ({ price: bar.close * (1 + Math.random() / 100), side: Math.random() > 0.5 ? 'buy' : 'sell' }) }`,
  )
  writeFileSync(configuration, CONFIG.replace('use: ema-cross', 'use: ./drawn.ts'))
  const { codes, faults } = await examine()
  expect(new Set(codes)).toEqual(new Set(['ENV_STRATEGY_PRETENDS']))
  expect(faults[0]!.what).toMatch(/drawn\.ts:2: .*\(random-to-market\)$/)
  expect(globalThis).not.toHaveProperty('hasRun')
  expect(dialled).toEqual([])
})

test('the house’s own ceilings count as well', async () => {
  writeHouseLimit(home, 'drawdown', { ceiling: '5%', by: 'ada', reason: 'careful', time: '2026-11-20T00:00:00Z' })
  expect((await examine()).codes).toEqual(['LIMIT_ABOVE_HOUSE'])
  writeHouseLimit(home, 'drawdown', { ceiling: '90%', by: 'ada', reason: 'reckless', time: '2026-11-20T00:00:00Z' })
  expect((await examine()).codes).toEqual(['ENV_LIMIT_ABOVE_CEILING'])
  writeFileSync(join(home, 'house-limits.json'), 'half a fi')
  expect((await examine()).codes).toEqual(['LIMIT_FILE_UNREADABLE'])
  expect(dialled).toEqual([])
})

test('the venue has the last word: another account, a practice one, a refusal, silence', async () => {
  answer = { status: 200, body: { accounts: [{ id: '001-004-9999999-001' }] } }
  expect((await examine()).codes).toEqual(['ENV_ACCOUNT_MISMATCH'])

  answer = { status: 401, body: { errorMessage: 'Insufficient authorization to perform request.' } }
  expect((await examine()).codes).toEqual(['KEY_INVALID'])

  answer = { status: 200, body: { nothing: true } }
  expect((await examine()).codes).toEqual(['ENV_ACCOUNT_UNASKED'])

  const nowhere: Routes = { route: () => ({ host: '127.0.0.1', port: 1 }) }
  expect((await examine(VARIABLES, { routes: nowhere })).codes).toEqual(['ENV_ACCOUNT_UNASKED'])
  expect(JSON.stringify(await examine(VARIABLES, { routes: nowhere }))).not.toContain(TOKEN)
}, 60_000)

test('keys of the store count, and a store that others may read is a fault', async () => {
  const store = openSecretStore(home)
  store.set('QUADRANT_OANDA_TOKEN', TOKEN)
  store.set('QUADRANT_OANDA_ACCOUNT', ACCOUNT)
  expect((await examine({ QUADRANT_ENV: 'production' })).codes).toEqual([])

  if (process.platform === 'win32') return
  chmodSync(join(home, 'secrets', 'key'), 0o644)
  const { codes } = await examine({ QUADRANT_ENV: 'production' })
  expect(codes).toContain('SECRET_KEY_EXPOSED')
  expect(codes).toContain('ENV_FILE_EXPOSED')
})

test('settings with secrets beside the configuration are looked at, others not', async () => {
  if (process.platform === 'win32') return
  writeFileSync(join(folder, '.env'), 'COLOUR=green\n', { mode: 0o644 })
  writeFileSync(join(folder, '.env.example'), 'OANDA_API_KEY=your_key\n', { mode: 0o644 })
  expect((await examine()).codes).toEqual([])

  writeFileSync(join(folder, '.env.production'), `OANDA_API_KEY=${TOKEN}\n`, { mode: 0o644 })
  chmodSync(join(folder, '.env.production'), 0o644)
  expect((await examine()).codes).toEqual(['ENV_FILE_EXPOSED'])
  chmodSync(join(folder, '.env.production'), 0o600)
  expect((await examine()).codes).toEqual([])
})

test('offline, and without a configuration, nobody is asked', async () => {
  expect((await examine(VARIABLES, { offline: true })).codes).toEqual([])
  expect((await examine(VARIABLES, { configuration: undefined })).codes).toEqual([])
  expect(dialled).toEqual([])
})

test('a configuration that is not there is not found; one that is no YAML is a fault among the others', async () => {
  await expect(examine(VARIABLES, { configuration: join(folder, 'none.yaml') })).rejects.toMatchObject({
    code: 'CONFIG_NOT_FOUND',
  })
  writeFileSync(configuration, 'name: [')
  expect((await examine({ ...VARIABLES, QUADRANT_ENV: '' })).codes).toEqual(['CONFIG_INVALID', 'ENV_NOT_PRODUCTION'])
})

test('a token in the configuration is a fault, and no message repeats it', async () => {
  writeFileSync(
    configuration,
    CONFIG.replace('feeds: { environment: live }', `feeds: { environment: live, settings: { oanda: { token: ${TOKEN} } } }`),
  )
  const verdict = await examine()
  expect(verdict.codes).toEqual(['ENV_SECRET_IN_CONFIG'])
  expect(JSON.stringify(verdict)).not.toContain(TOKEN)
})

test('keys are asked about only when that is wanted, and never sent when they cannot be real', async () => {
  const keys = async (variables: Readonly<Record<string, string>>, online: boolean) => {
    const { keys: judged, faults } = await examineKeys({ home, configuration, environment: undefined, online, variables, routes })
    return { statuses: judged.map(({ status }) => status), codes: faults.map(({ code }) => code) }
  }
  expect(await keys(VARIABLES, false)).toEqual({ statuses: ['unverified', 'unverified'], codes: [] })
  expect(await keys({ ...VARIABLES, QUADRANT_OANDA_TOKEN: 'changeme' }, true)).toEqual({
    statuses: ['placeholder', 'unverified'],
    codes: ['KEY_PLACEHOLDER'],
  })
  expect(dialled).toEqual([])

  expect(await keys(VARIABLES, true)).toEqual({ statuses: ['valid', 'valid'], codes: [] })
  answer = { status: 403, body: {} }
  expect(await keys(VARIABLES, true)).toEqual({ statuses: ['invalid', 'invalid'], codes: ['KEY_INVALID'] })
  answer = { status: 200, body: { accounts: [] } }
  expect((await keys(VARIABLES, true)).statuses).toEqual(['insufficient-scope', 'insufficient-scope'])
})
