// The heaps of resting orders against a plain list, with thousands of them.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { place } from '../../../test/contracts/venue.ts'
import { PLAIN } from '../../../test/market-facts.ts'
import { dice } from '../../../test/small-world.ts'
import type { Place } from '../../domain/order.ts'
import { RestingOrders } from './resting-orders.ts'

/** The rules in plain words: a list that is searched from end to end each time. */
class PlainList {
  #orders: Place[] = []

  get count(): number {
    return this.#orders.length
  }

  add(order: Place): void {
    this.#orders.push(order)
  }

  remove(orderId: string): boolean {
    const before = this.#orders.length
    this.#orders = this.#orders.filter(order => order.orderId !== orderId)
    return this.#orders.length < before
  }

  nextStop(askHigh: number, bidLow: number): Place | undefined {
    return (
      this.#first('stop', 'buy', order => askHigh >= order.price!, 1) ??
      this.#first('stop', 'sell', order => bidLow <= order.price!, -1)
    )
  }

  nextLimit(askLow: number, bidHigh: number): Place | undefined {
    return (
      this.#first('limit', 'buy', order => askLow <= order.price!, -1) ??
      this.#first('limit', 'sell', order => bidHigh >= order.price!, 1)
    )
  }

  /** The nearest price first, among equals the earliest; sorting keeps the order of arrival. */
  #first(type: string, side: string, reached: (order: Place) => boolean, sign: 1 | -1): Place | undefined {
    const [first] = this.#orders
      .filter(order => order.type === type && order.side === side && reached(order))
      .sort((a, b) => (a.price! - b.price!) * sign)
    if (first !== undefined) this.remove(first.orderId)
    return first
  }
}

const TYPES = ['limit', 'stop'] as const
const SIDES = ['buy', 'sell'] as const

const order = (id: number, type: 'limit' | 'stop', side: 'buy' | 'sell', price: number) =>
  place(PLAIN, { orderId: `o${id}`, type, side, price })

/** Everything that these prices reach, in the order in which it is taken. */
function taken(orders: RestingOrders | PlainList, bid: number, ask: number): string[] {
  const ids: string[] = []
  for (let stop = orders.nextStop(ask, bid); stop !== undefined; stop = orders.nextStop(ask, bid)) ids.push(stop.orderId)
  for (let limit = orders.nextLimit(ask, bid); limit !== undefined; limit = orders.nextLimit(ask, bid)) ids.push(limit.orderId)
  return ids
}

describe('resting orders', () => {
  test('are taken as a plain list would take them, whatever is added, removed and reached', () => {
    const doing = fc.record({
      what: fc.constantFrom('add', 'add', 'add', 'remove', 'reach'),
      type: fc.constantFrom(...TYPES),
      side: fc.constantFrom(...SIDES),
      price: fc.integer({ min: 90, max: 110 }),
      which: fc.nat(150),
    })
    fc.assert(
      fc.property(fc.array(doing, { maxLength: 150 }), list => {
        const heaps = new RestingOrders()
        const plain = new PlainList()
        let added = 0
        for (const { what, type, side, price, which } of list) {
          if (what === 'add') {
            const one = order(added++, type, side, price)
            heaps.add(one)
            plain.add(one)
          } else if (what === 'remove') expect(heaps.remove(`o${which}`)).toBe(plain.remove(`o${which}`))
          else expect(taken(heaps, price, price + 1)).toEqual(taken(plain, price, price + 1))
          expect(heaps.count).toBe(plain.count)
        }
      }),
    )
  })

  test('5,000 of them cancel in any order, and what is left is taken as a plain list would', () => {
    const roll = dice(5)
    const heaps = new RestingOrders()
    const plain = new PlainList()
    for (let id = 0; id < 5000; id++) {
      const one = order(id, TYPES[id % 2]!, SIDES[(id >> 1) % 2]!, 9_000 + Math.floor(roll() * 2_000))
      heaps.add(one)
      plain.add(one)
    }
    const shuffled = Array.from({ length: 5000 }, (_, id) => ({ id, at: roll() })).sort((a, b) => a.at - b.at)
    for (const { id } of shuffled.slice(0, 4500)) expect(heaps.remove(`o${id}`) && plain.remove(`o${id}`)).toBe(true)
    expect(heaps.count).toBe(500)
    expect(taken(heaps, 9_990, 10_010)).toEqual(taken(plain, 9_990, 10_010))
    for (const { id } of shuffled) expect(heaps.remove(`o${id}`)).toBe(plain.remove(`o${id}`))
    expect(heaps.count).toBe(0)
  })

  test('guards that come and go far from the market leave nothing behind', () => {
    const heaps = new RestingOrders()
    for (let id = 0; id < 100_000; id++) {
      heaps.add(order(id, 'limit', 'sell', 20_000 + (id % 100)))
      expect(heaps.nextLimit(10_010, 10_000)).toBeUndefined()
      heaps.remove(`o${id}`)
    }
    expect(heaps.count).toBe(0)
    expect(heaps.kept).toBeLessThan(128)
  })

  test('equal prices are served in the order of their arrival', () => {
    const heaps = new RestingOrders()
    for (let id = 0; id < 10; id++) heaps.add(order(id, 'limit', 'buy', 100))
    expect(taken(heaps, 99, 100)).toEqual(Array.from({ length: 10 }, (_, id) => `o${id}`))
  })

  test('an order is removed once', () => {
    const heaps = new RestingOrders()
    heaps.add(order(1, 'stop', 'sell', 90))
    expect([heaps.remove('o1'), heaps.remove('o1'), heaps.remove('o2')]).toEqual([true, false, false])
  })
})
