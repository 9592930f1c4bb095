// What may be risked and what is: the emergency stop, breakers, limits with their head-room, refusals, ceilings of the house.
import { useSignal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import { api } from '../api.ts'
import { Badge } from '../components/badge.tsx'
import { Page, Panel } from '../components/page.tsx'
import { EmptyState, Show, Skeleton } from '../components/states.tsx'
import { savedTable, Table } from '../components/table.tsx'
import { useLoad } from '../load.ts'
import type { PageProps } from '../pages.ts'
import { may } from '../session.ts'
import { number } from '../text/number.ts'
import { at } from '../text/time.ts'
import { useTopic } from '../topics.ts'
import { withLive } from './all-pages.ts'
import './desk.css'
import { CEILING_WORDS, CEILINGS, CeilingDialog, type CeilingName } from './risk/ceiling-dialog.tsx'
import { byUrgency, isBreaker, type Limit, urgencyOf } from './risk/head-room.ts'
import { KillConsole } from './risk/kill-console.tsx'
import { HeadRoom, LIMIT_COLUMNS } from './risk/limit-columns.tsx'
import './risk/risk.css'
import { StopHistory } from './risk/stop-history.tsx'
import { type Run, RunChoice, useRuns } from './run-choice.tsx'
import { SmallTable } from './small-table.tsx'

const LIMITS_OF_ONE = LIMIT_COLUMNS.filter(({ id }) => id !== 'run')

export default function Risk({ query }: PageProps) {
  const runs = useRuns()
  // Without a living run the newest finished one shows what its limits were.
  const all = runs.value.value ?? []
  const wanted = query.get('run')
  const run = wanted === 'all' ? '' : (wanted ?? (all.some(({ running }) => running) ? '' : (all[0]?.id ?? '')))
  const changes = useSignal(0)
  const house = useLoad(signal => api('GET /risk/limits', { signal }), [], { everySeconds: 15 })
  const ofRun = useLoad(async signal => (run === '' ? null : await api('GET /risk/limits', { query: { run }, signal })), [run])
  const live = useTopic('limits', { rate: 2 })
  const version = live.version.value
  const limits = useMemo(() => {
    const fits = (limit: Limit) => run === '' || limit.run === run || limit.run === null
    const stored = [...(house.value.value?.items ?? []), ...(ofRun.value.value?.items ?? [])].filter(fits)
    return byUrgency(withLive(stored, live.rows.values(), fits))
  }, [house.value.value, ofRun.value.value, version, run])
  const ofRuns = limits.filter(limit => limit.run !== null)
  const newest = limits.reduce((latest, { time }) => (time > latest ? time : latest), '')

  return (
    <Page
      title="Risk"
      stamp={
        newest === ''
          ? undefined
          : {
              time: newest,
              source: [...new Set((ofRuns.length > 0 ? ofRuns : limits).map(({ source }) => source))].slice(0, 2).join(', '),
            }
      }
      csv={() => savedTable('limits', LIMIT_COLUMNS, limits)}
    >
      <div class="columns risk-top">
        <KillConsole onChange={() => changes.value++} />
        <Ceilings limits={limits} onDone={house.reload} />
      </div>
      <div class="filters">
        <RunChoice runs={all} value={run} {...(all.some(({ running }) => running) ? { all: 'All living runs' } : {})} />
      </div>
      <Show from={house} skeleton={<Skeleton lines={10} />}>
        {() => (
          <>
            <Breakers limits={ofRuns.filter(isBreaker)} />
            <Panel flush title="Limits and what is left of them">
              <Table
                name="limits"
                rows={ofRuns}
                columns={new Set(ofRuns.map(limit => limit.run)).size > 1 ? LIMIT_COLUMNS : LIMITS_OF_ONE}
                keyOf={limit => limit.key}
                most={14}
                empty={
                  <EmptyState
                    icon="risk"
                    title="No run has limits to show"
                    action={
                      <a class="button primary" href="/backtests?new=1">
                        Run something
                      </a>
                    }
                  >
                    Every run brings the limits of its configuration; they appear here with what is used of them.
                  </EmptyState>
                }
              />
            </Panel>
          </>
        )}
      </Show>
      <div class="columns">
        <Refusals runs={all} run={wanted === 'all' ? '' : (wanted ?? '')} />
        {may('audit.read') && <StopHistory changes={changes.value} />}
      </div>
    </Page>
  )
}

const Breakers = ({ limits }: { readonly limits: readonly Limit[] }) =>
  limits.length === 0 ? null : (
    <Panel title="Breakers">
      <ul class="breakers">
        {limits.map(limit => (
          <li key={limit.key} class={urgencyOf(limit.share)}>
            <span class="breaker-name">{limit.name === 'dailyLoss' ? 'Loss of the day' : 'Fall from the high'}</span>
            <BreakerBadge share={limit.share} />
            {limit.share !== null && <HeadRoom share={limit.share} />}
            <span class="soft-words">
              {limit.used === null ? `Limit ${limit.limit}` : `${limit.used} of ${limit.limit}`} · {limit.run}
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  )

const BreakerBadge = ({ share }: { readonly share: number | null }) =>
  share === null ? (
    <Badge>not measured</Badge>
  ) : share >= 1 ? (
    <Badge tone="bad">tripped</Badge>
  ) : (
    <Badge tone="good">closed</Badge>
  )

function Ceilings({ limits, onDone }: { readonly limits: readonly Limit[]; readonly onDone: () => void }) {
  const open = useSignal<CeilingName | undefined>(undefined)
  const house = limits.filter(limit => limit.run === null)
  const ceilingOf = (name: CeilingName): string | null => house.find(limit => limit.name === name)?.ceiling ?? null

  return (
    <Panel flush title="Ceilings of the house">
      <SmallTable label="Ceilings of the house" class="ceilings">
        <thead>
          <tr>
            <th scope="col">Limit</th>
            <th scope="col" class="number">
              Ceiling
            </th>
            <th scope="col" class="wide-only">
              Since
            </th>
            <th scope="col">
              <span class="visually-hidden">Change</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {CEILINGS.map(name => {
            const row = house.find(limit => limit.name === name)
            return (
              <tr key={name}>
                <td>{CEILING_WORDS[name]}</td>
                <td class="number">{ceilingOf(name) ?? 'none'}</td>
                <td class="soft-words wide-only">{row && ceilingOf(name) ? `${at(row.time)} · ${row.source}` : '–'}</td>
                <td class="number">
                  {may('limits.write') && (
                    <button
                      type="button"
                      class="button small"
                      onClick={() => (open.value = name)}
                      aria-label={`Change the ceiling: ${CEILING_WORDS[name]}`}
                    >
                      Change
                    </button>
                  )}
                </td>
              </tr>
            )
          })}
        </tbody>
      </SmallTable>
      <p class="ceilings-words soft-words">
        No paper run starts with a wider limit than these. A trader may lower one, an admin raise it.
      </p>
      {open.value && (
        <CeilingDialog name={open.value} now={ceilingOf(open.value)} onClose={() => (open.value = undefined)} onDone={onDone} />
      )}
    </Panel>
  )
}

/** Refusals by code over the chosen run, or over all of them. */
function Refusals({ runs, run }: { readonly runs: readonly Run[]; readonly run: string }) {
  const codes = useMemo(() => {
    const counts = new Map<string, { count: number; runs: number }>()
    for (const one of runs) {
      if (run !== '' && one.id !== run) continue
      for (const [code, count] of Object.entries(one.refused)) {
        const known = counts.get(code) ?? { count: 0, runs: 0 }
        counts.set(code, { count: known.count + count, runs: known.runs + 1 })
      }
    }
    return [...counts].map(([code, { count, runs: many }]) => ({ code, count, runs: many })).sort((a, b) => b.count - a.count)
  }, [runs, run])
  const most = Math.max(1, ...codes.map(({ count }) => count))
  const newest = runs
    .filter(({ id }) => run === '' || id === run)
    .reduce((latest, { finished }) => ((finished ?? '') > latest ? (finished ?? '') : latest), '')

  return (
    <Panel
      flush
      title="Refusals by reason"
      stamp={codes.length === 0 || newest === '' ? undefined : { time: newest, source: run === '' ? `${runs.length} runs` : run }}
    >
      {codes.length === 0 ? (
        <EmptyState icon="check" title="Nothing was refused" />
      ) : (
        <SmallTable label="Refusals by reason">
          <thead>
            <tr>
              <th scope="col">Code</th>
              <th scope="col" class="refusal-bar">
                <span class="visually-hidden">Share of the most frequent</span>
              </th>
              <th scope="col" class="number">
                Times
              </th>
              <th scope="col" class="number">
                Runs
              </th>
            </tr>
          </thead>
          <tbody>
            {codes.map(({ code, count, runs: many }) => (
              <tr key={code}>
                <td>
                  <a href={`/signals?${run === '' ? '' : `run=${encodeURIComponent(run)}&`}q=${code}`}>
                    <code>{code}</code>
                  </a>
                </td>
                <td>
                  <span class="meter" aria-hidden="true">
                    <span style={{ width: `${(count / most) * 100}%` }} />
                  </span>
                </td>
                <td class="number">{number(count)}</td>
                <td class="number">{number(many)}</td>
              </tr>
            ))}
          </tbody>
        </SmallTable>
      )}
    </Panel>
  )
}
