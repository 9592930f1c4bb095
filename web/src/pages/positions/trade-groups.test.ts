// Facts about the attribution of profit.
import { expect, test } from 'vitest'
import { tradeGroups } from './trade-groups.ts'

const trade = (instrument: string, currency: string, exit: string, profit: string) => ({
  run: 'r',
  account: 'gold',
  instrument,
  strategy: 'donchian',
  side: 'buy' as const,
  quantity: '1',
  entryPrice: 1,
  exitPrice: 2,
  commission: '0.10',
  profit,
  currency,
  entryOrder: 'a',
  exitOrder: 'b',
  entryReason: '',
  exitReason: '',
  entry: exit,
  exit,
})

const TRADES = [
  trade('XAUUSD.OANDA', 'USD', '2025-01-31T10:00:00Z', '10.5'),
  trade('XAUUSD.OANDA', 'USD', '2025-02-01T10:00:00Z', '-4.25'),
  trade('SPY.ARCA', 'USD', '2025-02-03T10:00:00Z', '1'),
  trade('XAUUSD.OANDA', 'EUR', '2025-02-04T10:00:00Z', '2'),
]

test('profit by instrument keeps currencies apart', () => {
  const groups = tradeGroups(TRADES, 'instrument')

  expect(groups.map(({ name, currency, trades, wins, profit }) => [name, currency, trades, wins, profit])).toEqual([
    ['SPY.ARCA', 'USD', 1, 1, '1'],
    ['XAUUSD.OANDA', 'EUR', 1, 1, '2'],
    ['XAUUSD.OANDA', 'USD', 2, 1, '6.25'], // 10.5 − 4.25
  ])
  expect(groups[2]).toMatchObject({ best: '10.5', worst: '-4.25', commission: '0.20', time: '2025-02-01T10:00:00Z' })
})

test('months follow the exit, the newest first', () => {
  expect(tradeGroups(TRADES, 'month').map(group => `${group.name} ${group.currency} ${group.profit}`)).toEqual([
    '2025-02 USD -3.25', // −4.25 + 1
    '2025-02 EUR 2',
    '2025-01 USD 10.5',
  ])
})
