// Both routes to a MetaTrader 5 terminal keep the contract of live sources.
import { describe, test } from 'vitest'
import { MT5_DIRECT } from '../../../src/adapters/mt5/mt5.ts'
import type { Subscription } from '../../../src/connectivity/source.ts'
import { instrument } from '../../../src/domain/instrument.ts'
import { MT5_SYMBOLS } from '../../venues/mt5-market.ts'
import { SIDECAR_TOKEN, startMt5Sidecar } from '../../venues/mt5-sidecar.ts'
import { TERMINAL } from '../../venues/mt5-terminal.ts'
import { NO_HTTP, NO_TOKENS } from './exemptions.ts'
import { liveSourceContract, liveSourceFacts } from './live-source.ts'
import { MT5_BRIDGE_IN_A_RIG, startMt5Terminal } from './mt5-bridge-subject.ts'

const SUBSCRIPTIONS: readonly Subscription[] = MT5_SYMBOLS.map(({ symbol, priceDecimals, sizeDecimals }) => ({
  symbol,
  wants: ['quote', 'trade', 'book'],
  instrument: instrument({
    id: `${symbol}-TEST.MT5`,
    assetClass: 'forex',
    base: symbol,
    quote: 'USD',
    settle: 'USD',
    priceDecimals,
    quantityDecimals: sizeDecimals,
    tick: 1,
    lot: 1,
    multiplier: 1,
    calendar: 'crypto',
    negativePrices: false,
  }),
}))

const NEVER = {
  ...NO_HTTP,
  ...NO_TOKENS,
  'bad-checksum': 'the protocol has no checksum',
  'stale-snapshot': 'a book is always told whole, as it is when it is told',
  'shutdown-notice': 'a terminal ends without a word',
} as const

liveSourceContract({
  name: 'mt5-direct',
  descriptor: MT5_DIRECT,
  startVenue: startMt5Sidecar,
  subscriptions: SUBSCRIPTIONS,
  credentials: { QUADRANT_MT5_SIDECAR_TOKEN: SIDECAR_TOKEN, QUADRANT_MT5_LOGIN: '5012345', QUADRANT_MT5_SERVER: 'Broker-Demo' },
  exempt: { ...NEVER, certificate: 'a neighbour on this machine is spoken to without TLS' },
})

/** The bridge dials nobody, so there is nobody to be kept from dialling. */
const OF_DIALLERS = ['a host that is not on the list is not dialled']

describe('mt5-bridge keeps the contract of live sources', () => {
  const facts = liveSourceFacts({
    name: 'mt5-bridge',
    descriptor: MT5_BRIDGE_IN_A_RIG,
    startVenue: startMt5Terminal,
    subscriptions: SUBSCRIPTIONS,
    credentials: {
      QUADRANT_MT5_BRIDGE_SECRET: TERMINAL.secret,
      QUADRANT_MT5_LOGIN: TERMINAL.login,
      QUADRANT_MT5_SERVER: TERMINAL.server,
    },
    exempt: { ...NEVER, certificate: 'the certificate is ours; it is the terminal that judges it' },
  })
  for (const { name, hold, alone } of facts.filter(fact => !OF_DIALLERS.includes(fact.name))) {
    ;(alone ? test : test.concurrent)(name, hold)
  }
})
