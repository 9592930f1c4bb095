// Markets: the watchlist with the four senses, which markets are open, and what is announced.
import { useSignal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import type { ReplyOf } from '../../../src/wire/contract.ts'
import { api } from '../api.ts'
import { Segments, Toggle } from '../components/field.tsx'
import { Page, Panel } from '../components/page.tsx'
import { EmptyState, Show, Skeleton } from '../components/states.tsx'
import { savedTable, Table } from '../components/table.tsx'
import { useLoad } from '../load.ts'
import type { PageProps } from '../pages.ts'
import { preferences } from '../preferences.ts'
import { go, setQuery } from '../router.ts'
import { useFollowed } from '../topics.ts'
import { CalendarPanel } from './markets/calendar.tsx'
import { SessionsClock } from './markets/sessions-clock.tsx'
import { watchlistColumns } from './markets/watchlist.tsx'
import './markets/markets.css'

export type Instrument = ReplyOf<'GET /instruments'>['items'][number]

export default function Markets({ query }: PageProps) {
  const instruments = useLoad(signal => api('GET /instruments', { signal }), [], { everySeconds: 30 })
  // The rows' own cells follow these, so that a tick draws one cell and not the table.
  useFollowed('quotes', { rate: 8 })
  useFollowed('opinions', { rate: 4 })
  const asOf = useSignal(Date.now())
  const items = instruments.value.value?.items
  useMemo(() => {
    asOf.value = Date.now()
  }, [items])

  const kind = query.get('class') ?? ''
  const starred = query.get('starred') === 'yes'
  const text = query.get('find') ?? ''
  const shown = useMemo(
    () =>
      (items ?? [])
        .filter(
          ({ id, assetClass }) => (kind === '' || assetClass === kind) && (!starred || preferences.value.watchlist.includes(id)),
        )
        .toSorted((a, b) => rank(a) - rank(b)),
    [items, kind, starred, preferences.value.watchlist],
  )
  const kinds = [...new Set((items ?? []).map(({ assetClass }) => assetClass))].sort()

  return (
    <Page
      title="Markets"
      stamp={items && { time: asOf.value, source: 'each price with its own time and source' }}
      csv={items && (() => savedTable('markets', watchlistColumns, shown))}
    >
      <SessionsClock />
      <Panel
        flush
        title="Watchlist"
        actions={
          <>
            <input
              type="search"
              class="find"
              aria-label="Find an instrument"
              placeholder="Find"
              value={text}
              onInput={event => setQuery({ find: event.currentTarget.value })}
            />
            {kinds.length > 1 && (
              <Segments
                label="Asset class"
                value={kind}
                onValue={value => setQuery({ class: value })}
                options={[{ value: '', label: 'All' }, ...kinds.map(value => ({ value, label: value }))]}
              />
            )}
            <Toggle label="Starred" value={starred} onValue={on => setQuery({ starred: on ? 'yes' : undefined })} />
          </>
        }
      >
        <Show from={instruments} skeleton={<Skeleton lines={10} height={400} />}>
          {() => (
            <Table
              name="watchlist"
              rows={shown}
              columns={watchlistColumns}
              keyOf={({ id }) => id}
              filter={text}
              most={18}
              onOpen={({ id }) => go(`/instruments/${encodeURIComponent(id)}`)}
              empty={starred ? <NoStars /> : <NoInstruments />}
            />
          )}
        </Show>
      </Panel>
      <CalendarPanel query={query} />
    </Page>
  )
}

/** What a person starred comes first, then what a run has an opinion of; the rest by its name, as the server has it. */
const rank = ({ id, opinion, quote }: Instrument): number =>
  preferences.value.watchlist.includes(id) ? 0 : opinion || quote?.live ? 1 : 2

const NoInstruments = () => (
  <EmptyState icon="data" title="No instrument yet" command="bin/quadrant quickstart">
    Instruments appear when data of them was taken in, or when a living run reads them.
  </EmptyState>
)

const NoStars = () => (
  <EmptyState icon="markets" title="No starred instrument">
    Star instruments in the full list; they are kept with your account.
  </EmptyState>
)
