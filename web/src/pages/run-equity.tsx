// Equity with the drawdown below it, of one run; also laid over others on one axis of time.
import { useMemo, useRef } from 'preact/hooks'
import type { ReplyOf } from '../../../src/wire/contract.ts'
import { api } from '../api.ts'
import { lazyChart } from '../charts/lazy.tsx'
import { EmptyState, Show, Skeleton } from '../components/states.tsx'
import { type Loaded, useLoad } from '../load.ts'
import { useTopic } from '../topics.ts'
import { type EquitySample, withSamples } from './equity-samples.ts'

const LineChart = lazyChart(() => import('../charts/line-chart.tsx').then(({ LineChart: chart }) => chart))

export type Equity = ReplyOf<'GET /runs/:id/equity'>

export const useEquity = (run: string, { everySeconds }: { readonly everySeconds?: number } = {}): Loaded<Equity | null> =>
  useLoad(
    async signal => (run === '' ? null : await api('GET /runs/:id/equity', { params: { id: run }, signal })),
    [run],
    everySeconds === undefined ? {} : { everySeconds },
  )

export interface EquityChartProps {
  readonly from: Loaded<Equity | null>
  readonly height?: number
  /** A living run, whose account is followed from what is stored on. */
  readonly living?: string | undefined
}

export const EquityChart = ({ from, height = 220, living }: EquityChartProps) => (
  <Show from={from} skeleton={<Skeleton lines={6} height={Math.round(height * 1.35)} />}>
    {series =>
      living !== undefined && series !== null ? (
        <Followed key={living} series={series} height={height} />
      ) : series === null || series.time.length < 2 ? (
        <NoEquity />
      ) : (
        <Drawn series={series} height={height} />
      )
    }
  </Show>
)

function Followed({ series, height }: { readonly series: Equity; readonly height: number }) {
  const account = useTopic('accounts', { rate: 1 }).rows.get(series.run)
  const samples = useRef<EquitySample[]>([]).current
  const time = account === undefined ? 0 : Date.parse(account.time) / 1_000
  if (account && time > (samples.at(-1)?.time ?? 0)) {
    samples.push({ time, equity: Number(account.equity), drawdown: account.drawdown })
  }
  const whole = useMemo(() => withSamples(series, samples), [series, time])
  return whole.time.length < 2 ? <NoEquity /> : <Drawn series={whole} height={height} />
}

function Drawn({ series, height }: { readonly series: Equity; readonly height: number }) {
  const lines = useMemo(() => [{ label: 'Equity', values: series.equity, tone: 'accent' }], [series])
  return (
    <LineChart
      label={`Equity and drawdown of ${series.run} in ${series.currency}`}
      time={series.time}
      lines={lines}
      drawdown={series.drawdown}
      height={height}
    />
  )
}

const NoEquity = () => (
  <EmptyState icon="positions" title="No equity is stored for this run">
    It is kept from the first closed bar on; a run without bars or fills has none.
  </EmptyState>
)
