// Every check alone, by its number and code; several at once; and what reductions and guards may do.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { plain } from '../../../test/market-facts.ts'
import { CALM, WIDE, wish } from '../../../test/order-wishes.ts'
import type { Limit } from '../../domain/limit.ts'
import { type Money, parseMoney, SECOND } from '../../domain/numbers.ts'
import type { OrderIntent } from '../../domain/order.ts'
import { RiskDesk, type RiskLimits, type RiskSituation, reducesOnly } from './review.ts'

const usd = (text: string): Money => parseMoney(text)!
const amount = (text: string): Limit => ({ kind: 'amount', amount: usd(text) })
const share = (fraction: number): Limit => ({ kind: 'percent', fraction })

interface Case {
  readonly intent?: OrderIntent
  readonly at?: Partial<RiskSituation>
  readonly limits?: Partial<RiskLimits>
}

function review({ intent = wish(), at = {}, limits = {} }: Case = {}) {
  const verdict = new RiskDesk({ ...WIDE, ...limits }).review(intent, { ...CALM, ...at })
  return verdict.kind === 'approved' ? [] : verdict.refusals
}

/** '20 NOTIONAL_EXCEEDS_MAX 999 1000': check, code, limit, observed. */
const refusals = (of: Case = {}): string[] =>
  review(of).map(({ check, code, limit, observed }) => `${check} ${code} ${limit} ${observed}`)

/** Out of a long of 10. */
const EXIT = wish({ side: 'sell', role: 'exit' })
const LONG = { position: 10 } as const

test('a calm order in a calm market is approved', () => {
  expect(refusals()).toEqual([])
})

describe('each check alone', () => {
  test("1: nothing new while killed, and the reason is the person's", () => {
    expect(refusals({ at: { killed: 'ann: odd prices' } })).toEqual(['1 KILL_SWITCH_ACTIVE not killed ann: odd prices'])
    expect(refusals({ at: { sourceLevel: 'cache' } })).toEqual(['35 DATA_SOURCE_DEGRADED a live source last known prices'])
    expect(refusals({ at: { sourceLevel: 'none' } })).toEqual(['35 DATA_SOURCE_DEGRADED a live source none'])
  })

  test('11: an unknown instrument', () => {
    expect(refusals({ at: { instrument: undefined } })).toEqual(['11 INSTRUMENT_UNKNOWN a known instrument PLAIN.TEST'])
  })

  test('13: a closed market, unless the configuration says that hours do not matter', () => {
    expect(refusals({ at: { marketOpen: false } })).toEqual(['13 MARKET_CLOSED open session closed'])
    expect(refusals({ at: { marketOpen: false }, limits: { marketHours: false } })).toEqual([])
  })

  test('15: a price too far from the mid of 100', () => {
    const limit = (price: number): Case => ({ intent: wish({ type: 'limit', price }), limits: { collar: 0.01 } })
    expect(refusals(limit(9_900))).toEqual([])
    expect(refusals(limit(9_899))).toEqual(['15 PRICE_COLLAR_BREACHED 1.000% 1.010%'])
    expect(refusals(limit(10_101))).toEqual(['15 PRICE_COLLAR_BREACHED 1.000% 1.010%'])
    // A market order would pay the ask: 102 against a mid of 100.
    expect(refusals({ at: { bid: 9_800, ask: 10_200 }, limits: { collar: 0.01 } })).toEqual([
      '15 PRICE_COLLAR_BREACHED 1.000% 2.000%',
    ])
  })

  test('17: a price off the tick, or below zero where that cannot be', () => {
    const instrument = plain({ tick: 25 })
    expect(refusals({ intent: wish({ type: 'limit', price: 10_010 }), at: { instrument } })).toEqual([
      '17 PRICE_INVALID on a tick of 0.25 10010',
    ])
    expect(refusals({ intent: wish({ type: 'limit', price: -50 }), limits: { collar: 9 } })[0]).toContain('17 PRICE_INVALID')
    const oil = { instrument: plain({ negativePrices: true }), bid: -60, ask: -40 }
    expect(refusals({ intent: wish({ type: 'limit', price: -50 }), at: oil })).toEqual([])
  })

  test.each([0, -10, 2.5, 15, Number.NaN])('18: a quantity of %d in lots of 10', quantity => {
    const instrument = plain({ lot: 10 })
    expect(refusals({ intent: wish({ quantity }), at: { instrument } })).toEqual([
      `18 QUANTITY_INVALID whole lots of 10 ${quantity}`,
    ])
  })

  test('20: the order is worth more than allowed; as much as allowed passes', () => {
    const limits = { orderNotional: amount('999.99') }
    expect(refusals({ limits })).toEqual(['20 NOTIONAL_EXCEEDS_MAX 999.99 1000'])
    expect(refusals({ limits: { orderNotional: amount('1000') } })).toEqual([])
  })

  test('22: the position could become larger than allowed', () => {
    const at = { positionValue: usd('5000.01') }
    expect(refusals({ at, limits: { positionNotional: amount('5000') } })).toEqual(['22 POSITION_LIMIT_EXCEEDED 5000 5000.01'])
  })

  test('23: all positions together', () => {
    const at = { positionValue: usd('1000'), otherValue: usd('2000') }
    expect(refusals({ at, limits: { grossNotional: amount('3000') } })).toEqual([])
    expect(refusals({ at, limits: { grossNotional: amount('2999') } })).toEqual(['23 GROSS_EXPOSURE_EXCEEDED 2999 3000'])
  })

  test('26: too little equity to cover the margin', () => {
    // 3.33 % of 40,000,000 is 1,332,000.
    const at = { positionValue: usd('40000000') }
    expect(refusals({ at, limits: { marginRate: 0.0333 } })).toEqual(['26 MARGIN_INSUFFICIENT 1000000 1332000'])
    expect(refusals({ at: { positionValue: usd('30000000') }, limits: { marginRate: 0.0333 } })).toEqual([])
  })

  test('29: too many orders at once', () => {
    const desk = new RiskDesk({ ...WIDE, orderRate: { count: 2, perMicros: SECOND } })
    const kinds = [1, 2, 3].map(() => desk.review(wish(), CALM).kind)
    expect(kinds).toEqual(['approved', 'approved', 'refused'])
    const verdict = desk.review(wish(), CALM)
    expect(verdict.kind === 'refused' && verdict.refusals).toEqual([
      { check: 29, code: 'RATE_LIMIT_EXCEEDED', limit: '2 per 1 s', observed: 'no token left' },
    ])
  })

  test('34: a price older than allowed, or none yet', () => {
    const limits = { dataAgeMicros: 10 * SECOND }
    expect(refusals({ at: { now: 10 * SECOND }, limits })).toEqual([])
    expect(refusals({ at: { now: 10.5 * SECOND }, limits })).toEqual(['34 MARKET_DATA_STALE 10 s 10.5 s'])
    const none = { bid: Number.NaN, ask: Number.NaN, priceTime: Number.NEGATIVE_INFINITY, orderValue: undefined }
    expect(refusals({ at: none })).toEqual(['34 MARKET_DATA_STALE a price none yet'])
  })

  test('38: a stop that would be hit at once', () => {
    const stop = (side: 'buy' | 'sell', at: number) => refusals({ intent: wish({ side, stop: at }) })
    expect(stop('buy', 9_998)).toEqual([])
    // A long is stopped out when the bid of 99.99 is at its stop.
    expect(stop('buy', 9_999)).toEqual(['38 STOP_INVALID on the losing side of 99.99 99.99'])
    expect(stop('sell', 10_002)).toEqual([])
    expect(stop('sell', 10_001)).toEqual(['38 STOP_INVALID on the losing side of 100.01 100.01'])
  })

  test('40: the day has lost enough', () => {
    const limits = { dailyLoss: share(0.03) }
    const lost = (equity: string): Case => ({ at: { equity: usd(equity), highEquity: usd(equity) }, limits })
    expect(refusals(lost('970000')), 'exactly 3 % may be lost').toEqual([])
    expect(refusals(lost('969999'))).toEqual(['40 DAILY_LOSS_LIMIT 30000 30001'])
  })

  test('41: too far below the high', () => {
    const at = { equity: usd('899999'), dayStartEquity: usd('899999') }
    expect(refusals({ at, limits: { drawdown: share(0.1) } })).toEqual(['41 DRAWDOWN_LIMIT 100000 100001'])
    expect(refusals({ at, limits: { drawdown: amount('100001') } })).toEqual([])
  })

  test("46: a rate to the account's currency is missing", () => {
    expect(refusals({ at: { orderValue: undefined } })).toEqual(['46 FX_RATE_MISSING a rate to the account currency none yet'])
    expect(refusals({ at: { equity: undefined } })).toHaveLength(1)
    expect(refusals({ at: { otherValue: undefined } })).toHaveLength(1)
  })
})

describe('limits', () => {
  test('in percent follow equity', () => {
    const at = { equity: usd('50000'), dayStartEquity: usd('50000'), highEquity: usd('50000') }
    expect(refusals({ at, limits: { orderNotional: share(0.02) } })).toEqual([])
    expect(refusals({ at, limits: { orderNotional: share(0.0199) } })).toEqual(['20 NOTIONAL_EXCEEDS_MAX 995 1000'])
  })

  test('in percent of a debt allow nothing', () => {
    const at = { equity: usd('-1') }
    expect(refusals({ at, limits: { orderNotional: share(5) } })).toEqual(['20 NOTIONAL_EXCEEDS_MAX 0 1000'])
  })
})

test('a refusal names every reason, not the first', () => {
  const codes = review({
    intent: wish({ quantity: 0, stop: 10_500 }),
    at: { marketOpen: false, killed: 'ann: stop', now: 60 * SECOND, equity: usd('900000') },
    limits: { orderNotional: amount('1'), dailyLoss: share(0.03), drawdown: share(0.05) },
  }).map(({ check }) => check)
  expect(codes).toEqual([1, 13, 18, 38, 20, 34, 40, 41])
})

test('a refused order takes no token', () => {
  const desk = new RiskDesk({ ...WIDE, orderRate: { count: 1, perMicros: SECOND } })
  expect(desk.review(wish(), { ...CALM, marketOpen: false }).kind).toBe('refused')
  expect(desk.review(wish(), CALM).kind).toBe('approved')
})

describe('the order rate', () => {
  const desk = () => new RiskDesk({ ...WIDE, orderRate: { count: 10, perMicros: SECOND }, dataAgeMicros: 1e12 })

  test('refills evenly in event time: a tenth of a second brings one of ten a second', () => {
    const subject = desk()
    const ask = (now: number) => subject.review(wish(), { ...CALM, now }).kind
    for (let i = 0; i < 10; i++) expect(ask(0)).toBe('approved')
    expect(ask(99_999)).toBe('refused')
    expect(ask(100_000)).toBe('approved')
    expect(ask(100_000)).toBe('refused')
  })

  test('never lets more through than the bucket and what flowed in', () => {
    const waits = fc.array(fc.integer({ min: 0, max: 200_000 }), { minLength: 1, maxLength: 200 })
    fc.assert(
      fc.property(waits, list => {
        const subject = desk()
        let now = 0
        let passed = 0
        for (const wait of list) {
          now += wait
          if (subject.review(wish(), { ...CALM, now }).kind === 'approved') passed += 1
          expect(passed).toBeLessThanOrEqual(10 + now / 100_000 + 1e-6)
        }
      }),
    )
  })

  test('never holds back what makes a position smaller', () => {
    const subject = new RiskDesk({ ...WIDE, orderRate: { count: 1, perMicros: SECOND } })
    expect(subject.review(wish(), CALM).kind).toBe('approved')
    const stop = wish({ side: 'sell', role: 'stop', type: 'stop', price: 9_000 })
    expect(subject.review(stop, { ...CALM, ...LONG }).kind).toBe('approved')
    expect(subject.review(EXIT, { ...CALM, ...LONG }).kind).toBe('approved')
  })
})

describe('a reduction', () => {
  test('passes where no new risk may: killed, lost, drawn down, over every limit, without a rate', () => {
    const at = { ...LONG, killed: 'ann: stop', sourceLevel: 'none' as const, equity: usd('1'), positionValue: undefined }
    const limits = { orderNotional: amount('0'), dailyLoss: amount('0'), drawdown: amount('0') }
    expect(refusals({ intent: EXIT, at, limits })).toEqual([])
  })

  test('still needs a fresh price, an open market and a whole lot', () => {
    const at = { ...LONG, marketOpen: false, now: 60 * SECOND, instrument: plain({ lot: 7 }) }
    expect(review({ intent: EXIT, at }).map(({ check }) => check)).toEqual([13, 18, 34])
  })

  test.each<[string, Partial<OrderIntent>, Partial<RiskSituation>, boolean]>([
    ['selling all of a long', { side: 'sell' }, { position: 10 }, true],
    ['selling more than a long', { side: 'sell' }, { position: 9 }, false],
    ['buying more of a long', { side: 'buy' }, { position: 10 }, false],
    ['buying back a short', { side: 'buy' }, { position: -10 }, true],
    ['leaving what is still on its way in', { side: 'sell' }, { openBuys: 10 }, true],
    ['leaving a short that is still on its way in', { side: 'buy' }, { openSells: 10 }, true],
    ['selling out of nothing', { side: 'sell' }, {}, false],
    ['an entry against the position', { side: 'sell', role: 'entry' }, { position: 100 }, false],
  ])('%s', (_, intent, at, expected) => {
    expect(reducesOnly(wish({ role: 'exit', ...intent }), { ...CALM, ...at })).toBe(expected)
  })
})

describe('a guard', () => {
  const stop = wish({ side: 'sell', role: 'stop', type: 'stop', price: 5_000 })

  test('may rest while the market is closed, and far from the price', () => {
    expect(refusals({ intent: stop, at: { ...LONG, marketOpen: false }, limits: { collar: 0.01 } })).toEqual([])
  })

  test('must be on the tick all the same', () => {
    expect(refusals({ intent: stop, at: { ...LONG, instrument: plain({ tick: 300 }) } })).toEqual([
      '17 PRICE_INVALID on a tick of 3.00 5000',
    ])
  })
})
