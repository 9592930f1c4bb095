// What is announced next, and the newest announcements where the calendar has nothing ahead.
import type { ReplyOf } from '../../../../src/wire/contract.ts'
import { api } from '../../api.ts'
import { Badge } from '../../components/badge.tsx'
import { Panel } from '../../components/page.tsx'
import { EmptyState, Show } from '../../components/states.tsx'
import { useLoad } from '../../load.ts'
import { at, fromNow, zoneName } from '../../text/time.ts'
import './next-events.css'

export type CalendarEntry = ReplyOf<'GET /calendar'>['items'][number]
const WEEK_MILLIS = 7 * 86_400_000

export function NextEvents() {
  const calendar = useLoad(
    signal =>
      api('GET /calendar', {
        query: { from: dayOf(Date.now()), to: dayOf(Date.now() + 2 * WEEK_MILLIS), limit: 50 },
        signal,
      }),
    [],
    { everySeconds: 300 },
  )
  return (
    <Panel title="Next announcements" actions={<a href="/markets">Calendar</a>}>
      <Show from={calendar}>
        {({ items, until }) => {
          const next = items.filter(({ time }) => Date.parse(time) > Date.now()).slice(0, 6)
          return next.length === 0 ? (
            <EmptyState icon="bell" title="Nothing is announced">
              {until === null
                ? 'No calendar was taken in yet: import one with quadrant data import.'
                : `The newest entry is of ${at(until, 'date')} ${zoneName()}.`}
            </EmptyState>
          ) : (
            <ul class="events">
              {next.map(entry => (
                <EventLine key={entry.time + entry.title + entry.currency} entry={entry} />
              ))}
            </ul>
          )
        }}
      </Show>
    </Panel>
  )
}

const dayOf = (millis: number): string => new Date(millis).toISOString().slice(0, 10)

export const ImpactBadge = ({ impact }: { readonly impact: string }) =>
  impact === '' || impact === 'none' ? (
    <span class="soft">–</span>
  ) : (
    <Badge tone={/high/i.test(impact) ? 'bad' : /medium/i.test(impact) ? 'warn' : 'plain'}>{impact}</Badge>
  )

const EventLine = ({ entry: { time, currency, title, impact, source } }: { readonly entry: CalendarEntry }) => (
  <li title={source}>
    <time>{at(time)}</time>
    <strong>{currency}</strong>
    <span>{title}</span>
    <ImpactBadge impact={impact} />
    <span class="soft">{fromNow(time)}</span>
  </li>
)
