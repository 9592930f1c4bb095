// Two to four runs side by side: figures with what differs marked, equity on one chart, and the differences of their configurations.
import { useMemo } from 'preact/hooks'
import { api } from '../api.ts'
import { lazyChart } from '../charts/lazy.tsx'
import { Segments } from '../components/field.tsx'
import { Page, Panel } from '../components/page.tsx'
import { EmptyState, Show, Skeleton } from '../components/states.tsx'
import { useLoad } from '../load.ts'
import type { PageProps } from '../pages.ts'
import { setQuery } from '../router.ts'
import './backtests/backtests.css'
import { figureWords } from './backtests/figure-words.ts'
import { lineDiff } from './backtests/line-diff.ts'
import { overlaid } from './backtests/overlaid.ts'
import { compareRuns } from './backtests/run-comparison.ts'
import './desk.css'
import type { Run } from './run-choice.tsx'
import { SmallTable } from './small-table.tsx'

const LineChart = lazyChart(() => import('../charts/line-chart.tsx').then(({ LineChart: chart }) => chart))

const TONES = ['accent', 'amber', 'violet', 'cyan'] as const

export default function Compare({ query }: PageProps) {
  const wanted = (query.get('runs') ?? '').split(',').filter(Boolean).slice(0, TONES.length)
  const found = useLoad(
    signal => Promise.all(wanted.map(id => api('GET /runs/:id', { params: { id }, signal }))),
    [wanted.join(',')],
  )
  if (wanted.length < 2) {
    return (
      <Page title="Compare runs">
        <EmptyState
          icon="backtests"
          title="Choose two to four runs"
          action={
            <a class="button primary" href="/backtests">
              Go to the runs
            </a>
          }
        >
          Tick them in the list of runs and press Compare.
        </EmptyState>
      </Page>
    )
  }
  return (
    <Show from={found} skeleton={<Skeleton lines={18} />}>
      {all => <Compared runs={all.map(({ run }) => run)} yamls={all.map(({ yaml }) => yaml)} query={query} />}
    </Show>
  )
}

interface ComparedProps {
  readonly runs: readonly Run[]
  readonly yamls: readonly string[]
  readonly query: URLSearchParams
}

function Compared({ runs, yamls, query }: ComparedProps) {
  const only = query.get('only') ?? 'all'
  const figures = useMemo(() => compareRuns(runs), [runs])
  const shown = only === 'different' ? figures.filter(({ differs }) => differs) : figures
  const newest = runs.reduce((latest, { finished }) => ((finished ?? '') > latest ? (finished ?? '') : latest), '')
  return (
    <Page
      title="Compare runs"
      stamp={{ time: newest || null, source: `${runs.length} runs` }}
      csv={() => ({
        name: 'comparison',
        heads: ['Figure', ...runs.map(({ id }) => id)],
        rows: figures.map(({ figure, values }) => [figure.label, ...values]),
      })}
      actions={
        <a class="button" href={`/backtests?compare=${runs.map(({ id }) => encodeURIComponent(id)).join(',')}`}>
          Choose others
        </a>
      }
    >
      <Overlay runs={runs} />
      <Panel
        flush
        title="Figures"
        actions={
          <Segments
            label="Which figures"
            value={only}
            onValue={value => setQuery({ only: value === 'all' ? undefined : value })}
            options={[
              { value: 'all', label: 'All' },
              { value: 'different', label: 'Only what differs' },
            ]}
          />
        }
      >
        <SmallTable label="Figures" class="comparison">
          <thead>
            <tr>
              <th scope="col">Figure</th>
              {runs.map((run, i) => (
                <th key={run.id} scope="col" class="number">
                  <span class={`swatch ${TONES[i]}`} />
                  <a href={`/backtests/${encodeURIComponent(run.id)}`}>{run.id}</a>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map(({ figure, values, differs, best }) => (
              <tr key={figure.label} class={differs ? 'differs' : 'alike'}>
                <th scope="row">
                  {differs ? '≠ ' : ''}
                  {figure.label}
                </th>
                {values.map((value, i) => (
                  <td
                    key={runs[i]!.id}
                    class={`number ${best.includes(i) ? 'best' : ''} ${figure.kind === 'hash' ? 'mono' : ''}`}
                  >
                    {figureWords(figure.kind, value)}
                    {best.includes(i) && <span class="visually-hidden"> (best)</span>}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </SmallTable>
      </Panel>
      <div class="columns">
        {runs.slice(1).map((run, i) => (
          <Panel key={run.id} flush title={`Configuration: ${runs[0]!.id} → ${run.id}`}>
            <Differences left={yamls[0]!} right={yamls[i + 1]!} />
          </Panel>
        ))}
      </div>
    </Page>
  )
}

function Differences({ left, right }: { readonly left: string; readonly right: string }) {
  const lines = lineDiff(left, right)
  if (lines.every(({ kind }) => kind === 'same')) return <p class="nothing-open">The same, line by line.</p>
  return (
    <pre class="diff">
      {lines.map(({ kind, text }, i) => (
        <span key={i} class={kind}>
          {kind === 'left' ? '− ' : kind === 'right' ? '+ ' : '  '}
          {text}
        </span>
      ))}
    </pre>
  )
}

function Overlay({ runs }: { readonly runs: readonly Run[] }) {
  const key = runs.map(({ id }) => id).join(',')
  const equity = useLoad(
    signal => Promise.all(runs.map(({ id }) => api('GET /runs/:id/equity', { params: { id }, signal }))),
    [key],
  )
  const drawn = useMemo(() => {
    const { time, values } = overlaid(equity.value.value ?? [])
    return { time, lines: values.map((line, i) => ({ label: runs[i]!.id, values: line, tone: TONES[i]! })) }
  }, [equity.value.value])
  const last = drawn.time.at(-1)

  return (
    <Panel
      title="Equity, each as a share of its start"
      stamp={
        last === undefined ? undefined : { time: last * 1_000, source: equity.value.value?.map(({ source }) => source)[0] ?? '' }
      }
    >
      <Show from={equity} skeleton={<Skeleton lines={6} height={280} />}>
        {() =>
          drawn.time.length < 2 ? (
            <EmptyState icon="positions" title="No equity is stored for these runs" />
          ) : (
            <LineChart
              label="Equity of the compared runs, start is 100"
              time={drawn.time}
              lines={drawn.lines}
              height={280}
              digits={1}
              unit="%"
            />
          )
        }
      </Show>
    </Panel>
  )
}
