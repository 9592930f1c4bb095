// The chart with its resolutions, the run whose orders are on it, and the layers of marks, all of it in the address.
import { useMemo } from 'preact/hooks'
import { api } from '../../api.ts'
import { lazyChart } from '../../charts/lazy.tsx'
import type { MarkLayer } from '../../charts/marks.ts'
import type { Bars } from '../../charts/price-chart.tsx'
import { Segments, Toggle } from '../../components/field.tsx'
import { Icon } from '../../components/icon.tsx'
import { Panel } from '../../components/page.tsx'
import { EmptyState, ErrorPanel, Show, Skeleton } from '../../components/states.tsx'
import { useLoad } from '../../load.ts'
import { setQuery } from '../../router.ts'
import { saveCsv } from '../../save.ts'
import { socket } from '../../socket.ts'
import { useTopic } from '../../topics.ts'
import type { Instrument } from '../instrument.tsx'
import { type Run, runWords } from '../run-choice.tsx'

const PriceChart = lazyChart(() => import('../../charts/price-chart.tsx').then(({ PriceChart: chart }) => chart))
const HEIGHT = 468
const MOST_BARS = 1_500

const SECONDS = { '1s': 1, '1m': 60, '5m': 300, '15m': 900, '1h': 3_600, '4h': 14_400, '1d': 86_400 } as const
type Resolution = keyof typeof SECONDS
const RESOLUTIONS = Object.keys(SECONDS) as Resolution[]

const LAYERS: readonly { readonly id: MarkLayer; readonly label: string }[] = [
  { id: 'orders', label: 'Orders' },
  { id: 'structure', label: 'Structure' },
  { id: 'sessions', label: 'Sessions' },
  { id: 'news', label: 'News' },
]

export interface ChartPanelProps {
  readonly instrument: Instrument
  readonly runs: readonly Run[]
  readonly run: Run | undefined
  readonly query: URLSearchParams
}

export function ChartPanel({ instrument, runs, run, query }: ChartPanelProps) {
  const { id, priceDecimals } = instrument
  const asked = RESOLUTIONS.find(each => each === query.get('resolution'))
  const hidden = query.get('hide') ?? ''
  const layers = useMemo(
    () => new Set(LAYERS.map(layer => layer.id).filter(layer => !hidden.split('.').includes(layer))),
    [hidden],
  )
  const isLive = useTopic('runs', { rate: 1 }).rows.get(run?.id ?? '')?.running ?? false
  // After the connection was away, bars are missing: they are asked for again.
  const link = socket.state.value === 'live'

  const selected = run === undefined ? {} : { run: run.id }
  const bars = useLoad(
    async signal => {
      const wanted = { ...(asked === undefined ? {} : { resolution: asked }), limit: MOST_BARS }
      const seen = await api('GET /instruments/:id/bars', { params: { id }, query: { ...wanted, ...selected }, signal })
      if (seen.time.length > 0 || run === undefined || run.running) return seen
      // Where the run's own candles are not kept, those of the lake over its time; the stamp says whose they are.
      return await api('GET /instruments/:id/bars', { params: { id }, query: { ...wanted, from: run.from, to: run.to }, signal })
    },
    [id, run?.id, asked, isLive && link],
  )
  const drawn = bars.value.value
  const [from, to] = [drawn?.time[0], drawn?.time.at(-1)]
  const marks = useLoad(
    async signal => {
      if (from === undefined || to === undefined) return []
      const { items } = await api('GET /instruments/:id/marks', {
        params: { id },
        query: { ...selected, from: instant(from), ...(isLive ? {} : { to: instant(to + 1) }), limit: 2_000 },
        signal,
      })
      return items
    },
    [id, run?.id, from, to],
    isLive ? { everySeconds: 10 } : {},
  )

  const resolution = RESOLUTIONS.find(each => each === drawn?.resolution) ?? asked ?? '1m'
  return (
    <Panel
      flush
      class="chart-panel"
      title="Price"
      stamp={drawn && to !== undefined ? { time: to * 1_000, source: drawn.source } : undefined}
      actions={
        <>
          {runs.length > 0 && (
            <select
              aria-label="Run whose orders are drawn"
              class="run-select"
              value={run?.id ?? ''}
              onChange={event => setQuery({ run: event.currentTarget.value, order: undefined })}
            >
              {runs.map(each => (
                <option key={each.id} value={each.id}>
                  {runWords(each)}
                </option>
              ))}
            </select>
          )}
          <Segments
            label="Resolution"
            value={resolution}
            onValue={value => setQuery({ resolution: value })}
            options={RESOLUTIONS.map(value => ({ value, label: value }))}
          />
          {drawn && (
            <button
              type="button"
              class="icon-button"
              aria-label="Save the bars as CSV"
              title="Save the bars as CSV"
              onClick={() => saveBars(drawn)}
            >
              <Icon name="download" />
            </button>
          )}
        </>
      }
    >
      {bars.error.value && !drawn ? (
        <ErrorPanel error={bars.error.value} retry={bars.reload} />
      ) : !drawn ? (
        <Skeleton lines={8} height={HEIGHT} />
      ) : drawn.time.length === 0 ? (
        <EmptyState icon="data" title={`No bars of ${resolution}`}>
          Choose another resolution, or take in data of {id}.
        </EmptyState>
      ) : (
        <PriceChart
          bars={drawn}
          marks={marks.value.value ?? NONE}
          layers={layers}
          priceDecimals={priceDecimals}
          resolutionSeconds={SECONDS[resolution]}
          height={HEIGHT}
          live={isLive}
          onOrder={order => setQuery({ order })}
        />
      )}
      <footer class="chart-foot">
        {LAYERS.map(({ id: layer, label }) => (
          <Toggle
            key={layer}
            label={label}
            value={layers.has(layer)}
            onValue={on => setQuery({ hide: hide(layers, layer, on) })}
          />
        ))}
        <Show from={marks} skeleton={<span />}>
          {() => <span class="soft">Click an arrow to see why it was traded.</span>}
        </Show>
        <a class="attribution" href="https://www.tradingview.com/" target="_blank" rel="noopener noreferrer">
          Charts by TradingView
        </a>
      </footer>
    </Panel>
  )
}

const NONE: readonly [] = []
const instant = (seconds: number): string => new Date(seconds * 1_000).toISOString()

/** The layers that are off, as the address has them. */
const hide = (layers: ReadonlySet<MarkLayer>, layer: MarkLayer, on: boolean): string =>
  LAYERS.map(({ id }) => id)
    .filter(id => (id === layer ? !on : !layers.has(id)))
    .join('.')

function saveBars({ instrument, resolution, time, open, high, low, close, volume }: Bars): void {
  saveCsv({
    name: `${instrument}-${resolution}`,
    heads: ['time', 'open', 'high', 'low', 'close', 'volume'],
    rows: time.map((seconds, i) => [instant(seconds), open[i], high[i], low[i], close[i], volume[i]]),
  })
}
