// Kraken keeps the contract of live sources, against a venue that keeps a true book.
import { KRAKEN } from '../../../src/adapters/kraken/kraken.ts'
import type { Subscription } from '../../../src/connectivity/source.ts'
import { instrument } from '../../../src/domain/instrument.ts'
import { KRAKEN_SYMBOLS, startKrakenVenue } from '../../venues/kraken-venue.ts'
import { NO_BROKER_TIME, NO_TOKENS } from './exemptions.ts'
import { liveSourceContract } from './live-source.ts'

/** A book with its quote, a ticker without a book, and a book alone. */
const WANTS: readonly Subscription['wants'][] = [['quote', 'trade', 'book'], ['quote', 'trade'], ['book']]

const subscriptions = KRAKEN_SYMBOLS.map(({ symbol, priceDecimals, sizeDecimals }, at): Subscription => {
  const [base = '', quote = ''] = symbol.split('/')
  const of = instrument({
    id: `${base}${quote}.KRAKEN`,
    assetClass: 'crypto',
    base,
    quote,
    settle: quote,
    priceDecimals,
    quantityDecimals: sizeDecimals,
    tick: 1,
    lot: 1,
    multiplier: 1,
    calendar: 'crypto',
    negativePrices: false,
  })
  return { instrument: of, symbol, wants: WANTS[at]! }
})

liveSourceContract({
  name: 'kraken',
  descriptor: KRAKEN,
  startVenue: startKrakenVenue,
  subscriptions,
  settings: { depth: 10 },
  exempt: { ...NO_TOKENS, ...NO_BROKER_TIME },
})
