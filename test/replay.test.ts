// The laws of the engine as a whole: determinism, causality, recovery, and a book that always balances.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Envelope, FeedEvent } from '../src/domain/event.ts'
import { DAY, formatMoney, type Micros, money } from '../src/domain/numbers.ts'
import type { Journal } from '../src/engine/ports.ts'
import type { Session } from '../src/engine/session.ts'
import type { Step } from '../src/engine/step.ts'
import { type RunInput, run } from '../src/research/backtest.ts'
import { MemoryJournal } from './memory-journal.ts'
import { GOLD, inBatches, openSession, play, quotes, SYNTHETIC, smallConfig } from './small-world.ts'

const IDENTITY = { runId: 'r', configHash: 'c', dataHash: 'd' }
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

describe('an account in another currency', () => {
  test('is refused before the run where nothing under data can say what the instrument is worth', async () => {
    await expect(openSession(smallConfig(['account.currency=EUR']))).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  })
})

describe('recovery', () => {
  test('a run that is cut off at any batch and recovered from its journal ends in the same state', async () => {
    await fc.assert(
      fc.asyncProperty(seeds, fc.integer({ min: 1, max: 24 }), async (seed, cutBatch) => {
        const events = quotes(seed, 2500)
        const whole = await play(events)

        const journal = new MemoryJournal(IDENTITY)
        await play(events.slice(0, cutBatch * 100), { batch: 100, journal })
        const session = await openSession()
        session.recover(journal.read(), journal.consumed)
        for (const event of events.slice(0, journal.consumed)) session.skip(event)
        for (const event of events.slice(journal.consumed)) session.step(event)

        expect(session.engine.stateHash()).toBe(whole.stateHash)
        expect(session.accepted).toBe(whole.session.accepted)
      }),
      { numRuns: RUNS },
    )
  })

  test('a run that dies again and again around its flushes ends as if nothing had happened', async () => {
    const lasting = (session: Session) => ({
      stateHash: session.engine.stateHash(),
      sequence: session.sequence,
      consumed: session.consumed,
      accepted: session.accepted,
      quarantined: session.quarantined,
      firstTime: session.firstTime,
      lastTime: session.lastTime,
    })

    await fc.assert(
      fc.asyncProperty(
        seeds,
        fc.constantFrom('0ms', '50ms', '20s'),
        fc.array(fc.record({ flushes: fc.integer({ min: 1, max: 12 }), durable: fc.boolean() }), { minLength: 1, maxLength: 8 }),
        async (seed, latency, deaths) => {
          const config = smallConfig([`venue.latency=${latency}`])
          const events = quotes(seed, 2500)
          // The same fact twice in a row: what the gate takes out is consumed as well.
          const facts = events.flatMap((event, i) => (i % 97 === 0 ? [event, event] : [event]))
          const input: RunInput = { known: releases(facts[0]!.receivedTime), feed: { batches: () => inBatches(facts, 40) } }

          const whole = await openSession(config)
          await run(whole, input)

          let stored = new MemoryJournal(IDENTITY)
          for (const death of [...deaths, undefined]) {
            const journal = death === undefined ? stored : new MortalJournal(stored, death)
            const steps: Step[] = []
            const session = await openSession(config, step => steps.push(step), journal)
            try {
              session.recover(stored.read(), stored.consumed)
              await run(session, input, { skip: stored.consumed })
            } catch (error) {
              expect(error).toBe(DEATH)
            }
            if (death === undefined) expect(lasting(session)).toEqual(lasting(whole))
            stored = await onDisk(stored)
          }
        },
      ),
      { numRuns: RUNS },
    )
  })

  test('an order leaves only after its cause is durable', async () => {
    const order: string[] = []
    const inner = new MemoryJournal(IDENTITY)
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

const DEATH = new Error('killed')

/** Dies at a given flush that has something to write: just before it is durable, or just after. */
class MortalJournal implements Journal {
  readonly #inner: Journal
  readonly #durable: boolean
  #left: number
  #pending = 0

  constructor(inner: Journal, { flushes, durable }: { readonly flushes: number; readonly durable: boolean }) {
    this.#inner = inner
    this.#durable = durable
    this.#left = flushes
  }

  append(envelope: Envelope): void {
    this.#inner.append(envelope)
    this.#pending += 1
  }

  flush(consumed: number): void {
    // What is said again in a recovery is durable already.
    if (this.#pending > 0) this.#left -= 1
    const dies = this.#pending > 0 && this.#left === 0
    this.#pending = 0
    if (!dies || this.#durable) this.#inner.flush(consumed)
    if (dies) throw DEATH
  }
}

/** What is left after a crash: everything that was flushed, and nothing else. */
async function onDisk(journal: MemoryJournal): Promise<MemoryJournal> {
  const left = new MemoryJournal(IDENTITY)
  for (const envelope of journal.read()) left.append(envelope)
  left.flush(journal.consumed)
  return left
}

/** Figures that were known before the run starts. */
const releases = (start: Micros): FeedEvent[] =>
  [3, 2, 1].map((days, index) => ({
    kind: 'release',
    series: 'DGS10',
    value: 4 + index / 10,
    lagged: true,
    periodStart: (start - (days + 2) * DAY) as Micros,
    eventTime: (start - (days + 1) * DAY) as Micros,
    receivedTime: (start - days * DAY) as Micros,
    sequence: index,
    provenance: SYNTHETIC,
  }))
