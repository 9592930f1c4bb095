// One run: its figures, equity and falls, trades, funnel, the configuration it was made from, its hashes, and the report.
import type { ComponentChildren } from 'preact'
import type { ReplyOf } from '../../../src/wire/contract.ts'
import { api, pathOf } from '../api.ts'
import { Badge, ModeBadge } from '../components/badge.tsx'
import { Facts } from '../components/facts.tsx'
import { Icon } from '../components/icon.tsx'
import { Page, Panel } from '../components/page.tsx'
import { EmptyState, Show, Skeleton } from '../components/states.tsx'
import { Table } from '../components/table.tsx'
import { useLoad } from '../load.ts'
import type { PageProps } from '../pages.ts'
import { go, setQuery } from '../router.ts'
import { may } from '../session.ts'
import { duration, number, percent } from '../text/number.ts'
import { at, zoneName } from '../text/time.ts'
import { allPages } from './all-pages.ts'
import './backtests/backtests.css'
import { figureWords, money } from './backtests/figure-words.ts'
import { FallsTable, MonthsTable } from './backtests/months-table.tsx'
import { compareRuns, sum } from './backtests/run-comparison.ts'
import { StartDialog } from './backtests/start-dialog.tsx'
import { Counted } from './counted.tsx'
import './desk.css'
import { Profit, SHOWN_TRADE_COLUMNS } from './positions/position-columns.tsx'
import type { Run } from './run-choice.tsx'
import { EquityChart, useEquity } from './run-equity.tsx'
import { FunnelView } from './signals/funnel-view.tsx'
import './signals/signals.css'

const TABS = [
  { id: '', label: 'Overview' },
  { id: 'trades', label: 'Trades' },
  { id: 'funnel', label: 'Funnel' },
  { id: 'configuration', label: 'Configuration' },
  { id: 'report', label: 'Report' },
] as const
const MOST = 5_000

export default function Backtest({ params, query }: PageProps) {
  const id = params['id']!
  const found = useLoad(signal => api('GET /runs/:id', { params: { id }, signal }), [id])
  return (
    <Show from={found} skeleton={<Skeleton lines={16} />}>
      {value => <OneRun {...value} query={query} />}
    </Show>
  )
}

type OneRunProps = ReplyOf<'GET /runs/:id'> & { readonly query: URLSearchParams }

function OneRun({ run, yaml, overrides, query }: OneRunProps) {
  const tab = query.get('view') ?? ''
  const again = query.get('again')
  return (
    <Page
      title={run.name}
      stamp={{ time: run.running ? run.to : (run.finished ?? run.to), source: run.id }}
      csv={() => ({
        name: run.id,
        heads: ['Figure', 'Value'],
        rows: compareRuns([run]).map(({ figure, values }) => [figure.label, values[0] ?? '']),
      })}
      actions={
        <>
          {may('runs.write') && (
            <button type="button" class="button" onClick={() => setQuery({ again: '1' })}>
              <Icon name="refresh" /> Run again…
            </button>
          )}
          <a class="button" href={`/replay?run=${encodeURIComponent(run.id)}`}>
            <Icon name="replay" /> Time machine
          </a>
        </>
      }
    >
      <Figures run={run} />
      <nav class="tabs" aria-label="Parts of the run">
        {TABS.map(({ id, label }) => (
          <a
            key={id}
            href={`/backtests/${encodeURIComponent(run.id)}${id === '' ? '' : `?view=${id}`}`}
            aria-current={id === tab ? 'page' : undefined}
          >
            {label}
          </a>
        ))}
      </nav>
      {tab === '' && <Overview run={run} />}
      {tab === 'trades' && <Trades run={run} />}
      {tab === 'funnel' && <RunFunnel run={run} />}
      {tab === 'configuration' && <Configuration run={run} yaml={yaml} overrides={overrides} />}
      {tab === 'report' && <Report run={run} />}
      {again !== null && (
        <StartDialog wanted={run.name} onClose={() => setQuery({ again: undefined })} onStarted={() => go('/backtests')} />
      )}
    </Page>
  )
}

const Figures = ({ run }: { readonly run: Run }) => (
  <dl class="tiles">
    <Tile label="Mode">
      <ModeBadge mode={run.mode} /> {run.running && <Badge tone="info">running</Badge>}
    </Tile>
    <Tile label={`Net profit in ${run.currency}`}>
      <Profit amount={run.netProfit} />
    </Tile>
    <Tile label="Return">
      <span class={run.return > 0 ? 'up' : run.return < 0 ? 'down' : ''}>{percent(run.return, { signed: true })}</span>
    </Tile>
    <Tile label="Sharpe">{figureWords('ratio', run.sharpe)}</Tile>
    <Tile label="Sortino">{figureWords('ratio', run.sortino)}</Tile>
    <Tile label="Max drawdown">{percent(run.maxDrawdown)}</Tile>
    <Tile label="Profit factor">{run.profitFactor === null ? '–' : number(run.profitFactor, 2)}</Tile>
    <Tile label="Trades">
      {number(run.trades)} <small>{run.winRate === null ? '' : `${percent(run.winRate, { digits: 0 })} won`}</small>
    </Tile>
    <Tile label="Costs">{money(run.costs)}</Tile>
  </dl>
)

const Tile = ({ label, children }: { readonly label: string; readonly children: ComponentChildren }) => (
  <div class="tile">
    <dt>{label}</dt>
    <dd>{children}</dd>
  </div>
)

function Overview({ run }: { readonly run: Run }) {
  const equity = useEquity(run.id, run.running ? { everySeconds: 5 } : {})
  const series = equity.value.value
  const origin = series ? { time: (series.time.at(-1) ?? 0) * 1_000, source: series.source } : undefined
  return (
    <>
      <Panel title={`Equity in ${run.currency}, drawdown below`} stamp={origin}>
        <EquityChart from={equity} height={260} living={run.running ? run.id : undefined} />
      </Panel>
      {series && series.time.length > 1 && (
        <>
          <Panel title="Returns by month" stamp={origin}>
            <MonthsTable series={series} />
          </Panel>
          <Panel title="Deepest falls" stamp={origin}>
            <FallsTable series={series} />
          </Panel>
        </>
      )}
      <Panel title="What happened" stamp={{ time: run.finished ?? run.to, source: run.id }}>
        <Facts
          facts={[
            { label: 'From', value: `${at(run.from)} ${zoneName()}` },
            { label: 'To', value: `${at(run.to)} ${zoneName()}` },
            { label: 'Instruments', value: run.instruments.join(', ') || '–' },
            { label: 'Events', value: number(run.events) },
            { label: 'Bars', value: number(run.bars) },
            { label: 'Decisions', value: number(run.decisions) },
            { label: 'Signals', value: <a href={`/signals?run=${encodeURIComponent(run.id)}`}>{number(run.signals)}</a> },
            { label: 'Orders', value: <a href={`/orders?run=${encodeURIComponent(run.id)}`}>{number(run.orders)}</a> },
            { label: 'Fills', value: number(run.fills) },
            { label: 'Refused', value: number(sum(run.refused)) },
            { label: 'Quarantined', value: number(sum(run.quarantined)) },
            { label: 'Start equity', value: money(run.startEquity) },
            { label: 'Final equity', value: money(run.finalEquity) },
            { label: 'Took', value: duration(run.elapsedSeconds) },
          ]}
        />
      </Panel>
      <Panel title="Hashes: the same three make the same run">
        <Facts
          facts={[
            { label: 'Configuration', value: <span class="hash">{run.configHash}</span>, wide: true },
            { label: 'Data', value: <span class="hash">{run.dataHash}</span>, wide: true },
            { label: 'State at the end', value: <span class="hash">{run.stateHash}</span>, wide: true },
          ]}
        />
      </Panel>
    </>
  )
}

function Trades({ run }: { readonly run: Run }) {
  const trades = useLoad(
    signal => allPages(range => api('GET /trades', { query: { ...range, run: run.id }, signal }), { size: 1_000, most: MOST }),
    [run.id],
  )
  return (
    <Panel
      flush
      title="Closed trades"
      stamp={{ time: run.to, source: run.id }}
      actions={
        <Counted
          shown={trades.value.value?.items.length ?? 0}
          total={trades.value.value?.total ?? 0}
          most={MOST}
          hint="the others are in the report"
        />
      }
    >
      <Show from={trades} skeleton={<Skeleton lines={14} />}>
        {({ items }) => (
          <Table
            name="closed trades"
            rows={items}
            columns={SHOWN_TRADE_COLUMNS}
            keyOf={trade => `${trade.entryOrder}/${trade.exitOrder}/${trade.exit}/${trade.quantity}`}
            sort={{ id: 'exit', descending: true }}
            most={22}
            onOpen={trade =>
              go(`/orders?run=${encodeURIComponent(run.id)}&order=${encodeURIComponent(`${run.id}/${trade.exitOrder}`)}`)
            }
            empty={
              <EmptyState
                icon="positions"
                title="This run closed no trade"
                action={
                  <a class="button" href={`/backtests/${encodeURIComponent(run.id)}?view=funnel`}>
                    See where it stopped
                  </a>
                }
              />
            }
          />
        )}
      </Show>
    </Panel>
  )
}

function RunFunnel({ run }: { readonly run: Run }) {
  const funnel = useLoad(signal => api('GET /signals/funnel', { query: { run: run.id }, signal }), [run.id])
  return (
    <Panel
      title="From decision to fill"
      stamp={funnel.value.value ? { time: funnel.value.value.time, source: run.id } : undefined}
      actions={<a href={`/signals?run=${encodeURIComponent(run.id)}`}>Its signals</a>}
    >
      <Show from={funnel} skeleton={<Skeleton lines={6} />}>
        {value => <FunnelView funnel={value} />}
      </Show>
    </Panel>
  )
}

const Configuration = ({
  run,
  yaml,
  overrides,
}: {
  readonly run: Run
  readonly yaml: string
  readonly overrides: readonly string[]
}) => (
  <Panel title={`${run.name}.yaml as it was run`} stamp={{ time: run.finished ?? run.to, source: run.configHash.slice(0, 12) }}>
    {overrides.length > 0 && (
      <p class="overrides">
        Changed for this run:{' '}
        {overrides.map(override => (
          <code key={override}>{override} </code>
        ))}
      </p>
    )}
    <pre class="yaml">{yaml}</pre>
  </Panel>
)

function Report({ run }: { readonly run: Run }) {
  const address = pathOf('GET /runs/:id/report', { id: run.id })
  if (run.running) return <EmptyState icon="backtests" title="The report is written when the run ends" />
  return (
    <Panel
      flush
      title="Report"
      actions={
        <a class="button small" href={address} target="_blank" rel="noopener noreferrer">
          Open in a tab of its own
        </a>
      }
    >
      <iframe class="report" src={address} title={`Report of ${run.id}`} sandbox="allow-scripts" />
    </Panel>
  )
}
