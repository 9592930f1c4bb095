// One step of a run: what is counted, and in which order facts, answers, timers and people come.
import { describe, expect, test } from 'vitest'
import { bar, quote } from '../../test/market-facts.ts'
import { MemoryJournal } from '../../test/memory-journal.ts'
import { GOLD, openSession, quotes, smallConfig } from '../../test/small-world.ts'
import { type PlannedFault, sourceWorld, type WorldFault } from '../../test/source-world.ts'
import { compose, loadStrategies } from '../apps/compose.ts'
import { sessionCalendar } from '../domain/calendar.ts'
import type { FeedEvent, OperatorCommand } from '../domain/event.ts'
import { MINUTE, type Micros, SECOND } from '../domain/numbers.ts'
import { DERIVED } from '../domain/provenance.ts'
import type { SourceChange } from '../domain/source.ts'
import { SourceDesk } from '../stages/quality/source-desk.ts'
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

describe('a change of source', () => {
  const FAST = [
    'strategies=[{ use: ema-cross, instrument: XAUUSD.TEST, bar: 10s, price: mid, params: { fast: 3, slow: 6, stopAtrs: 2 } }]',
  ]

  async function switching(seconds: number, faults: readonly PlannedFault[]) {
    const config = smallConfig(FAST)
    const steps: Step[] = []
    const journal = new MemoryJournal({ runId: 'switching', configHash: '', dataHash: '' })
    const gate = new SourceDesk({
      instruments: [
        { instrument: GOLD, calendar: sessionCalendar('crypto')!, sources: SOURCES.map(source => ({ source, level: 'live' })) },
      ],
    })
    const session = compose(config, await loadStrategies(config), {
      ...{ instruments: new Map([[GOLD.id, GOLD]]), gate, journal },
      observers: [{ observe: step => steps.push(step) }],
    })
    const events = sourceWorld({
      seed: 5,
      instruments: [GOLD.id],
      sources: SOURCES,
      start: START,
      seconds,
      gapMicros: 200_000,
      faults,
    })
    return { session, steps, journal, events, gate }
  }
  const SOURCES = ['a', 'b', 'c']
  const every = (fault: WorldFault, apart: number, seconds: number): PlannedFault[] =>
    Array.from({ length: Math.floor(seconds / apart) }, (_, i) => ({
      ...{ source: i % 2, fault, from: START + (i + 0.35) * apart * SECOND, until: START + (i + 0.8) * apart * SECOND },
    }))

  test('is a step of its own, and no bar that holds prices of two sources begins a position', async () => {
    const { session, steps, events } = await switching(1500, every('reset', 37, 1500))
    for (const event of events) session.step(event)

    let targets = 0
    let mixed = 0
    let switchedAt = Number.NEGATIVE_INFINITY
    for (const { event, decisions } of steps) {
      if (event.kind === 'source-change' && event.from !== '' && event.from !== event.to) switchedAt = event.receivedTime
      for (const { signal, bar } of decisions) {
        const isMixed = switchedAt > bar.openTime && switchedAt < bar.eventTime
        if (isMixed) expect(signal.kind, `the bar of ${bar.openTime}`).not.toBe('target')
        if (signal.kind === 'target') targets += 1
        if (signal.why === 'source-switched') mixed += 1
      }
    }
    expect(steps.filter(({ event }) => event.kind === 'source-change').length).toBeGreaterThan(20)
    expect([targets > 5, mixed > 0], `${targets} targets, ${mixed} kept back`).toEqual([true, true])
  })

  test('is told again by the same inputs, and a crash anywhere loses none', async () => {
    const seconds = 300
    const whole = await switching(seconds, every('stall', 41, seconds))
    for (const event of whole.events) whole.session.step(event)

    for (const cut of [10, whole.events.length >> 1, whole.events.length - 10]) {
      const before = await switching(seconds, every('stall', 41, seconds))
      for (const event of before.events.slice(0, cut)) before.session.step(event)
      before.session.flush()

      const after = await switching(seconds, every('stall', 41, seconds))
      after.session.recover(before.journal.read(), before.session.consumed)
      for (const event of after.events.slice(0, cut)) after.session.skip(event)
      for (const event of after.events.slice(cut)) after.session.step(event)
      expect(after.session.engine.stateHash(), `cut at ${cut}`).toBe(whole.session.engine.stateHash())
    }
  })

  test('is a number in the state that machines compare', async () => {
    const one = await switching(30, [])
    const other = await switching(30, [])
    for (const event of one.events) one.session.step(event)
    for (const event of other.events) other.session.step(event)
    expect(other.session.engine.stateHash()).toBe(one.session.engine.stateHash())
    const time = one.session.engine.now
    one.session.command({
      ...{ kind: 'operator-command', eventTime: time, receivedTime: time, sequence: 0, provenance: DERIVED, operator: 'ann' },
      ...{ reason: 'wide spreads', order: { action: 'failover', instrumentId: GOLD.id, source: 'c' } },
    })
    expect(one.gate.failovers.at(-1)).toMatchObject({ to: 'c', level: 'live' })
    expect(one.session.engine.stateHash()).not.toBe(other.session.engine.stateHash())
  })

  test('to no source at all refuses new risk, and nothing fills at prices that are only remembered', async () => {
    const { session, steps, events } = await switching(
      900,
      SOURCES.map((_, source) => ({ source, fault: 'stall', from: START + 300 * SECOND, until: START + 600 * SECOND }) as const),
    )
    for (const event of events) session.step(event)
    const inTheDark = steps.filter(
      ({ event }) => event.receivedTime > START + 303 * SECOND && event.receivedTime < START + 600 * SECOND,
    )
    expect(inTheDark.flatMap(({ bookings }) => bookings)).toEqual([])
    expect(
      inTheDark.flatMap(({ verdicts }) => verdicts.filter(({ kind, intent }) => kind === 'approved' && intent.role === 'entry')),
    ).toEqual([])
    expect(
      steps.filter(({ event }) => event.kind === 'source-change').map(({ event }) => (event as SourceChange).level),
    ).toContain('cache')
  })
})
