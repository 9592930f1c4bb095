// What a report is made of: plain data that survives JSON, so that a report can be drawn again from a run's folder.
import { assert } from '../../domain/assert.ts'
import type { Instrument } from '../../domain/instrument.ts'
import { formatMicros, formatMoney, formatSteps } from '../../domain/numbers.ts'
import type { Provenance } from '../../domain/provenance.ts'
import type { PriceBar } from '../price-series.ts'
import type { RefusalCount, RunRecord, SenseCount } from '../recorder.ts'
import { type TradeLine, tradeLine } from '../records.ts'
import type { MonthlyReturn, Statistics } from '../statistics.ts'
import type { RunSummary } from '../summary.ts'
import type { Counted } from '../tally.ts'

export interface ReportInput {
  readonly summary: RunSummary
  /** The statistics the summary has no field for. */
  readonly statistics: Pick<
    Statistics,
    'volatility' | 'days' | 'daysPerYear' | 'averageTrade' | 'averageWin' | 'averageLoss' | 'exposure'
  > & { readonly deepest: string | null; readonly monthly: readonly MonthlyReturn[] }
  /** Parallel arrays: UTC seconds, equity in the account's currency, drawdown as a positive fraction. */
  readonly equity: { readonly times: readonly number[]; readonly equity: readonly number[]; readonly drawdown: readonly number[] }
  readonly prices: readonly PriceChart[]
  readonly trades: readonly TradeLine[]
  /** `trades` holds every so many-th of all trades. */
  readonly tradeStride: number
  readonly openPositions: readonly OpenLine[]
  readonly funnel: Funnel
  readonly refusals: readonly RefusalCount[]
  readonly senses: readonly SenseCount[]
  readonly costs: readonly CostLine[]
  readonly coverage: readonly Coverage[]
  readonly assumptions: readonly Stated[]
  readonly sources: readonly Provenance[]
  /** The run's configuration as YAML, every default written out. */
  readonly configuration: string
  readonly reproduction: Reproduction
  /** Amounts that no rate could bring into the account's currency. */
  readonly unconverted: number
}

/** One instrument's prices in price units: parallel arrays, times in UTC seconds, bars `[opens, closes)`. */
export interface PriceChart {
  readonly instrument: string
  /** 'USD per XAU', 'percent'. */
  readonly unit: string
  readonly decimals: number
  readonly opens: readonly number[]
  readonly closes: readonly number[]
  readonly open: readonly number[]
  readonly high: readonly number[]
  readonly low: readonly number[]
  readonly close: readonly number[]
}

export interface OpenLine {
  readonly instrument: string
  readonly side: 'long' | 'short'
  readonly quantity: string
  readonly since: string
  readonly reason: string
}

export interface Funnel {
  readonly decisions: number
  readonly signals: number
  readonly intents: number
  readonly approved: number
  /** Stops and targets among the approved. */
  readonly guards: number
  readonly entries: number
  readonly withoutStop: number
  readonly orders: number
  readonly fills: number
  readonly noSignal: readonly Counted[]
  readonly noIntent: readonly Counted[]
  /** How orders ended, or where they stand: 'filled', 'canceled', 'accepted'. */
  readonly orderStates: Readonly<Record<string, number>>
}

/** A cost of trading; `amount` is an exact decimal in the account's currency, null where it is not known. */
export interface CostLine {
  readonly name: string
  readonly amount: string | null
  readonly note: string
}

/** One stream of the run's data. */
export interface Coverage {
  /** 'XAUUSD.OANDA', 'CPIAUCSL'. */
  readonly name: string
  /** 'quote', 'bar 1m', 'release'. */
  readonly kind: string
  readonly rows: number
  /** ISO instants of the first and last row; empty when there is none. */
  readonly from: string
  readonly to: string
  /** Rows set aside when it was imported, by reason. */
  readonly quarantined: Readonly<Record<string, number>>
  /** What a reader of these numbers should know: 'quantities rounded to 8 decimals'. */
  readonly notes?: readonly string[]
}

export interface Stated {
  readonly name: string
  readonly value: string
  readonly note?: string
}

export interface Reproduction {
  /** The command that runs it again. */
  readonly command: string
  /** Commit of the source tree, or what stands in for it. */
  readonly commit: string
  readonly version: string
  readonly node: string
  readonly machine: string
}

/** A finished run as the apps hold it. */
export interface FinishedRun {
  readonly summary: RunSummary
  readonly record: RunRecord
  readonly instruments: ReadonlyMap<string, Instrument>
  readonly configuration: string
  readonly coverage: readonly Coverage[]
  readonly assumptions: readonly Stated[]
  readonly sources: readonly Provenance[]
  readonly reproduction: Reproduction
  /** Half the spread of every market order's fill added up, where the venue knows it: exact decimal in the account's currency. */
  readonly spreadPaid?: string
}

export function reportInput(run: FinishedRun): ReportInput {
  const { record, summary, instruments, spreadPaid } = run
  const { statistics } = record
  const of = (id: string): Instrument => {
    const found = instruments.get(id)
    assert(found !== undefined, `the report knows every instrument of the run, not ${id}`)
    return found
  }

  return {
    summary,
    statistics: {
      volatility: statistics.volatility,
      days: statistics.days,
      daysPerYear: statistics.daysPerYear,
      averageTrade: statistics.averageTrade,
      averageWin: statistics.averageWin,
      averageLoss: statistics.averageLoss,
      exposure: statistics.exposure,
      monthly: statistics.monthly,
      deepest: statistics.maxDrawdownTime === undefined ? null : formatMicros(statistics.maxDrawdownTime),
    },
    equity: {
      times: record.equity.map(point => point.time / 1e6),
      equity: record.equity.map(point => point.equity),
      drawdown: record.equity.map(point => point.drawdown),
    },
    prices: [...record.prices].map(([id, bars]) => priceChart(of(id), bars)),
    trades: record.roundTrips.map(trip => tradeLine(trip, of(trip.instrumentId))),
    tradeStride: record.roundTripStride,
    openPositions: record.openPositions.map(position => ({
      instrument: position.instrumentId,
      side: position.quantity > 0 ? 'long' : 'short',
      quantity: formatSteps(Math.abs(position.quantity), of(position.instrumentId).quantityDecimals),
      since: formatMicros(position.since),
      reason: position.reason,
    })),
    funnel: {
      decisions: record.decisions,
      signals: record.signals,
      intents: record.intents,
      approved: record.approved,
      guards: record.guards,
      entries: record.entries,
      withoutStop: record.withoutStop,
      orders: record.orders,
      fills: record.fills,
      noSignal: record.noSignal,
      noIntent: record.noIntent,
      orderStates: record.orderStates,
    },
    refusals: record.refused,
    senses: record.senses,
    costs: [
      { name: 'Commission', amount: formatMoney(record.commission), note: `${record.fills} fills` },
      {
        name: 'Half the spread',
        amount: spreadPaid ?? null,
        note: spreadPaid === undefined ? 'not measured; it is inside the fill prices' : 'inside the fill prices',
      },
    ],
    coverage: run.coverage,
    assumptions: run.assumptions,
    sources: run.sources,
    configuration: run.configuration,
    reproduction: run.reproduction,
    unconverted: record.unconverted,
  }
}

function priceChart(of: Instrument, bars: readonly PriceBar[]): PriceChart {
  const units = (steps: number): number => steps / of.priceScale
  return {
    instrument: of.id,
    unit: of.assetClass === 'rate' ? 'percent' : `${of.quote} per ${of.base}`,
    decimals: of.priceDecimals,
    opens: bars.map(bar => bar.openTime / 1e6),
    closes: bars.map(bar => bar.closeTime / 1e6),
    open: bars.map(bar => units(bar.open)),
    high: bars.map(bar => units(bar.high)),
    low: bars.map(bar => units(bar.low)),
    close: bars.map(bar => units(bar.close)),
  }
}
