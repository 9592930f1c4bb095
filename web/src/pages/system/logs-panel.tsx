// The log: filtered by level, component, correlation and words, with the tail as it is written.

import { useSignal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import type { RowOf } from '../../../../src/wire/topics.ts'
import { api } from '../../api.ts'
import { Badge, type Tone } from '../../components/badge.tsx'
import { Drawer } from '../../components/drawer.tsx'
import { Facts } from '../../components/facts.tsx'
import { SelectField, TextField, Toggle } from '../../components/field.tsx'
import { Panel } from '../../components/page.tsx'
import { EmptyState, Show, Skeleton } from '../../components/states.tsx'
import { type Column, savedTable, Table } from '../../components/table.tsx'
import { useLoad } from '../../load.ts'
import { setQuery } from '../../router.ts'
import { saveCsv } from '../../save.ts'
import { at, zoneName } from '../../text/time.ts'
import { useTopic } from '../../topics.ts'
import { NARROW_TIME, TimeCell } from '../column-times.tsx'
import { LEVELS, type Level, logFilter } from './log-filter.ts'

type LogLine = RowOf<'logs'>

const TONES: Readonly<Record<Level, Tone>> = { debug: 'plain', info: 'info', warn: 'warn', error: 'bad' }

const COLUMNS: readonly Column<LogLine>[] = [
  {
    id: 'time',
    head: 'Time',
    value: row => row.time,
    draw: row => <TimeCell time={row.time} exact />,
    width: '188px',
    narrow: NARROW_TIME,
  },
  {
    id: 'level',
    head: 'Level',
    value: row => row.level,
    draw: row => <Badge tone={TONES[row.level]}>{row.level}</Badge>,
    width: '68px',
  },
  { id: 'component', head: 'Component', value: row => row.component, width: '104px', wide: true },
  { id: 'message', head: 'Message', value: row => row.message, width: 'minmax(160px, 5fr)', narrow: 'minmax(120px, 1fr)' },
  { id: 'code', head: 'Code', value: row => row.code, width: 'minmax(80px, 0.8fr)', wide: true },
  { id: 'correlation', head: 'Correlation', value: row => row.correlationId, width: 'minmax(120px, 0.8fr)', wide: true },
]

export function LogsPanel({ query }: { readonly query: URLSearchParams }) {
  const level = (query.get('level') ?? '') as Level | ''
  const component = query.get('component') ?? ''
  const correlationId = query.get('correlation') ?? ''
  const text = query.get('q') ?? ''
  const tail = query.get('tail') !== 'off'
  const opened = useSignal<LogLine | undefined>(undefined)

  const stored = useLoad(
    signal =>
      api('GET /logs', {
        query: {
          ...(level && { level }),
          ...(component && { component }),
          ...(correlationId && { correlationId }),
          ...(text && { text }),
          limit: 1_000,
        },
        signal,
      }),
    [level, component, correlationId, text],
  )
  const live = useTopic('logs', { rate: 2 })
  const version = tail ? live.version.value : 0
  const rows = useMemo(() => {
    const wanted = logFilter({ level, component, correlationId, text })
    const known = stored.value.value?.items ?? []
    const newest = known.reduce((latest, { time }) => (time > latest ? time : latest), '')
    const fresh = tail ? [...live.rows.values()].filter(line => line.time > newest && wanted(line)) : []
    return [...known, ...fresh]
  }, [stored.value.value, version, tail, level, component, correlationId, text])
  const components = useMemo(
    () => [...new Set([component, ...rows.map(line => line.component)])].filter(Boolean).sort(),
    [rows, component],
  )
  const newest = rows.reduce((latest, { time }) => (time > latest ? time : latest), '')

  return (
    <>
      <div class="filters">
        <SelectField
          label="Level from"
          value={level}
          onValue={value => setQuery({ level: value })}
          options={[{ value: '', label: 'All' }, ...LEVELS.map(value => ({ value, label: value }))]}
        />
        <SelectField
          label="Component"
          value={component}
          onValue={value => setQuery({ component: value })}
          options={[{ value: '', label: 'All' }, ...components.map(value => ({ value, label: value }))]}
        />
        <TextField
          label="Correlation"
          value={correlationId}
          onValue={value => setQuery({ correlation: value.trim() })}
          maxLength={60}
          placeholder="an id"
        />
        <TextField label="Words" type="search" value={text} onValue={value => setQuery({ q: value })} maxLength={100} />
        <Toggle label="Follow" value={tail} onValue={value => setQuery({ tail: value ? undefined : 'off' })} />
      </div>
      <Panel
        flush
        title="Log"
        stamp={newest === '' ? undefined : { time: newest, source: 'server' }}
        actions={
          <button type="button" class="button quiet small" onClick={() => saveCsv(savedTable('log', COLUMNS, rows))}>
            CSV
          </button>
        }
      >
        <Show from={stored} skeleton={<Skeleton lines={12} />}>
          {() => (
            <Table
              name="log"
              rows={rows}
              columns={COLUMNS}
              keyOf={line => `${line.time} ${line.component} ${line.correlationId} ${line.message.slice(0, 80)}`}
              sort={{ id: 'time', descending: true }}
              most={22}
              onOpen={line => (opened.value = line)}
              empty={
                <EmptyState icon="search" title="No line fits">
                  Lower the level or clear the words; what is older than the kept lines is in the files of the folder logs.
                </EmptyState>
              }
            />
          )}
        </Show>
      </Panel>
      {opened.value && (
        <Drawer title="Line of the log" onClose={() => (opened.value = undefined)}>
          <Facts
            facts={[
              { label: `Time (${zoneName()})`, value: at(opened.value.time, 'date-time-seconds') },
              { label: 'Level', value: opened.value.level },
              { label: 'Component', value: opened.value.component || '–' },
              { label: 'Code', value: opened.value.code || '–' },
              {
                label: 'Correlation',
                value: opened.value.correlationId ? (
                  <a href={`/system?view=logs&correlation=${encodeURIComponent(opened.value.correlationId)}`}>
                    {opened.value.correlationId}
                  </a>
                ) : (
                  '–'
                ),
                wide: true,
              },
              { label: 'Message', value: <span class="log-message">{opened.value.message}</span>, wide: true },
            ]}
          />
        </Drawer>
      )}
    </>
  )
}
