// A person's own orders: reviewed like any other, guarded like any other, and never placed twice.
import { describe, expect, test } from 'vitest'
import { PLAIN } from '../../test/market-facts.ts'
import { CALM, WIDE } from '../../test/order-wishes.ts'
import { sessionCalendar } from '../domain/calendar.ts'
import { Digest } from '../domain/digest.ts'
import type { ManualOrder, OperatorAction } from '../domain/event.ts'
import { DAY, type Micros, type Price, type Quantity, ZERO_MONEY } from '../domain/numbers.ts'
import type { OrderEvent, Place } from '../domain/order.ts'
import { DERIVED } from '../domain/provenance.ts'
import type { RiskLimits } from '../stages/risk/review.ts'
import { Account } from './account.ts'
import type { Desk } from './desk.ts'
import type { Step } from './step.ts'
import { StepBuilder } from './step-builder.ts'

/** An account with one instrument at 99.90 to 100.00, in which a test is the person and the venue. */
class Played {
  readonly account: Account
  readonly #desk: Desk
  readonly #step = new StepBuilder()
  #sequence = 0

  constructor(limits: Partial<RiskLimits> = {}) {
    this.account = new Account({
      currency: 'USD',
      startEquity: CALM.highEquity,
      allocation: { method: 'fixed', quantity: 10 as Quantity },
      limits: { ...WIDE, dataAgeMicros: 365 * DAY, ...limits },
    })
    this.#desk = this.account.open(PLAIN, sessionCalendar(PLAIN.calendar)!)
    Object.assign(this.#desk.mark, { bid: 9_990, ask: 10_000, time: 0 })
  }

  /** Undefined where nothing happened. */
  operate(order: OperatorAction): Step | undefined {
    const common = { kind: 'operator-command', eventTime: 0 as Micros, receivedTime: 0 as Micros, sequence: 0 } as const
    const event = { ...common, provenance: DERIVED, operator: 'ann', reason: 'a hunch', order }
    this.#sequence += 1
    this.#step.begin(this.#sequence)
    this.account.command(event, 0 as Micros, this.#step)
    return this.#step.finish({ sequence: this.#sequence, event })
  }

  order(wish: Partial<ManualOrder> = {}): Step | undefined {
    return this.operate({ ...BUY, ...wish })
  }

  fill(place: Place, price = 10_000): Step {
    this.#sequence += 1
    this.#step.begin(this.#sequence)
    const time = 0 as Micros
    const event: OrderEvent = {
      kind: 'order-event',
      outcome: 'filled',
      ...{ eventTime: time, receivedTime: time, sequence: 0, provenance: DERIVED },
      ...{ instrumentId: PLAIN.id, orderId: place.orderId, fillId: `f${this.#sequence}` },
      ...{ side: place.side, price: price as Price, quantity: place.quantity, commission: ZERO_MONEY },
    }
    this.account.onOrderEvent(event, 0 as Micros, this.#step)
    return this.#step.finish({ sequence: this.#sequence, event })!
  }

  get digest(): string {
    const digest = new Digest()
    this.account.digest(digest)
    return digest.hex
  }
}

const BUY: ManualOrder = {
  ...{ action: 'order', key: 'key-00001', instrumentId: PLAIN.id, side: 'buy', quantity: 10 as Quantity, type: 'market' },
  ...{ price: undefined, stop: 9_800 as Price, takeProfit: 10_400 as Price },
}

const said = (step: Step | undefined): string[] =>
  (step?.commands ?? []).map(command =>
    command.kind === 'cancel'
      ? `cancel ${command.orderId}`
      : `${command.side} ${command.quantity} ${command.type} ${command.price ?? ''}`.trim(),
  )
const codes = (step: Step | undefined): string[] =>
  (step?.verdicts ?? []).flatMap(({ refusals }) => refusals.map(({ code }) => code))
const placed = (step: Step | undefined): Place[] => (step?.commands ?? []).filter(command => command.kind === 'place')

describe("a person's order", () => {
  test('leaves with the size the person gave, in the name of the person', () => {
    const step = new Played().order()

    expect(said(step)).toEqual(['buy 10 market'])
    expect(step?.verdicts[0]?.intent).toMatchObject({ strategy: 'manual', role: 'entry', why: 'ordered by ann: a hunch' })
  })

  test('is guarded by its stop and its target once it fills', () => {
    const played = new Played()
    const [entry] = placed(played.order())

    expect(said(played.fill(entry!))).toEqual(['sell 10 stop 9800', 'sell 10 limit 10400'])
  })

  test('is placed once for a key, whatever the second one says', () => {
    const played = new Played()
    played.order()

    expect(said(played.order({ quantity: 20 as Quantity }))).toEqual([])
    expect(said(played.order({ key: 'key-00002' }))).toEqual(['buy 10 market'])
  })

  test('that was refused is not placed by its key later', () => {
    const played = new Played()
    expect(codes(played.order({ stop: undefined }))).toEqual(['STOP_REQUIRED'])

    expect(said(played.order())).toEqual([])
  })

  test.each([
    ['opens without a stop', { stop: undefined }, 'STOP_REQUIRED'],
    ['has its stop on the winning side', { stop: 9_990 as Price }, 'STOP_INVALID'],
    ['has its target on the losing side', { takeProfit: 10_000 as Price }, 'TARGET_INVALID'],
    ['waits below its own stop', { type: 'limit', price: 9_700 as Price } as const, 'STOP_INVALID'],
    ['is of no size', { quantity: 0 as Quantity }, 'QUANTITY_INVALID'],
  ])('that %s is refused', (_, wish, code) => {
    expect(codes(new Played().order(wish))).toEqual([code])
  })

  test('is measured against the same limits as a strategy', () => {
    // 10 at 100.00 are 1,000 dollars.
    const played = new Played({ orderNotional: { kind: 'amount', amount: (999n * 10n ** 18n) as never } })

    expect(codes(played.order())).toEqual(['NOTIONAL_EXCEEDS_MAX'])
  })

  test('that closes needs no stop, and may not open the other side on the way', () => {
    const played = new Played()
    played.fill(placed(played.order())[0]!)

    expect(codes(played.order({ key: 'key-00002', side: 'sell', quantity: 11 as Quantity }))).toEqual(['ORDER_FLIPS_POSITION'])
    const exit = played.order({ key: 'key-00003', side: 'sell', stop: undefined, takeProfit: undefined })
    expect(said(exit)).toEqual(['sell 10 market'])
    expect(exit?.verdicts[0]?.intent.role).toBe('exit')
  })

  test('waiting to close is canceled when the position is closed otherwise', () => {
    const played = new Played()
    const [stop] = placed(played.fill(placed(played.order())[0]!))
    const waiting = placed(played.order({ key: 'key-00002', side: 'sell', type: 'limit', price: 10_200 as Price }))[0]!

    expect(said(played.fill(stop!, 9_800))).toContain(`cancel ${waiting.orderId}`)
  })

  test('waiting to open is canceled by the mildest stop, and no other is placed', () => {
    const played = new Played()
    const waiting = placed(played.order({ type: 'limit', price: 9_900 as Price }))[0]!

    expect(said(played.operate({ action: 'kill', scope: 'all', target: '', mode: 'halt' }))).toEqual([
      `cancel ${waiting.orderId}`,
    ])
    expect(codes(played.order({ key: 'key-00002' }))).toEqual(['KILL_SWITCH_ACTIVE'])
  })

  test('is canceled by its id, once', () => {
    const played = new Played()
    const waiting = placed(played.order({ type: 'limit', price: 9_900 as Price }))[0]!

    expect(said(played.operate({ action: 'cancel', orderId: waiting.orderId }))).toEqual([`cancel ${waiting.orderId}`])
    expect(said(played.operate({ action: 'cancel', orderId: waiting.orderId }))).toEqual([])
    expect(said(played.operate({ action: 'cancel', orderId: 'o99-0' }))).toEqual([])
  })

  test('of an unknown instrument does nothing', () => {
    expect(new Played().order({ instrumentId: 'NOBODY.TEST' })?.commands ?? []).toEqual([])
  })

  test('is part of the state only where there is one', () => {
    const [used, other, unused] = [new Played(), new Played(), new Played()]
    used.order({ stop: undefined })
    other.order({ stop: undefined, key: 'key-00002' })

    expect(new Set([used.digest, other.digest, unused.digest]).size).toBe(3)
    // The state as it was before there were such orders.
    unused.operate({ action: 'cancel', orderId: 'o1-0' })
    expect(unused.digest).toBe(new Played().digest)
  })
})
