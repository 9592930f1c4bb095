// What is shown of sources: state, score and its parts, ages, and why one is read and another is not.
import type { Micros } from '../../domain/numbers.ts'
import type { LinkState, SourceLevel } from '../../domain/source.ts'
import type { SourceRules } from './source-rules.ts'
import { type ScoreParts, scoreOf } from './source-score.ts'
import type { SourceHealth, SourceTrack } from './source-track.ts'
import type { SourceWatch } from './source-watch.ts'

export interface SourceStatus {
  readonly source: string
  readonly level: 'live' | 'cache'
  /** `ok`, or what is wrong. */
  readonly state: SourceHealth
  readonly link: LinkState
  readonly score: number
  readonly parts: ScoreParts
  /** From the venue's clock to ours, its offset taken out; null before the first fact. */
  readonly latencyMillis: number | null
  /** Of the newest sound fact; null before the first. */
  readonly ageMillis: number | null
  /** Sequence gaps since the start. */
  readonly gaps: number
  readonly selected: boolean
  readonly why: string
}

export interface InstrumentStatus {
  readonly instrument: string
  /** Empty when there is none. */
  readonly source: string
  readonly level: SourceLevel
  readonly epoch: number
  readonly sources: readonly SourceStatus[]
}

export function statusOf(watch: SourceWatch, rules: SourceRules, now: Micros): InstrumentStatus {
  const since = watch.since(now)
  const sources = watch.tracks.map(track => {
    const parts = track.parts(now, rules, watch.silence(track), since)
    const latency = track.score.latencyMicros
    return {
      source: track.source,
      level: track.level,
      state: track.health,
      link: track.link,
      score: track.goodTime === Number.NEGATIVE_INFINITY ? 0 : rounded(scoreOf(parts)),
      parts: {
        freshness: rounded(parts.freshness),
        completeness: rounded(parts.completeness),
        integrity: rounded(parts.integrity),
        agreement: rounded(parts.agreement),
        latency: rounded(parts.latency),
      },
      latencyMillis: latency === latency ? Math.round(latency / 1000) : null,
      ageMillis: track.goodTime === Number.NEGATIVE_INFINITY ? null : Math.round((now - track.goodTime) / 1000),
      gaps: track.gaps,
      selected: track === watch.selected,
      why: whyOf(watch, track, now),
    }
  })
  const { index, level, epoch, watched } = watch
  return { instrument: watched.instrument.id, source: watch.tracks[index]?.source ?? '', level, epoch, sources }
}

/** In words: 'silent since 3.1 s', 'connection in backoff: reset by peer'. */
export function healthWords(track: SourceTrack, now: number): string {
  switch (track.health) {
    case 'ok':
      return 'healthy'
    case 'unseen':
      return 'nothing sound yet'
    case 'down':
      return `connection ${track.link}${track.linkReason === '' ? '' : `: ${track.linkReason}`}`
    case 'doubtful':
      return `not sure of itself${track.ownReason === '' ? '' : `: ${track.ownReason}`}`
    case 'silent':
      return `silent since ${((now - track.goodTime) / 1e6).toFixed(1)} s`
    case 'corrupt':
      return `corrupt: ${track.lastBad ?? 'unsound'}`
    case 'quarantined':
      return `quarantined: ${track.pretence}`
    case 'weak':
      return 'score too low'
  }
}

function whyOf(watch: SourceWatch, track: SourceTrack, now: number): string {
  const words = healthWords(track, now)
  if (track === watch.selected) {
    if (watch.level !== 'live') return `kept for reading only, ${words}`
    return track === watch.tracks[watch.wanted] ? `chosen by a person, ${words}` : `read from, ${words}`
  }
  if (track.health !== 'ok') return words
  if (track.level === 'cache') return 'a cache is for reading only'
  return `healthy, ${watch.selected?.source ?? 'nobody'} is read from`
}

const rounded = (part: number): number => Math.round(part * 1000) / 1000
