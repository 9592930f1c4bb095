// The funnel as steps: how many decisions came how far, how many stopped at each, and why.
import type { ReplyOf } from '../../../../src/wire/contract.ts'
import type { SavedTable } from '../../save.ts'
import { number } from '../../text/number.ts'

type Funnel = ReplyOf<'GET /signals/funnel'>

export interface FunnelStep {
  readonly label: string
  /** What it takes to be counted here, for somebody who sees the word for the first time. */
  readonly meaning: string
  readonly count: number
  /** Of the first step, 0…1: the width of the bar. */
  readonly share: number
  /** How many of the step before did not come this far; null for the first, and where a step may outgrow the one before. */
  readonly lost: number | null
  /** Of the step before, 0…1; null where that was empty. */
  readonly kept: number | null
}

const STEPS = [
  { label: 'Seen', key: 'decisions', meaning: 'moments at which a strategy was asked' },
  { label: 'Wished', key: 'signals', meaning: 'moments at which it wanted a position' },
  { label: 'Sized', key: 'sized', meaning: 'wishes that allocation gave a quantity' },
  { label: 'Approved', key: 'approved', meaning: 'orders that every risk check let pass' },
  { label: 'Ordered', key: 'orders', meaning: 'orders that were sent, with their stops and targets' },
  { label: 'Filled', key: 'fills', meaning: 'executions, of which an order may have several' },
] as const

export function funnelSteps(funnel: Funnel): readonly FunnelStep[] {
  const first = Math.max(funnel.decisions, 1)
  return STEPS.map(({ label, key, meaning }, i) => {
    const count = funnel[key]
    const before = i === 0 ? undefined : funnel[STEPS[i - 1]!.key]

    return {
      label,
      meaning,
      count,
      share: Math.min(count / first, 1),
      lost: before === undefined || count > before ? null : before - count,
      kept: before === undefined || before === 0 ? null : count / before,
    }
  })
}

export interface ReasonGroup {
  readonly stage: string
  readonly count: number
  readonly reasons: readonly { readonly text: string; readonly count: number; readonly share: number }[]
}

/** Reasons by the stage that gave them, both in order of frequency; shares are of all reasons of the stage. */
export function reasonGroups(reasons: Funnel['reasons']): readonly ReasonGroup[] {
  const stages = Map.groupBy(reasons, reason => reason.stage)
  const groups = [...stages].map(([stage, all]) => {
    const count = all.reduce((sum, reason) => sum + reason.count, 0)
    const ordered = all.toSorted((a, b) => b.count - a.count)
    return {
      stage,
      count,
      reasons: ordered.map(({ text, count: times }) => ({ text, count: times, share: count === 0 ? 0 : times / count })),
    }
  })
  return groups.toSorted((a, b) => b.count - a.count)
}

/** Every step and every reason, also those that the page has no room for. */
export const funnelTable = (funnel: Funnel): SavedTable => ({
  name: `funnel-${funnel.run}`,
  heads: ['Part', 'Stage', 'Text', 'Count'],
  rows: [
    ...funnelSteps(funnel).map(({ label, meaning, count }) => ['step', label, meaning, count]),
    ...reasonGroups(funnel.reasons).flatMap(({ stage, reasons }) =>
      reasons.map(({ text, count }) => ['reason', stage, text, count]),
    ),
  ],
})

/** How many of a run's signals are kept where not all are; '' where they are. */
export const keptWords = ({ signals }: Funnel, kept: number): string =>
  signals > kept && kept > 0 ? `${number(kept)} of ${number(signals)} kept, evenly` : ''
