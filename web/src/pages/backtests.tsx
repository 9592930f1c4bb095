// Every run with its figures: sort, compare two to four, start another, and see what the server works on.
import { useEffect, useMemo } from 'preact/hooks'
import { SelectField, TextField } from '../components/field.tsx'
import { Icon } from '../components/icon.tsx'
import { Page, Panel } from '../components/page.tsx'
import { EmptyState, Show, Skeleton } from '../components/states.tsx'
import { type Column, savedTable, Table } from '../components/table.tsx'
import type { PageProps } from '../pages.ts'
import { go, setQuery } from '../router.ts'
import { may } from '../session.ts'
import './backtests/backtests.css'
import { JobsPanel, useJobs } from './backtests/jobs-panel.tsx'
import { RUN_COLUMNS } from './backtests/run-columns.tsx'
import { StartDialog } from './backtests/start-dialog.tsx'
import { Counted } from './counted.tsx'
import './desk.css'
import { type Run, useRuns } from './run-choice.tsx'

/** More than four cannot be told apart on one chart. */
const MOST_COMPARED = 4
const SHOWN = RUN_COLUMNS.filter(
  ({ id }) => !['id', 'elapsed', 'refused', 'costs', 'from', 'to', 'sortino', 'factor'].includes(id),
)

export default function Backtests({ query }: PageProps) {
  const runs = useRuns()
  const jobs = useJobs()
  const mode = query.get('mode') ?? ''
  const text = query.get('q') ?? ''
  const wanted = query.get('new')
  const compared = useMemo(() => (query.get('compare') ?? '').split(',').filter(Boolean), [query])

  const done = jobs.filter(({ state }) => state !== 'running').length
  useEffect(() => {
    if (done > 0) runs.reload()
  }, [done])

  const columns = useMemo<readonly Column<Run>[]>(
    () => [
      {
        id: 'compare',
        head: 'Pick',
        value: row => (compared.includes(row.id) ? 1 : 0),
        draw: row => <Pick run={row} compared={compared} />,
        width: '56px',
        narrow: '48px',
      },
      ...SHOWN,
    ],
    [compared],
  )
  const rows = useMemo(() => (runs.value.value ?? []).filter(run => mode === '' || run.mode === mode), [runs.value.value, mode])
  const newest = rows.reduce((latest, { finished }) => ((finished ?? '') > latest ? (finished ?? '') : latest), '')

  return (
    <Page
      title="Backtests"
      stamp={newest === '' ? undefined : { time: newest, source: 'the newest finished run' }}
      csv={() => savedTable('runs', RUN_COLUMNS, rows)}
      actions={
        may('runs.write') && (
          <button type="button" class="button primary" onClick={() => setQuery({ new: '1' })}>
            <Icon name="plus" /> Start a run
          </button>
        )
      }
    >
      <JobsPanel jobs={jobs} />
      <div class="filters">
        <SelectField
          label="Mode"
          value={mode}
          onValue={value => setQuery({ mode: value })}
          options={[
            { value: '', label: 'All modes' },
            ...['BACKTEST', 'REPLAY', 'PAPER', 'LIVE'].map(value => ({ value, label: value })),
          ]}
        />
        <TextField
          label="Search"
          type="search"
          value={text}
          onValue={value => setQuery({ q: value })}
          placeholder="configuration, instrument"
        />
        <div class="compare-actions">
          <a
            class="button"
            aria-disabled={compared.length < 2}
            {...(compared.length < 2 ? {} : { href: `/compare?runs=${compared.map(encodeURIComponent).join(',')}` })}
          >
            Compare {compared.length < 2 ? 'two to four' : compared.length}
          </a>
          {compared.length > 0 && (
            <button type="button" class="button quiet" onClick={() => setQuery({ compare: undefined })}>
              Clear
            </button>
          )}
        </div>
      </div>
      <Panel flush title="Runs" actions={<Counted shown={rows.length} total={rows.length} most={rows.length} />}>
        <Show from={runs} skeleton={<Skeleton lines={14} />}>
          {() => (
            <Table
              name="runs"
              rows={rows}
              columns={columns}
              keyOf={run => run.id}
              filter={text}
              sort={{ id: 'finished', descending: true }}
              most={22}
              onOpen={run => go(`/backtests/${encodeURIComponent(run.id)}`)}
              empty={
                <EmptyState
                  icon="backtests"
                  title={mode === '' ? 'No run yet' : `No run in mode ${mode}`}
                  command="bin/quadrant quickstart"
                  action={
                    may('runs.write') && (
                      <button type="button" class="button primary" onClick={() => setQuery({ new: '1' })}>
                        Start a run
                      </button>
                    )
                  }
                >
                  Start a configuration here, or from a shell.
                </EmptyState>
              }
            />
          )}
        </Show>
      </Panel>
      {wanted !== null && <StartDialog wanted={wanted} onClose={() => setQuery({ new: undefined })} />}
    </Page>
  )
}

function Pick({ run, compared }: { readonly run: Run; readonly compared: readonly string[] }) {
  const picked = compared.includes(run.id)
  return (
    <button
      type="button"
      class="pick"
      aria-pressed={picked}
      aria-label={`Compare ${run.id}`}
      disabled={!picked && compared.length >= MOST_COMPARED}
      onClick={() => setQuery({ compare: (picked ? compared.filter(id => id !== run.id) : [...compared, run.id]).join(',') })}
    >
      {picked && <Icon name="check" size={12} />}
    </button>
  )
}
