// The audit trail: who did what, when, from where, with what before and after; checked and exported on demand.
import { useSignal } from '@preact/signals'
import type { ReplyOf } from '../../../src/wire/contract.ts'
import { api } from '../api.ts'
import { Badge, type Tone } from '../components/badge.tsx'
import { Drawer } from '../components/drawer.tsx'
import { Facts } from '../components/facts.tsx'
import { SelectField, TextField } from '../components/field.tsx'
import { Icon } from '../components/icon.tsx'
import { Page, Panel } from '../components/page.tsx'
import { EmptyState, Show, Skeleton } from '../components/states.tsx'
import { type Column, savedTable, Table } from '../components/table.tsx'
import { toast, toastError } from '../components/toasts.tsx'
import { fresh } from '../fresh.ts'
import { useLoad } from '../load.ts'
import type { PageProps } from '../pages.ts'
import { setQuery } from '../router.ts'
import { saveFile } from '../save.ts'
import { may } from '../session.ts'
import { number } from '../text/number.ts'
import { at, zoneName } from '../text/time.ts'
import { allPages } from './all-pages.ts'
import './audit/audit.css'
import { valueDiff } from './audit/value-diff.ts'
import { Counted } from './counted.tsx'
import './desk.css'
import { NARROW_TIME, TimeCell } from './column-times.tsx'
import { exactTime } from './orders/exact-time.ts'
import { SmallTable } from './small-table.tsx'

type Entry = ReplyOf<'GET /audit'>['items'][number]
type Verdict = ReplyOf<'POST /audit/verify'>

const MOST = 2_000
const TONES: Readonly<Record<Entry['result'], Tone>> = { done: 'good', refused: 'warn', failed: 'bad' }

const COLUMNS: readonly Column<Entry>[] = [
  { id: 'sequence', head: '#', value: row => row.sequence, align: 'right', width: '60px', wide: true },
  {
    id: 'time',
    head: 'Time',
    value: row => row.time,
    draw: row => <TimeCell time={row.time} exact />,
    width: '188px',
    narrow: NARROW_TIME,
  },
  { id: 'actor', head: 'Who', value: row => row.actor, width: 'minmax(84px, 0.8fr)', narrow: '64px' },
  { id: 'action', head: 'Did', value: row => row.action, width: 'minmax(112px, 1fr)', narrow: 'minmax(96px, 1fr)' },
  { id: 'object', head: 'To', value: row => row.object, width: 'minmax(100px, 1.2fr)', wide: true },
  {
    id: 'result',
    head: 'Result',
    value: row => row.result,
    draw: row => <Badge tone={TONES[row.result]}>{row.result}</Badge>,
    width: '76px',
  },
  { id: 'reason', head: 'Reason', value: row => row.reason, width: 'minmax(140px, 2fr)', wide: true },
  { id: 'address', head: 'From', value: row => row.address, width: '112px', wide: true },
]
const SAVED: readonly Column<Entry>[] = [
  ...COLUMNS,
  { id: 'before', head: 'Before', value: row => JSON.stringify(row.before) },
  { id: 'after', head: 'After', value: row => JSON.stringify(row.after) },
  { id: 'session', head: 'Session', value: row => row.session },
  { id: 'correlation', head: 'Correlation', value: row => row.correlationId },
  { id: 'hash', head: 'Hash', value: row => row.hash },
]

export default function Audit({ query }: PageProps) {
  const actor = query.get('actor') ?? ''
  const action = query.get('action') ?? ''
  const result = query.get('result') ?? ''
  const text = query.get('q') ?? ''
  const open = query.get('entry') ?? ''
  const trail = useLoad(
    signal =>
      allPages(range => api('GET /audit', { query: { ...range, ...(actor && { actor }), ...(action && { action }) }, signal }), {
        size: 500,
        most: MOST,
      }),
    [actor, action],
  )
  const items = trail.value.value?.items ?? []
  const rows = items.filter(entry => result === '' || entry.result === result)
  const opened = items.find(({ sequence }) => String(sequence) === open)
  const options = (values: readonly string[], chosen: string, all: string) => [
    { value: '', label: all },
    ...[...new Set([chosen, ...values])]
      .filter(Boolean)
      .sort()
      .map(value => ({ value, label: value })),
  ]

  return (
    <Page
      title="Audit"
      stamp={items[0] ? { time: items[0].time, source: `entry ${items[0].sequence}` } : undefined}
      csv={() => savedTable('audit', SAVED, rows)}
      actions={may('audit.export') && <Export />}
    >
      {may('audit.export') && <Verification />}
      <div class="filters">
        <SelectField
          label="Who"
          value={actor}
          onValue={value => setQuery({ actor: value })}
          options={options(
            items.map(entry => entry.actor),
            actor,
            'Everybody',
          )}
        />
        <SelectField
          label="Did"
          value={action}
          onValue={value => setQuery({ action: value })}
          options={options(
            items.map(entry => entry.action),
            action,
            'Everything',
          )}
        />
        <SelectField
          label="Result"
          value={result}
          onValue={value => setQuery({ result: value })}
          options={options(['done', 'refused', 'failed'], result, 'All')}
        />
        <TextField
          label="Search"
          type="search"
          value={text}
          onValue={value => setQuery({ q: value })}
          placeholder="object, reason, address"
        />
        <button type="button" class="button quiet" onClick={trail.reload}>
          <Icon name="refresh" /> Look again
        </button>
      </div>
      <Panel
        flush
        title="Trail"
        actions={
          <Counted
            shown={rows.length}
            total={trail.value.value?.total ?? 0}
            most={MOST}
            hint="choose who or what to see the others"
          />
        }
      >
        <Show from={trail} skeleton={<Skeleton lines={14} />}>
          {() => (
            <Table
              name="audit trail"
              rows={rows}
              columns={COLUMNS}
              keyOf={entry => String(entry.sequence)}
              filter={text}
              sort={{ id: 'sequence', descending: true }}
              selected={open}
              most={22}
              onOpen={entry => setQuery({ entry: String(entry.sequence) })}
              empty={
                <EmptyState
                  icon="audit"
                  title="No entry fits"
                  action={
                    <button type="button" class="button" onClick={() => setQuery({ actor: '', action: '', result: '', q: '' })}>
                      Clear the filters
                    </button>
                  }
                >
                  Sign-ins, refusals, orders, changes of limits and people are written here as they happen.
                </EmptyState>
              }
            />
          )}
        </Show>
      </Panel>
      {opened && <EntryDrawer key={opened.sequence} entry={opened} onClose={() => setQuery({ entry: undefined })} />}
    </Page>
  )
}

function EntryDrawer({ entry, onClose }: { readonly entry: Entry; readonly onClose: () => void }) {
  const changes = valueDiff(entry.before, entry.after)
  return (
    <Drawer
      onClose={onClose}
      title={
        <>
          {entry.action} <Badge tone={TONES[entry.result]}>{entry.result}</Badge>
        </>
      }
    >
      <Facts
        facts={[
          { label: `Time (${zoneName()})`, value: exactTime(entry.time) },
          { label: 'Entry', value: number(entry.sequence) },
          { label: 'Who', value: entry.actor },
          { label: 'From', value: entry.address || '–' },
          { label: 'To', value: entry.object || '–', wide: true },
          { label: 'Reason', value: entry.reason || '–', wide: true },
          { label: 'Session', value: <code>{entry.session || '–'}</code>, wide: true },
          {
            label: 'Correlation',
            value: entry.correlationId ? (
              <a href={`/system?view=logs&correlation=${encodeURIComponent(entry.correlationId)}`}>{entry.correlationId}</a>
            ) : (
              '–'
            ),
            wide: true,
          },
        ]}
      />
      <section>
        <h3>Before and after</h3>
        {changes.length === 0 ? (
          <p class="soft-words">Nothing was changed by it.</p>
        ) : (
          <SmallTable label="Before and after" class="changes">
            <thead>
              <tr>
                <th scope="col">What</th>
                <th scope="col">Before</th>
                <th scope="col">After</th>
              </tr>
            </thead>
            <tbody>
              {changes.map(({ path, before, after, changed }) => (
                <tr key={path} class={changed ? 'changed' : ''}>
                  <td>{path || 'value'}</td>
                  <td class={`before ${before === null ? 'nothing' : ''}`}>{before ?? '–'}</td>
                  <td class={`after ${after === null ? 'nothing' : ''}`}>{after ?? '–'}</td>
                </tr>
              ))}
            </tbody>
          </SmallTable>
        )}
      </section>
      <section>
        <h3>Its place in the chain</h3>
        <Facts
          facts={[
            { label: 'Hash', value: <code>{entry.hash}</code>, wide: true },
            { label: 'Hash of the entry before', value: <code>{entry.previousHash}</code>, wide: true },
          ]}
        />
      </section>
    </Drawer>
  )
}

/** Checks the chain and every signed head, and says what it found. */
function Verification() {
  const verdict = useSignal<Verdict | undefined>(undefined)
  const checked = useSignal(0)
  const busy = useSignal(false)
  const verify = async (): Promise<void> => {
    busy.value = true
    try {
      verdict.value = await api('POST /audit/verify')
      checked.value = Date.now()
    } catch (error) {
      toastError(error)
    }
    busy.value = false
  }

  const found = verdict.value
  return (
    <div class={`verification ${found ? (found.whole ? 'whole' : 'broken') : ''}`} role="status">
      <Icon name={found && !found.whole ? 'warning' : 'audit'} size={20} />
      <div class="verification-words">
        {!found ? (
          <p>
            Every entry carries the hash of the one before, and the heads of the chain are signed. Check that nothing was edited,
            removed or moved.
          </p>
        ) : found.whole ? (
          <p>
            <strong>The trail is whole.</strong> {number(found.records)} entries and {number(found.heads)} signed heads checked at{' '}
            {at(checked.value, 'date-time-seconds')} {zoneName()}.
            {found.head && ` The newest head is of ${at(found.head.time)} over ${number(found.head.size)} entries.`}
          </p>
        ) : (
          <>
            <p>
              <strong>The trail was tampered with.</strong> {number(found.faults.length)}{' '}
              {found.faults.length === 1 ? 'fault' : 'faults'} in {number(found.records)} entries.
            </p>
            <ul>
              {found.faults.slice(0, 20).map(({ sequence, fault }, i) => (
                <li key={i}>
                  Entry {sequence}: {fault}
                </li>
              ))}
            </ul>
          </>
        )}
      </div>
      <button type="button" class="button" disabled={busy.value} onClick={() => void verify()}>
        {busy.value ? 'Checking…' : found ? 'Check again' : 'Verify the trail'}
      </button>
    </div>
  )
}

function Export() {
  const busy = useSignal(false)
  const save = async (): Promise<void> => {
    busy.value = true
    try {
      const lines = await fresh(() => api('GET /audit/export'))
      saveFile(`audit-${new Date().toISOString().slice(0, 10)}.jsonl`, new Blob([lines], { type: 'application/x-ndjson' }))
      toast({ kind: 'good', text: 'The whole trail with its signed heads was saved.' })
    } catch (error) {
      toastError(error)
    }
    busy.value = false
  }
  return (
    <button type="button" class="button" disabled={busy.value} onClick={() => void save()}>
      <Icon name="download" /> Export all
    </button>
  )
}
