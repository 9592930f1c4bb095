// OANDA keeps the contract of live sources, against a venue that streams the prices of a true market.
import { OANDA } from '../../../src/adapters/oanda/oanda.ts'
import type { Subscription } from '../../../src/connectivity/source.ts'
import { instrument } from '../../../src/domain/instrument.ts'
import { OANDA_ACCOUNT, OANDA_SYMBOLS, OANDA_TOKEN, startOandaVenue } from '../../venues/oanda-venue.ts'
import { NO_BOOK, NO_BROKER_TIME } from './exemptions.ts'
import { liveSourceContract } from './live-source.ts'

const subscriptions = OANDA_SYMBOLS.map(({ symbol, priceDecimals, sizeDecimals }): Subscription => {
  const [base = '', quote = ''] = symbol.split('_')
  const of = instrument({
    id: `${base}${quote}.OANDA`,
    assetClass: base === 'XAU' ? 'metal' : 'forex',
    base,
    quote,
    settle: quote,
    priceDecimals,
    quantityDecimals: sizeDecimals,
    tick: 1,
    lot: 1,
    multiplier: 1,
    calendar: 'fx',
    negativePrices: false,
  })
  return { instrument: of, symbol, wants: ['quote'] }
})

const NO_SEQUENCE = 'prices have no sequence numbers: one that a venue never sent leaves no trace'

liveSourceContract({
  name: 'oanda',
  descriptor: OANDA,
  startVenue: startOandaVenue,
  subscriptions,
  credentials: { QUADRANT_OANDA_TOKEN: OANDA_TOKEN, QUADRANT_OANDA_ACCOUNT: OANDA_ACCOUNT },
  exempt: {
    ...NO_BOOK,
    ...NO_BROKER_TIME,
    gap: NO_SEQUENCE,
    drop: NO_SEQUENCE,
    'token-rotated': 'the token is made by hand and does not change',
    'refresh-lost': 'the token is made by hand and is never refreshed',
    'shutdown-notice': 'a stream ends without a word',
  },
})
