// The laws of the engine as a whole: determinism, causality, recovery, and a book that always balances.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MemoryJournal } from '../src/adapters/journal/memory-journal.ts'
import type { FeedEvent } from '../src/domain/event.ts'
import { formatMoney, money } from '../src/domain/numbers.ts'
import type { Step } from '../src/engine/step.ts'
import { GOLD, openSession, play, quotes, smallConfig } from './small-world.ts'

const RUNS = process.env['CAMPAIGN'] ? 200 : 12
const seeds = fc.integer({ min: 1, max: 1_000_000 })

/** What was decided and done, as text: two runs that agree here agree in everything a person could ask. */
const story = (steps: readonly Step[]): string[] =>
  steps.flatMap(step => [
    ...step.decisions.map(
      decision => `${step.event.receivedTime} ${decision.signal.kind} ${decision.signal.why} ${decision.bar.close}`,
    ),
    ...step.commands.map(command => `${step.event.receivedTime} ${JSON.stringify(command)}`),
    ...step.bookings.map(
      booking =>
        `${step.event.receivedTime} ${booking.postings.map(posting => `${posting.account} ${posting.amount}`).join(' ')}`,
    ),
  ])

test('the small world trades, so that what follows means something', async () => {
  const { steps } = await play(quotes(7, 6000))
  expect(steps.flatMap(step => step.bookings).length).toBeGreaterThan(20)
})

test('the same facts give the same state, however they are cut into batches', async () => {
  await fc.assert(
    fc.asyncProperty(seeds, fc.integer({ min: 1, max: 700 }), async (seed, batch) => {
      const events = quotes(seed, 2500)
      const whole = await play(events)
      const cut = await play(events, { batch })
      expect(cut.stateHash).toBe(whole.stateHash)
      expect(story(cut.steps)).toEqual(story(whole.steps))
    }),
    { numRuns: RUNS },
  )
})

test('appending future data changes no past decision', async () => {
  await fc.assert(
    fc.asyncProperty(seeds, fc.integer({ min: 50, max: 2400 }), async (seed, cut) => {
      const events = quotes(seed, 2500)
      const past = story((await play(events.slice(0, cut))).steps)
      const whole = story((await play(events)).steps)
      expect(whole.slice(0, past.length)).toEqual(past)
    }),
    { numRuns: RUNS },
  )
})

test('a future that is ten times as high changes no past decision', async () => {
  const events = quotes(11, 2500)
  const cut = 1800
  const shocked = events.map(
    (event, index): FeedEvent =>
      index < cut || event.kind !== 'quote' ? event : ({ ...event, bid: event.bid * 10, ask: event.ask * 10 } as FeedEvent),
  )
  const past = story((await play(events.slice(0, cut))).steps)
  expect(story((await play(shocked)).steps).slice(0, past.length)).toEqual(past)
})

describe('the book', () => {
  test('sums to zero after every event, holds what was filled, and no fill exceeds its order', async () => {
    await fc.assert(
      fc.asyncProperty(seeds, async seed => {
        let position = 0
        const left = new Map<string, number>()
        const session = await openSession(smallConfig(), step => {
          for (const command of step.commands) if (command.kind === 'place') left.set(command.orderId, command.quantity)
          for (const { event, postings, orderId } of step.bookings) {
            if (event.outcome !== 'filled') continue
            expect(postings.reduce((sum, posting) => sum + posting.amount, 0n)).toBe(0n)
            position += event.side === 'buy' ? event.quantity : -event.quantity
            left.set(orderId, left.get(orderId)! - event.quantity)
            expect(left.get(orderId)).toBeGreaterThanOrEqual(0)
          }
          for (const sum of Object.values(session.engine.account.portfolio.ledger.sums())) expect(sum).toBe('0')
          expect(session.engine.account.portfolio.quantity(GOLD.id)).toBe(position)
        })
        for (const event of quotes(seed, 2500)) session.step(event)
      }),
      { numRuns: RUNS },
    )
  })

  test('equity is start plus realised plus unrealised less commission, exactly', async () => {
    const { session, steps } = await play(quotes(21, 6000))
    const trips = steps.flatMap(step =>
      step.bookings.flatMap(booking => (booking.roundTrip === undefined ? [] : [booking.roundTrip])),
    )
    const { portfolio } = session.engine.account
    const { quantity, cost } = portfolio.position(GOLD.id)
    const last = quotes(21, 6000).at(-1)!
    const mark = last.kind === 'quote' ? (quantity > 0 ? last.bid : last.ask) : 0
    const unrealised = BigInt(mark) * BigInt(quantity) * GOLD.moneyScale - cost
    const closed = trips.reduce((sum, trip) => sum + trip.profit + trip.commission, 0n)
    const commission = portfolio.ledger.balance('commission', 'USD')
    expect(formatMoney(portfolio.equity()!)).toBe(formatMoney(money(1_000_000n * 10n ** 18n + closed + unrealised - commission)))
  })
})

describe('recovery', () => {
  test('a run that is cut off at any batch and recovered from its journal ends in the same state', async () => {
    await fc.assert(
      fc.asyncProperty(seeds, fc.integer({ min: 1, max: 24 }), async (seed, cutBatch) => {
        const events = quotes(seed, 2500)
        const whole = await play(events)

        const journal = new MemoryJournal({ runId: 'r', configHash: 'c', dataHash: 'd' })
        await play(events.slice(0, cutBatch * 100), { batch: 100, journal })
        const session = await openSession()
        session.recover(journal.read())
        for (const event of events.slice(0, journal.consumed)) session.skip(event)
        for (const event of events.slice(journal.consumed)) session.step(event)

        expect(session.engine.stateHash()).toBe(whole.stateHash)
        expect(session.accepted).toBe(whole.session.accepted)
      }),
      { numRuns: RUNS },
    )
  })

  test('an order leaves only after its cause is durable', async () => {
    const order: string[] = []
    const inner = new MemoryJournal({ runId: 'r', configHash: 'c', dataHash: 'd' })
    const journal = {
      append: (envelope: Parameters<typeof inner.append>[0]) => inner.append(envelope),
      flush: (consumed: number) => {
        inner.flush(consumed)
        order.push('flush')
      },
    }
    const session = await openSession(
      smallConfig(['venue.latency=0ms']),
      step => {
        // Observers see the step before its commands are released.
        if (step.bookings.length > 0) order.push('filled')
        if (step.commands.some(command => command.kind === 'place')) order.push('placed')
      },
      journal,
    )
    for (const event of quotes(7, 3000)) session.step(event)
    const first = order.indexOf('placed')
    expect(order.slice(first, first + 3)).toEqual(['placed', 'flush', 'filled'])
  })
})
