// What is known and from whom: the lake's coverage with its gaps, and the living sources with their scores and failovers.
import { useMemo } from 'preact/hooks'
import { api } from '../api.ts'
import { Segments, SelectField, TextField } from '../components/field.tsx'
import { Page } from '../components/page.tsx'
import { Show, Skeleton } from '../components/states.tsx'
import { savedTable } from '../components/table.tsx'
import { useLoad } from '../load.ts'
import type { PageProps } from '../pages.ts'
import { setQuery } from '../router.ts'
import { bytes, number } from '../text/number.ts'
import { COVERAGE_COLUMNS, CoveragePanel } from './data/coverage-panel.tsx'
import './data/data.css'
import { FeedsPanel } from './data/feeds-panel.tsx'
import './desk.css'

export default function Data({ query }: PageProps) {
  const view = query.get('view') === 'feeds' ? 'feeds' : 'lake'
  const text = query.get('q') ?? ''
  const kind = query.get('kind') ?? ''
  const lake = useLoad(signal => api('GET /data', { signal }), [])
  const feeds = useLoad(signal => api('GET /feeds', { signal }), [], { everySeconds: 10 })
  const all = lake.value.value?.items
  const kinds = useMemo(() => [...new Set((all ?? []).map(row => row.kind))].sort(), [all])
  const items = useMemo(() => (all ?? []).filter(row => kind === '' || row.kind === kind), [all, kind])
  const imported = (all ?? []).reduce((latest, row) => ((row.imported ?? '') > latest ? (row.imported ?? '') : latest), '')

  return (
    <Page
      title="Data and feeds"
      stamp={imported === '' ? undefined : { time: imported, source: 'the newest import into the lake' }}
      csv={() => savedTable('coverage', COVERAGE_COLUMNS, items)}
    >
      <div class="filters">
        <Segments
          label="What to show"
          value={view}
          onValue={value => setQuery({ view: value === 'lake' ? undefined : value })}
          options={[
            { value: 'lake', label: 'Lake' },
            { value: 'feeds', label: 'Living sources' },
          ]}
        />
        {view === 'lake' && (
          <SelectField
            label="Kind"
            value={kind}
            onValue={value => setQuery({ kind: value })}
            options={[{ value: '', label: 'All kinds' }, ...kinds.map(value => ({ value, label: value }))]}
          />
        )}
        <TextField
          label="Search"
          type="search"
          value={text}
          onValue={value => setQuery({ q: value })}
          placeholder="series, source, licence"
        />
        {lake.value.value && view === 'lake' && (
          <p class="lake-size">
            {number(items.length)} series · {number(lake.value.value.rows)} rows · {bytes(lake.value.value.bytes)}
          </p>
        )}
      </div>
      {view === 'lake' ? (
        <Show from={lake} skeleton={<Skeleton lines={16} />}>
          {() => <CoveragePanel items={items} filter={text} open={query.get('series') ?? ''} />}
        </Show>
      ) : (
        <Show from={feeds} skeleton={<Skeleton lines={10} />}>
          {value => <FeedsPanel feeds={value} filter={text} />}
        </Show>
      )}
    </Page>
  )
}
