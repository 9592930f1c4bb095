// Orders that wait for a price, sorted so that a quote looks only at the nearest one of each kind.
import type { Place } from '../../domain/order.ts'

interface Resting {
  readonly place: Place
  readonly price: number
  readonly arrival: number
  gone: boolean
}

/** Fewer than this are not worth making a heap again for. */
const GONE_MIN = 64

/** A binary heap of resting orders: the one whose price is reached first is on top, equal prices by arrival. */
class Queue {
  readonly #sign: 1 | -1
  #heap: Resting[] = []
  #gone = 0

  /** `ascending`: the lowest price is reached first. */
  constructor(ascending: boolean) {
    this.#sign = ascending ? 1 : -1
  }

  get top(): Resting | undefined {
    const heap = this.#heap
    while (heap.length > 0 && heap[0]!.gone) {
      this.#pop()
      this.#gone -= 1
    }
    return heap[0]
  }

  get length(): number {
    return this.#heap.length
  }

  push(order: Resting): void {
    const heap = this.#heap
    let at = heap.length
    heap.push(order)
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!this.#before(order, heap[parent]!)) break
      heap[at] = heap[parent]!
      at = parent
    }
    heap[at] = order
  }

  /** Takes an order out of the running. Once most of the heap has gone it is made again, so that it never outgrows what rests. */
  remove(order: Resting): void {
    order.gone = true
    this.#gone += 1
    if (this.#gone < GONE_MIN || this.#gone * 2 < this.#heap.length) return
    const left = this.#heap.filter(resting => !resting.gone)
    this.#heap = []
    this.#gone = 0
    for (const resting of left) this.push(resting)
  }

  #pop(): void {
    const heap = this.#heap
    const last = heap.pop()!
    if (heap.length === 0) return
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && this.#before(heap[child + 1]!, heap[child]!)) child += 1
      if (!this.#before(heap[child]!, last)) break
      heap[at] = heap[child]!
      at = child
    }
    heap[at] = last
  }

  #before(a: Resting, b: Resting): boolean {
    return a.price === b.price ? a.arrival < b.arrival : (a.price - b.price) * this.#sign < 0
  }
}

export class RestingOrders {
  readonly #byId = new Map<string, Resting>()
  // Reached by a falling ask, a rising bid, a rising ask and a falling bid, in this order.
  readonly #buyLimits = new Queue(false)
  readonly #sellLimits = new Queue(true)
  readonly #buyStops = new Queue(true)
  readonly #sellStops = new Queue(false)
  #arrivals = 0
  // The nearest price of each kind, kept beside the heaps: what a quote is compared with.
  #buyLimit = Number.NEGATIVE_INFINITY
  #sellLimit = Number.POSITIVE_INFINITY
  #buyStop = Number.POSITIVE_INFINITY
  #sellStop = Number.NEGATIVE_INFINITY

  get count(): number {
    return this.#byId.size
  }

  add(place: Place): void {
    const resting: Resting = { place, price: place.price!, arrival: this.#arrivals++, gone: false }
    this.#byId.set(place.orderId, resting)
    this.#queue(place).push(resting)
    this.#mind()
  }

  /** Whether prices that reach from `bid` to `ask` touch any order at all. Most do not, and this is all they cost. */
  reached(bid: number, ask: number): boolean {
    return ask <= this.#buyLimit || bid >= this.#sellLimit || ask >= this.#buyStop || bid <= this.#sellStop
  }

  /** How many places the heaps keep, orders that have gone included: at most twice those that rest, and a few. */
  get kept(): number {
    return this.#buyLimits.length + this.#sellLimits.length + this.#buyStops.length + this.#sellStops.length
  }

  /** True when it was there. */
  remove(orderId: string): boolean {
    const resting = this.#byId.get(orderId)
    if (resting === undefined) return false
    this.#byId.delete(orderId)
    this.#queue(resting.place).remove(resting)
    this.#mind()
    return true
  }

  #mind(): void {
    this.#buyLimit = this.#buyLimits.top?.price ?? Number.NEGATIVE_INFINITY
    this.#sellLimit = this.#sellLimits.top?.price ?? Number.POSITIVE_INFINITY
    this.#buyStop = this.#buyStops.top?.price ?? Number.POSITIVE_INFINITY
    this.#sellStop = this.#sellStops.top?.price ?? Number.NEGATIVE_INFINITY
  }

  /** Takes the next stop that these prices have reached; stops come before limits, which is the pessimistic order. */
  nextStop(askHigh: number, bidLow: number): Place | undefined {
    const buy = this.#buyStops.top
    if (buy !== undefined && askHigh >= buy.price) return this.#take(buy)
    const sell = this.#sellStops.top
    if (sell !== undefined && bidLow <= sell.price) return this.#take(sell)
    return undefined
  }

  nextLimit(askLow: number, bidHigh: number): Place | undefined {
    const buy = this.#buyLimits.top
    if (buy !== undefined && askLow <= buy.price) return this.#take(buy)
    const sell = this.#sellLimits.top
    if (sell !== undefined && bidHigh >= sell.price) return this.#take(sell)
    return undefined
  }

  #take(resting: Resting): Place {
    this.remove(resting.place.orderId)
    return resting.place
  }

  #queue(place: Place): Queue {
    if (place.type === 'limit') return place.side === 'buy' ? this.#buyLimits : this.#sellLimits
    return place.side === 'buy' ? this.#buyStops : this.#sellStops
  }
}
