// What one order costs from decision to booked fill, whether that grows with their number, and what resting orders cost.
import { join } from 'node:path'
import { openFeed } from '../src/adapters/lake/feed.ts'
import { Lake } from '../src/adapters/lake/lake.ts'
import { SimulatedVenue } from '../src/adapters/simulated-venue/simulated-venue.ts'
import { sessionCalendar } from '../src/domain/calendar.ts'
import type { FeedEvent } from '../src/domain/event.ts'
import type { Instrument } from '../src/domain/instrument.ts'
import { DAY, type Price, parseMoney, type Quantity, SECOND, ZERO_MONEY } from '../src/domain/numbers.ts'
import { Account } from '../src/engine/account.ts'
import { Lane } from '../src/engine/analysis.ts'
import { Engine } from '../src/engine/engine.ts'
import { World } from '../src/engine/sense-suite.ts'
import { Session } from '../src/engine/session.ts'
import { StepBuilder } from '../src/engine/step-builder.ts'
import { QualityGate } from '../src/stages/quality/gate.ts'
import { BENCH_HOME, benchLake, inTurn, median } from './engine-child.ts'
import type { EngineJob } from './engine-run.ts'
import { percentiles, writeFigure } from './figure.ts'

const ROUNDS = Number(process.env['ROUNDS'] ?? 3)
/** 60,000 orders must fit into 1,171,336 quotes. */
const EVERY = 19

const INTENT = {
  strategy: 'bench',
  quantity: 100 as Quantity,
  type: 'limit',
  role: 'entry',
  stop: undefined,
  takeProfit: undefined,
  why: 'rests',
} as const

if (await benchLake()) {
  costOfOrders()
  await costOfResting()
}

/**
 * One long run, cut where it has sent 1,000, 10,000 and 60,000 orders: what the orders just before each cut cost, the
 * same quotes without orders taken away. A cost that grew with their number would show as a slope.
 */
function costOfOrders(): void {
  const orders = 60_000
  const job = (every: number): EngineJob => ({
    config: 'parity-gold-every-20th',
    set: [`data.0.limit=${orders * EVERY}`, `strategies.0.params.every=${every}`, `strategies.0.params.orders=${orders}`],
    runs: 5,
  })
  const { sent, none } = inTurn({ sent: job(EVERY), none: job(1_000_000) }, ROUNDS)
  const quoteSeconds = 1 / median(none.engineRates)

  const windows = { '1k': [200, 2_000], '10k': [8_000, 12_000], '60k': [52_000, 60_000] } as const
  const costs = Object.entries(windows).map(([name, [from, to]]) => {
    const samples = sent.marks.map(marks => {
      const start = marks.find(([count]) => count >= from)!
      const end = marks.findLast(([count]) => count <= to)!
      return ((end[1] - start[1]) / (end[0] - start[0]) - EVERY * quoteSeconds) * 1e6
    })
    const micros = median(samples)
    writeFigure({
      bench: 'orders',
      metric: `cost per order at ${name} orders`,
      value: micros,
      unit: 'µs',
      target: { atMost: 10 },
      correctnessHash: sent.stateHash,
      dataHash: sent.dataHash,
      p50: micros,
      p99: percentiles(samples).p99,
      note: `orders ${from} to ${to} of ${orders}; decision, sizing, review, command, accepted, filled, booked, recorded`,
    })
    return micros
  })
  writeFigure({
    bench: 'orders',
    metric: 'cost per order at 60k over 1k orders',
    value: costs.at(-1)! / costs[0]!,
    unit: 'times',
    target: { atMost: 1.15 },
    correctnessHash: sent.stateHash,
  })
  writeFigure({
    bench: 'orders',
    metric: 'orders a second at 60k orders',
    value: Math.round(1e6 / costs.at(-1)!),
    unit: 'orders/s',
    target: { atLeast: 100_000 },
    correctnessHash: sent.stateHash,
  })
}

/** The peers' scenario: limits 5 % below and above in turn, never reached, while 200,000 quotes pass. */
async function costOfResting(): Promise<void> {
  const { facts, of, dataHash } = await quotes(200_000)
  const none: number[] = []
  const many: number[] = []
  let hash = ''
  for (let i = 0; i < 5 * ROUNDS; i++) {
    const without = pass(facts, of, 0)
    const withThem = pass(facts, of, 5_000)
    hash = withThem.stateHash
    if (i === 0) continue
    none.push(without.seconds)
    many.push(withThem.seconds)
  }
  const ratios = many.map((seconds, i) => seconds / none[i]!)
  writeFigure({
    bench: 'orders',
    metric: '200,000 quotes with 5,000 orders resting over none',
    value: median(many) / median(none),
    unit: 'times',
    target: { atMost: 1.2 },
    correctnessHash: hash,
    dataHash,
    p50: median(ratios),
    p99: percentiles(ratios).p99,
    note: `${many.length} pairs in turn; ${Math.round(200_000 / median(none))} quotes/s without, ${Math.round(200_000 / median(many))} with`,
  })
}

async function quotes(
  limit: number,
): Promise<{ readonly facts: FeedEvent[]; readonly of: Instrument; readonly dataHash: string }> {
  const id = 'XAUUSD.OANDA'
  const lake = new Lake(join(BENCH_HOME, 'lake'))
  const data = [{ instrument: id, kind: 'quote', bar: undefined, prices: 'both', limit } as const]
  const { feed, dataHash, instruments } = await openFeed(lake, {
    from: undefined,
    to: undefined,
    data,
    macro: [],
    calendar: false,
  })
  const facts: FeedEvent[] = []
  for await (const batch of feed.batches()) facts.push(...batch)
  lake.close()
  return { facts, of: instruments.get(id)!, dataHash }
}

function pass(
  facts: readonly FeedEvent[],
  of: Instrument,
  resting: number,
): { readonly seconds: number; readonly stateHash: string } {
  const wide = { kind: 'amount', amount: parseMoney('1000000000000')! } as const
  const account = new Account({
    currency: 'USD',
    startEquity: parseMoney('1000000')!,
    allocation: { method: 'fixed', quantity: 100 as Quantity },
    limits: {
      orderNotional: wide,
      positionNotional: wide,
      grossNotional: wide,
      marginRate: 0,
      dailyLoss: wide,
      drawdown: wide,
      collar: 1,
      dataAgeMicros: DAY,
      orderRate: { count: 1_000_000, perMicros: SECOND },
      marketHours: false,
    },
  })
  const desk = account.open(of, sessionCalendar(of.calendar)!)
  const engine = new Engine({ account, lanes: [new Lane(desk, [])], world: new World(), explain: false })
  const venue = new SimulatedVenue({ latencyMicros: 0, commission: { rate: ZERO_MONEY, minimum: ZERO_MONEY }, fill: 'next' }, [
    of,
  ])
  const gate = new QualityGate({ staleAfterMicros: DAY, outlierFactor: 100, allowsNegativePrices: () => false })
  const session = new Session({ engine, gate, venue, observers: [] })

  session.step(facts[0]!)
  const step = new StepBuilder()
  for (let i = 0; i < resting; i++) {
    const side = i % 2 === 0 ? 'buy' : 'sell'
    const price = Math.round(side === 'buy' ? desk.mark.bid * 0.95 - i : desk.mark.ask * 1.05 + i) as Price
    step.begin(-1 - i)
    account.submit({ ...INTENT, instrumentId: of.id, side, price }, desk, engine.now, step)
    for (const command of step.finish({ sequence: -1 - i, event: facts[0]! })!.commands) venue.submit(command, engine.now)
  }
  session.step(facts[1]!)

  const before = performance.now()
  for (let i = 2; i < facts.length; i++) session.step(facts[i]!)
  return { seconds: (performance.now() - before) / 1000, stateHash: engine.stateHash() }
}
