// Which source an instrument is read from: at once away from a bad one, slowly back to a better one.
import type { SourceLevel } from '../../domain/source.ts'
import type { SourceRules } from './source-rules.ts'
import type { SourceHealth } from './source-track.ts'

/** One source as the choice sees it, in the configured order. */
export interface Candidate {
  readonly level: 'live' | 'cache'
  readonly health: SourceHealth
  /** 0 to 1. */
  readonly score: number
  /** Nothing bad since then. */
  readonly cleanSince: number
}

export interface Selection {
  /** Place in the configured order; -1 when there is none. */
  readonly index: number
  readonly level: SourceLevel
}

export interface Standing extends Selection {
  readonly switchedAt: number
  /** What a person chose, while it is healthy; -1 when nobody did. */
  readonly wanted: number
}

export const NO_SELECTION: Selection = { index: -1, level: 'none' }

/**
 * A healthy selected source is left only for what a person wants, or for one that has been clean long enough, and not sooner
 * than `switchMicros` after the last change. A bad one is left at once for the best healthy one. When all are bad the last
 * good one is kept, for reading only.
 */
export function select(candidates: readonly Candidate[], standing: Standing, now: number, rules: SourceRules): Selection {
  const { index, wanted } = standing
  const current = candidates[index]
  if (isHealthy(candidates[wanted])) return { index: wanted, level: 'live' }

  if (isHealthy(current)) {
    if (now - standing.switchedAt < rules.switchMicros) return { index, level: 'live' }
    const better = best(candidates, (candidate, at) => at !== index && now - candidate.cleanSince >= rules.cleanMicros, rules)
    return { index: better >= 0 && isPreferred(candidates, better, index, rules) ? better : index, level: 'live' }
  }

  const healthy = best(candidates, () => true, rules)
  if (healthy >= 0) return { index: healthy, level: 'live' }
  // Whoever delivered last has the newest of what is known; a cache is asked only when nobody ever did.
  if (current !== undefined) return { index, level: 'cache' }
  const cached = candidates.findIndex(({ level, health }) => level === 'cache' && health === 'ok')
  return cached >= 0 ? { index: cached, level: 'cache' } : NO_SELECTION
}

/** The healthy live candidate that none of the others is preferred to; -1 when there is none. */
function best(
  candidates: readonly Candidate[],
  allowed: (candidate: Candidate, at: number) => boolean,
  rules: SourceRules,
): number {
  let chosen = -1
  candidates.forEach((candidate, at) => {
    if (!isHealthy(candidate) || !allowed(candidate, at)) return
    if (chosen < 0 || isPreferred(candidates, at, chosen, rules)) chosen = at
  })
  return chosen
}

/** Earlier in the configured order wins, unless it is clearly worse. */
function isPreferred(candidates: readonly Candidate[], one: number, other: number, { scoreMargin }: SourceRules): boolean {
  const lead = candidates[one]!.score - candidates[other]!.score
  return one < other ? lead > -scoreMargin : lead > scoreMargin
}

const isHealthy = (candidate: Candidate | undefined): boolean =>
  candidate !== undefined && candidate.level === 'live' && candidate.health === 'ok'
