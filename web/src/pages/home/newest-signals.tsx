// The newest signals of a run and what became of each.

import './newest-signals.css'
import type { RowOf } from '../../../../src/wire/topics.ts'
import { api } from '../../api.ts'
import { Badge, SideBadge, type Tone } from '../../components/badge.tsx'
import { Panel } from '../../components/page.tsx'
import { EmptyState, Show } from '../../components/states.tsx'
import { useLoad } from '../../load.ts'
import { at, zoneName } from '../../text/time.ts'
import { useTopic } from '../../topics.ts'

type Signal = RowOf<'signals'>
export interface NewestSignalsProps {
  readonly run: { readonly id: string; readonly running: boolean }
  readonly instrument?: string
  readonly most?: number
  /** In a column at the side. */
  readonly narrow?: boolean
}

export const OUTCOME_TONES: Readonly<Record<Signal['outcome'], Tone>> = {
  filled: 'good',
  ordered: 'info',
  met: 'plain',
  refused: 'bad',
  unsized: 'warn',
}

export function NewestSignals({ run, instrument, most = 8, narrow = false }: NewestSignalsProps) {
  const recorded = useLoad(
    signal =>
      api('GET /signals', { query: { run: run.id, limit: most, ...(instrument === undefined ? {} : { instrument }) }, signal }),
    [run.id, instrument, run.running],
  )
  const live = [...useTopic('signals').rows.values()].filter(
    row => row.run === run.id && (instrument === undefined || row.instrument === instrument),
  )
  const query = new URLSearchParams({ run: run.id, ...(instrument === undefined ? {} : { instrument }) })

  return (
    <Panel
      title="Newest signals"
      flush
      class={narrow ? 'narrow-signals' : ''}
      actions={<a href={`/signals?${query}`}>All signals</a>}
    >
      <Show from={recorded}>
        {({ items }) => {
          const rows = newest(items, live, most)
          return rows.length === 0 ? (
            <EmptyState icon="signals" title="No signal">
              The strategies of this run saw nothing they wanted to trade. The page of signals says why.
            </EmptyState>
          ) : (
            <ul class="signal-list">
              {rows.map(row => (
                <SignalLine key={row.key} row={row} />
              ))}
            </ul>
          )
        }}
      </Show>
    </Panel>
  )
}

function newest(recorded: readonly Signal[], live: readonly Signal[], most: number): Signal[] {
  const rows = new Map([...recorded, ...live].map(row => [row.key, row]))
  return [...rows.values()].sort((a, b) => (a.time < b.time ? 1 : -1)).slice(0, most)
}

const SignalLine = ({ row: { time, instrument, direction, outcome, why, refusals, run } }: { readonly row: Signal }) => (
  <li>
    <time class="soft" title={`${at(time, 'date-time-seconds')} ${zoneName()}`}>
      {at(time)}
    </time>
    <a href={`/instruments/${encodeURIComponent(instrument)}?run=${encodeURIComponent(run)}`}>{instrument}</a>
    <SideBadge side={direction} />
    <Badge tone={OUTCOME_TONES[outcome]}>{outcome}</Badge>
    <span class="signal-why" title={why}>
      {refusals[0] ? `${refusals[0].code}: ${refusals[0].observed}` : why}
    </span>
  </li>
)
