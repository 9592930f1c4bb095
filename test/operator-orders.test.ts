// Orders of people among a strategy's: a run that dies and is recovered from its journal has the same state as one that lived.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { FeedEvent, OperatorCommand } from '../src/domain/event.ts'
import type { Price, Quantity } from '../src/domain/numbers.ts'
import { DERIVED } from '../src/domain/provenance.ts'
import type { Session } from '../src/engine/session.ts'
import { MemoryJournal } from './memory-journal.ts'
import { GOLD, openSession, quotes } from './small-world.ts'

const IDENTITY = { runId: 'r', configHash: 'c', dataHash: 'd' }
const RUNS = process.env['CAMPAIGN'] ? 300 : 20
const FACTS = 1_500

interface Word {
  /** The fact after which it is said. */
  readonly after: number
  readonly side: 'buy' | 'sell'
  readonly type: 'market' | 'limit' | 'stop'
  /** Price steps away from the market. */
  readonly distance: number
  readonly quantity: number
  readonly stop: number | undefined
  /** Of seven, so that some come twice. */
  readonly key: number
}

const words = fc.array(
  fc.record<Word>({
    after: fc.integer({ min: 1, max: FACTS - 1 }),
    side: fc.constantFrom('buy', 'sell'),
    type: fc.constantFrom('market', 'limit', 'stop'),
    distance: fc.integer({ min: -800, max: 800 }),
    quantity: fc.integer({ min: 1, max: 40 }),
    stop: fc.option(fc.integer({ min: 200, max: 3_000 }), { nil: undefined }),
    key: fc.integer({ min: 1, max: 7 }),
  }),
  { minLength: 1, maxLength: 12 },
)

function commandOf({ side, type, distance, quantity, stop, key }: Word, fact: FeedEvent): OperatorCommand {
  const { bid, ask } = fact as Extract<FeedEvent, { kind: 'quote' }>
  const price = ((side === 'buy' ? ask : bid) + distance) as Price
  const away = side === 'buy' ? -1 : 1
  return {
    ...{ kind: 'operator-command', operator: 'ann', reason: 'a hunch', provenance: DERIVED, sequence: 0 },
    ...{ eventTime: fact.receivedTime, receivedTime: fact.receivedTime },
    order: {
      ...{ action: 'order', key: `key-${key}`, instrumentId: GOLD.id, side, type, quantity: quantity as Quantity },
      price: type === 'market' ? undefined : price,
      stop: stop === undefined ? undefined : ((price + away * stop) as Price),
      takeProfit: undefined,
    },
  }
}

/** Plays facts `from` … `until`, each followed by what people said then. */
function playOn(
  session: Session,
  facts: readonly FeedEvent[],
  said: readonly Word[],
  [from, until]: readonly [number, number],
): void {
  for (let at = from; at < until; at++) {
    session.step(facts[at]!)
    for (const word of said) if (word.after === at) session.command(commandOf(word, facts[at]!))
  }
}

test('a run with orders of people, cut off anywhere, ends in the same state', async () => {
  let placed = 0
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 1_000_000 }),
      words,
      fc.integer({ min: 1, max: FACTS - 1 }),
      async (seed, said, cut) => {
        const facts = quotes(seed, FACTS)
        const whole = await openSession(undefined, step => {
          if (step.event.kind === 'operator-command') placed += step.commands.length
        })
        playOn(whole, facts, said, [0, FACTS])

        const journal = new MemoryJournal(IDENTITY)
        const first = await openSession(undefined, undefined, journal)
        playOn(first, facts, said, [0, cut])
        first.flush()

        const again = await openSession()
        again.recover(journal.read(), journal.consumed)
        for (const fact of facts.slice(0, journal.consumed)) again.skip(fact)
        playOn(again, facts, said, [cut, FACTS])
        expect(again.engine.stateHash()).toBe(whole.engine.stateHash())

        const keys = new Set(said.map(({ key }) => key))
        expect(placedBy(whole)).toBeLessThanOrEqual(keys.size)
      },
    ),
    { numRuns: RUNS },
  )
  expect(placed, 'some of them were placed').toBeGreaterThan(RUNS / 2)
})

/** Orders of people that are open. */
const placedBy = (session: Session): number =>
  [...session.engine.account.orders.open()].filter(({ intent }) => intent.strategy === 'manual' && intent.role === 'entry').length
