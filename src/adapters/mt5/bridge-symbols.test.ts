// What the broker lists, told over the bridge alone: by a terminal that dials in, and what is said when none does.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect as connectPlain } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Authority } from '../../../test/venues/authority.ts'
import { MT5_SYMBOLS } from '../../../test/venues/mt5-market.ts'
import { Mt5Terminal, TERMINAL } from '../../../test/venues/mt5-terminal.ts'
import { VenueClock } from '../../../test/venues/venue-clock.ts'
import { SystemClock } from '../../connectivity/clock.ts'
import { Network } from '../../connectivity/network.ts'
import { PooledHttp } from '../../connectivity/pooled-http.ts'
import type { SourceParts } from '../../connectivity/source.ts'
import { MT5_BRIDGE } from './mt5.ts'

let folder = ''
let authority: Authority
let parts: SourceParts
let http: PooledHttp

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'quadrant-bridge-symbols-'))
  authority = await Authority.create()
  const { cert, key } = await authority.issue(['bridge.example'])
  writeFileSync(join(folder, 'bridge.pem'), cert)
  writeFileSync(join(folder, 'bridge.key'), key)
  const [clock, network] = [new SystemClock(), new Network([])]
  http = new PooledHttp({ network, clock, rates: {} })
  parts = {
    ...{ network, http, clock, environment: 'live', stateFolder: folder },
    credentials: {
      QUADRANT_MT5_BRIDGE_LISTEN: '127.0.0.1:0',
      QUADRANT_MT5_BRIDGE_CERTIFICATE: join(folder, 'bridge.pem'),
      QUADRANT_MT5_BRIDGE_KEY: join(folder, 'bridge.key'),
      QUADRANT_MT5_BRIDGE_SECRET: TERMINAL.secret,
      QUADRANT_MT5_LOGIN: TERMINAL.login,
      QUADRANT_MT5_SERVER: TERMINAL.server,
    },
  }
})
afterAll(async () => {
  await http.close()
  rmSync(folder, { recursive: true })
})

/** Port and thumbprint, as the owner of the terminal reads them. */
function door(said: string): { readonly port: number; readonly thumbprint: string } | undefined {
  const found = /:(\d+); thumbprint to pin ([0-9A-F]{40})$/.exec(said)
  return found ? { port: Number(found[1]), thumbprint: found[2]! } : undefined
}

test('a terminal that dials in tells everything that its broker lists', async () => {
  const terminal = new Mt5Terminal({ authority, clock: new VenueClock(), seed: 1 })
  const alarm = (said: string): void => {
    const found = door(said)
    if (found) terminal.install({ ...found, dial: () => connectPlain(found.port, '127.0.0.1') })
  }
  const metas = await MT5_BRIDGE.instruments!({ ...parts, alarm })
  await terminal.stop()

  expect(metas.map(({ id }) => id).sort()).toEqual(MT5_SYMBOLS.map(({ symbol }) => `${symbol}.MT5`).sort())
  expect(metas.find(({ id }) => id === 'EURUSD..MT5')).toMatchObject({
    ...{ venue: 'mt5:Broker-Demo', venueSymbol: 'EURUSD.', priceDecimals: 5, status: 'trading' },
    aliases: expect.arrayContaining([{ source: 'mt5-bridge', symbol: 'EURUSD.' }]),
    accountType: { evidence: expect.arrayContaining(['market execution']) },
  })
  expect(terminal.violations).toEqual([])
})

test('when none does it is said what to look at in the terminal, and who was sent away', async () => {
  const alarms: string[] = []
  const alarm = (said: string): void => {
    alarms.push(said)
    const found = door(said)
    if (!found) return
    const stranger = connect({ port: found.port, host: '127.0.0.1', rejectUnauthorized: false })
    stranger.on('error', () => undefined)
    stranger.write('{"t":"hello","v":1,"login":"1","srv":"Other-Live"}\n')
  }
  const settings = { QUADRANT_MT5_BRIDGE_WAIT: 1 }

  await expect(MT5_BRIDGE.instruments!({ ...parts, alarm, settings })).rejects.toMatchObject({
    code: 'MT5_TERMINAL_ABSENT',
    message:
      'no terminal dialled in and proved itself within 1 s; one was sent away: login or server is not the configured one (Broker-Demo)',
    fix: expect.stringMatching(/allowed under Tools > Options > Expert Advisors; .* the thumbprint [0-9A-F]{40} /),
    passing: true,
  })
  expect(alarms[1]).toBe('somebody dialled in and was sent away: login or server is not the configured one (Broker-Demo)')
})
