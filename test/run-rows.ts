// Rows as a run leaves them, each from a number: enough to tell them apart and to know which is the newest.
import type { RunContent } from '../src/adapters/database/projection.ts'
import type { FillRow, OpinionRow, OrderRow, RunLine, SignalRow, TradeRow } from '../src/adapters/database/projection-reader.ts'

/** The i-th second of 2026, to the microsecond. */
export const instant = (i: number): string => `${new Date(Date.UTC(2026, 0, 1, 0, 0, i)).toISOString().slice(0, -1)}000Z`

const OF = { run: 'run-1', account: 'gold', instrument: 'BRENT.DUKA', strategy: 'trend' } as const

export const orderRow = (i: number, change: Partial<OrderRow> = {}): OrderRow => ({
  key: `run-1/o${i}-0`,
  ...OF,
  id: `o${i}-0`,
  side: 'buy',
  type: 'limit',
  role: 'entry',
  quantity: '1.50',
  filled: '0.00',
  price: i % 2 === 0 ? null : '101.250',
  state: 'filled',
  reason: 'filled in full',
  why: 'fast above slow',
  created: instant(i),
  changed: instant(i + 1),
  ...change,
})

export const fillRow = (i: number, change: Partial<FillRow> = {}): FillRow => ({
  key: `run-1/f${i}`,
  ...OF,
  id: `f${i}`,
  order: `o${i}-0`,
  side: 'buy',
  quantity: '1.50',
  price: '101.250',
  commission: '0.10',
  currency: 'USD',
  time: instant(i),
  ...change,
})

export const tradeRow = (i: number): TradeRow => ({
  ...OF,
  side: 'sell',
  quantity: '1.50',
  entryPrice: 101.2505,
  exitPrice: 100.125,
  commission: '0.20',
  profit: '-1.6875',
  currency: 'USD',
  entryOrder: `o${i}-0`,
  exitOrder: `o${i}-1`,
  entryReason: 'fast above slow',
  exitReason: 'stop',
  entry: instant(i),
  exit: instant(i + 5),
})

export const signalRow = (i: number, change: Partial<SignalRow> = {}): SignalRow => ({
  key: `run-1/s${i}`,
  run: 'run-1',
  time: instant(i),
  strategy: 'trend',
  instrument: 'BRENT.DUKA',
  direction: 'long',
  why: 'fast above slow',
  outcome: 'ordered',
  refusals: [{ code: 'NOT_ALLOWED', limit: '1', observed: '2' }],
  orders: [`o${i}-0`],
  probabilityUp: 0.625,
  confidence: 0.5,
  price: '101.250',
  ...change,
})

export const opinionRow = (i: number, change: Partial<OpinionRow> = {}): OpinionRow => ({
  key: 'BRENT.DUKA',
  run: 'run-1',
  time: instant(i),
  probabilityUp: 0.625,
  confidence: 0.5,
  disagreement: 0.125,
  conflict: false,
  standAside: '',
  narrative: 'up, says the trend',
  readings: [],
  ...change,
})

const range = <Row>(count: number, row: (i: number) => Row): Row[] => Array.from({ length: count }, (_, i) => row(i + 1))

/** A finished run with so many of each. */
export function content(
  id: string,
  { orders, fingerprint }: { readonly orders: number; readonly fingerprint: string },
): RunContent {
  const run: RunLine = {
    id,
    name: 'gold',
    mode: 'BACKTEST',
    running: false,
    events: 10,
    elapsedSeconds: 1.5,
    bars: 5,
    decisions: 5,
    signals: orders,
    refused: { NOT_ALLOWED: 1 },
    quarantined: {},
    orders,
    fills: orders,
    trades: orders,
    netProfit: '-1.6875',
    return: -0.001,
    sharpe: null,
    sortino: null,
    maxDrawdown: 0.01,
    profitFactor: null,
    winRate: 0,
    costs: '0.20',
    currency: 'USD',
    startEquity: '100000',
    finalEquity: '99998.3125',
    stateHash: 'a',
    dataHash: 'b',
    configHash: 'c',
    from: instant(0),
    to: instant(100),
    instruments: ['BRENT.DUKA'],
    finished: instant(200),
  }
  const bars = { resolution: '1m', source: 'dukascopy', time: [1], open: [1], high: [2], low: [0.5], close: [1.5], volume: [3] }
  return {
    run,
    yaml: 'name: gold\n',
    fingerprint,
    orders: range(orders, orderRow),
    fills: range(orders, fillRow),
    trades: range(orders, tradeRow),
    signals: range(orders, signalRow),
    opinions: range(orders, opinionRow),
    account: {
      key: id,
      account: 'gold',
      mode: 'BACKTEST',
      running: false,
      currency: 'USD',
      equity: '99998.3125',
      startEquity: '100000',
      dayStartEquity: null,
      highEquity: null,
      drawdown: 0.01,
      exposure: null,
      openOrders: 0,
      openPositions: 0,
      fills: orders,
      time: instant(100),
      source: 'run',
    },
    equity: { run: id, currency: 'USD', time: [1, 2], equity: [100_000, 99_998.3125], drawdown: [0, 0.01], source: 'run' },
    bars: [{ instrument: 'BRENT.DUKA', ...bars }],
    funnel: {
      run: id,
      time: instant(100),
      decisions: 5,
      signals: 3,
      sized: 3,
      approved: 2,
      orders,
      fills: orders,
      reasons: [{ stage: 'risk', text: 'not allowed', count: 1 }],
    },
  }
}
