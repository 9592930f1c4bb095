// The blotter: every order with its state, how long it took and why, live on top of what is stored.
import { useMemo } from 'preact/hooks'
import { api } from '../api.ts'
import { SelectField, TextField } from '../components/field.tsx'
import { Page, Panel } from '../components/page.tsx'
import { EmptyState, Show, Skeleton } from '../components/states.tsx'
import { savedTable, Table } from '../components/table.tsx'
import { useLoad } from '../load.ts'
import type { PageProps } from '../pages.ts'
import { setQuery } from '../router.ts'
import { useTopic } from '../topics.ts'
import { allPages, withLive } from './all-pages.ts'
import { Counted } from './counted.tsx'
import { BLOTTER_COLUMNS, ORDER_COLUMNS, ORDER_STATES, type Order } from './orders/order-columns.tsx'
import { OrderDrawer } from './orders/order-drawer.tsx'
import './desk.css'
import './orders/orders.css'
import { type Run, RunChoice, useRuns } from './run-choice.tsx'
import './signals/explanation.css'

const MOST = 3_000

export default function Orders({ query }: PageProps) {
  const runs = useRuns()
  const wanted = query.get('run')
  return (
    <Show from={runs} skeleton={<Skeleton lines={16} />}>
      {list => {
        const usual = list.find(({ running, orders }) => running || orders > 0)?.id ?? ''
        return <Blotter runs={list} run={wanted === 'all' ? '' : (wanted ?? usual)} query={query} />
      }}
    </Show>
  )
}

interface BlotterProps {
  readonly runs: readonly Run[]
  /** Empty for all of them. */
  readonly run: string
  readonly query: URLSearchParams
}

function Blotter({ runs, run, query }: BlotterProps) {
  const instrument = query.get('instrument') ?? ''
  const state = query.get('state') ?? ''
  const account = query.get('account') ?? ''
  const text = query.get('q') ?? ''
  const open = query.get('order') ?? ''
  const live = useTopic('orders', { rate: 4 })
  const stored = useLoad(
    signal =>
      allPages(
        range =>
          api('GET /orders', {
            query: { ...range, ...(run && { run }), ...(instrument && { instrument }), ...(state && { state }) },
            signal,
          }),
        { size: 1_000, most: MOST },
      ),
    [run, instrument, state],
  )

  const version = live.version.value
  const history = stored.value.value
  const rows = useMemo(() => {
    const wanted = (order: Order) =>
      (run === '' || order.run === run) &&
      (instrument === '' || order.instrument === instrument) &&
      (state === '' || order.state === state) &&
      (account === '' || order.account === account)
    return withLive(history?.items ?? [], live.rows.values(), wanted).filter(wanted)
  }, [history, version, run, instrument, state, account])
  const accounts = useMemo(() => [...new Set((history?.items ?? []).map(order => order.account))].sort(), [history])
  const instruments = useMemo(
    () => [...new Set([instrument, ...(history?.items ?? []).map(order => order.instrument)])].filter(Boolean).sort(),
    [history, instrument],
  )
  const newest = rows.reduce((latest, { changed }) => (changed > latest ? changed : latest), '')

  return (
    <Page
      title="Orders"
      stamp={newest === '' ? undefined : { time: newest, source: 'the newest change of these orders' }}
      csv={() => savedTable('orders', ORDER_COLUMNS, rows)}
    >
      <div class="filters">
        <RunChoice runs={runs} value={run} all="All runs" forget={['order', 'instrument']} />
        <SelectField
          label="Account"
          value={account}
          onValue={value => setQuery({ account: value })}
          options={[{ value: '', label: 'All accounts' }, ...accounts.map(name => ({ value: name, label: name }))]}
        />
        <SelectField
          label="Instrument"
          value={instrument}
          onValue={value => setQuery({ instrument: value })}
          options={[{ value: '', label: 'All instruments' }, ...instruments.map(name => ({ value: name, label: name }))]}
        />
        <SelectField
          label="State"
          value={state}
          onValue={value => setQuery({ state: value })}
          options={[{ value: '', label: 'All states' }, ...ORDER_STATES.map(name => ({ value: name, label: name }))]}
        />
        <TextField
          label="Search"
          type="search"
          value={text}
          onValue={value => setQuery({ q: value })}
          placeholder="reason, strategy, id"
        />
      </div>
      <Panel flush title="Blotter" actions={<Counted shown={rows.length} total={history?.total ?? rows.length} most={MOST} />}>
        <Show from={stored} skeleton={<Skeleton lines={12} />}>
          {() => (
            <Table
              name="orders"
              rows={rows}
              columns={BLOTTER_COLUMNS}
              keyOf={order => order.key}
              filter={text}
              sort={{ id: 'created', descending: true }}
              selected={open}
              most={20}
              onOpen={order => setQuery({ order: order.key })}
              empty={<NoOrders filtered={[instrument, state, account].some(word => word !== '')} />}
            />
          )}
        </Show>
      </Panel>
      {open.includes('/') && (
        <OrderDrawer
          key={open}
          run={open.slice(0, open.lastIndexOf('/'))}
          order={open.slice(open.lastIndexOf('/') + 1)}
          onClose={() => setQuery({ order: undefined })}
        />
      )}
    </Page>
  )
}

const NoOrders = ({ filtered }: { readonly filtered: boolean }) =>
  filtered ? (
    <EmptyState
      icon="orders"
      title="No order fits these filters"
      action={
        <button
          type="button"
          class="button"
          onClick={() => setQuery({ run: 'all', instrument: '', state: '', account: '', q: '' })}
        >
          Clear the filters
        </button>
      }
    />
  ) : (
    <EmptyState
      icon="orders"
      title="No orders yet"
      action={
        <a class="button primary" href="/backtests?new=1">
          Run a backtest
        </a>
      }
    >
      Orders appear here as soon as a run sends one.
    </EmptyState>
  )
