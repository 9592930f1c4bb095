// The living sources of each instrument: who is read and why, scores and their parts, failovers, and changing over by hand.
import { useSignal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import type { ReplyOf } from '../../../../src/wire/contract.ts'
import { api } from '../../api.ts'
import { Badge, QualityDot } from '../../components/badge.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { SelectField, TextField } from '../../components/field.tsx'
import { Panel } from '../../components/page.tsx'
import { EmptyState } from '../../components/states.tsx'
import { type Column, Table } from '../../components/table.tsx'
import { toast } from '../../components/toasts.tsx'
import { may } from '../../session.ts'
import { useSubmission } from '../../submission.ts'
import { number } from '../../text/number.ts'
import { at, zoneName } from '../../text/time.ts'
import { useTopic } from '../../topics.ts'
import { NARROW_TIME, TimeCell } from '../column-times.tsx'

type Feeds = ReplyOf<'GET /feeds'>
type Feed = Feeds['instruments'][number]
type Source = Feed['sources'][number]
type Failover = Feeds['failovers'][number]

interface SourceRow extends Source {
  readonly instrument: string
  readonly epoch: number
  readonly time: string
}

const millis = (value: number | null): string =>
  value === null ? '–' : value < 10 ? `${number(value, 1)}\u202fms` : `${number(value)}\u202fms`
const stateTone = (state: string) =>
  /live|open|good|up/i.test(state)
    ? 'good'
    : /stale|late|degraded|warm/i.test(state)
      ? 'warn'
      : /down|lost|dead|bad|closed/i.test(state)
        ? 'bad'
        : 'plain'

export const SOURCE_COLUMNS: readonly Column<SourceRow>[] = [
  {
    id: 'instrument',
    head: 'Instrument',
    value: row => row.instrument,
    width: 'minmax(136px, 1fr)',
    narrow: 'minmax(84px, 1fr)',
  },
  {
    id: 'source',
    head: 'Source',
    value: row => row.source,
    draw: row => (
      <>
        <QualityDot score={row.score} source={row.source} /> {row.source}
      </>
    ),
    width: 'minmax(104px, 1fr)',
    narrow: 'minmax(84px, 1fr)',
  },
  {
    id: 'selected',
    head: 'Read',
    value: row => (row.selected ? 1 : 0),
    draw: row => (row.selected ? <Badge tone="info">read</Badge> : ''),
    width: '64px',
    wide: true,
  },
  {
    id: 'state',
    head: 'State',
    value: row => row.state,
    draw: row => <Badge tone={stateTone(row.state)}>{row.state}</Badge>,
    width: '92px',
    narrow: '84px',
  },
  { id: 'score', head: 'Score', value: row => row.score, draw: row => number(row.score), align: 'right', width: '60px' },
  {
    id: 'parts',
    head: 'Parts of the score',
    value: row =>
      Object.entries(row.parts)
        .map(([name, value]) => `${name} ${number(value)}`)
        .join(' · '),
    width: 'minmax(170px, 2fr)',
    wide: true,
  },
  {
    id: 'latency',
    head: 'Latency',
    value: row => row.latencyMillis,
    draw: row => millis(row.latencyMillis),
    align: 'right',
    width: '84px',
    wide: true,
  },
  {
    id: 'age',
    head: 'Age',
    value: row => row.ageMillis,
    draw: row => millis(row.ageMillis),
    align: 'right',
    width: '92px',
    wide: true,
  },
  { id: 'gaps', head: 'Gaps', value: row => row.gaps, draw: row => number(row.gaps), align: 'right', width: '56px', wide: true },
  { id: 'link', head: 'Link', value: row => row.link, width: '88px', wide: true },
  { id: 'why', head: 'Why', value: row => row.why, width: 'minmax(160px, 2fr)', wide: true },
]

const FAILOVER_COLUMNS: readonly Column<Failover>[] = [
  {
    id: 'time',
    head: 'Time',
    value: row => row.time,
    draw: row => <TimeCell time={row.time} />,
    width: '160px',
    narrow: NARROW_TIME,
  },
  {
    id: 'instrument',
    head: 'Instrument',
    value: row => row.instrument,
    width: 'minmax(112px, 1fr)',
    narrow: 'minmax(84px, 1fr)',
  },
  { id: 'from', head: 'From', value: row => row.from, width: 'minmax(80px, 0.7fr)' },
  { id: 'to', head: 'To', value: row => row.to, width: 'minmax(80px, 0.7fr)' },
  { id: 'level', head: 'Level', value: row => row.level, width: '72px', wide: true },
  { id: 'reason', head: 'Reason', value: row => row.reason, width: 'minmax(160px, 2fr)', wide: true },
]

export function FeedsPanel({ feeds, filter }: { readonly feeds: Feeds; readonly filter: string }) {
  const live = useTopic('feeds', { rate: 2 })
  const moved = useTopic('failovers', { rate: 2 })
  const changing = useSignal<string | undefined>(undefined)
  const version = live.version.value
  const instruments = useMemo<readonly Feed[]>(() => {
    const rows = new Map(feeds.instruments.map(feed => [feed.key, feed]))
    for (const feed of live.rows.values()) rows.set(feed.key, feed)
    return [...rows.values()]
  }, [feeds, version])
  const sources = useMemo(
    () =>
      instruments.flatMap(({ key, epoch, time, sources: all }) =>
        all.map((source): SourceRow => ({ ...source, instrument: key, epoch, time })),
      ),
    [instruments],
  )
  const moves = moved.version.value
  const failovers = useMemo(() => {
    const seen = new Map([...feeds.failovers, ...moved.rows.values()].map(line => [`${line.time} ${line.instrument}`, line]))
    return [...seen.values()]
  }, [feeds, moves])
  const newest = instruments.reduce((latest, { time }) => (time > latest ? time : latest), feeds.time ?? '')

  if (sources.length === 0) {
    return (
      <Panel flush title="Living sources">
        <EmptyState icon="data" title="No run reads a living source" command="bin/quadrant run config/paper-crypto.yaml">
          Start a paper run: every source of every instrument appears here with its score, and with each change from one to
          another.
        </EmptyState>
      </Panel>
    )
  }
  return (
    <>
      <FeedTiles feeds={feeds} sources={sources} />
      <Panel
        flush
        title="Living sources"
        stamp={{ time: newest || null, source: feeds.run ?? 'living runs' }}
        actions={
          may('feeds.write') && (
            <button
              type="button"
              class="button small"
              disabled={!feeds.running}
              onClick={() => (changing.value = instruments[0]?.key)}
            >
              Change over…
            </button>
          )
        }
      >
        <Table
          name="sources"
          rows={sources}
          columns={SOURCE_COLUMNS}
          keyOf={row => `${row.instrument} ${row.source}`}
          filter={filter}
          sort={{ id: 'instrument' }}
          most={14}
          onOpen={row => {
            if (feeds.running && may('feeds.write')) changing.value = row.instrument
          }}
          empty={null}
        />
      </Panel>
      <Panel flush title="Failovers" stamp={{ time: newest || null, source: feeds.run ?? 'living runs' }}>
        <Table
          name="failovers"
          rows={failovers}
          columns={FAILOVER_COLUMNS}
          keyOf={row => `${row.time} ${row.instrument}`}
          filter={filter}
          sort={{ id: 'time', descending: true }}
          most={10}
          empty={<EmptyState icon="check" title="No source had to be left" />}
        />
      </Panel>
      {changing.value !== undefined && (
        <FailoverDialog instruments={instruments} wanted={changing.value} onClose={() => (changing.value = undefined)} />
      )}
    </>
  )
}

function FeedTiles({ feeds, sources }: { readonly feeds: Feeds; readonly sources: readonly SourceRow[] }) {
  const quarantined = Object.entries(feeds.quarantined).sort(([, a], [, b]) => b - a)
  const read = sources.filter(({ selected }) => selected)
  const tiles = [
    ['Environment', feeds.environment || '–'],
    ['Run', feeds.running ? 'living' : 'ended'],
    ['Events', number(feeds.events)],
    ['Worst score read', read.length === 0 ? '–' : number(Math.min(...read.map(({ score }) => score)))],
    ['Decision p50', `${number(feeds.decisionMicros.p50)}\u202fµs`],
    ['Decision p99', `${number(feeds.decisionMicros.p99)}\u202fµs`],
    ['Decision p99.9', `${number(feeds.decisionMicros.p999)}\u202fµs`],
    [
      'Quarantined',
      quarantined.length === 0 ? 'none' : quarantined.map(([reason, count]) => `${reason} ${number(count)}`).join(' · '),
    ],
    ['Recording', feeds.recording?.split('/').at(-1) ?? 'off'],
  ] as const
  return (
    <dl class="tiles">
      {tiles.map(([label, value]) => (
        <div key={label} class="tile">
          <dt>{label}</dt>
          <dd class="breaks">{value}</dd>
        </div>
      ))}
    </dl>
  )
}

interface FailoverDialogProps {
  readonly instruments: readonly Feed[]
  readonly wanted: string
  readonly onClose: () => void
}

function FailoverDialog({ instruments, wanted, onClose }: FailoverDialogProps) {
  const instrument = useSignal(wanted)
  const source = useSignal('')
  const reason = useSignal('')
  const feed = instruments.find(({ key }) => key === instrument.value)

  const { busy, error, onSubmit } = useSubmission(async () => {
    await api('POST /feeds/failover', {
      body: {
        instrument: instrument.value,
        ...(source.value === '' ? {} : { source: source.value }),
        reason: reason.value.trim(),
      },
    })
    toast({
      kind: 'info',
      text: `Asked to read ${instrument.value} from ${source.value === '' ? 'the next best source' : source.value}.`,
    })
    onClose()
  })
  return (
    <Dialog title="Read from another source" onClose={onClose}>
      <form class="form" onSubmit={onSubmit}>
        <SelectField
          label="Instrument"
          value={instrument.value}
          onValue={value => {
            instrument.value = value
            source.value = ''
          }}
          options={instruments.map(({ key }) => ({ value: key, label: key }))}
          hint={
            feed ? `Read from ${feed.selected} since epoch ${feed.epoch}, ${at(feed.time, 'time-seconds')} ${zoneName()}.` : ''
          }
        />
        <SelectField
          label="Source"
          value={source.value}
          onValue={value => (source.value = value)}
          options={[
            { value: '', label: 'The next best by score' },
            ...(feed?.sources ?? [])
              .filter(({ selected }) => !selected)
              .map(one => ({ value: one.source, label: `${one.source}, score ${number(one.score)}, ${one.state}` })),
          ]}
        />
        <TextField
          label="Reason"
          value={reason.value}
          onValue={value => (reason.value = value)}
          maxLength={300}
          required
          focus
          error={error.value && `${error.value.message} ${error.value.fix}`}
          hint="Kept in the audit trail."
        />
        <div class="form-actions">
          <button type="button" class="button quiet" onClick={onClose}>
            Leave it
          </button>
          <button type="submit" class="button primary" disabled={busy.value || reason.value.trim().length < 3}>
            Change over
          </button>
        </div>
      </form>
    </Dialog>
  )
}
