// Home: what needs attention, the equity, what runs, how well everything is, the newest signals, what is announced next.
import { useEffect } from 'preact/hooks'
import { api } from '../api.ts'
import { Page } from '../components/page.tsx'
import { EmptyState, Show, Skeleton } from '../components/states.tsx'
import { useLoad } from '../load.ts'
import type { PageProps } from '../pages.ts'
import { useTopic } from '../topics.ts'
import { Attention } from './home/attention.tsx'
import { EquityPanel } from './home/equity.tsx'
import { HealthPanel } from './home/health.tsx'
import { NewestSignals } from './home/newest-signals.tsx'
import { NextEvents } from './home/next-events.tsx'
import { RunningPanel } from './home/running.tsx'
import { type Run, useRuns } from './run-choice.tsx'
import './home/home.css'

export default function Home({ query }: PageProps) {
  const runs = useRuns()
  const health = useLoad(signal => api('GET /health', { signal }), [], { everySeconds: 15 })
  const living = useTopic('runs', { rate: 2 }).rows
  // A run that began or ended since is in the list at once.
  const count = [...living.values()].filter(({ running }) => running).length
  useEffect(() => {
    if (runs.value.peek() !== undefined) runs.reload()
  }, [count])

  const all = runs.value.value
  useEffect(() => {
    if (all) performance.mark('home-painted')
  }, [all])
  const run = all?.find(({ id }) => id === query.get('run')) ?? telling(all ?? [])

  return (
    <Page title="Home" stamp={health.value.value && { time: health.value.value.time, source: 'this server' }}>
      <Attention health={health.value.value} />
      <Show from={runs} skeleton={<Skeleton lines={10} height={420} />}>
        {items => (run ? <HomeGrid runs={items} run={run} health={health} /> : <NothingYet />)}
      </Show>
    </Page>
  )
}

/** The run that says most: one that lives, else the newest that traded, else the newest. */
const telling = (runs: readonly Run[]): Run | undefined =>
  runs.find(({ running }) => running) ?? runs.find(({ fills }) => fills > 0) ?? runs[0]

interface HomeGridProps {
  readonly runs: readonly Run[]
  readonly run: Run
  readonly health: Parameters<typeof HealthPanel>[0]['health']
}

const HomeGrid = ({ runs, run, health }: HomeGridProps) => (
  <div class="home">
    <EquityPanel runs={runs} run={run} />
    <div class="home-side">
      <RunningPanel />
      <HealthPanel health={health} />
    </div>
    <NewestSignals run={run} />
    <NextEvents />
  </div>
)

const NothingYet = () => (
  <EmptyState
    icon="backtests"
    title="No run yet"
    command="bin/quadrant quickstart"
    action={<a href="/backtests">Start a backtest</a>}
  >
    Take in the data that comes with Quadrant and let the shipped strategies trade it; their results appear here.
  </EmptyState>
)
