// What runs now: living runs with their account's equity, and jobs with their progress.
import { ModeBadge } from '../../components/badge.tsx'
import { Panel } from '../../components/page.tsx'
import { setQuery } from '../../router.ts'
import { decimal, difference, signOf } from '../../text/decimal.ts'
import { number, percent } from '../../text/number.ts'
import { at, zoneName } from '../../text/time.ts'
import { useTopic } from '../../topics.ts'

export function RunningPanel() {
  const runs = [...useTopic('runs', { rate: 2 }).rows.values()].filter(({ running }) => running)
  const accounts = useTopic('accounts', { rate: 4 }).rows
  const jobs = [...useTopic('jobs').rows.values()].filter(({ state }) => state === 'running')
  // A job whose run lives already is told in the run's own line.
  const jobOf = ({ name, mode }: { readonly name: string; readonly mode: string }) =>
    jobs.find(({ configuration, kind }) => configuration === name && kind === mode.toLowerCase())
  const others = jobs.filter(job => !runs.some(run => jobOf(run) === job))

  return (
    <Panel title="Running" actions={<a href="/backtests">Start a run</a>}>
      {runs.length + others.length === 0 ? (
        <p class="soft">
          Nothing runs. Start a backtest or a replay here, or a paper run with <code>quadrant run</code>.
        </p>
      ) : (
        <ul class="running">
          {runs.map(run => (
            <li key={run.key}>
              <ModeBadge mode={run.mode} />
              <button type="button" class="link" onClick={() => setQuery({ run: run.key })}>
                {run.name}
              </button>
              <Profit account={accounts.get(run.key)} />
              <span class="stamp">
                {at(run.time, 'date-time-seconds')} {zoneName()} · {number(run.events)} events · {run.environment}
              </span>
              <Progress value={jobOf(run)?.progress} of={run.name} />
            </li>
          ))}
          {others.map(job => (
            <li key={job.key}>
              <span class="badge">{job.kind.toUpperCase()}</span>
              <a href="/backtests">{job.configuration}</a>
              <strong>{job.progress === null ? job.state : percent(job.progress, { digits: 0 })}</strong>
              <Progress value={job.progress} of={job.configuration} />
            </li>
          ))}
        </ul>
      )}
    </Panel>
  )
}

const Progress = ({ value, of }: { readonly value: number | null | undefined; readonly of: string }) =>
  value === null || value === undefined ? null : <progress aria-label={`Progress of ${of}`} max={1} value={value} />

function Profit({ account }: { readonly account: ReturnType<ReturnType<typeof useTopic<'accounts'>>['rows']['get']> }) {
  if (!account) return <strong class="soft">–</strong>
  const profit = difference(account.equity, account.startEquity)
  return (
    <strong class={signOf(profit) > 0 ? 'up' : signOf(profit) < 0 ? 'down' : ''}>
      {decimal(profit, { digits: 2, signed: true })} {account.currency}
    </strong>
  )
}
