// A run's curves and its funnel in the words of the wire: what the dashboard draws of a finished run.
import type { Static } from 'typebox'
import type { Instrument } from '../domain/instrument.ts'
import type { EquitySeries } from '../wire/account.ts'
import type { Bars, Funnel } from '../wire/market.ts'
import type { PriceBar } from './price-series.ts'
import type { RunRecord } from './recorder.ts'

export interface RunSeries {
  readonly equity: Static<typeof EquitySeries>
  /** Each instrument's prices over the whole run, in at most 2,000 bars. */
  readonly bars: readonly Static<typeof Bars>[]
  readonly funnel: Static<typeof Funnel>
}

export interface SeriesOptions {
  readonly run: string
  readonly currency: string
  /** ISO, UTC: the end of the run. */
  readonly time: string
  readonly instruments: ReadonlyMap<string, Instrument>
  /** Fills of wishes, not of guards. */
  readonly wishFills: number
}

export function runSeries(record: RunRecord, options: SeriesOptions): RunSeries {
  const { run, currency, instruments } = options
  const { equity } = record
  return {
    equity: {
      run,
      currency,
      time: equity.map(({ time }) => time / 1e6),
      equity: equity.map(point => point.equity),
      drawdown: equity.map(({ drawdown }) => drawdown),
      source: run,
    },
    bars: [...record.prices].flatMap(([id, bars]) => {
      const of = instruments.get(id)
      return of === undefined ? [] : barsOf(of, bars, run)
    }),
    funnel: funnelOf(record, options),
  }
}

function barsOf(of: Instrument, bars: readonly PriceBar[], source: string): Static<typeof Bars> {
  const units = (steps: number): number => steps / of.priceScale
  return {
    instrument: of.id,
    resolution: resolutionOf(bars),
    source,
    time: bars.map(({ openTime }) => openTime / 1e6),
    open: bars.map(({ open }) => units(open)),
    high: bars.map(({ high }) => units(high)),
    low: bars.map(({ low }) => units(low)),
    close: bars.map(({ close }) => units(close)),
    volume: bars.map(({ volume }) => volume / of.quantityScale),
  }
}

/** '5m' of most of them; bars of every quote are of no length. */
function resolutionOf(bars: readonly PriceBar[]): string {
  const lengths = bars.map(({ openTime, closeTime }) => closeTime - openTime).sort((a, b) => a - b)
  const seconds = (lengths[lengths.length >> 1] ?? 0) / 1e6
  if (seconds >= 86_400 && seconds % 86_400 === 0) return `${seconds / 86_400}d`
  if (seconds >= 3_600 && seconds % 3_600 === 0) return `${seconds / 3_600}h`
  if (seconds >= 60 && seconds % 60 === 0) return `${seconds / 60}m`
  return seconds >= 1 ? `${Math.round(seconds)}s` : 'quote'
}

/** Of wishes alone: the guards that follow them are neither sized nor wished. */
function funnelOf(record: RunRecord, { run, time, wishFills }: SeriesOptions): Static<typeof Funnel> {
  const { decisions, signals, intents, approved, guards, orders } = record
  const reasons = [
    ...record.noSignal.map(({ text, count }) => ({ stage: 'signals', text, count })),
    ...record.noIntent.map(({ text, count }) => ({ stage: 'allocation', text, count })),
    ...record.refused.map(({ code, limit, observed, count }) => ({
      stage: 'risk',
      text: `${code}: lately ${observed} against ${limit}`,
      count,
    })),
  ]
  return {
    ...{ run, time, decisions, signals },
    sized: Math.max(0, intents - guards),
    approved: Math.max(0, approved - guards),
    orders: Math.max(0, orders - guards),
    fills: wishFills,
    reasons: reasons.sort((a, b) => b.count - a.count).slice(0, REASONS),
  }
}

const REASONS = 50
