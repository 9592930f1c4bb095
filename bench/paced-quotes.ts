// Real quotes of gold handed over at a steady rate under many names: the load of the live benches.
import { join } from 'node:path'
import { openFeed } from '../src/adapters/lake/feed.ts'
import { Lake } from '../src/adapters/lake/lake.ts'
import type { SystemClock } from '../src/connectivity/clock.ts'
import type { LiveSource } from '../src/connectivity/source.ts'
import type { LiveEvent } from '../src/domain/event.ts'
import { type Instrument, instrument } from '../src/domain/instrument.ts'
import type { Quote } from '../src/domain/market.ts'
import type { Micros } from '../src/domain/numbers.ts'
import type { Provenance } from '../src/domain/provenance.ts'
import { BENCH_HOME } from './engine-child.ts'

/** Ticks are handed over this often, as sockets do. */
const SLICE_MILLIS = 2

const PROVENANCE: Provenance = Object.freeze({
  source: 'bench',
  kind: 'recorded',
  origin: 'gold of May 2014, played again',
  checksum: '',
  licence: 'Apache-2.0 (LEAN)',
})

export const idOf = (index: number): string => `G${String(index).padStart(4, '0')}.BENCH`

export interface Pace {
  readonly instruments: number
  readonly perSecond: number
  readonly seconds: number
}

/** Hands over real quotes at a steady rate, stamped when they are handed over. */
export class Pacer implements LiveSource {
  sent = 0
  #begun = Number.NaN
  readonly #tape: readonly Quote[]
  readonly #clock: SystemClock
  readonly #instruments: number
  readonly #perSecond: number
  readonly #seconds: number

  constructor(tape: readonly Quote[], clock: SystemClock, { instruments, perSecond, seconds }: Pace) {
    this.#tape = tape
    this.#clock = clock
    this.#instruments = instruments
    this.#perSecond = perSecond
    this.#seconds = seconds
  }

  async *batches(): AsyncGenerator<readonly LiveEvent[]> {
    const begun = performance.now()
    this.#begun = begun
    const total = this.#perSecond * this.#seconds
    const now = this.#clock.now()
    yield [
      {
        ...{ kind: 'link-change', source: 'bench', instrumentId: '', state: 'live', reason: 'begun' },
        ...{ eventTime: now, receivedTime: now, sequence: 0, provenance: PROVENANCE },
      },
    ]
    while (this.sent < total) {
      await new Promise(resolve => setTimeout(resolve, SLICE_MILLIS))
      const due = Math.min(total, Math.floor(((performance.now() - begun) / 1000) * this.#perSecond))
      const batch: LiveEvent[] = []
      for (; this.sent < due; this.sent++) batch.push(this.#quote(this.sent, this.#clock.now()))
      yield batch
    }
  }

  /** Milliseconds from the slice in which a quote was due until now, whatever kept the process from handing it over. */
  lateness({ instrumentId, sequence }: Quote): number {
    const index = sequence * this.#instruments + Number(instrumentId.slice(1, instrumentId.indexOf('.')))
    const due = Math.ceil(((index + 1) / this.#perSecond) * (1_000 / SLICE_MILLIS)) * SLICE_MILLIS
    return performance.now() - this.#begun - due
  }

  /** The instruments in turn; each begins at its own place of the tape. */
  #quote(index: number, now: Micros): Quote {
    const which = index % this.#instruments
    const round = Math.floor(index / this.#instruments)
    const { bid, ask, bidSize, askSize } = this.#tape[(which * 150 + round) % this.#tape.length]!
    return {
      ...{ kind: 'quote', instrumentId: idOf(which), bid, ask, bidSize, askSize },
      ...{ eventTime: now, receivedTime: now, sequence: round, provenance: PROVENANCE },
    }
  }
}

export function spec(id: string): Instrument {
  return instrument({
    ...{ id, assetClass: 'metal', base: 'XAU', quote: 'USD', settle: 'USD', calendar: 'crypto' },
    ...{ priceDecimals: 3, quantityDecimals: 2, tick: 1, lot: 1, multiplier: 1, negativePrices: false },
  })
}

/** A strategy on bars of a minute for each name. */
export function configText(instruments: number): string {
  const ids = Array.from({ length: instruments }, (_, at) => idOf(at))
  return [
    'name: live-bench',
    "account: { currency: USD, equity: '100000000' }",
    'data:',
    ...ids.map(id => `  - { instrument: ${id}, kind: quote }`),
    'strategies:',
    ...ids.map(id => `  - { use: ema-cross, instrument: ${id}, bar: 1m, price: bid, params: { fast: 3, slow: 6 } }`),
    'senses: []',
    "risk: { orderNotional: '1%', positionNotional: '1%', grossNotional: '1000%', marginRate: '0%', dataAge: 1m, orderRate: { count: 5000, per: 1s } }",
    "venue: { latency: 50ms, commission: { rate: '0.002%', minimum: '0' }, fill: next }",
  ].join('\n')
}

export async function quotes(limit: number): Promise<Quote[]> {
  const lake = new Lake(join(BENCH_HOME, 'lake'))
  const data = [{ instrument: 'XAUUSD.OANDA', kind: 'quote', bar: undefined, prices: 'both', limit } as const]
  const { feed } = await openFeed(lake, { from: undefined, to: undefined, data, macro: [], calendar: false })
  const facts: Quote[] = []
  for await (const batch of feed.batches()) for (const fact of batch) if (fact.kind === 'quote') facts.push(fact)
  lake.close()
  return facts
}
