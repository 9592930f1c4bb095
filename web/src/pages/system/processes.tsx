// The server and every living run as processes: memory, event loop, decisions, journal, queues and sockets, with small live charts.
import { useMemo, useRef } from 'preact/hooks'
import type { RowOf } from '../../../../src/wire/topics.ts'
import { lazyChart } from '../../charts/lazy.tsx'
import { Panel } from '../../components/page.tsx'
import { bytes, number, percent } from '../../text/number.ts'
import { fromNow } from '../../text/time.ts'
import { FigureHistory } from './figure-history.ts'

const LineChart = lazyChart(() => import('../../charts/line-chart.tsx').then(({ LineChart: chart }) => chart))

export type Process = RowOf<'system'>

interface Figure {
  readonly id: string
  readonly label: string
  readonly unit: string
  readonly digits: number
  readonly tone: string
  readonly value: (row: Process) => number | null
}

const FIGURES: readonly Figure[] = [
  { id: 'memory', label: 'Resident memory', unit: '\u202fMB', digits: 0, tone: 'accent', value: row => row.residentBytes / 1e6 },
  { id: 'loop', label: 'Event-loop lag p99', unit: '\u202fms', digits: 1, tone: 'amber', value: row => row.eventLoopMillis.p99 },
  { id: 'processor', label: 'Processor', unit: '\u202f%', digits: 0, tone: 'violet', value: row => row.processorShare * 100 },
  {
    id: 'decision',
    label: 'Decision p99',
    unit: '\u202fµs',
    digits: 0,
    tone: 'green',
    value: row => row.decisionMicros?.p99 ?? null,
  },
  {
    id: 'journal',
    label: 'Journal sync p99',
    unit: '\u202fµs',
    digits: 0,
    tone: 'cyan',
    value: row => row.journalSyncMicros?.p99 ?? null,
  },
  { id: 'queue', label: 'Queue depth', unit: '', digits: 0, tone: 'amber', value: row => row.queueDepth },
  { id: 'sockets', label: 'Sockets', unit: '', digits: 0, tone: 'accent', value: row => row.sockets },
]

export function Processes({ rows }: { readonly rows: readonly Process[] }) {
  const history = useRef(new FigureHistory()).current
  for (const row of rows) {
    history.add(row.key, {
      time: Date.parse(row.time) / 1_000,
      values: Object.fromEntries(FIGURES.map(({ id, value }) => [id, value(row)])),
    })
  }
  return (
    <>
      {rows.map(row => (
        <ProcessPanel key={row.key} row={row} history={history} />
      ))}
    </>
  )
}

function ProcessPanel({ row, history }: { readonly row: Process; readonly history: FigureHistory }) {
  const shown = FIGURES.filter(({ value }) => value(row) !== null)
  return (
    <Panel
      title={row.key === 'server' ? 'Server' : `Run ${row.key}`}
      stamp={{ time: row.time, source: `process ${row.pid}` }}
      actions={
        <span class="soft-words process-words">
          Quadrant {row.version} · Node {row.node} · started {fromNow(row.started)} · {number(row.events)} events
        </span>
      }
    >
      <div class="figures">
        {shown.map(figure => (
          <SmallChart key={figure.id} figure={figure} row={row} history={history} />
        ))}
      </div>
      <p class="figure-words">
        Heap {bytes(row.heapBytes)} · event loop p50 {number(row.eventLoopMillis.p50, 1)} ms, longest{' '}
        {number(row.eventLoopMillis.max, 1)} ms · processor {percent(row.processorShare, { digits: 1 })}
        {row.decisionMicros &&
          ` · decision p50 ${number(row.decisionMicros.p50)} µs, p99.9 ${number(row.decisionMicros.p999)} µs`}
        {row.journalSyncMicros && ` · journal sync p50 ${number(row.journalSyncMicros.p50)} µs`}
      </p>
    </Panel>
  )
}

interface SmallChartProps {
  readonly figure: Figure
  readonly row: Process
  readonly history: FigureHistory
}

function SmallChart({ figure, row, history }: SmallChartProps) {
  const { id, label, unit, digits, tone, value } = figure
  const line = useMemo(() => history.line(row.key, id), [row.key, row.time, id])
  const lines = useMemo(() => [{ label, values: line.values, tone }], [line])
  const now = value(row)
  return (
    <div class="figure">
      <p class="figure-label">{label}</p>
      <p class="figure-now">{now === null ? '–' : `${number(now, digits)}${unit}`}</p>
      {line.time.length > 1 ? (
        <LineChart label={`${label} of ${row.key}`} time={line.time} lines={lines} height={96} digits={digits} unit={unit} />
      ) : (
        <div class="figure-wait">The line begins with the next figure.</div>
      )}
    </div>
  )
}
