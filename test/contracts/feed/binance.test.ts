// Binance keeps the contract of live sources, against a venue with true books.
import { BINANCE } from '../../../src/adapters/binance/binance.ts'
import { PooledHttp } from '../../../src/connectivity/pooled-http.ts'
import type { Subscription } from '../../../src/connectivity/source.ts'
import { instrument } from '../../../src/domain/instrument.ts'
import { BINANCE_SYMBOLS, startBinanceVenue } from '../../venues/binance-venue.ts'
import { NO_BROKER_TIME, NO_TOKENS } from './exemptions.ts'
import { liveSourceContract } from './live-source.ts'

/** Everything, best prices without a book, and a book alone. */
const WANTS: readonly Subscription['wants'][] = [['quote', 'trade', 'book'], ['quote', 'trade'], ['book']]

const subscriptions = BINANCE_SYMBOLS.map(({ symbol, priceDecimals, sizeDecimals }, at): Subscription => {
  const base = symbol.slice(0, 3)
  const of = instrument({
    id: `${symbol}.BINANCE`,
    assetClass: 'crypto',
    base,
    quote: symbol.slice(3),
    settle: symbol.slice(3),
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
  name: 'binance',
  descriptor: BINANCE,
  startVenue: startBinanceVenue,
  subscriptions,
  settings: { depth: 100 },
  http: (network, clock) => new PooledHttp({ network, clock, rates: BINANCE.rates ?? {} }),
  exempt: { ...NO_TOKENS, ...NO_BROKER_TIME, 'new-enum': 'the streams have no enumerations in them' },
})
