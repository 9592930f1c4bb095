// Orders as tests wish them, and a risk desk that has nothing against anything it was not told to mind.
import type { Limit } from '../src/domain/limit.ts'
import { type Money, type Price, parseMoney, type Quantity, SECOND } from '../src/domain/numbers.ts'
import type { ApprovedOrder, OrderIntent } from '../src/domain/order.ts'
import { RiskDesk, type RiskLimits, type RiskSituation } from '../src/stages/risk/review.ts'
import { PLAIN } from './market-facts.ts'

type Wish = Partial<Omit<OrderIntent, 'quantity' | 'price' | 'stop' | 'takeProfit'>> & {
  readonly quantity?: number
  readonly price?: number | undefined
  readonly stop?: number | undefined
  readonly takeProfit?: number | undefined
}

/** A market order to buy 10 of PLAIN, but for what is named. */
export function wish({ quantity = 10, price, stop, takeProfit, ...rest }: Wish = {}): OrderIntent {
  return {
    instrumentId: PLAIN.id,
    strategy: 'tested',
    side: 'buy',
    type: 'market',
    role: 'entry',
    why: 'for a test',
    quantity: quantity as Quantity,
    price: price as Price | undefined,
    stop: stop as Price | undefined,
    takeProfit: takeProfit as Price | undefined,
    ...rest,
  }
}

const MILLION = parseMoney('1000000') as Money
const HUGE: Limit = { kind: 'amount', amount: (MILLION * 1_000_000n) as Money }

export const WIDE: RiskLimits = {
  orderNotional: HUGE,
  positionNotional: HUGE,
  grossNotional: HUGE,
  marginRate: 0,
  dailyLoss: HUGE,
  drawdown: HUGE,
  collar: 1,
  dataAgeMicros: 10 * SECOND,
  orderRate: { count: 1000, perMicros: SECOND },
  marketHours: true,
}

/** A million of equity, nothing held, PLAIN at 99.99 to 100.01, an order worth 1,000. */
export const CALM: RiskSituation = {
  now: 0,
  instrument: PLAIN,
  marketOpen: true,
  bid: 9_999,
  ask: 10_001,
  priceTime: 0,
  position: 0,
  openBuys: 0,
  openSells: 0,
  equity: MILLION,
  orderValue: parseMoney('1000'),
  positionValue: parseMoney('1000'),
  otherValue: parseMoney('0'),
  dayStartEquity: MILLION,
  highEquity: MILLION,
  killed: '',
  sourceLevel: 'live',
}

export function approved(intent: OrderIntent): ApprovedOrder {
  const verdict = new RiskDesk(WIDE).review(intent, CALM)
  if (verdict.kind === 'refused') throw new Error(`refused: ${verdict.refusals.map(({ code }) => code).join(', ')}`)
  return verdict.order
}
