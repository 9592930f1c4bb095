// A consent to cTrader over real sockets: from the address in the browser to tokens on disk and the accounts they open.
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { CTRADER } from '../../src/adapters/ctrader/ctrader.ts'
import { codeOf, type LinkOptions, linkSource } from '../../src/apps/link-source.ts'
import { Network } from '../../src/connectivity/network.ts'
import { PooledHttp } from '../../src/connectivity/pooled-http.ts'
import { Authority } from '../venues/authority.ts'
import { ACCOUNT, CLIENT_ID, CLIENT_SECRET, type CtraderVenue, startCtraderVenue } from '../venues/ctrader-venue.ts'
import { VenueClock } from '../venues/venue-clock.ts'

const folder = mkdtempSync(join(tmpdir(), 'quadrant-link-'))
let authority: Authority
beforeAll(async () => {
  authority = await Authority.create()
  vi.stubEnv('QUADRANT_CTRADER_CLIENT_ID', CLIENT_ID)
  vi.stubEnv('QUADRANT_CTRADER_CLIENT_SECRET', CLIENT_SECRET)
})
afterEach(async () => {
  for (const venue of venues.splice(0)) {
    expect(venue.violations).toEqual([])
    await venue.stop()
  }
})
afterAll(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true, force: true })
})

const venues: CtraderVenue[] = []
const REDIRECT = 'http://localhost/'

async function opened(): Promise<{ readonly venue: CtraderVenue; readonly options: Omit<LinkOptions, 'ask'> }> {
  const venue = await startCtraderVenue('json')({ authority, clock: new VenueClock(), seed: 1 })
  venues.push(venue)
  const home = mkdtempSync(join(folder, 'home-'))
  return { venue, options: { home, environment: 'practice', redirectUri: REDIRECT, routes: venue.routes } }
}

const consent = (venue: CtraderVenue): string => venue.ledger.consent(venue.server.clock.now() / 1000)

test('an address is opened, the browser comes back with a code, and the tokens open the account', async () => {
  const { venue, options } = await opened()
  const asked: URL[] = []
  const result = await linkSource('ctrader', {
    ...options,
    ask: async address => {
      asked.push(new URL(address))
      const state = asked[0]!.searchParams.get('state')!
      return `${REDIRECT}?code=${consent(venue)}&state=${state}\n`
    },
  })

  expect(`${asked[0]!.origin}${asked[0]!.pathname}`).toBe('https://id.ctrader.com/my/settings/openapi/grantingaccess/')
  expect(Object.fromEntries(asked[0]!.searchParams)).toMatchObject({
    ...{ client_id: CLIENT_ID, redirect_uri: REDIRECT, scope: 'accounts', product: 'web' },
    state: expect.stringMatching(/^[\w-]{22}$/),
  })
  expect(asked[0]!.href, 'a secret is in no address that a person opens').not.toContain(CLIENT_SECRET)
  expect(result).toEqual({
    source: 'ctrader',
    variable: 'QUADRANT_CTRADER_ACCOUNT',
    accounts: [{ id: String(ACCOUNT), environment: 'practice', title: 'Größe & Söhne, login 5012345' }],
  })

  const { access, refresh } = venue.ledger.newest
  for (const path of globSync('**/*', { cwd: options.home, withFileTypes: true }).filter(entry => entry.isFile())) {
    const text = readFileSync(join(path.parentPath, path.name), 'latin1')
    for (const secret of [access, refresh, CLIENT_SECRET]) expect(text).not.toContain(secret)
  }

  // What was kept is what the source itself then uses.
  const network = new Network(CTRADER.hosts.practice, venue.routes)
  const clock = new VenueClock()
  const http = new PooledHttp({ network, clock })
  const credentials = {
    ...{ QUADRANT_CTRADER_CLIENT_ID: CLIENT_ID, QUADRANT_CTRADER_CLIENT_SECRET: CLIENT_SECRET },
    QUADRANT_CTRADER_ACCOUNT: String(ACCOUNT),
  }
  const stateFolder = join(options.home, 'sources', 'ctrader')
  const metas = await CTRADER.instruments!({ network, http, clock, environment: 'practice', credentials, stateFolder })
  expect(metas.map(({ id }) => id)).toEqual(['EURUSD.CTRADER', 'XAUUSD.CTRADER'])
  expect(venue.ledger.trades, 'nothing had to be refreshed').toBe(0)
  await http.close()
})

test('a code is good once; a second consent replaces the first', async () => {
  const { venue, options } = await opened()
  const code = consent(venue)
  await linkSource('ctrader', { ...options, ask: async () => code })
  await expect(linkSource('ctrader', { ...options, ask: async () => code })).rejects.toMatchObject({
    ...{ code: 'CONSENT_REFUSED', message: expect.stringContaining('ACCESS_DENIED'), fix: expect.stringContaining(REDIRECT) },
  })
  const again = await linkSource('ctrader', { ...options, ask: async () => consent(venue) })
  expect(again.accounts).toHaveLength(1)
})

test('accounts that cannot be asked for do not undo the link', async () => {
  const { venue, options } = await opened()
  const result = await linkSource('ctrader', {
    ...options,
    ask: async () => {
      const code = consent(venue)
      // Somebody else renews meanwhile: the new pair is dead before it was used.
      const { exchange } = venue.ledger
      venue.ledger.exchange = (given, now) => {
        const granted = exchange.call(venue.ledger, given, now)
        venue.ledger.trade(venue.ledger.newest.refresh)
        return granted
      }
      return code
    },
  })
  expect(result).toMatchObject({ accounts: [], unanswered: expect.stringContaining('CH_ACCESS_TOKEN_INVALID') })
})

test('a reply that is lost is said, with what to do, and without a secret', async () => {
  const { venue, options } = await opened()
  venue.oauth.losses = 1
  const code = consent(venue)
  const error = await linkSource('ctrader', { ...options, ask: async () => code }).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code: 'CONSENT_REFUSED', passing: true, fix: expect.stringContaining('begin again') })
  expect(`${(error as Error).message}`).not.toMatch(new RegExp(`${code}|${CLIENT_SECRET}`))
  expect(globSync('**/*.tokens', { cwd: options.home })).toEqual([])
})

test('what is pasted is a code, or an address with one and with our state', () => {
  expect(codeOf(' 4f3c-Ab_9\n', 's')).toBe('4f3c-Ab_9')
  expect(codeOf('http://localhost/?code=abc', 's'), 'the venue need not repeat the state').toBe('abc')
  expect(codeOf('http://localhost/?state=s&code=a%2Fb', 's')).toBe('a/b')
  const code = (text: string) => {
    try {
      return codeOf(text, 's')
    } catch (error) {
      return (error as { code: string }).code
    }
  }
  expect(code('http://localhost/?code=abc&state=t')).toBe('USAGE_CONSENT')
  expect(code('')).toBe('USAGE_CONSENT')
  expect(code('http://localhost/')).toBe('USAGE_CONSENT')
  expect(code('two words')).toBe('USAGE_CONSENT')
  expect(code('http://localhost/?error=access_denied&state=s')).toBe('CONSENT_REFUSED')
})

test('a source with keys has no consent, and what is no source is none', async () => {
  const { options } = await opened()
  const ask = async () => expect.fail('nobody is asked')
  await expect(linkSource('kraken', { ...options, ask })).rejects.toMatchObject({ code: 'SOURCE_UNSUPPORTED' })
  await expect(linkSource('ctrade', { ...options, ask })).rejects.toMatchObject({
    ...{ code: 'SOURCE_NOT_FOUND', message: expect.stringContaining('ctrader') },
  })
})
