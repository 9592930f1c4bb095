// The economic calendar: what was announced and what it said, what comes, with a filter by currency in the address.
import { useMemo } from 'preact/hooks'
import { api } from '../../api.ts'
import { Panel } from '../../components/page.tsx'
import { EmptyState, Show, Skeleton } from '../../components/states.tsx'
import { type Column, Table } from '../../components/table.tsx'
import { useLoad } from '../../load.ts'
import { setQuery } from '../../router.ts'
import { at, zoneName } from '../../text/time.ts'
import { type CalendarEntry, ImpactBadge } from '../home/next-events.tsx'

const DAY_MILLIS = 86_400_000
/** How much of the past and of the future is shown when the address does not say from when. */
const BEHIND_DAYS = 3
const AHEAD_DAYS = 14

const columns: readonly Column<CalendarEntry>[] = [
  { id: 'time', head: 'Time', width: '142px', value: ({ time }) => time, draw: ({ time }) => at(time) },
  {
    id: 'currency',
    head: 'Cur.',
    width: '56px',
    value: ({ currency }) => currency,
    draw: ({ currency }) => <strong>{currency}</strong>,
  },
  {
    id: 'impact',
    head: 'Impact',
    width: '86px',
    wide: true,
    value: ({ impact }) => impact,
    draw: ({ impact }) => <ImpactBadge impact={impact} />,
  },
  { id: 'title', head: 'Announcement', width: 'minmax(150px, 3fr)', value: ({ title }) => title },
  {
    id: 'actual',
    head: 'Actual',
    align: 'right',
    width: '86px',
    value: ({ actual }) => actual,
    draw: ({ actual }) => <strong>{actual ?? '–'}</strong>,
  },
  {
    id: 'forecast',
    head: 'Forecast',
    align: 'right',
    width: '86px',
    wide: true,
    value: ({ forecast }) => forecast,
    draw: ({ forecast }) => forecast ?? '–',
  },
  {
    id: 'previous',
    head: 'Previous',
    align: 'right',
    width: '86px',
    wide: true,
    value: ({ previous }) => previous,
    draw: ({ previous }) => previous ?? '–',
  },
  {
    id: 'source',
    head: 'Source',
    width: '120px',
    wide: true,
    value: ({ source }) => source,
    draw: ({ source }) => <span class="soft">{source}</span>,
  },
]

export function CalendarPanel({ query }: { readonly query: URLSearchParams }) {
  const from = query.get('calendar') ?? ''
  const calendar = useLoad(
    async signal => {
      const start = from === '' ? Date.now() - BEHIND_DAYS * DAY_MILLIS : Date.parse(from)
      const to = start + (BEHIND_DAYS + AHEAD_DAYS) * DAY_MILLIS
      return await api('GET /calendar', { query: { from: day(start), to: day(to), limit: 500 }, signal })
    },
    [from],
  )
  const entries = calendar.value.value?.items
  const sorted = useMemo(() => [...(entries ?? [])].sort((a, b) => (a.time < b.time ? -1 : 1)), [entries])

  return (
    <Panel
      flush
      title={`Economic calendar, times in ${zoneName()}`}
      actions={
        <input
          type="date"
          class="find"
          aria-label="Calendar from"
          value={from}
          onChange={event => setQuery({ calendar: event.currentTarget.value })}
        />
      }
    >
      <Show from={calendar} skeleton={<Skeleton lines={5} height={160} />}>
        {({ until }) => (
          <Table
            name="calendar"
            rows={sorted}
            columns={columns}
            keyOf={entry => `${entry.time} ${entry.currency} ${entry.title}`}
            most={9}
            empty={
              <EmptyState
                icon="bell"
                title="No announcement in these weeks"
                action={
                  until !== null && (
                    <button
                      type="button"
                      class="button"
                      onClick={() => setQuery({ calendar: day(Date.parse(until) - 10 * DAY_MILLIS) })}
                    >
                      Show the newest there are
                    </button>
                  )
                }
              >
                {until === null ? 'No calendar was taken in yet.' : `The newest entry is of ${at(until, 'date')}.`}
              </EmptyState>
            }
          />
        )}
      </Show>
    </Panel>
  )
}

const day = (millis: number): string => new Date(millis).toISOString().slice(0, 10)
