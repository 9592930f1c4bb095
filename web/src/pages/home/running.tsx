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

  return (
    <Panel title="Running" actions={<a href="/backtests">Start a run</a>}>
      {runs.length + jobs.length === 0 ? (
        <p class="soft">
          Nothing runs. Start a backtest or a replay here, or a paper run with <code>quadrant run</code>.
        </p>
      ) : (
        <ul class="running">
          {runs.map(run => (
            <li key={run.key}>
              <ModeBadge mode={run.mode} />
              <button type="button" class="link" onClick={() => setQuery({ run: run.key })}>
                {run.account}
              </button>
              <Profit account={accounts.get(run.key)} />
              <span class="stamp">
                {at(run.time, 'date-time-seconds')} {zoneName()} · {number(run.events)} events · {run.environment}
              </span>
            </li>
          ))}
          {jobs.map(job => (
            <li key={job.key}>
              <span class="badge">{job.kind.toUpperCase()}</span>
              <a href="/backtests">{job.configuration}</a>
              <strong>{job.progress === null ? job.state : percent(job.progress, { digits: 0 })}</strong>
              <progress aria-label={`Progress of ${job.configuration}`} max={1} value={job.progress ?? undefined} />
            </li>
          ))}
        </ul>
      )}
    </Panel>
  )
}

function Profit({ account }: { readonly account: ReturnType<ReturnType<typeof useTopic<'accounts'>>['rows']['get']> }) {
  if (!account) return <strong class="soft">–</strong>
  const profit = difference(account.equity, account.startEquity)
  return (
    <strong class={signOf(profit) > 0 ? 'up' : signOf(profit) < 0 ? 'down' : ''}>
      {decimal(profit, { digits: 2, signed: true })} {account.currency}
    </strong>
  )
}
