// Equity with the drawdown below it, of one run; also laid over others on one axis of time.
import { useMemo } from 'preact/hooks'
import type { ReplyOf } from '../../../src/wire/contract.ts'
import { api } from '../api.ts'
import { lazyChart } from '../charts/lazy.tsx'
import { EmptyState, Show, Skeleton } from '../components/states.tsx'
import { type Loaded, useLoad } from '../load.ts'

const LineChart = lazyChart(() => import('../charts/line-chart.tsx').then(({ LineChart: chart }) => chart))

export type Equity = ReplyOf<'GET /runs/:id/equity'>

export const useEquity = (run: string, { everySeconds }: { readonly everySeconds?: number } = {}): Loaded<Equity | null> =>
  useLoad(
    async signal => (run === '' ? null : await api('GET /runs/:id/equity', { params: { id: run }, signal })),
    [run],
    everySeconds === undefined ? {} : { everySeconds },
  )

export const EquityChart = ({ from, height = 220 }: { readonly from: Loaded<Equity | null>; readonly height?: number }) => (
  <Show from={from} skeleton={<Skeleton lines={6} height={Math.round(height * 1.35)} />}>
    {series => (series === null || series.time.length < 2 ? <NoEquity /> : <Drawn series={series} height={height} />)}
  </Show>
)

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
