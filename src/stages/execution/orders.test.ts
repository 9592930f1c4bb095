// The life of an order: every state against every word of a venue, its ids, and what is remembered of it.
import { describe, expect, test } from 'vitest'
import { approved, wish } from '../../../test/order-wishes.ts'
import { InvariantError } from '../../domain/assert.ts'
import { Digest } from '../../domain/digest.ts'
import { type Micros, type Price, type Quantity, ZERO_MONEY } from '../../domain/numbers.ts'
import type { OrderEvent, OrderOutcome, OrderState } from '../../domain/order.ts'
import { DERIVED } from '../../domain/provenance.ts'
import { nextState, Orders } from './orders.ts'

const ACCEPTED: OrderOutcome = { outcome: 'accepted' }
const CANCELED: OrderOutcome = { outcome: 'canceled', reason: 'on request' }
const REJECTED: OrderOutcome = { outcome: 'rejected', reason: 'no' }
const EXPIRED: OrderOutcome = { outcome: 'expired', reason: 'end of day' }

const filled = (quantity: number): OrderOutcome => ({
  outcome: 'filled',
  fillId: 'f1',
  side: 'buy',
  price: 10_000 as Price,
  quantity: quantity as Quantity,
  commission: ZERO_MONEY,
})

const says = (orderId: string, outcome: OrderOutcome): OrderEvent => ({
  kind: 'order-event',
  instrumentId: 'PLAIN.TEST',
  orderId,
  eventTime: 0 as Micros,
  receivedTime: 0 as Micros,
  sequence: 0,
  provenance: DERIVED,
  ...outcome,
})

/** One order of 10 in a book of its own, and its state after each word. */
function life(...outcomes: readonly OrderOutcome[]) {
  const orders = new Orders()
  const { orderId } = orders.plan(approved(wish({ quantity: 10 })), 7)
  const states = outcomes.map(outcome => orders.apply(says(orderId, outcome))?.to)
  return { orders, orderId, states }
}

describe('legal moves', () => {
  // Read as: an order in the state of the row that hears the word of the column. A dash is a bug in us or in the venue.
  const WORDS = ['sent', 'accepted', 'filled', 'canceled', 'rejected', 'expired'] as const
  const TABLE: Record<OrderState, string> = {
    intended: 'sent - - - - -',
    sent: '- accepted filled canceled rejected expired',
    accepted: '- - filled canceled rejected expired',
    'partially-filled': '- partially-filled filled canceled rejected expired',
    filled: '- - - filled - -',
    canceled: '- - canceled canceled - -',
    rejected: '- - - - - -',
    expired: '- - expired - - -',
  }

  for (const [state, row] of Object.entries(TABLE) as [OrderState, string][]) {
    for (const [column, to] of row.split(' ').entries()) {
      const word = WORDS[column]!
      test(`${state} + ${word} ${to === '-' ? 'is a bug' : `is ${to}`}`, () => {
        expect(nextState(state, word, 0)).toBe(to === '-' ? undefined : to)
      })
    }
  }

  test.each(['sent', 'accepted', 'partially-filled'] as const)('a fill that leaves something of a %s order is partial', state => {
    expect(nextState(state, 'filled', 1)).toBe('partially-filled')
  })

  test.each(['canceled', 'expired'] as const)('a late part of a fill does not bring a %s order back', state => {
    expect(nextState(state, 'filled', 1)).toBe(state)
  })
})

describe('an order', () => {
  test('is accepted, filled in parts and done', () => {
    expect(life(ACCEPTED, filled(4), filled(6)).states).toEqual(['accepted', 'partially-filled', 'filled'])
  })

  test('can be filled before its acknowledgement arrives', () => {
    expect(life(filled(4), ACCEPTED, filled(6)).states).toEqual(['partially-filled', 'partially-filled', 'filled'])
  })

  test('that was cancelled can still be filled: the fill crossed the cancel on the wire', () => {
    const { orders, orderId, states } = life(ACCEPTED, CANCELED, filled(10))
    expect(states).toEqual(['accepted', 'canceled', 'canceled'])
    expect(orders.find(orderId)).toBeUndefined()
  })

  test('is told once that it is cancelled, however often it is said', () => {
    expect(life(ACCEPTED, CANCELED, CANCELED).states).toEqual(['accepted', 'canceled', 'canceled'])
  })

  test('that is cut by a reduce-only venue ends with a cancel', () => {
    expect(life(ACCEPTED, filled(4), CANCELED).states).toEqual(['accepted', 'partially-filled', 'canceled'])
  })

  test('is never filled beyond its quantity', () => {
    expect(() => life(ACCEPTED, filled(11))).toThrow(InvariantError)
    expect(() => life(ACCEPTED, filled(6), filled(5))).toThrow('a fill never exceeds what is left')
    expect(() => life(ACCEPTED, filled(6), CANCELED, filled(5)), 'not even after its cancel').toThrow(InvariantError)
  })

  test.each([
    [[ACCEPTED, ACCEPTED], 'an order that is accepted cannot be accepted'],
    [[REJECTED, filled(1)], 'an order that is rejected cannot be filled'],
    [[EXPIRED, CANCELED], 'an order that is expired cannot be canceled'],
  ])('that hears an impossible word is a bug', (outcomes, message) => {
    expect(() => life(...outcomes)).toThrow(message)
  })

  test.each([[[filled(10)]], [[CANCELED]], [[REJECTED]], [[EXPIRED]]])('that is closed leaves', outcomes => {
    const { orders, orderId } = life(...outcomes)
    expect(orders.openCount).toBe(0)
    expect(orders.find(orderId)).toBeUndefined()
    expect([...orders.open()]).toEqual([])
    expect([...orders.openOf('PLAIN.TEST')]).toEqual([])
  })

  test('of somebody else is none of ours', () => {
    const { orders } = life(ACCEPTED)
    expect(orders.apply(says('stranger', filled(1)))).toBeUndefined()
    expect(orders.cancel('stranger')).toBeUndefined()
  })
})

describe('ids', () => {
  test('are o<sequence>-<leg>: a function of the journal, so a replay issues the same', () => {
    const orders = new Orders()
    const plan = (sequence: number) => orders.plan(approved(wish()), sequence).orderId
    expect([plan(41), plan(41), plan(41), plan(42), plan(50)]).toEqual(['o41-0', 'o41-1', 'o41-2', 'o42-0', 'o50-0'])
  })

  test('are used once', () => {
    const orders = new Orders()
    orders.plan(approved(wish()), 1)
    orders.plan(approved(wish()), 2)
    expect(() => orders.plan(approved(wish()), 1)).toThrow('an order id is used once')
  })
})

describe('a command', () => {
  test('says what was approved; only an entry may open', () => {
    const place = (role: 'entry' | 'exit' | 'stop' | 'target') =>
      new Orders().plan(approved(wish({ role, type: 'stop', side: 'sell', price: 9_000 })), 1)
    expect(place('entry')).toEqual({
      kind: 'place',
      orderId: 'o1-0',
      instrumentId: 'PLAIN.TEST',
      side: 'sell',
      quantity: 10,
      type: 'stop',
      price: 9_000,
      reduceOnly: false,
    })
    expect([place('exit').reduceOnly, place('stop').reduceOnly, place('target').reduceOnly]).toEqual([true, true, true])
  })

  test('to cancel is given once, and the order stays open until the venue answers', () => {
    const { orders, orderId } = life(ACCEPTED)
    expect(orders.cancel(orderId)).toEqual({ kind: 'cancel', orderId, instrumentId: 'PLAIN.TEST' })
    expect(orders.cancel(orderId)).toBeUndefined()
    expect(orders.find(orderId)).toMatchObject({ state: 'accepted', canceling: true })
    orders.apply(says(orderId, CANCELED))
    expect(orders.openCount).toBe(0)
  })
})

test('open orders are found by instrument', () => {
  const orders = new Orders()
  orders.plan(approved(wish()), 1)
  orders.plan(approved(wish({ instrumentId: 'OTHER.TEST' })), 2)
  expect([...orders.openOf('OTHER.TEST')].map(order => order.id)).toEqual(['o2-0'])
  expect(['PLAIN.TEST', 'OTHER.TEST', 'THIRD.TEST'].map(id => orders.hasOpen(id))).toEqual([true, true, false])
  expect([...orders.open()].map(order => order.id)).toEqual(['o1-0', 'o2-0'])
})

test('the last thousand closed orders are remembered, and no more', () => {
  const orders = new Orders()
  for (let sequence = 1; sequence <= 1025; sequence++) {
    const { orderId } = orders.plan(approved(wish()), sequence)
    orders.apply(says(orderId, CANCELED))
  }
  expect(orders.apply(says('o1-0', filled(1))), 'the 1,025th has taken its place').toBeUndefined()
  expect(orders.apply(says('o2-0', filled(1)))?.to).toBe('canceled')
})

test('the digest covers what is open', () => {
  const hex = (orders: Orders): string => {
    const digest = new Digest()
    orders.digest(digest)
    return digest.hex
  }
  expect(hex(life(ACCEPTED).orders)).not.toBe(hex(life(filled(1)).orders))
  expect(hex(life(CANCELED).orders)).toBe(hex(new Orders()))
})
