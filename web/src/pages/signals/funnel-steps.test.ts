// Facts about the funnel's arithmetic.
import { expect, test } from 'vitest'
import { funnelSteps, funnelTable, keptWords, reasonGroups } from './funnel-steps.ts'

const FUNNEL = {
  run: 'spy-1',
  time: '2013-10-31T20:15:00.000000Z',
  decisions: 1000,
  signals: 68,
  sized: 34,
  approved: 17,
  orders: 20,
  fills: 6,
  reasons: [],
}

test('each step says how many of the one before were lost', () => {
  const steps = funnelSteps(FUNNEL)

  // 1000 − 68, 68 − 34, 34 − 17; more orders than approvals (stops ride along) is no loss; 20 − 6.
  expect(steps.map(step => step.lost)).toEqual([null, 932, 34, 17, null, 14])
  expect(steps.map(step => step.share)).toEqual([1, 0.068, 0.034, 0.017, 0.02, 0.006])
  expect(steps.map(step => step.kept)).toEqual([null, 0.068, 0.5, 0.5, 20 / 17, 0.3])
})

test('a run that decided nothing has empty bars and no division by zero', () => {
  const steps = funnelSteps({ ...FUNNEL, decisions: 0, signals: 0, sized: 0, approved: 0, orders: 0, fills: 0 })

  expect(steps.every(step => step.share === 0 && step.kept === null)).toBe(true)
})

test('reasons are grouped by stage, the most frequent first', () => {
  const groups = reasonGroups([
    { stage: 'strategy', text: 'no cross', count: 30 },
    { stage: 'risk', text: 'NOTIONAL_EXCEEDS_MAX', count: 29 },
    { stage: 'risk', text: 'MARKET_CLOSED', count: 35 },
  ])

  expect(groups).toEqual([
    {
      stage: 'risk',
      count: 64,
      reasons: [
        { text: 'MARKET_CLOSED', count: 35, share: 35 / 64 },
        { text: 'NOTIONAL_EXCEEDS_MAX', count: 29, share: 29 / 64 },
      ],
    },
    { stage: 'strategy', count: 30, reasons: [{ text: 'no cross', count: 30, share: 1 }] },
  ])
})

test('the saved funnel has every step and every reason, however many there are', () => {
  const reasons = Array.from({ length: 9 }, (_, index) => ({ stage: 'risk', text: `reason ${index}`, count: 9 - index }))
  const { rows } = funnelTable({ ...FUNNEL, reasons })

  expect(rows.slice(0, 2)).toEqual([
    ['step', 'Seen', 'moments at which a strategy was asked', 1000],
    ['step', 'Wished', 'moments at which it wanted a position', 68],
  ])
  expect(rows.filter(([part]) => part === 'reason')).toEqual(reasons.map(({ text, count }) => ['reason', 'risk', text, count]))
})

test('a page says when only some of the signals are kept', () => {
  expect(keptWords({ ...FUNNEL, signals: 123_456 }, 4_983)).toBe('4,983 of 123,456 kept, evenly')
  expect(keptWords(FUNNEL, 68)).toBe('')
  expect(keptWords(FUNNEL, 0), 'none are stored: the table says so').toBe('')
})
