// The account half on its own: decisions in, commands and bookings out, with the venue's words given by hand.
import { describe, expect, test } from 'vitest'
import { bar, PLAIN, plain } from '../../test/market-facts.ts'
import { CALM, WIDE } from '../../test/order-wishes.ts'
import { sessionCalendar } from '../domain/calendar.ts'
import type { OperatorAction } from '../domain/event.ts'
import type { Instrument } from '../domain/instrument.ts'
import {
  DAY,
  formatMoney,
  HOUR,
  type Micros,
  type Price,
  parseMicros,
  parseMoney,
  type Quantity,
  ZERO_MONEY,
} from '../domain/numbers.ts'
import type { Command, OrderOutcome, Place } from '../domain/order.ts'
import { DERIVED } from '../domain/provenance.ts'
import type { Signal } from '../domain/signal.ts'
import type { AllocationRule } from '../stages/allocation/size.ts'
import type { RiskLimits } from '../stages/risk/review.ts'
import { Account } from './account.ts'
import type { Desk } from './desk.ts'
import type { Step } from './step.ts'
import { StepBuilder } from './step-builder.ts'

const BAR = bar(0, 1, [10_000, 10_000, 10_000, 10_000])

interface Setting {
  readonly limits?: Partial<RiskLimits>
  readonly allocation?: AllocationRule
  readonly instruments?: readonly Instrument[]
}

/** An account of a million dollars at one price, in which a test plays strategy, venue and operator. */
class Played {
  readonly account: Account
  readonly desks = new Map<string, Desk>()
  now = 0
  #step = new StepBuilder()
  #sequence = 0
  #fills = 0

  constructor({ limits = {}, allocation = { method: 'fixed', quantity: 10 as Quantity }, instruments = [PLAIN] }: Setting = {}) {
    this.account = new Account({
      currency: 'USD',
      startEquity: CALM.highEquity,
      allocation,
      limits: { ...WIDE, dataAgeMicros: 365 * DAY, ...limits },
    })
    for (const of of instruments) {
      this.desks.set(of.id, this.account.open(of, sessionCalendar(of.calendar)!))
      this.price(10_000, 10_000, of.id)
    }
  }

  price(bid: number, ask = bid, id = PLAIN.id): void {
    Object.assign(this.desks.get(id)!.mark, { bid, ask, time: this.now })
  }

  /** One event's worth of doing, as the finished step. */
  #during(act: (step: StepBuilder, now: Micros) => void): Step {
    this.#sequence += 1
    this.#step.begin(this.#sequence)
    act(this.#step, this.now as Micros)
    const tick = {
      kind: 'tick',
      eventTime: this.now as Micros,
      receivedTime: this.now as Micros,
      sequence: 0,
      provenance: DERIVED,
    } as const
    // A change that is nobody's makes sure that there is a step to look at.
    this.#step.bar(BAR)
    return this.#step.finish({ sequence: this.#sequence, event: tick })!
  }

  #decide(signal: Signal): Step {
    const common = { strategy: signal.strategy, instrumentId: signal.instrumentId, time: this.now as Micros, bar: BAR }
    return this.#during((step, now) =>
      this.account.decide({ ...common, signal, opinion: undefined, features: undefined }, now, step),
    )
  }

  enter(direction: 'long' | 'short', guards: { stop?: number; takeProfit?: number; id?: string; strategy?: string } = {}): Step {
    return this.#decide({
      kind: 'target',
      strategy: guards.strategy ?? 'tested',
      instrumentId: guards.id ?? PLAIN.id,
      direction,
      stop: guards.stop === undefined ? { kind: 'none' } : { kind: 'at', price: guards.stop as Price },
      takeProfit: guards.takeProfit as Price | undefined,
      risk: undefined,
      why: `wants ${direction}`,
    })
  }

  leave(id = PLAIN.id): Step {
    return this.#decide({ kind: 'flat', strategy: 'tested', instrumentId: id, why: 'enough' })
  }

  says(place: Command, outcome: OrderOutcome): Step {
    const time = this.now as Micros
    const common = { kind: 'order-event', instrumentId: place.instrumentId, orderId: place.orderId, sequence: 0 } as const
    return this.#during((step, now) =>
      this.account.onOrderEvent({ ...common, eventTime: time, receivedTime: time, provenance: DERIVED, ...outcome }, now, step),
    )
  }

  fill(place: Place, price: number, quantity: number = place.quantity): Step {
    this.#fills += 1
    return this.says(place, {
      outcome: 'filled',
      fillId: `f${this.#fills}`,
      side: place.side,
      price: price as Price,
      quantity: quantity as Quantity,
      commission: ZERO_MONEY,
    })
  }

  operate(order: OperatorAction): Step {
    const time = this.now as Micros
    const common = { kind: 'operator-command', eventTime: time, receivedTime: time, sequence: 0, provenance: DERIVED } as const
    return this.#during((step, now) =>
      this.account.command({ ...common, operator: 'ann', reason: 'odd prices', order }, now, step),
    )
  }

  kill(mode: 'halt' | 'cancel' | 'flatten', scope: 'all' | 'instrument' | 'strategy' = 'all', target = ''): Step {
    return this.operate({ action: 'kill', scope, target, mode })
  }

  /** Takes the equity of now into the day's start and the high, as a bar's close does. */
  sample(id = PLAIN.id): void {
    this.#during((_, now) => this.account.sample(this.desks.get(id)!, now, this.#sequence))
  }

  position(id = PLAIN.id): number {
    return this.account.portfolio.quantity(id)
  }
}

const places = (step: Step): Place[] => step.commands.filter(command => command.kind === 'place')
const only = (step: Step): Place => {
  expect(places(step)).toHaveLength(1)
  return places(step)[0]!
}
/** 'sell 10 stop 9900', or 'cancel o2-0'. */
const said = (step: Step): string[] =>
  step.commands.map(command =>
    command.kind === 'cancel'
      ? `cancel ${command.orderId}`
      : `${command.side} ${command.quantity} ${command.type}${command.price === undefined ? '' : ` ${command.price}`}`,
  )
const codes = (step: Step): string[] => step.verdicts.flatMap(verdict => verdict.refusals.map(refusal => refusal.code))
const reasons = (step: Step): string[] => step.sizings.map(sizing => sizing.reason)

/** A long of 10 from 100.00 with a stop at 99 and a target at 102, and its guards. */
function bracketed(setting: Setting = {}) {
  const played = new Played(setting)
  const entry = only(played.enter('long', { stop: 9_900, takeProfit: 10_200 }))
  const [stop, target] = places(played.fill(entry, 10_000)) as [Place, Place]
  return { played, entry, stop, target }
}

describe('a signal', () => {
  test('becomes an order of the allocated size', () => {
    const step = new Played().enter('long')
    expect(said(step)).toEqual(['buy 10 market'])
    expect(only(step).reduceOnly).toBe(false)
    expect(reasons(step)).toEqual(['fixed quantity'])
    expect(step.verdicts).toMatchObject([{ kind: 'approved', refusals: [] }])
  })

  test('repeated does no harm: on its way or held, it is there already', () => {
    const played = new Played()
    const entry = only(played.enter('long'))
    expect([said(played.enter('long')), reasons(played.enter('long'))]).toEqual([[], ['already long']])
    played.fill(entry, 10_000)
    expect(reasons(played.enter('long'))).toEqual(['already long'])
    expect(reasons(new Played().leave())).toEqual(['already flat'])
  })

  test('of nothing changes nothing', () => {
    expect(reasons(new Played({ allocation: { method: 'risk', fraction: 0.01 } }).enter('long'))).toEqual([
      'sizing by risk needs a stop',
    ])
  })

  test('without guards flips in one order, whatever another instrument is doing', () => {
    const OTHER = plain({ id: 'OTHER.TEST' })
    const played = new Played({ instruments: [PLAIN, OTHER] })
    played.fill(only(played.enter('long')), 10_000)
    played.enter('long', { id: OTHER.id })
    const flip = played.enter('short')
    expect(said(flip)).toEqual(['sell 20 market'])
    played.fill(only(flip), 10_000)
    expect(played.position()).toBe(-10)
  })

  test('with guards flips in two, so that a stop on the way cannot double the new side', () => {
    const { played, stop, target } = bracketed()
    const flip = played.enter('short', { stop: 10_100 })
    expect(said(flip)).toEqual([`cancel ${stop.orderId}`, `cancel ${target.orderId}`, 'sell 10 market', 'sell 10 market'])
    expect(places(flip).map(place => place.reduceOnly)).toEqual([true, false])
  })

  test('to be flat cancels the guards and closes what is held', () => {
    const { played, stop, target } = bracketed()
    const exit = played.leave()
    expect(said(exit)).toEqual([`cancel ${stop.orderId}`, `cancel ${target.orderId}`, 'sell 10 market'])
    const done = played.fill(only(exit), 10_100)
    expect(done.bookings[0]!.roundTrip).toMatchObject({ profit: parseMoney('10') })
    expect(played.position()).toBe(0)
  })

  test('to be flat also takes back an entry that is still on its way', () => {
    const played = new Played({ limits: { dailyLoss: { kind: 'amount', amount: ZERO_MONEY } } })
    played.enter('long')
    expect(said(played.leave())).toEqual(['sell 10 market'])
  })

  test('that turns twice before anything is filled ends where it was meant to', () => {
    const { played } = bracketed()
    const flip = places(played.enter('short', { stop: 10_100 }))
    const back = played.leave()
    expect(said(back), 'the exit on its way stays').toEqual(['buy 10 market'])
    for (const place of [...flip, ...places(back)]) played.fill(place, 10_000)
    expect(played.position()).toBe(0)
  })
})

describe('a bracket', () => {
  test('is placed when the entry is filled, on the other side and reduce-only', () => {
    const { stop, target } = bracketed()
    expect(stop).toMatchObject({ side: 'sell', quantity: 10, type: 'stop', price: 9_900, reduceOnly: true })
    expect(target).toMatchObject({ side: 'sell', quantity: 10, type: 'limit', price: 10_200, reduceOnly: true })
  })

  test.each(['stop', 'target'] as const)('when the %s is filled the other goes', which => {
    const { played, ...guards } = bracketed()
    const other = which === 'stop' ? guards.target : guards.stop
    expect(said(played.fill(guards[which], guards[which].price!))).toEqual([`cancel ${other.orderId}`])
    expect(played.position()).toBe(0)
  })

  test('each part of an entry has its own', () => {
    const played = new Played()
    const entry = only(played.enter('long', { stop: 9_900 }))
    expect(said(played.fill(entry, 10_000, 4))).toEqual(['sell 4 stop 9900'])
    expect(said(played.fill(entry, 10_000, 6))).toEqual(['sell 6 stop 9900'])
  })

  test('of one part goes alone: the other part keeps its guards', () => {
    const played = new Played()
    const entry = only(played.enter('long', { stop: 9_900, takeProfit: 10_200 }))
    const [stop] = places(played.fill(entry, 10_000, 4)) as [Place, Place]
    const [, target] = places(played.fill(entry, 10_000, 6)) as [Place, Place]
    const siblingOfStop = stop.orderId.replace(/0$/, '1')
    expect(said(played.fill(stop, 9_900))).toEqual([`cancel ${siblingOfStop}`])
    expect(said(played.fill(target, 10_200)), 'flat: whatever guards are left go').toHaveLength(1)
    expect(played.position()).toBe(0)
  })

  test('a stop that is refused closes the position at once', () => {
    // The tick is half a dollar: a stop at 99.25 cannot be.
    const played = new Played({ instruments: [plain({ tick: 50 })] })
    const filled = played.fill(only(played.enter('long', { stop: 9_925 })), 10_000)
    expect(codes(filled)).toEqual(['PRICE_INVALID'])
    expect(said(filled)).toEqual(['sell 10 market'])
    expect(only(filled).reduceOnly).toBe(true)
  })

  test('is placed though no token of the order rate is left', () => {
    const { stop, target } = bracketed({ limits: { orderRate: { count: 1, perMicros: HOUR } } })
    expect([stop.type, target.type]).toEqual(['stop', 'limit'])
  })
})

describe('an emergency stop', () => {
  test('halt: no new risk; the way out stays open and nothing is touched', () => {
    const { played } = bracketed()
    expect(said(played.kill('halt'))).toEqual([])
    const flip = played.enter('short', { stop: 10_100 })
    expect(places(flip).map(place => place.reduceOnly)).toEqual([true])
    expect(codes(flip)).toEqual(['KILL_SWITCH_ACTIVE'])
    expect(flip.verdicts.at(-1)!.refusals[0]!.observed).toBe('ann: odd prices')
  })

  test('halt: an entry that fills after it is still guarded', () => {
    const played = new Played()
    const entry = only(played.enter('long', { stop: 9_900 }))
    played.kill('halt')
    expect(said(played.fill(entry, 10_000))).toEqual(['sell 10 stop 9900'])
  })

  test('cancel: and every open order is cancelled', () => {
    const { played, stop, target } = bracketed()
    expect(said(played.kill('cancel'))).toEqual([`cancel ${stop.orderId}`, `cancel ${target.orderId}`])
    expect(played.position()).toBe(10)
  })

  test('flatten: and every position is closed', () => {
    const { played, stop, target } = bracketed()
    const step = played.kill('flatten')
    expect(said(step)).toEqual([`cancel ${stop.orderId}`, `cancel ${target.orderId}`, 'sell 10 market'])
    expect(step.verdicts[0]!.intent).toMatchObject({ strategy: 'operator', why: 'emergency stop: ann: odd prices' })
  })

  test('flatten: an entry that fills after it is closed too', () => {
    const played = new Played()
    const entry = only(played.enter('long', { stop: 9_900 }))
    expect(said(played.kill('flatten'))).toEqual([`cancel ${entry.orderId}`])
    expect(said(played.fill(entry, 10_000))).toEqual(['sell 10 market'])
  })

  test('reset: risk is allowed again', () => {
    const played = new Played()
    played.kill('flatten')
    expect(codes(played.enter('long'))).toEqual(['KILL_SWITCH_ACTIVE'])
    played.operate({ action: 'reset' })
    expect(said(played.enter('long'))).toEqual(['buy 10 market'])
  })

  test('covers the instrument or the strategy it names, and no other', () => {
    const OTHER = plain({ id: 'OTHER.TEST' })
    const byInstrument = new Played({ instruments: [PLAIN, OTHER] })
    byInstrument.fill(only(byInstrument.enter('long')), 10_000)
    byInstrument.fill(only(byInstrument.enter('long', { id: OTHER.id })), 10_000)
    expect(only(byInstrument.kill('flatten', 'instrument', OTHER.id))).toMatchObject({ instrumentId: OTHER.id })
    expect(said(byInstrument.enter('short'))).toEqual(['sell 20 market'])

    const byStrategy = new Played({ instruments: [PLAIN, OTHER] })
    byStrategy.fill(only(byStrategy.enter('long', { strategy: 'calm' })), 10_000)
    byStrategy.fill(only(byStrategy.enter('long', { id: OTHER.id, strategy: 'wild' })), 10_000)
    expect(only(byStrategy.kill('flatten', 'strategy', 'wild'))).toMatchObject({ instrumentId: OTHER.id })
    expect(codes(byStrategy.enter('short', { id: OTHER.id, strategy: 'wild' }))).toContain('KILL_SWITCH_ACTIVE')
    expect(said(byStrategy.enter('short', { strategy: 'calm' }))).toEqual(['sell 20 market'])
  })
})

describe('losses', () => {
  const amount = (text: string) => ({ kind: 'amount', amount: parseMoney(text)! }) as const

  test('of the day refuse new risk and let reductions through', () => {
    const { played } = bracketed({ limits: { dailyLoss: amount('5') } })
    // 10 units down 60 cents: 6 dollars.
    played.price(9_940)
    const flip = played.enter('short', { stop: 10_100 })
    expect(
      places(flip).map(place => place.reduceOnly),
      'the exit goes, the entry behind it does not',
    ).toEqual([true])
    expect(codes(flip)).toEqual(['DAILY_LOSS_LIMIT'])
  })

  test('from the high refuse new risk too', () => {
    const { played } = bracketed({ limits: { drawdown: amount('15') } })
    played.price(10_100)
    played.sample()
    played.price(9_940)
    // 10 × (101.00 − 99.40) = 16 below the high.
    expect(codes(played.enter('short', { stop: 10_100 }))).toEqual(['DRAWDOWN_LIMIT'])
  })

  test('are forgiven by a new day, the drawdown is not', () => {
    const { played } = bracketed({ limits: { dailyLoss: amount('5') } })
    played.price(9_940)
    played.sample()
    expect(codes(played.enter('short', { stop: 10_100 }))).toEqual(['DAILY_LOSS_LIMIT'])
    const other = bracketed({ limits: { dailyLoss: amount('5') } }).played
    other.price(9_940)
    other.sample()
    other.now = DAY
    other.sample()
    expect(codes(other.enter('short', { stop: 10_100 }))).toEqual([])
  })

  test('are counted from one start a day, though two markets roll at different hours', () => {
    const EURO = plain({ id: 'EURUSD.TEST', calendar: 'fx' })
    const played = new Played({ instruments: [PLAIN, EURO], limits: { dailyLoss: amount('5') } })
    // Wednesday 22:30 UTC in winter: Thursday's session of currencies has begun, crypto's has not.
    played.now = parseMicros('2024-01-03T22:30:00Z')!
    played.price(10_000)
    played.sample()
    played.sample(EURO.id)
    played.fill(only(played.enter('long')), 10_000)
    for (const price of [9_980, 9_960, 9_940]) {
      played.price(price)
      played.sample()
      played.sample(EURO.id)
    }
    expect(codes(played.enter('short'))).toEqual(['DAILY_LOSS_LIMIT'])
  })
})

test('the position limit counts what an entry opens once the exit before it is done', () => {
  const played = new Played({ limits: { positionNotional: { kind: 'amount', amount: parseMoney('950')! } } })
  played.price(9_000)
  const entry = only(played.enter('long', { stop: 8_900 }))
  played.fill(entry, 9_000, 1)
  played.says(entry, { outcome: 'canceled', reason: 'the rest found no seller' })
  // Long 1 against 10 short: 9 × 100 would pass, but the exit closes the long first and 10 × 100 remain.
  played.price(10_000)
  const flip = played.enter('short', { stop: 10_100 })
  expect(codes(flip)).toEqual(['POSITION_LIMIT_EXCEEDED'])
  expect(flip.verdicts.at(-1)!.refusals[0]!.observed).toBe('1000')
})

describe('a desk', () => {
  test('shows its position as a strategy sees it', () => {
    const of = plain({ quantityDecimals: 1, multiplier: 5 })
    const played = new Played({ instruments: [of] })
    const desk = played.desks.get(of.id)!
    expect(desk.position).toBeUndefined()
    played.fill(only(played.enter('short')), 10_000, 4)
    expect(desk.position).toMatchObject({ side: 'short', quantity: 0.4, entry: 100, barsHeld: 0 })
  })

  test('counts bars anew when the side changes', () => {
    const played = new Played()
    const desk = played.desks.get(PLAIN.id)!
    played.fill(only(played.enter('long')), 10_000)
    desk.barsHeld = 7
    played.fill(only(played.enter('short')), 10_000)
    expect([desk.side, desk.barsHeld]).toEqual(['short', 0])
  })
})

test("what a stranger's order does is not booked", () => {
  const played = new Played()
  const stranger = { ...only(played.enter('long')), orderId: 'stranger' }
  expect(played.fill(stranger, 10_000).bookings).toEqual([])
  expect(formatMoney(played.account.portfolio.equity()!)).toBe('1000000')
})
