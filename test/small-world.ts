// A small seeded market for tests of the whole engine: a random walk of quotes, an instrument, a session. Never used outside test/.

import { compose, loadStrategies } from '../src/apps/compose.ts'
import { parseRunConfig } from '../src/apps/config.ts'
import type { RunConfig } from '../src/apps/run-config.ts'
import type { FeedEvent } from '../src/domain/event.ts'
import { instrument } from '../src/domain/instrument.ts'
import { type Micros, type Money, type Price, type Quantity, SECOND } from '../src/domain/numbers.ts'
import type { Provenance } from '../src/domain/provenance.ts'
import type { Journal } from '../src/engine/ports.ts'
import type { Session } from '../src/engine/session.ts'
import type { Step } from '../src/engine/step.ts'
import { run } from '../src/research/backtest.ts'

export const SYNTHETIC: Provenance = { source: 'test', kind: 'synthetic', origin: 'small-world', checksum: '', licence: '' }

export const GOLD = instrument({
  id: 'XAUUSD.TEST',
  assetClass: 'metal',
  base: 'XAU',
  quote: 'USD',
  settle: 'USD',
  priceDecimals: 3,
  quantityDecimals: 0,
  tick: 1,
  lot: 1,
  multiplier: 1,
  calendar: 'crypto',
  negativePrices: false,
})

/** Numerical Recipes' linear congruential generator: the same world for the same seed on every machine. */
export function dice(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

/** Quotes a few seconds apart that wander in swings, so that a trend follower has something to follow. */
export function quotes(seed: number, count: number): FeedEvent[] {
  const roll = dice(seed)
  const start = Date.UTC(2024, 0, 3, 10) * 1000
  let time = start
  let mid = 1_300_000
  let drift = 0
  return Array.from({ length: count }, (_, index) => {
    time += Math.ceil(roll() * 7 * SECOND)
    if (roll() < 0.02) drift = (roll() - 0.5) * 60
    mid = Math.max(900_000, Math.round(mid + drift + (roll() - 0.5) * 120))
    const half = 100 + Math.floor(roll() * 80)
    return {
      kind: 'quote',
      instrumentId: GOLD.id,
      bid: (mid - half) as Price,
      ask: (mid + half) as Price,
      bidSize: 0 as Quantity,
      askSize: 0 as Quantity,
      eventTime: time as Micros,
      receivedTime: time as Micros,
      sequence: index,
      provenance: SYNTHETIC,
    }
  })
}

const CONFIG = `
name: small-world
account: { currency: USD, equity: '1000000' }
data: [{ instrument: XAUUSD.TEST, kind: quote }]
macro: []
strategies:
  - { use: ema-cross, instrument: XAUUSD.TEST, bar: 1m, price: mid, params: { fast: 5, slow: 12, stopAtrs: 2 } }
senses: [how, what, when]
allocation: { method: risk, risk: '0.2%' }
risk: { orderNotional: '400%', positionNotional: '400%', grossNotional: '400%', marginRate: '1%', dailyLoss: '50%', drawdown: '80%', collar: '2%', dataAge: 5m, orderRate: { count: 100, per: 1s }, marketHours: true }
venue: { latency: 50ms, commission: { rate: '0.001%', minimum: '0' }, fill: next }
`

export const smallConfig = (overrides: readonly string[] = []): RunConfig =>
  parseRunConfig(CONFIG, { file: 'small-world.yaml', overrides })

export interface Played {
  readonly session: Session
  readonly steps: readonly Step[]
  readonly stateHash: string
  readonly equity: Money | undefined
}

export async function openSession(
  config = smallConfig(),
  observe: (step: Step) => void = () => {},
  journal?: Journal,
): Promise<Session> {
  const instruments = new Map([[GOLD.id, GOLD]])
  return compose(config, await loadStrategies(config), {
    instruments,
    observers: [{ observe }],
    ...(journal === undefined ? {} : { journal }),
  })
}

/** Plays events in batches of the given size through a fresh session. */
export async function play(
  events: readonly FeedEvent[],
  { config = smallConfig(), batch = 1000, journal }: { config?: RunConfig; batch?: number; journal?: Journal } = {},
): Promise<Played> {
  const steps: Step[] = []
  const session = await openSession(config, step => steps.push(step), journal)
  await run(session, { known: [], feed: { batches: () => inBatches(events, batch) } })
  return { session, steps, stateHash: session.engine.stateHash(), equity: session.engine.equity() }
}

/** A feed's batches of at most `size` facts. */
export async function* inBatches(events: readonly FeedEvent[], size: number): AsyncGenerator<readonly FeedEvent[]> {
  for (let at = 0; at < events.length; at += size) yield events.slice(at, at + size)
}
