// One step of a run: what is counted, and in which order facts, answers, timers and people come.
import { describe, expect, test } from 'vitest'
import { bar, quote } from '../../test/market-facts.ts'
import { GOLD, openSession, quotes, smallConfig } from '../../test/small-world.ts'
import type { FeedEvent, OperatorCommand } from '../domain/event.ts'
import { MINUTE, type Micros, SECOND } from '../domain/numbers.ts'
import { DERIVED } from '../domain/provenance.ts'
import type { Step } from './step.ts'

const START = Date.UTC(2024, 0, 3, 10) * 1000
const gold = (seconds: number, bid = 1_300_000) => quote(START + seconds * SECOND, bid, bid + 300, { id: GOLD.id })
const goldBar = (minute: number) =>
  bar(START + minute * MINUTE, START + (minute + 1) * MINUTE, [1_300_000, 1_300_500, 1_299_500, 1_300_100], { id: GOLD.id })

async function opened(overrides: readonly string[] = []) {
  const steps: Step[] = []
  const session = await openSession(smallConfig(overrides), step => steps.push(step))
  return { session, steps }
}

/** 'tick @60: 1 bar', seconds since the start. */
const story = (steps: readonly Step[]): string[] =>
  steps.map(({ event, bars }) => `${event.kind} @${(event.receivedTime - START) / SECOND}: ${bars.length} bar`)

describe('counting', () => {
  test('a fact that the gate keeps out is consumed and nothing else', async () => {
    const { session } = await opened()
    session.step(gold(0))
    session.step({ ...gold(1), bid: 2_000_000 } as FeedEvent)
    expect([session.consumed, session.accepted, session.sequence]).toEqual([2, 1, 1])
    expect(session.quarantined).toEqual({ crossed: 1 })
    expect(session.engine.now).toBe(START)
  })

  test('what was known before the start is learnt, and is no event of the run', async () => {
    const { session } = await opened()
    session.learn(gold(0))
    expect([session.consumed, session.accepted, session.firstTime]).toEqual([1, 0, undefined])
    session.step(gold(1))
    expect([session.accepted, session.firstTime, session.lastTime]).toEqual([1, START + SECOND, START + SECOND])
  })

  test('after a crash the gate is shown again what the journal knows, and nothing is counted twice', async () => {
    const { session, steps } = await opened()
    session.recover([], 2)
    session.skipKnown(gold(0))
    session.skip(gold(5))
    session.step(gold(4))
    expect([session.consumed, session.accepted, session.sequence]).toEqual([3, 1, 0])
    expect(session.quarantined).toEqual({ order: 1 })
    expect(steps).toEqual([])
  })
})

describe('order', () => {
  test('a bar is closed at its time, before a fact of that very instant, which belongs to the next', async () => {
    const { session, steps } = await opened()
    session.step(gold(0, 1_300_000))
    session.step(gold(59, 1_300_100))
    expect(steps).toEqual([])
    session.step(gold(60, 1_300_900))
    expect(story(steps)).toEqual(['tick @60: 1 bar'])
    // The mid is 150 steps above the bid.
    expect(steps[0]!.bars[0]).toMatchObject({ open: 1_300_150, high: 1_300_250, close: 1_300_250 })
  })

  test('a silent market still closes its bars, and those without a fact are not made up', async () => {
    const { session, steps } = await opened()
    session.step(gold(0))
    session.step(gold(400))
    session.advance((START + 420 * SECOND) as Micros)
    expect(story(steps)).toEqual(['tick @60: 1 bar', 'tick @420: 1 bar'])
  })

  test('a bar of the source may complete ours: it is not cut before it arrives', async () => {
    const { session, steps } = await opened(['strategies.0.bar=5m'])
    for (const minute of [0, 1, 2, 3]) session.step(goldBar(minute))
    expect(steps).toEqual([])
    session.step(goldBar(4))
    expect(story(steps)).toEqual(['bar @300: 1 bar'])
    expect(steps[0]!.bars[0]).toMatchObject({ openTime: START, eventTime: START + 5 * MINUTE })
  })

  test('events are numbered without a hole and time never goes back', async () => {
    const { session, steps } = await opened()
    for (const fact of quotes(7, 6000)) session.step(fact)
    const sequences = steps.map(step => step.sequence)
    const times = steps.map(step => step.event.receivedTime)
    expect(times.length).toBeGreaterThan(100)
    expect(sequences).toEqual([...new Set(sequences)].sort((a, b) => a - b))
    expect(times).toEqual([...times].sort((a, b) => a - b))
  })

  test('answers arrive twice the latency after their order, not with the next fact', async () => {
    const { session, steps } = await opened(['venue.latency=50ms'])
    for (const fact of quotes(7, 6000)) session.step(fact)
    const placed = new Map<string, number>()
    const answered = new Set<string>()
    for (const { event, commands } of steps) {
      if (event.kind === 'order-event' && event.outcome === 'accepted') {
        expect(event.receivedTime).toBe(placed.get(event.orderId)! + 100_000)
        answered.add(event.orderId)
      }
      for (const command of commands) if (command.kind === 'place') placed.set(command.orderId, event.receivedTime)
    }
    expect(answered.size).toBeGreaterThan(20)
  })

  test('without latency an order is answered within the same instant', async () => {
    const { session, steps } = await opened(['venue.latency=0ms'])
    for (const fact of quotes(7, 3000)) session.step(fact)
    const placedAt = steps.findIndex(step => step.commands.length > 0)
    expect(placedAt).toBeGreaterThan(0)
    expect(steps[placedAt + 1]!.event).toMatchObject({ kind: 'order-event', receivedTime: steps[placedAt]!.event.receivedTime })
  })
})

test("a person's flatten closes everything and nothing is opened after it until the reset", async () => {
  const { session, steps } = await opened()
  const facts = quotes(7, 6000)
  const operate = (order: OperatorCommand['order']): void => {
    const time = session.engine.now
    session.command({
      kind: 'operator-command',
      eventTime: time,
      receivedTime: time,
      sequence: 0,
      provenance: DERIVED,
      operator: 'ann',
      reason: 'odd prices',
      order,
    })
  }
  const { portfolio, orders } = session.engine.account

  for (const fact of facts.slice(0, 3000)) session.step(fact)
  expect(portfolio.quantity(GOLD.id)).not.toBe(0)
  operate({ action: 'kill', scope: 'all', target: '', mode: 'flatten' })
  const from = steps.length
  for (const fact of facts.slice(3000, 4500)) session.step(fact)
  expect([portfolio.quantity(GOLD.id), orders.openCount]).toEqual([0, 0])
  expect(steps.slice(from).flatMap(step => step.commands)).toEqual([])
  expect(steps.slice(from).flatMap(step => step.verdicts.map(({ kind }) => kind))).toContain('refused')

  operate({ action: 'reset' })
  for (const fact of facts.slice(4500)) session.step(fact)
  expect(portfolio.quantity(GOLD.id)).not.toBe(0)
  expect(Object.values(portfolio.ledger.sums())).toEqual(['0'])
})
