// How well the house is: health with the reason of each part, every process with its figures, and the log.
import { useMemo } from 'preact/hooks'
import type { ReplyOf } from '../../../src/wire/contract.ts'
import { api } from '../api.ts'
import { Badge, type Tone } from '../components/badge.tsx'
import { Segments } from '../components/field.tsx'
import { Page, Panel } from '../components/page.tsx'
import { Show, Skeleton } from '../components/states.tsx'
import { useLoad } from '../load.ts'
import type { PageProps } from '../pages.ts'
import { setQuery } from '../router.ts'
import { number } from '../text/number.ts'
import { useTopic } from '../topics.ts'
import { withLive } from './all-pages.ts'
import './desk.css'
import { LogsPanel } from './system/logs-panel.tsx'
import { type Process, Processes } from './system/processes.tsx'
import './system/system.css'

export default function System({ query }: PageProps) {
  const view = query.get('view') === 'logs' ? 'logs' : 'figures'
  const health = useLoad(signal => api('GET /health', { signal }), [], { everySeconds: 5 })
  const system = useLoad(signal => api('GET /system', { signal }), [], { everySeconds: 5 })
  const live = useTopic('system', { rate: 1 })
  const version = live.version.value
  const rows = useMemo(() => {
    const known = withLive(system.value.value?.items ?? [], live.rows.values(), () => true)
    return known.toSorted((a, b) => (a.key === 'server' ? -1 : b.key === 'server' ? 1 : a.key < b.key ? -1 : 1))
  }, [system.value.value, version])

  return (
    <Page
      title="System"
      stamp={health.value.value ? { time: health.value.value.time, source: 'server' } : undefined}
      csv={() => ({
        name: 'processes',
        heads: [
          'Process',
          'Time',
          'PID',
          'Resident bytes',
          'Heap bytes',
          'Processor',
          'Loop p99 ms',
          'Decision p99 us',
          'Journal p99 us',
          'Queue',
          'Sockets',
          'Events',
        ],
        rows: rows.map((row: Process) => [
          row.key,
          row.time,
          row.pid,
          row.residentBytes,
          row.heapBytes,
          row.processorShare,
          row.eventLoopMillis.p99,
          row.decisionMicros?.p99,
          row.journalSyncMicros?.p99,
          row.queueDepth,
          row.sockets,
          row.events,
        ]),
      })}
    >
      <Show from={health} skeleton={<Skeleton lines={4} height={140} />}>
        {value => <HealthPanel health={value} />}
      </Show>
      <div class="filters">
        <Segments
          label="What to show"
          value={view}
          onValue={value => setQuery({ view: value === 'figures' ? undefined : value })}
          options={[
            { value: 'figures', label: 'Processes' },
            { value: 'logs', label: 'Log' },
          ]}
        />
        {system.value.value && view === 'figures' && (
          <p class="soft-words places">
            Home <code>{system.value.value.home}</code> · database <code>{system.value.value.databasePath}</code>
          </p>
        )}
      </div>
      {view === 'logs' ? (
        <LogsPanel query={query} />
      ) : (
        <Show from={system} skeleton={<Skeleton lines={10} />}>
          {() => <Processes rows={rows} />}
        </Show>
      )}
    </Page>
  )
}

const TONES: Readonly<Record<string, Tone>> = { good: 'good', degraded: 'warn', bad: 'bad', idle: 'plain' }

const HealthPanel = ({ health }: { readonly health: ReplyOf<'GET /health'> }) => (
  <Panel title="Health" stamp={{ time: health.time, source: 'server' }}>
    <div class="health">
      <p class={`health-score ${health.state}`}>
        <strong>{number(health.score)}</strong>
        <span>
          of 100 <Badge tone={TONES[health.state] ?? 'plain'}>{health.state}</Badge>
        </span>
      </p>
      <ul class="health-parts">
        {health.parts.map(({ name, score, state, reason }) => (
          <li key={name}>
            <span class="health-name">{name}</span>
            <span
              class={`meter ${state === 'good' ? 'good' : state === 'bad' ? 'reached' : state === 'degraded' ? 'near' : ''}`}
              aria-hidden="true"
            >
              <span style={{ width: `${state === 'idle' ? 0 : score}%` }} />
            </span>
            <span class="health-figure">{state === 'idle' ? '–' : number(score)}</span>
            <Badge tone={TONES[state] ?? 'plain'}>{state}</Badge>
            <span class="health-reason">{reason}</span>
          </li>
        ))}
      </ul>
    </div>
  </Panel>
)
