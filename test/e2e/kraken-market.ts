// A Kraken over real TLS whose market moves by itself, and runs on it: what every test of a whole paper run begins with.
import { KRAKEN } from '../../src/adapters/kraken/kraken.ts'
import type { PaperOptions } from '../../src/apps/live/paper-options.ts'
import { storeMetas } from '../../src/apps/symbols/instruments.ts'
import { Authority } from '../venues/authority.ts'
import { startKrakenVenue } from '../venues/kraken-venue.ts'
import type { Venue } from '../venues/venue.ts'
import { VenueClock } from '../venues/venue-clock.ts'
import { krakenMeta } from './kraken-meta.ts'

export const BTC = 'BTCUSD.KRAKEN'

const { instruments: _, ...UNLISTED } = KRAKEN

export class KrakenMarket {
  readonly venue: Venue
  readonly #moving: NodeJS.Timeout

  private constructor(venue: Venue) {
    this.venue = venue
    this.#moving = setInterval(() => venue.play(6), 20)
  }

  static async start(seed: number): Promise<KrakenMarket> {
    return new KrakenMarket(await startKrakenVenue({ authority: await Authority.create(), clock: new VenueClock(), seed }))
  }

  /**
   * For `runPaper`: Kraken's names lead here. The venue has no list of instruments: what is stored describes them, as it does when
   * the list cannot be had.
   */
  get options(): Pick<PaperOptions, 'sources'> & { readonly routes: Venue['routes'] } {
    return { routes: this.venue.routes, sources: [UNLISTED] }
  }

  async stop(): Promise<void> {
    clearInterval(this.#moving)
    await this.venue.stop()
  }
}

/** What Kraken's list would say of bitcoin, stored in a home. */
export function storeBitcoin(home: string): string {
  storeMetas(home, 'kraken', [krakenMeta('BTC/USD', { priceDecimals: 1, quantityDecimals: 8 })])
  return home
}

interface PaperText {
  readonly name: string
  /** A strategy that looks at bars of an hour leaves the market to the person. */
  readonly bar?: string
  readonly senses?: string
  /** Of equity. */
  readonly order?: string
  readonly position?: string
  readonly marginRate?: string
}

/** A configuration of a paper run on it, with a million dollars. */
export const paperText = ({
  name,
  bar = '1h',
  senses = '[]',
  order = '50%',
  position = '100%',
  marginRate = '1%',
}: PaperText) => `
name: ${name}
account: { currency: USD, equity: '1000000' }
feeds: { patience: 30s }
data:
  - { instrument: ${BTC}, kind: quote, sources: [{ source: kraken, symbol: BTC/USD }] }
  - { instrument: ${BTC}, kind: trade }
  - { instrument: ${BTC}, kind: book }
strategies:
  - { use: ema-cross, instrument: ${BTC}, bar: ${bar}, price: mid, params: { fast: 2, slow: 3, stopAtrs: 20 } }
senses: ${senses}
allocation: { method: fixed, quantity: '0.5' }
risk: { orderNotional: '${order}', positionNotional: '${position}', grossNotional: '${position}', marginRate: '${marginRate}', collar: '50%', dailyLoss: '90%', drawdown: '90%' }
`
