// Where the choice of a source decided that nothing was done: which switch it was.
import { formatMicros } from '../domain/numbers.ts'
import type { SourceChange } from '../domain/source.ts'
import type { Decision, Step } from '../engine/step.ts'

/** A link of the chain of `explain`. */
export interface SwitchLink {
  readonly stage: 'source'
  readonly reason: string
  readonly ids: readonly string[]
}

/** The link of the newest switch before a decision; none when the decision was not the switch's doing. */
export function switchLinks(
  { signal }: Pick<Decision, 'signal'>,
  verdicts: Step['verdicts'],
  change: SourceChange | undefined,
): SwitchLink[] {
  if (change === undefined) return []
  const isMixed = signal.kind === 'none' && signal.why === 'source-switched'
  const isDegraded = verdicts.some(
    verdict => verdict.kind === 'refused' && verdict.refusals.some(({ code }) => code === 'DATA_SOURCE_DEGRADED'),
  )
  return isMixed || isDegraded ? [switchLink(change)] : []
}

function switchLink({ instrumentId, from, to, level, epoch, reason, receivedTime }: SourceChange): SwitchLink {
  const before = from === '' || from === to ? '' : `, not ${from}`
  const read = to === '' ? 'read from nobody' : `read from ${to}${before}${level === 'live' ? '' : ', for reading only'}`
  return {
    stage: 'source',
    reason: `${instrumentId} is ${read} since ${formatMicros(receivedTime)}: ${reason}`,
    ids: [`${instrumentId} switch ${epoch}`],
  }
}
