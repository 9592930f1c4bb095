// What strategies wanted and what became of it: the funnel, the stream as it comes, why and why not.
import { useMemo } from 'preact/hooks'
import { api } from '../api.ts'
import { SelectField, TextField } from '../components/field.tsx'
import { Icon } from '../components/icon.tsx'
import { Page, Panel } from '../components/page.tsx'
import { EmptyState, Show, Skeleton } from '../components/states.tsx'
import { savedTable, Table } from '../components/table.tsx'
import { useLoad } from '../load.ts'
import type { PageProps } from '../pages.ts'
import { setQuery } from '../router.ts'
import { saveCsv } from '../save.ts'
import { may } from '../session.ts'
import { useTopic } from '../topics.ts'
import { allPages, withLive } from './all-pages.ts'
import { Counted } from './counted.tsx'
import './desk.css'
import { RunChoice, useRuns } from './run-choice.tsx'
import './signals/explanation.css'
import { funnelTable, keptWords } from './signals/funnel-steps.ts'
import { FunnelView } from './signals/funnel-view.tsx'
import { OUTCOMES, type Outcome, SIGNAL_COLUMNS, type SignalLine } from './signals/signal-columns.tsx'
import { SignalDrawer } from './signals/signal-drawer.tsx'
import './signals/signals.css'
import { WhyNot } from './signals/why-not.tsx'

const MOST = 2_000
const SHOWN = SIGNAL_COLUMNS.filter(({ id }) => id !== 'run')

export default function Signals({ query }: PageProps) {
  const runs = useRuns()
  const all = runs.value.value
  // With signals if there is one: an empty funnel teaches nothing.
  const run = query.get('run') || (all?.find(({ running, signals }) => running || signals > 0)?.id ?? '')
  return (
    <Show from={runs} skeleton={<Skeleton lines={16} />}>
      {list => <Chosen key={run} runs={list} run={run} query={query} />}
    </Show>
  )
}

interface ChosenProps {
  readonly runs: ReturnType<typeof useRuns>['value']['value'] & object
  readonly run: string
  readonly query: URLSearchParams
}

function Chosen({ runs, run, query }: ChosenProps) {
  const instrument = query.get('instrument') ?? ''
  const outcome = (query.get('outcome') ?? '') as Outcome | ''
  const from = query.get('from') ?? ''
  const to = query.get('to') ?? ''
  const text = query.get('q') ?? ''
  const open = query.get('signal') ?? ''
  const whyNot = query.get('whynot')
  const chosen = runs.find(({ id }) => id === run)

  const live = useTopic('signals', { rate: 4 })
  const funnel = useLoad(
    async signal => (run === '' ? null : await api('GET /signals/funnel', { query: { run }, signal })),
    [run],
    {
      ...(chosen?.running ? { everySeconds: 5 } : {}),
    },
  )
  const stored = useLoad(
    signal =>
      allPages(
        range =>
          api('GET /signals', {
            query: {
              ...range,
              ...(run && { run }),
              ...(instrument && { instrument }),
              ...(outcome && { outcome }),
              ...(from && { from }),
              ...(to && { to: `${to}T23:59:59.999999Z` }),
            },
            signal,
          }),
        { size: 500, most: MOST },
      ),
    [run, instrument, outcome, from, to],
  )

  const version = live.version.value
  const history = stored.value.value
  const rows = useMemo(() => {
    const wanted = (line: SignalLine) =>
      (run === '' || line.run === run) &&
      (instrument === '' || line.instrument === instrument) &&
      (outcome === '' || line.outcome === outcome) &&
      (from === '' || line.time >= from) &&
      (to === '' || line.time <= `${to}T23:59:59.999999Z`)
    return withLive(history?.items ?? [], live.rows.values(), wanted)
  }, [history, version, run, instrument, outcome, from, to])
  const instruments = useMemo(
    () =>
      [...new Set([instrument, ...(chosen?.instruments ?? []), ...(history?.items ?? []).map(line => line.instrument)])]
        .filter(Boolean)
        .sort(),
    [history, chosen, instrument],
  )
  const opened = rows.find(({ key }) => key === open)
  const reached = funnel.value.value
  const filtered = [instrument, outcome, from, to].some(word => word !== '')
  const kept = reached && history && !filtered && !chosen?.running ? keptWords(reached, history.total) : ''
  const newest = rows.reduce((latest, { time }) => (time > latest ? time : latest), '')

  return (
    <Page
      title="Signals"
      stamp={newest === '' ? undefined : { time: newest, source: 'the newest of these signals' }}
      csv={() => savedTable('signals', SIGNAL_COLUMNS, rows)}
      actions={
        may('account.read') && (
          <button type="button" class="button" disabled={run === ''} onClick={() => setQuery({ whynot: 'ask' })}>
            <Icon name="info" /> Why not…
          </button>
        )
      }
    >
      <div class="filters">
        <RunChoice runs={runs} value={run} forget={['signal', 'instrument', 'from', 'to', 'whynot']} />
        <SelectField
          label="Instrument"
          value={instrument}
          onValue={value => setQuery({ instrument: value })}
          options={[{ value: '', label: 'All instruments' }, ...instruments.map(name => ({ value: name, label: name }))]}
        />
        <SelectField
          label="Outcome"
          value={outcome}
          onValue={value => setQuery({ outcome: value })}
          options={[{ value: '', label: 'All outcomes' }, ...OUTCOMES.map(name => ({ value: name, label: name }))]}
        />
        <TextField label="From" type="date" value={from} onValue={value => setQuery({ from: value })} />
        <TextField label="To" type="date" value={to} onValue={value => setQuery({ to: value })} />
        <TextField
          label="Search"
          type="search"
          value={text}
          onValue={value => setQuery({ q: value })}
          placeholder="code, reason"
        />
      </div>
      {run === '' ? (
        <Panel>
          <EmptyState
            icon="signals"
            title="No run has signals yet"
            action={
              <a class="button primary" href="/backtests?new=1">
                Run a backtest
              </a>
            }
          >
            Every wish of a strategy appears here, with what became of it and why.
          </EmptyState>
        </Panel>
      ) : (
        <>
          <Panel
            title="From decision to fill"
            stamp={funnel.value.value ? { time: funnel.value.value.time, source: funnel.value.value.run } : undefined}
            actions={
              reached && (
                <button
                  type="button"
                  class="button quiet small"
                  title="Save every step and every reason as CSV"
                  onClick={() => saveCsv(funnelTable(reached))}
                >
                  <Icon name="download" /> CSV
                </button>
              )
            }
          >
            <Show from={funnel} skeleton={<Skeleton lines={6} height={196} />}>
              {value => value && <FunnelView funnel={value} />}
            </Show>
          </Panel>
          <Panel
            flush
            title="Stream"
            actions={
              <>
                {kept !== '' && <span class="counted">{kept} ·</span>}
                <Counted
                  shown={rows.length}
                  total={history?.total ?? rows.length}
                  most={MOST}
                  hint="narrow the dates to see the others"
                />
              </>
            }
          >
            <Show from={stored} skeleton={<Skeleton lines={12} />}>
              {() => (
                <Table
                  name="signals"
                  rows={rows}
                  columns={SHOWN}
                  keyOf={line => line.key}
                  filter={text}
                  sort={{ id: 'time', descending: true }}
                  selected={open}
                  most={18}
                  onOpen={line => setQuery({ signal: line.key })}
                  empty={<NoSignals filtered={filtered} run={run} />}
                />
              )}
            </Show>
          </Panel>
        </>
      )}
      {opened && <SignalDrawer key={opened.key} signal={opened} onClose={() => setQuery({ signal: undefined })} />}
      {whyNot !== null && run !== '' && (
        <WhyNot runs={runs} run={run} moment={whyNot === 'ask' ? '' : whyNot} onClose={() => setQuery({ whynot: undefined })} />
      )}
    </Page>
  )
}

const NoSignals = ({ filtered, run }: { readonly filtered: boolean; readonly run: string }) =>
  filtered ? (
    <EmptyState
      icon="signals"
      title="No signal fits these filters"
      action={
        <button type="button" class="button" onClick={() => setQuery({ instrument: '', outcome: '', from: '', to: '', q: '' })}>
          Clear the filters
        </button>
      }
    />
  ) : (
    <EmptyState
      icon="signals"
      title="This run wanted nothing, or its signals are not stored"
      action={
        <button type="button" class="button" onClick={() => setQuery({ whynot: 'ask', run })}>
          Ask why not
        </button>
      }
    >
      The funnel above says at which stage it stopped.
    </EmptyState>
  )
