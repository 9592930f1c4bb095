// The price chart of the time machine: only bars that had closed by the moment, only marks that had happened.
import { useMemo } from 'preact/hooks'
import { api } from '../../api.ts'
import { lazyChart } from '../../charts/lazy.tsx'
import type { MarkLayer } from '../../charts/marks.ts'
import type { PriceChartProps } from '../../charts/price-chart.tsx'
import { Panel } from '../../components/page.tsx'
import { EmptyState, ErrorPanel } from '../../components/states.tsx'
import { useLoad } from '../../load.ts'
import { go } from '../../router.ts'
import { barWindow, closedBy, RESOLUTIONS, type Resolution, SECONDS } from './bar-window.ts'

const Chart = lazyChart<PriceChartProps>(() => import('../../charts/price-chart.tsx').then(({ PriceChart }) => PriceChart))
const HEIGHT = 380
const LAYERS: ReadonlySet<MarkLayer> = new Set(['orders', 'structure', 'news'])

export interface PastChartProps {
  readonly run: string
  readonly instrument: string
  readonly resolution: Resolution
  /** UTC milliseconds. */
  readonly time: number
}

export function PastChart({ run, instrument, resolution, time }: PastChartProps) {
  const { index, from, to } = barWindow(time, resolution)
  const span = { from: new Date(from).toISOString(), to: new Date(to).toISOString() }
  const bars = useLoad(
    signal =>
      api('GET /instruments/:id/bars', { params: { id: instrument }, query: { ...span, run, resolution, limit: 5_000 }, signal }),
    [run, instrument, resolution, index],
  )
  const marks = useLoad(
    signal => api('GET /instruments/:id/marks', { params: { id: instrument }, query: { ...span, run, limit: 5_000 }, signal }),
    [run, instrument, resolution, index],
  )
  const details = useLoad(signal => api('GET /instruments/:id', { params: { id: instrument }, signal }), [instrument])

  // The chart changes when a bar closes, not with each step of the slider.
  const bar = Math.floor(time / (SECONDS[resolution] * 1_000))
  // Where there are no bars so fine the server gives coarser ones: those close later.
  const real = RESOLUTIONS.find(name => name === bars.value.value?.resolution) ?? resolution
  const past = useMemo(() => bars.value.value && closedBy(bars.value.value, time, real), [bars.value.value, bar, real])
  const closed = past?.time.at(-1)
  const shown = useMemo(
    () =>
      (marks.value.value?.items ?? []).flatMap(mark => {
        if (Date.parse(mark.time) > time) return []
        // What ended later had not ended then.
        return [mark.until !== null && Date.parse(mark.until) > time ? { ...mark, until: new Date(time).toISOString() } : mark]
      }),
    [marks.value.value, bar],
  )

  return (
    <Panel
      flush
      title={`${instrument}, ${real}, until this moment`}
      stamp={
        past && closed !== undefined
          ? { time: (closed + SECONDS[real]) * 1_000, source: `last closed bar, ${past.source}` }
          : undefined
      }
    >
      {bars.error.value ? (
        <ErrorPanel error={bars.error.value} retry={bars.reload} />
      ) : past === undefined ? (
        <div class="chart-wait" aria-busy="true" />
      ) : past.time.length === 0 ? (
        <EmptyState icon="replay" title="No bar of this instrument had closed by then">
          Move the slider on, or choose finer bars.
        </EmptyState>
      ) : (
        <Chart
          bars={past}
          marks={shown}
          layers={LAYERS}
          priceDecimals={details.value.value?.priceDecimals ?? 2}
          resolutionSeconds={SECONDS[real]}
          height={HEIGHT}
          onOrder={order => go(`/orders?run=${encodeURIComponent(run)}&order=${encodeURIComponent(`${run}/${order}`)}`)}
        />
      )}
    </Panel>
  )
}
