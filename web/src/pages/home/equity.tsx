// The equity of one run with its drawdown below, and the figures of its account: living ones as they are, ended ones as they ended.

import { api } from '../../api.ts'
import { ModeBadge } from '../../components/badge.tsx'
import { Icon } from '../../components/icon.tsx'
import { Panel } from '../../components/page.tsx'
import { EmptyState } from '../../components/states.tsx'
import { useLoad } from '../../load.ts'
import { setQuery } from '../../router.ts'
import { saveCsv } from '../../save.ts'
import { mayRun } from '../../session.ts'
import { decimal, difference, signOf } from '../../text/decimal.ts'
import { percent } from '../../text/number.ts'
import { useFollowed, useTopic } from '../../topics.ts'
import { type Run, runWords } from '../run-choice.tsx'
import { EquityChart } from '../run-equity.tsx'

const CHART_HEIGHT = 230

export function EquityPanel({ runs, run }: { readonly runs: readonly Run[]; readonly run: Run }) {
  const series = useLoad(signal => api('GET /runs/:id/equity', { params: { id: run.id }, signal }), [run.id, run.finished], {
    ...(run.running ? { everySeconds: 10 } : {}),
  })
  const account = useTopic('accounts', { rate: 4 }).rows.get(run.id)
  // Before its first event an account has no time of its own; its run has.
  const clock = useFollowed('runs', { rate: 2 }).row(run.id).value?.time
  const equity = series.value.value
  const allowed = mayRun(run)
  const stamp = account
    ? { time: clock !== undefined && clock > account.time ? clock : account.time, source: account.source }
    : equity && { time: (equity.time.at(-1) ?? 0) * 1_000, source: equity.source }

  return (
    <Panel
      flush
      class="home-equity"
      title="Equity"
      stamp={stamp}
      actions={
        <>
          <select
            aria-label="Run"
            value={run.id}
            onChange={event => setQuery({ run: event.currentTarget.value })}
            class="run-select"
          >
            {runs.map(each => (
              <option key={each.id} value={each.id}>
                {runWords(each)}
              </option>
            ))}
          </select>
          {equity && (
            <button
              type="button"
              class="icon-button"
              aria-label="Save the equity as CSV"
              title="Save the equity as CSV"
              onClick={() =>
                saveCsv({
                  name: `equity-${equity.run}`,
                  heads: ['time', `equity ${equity.currency}`, 'drawdown'],
                  rows: equity.time.map((time, i) => [
                    new Date(time * 1_000).toISOString(),
                    equity.equity[i],
                    equity.drawdown[i],
                  ]),
                })
              }
            >
              <Icon name="download" />
            </button>
          )}
        </>
      }
    >
      {allowed && <Figures run={run} account={account} />}
      {!allowed ? (
        <EmptyState icon="key" title="This account is not yours">
          An admin can give you the account {run.name} on the page of users.
        </EmptyState>
      ) : (
        <EquityChart from={series} height={CHART_HEIGHT} living={run.running ? run.id : undefined} />
      )}
    </Panel>
  )
}

type Account = ReturnType<ReturnType<typeof useTopic<'accounts'>>['rows']['get']>

function Figures({ run, account }: { readonly run: Run; readonly account: Account }) {
  const equity = account?.equity ?? run.finalEquity
  const profit = difference(equity, account?.startEquity ?? run.startEquity)
  const start = Number(account?.startEquity ?? run.startEquity)
  const today = account?.dayStartEquity ? difference(account.equity, account.dayStartEquity) : undefined
  return (
    <dl class="figures">
      <div class="figure main">
        <dt>
          Equity <ModeBadge mode={run.mode} />
        </dt>
        <dd>
          {decimal(equity, { digits: 2 })} <small>{run.currency}</small>
        </dd>
      </div>
      <Figure label="Today" value={today} />
      <Figure label="Net profit" value={profit} note={start > 0 ? percent(Number(profit) / start, { signed: true }) : ''} />
      <Figure
        label="Drawdown"
        text={percent(account?.drawdown ?? run.maxDrawdown)}
        note={account ? 'from the high' : 'at most'}
      />
      <Figure label="Exposure" text={account?.exposure ? decimal(account.exposure, { digits: 0 }) : '–'} />
      <Figure label="Open" text={account ? `${account.openPositions}` : '0'} note={`${account?.openOrders ?? 0} orders`} />
      <Figure label="Trades" text={`${run.trades}`} note={`${account?.fills ?? run.fills} fills`} />
    </dl>
  )
}

interface FigureProps {
  readonly label: string
  /** Money, coloured by its sign. */
  readonly value?: string | undefined
  readonly text?: string
  readonly note?: string
}

const Figure = ({ label, value, text, note = '' }: FigureProps) => (
  <div class="figure">
    <dt>{label}</dt>
    <dd>
      <span class={value === undefined ? '' : { '1': 'up', '0': '', '-1': 'down' }[String(signOf(value)) as '1' | '0' | '-1']}>
        {text ?? (value === undefined ? '–' : decimal(value, { digits: 2, signed: true }))}
      </span>
      <small>{note || '\u00a0'}</small>
    </dd>
  </div>
)
