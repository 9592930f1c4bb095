// What the engine relies on in every venue, whatever is behind it.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Instrument } from '../../src/domain/instrument.ts'
import { type Micros, type Price, type Quantity, SECOND } from '../../src/domain/numbers.ts'
import type { Cancel, Command, OrderEvent, Place } from '../../src/domain/order.ts'
import type { Venue } from '../../src/engine/ports.ts'
import { quote } from '../market-facts.ts'

export interface VenueContract {
  readonly name: string
  /** A fresh venue that lists this one instrument and no other. */
  readonly open: (listed: Instrument) => Venue
  readonly listed: Instrument
}

interface OrderText extends Partial<Omit<Place, 'kind' | 'quantity' | 'price'>> {
  readonly orderId: string
  readonly quantity?: number
  readonly price?: number | undefined
}

/** A market order to buy one, but for what is named. */
export function place(of: Instrument, { quantity = 1, price, ...rest }: OrderText): Place {
  return {
    kind: 'place',
    instrumentId: of.id,
    side: 'buy',
    quantity: quantity as Quantity,
    type: price === undefined ? 'market' : 'limit',
    price: price as Price | undefined,
    reduceOnly: false,
    ...rest,
  }
}

export const cancel = (of: Instrument, orderId: string): Cancel => ({ kind: 'cancel', orderId, instrumentId: of.id })

/** Everything that is due up to `now`, each taken when it is due. */
export function answersUntil(venue: Venue, now: number): OrderEvent[] {
  const answers: OrderEvent[] = []
  while (venue.nextAnswerTime <= now) {
    const answer = venue.take(venue.nextAnswerTime)
    if (answer !== undefined) answers.push(answer)
  }
  return answers
}

const MINUTE_LATER = 60 * SECOND
const words = (answers: readonly OrderEvent[], orderId?: string): string[] =>
  answers.filter(answer => orderId === undefined || answer.orderId === orderId).map(answer => answer.outcome)

export function venueContract({ name, open, listed }: VenueContract): void {
  const at = (time: number, bid: number, ask: number) => quote(time, bid, ask, { id: listed.id })

  /** A venue that has shown one price, and nothing else due. */
  const begin = (): Venue => {
    const venue = open(listed)
    venue.see(at(0, 10_000, 10_010))
    return venue
  }

  describe(`${name} keeps the venue's contract`, () => {
    test('with nothing asked, nothing is due', () => {
      const venue = begin()
      expect(venue.nextAnswerTime).toBe(Number.POSITIVE_INFINITY)
      expect(venue.take(MINUTE_LATER)).toBeUndefined()
    })

    test('an order is accepted before it is filled, for its side and no more than its quantity', () => {
      const venue = begin()
      venue.submit(place(listed, { orderId: 'a', quantity: 7 }), SECOND)
      const answers = answersUntil(venue, MINUTE_LATER)
      expect(words(answers)).toEqual(['accepted', 'filled'])
      expect(answers[1]).toMatchObject({ kind: 'order-event', orderId: 'a', side: 'buy', quantity: 7, instrumentId: listed.id })
    })

    test('no answer is known before its order was sent, nor taken before it is due', () => {
      const venue = begin()
      venue.submit(place(listed, { orderId: 'a' }), SECOND)
      expect(venue.take(SECOND - 1)).toBeUndefined()
      for (const { receivedTime, eventTime } of answersUntil(venue, MINUTE_LATER)) {
        expect(receivedTime).toBeGreaterThanOrEqual(SECOND)
        expect(receivedTime).toBeGreaterThanOrEqual(eventTime)
      }
    })

    test('a resting order waits for its price and can be cancelled', () => {
      const venue = begin()
      venue.submit(place(listed, { orderId: 'a', price: 9_000 }), SECOND)
      expect(words(answersUntil(venue, MINUTE_LATER))).toEqual(['accepted'])
      venue.submit(cancel(listed, 'a'), MINUTE_LATER)
      expect(words(answersUntil(venue, 2 * MINUTE_LATER))).toEqual(['canceled'])
      venue.see(at(3 * MINUTE_LATER, 8_000, 8_010))
      expect(words(answersUntil(venue, 4 * MINUTE_LATER)), 'it is gone').toEqual([])
    })

    test('a cancel that comes after the fill changes nothing: the race is answered once', () => {
      const venue = begin()
      venue.submit(place(listed, { orderId: 'a' }), SECOND)
      venue.submit(cancel(listed, 'a'), SECOND)
      const all = words(answersUntil(venue, MINUTE_LATER))
      expect(all.filter(word => word === 'filled' || word === 'canceled')).toHaveLength(1)
    })

    test('a cancel of nothing is not answered', () => {
      const venue = begin()
      venue.submit(cancel(listed, 'never'), SECOND)
      expect(answersUntil(venue, MINUTE_LATER)).toEqual([])
    })

    test('an instrument that is not listed is rejected once, in words, and its cancel is not answered', () => {
      const venue = begin()
      const foreign = { ...listed, id: 'FOREIGN.TEST' }
      venue.submit(place(foreign, { orderId: 'a' }), SECOND)
      venue.submit(cancel(foreign, 'a'), SECOND)
      const answers = answersUntil(venue, MINUTE_LATER)
      expect(words(answers)).toEqual(['rejected'])
      expect(answers[0]).toMatchObject({ orderId: 'a', reason: expect.stringMatching(/\w/) })
    })

    test('a reduce-only order of nothing opens nothing', () => {
      const venue = begin()
      venue.submit(place(listed, { orderId: 'a', side: 'sell', reduceOnly: true }), SECOND)
      expect(words(answersUntil(venue, MINUTE_LATER))).toEqual(['accepted', 'canceled'])
    })

    test('a reduce-only order is cut to what is open', () => {
      const venue = begin()
      venue.submit(place(listed, { orderId: 'a', quantity: 5 }), SECOND)
      venue.submit(place(listed, { orderId: 'b', side: 'sell', quantity: 8, reduceOnly: true }), SECOND)
      const answers = answersUntil(venue, MINUTE_LATER)
      expect(words(answers, 'b')).toEqual(['accepted', 'filled', 'canceled'])
      expect(answers.find(answer => answer.orderId === 'b' && answer.outcome === 'filled')).toMatchObject({ quantity: 5 })
    })

    const doing = fc.record({
      wait: fc.integer({ min: 0, max: 2 * SECOND }),
      what: fc.constantFrom('quote', 'market', 'limit', 'stop', 'exit', 'cancel'),
      side: fc.constantFrom('buy' as const, 'sell' as const),
      price: fc.integer({ min: 9_900, max: 10_100 }),
      quantity: fc.integer({ min: 1, max: 20 }),
      which: fc.nat(40),
    })
    const script = fc.array(doing, { maxLength: 80 })
    type Doing = { [Key in 'what' | 'side']: string } & { wait: number; price: number; quantity: number; which: number }

    /** Plays a script and gives everything the venue said, with what was asked of it. */
    function play(list: readonly Doing[]): { answers: OrderEvent[]; placed: Map<string, Place> } {
      const venue = begin()
      const answers: OrderEvent[] = []
      const placed = new Map<string, Place>()
      let now = 0
      for (const { wait, what, side, price, quantity, which } of list) {
        now += wait
        answers.push(...answersUntil(venue, now))
        if (what === 'quote') {
          venue.see(at(now, price, price + 10))
          continue
        }
        let command: Command
        if (what === 'cancel') command = cancel(listed, `o${which}`)
        else {
          const orderId = `o${placed.size}`
          const type = what === 'exit' ? 'market' : (what as Place['type'])
          const order = place(listed, { orderId, side: side as Place['side'], quantity, type, reduceOnly: what === 'exit' })
          command = { ...order, price: type === 'market' ? undefined : (price as Price) }
          placed.set(orderId, command)
        }
        venue.submit(command, now)
      }
      venue.see(at(now + SECOND, 10_000, 10_010))
      answers.push(...answersUntil(venue, now + MINUTE_LATER))
      return { answers, placed }
    }

    test('whatever is asked: answers come in order, accepted first, done once, and no fill exceeds its order', () => {
      fc.assert(
        fc.property(script, list => {
          const { answers, placed } = play(list)
          let last = 0 as Micros
          let position = 0
          const heard = new Map<string, string[]>()
          const left = new Map([...placed].map(([id, order]) => [id, order.quantity as number]))
          for (const answer of answers) {
            expect(answer.receivedTime).toBeGreaterThanOrEqual(last)
            last = answer.receivedTime
            const order = placed.get(answer.orderId)!
            const before = heard.get(order.orderId) ?? []
            heard.set(order.orderId, [...before, answer.outcome])
            if (before.length === 0) expect(['accepted', 'rejected']).toContain(answer.outcome)
            expect(before, 'nothing is said of an order that is done').not.toContain('canceled')
            if (answer.outcome !== 'filled') continue

            left.set(order.orderId, left.get(order.orderId)! - answer.quantity)
            expect(left.get(order.orderId)).toBeGreaterThanOrEqual(0)
            expect(answer.side).toBe(order.side)
            expect(answer.commission >= 0n).toBe(true)
            const signed = answer.side === 'buy' ? answer.quantity : -answer.quantity
            if (order.reduceOnly) expect(Math.abs(position + signed)).toBe(Math.abs(position) - answer.quantity)
            position += signed
          }
          const ids = answers.flatMap(answer => (answer.outcome === 'filled' ? [answer.fillId] : []))
          expect(new Set(ids).size, 'each fill has its own id').toBe(ids.length)
          for (const { orderId, type } of placed.values())
            if (type === 'market') expect(heard.get(orderId)!.length).toBeGreaterThan(1)
        }),
      )
    })

    test('the same events and commands give the same answers', () => {
      fc.assert(fc.property(script, list => void expect(play(list).answers).toEqual(play(list).answers)))
    })
  })
}
