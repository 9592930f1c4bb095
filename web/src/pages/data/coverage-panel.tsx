// What the lake holds: each series as a bar on one axis of time, with rows, bytes, quarantine, sources and licences; gaps on demand.
import { useMemo } from 'preact/hooks'
import type { ReplyOf } from '../../../../src/wire/contract.ts'
import { api } from '../../api.ts'
import { Drawer } from '../../components/drawer.tsx'
import { Facts } from '../../components/facts.tsx'
import { Panel } from '../../components/page.tsx'
import { EmptyState, Show } from '../../components/states.tsx'
import { type Column, Table } from '../../components/table.tsx'
import { useLoad } from '../../load.ts'
import { setQuery } from '../../router.ts'
import { saveCsv } from '../../save.ts'
import { bytes, duration, number } from '../../text/number.ts'
import { at, zoneName } from '../../text/time.ts'
import { SmallTable } from '../small-table.tsx'
import { type Axis, axisMarks, barOf, sharedAxis } from './coverage-layout.ts'

export type Coverage = ReplyOf<'GET /data'>['items'][number]
export const coverageKey = ({ name, kind, resolution }: Coverage): string => [name, kind, resolution ?? ''].join(' ').trim()

const quarantine = (row: Coverage): number => Object.values(row.quarantined).reduce((sum, count) => sum + count, 0)

/** Everything but the bar, which depends on what else is there. */
export const COVERAGE_COLUMNS: readonly Column<Coverage>[] = [
  { id: 'name', head: 'Series', value: row => row.name, width: 'minmax(176px, 1.4fr)', narrow: 'minmax(96px, 1fr)' },
  {
    id: 'kind',
    head: 'Kind',
    value: row => (row.resolution === null ? row.kind : `${row.kind} ${row.resolution}`),
    width: '84px',
    narrow: '68px',
  },
  { id: 'from', head: 'From', value: row => row.from, draw: row => at(row.from, 'date'), width: '92px', wide: true },
  { id: 'to', head: 'To', value: row => row.to, draw: row => at(row.to, 'date'), width: '92px' },
  {
    id: 'rows',
    head: 'Rows',
    value: row => row.rows,
    draw: row => number(row.rows),
    align: 'right',
    width: '96px',
    narrow: '84px',
  },
  {
    id: 'bytes',
    head: 'Size',
    value: row => row.bytes,
    draw: row => bytes(row.bytes),
    align: 'right',
    width: '80px',
    wide: true,
  },
  {
    id: 'partitions',
    head: 'Parts',
    value: row => row.partitions,
    draw: row => number(row.partitions),
    align: 'right',
    width: '60px',
    wide: true,
  },
  {
    id: 'quarantined',
    head: 'Quarantined',
    value: quarantine,
    draw: row => <span class={quarantine(row) > 0 ? 'warned' : ''}>{number(quarantine(row))}</span>,
    align: 'right',
    width: '96px',
    wide: true,
  },
  { id: 'sources', head: 'Source', value: row => row.sources.join(', '), width: 'minmax(100px, 1fr)', wide: true },
  { id: 'licences', head: 'Licence', value: row => row.licences.join(', '), width: 'minmax(100px, 1fr)', wide: true },
  {
    id: 'imported',
    head: 'Taken in',
    value: row => row.imported,
    draw: row => at(row.imported, 'date'),
    width: '92px',
    wide: true,
  },
]

export interface CoveragePanelProps {
  readonly items: readonly Coverage[]
  readonly filter: string
  readonly open: string
}

export function CoveragePanel({ items, filter, open }: CoveragePanelProps) {
  const axis = useMemo(() => sharedAxis(items), [items])
  const columns = useMemo<readonly Column<Coverage>[]>(() => {
    const [name, kind, ...rest] = COVERAGE_COLUMNS
    const span: Column<Coverage> = {
      id: 'span',
      head: axis ? `${at(axis.from, 'date').slice(0, 4)} to ${at(axis.to, 'date').slice(0, 4)}` : 'Span',
      value: row => row.from,
      draw: row => <SpanBar row={row} axis={axis} />,
      width: 'minmax(150px, 2fr)',
      wide: true,
    }
    return [name!, kind!, span, ...rest]
  }, [axis])
  const opened = items.find(row => coverageKey(row) === open)

  return (
    <>
      {axis && <AxisScale axis={axis} />}
      <Panel flush title="Coverage">
        <Table
          name="coverage"
          rows={items}
          columns={columns}
          keyOf={coverageKey}
          filter={filter}
          sort={{ id: 'name' }}
          selected={open}
          most={24}
          onOpen={row => setQuery({ series: coverageKey(row) })}
          empty={
            <EmptyState icon="data" title="The lake is empty" command="bin/quadrant data download">
              Fetch the data pack, import files of your own, or record a living source.
            </EmptyState>
          }
        />
      </Panel>
      {opened && <SeriesDrawer key={open} row={opened} onClose={() => setQuery({ series: undefined })} />}
    </>
  )
}

function SpanBar({ row, axis }: { readonly row: Coverage; readonly axis: Axis | undefined }) {
  const bar = axis && barOf(row, axis)
  if (!bar) return <span class="span-track" />
  return (
    <span class="span-track" role="img" aria-label={`from ${at(row.from, 'date')} to ${at(row.to, 'date')}`}>
      <span class={`span-bar of-${row.kind}`} style={{ left: `${bar.start * 100}%`, width: `${bar.width * 100}%` }} />
    </span>
  )
}

const AxisScale = ({ axis }: { readonly axis: Axis }) => (
  <p class="visually-hidden">
    The bars run from {at(axis.from, 'date')} to {at(axis.to, 'date')}, marked at{' '}
    {axisMarks(axis)
      .map(({ label }) => label)
      .join(', ')}
    .
  </p>
)

const GAP_KINDS = ['quote', 'trade', 'bar', 'book'] as const
type GapKind = (typeof GAP_KINDS)[number]
const hasGaps = (kind: string): kind is GapKind => (GAP_KINDS as readonly string[]).includes(kind)

function SeriesDrawer({ row, onClose }: { readonly row: Coverage; readonly onClose: () => void }) {
  const reasons = Object.entries(row.quarantined).sort(([, a], [, b]) => b - a)
  return (
    <Drawer title={coverageKey(row)} onClose={onClose}>
      <Facts
        facts={[
          { label: 'From', value: `${at(row.from)} ${zoneName()}` },
          { label: 'To', value: `${at(row.to)} ${zoneName()}` },
          { label: 'Rows', value: number(row.rows) },
          { label: 'Size', value: bytes(row.bytes) },
          { label: 'Partitions', value: number(row.partitions) },
          { label: 'Taken in', value: at(row.imported) },
          { label: 'Sources', value: row.sources.join(', ') || '–', wide: true },
          { label: 'Licences', value: row.licences.join(', ') || '–', wide: true },
        ]}
      />
      <section>
        <h3>Quarantined</h3>
        {reasons.length === 0 ? (
          <p class="soft-words">Nothing: every row passed the checks.</p>
        ) : (
          <SmallTable label="Quarantined">
            <thead>
              <tr>
                <th scope="col">Reason</th>
                <th scope="col" class="number">
                  Rows
                </th>
              </tr>
            </thead>
            <tbody>
              {reasons.map(([reason, count]) => (
                <tr key={reason}>
                  <td>{reason}</td>
                  <td class="number">{number(count)}</td>
                </tr>
              ))}
            </tbody>
          </SmallTable>
        )}
      </section>
      {hasGaps(row.kind) && <Gaps instrument={row.name} kind={row.kind} />}
    </Drawer>
  )
}

function Gaps({ instrument, kind }: { readonly instrument: string; readonly kind: GapKind }) {
  const gaps = useLoad(signal => api('GET /data/gaps', { query: { instrument, kind }, signal }), [instrument, kind])
  return (
    <section>
      <h3>
        Open-market time without data{' '}
        {gaps.value.value && gaps.value.value.items.length > 0 && (
          <button
            type="button"
            class="button quiet small"
            onClick={() =>
              saveCsv({
                name: `gaps-${instrument}-${kind}`,
                heads: ['From', 'To', 'Seconds', 'Note'],
                rows: gaps.value.value!.items.map(({ from, to, seconds, note }) => [from, to, seconds, note]),
              })
            }
          >
            CSV
          </button>
        )}
      </h3>
      <Show from={gaps}>
        {({ items, total }) =>
          items.length === 0 ? (
            <p class="soft-words">None: wherever its market was open, there is data.</p>
          ) : (
            <>
              <p class="soft-words">
                {number(total)} {total === 1 ? 'gap' : 'gaps'}
                {items.length < total && `, the first ${items.length} shown`}.
              </p>
              <SmallTable label="Gaps">
                <thead>
                  <tr>
                    <th scope="col">From ({zoneName()})</th>
                    <th scope="col">To</th>
                    <th scope="col" class="number">
                      Length
                    </th>
                    <th scope="col">Note</th>
                  </tr>
                </thead>
                <tbody>
                  {items.slice(0, 200).map(gap => (
                    <tr key={gap.from}>
                      <td>{at(gap.from)}</td>
                      <td>{at(gap.to)}</td>
                      <td class="number">{duration(gap.seconds)}</td>
                      <td>{gap.note}</td>
                    </tr>
                  ))}
                </tbody>
              </SmallTable>
            </>
          )
        }
      </Show>
    </section>
  )
}
