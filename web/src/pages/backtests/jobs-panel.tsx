// What the server works on for somebody: progress as it comes, cancel, and the run that came of it.
import { useMemo } from 'preact/hooks'
import type { RowOf } from '../../../../src/wire/topics.ts'
import { api } from '../../api.ts'
import { Badge, type Tone } from '../../components/badge.tsx'
import { Panel } from '../../components/page.tsx'
import { toastError } from '../../components/toasts.tsx'
import { useLoad } from '../../load.ts'
import { may } from '../../session.ts'
import { percent } from '../../text/number.ts'
import { at, zoneName } from '../../text/time.ts'
import { useTopic } from '../../topics.ts'
import { withLive } from '../all-pages.ts'

export type Job = RowOf<'jobs'>

const TONES: Readonly<Record<Job['state'], Tone>> = { running: 'info', done: 'good', failed: 'bad', canceled: 'plain' }
const SHOWN = 6

/** Jobs, the newest first; the living word over the stored one. */
export function useJobs(): readonly Job[] {
  const stored = useLoad(signal => api('GET /jobs', { signal }), [])
  const live = useTopic('jobs', { rate: 4 })
  const version = live.version.value
  return useMemo(
    () =>
      [...withLive(stored.value.value?.items ?? [], live.rows.values(), () => true)].sort((a, b) =>
        a.started < b.started ? 1 : -1,
      ),
    [stored.value.value, version],
  )
}

export function JobsPanel({ jobs, title = 'At work' }: { readonly jobs: readonly Job[]; readonly title?: string }) {
  if (jobs.length === 0) return null
  return (
    <Panel flush title={title}>
      <ul class="jobs">
        {jobs.slice(0, SHOWN).map(job => (
          <JobLine key={job.key} job={job} />
        ))}
      </ul>
    </Panel>
  )
}

function JobLine({ job }: { readonly job: Job }) {
  const { key, kind, configuration, state, progress, words, run, error, by, started, ended } = job
  return (
    <li class="job">
      <span class="job-name">
        <Badge tone={TONES[state]}>{state}</Badge> <strong>{configuration}</strong> <span class="soft-words">{kind}</span>
      </span>
      <span class="job-progress">
        {state === 'running' && (
          <progress
            class="job-bar"
            {...(progress === null ? {} : { value: progress, max: 1 })}
            aria-label={`Progress of ${configuration}`}
          />
        )}
        <span class="job-words" title={error?.message}>
          {state === 'running' && progress !== null ? `${percent(progress, { digits: 0 })} · ` : ''}
          {error ? `${error.message} ${error.fix}` : words}
        </span>
      </span>
      <span class="job-when soft-words">
        {by} · {at(started, 'time-seconds')}
        {ended && ` to ${at(ended, 'time-seconds')}`} {zoneName()}
      </span>
      <span class="job-actions">
        {state === 'running' && kind !== 'backtest' && (
          <a class="button small" href="/positions">
            Follow
          </a>
        )}
        {run && state === 'done' && (
          <a class="button small" href={`/backtests/${encodeURIComponent(run)}`}>
            Open
          </a>
        )}
        {state === 'running' && may('runs.write') && (
          <button
            type="button"
            class="button small"
            onClick={() => void api('DELETE /jobs/:id', { params: { id: key } }).catch(toastError)}
            aria-label={`Cancel ${configuration}`}
          >
            Cancel
          </button>
        )}
      </span>
    </li>
  )
}
