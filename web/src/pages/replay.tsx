// The time machine: any moment of a run, with the prices until then, what was known, decided and held; and replays that play live.
import { useSignal } from '@preact/signals'
import { useEffect, useMemo, useRef } from 'preact/hooks'
import { ApiError, api } from '../api.ts'
import { SelectField } from '../components/field.tsx'
import { Icon } from '../components/icon.tsx'
import { Page, Panel } from '../components/page.tsx'
import { EmptyState, ErrorPanel, Show, Skeleton } from '../components/states.tsx'
import { useLoad } from '../load.ts'
import type { PageProps } from '../pages.ts'
import { setQuery } from '../router.ts'
import { may } from '../session.ts'
import { allPages } from './all-pages.ts'
import './backtests/backtests.css'
import { JobsPanel, useJobs } from './backtests/jobs-panel.tsx'
import { StartDialog } from './backtests/start-dialog.tsx'
import './desk.css'
import { RESOLUTIONS, type Resolution, usualResolution } from './replay/bar-window.ts'
import { AccountThen, type Moment, MomentPanels } from './replay/moment-panels.tsx'
import { PastChart } from './replay/past-chart.tsx'
import { usePlayer } from './replay/player.ts'
import './replay/replay.css'
import { type Happening, type Span, speedsFor, speedWords } from './replay/timeline.ts'
import { Transport } from './replay/transport.tsx'
import { type Run, RunChoice, useRuns } from './run-choice.tsx'
import './signals/signals.css'

export default function Replay({ query }: PageProps) {
  const runs = useRuns()
  return (
    <Show from={runs} skeleton={<Skeleton lines={18} />}>
      {list => {
        const usable = list.filter(({ from, to }) => Date.parse(to) > Date.parse(from))
        const run = usable.find(({ id }) => id === query.get('run')) ?? usable.find(({ trades }) => trades > 0) ?? usable[0]
        return run ? <Machine key={run.id} run={run} runs={usable} query={query} /> : <NoRuns query={query} />
      }}
    </Show>
  )
}

interface MachineProps {
  readonly run: Run
  readonly runs: readonly Run[]
  readonly query: URLSearchParams
}

function Machine({ run, runs, query }: MachineProps) {
  const span = useMemo<Span>(() => ({ from: Date.parse(run.from), to: Date.parse(run.to) }), [run.from, run.to])
  const { speeds, usual } = speedsFor(span)
  const speed = Number(query.get('speed')) || usual
  const instrument = query.get('instrument') ?? run.instruments[0] ?? ''
  const wantedResolution = query.get('bars') as Resolution | null
  const resolution =
    wantedResolution && RESOLUTIONS.includes(wantedResolution) ? wantedResolution : usualResolution(span.to - span.from)
  const given = Date.parse(query.get('at') ?? '')
  const player = usePlayer(span, Number.isNaN(given) ? span.from + (span.to - span.from) / 2 : given, speed)
  const kinds = useSignal<ReadonlySet<Happening['kind']>>(new Set(['signal', 'order', 'fill']))
  const happenings = useHappenings(run.id)
  const { moment, error } = useMoment(run.id, player.time.value)
  const jobs = useJobs().filter(({ kind, state }) => kind === 'replay' && state === 'running')

  return (
    <Page
      title="Time machine"
      stamp={moment ? { time: moment.at, source: run.id } : undefined}
      csv={() => ({
        name: `happenings-${run.id}`,
        heads: ['Time', 'Kind'],
        rows: happenings.map(({ time, kind }) => [new Date(time).toISOString(), kind]),
      })}
      actions={
        may('runs.write') && (
          <button type="button" class="button" onClick={() => setQuery({ live: run.name })}>
            <Icon name="play" /> Play it live…
          </button>
        )
      }
    >
      <JobsPanel jobs={jobs} title="Replays that play now" />
      <div class="filters">
        <RunChoice runs={runs} value={run.id} forget={['at', 'instrument', 'bars', 'speed']} />
        <SelectField
          label="Instrument"
          value={instrument}
          onValue={value => setQuery({ instrument: value })}
          options={[...new Set([instrument, ...run.instruments])].filter(Boolean).map(value => ({ value, label: value }))}
        />
        <SelectField
          label="Bars"
          value={resolution}
          onValue={value => setQuery({ bars: value })}
          options={RESOLUTIONS.map(value => ({ value, label: value }))}
        />
        <SelectField
          label="Speed"
          value={String(speed)}
          onValue={value => setQuery({ speed: value })}
          options={speeds.map(value => ({ value: String(value), label: speedWords(value) }))}
        />
      </div>
      <Panel class="transport-panel">
        <Transport
          span={span}
          player={player}
          happenings={happenings}
          kinds={kinds.value}
          onKinds={next => (kinds.value = next)}
          onSettled={time => setQuery({ at: new Date(time).toISOString() })}
        />
      </Panel>
      {moment?.account ? (
        <AccountThen account={moment.account} />
      ) : (
        moment === undefined && <div class="tiles tiles-wait" aria-busy={!error} />
      )}
      {instrument !== '' && <PastChart run={run.id} instrument={instrument} resolution={resolution} time={player.time.value} />}
      {error && <ErrorPanel error={error} />}
      {moment ? <MomentPanels moment={moment} instrument={instrument} /> : !error && <Skeleton lines={8} />}
      {query.get('live') !== null && (
        <StartDialog wanted={query.get('live')!} kind="replay" onClose={() => setQuery({ live: undefined })} />
      )}
    </Page>
  )
}

const NoRuns = ({ query }: { readonly query: URLSearchParams }) => (
  <Page title="Time machine">
    <EmptyState
      icon="replay"
      title="No run to go back in yet"
      command="bin/quadrant quickstart"
      action={
        may('runs.write') && (
          <button type="button" class="button primary" onClick={() => setQuery({ live: '1' })}>
            Start a replay
          </button>
        )
      }
    >
      Every finished run can be looked at moment by moment: what was known, decided and held.
    </EmptyState>
    {query.get('live') !== null && (
      <StartDialog wanted={query.get('live')!} kind="replay" onClose={() => setQuery({ live: undefined })} />
    )}
  </Page>
)

/** Everything that happened in a run, in order; what cannot be had is left out, the rest is still worth stepping through. */
function useHappenings(run: string): readonly Happening[] {
  const loaded = useLoad(
    async signal => {
      const none = { items: [], total: 0 }
      const [signals, orders, fills] = await Promise.all([
        allPages(range => api('GET /signals', { query: { ...range, run }, signal }), { size: 500, most: 5_000 }).catch(
          () => none,
        ),
        allPages(range => api('GET /orders', { query: { ...range, run }, signal }), { size: 1_000, most: 5_000 }).catch(
          () => none,
        ),
        allPages(range => api('GET /fills', { query: { ...range, run }, signal }), { size: 1_000, most: 5_000 }).catch(
          () => none,
        ),
      ])
      return [
        ...signals.items.map(({ time }): Happening => ({ time: Date.parse(time), kind: 'signal' })),
        ...orders.items.map(({ created }): Happening => ({ time: Date.parse(created), kind: 'order' })),
        ...fills.items.map(({ time }): Happening => ({ time: Date.parse(time), kind: 'fill' })),
      ].sort((a, b) => a.time - b.time)
    },
    [run],
  )
  return loaded.value.value ?? NOTHING
}
const NOTHING: readonly Happening[] = []

/** One question at a time: while it is answered only the newest moment waits, so that a fast slider never queues. */
function useMoment(run: string, time: number): { readonly moment: Moment | undefined; readonly error: ApiError | undefined } {
  const moment = useSignal<Moment | undefined>(undefined)
  const error = useSignal<ApiError | undefined>(undefined)
  const asking = useRef({ busy: false, wanted: time, gone: false })

  useEffect(() => {
    const state = asking.current
    state.wanted = time
    if (state.busy) return
    state.busy = true
    void (async () => {
      let asked: number | undefined
      while (asked !== state.wanted && !state.gone) {
        asked = state.wanted
        try {
          const reply = await api('GET /runs/:id/moment', { params: { id: run }, query: { at: new Date(asked).toISOString() } })
          if (state.gone) return
          moment.value = reply
          error.value = undefined
        } catch (reason) {
          if (reason instanceof ApiError) error.value = reason
        }
        // Four moments a second are more than anybody reads.
        await new Promise(resolve => setTimeout(resolve, 250))
      }
      state.busy = false
    })()
  }, [run, time])
  useEffect(() => {
    asking.current.gone = false
    return () => {
      asking.current.gone = true
    }
  }, [])

  return { moment: moment.value, error: error.value }
}
