// Facts about runs side by side.
import { expect, test } from 'vitest'
import { compareRuns, type Run } from './run-comparison.ts'

const RUN: Run = {
  id: 'gold-1',
  name: 'gold',
  mode: 'BACKTEST',
  running: false,
  events: 10,
  elapsedSeconds: 1,
  bars: 10,
  decisions: 10,
  signals: 4,
  refused: { MARKET_CLOSED: 2, NOTIONAL_EXCEEDS_MAX: 1 },
  quarantined: {},
  orders: 2,
  fills: 2,
  trades: 1,
  netProfit: '100.50',
  return: 0.01,
  sharpe: 1.2,
  sortino: null,
  maxDrawdown: 0.05,
  profitFactor: 2,
  winRate: 1,
  costs: '4.00',
  currency: 'USD',
  startEquity: '10000',
  finalEquity: '10100.50',
  stateHash: 'a',
  dataHash: 'd',
  configHash: 'c',
  from: '2025-01-01T00:00:00Z',
  to: '2025-02-01T00:00:00Z',
  instruments: ['XAUUSD.OANDA'],
  finished: null,
}

const figure = (runs: readonly Run[], label: string) => compareRuns(runs).find(line => line.figure.label === label)

test('the best of a figure is the highest profit and the lowest drawdown', () => {
  const runs = [RUN, { ...RUN, netProfit: '90', maxDrawdown: 0.02 }, { ...RUN, netProfit: '100.5', maxDrawdown: 0.02 }]

  expect(figure(runs, 'Net profit')).toMatchObject({ values: [100.5, 90, 100.5], differs: true, best: [0, 2] })
  expect(figure(runs, 'Max drawdown')).toMatchObject({ differs: true, best: [1, 2] })
})

test('figures that agree are not marked', () => {
  expect(figure([RUN, RUN], 'Return')).toMatchObject({ differs: false, best: [] })
})

test('a figure that one run lacks differs, and the other is best', () => {
  expect(figure([{ ...RUN, sharpe: null }, RUN], 'Sharpe')).toMatchObject({ values: [null, 1.2], differs: true, best: [1] })
})

test('another data hash is a difference without a winner', () => {
  expect(figure([RUN, { ...RUN, dataHash: 'e' }], 'Data hash')).toMatchObject({ differs: true, best: [] })
  expect(figure([RUN], 'Refused')).toMatchObject({ values: [3] })
})
