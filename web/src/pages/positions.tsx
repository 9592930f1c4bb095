// What is held and what it earned: open positions as they live, equity, closed trades, and where the profit came from.
import type { ComponentChildren } from 'preact'
import { useMemo } from 'preact/hooks'
import { api } from '../api.ts'
import { ModeBadge } from '../components/badge.tsx'
import { Segments, TextField } from '../components/field.tsx'
import { Page, Panel, Stamp } from '../components/page.tsx'
import { EmptyState, Show, Skeleton } from '../components/states.tsx'
import { savedTable, Table } from '../components/table.tsx'
import { useLoad } from '../load.ts'
import type { PageProps } from '../pages.ts'
import { go, setQuery } from '../router.ts'
import { saveCsv } from '../save.ts'
import { decimal, difference } from '../text/decimal.ts'
import { percent } from '../text/number.ts'
import { useTopic } from '../topics.ts'
import { allPages, withLive } from './all-pages.ts'
import { Counted } from './counted.tsx'
import './desk.css'
import {
  GROUP_COLUMNS,
  POSITION_COLUMNS,
  type Position,
  Profit,
  SHOWN_TRADE_COLUMNS,
  TRADE_COLUMNS,
} from './positions/position-columns.tsx'
import { GROUPINGS, type Grouping, tradeGroups } from './positions/trade-groups.ts'
import { type Run, RunChoice, useRuns } from './run-choice.tsx'
import { EquityChart, useEquity } from './run-equity.tsx'

const MOST = 5_000
/** The others are in the CSV. */
const SHOWN_GROUP_COLUMNS = GROUP_COLUMNS.filter(({ id }) => id !== 'best' && id !== 'worst')

export default function Positions({ query }: PageProps) {
  const runs = useRuns()
  return (
    <Show from={runs} skeleton={<Skeleton lines={16} />}>
      {list => (
        <Chosen
          runs={list}
          run={query.get('run') || (list.find(({ running, trades }) => running || trades > 0)?.id ?? '')}
          query={query}
        />
      )}
    </Show>
  )
}

interface ChosenProps {
  readonly runs: readonly Run[]
  readonly run: string
  readonly query: URLSearchParams
}

function Chosen({ runs, run, query }: ChosenProps) {
  const given = query.get('by') as Grouping | null
  const by = given && GROUPINGS.includes(given) ? given : 'instrument'
  const text = query.get('q') ?? ''
  const chosen = runs.find(({ id }) => id === run)

  const trades = useLoad(
    signal =>
      allPages(range => api('GET /trades', { query: { ...range, ...(run && { run }) }, signal }), { size: 1_000, most: MOST }),
    [run],
    chosen?.running ? { everySeconds: 10 } : {},
  )
  const groups = useMemo(() => tradeGroups(trades.value.value?.items ?? [], by), [trades.value.value, by])
  const equity = useEquity(run, chosen?.running ? { everySeconds: 10 } : {})

  return (
    <Page
      title="Positions and P&L"
      stamp={chosen && !chosen.running ? { time: chosen.to, source: run } : undefined}
      csv={() => savedTable('trades', TRADE_COLUMNS, trades.value.value?.items ?? [])}
    >
      <div class="filters">
        <RunChoice runs={runs} value={run} />
        <TextField
          label="Search trades"
          type="search"
          value={text}
          onValue={value => setQuery({ q: value })}
          placeholder="instrument, reason"
        />
      </div>
      {run !== '' && <AccountTiles run={run} chosen={chosen} />}
      <OpenPositions run={run} />
      {run !== '' && (
        <div class="columns">
          <Panel
            title="Equity and drawdown"
            stamp={
              equity.value.value
                ? { time: (equity.value.value.time.at(-1) ?? 0) * 1_000, source: equity.value.value.source }
                : undefined
            }
          >
            <EquityChart from={equity} living={chosen?.running ? run : undefined} />
          </Panel>
          <Panel
            flush
            title="Where profit came from"
            actions={
              <>
                <Segments
                  label="Group by"
                  value={by}
                  onValue={value => setQuery({ by: value })}
                  options={GROUPINGS.map(value => ({ value, label: value }))}
                />
                <button
                  type="button"
                  class="button quiet small"
                  onClick={() => saveCsv(savedTable(`profit-by-${by}`, GROUP_COLUMNS, groups))}
                >
                  CSV
                </button>
              </>
            }
          >
            <Show from={trades}>
              {() => (
                <Table
                  name={`profit by ${by}`}
                  rows={groups}
                  columns={SHOWN_GROUP_COLUMNS}
                  keyOf={group => group.key}
                  most={10}
                  empty={<EmptyState icon="positions" title="No closed trade to attribute yet" />}
                />
              )}
            </Show>
          </Panel>
        </div>
      )}
      <Panel
        flush
        title="Closed trades"
        actions={<Counted shown={trades.value.value?.items.length ?? 0} total={trades.value.value?.total ?? 0} most={MOST} />}
      >
        <Show from={trades} skeleton={<Skeleton lines={10} />}>
          {({ items }) => (
            <Table
              name="closed trades"
              rows={items}
              columns={SHOWN_TRADE_COLUMNS}
              keyOf={trade => `${trade.run}/${trade.entryOrder}/${trade.exitOrder}/${trade.exit}/${trade.quantity}`}
              filter={text}
              sort={{ id: 'exit', descending: true }}
              onOpen={trade =>
                go(`/orders?run=${encodeURIComponent(trade.run)}&order=${encodeURIComponent(`${trade.run}/${trade.exitOrder}`)}`)
              }
              most={14}
              empty={
                <EmptyState
                  icon="positions"
                  title="No trade was closed yet"
                  action={
                    <a class="button primary" href="/backtests?new=1">
                      Run a backtest
                    </a>
                  }
                >
                  A trade appears when what was opened is closed again.
                </EmptyState>
              }
            />
          )}
        </Show>
      </Panel>
    </Page>
  )
}

/** The account as it stands: live where the run lives, else as it ended. */
function AccountTiles({ run, chosen }: { readonly run: string; readonly chosen: Run | undefined }) {
  const stored = useLoad(signal => api('GET /accounts', { signal }), [run])
  const live = useTopic('accounts', { rate: 4 }).rows.get(run)
  const account = live ?? stored.value.value?.items.find(({ key }) => key === run)
  if (!account) return null

  const change = difference(account.equity, account.startEquity)
  const today = account.dayStartEquity === null ? null : difference(account.equity, account.dayStartEquity)
  const tiles: readonly { readonly label: string; readonly value: ComponentChildren }[] = [
    {
      label: 'Account',
      value: (
        <>
          {chosen?.name ?? account.account} <ModeBadge mode={account.mode} />
        </>
      ),
    },
    { label: `Equity in ${account.currency}`, value: decimal(account.equity, { digits: 2 }) },
    { label: 'Since the start', value: <Profit amount={change} /> },
    ...(today === null ? [] : [{ label: 'Today', value: <Profit amount={today} /> }]),
    { label: 'Drawdown now', value: percent(account.drawdown) },
    ...(chosen && !chosen.running ? [{ label: 'Deepest drawdown', value: percent(chosen.maxDrawdown) }] : []),
    { label: 'Exposure', value: account.exposure === null ? '–' : decimal(account.exposure, { digits: 2 }) },
    { label: 'Open orders', value: String(account.openOrders) },
    { label: 'Open positions', value: String(account.openPositions) },
  ]
  return (
    <section aria-label="Account">
      <dl class="tiles">
        {tiles.map(({ label, value }) => (
          <div key={label} class="tile">
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <p class="under-tiles">
        <Stamp time={account.time} source={account.source} />
      </p>
    </section>
  )
}

function OpenPositions({ run }: { readonly run: string }) {
  const stored = useLoad(signal => api('GET /positions', { query: run === '' ? {} : { run }, signal }), [run])
  const live = useTopic('positions', { rate: 4 })
  const version = live.version.value
  const rows = useMemo(() => {
    const wanted = (position: Position) => (run === '' || position.run === run) && Number(position.quantity) !== 0
    return withLive(stored.value.value?.items ?? [], live.rows.values(), wanted)
  }, [stored.value.value, version, run])
  const newest = rows.reduce((latest, { time }) => (time > latest ? time : latest), '')

  return (
    <Panel
      flush
      title="Open positions"
      stamp={newest === '' ? undefined : { time: newest, source: [...new Set(rows.map(({ source }) => source))].join(', ') }}
      actions={
        rows.length > 0 && (
          <button
            type="button"
            class="button quiet small"
            onClick={() => saveCsv(savedTable('positions', POSITION_COLUMNS, rows))}
          >
            CSV
          </button>
        )
      }
    >
      <Show from={stored} skeleton={<Skeleton lines={2} />}>
        {() => (
          <Table
            name="open positions"
            rows={rows}
            columns={POSITION_COLUMNS}
            keyOf={position => position.key}
            onOpen={position => go(`/instruments/${position.instrument}`)}
            most={10}
            empty={<p class="nothing-open">Nothing is open{run === '' ? '' : ' in this run'}.</p>}
          />
        )}
      </Show>
    </Panel>
  )
}
