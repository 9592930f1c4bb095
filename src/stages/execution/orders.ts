// The life of our orders: one table of legal moves, ids from the journal sequence, guards that follow their entry.
import { assert } from '../../domain/assert.ts'
import type { Digest } from '../../domain/digest.ts'
import {
  type ApprovedOrder,
  type Command,
  isOpen,
  type OrderEvent,
  type OrderIntent,
  type OrderState,
  type Place,
} from '../../domain/order.ts'

/**
 * Every legal move, on one screen (reliability.md §4.1, what a venue can say of a live order). Anything absent is a bug
 * in us or in the venue. A fill may come before the acknowledgement, and may cross our cancel on the wire.
 */
const NEXT = {
  intended: { sent: 'sent' },
  sent: { accepted: 'accepted', filled: 'filled', canceled: 'canceled', rejected: 'rejected', expired: 'expired' },
  accepted: { filled: 'filled', canceled: 'canceled', rejected: 'rejected', expired: 'expired' },
  'partially-filled': {
    accepted: 'partially-filled',
    filled: 'filled',
    canceled: 'canceled',
    rejected: 'rejected',
    expired: 'expired',
  },
  filled: { canceled: 'filled' },
  canceled: { filled: 'canceled', canceled: 'canceled' },
  rejected: {},
  expired: { filled: 'expired' },
} as const satisfies Record<OrderState, Partial<Record<'sent' | OrderEvent['outcome'], OrderState>>>

/** The state after an event, or undefined when the move is illegal. `left` is what remains after a fill. */
export function nextState(state: OrderState, outcome: 'sent' | OrderEvent['outcome'], left: number): OrderState | undefined {
  const next = (NEXT[state] as Partial<Record<string, OrderState>>)[outcome]
  return next === 'filled' && outcome === 'filled' && left > 0 ? 'partially-filled' : next
}

export interface OpenOrder {
  readonly id: string
  readonly intent: OrderIntent
  readonly reduceOnly: boolean
  readonly state: OrderState
  readonly filled: number
  /** A cancel was asked for and not answered yet. */
  readonly canceling: boolean
}

class Order implements OpenOrder {
  readonly id: string
  readonly intent: OrderIntent
  readonly reduceOnly: boolean
  state: OrderState = 'intended'
  filled = 0
  canceling = false

  constructor(id: string, intent: OrderIntent, reduceOnly: boolean) {
    this.id = id
    this.intent = intent
    this.reduceOnly = reduceOnly
  }
}

export interface Move {
  readonly order: OpenOrder
  readonly from: OrderState
  readonly to: OrderState
}

/** So many closed orders are remembered, in case a fill crossed our cancel on the wire. */
const CLOSED_MAX = 1024

/** A closed order leaves, so the cost of the next one does not grow with their number. */
export class Orders {
  readonly #open = new Map<string, Order>()
  readonly #closed: Order[] = []
  #nextClosed = 0
  #legs = 0
  #sequence = -1

  get openCount(): number {
    return this.#open.size
  }

  find(orderId: string): OpenOrder | undefined {
    return this.#open.get(orderId)
  }

  *openOf(instrumentId: string): Iterable<OpenOrder> {
    for (const order of this.#open.values()) if (order.intent.instrumentId === instrumentId) yield order
  }

  hasOpen(instrumentId: string): boolean {
    return this.#open.size > 0 && !this.openOf(instrumentId)[Symbol.iterator]().next().done
  }

  open(): Iterable<OpenOrder> {
    return this.#open.values()
  }

  /** Turns an approved wish into a command. The id is a function of the journal sequence, so a replay issues the same. */
  plan(approved: ApprovedOrder, sequence: number): Place {
    this.#legs = sequence === this.#sequence ? this.#legs + 1 : 0
    this.#sequence = sequence
    const id = `o${sequence}-${this.#legs}`
    assert(!this.#open.has(id), 'an order id is used once')
    const order = new Order(id, approved, approved.role !== 'entry')
    order.state = 'sent'
    this.#open.set(id, order)
    return {
      kind: 'place',
      orderId: id,
      instrumentId: approved.instrumentId,
      side: approved.side,
      quantity: approved.quantity,
      type: approved.type,
      price: approved.price,
      reduceOnly: order.reduceOnly,
    }
  }

  /** Asks the venue to cancel; undefined when that was asked before. The order stays open until the venue answers. */
  cancel(orderId: string): Command | undefined {
    const order = this.#open.get(orderId)
    if (order === undefined || order.canceling) return undefined
    order.canceling = true
    return { kind: 'cancel', orderId, instrumentId: order.intent.instrumentId }
  }

  /** Applies the venue's word. Undefined for an order that is not ours or was closed long ago. */
  apply(event: OrderEvent): Move | undefined {
    const order = this.#open.get(event.orderId) ?? this.#closed.find(closed => closed.id === event.orderId)
    if (order === undefined) return undefined
    const from = order.state
    if (event.outcome === 'filled') {
      order.filled += event.quantity
      assert(order.filled <= order.intent.quantity, 'a fill never exceeds what is left')
    }
    const to = nextState(from, event.outcome, order.intent.quantity - order.filled)
    assert(to !== undefined, `an order that is ${from} cannot be ${event.outcome}`)
    order.state = to
    if (isOpen(from) && !isOpen(to)) this.#retire(order)
    return { order, from, to }
  }

  #retire(order: Order): void {
    this.#open.delete(order.id)
    this.#closed[this.#nextClosed] = order
    this.#nextClosed = (this.#nextClosed + 1) % CLOSED_MAX
  }

  digest(into: Digest): void {
    for (const order of this.#open.values())
      into.text(order.id).text(order.state).number(order.filled).number(order.intent.quantity)
  }
}
