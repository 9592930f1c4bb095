// Which markets are open, since when it is known, and how long it stays so; the clock of this page runs by the second.
import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { api } from '../../api.ts'
import { Panel } from '../../components/page.tsx'
import { Show, Skeleton } from '../../components/states.tsx'
import { useLoad } from '../../load.ts'
import { at, fromNow, zoneName } from '../../text/time.ts'

export function SessionsClock() {
  const hours = useLoad(signal => api('GET /market-hours', { signal }), [], { everySeconds: 60 })
  const now = useSignal(Date.now())
  const all = useSignal(false)
  useEffect(() => {
    const timer = setInterval(() => {
      now.value = Date.now()
    }, 1_000)
    return () => clearInterval(timer)
  }, [])

  return (
    <Panel
      flush
      class="sessions"
      title="Sessions"
      stamp={hours.value.value && { time: hours.value.value.time, source: 'exchange calendars' }}
      actions={
        <time class="clock">
          {at(now.value, 'time-seconds')} <small>{zoneName()}</small>
        </time>
      }
    >
      <Show from={hours} skeleton={<Skeleton lines={2} height={70} />}>
        {({ items }) => (
          <ul class={`sessions-list ${all.value ? 'all' : ''}`}>
            {items.map(({ calendar, name, open, phase, changes }) => (
              <li key={calendar} title={`${name}: ${phase}${changes === null ? '' : ` until ${at(changes)} ${zoneName()}`}`}>
                <span class={`dot ${open ? 'good' : 'none'}`} role="img" aria-label={open ? 'open' : 'closed'} />
                <strong>{name}</strong>
                <span>{changes === null ? phase : `${open ? 'closes' : 'opens'} ${fromNow(changes, now.value)}`}</span>
              </li>
            ))}
          </ul>
        )}
      </Show>
      <button type="button" class="button quiet wide sessions-more" onClick={() => (all.value = !all.value)}>
        {all.value ? 'Fewer' : 'All sessions'}
      </button>
    </Panel>
  )
}
