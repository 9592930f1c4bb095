// What a run keeps of its decisions: each signal once with what became of it, opinions in words, curves and funnel in the wire's form.
import type { TSchema } from 'typebox'
import { Errors } from 'typebox/value'
import { expect, test } from 'vitest'
import type { Bar } from '../src/domain/market.ts'
import type { Micros } from '../src/domain/numbers.ts'
import type { Decision, Step } from '../src/engine/step.ts'
import { DecisionRecorder } from '../src/research/decision-recorder.ts'
import type { OpinionRow } from '../src/research/opinion-row.ts'
import { RunRecorder } from '../src/research/recorder.ts'
import { runSeries } from '../src/research/run-series.ts'
import type { SignalRow } from '../src/research/signal-trail.ts'
import { EquitySeries } from '../src/wire/account.ts'
import { Bars, Funnel } from '../src/wire/market.ts'
import { TOPICS } from '../src/wire/topics.ts'
import { GOLD, openSession, quotes, smallConfig } from './small-world.ts'

const instruments = new Map([[GOLD.id, GOLD]])

async function played(overrides: readonly string[] = []) {
  const signals: SignalRow[] = []
  const opinions: OpinionRow[] = []
  const thoughts = new DecisionRecorder('r', instruments, {
    signal: row => signals.push(structuredClone(row)),
    opinion: row => opinions.push(row),
  })
  const config = smallConfig(overrides)
  const recorder = new RunRecorder({ startEquity: config.account.equity, instruments, convert: amount => amount })
  const session = await openSession(config, step => {
    thoughts.observe(step)
    recorder.observe(step)
  })
  for (const event of quotes(7, 6_000)) session.step(event)
  thoughts.finish()
  return { signals, opinions, record: recorder.finish(), wishFills: thoughts.wishFills }
}

const faults = (form: TSchema, rows: readonly unknown[]) => rows.flatMap(row => [...Errors(form, row)])

test('each signal is kept once, and the orders are those that left', async () => {
  const { signals, opinions, record } = await played()

  expect(signals.length).toBe(record.signals)
  expect(new Set(signals.map(({ key }) => key)).size).toBe(signals.length)
  expect(faults(TOPICS.signals.row, signals)).toEqual([])
  expect(signals.flatMap(({ orders }) => orders).length).toBe(record.orders - record.guards)
  expect(signals.some(({ outcome }) => outcome === 'filled')).toBe(true)

  expect(opinions.length).toBeGreaterThan(50)
  expect(opinions.length).toBeLessThanOrEqual(2_000)
  expect(faults(TOPICS.opinions.row, opinions)).toEqual([])
  expect(opinions.map(({ time }) => time)).toEqual(opinions.map(({ time }) => time).toSorted())
})

test('a wish that risk turned down says with what', async () => {
  const { signals, record } = await played(['risk.orderNotional=0.0001%'])

  expect(record.orders).toBe(0)
  const [first] = signals
  expect(first).toMatchObject({ outcome: 'refused', orders: [] })
  // A ten-thousandth of a percent of a million is one dollar.
  expect(first!.refusals).toEqual([{ code: 'NOTIONAL_EXCEEDS_MAX', limit: '1', observed: expect.stringMatching(/^\d+/) }])
})

test('a wish too small for a lot is unsized, with the reason', async () => {
  const { signals } = await played(['allocation.risk=0.0000001%'])

  expect(signals.every(({ outcome, refusals }) => (outcome === 'unsized') === refusals.length > 0)).toBe(true)
  expect(signals.some(({ outcome }) => outcome === 'unsized')).toBe(true)
})

test('curves and funnel are of the form of the wire, and the funnel narrows', async () => {
  const { record, wishFills } = await played()
  const series = runSeries(record, { run: 'r', currency: 'USD', time: '2024-01-03T10:00:00Z', instruments, wishFills })

  expect(faults(EquitySeries, [series.equity])).toEqual([])
  expect(faults(Bars, series.bars)).toEqual([])
  expect(faults(Funnel, [series.funnel])).toEqual([])
  const { decisions, signals, sized, approved, orders, fills } = series.funnel
  expect([decisions, signals]).toEqual([record.decisions, record.signals])
  expect(sized).toBeGreaterThanOrEqual(approved)
  expect(approved).toBe(orders)
  expect(fills).toBe(orders)
  expect(series.bars).toMatchObject([{ instrument: GOLD.id, resolution: '1m' }])
})

test('of more signals than are kept, every so many-th is, evenly, and each of those with its end', () => {
  const kept: SignalRow[] = []
  const thoughts = new DecisionRecorder('r', instruments, { signal: row => kept.push(row), opinion: () => {} })
  for (let sequence = 1; sequence <= 12_000; sequence++) thoughts.observe(wishOf(sequence))
  thoughts.finish()

  // 5,001 are too many, so every second is kept; of 10,002 every fourth: 12,000 / 4.
  expect(kept.length).toBe(3_000)
  expect(kept.map(({ key }) => key)).toEqual(Array.from({ length: 3_000 }, (_, index) => `r:${index * 4 + 1}`))
  expect(kept.every(({ outcome }) => outcome === 'met')).toBe(true)
})

/** A step with a wish that is met already. */
function wishOf(sequence: number): Step {
  const bar = { close: 130_000_000, openTime: sequence, eventTime: sequence } as Bar
  const decision: Decision = {
    strategy: 's',
    instrumentId: GOLD.id,
    time: sequence as Micros,
    bar,
    signal: { kind: 'flat', strategy: 's', instrumentId: GOLD.id, why: 'enough' },
    opinion: undefined,
    features: undefined,
  }
  const nothing = { bars: [], opinions: [], verdicts: [], changes: [], bookings: [], commands: [], equity: undefined }
  const sizings = [{ decision, intent: undefined, reason: 'already flat' }]
  return { ...nothing, sequence, event: bar, decisions: [decision], sizings }
}
