// A cTrader account over real sockets: its symbols as records, its tokens by code, by refresh and in band.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CTRADER } from '../../src/adapters/ctrader/ctrader.ts'
import { exchangeCode, refreshInBand, refreshTokens } from '../../src/adapters/ctrader/ctrader-oauth.ts'
import { JSON_CODEC } from '../../src/adapters/ctrader/json-codec.ts'
import { Network } from '../../src/connectivity/network.ts'
import { PooledHttp } from '../../src/connectivity/pooled-http.ts'
import type { SourceParts } from '../../src/connectivity/source.ts'
import { webSocketLink } from '../../src/connectivity/web-socket-link.ts'
import { Authority } from '../venues/authority.ts'
import {
  ACCOUNT,
  CLIENT_ID,
  CLIENT_SECRET,
  type CtraderVenue,
  FIRST_REFRESH,
  startCtraderVenue,
} from '../venues/ctrader-venue.ts'
import { VenueClock } from '../venues/venue-clock.ts'

const folder = mkdtempSync(join(tmpdir(), 'quadrant-ctrader-'))
let authority: Authority
beforeAll(async () => {
  authority = await Authority.create()
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function account(
  encoding: 'json' | 'protobuf',
  use: (parts: SourceParts, venue: CtraderVenue) => Promise<void>,
): Promise<void> {
  const clock = new VenueClock()
  const venue = await startCtraderVenue(encoding)({ authority, clock, seed: 1 })
  const network = new Network(CTRADER.hosts.practice, venue.routes)
  const http = new PooledHttp({ network, clock })
  const credentials = {
    QUADRANT_CTRADER_CLIENT_ID: CLIENT_ID,
    QUADRANT_CTRADER_CLIENT_SECRET: CLIENT_SECRET,
    QUADRANT_CTRADER_ACCOUNT: String(ACCOUNT),
    QUADRANT_CTRADER_REFRESH_TOKEN: FIRST_REFRESH,
  }
  const stateFolder = mkdtempSync(join(folder, 'state-'))
  try {
    await use({ network, http, clock, environment: 'practice', credentials, stateFolder, settings: { encoding } }, venue)
    expect(venue.violations).toEqual([])
  } finally {
    await http.close()
    await venue.stop()
  }
}

describe.each(['json', 'protobuf'] as const)('over %s', encoding => {
  test('symbols become records: decimals, lots and volumes in units, the hours by name', () =>
    account(encoding, async (parts, venue) => {
      const metas = await CTRADER.instruments!(parts)
      // lotSize 10,000,000 cents is 100,000 units; minVolume and stepVolume are a hundredth of it.
      expect(metas).toMatchObject([
        {
          ...{
            id: 'EURUSD.CTRADER',
            assetClass: 'forex',
            base: 'EUR',
            quote: 'USD',
            priceDecimals: 5,
            quantityDecimals: 2,
            lot: 100_000,
          },
          ...{
            contractSize: '100000',
            minQuantity: '1000',
            maxQuantity: '5000000',
            pipSize: '0.0001',
            calendar: 'fx-cfd',
            status: 'trading',
          },
          ...{ venueSymbol: 'EURUSD', venueId: '1', swap: { long: '-6.2', short: '1.4', unit: 'points' } },
        },
        {
          ...{ id: 'XAUUSD.CTRADER', assetClass: 'metal', base: 'XAU', priceDecimals: 2, contractSize: '100', minQuantity: '1' },
          ...{ calendar: 'metals-cfd', venueId: '41' },
        },
      ])
      expect(venue.ledger.trades, 'the first refresh token was traded once').toBe(1)

      await CTRADER.instruments!(parts)
      expect(venue.ledger.trades, 'the second start finds the pair on disk').toBe(1)
    }))
})

test('a code becomes a pair within its minute and once, a refresh token once, in band as well', () =>
  account('json', async ({ http, network }, venue) => {
    const client = { http, clientId: CLIENT_ID, clientSecret: CLIENT_SECRET }
    const code = venue.ledger.consent(venue.server.clock.now() / 1000)
    const redirectUri = 'http://127.0.0.1/'
    const first = await exchangeCode(client, { code, redirectUri })
    expect(first).toMatchObject({ kind: 'renewed', lifeMicros: 2_628_000_000_000 })
    expect((await exchangeCode(client, { code, redirectUri })).kind).toBe('refused')

    const second = await refreshTokens(client, first.kind === 'renewed' ? first.refresh : '')
    expect(second.kind).toBe('renewed')
    expect((await refreshTokens(client, first.kind === 'renewed' ? first.refresh : '')).kind).toBe('refused')

    const link = webSocketLink(network, { url: 'wss://demo.ctraderapi.com:5036/' })
    const call = { link, codec: JSON_CODEC, clientId: CLIENT_ID, clientSecret: CLIENT_SECRET }
    const third = await refreshInBand(call, second.kind === 'renewed' ? second.refresh : '')
    expect(third.kind).toBe('renewed')
    expect((await refreshInBand(call, second.kind === 'renewed' ? second.refresh : '')).kind).toBe('refused')
  }))

test('a lost or strange reply is unknown, a rate limit unsent, and no reason tells a secret', () =>
  account('json', async ({ http }, venue) => {
    const client = { http, clientId: CLIENT_ID, clientSecret: CLIENT_SECRET }
    const ask = () => refreshTokens(client, FIRST_REFRESH)
    const answers = []
    for (const kind of ['http-html', 'http-empty', 'http-null', 'http-503', 'http-429', 'http-redirect'] as const) {
      venue.server.arm({ kind })
      answers.push(await ask())
    }
    expect(answers.map(({ kind }) => kind)).toEqual(['unknown', 'unknown', 'unknown', 'unknown', 'unsent', 'unknown'])
    expect(JSON.stringify(answers)).not.toMatch(new RegExp(`${CLIENT_SECRET}|${FIRST_REFRESH}`))
    venue.oauth.losses = 1
    expect((await ask()).kind).toBe('unknown')
    expect(venue.ledger.trades).toBe(1)
  }))
