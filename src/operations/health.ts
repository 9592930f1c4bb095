// How well the house is: five parts, each with a score and its reason in words, and one score over all. Pure.
import type { Static } from 'typebox'
import type { Health as HealthForm, HealthPart as HealthPartForm } from '../wire/system.ts'

export type Health = Static<typeof HealthForm>
export type HealthPart = Static<typeof HealthPartForm>

/** What is known of the house at a moment. What is undefined does not run, and is idle rather than ill. */
export interface HealthSignals {
  /** ISO, UTC. */
  readonly time: string
  readonly run?:
    | {
        /** Since the newest event of a living run. */
        readonly silentMillis: number
        /** Null while nothing was decided. */
        readonly decisionMicrosP99: number | null
        readonly queueDepth: number
        /** Of a replay or a closed market silence means nothing. */
        readonly expectsData: boolean
      }
    | undefined
  /** The instruments that living runs trade. */
  readonly symbols?:
    | readonly {
        readonly symbol: string
        /** Empty when no source can be trusted. */
        readonly selected: string
        /** Of the selected source, 0 to 1. */
        readonly score: number
        readonly level: string
      }[]
    | undefined
  readonly dashboard: {
    readonly eventLoopMillisP99: number
    readonly sockets: number
    /** Sockets closed in the last minute because they did not read. */
    readonly slowCloses: number
    readonly certificateDaysLeft: number | null
  }
  readonly journal?: { readonly syncMicrosP99: number | null; readonly failure: string } | undefined
  readonly database: { readonly reachable: boolean; readonly millis: number; readonly failure: string }
}

/** At these scores a part is no longer good, and no longer merely degraded. */
const GOOD = 80
const DEGRADED = 40

/**
 * The composite leans on the worst part: 70 % its score, 30 % the mean of all parts that run. Parts that do not run are left
 * out. So one part at 0 among four at 100 gives 0.7 · 0 + 0.3 · 80 = 24, which is bad: what a person must look at is not
 * hidden by an average.
 */
const WORST_WEIGHT = 0.7

export function healthOf(signals: HealthSignals): Health {
  const parts = [pipeline(signals), symbols(signals), dashboard(signals), journal(signals), database(signals)]
  const score = compositeOf(parts)
  return { score, state: stateOf(score), time: signals.time, parts }
}

/** 100 where nothing runs. */
export function compositeOf(parts: readonly Pick<HealthPart, 'score' | 'state'>[]): number {
  const scores = parts.filter(({ state }) => state !== 'idle').map(part => part.score)
  if (scores.length === 0) return 100
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length
  return Math.round(WORST_WEIGHT * Math.min(...scores) + (1 - WORST_WEIGHT) * mean)
}

/** A finding takes points from 100; several add up, and every one is in the reason. */
interface Finding {
  readonly points: number
  readonly words: string
}

function pipeline({ run }: HealthSignals): HealthPart {
  if (run === undefined) return idle('data-pipeline', 'no paper or live run is at work')
  const { silentMillis, decisionMicrosP99, queueDepth, expectsData } = run
  const silent = expectsData ? silentMillis / 1_000 : 0
  return judged('data-pipeline', 'events arrive and are decided on in time', [
    scale(silent, 10, 60, 100, `nothing has arrived for ${silent.toFixed(0)} s`),
    scale(
      decisionMicrosP99 ?? 0,
      5_000,
      100_000,
      60,
      `a decision takes ${((decisionMicrosP99 ?? 0) / 1_000).toFixed(1)} ms at the 99th percentile`,
    ),
    scale(queueDepth, 1_000, 50_000, 60, `${queueDepth} events wait in the queue`),
  ])
}

function symbols({ symbols: known }: HealthSignals): HealthPart {
  if (known === undefined || known.length === 0) return idle('symbols', 'no instrument is being followed')
  const blind = known.filter(({ selected }) => selected === '')
  const cached = known.filter(({ selected, level }) => selected !== '' && level === 'cache')
  const live = known.filter(({ selected, level }) => selected !== '' && level !== 'cache')
  const worst = [...live].sort((a, b) => a.score - b.score)[0]

  return judged(
    'symbols',
    `${known.length === 1 ? 'the instrument has' : `all ${known.length} instruments have`} a source to trust`,
    [
      // Half for the first one that is blind: whoever holds a position in it trades without eyes.
      {
        points: blind.length === 0 ? 0 : 50 + (50 * blind.length) / known.length,
        words: `no source can be trusted for ${names(blind)}`,
      },
      {
        points: cached.length === 0 ? 0 : 25 + (25 * cached.length) / known.length,
        words: `only remembered data for ${names(cached)}`,
      },
      scale(
        1 - (worst?.score ?? 1),
        0.2,
        0.6,
        40,
        `the data of ${worst?.symbol ?? ''} scores ${(worst?.score ?? 1).toFixed(2)} of 1`,
      ),
    ],
  )
}

function dashboard({ dashboard: { eventLoopMillisP99, sockets, slowCloses, certificateDaysLeft } }: HealthSignals): HealthPart {
  const days = certificateDaysLeft ?? Number.POSITIVE_INFINITY
  return judged('dashboard', `the server answers at once; ${counted(sockets, 'page')} open`, [
    scale(eventLoopMillisP99, 50, 1_000, 70, `the server is late by ${eventLoopMillisP99.toFixed(0)} ms at the 99th percentile`),
    scale(slowCloses, 0, 10, 30, `${counted(slowCloses, 'page')} closed in the last minute because they did not read`),
    {
      points: days <= 0 ? 100 : days < 14 ? 30 : 0,
      words: days <= 0 ? 'the certificate has ended' : `the certificate ends in ${counted(Math.ceil(days), 'day')}`,
    },
  ])
}

function journal({ journal: known }: HealthSignals): HealthPart {
  if (known === undefined) return idle('journal', 'no run writes a journal')
  const { syncMicrosP99, failure } = known
  const millis = (syncMicrosP99 ?? 0) / 1_000
  return judged('journal', 'every decision is on disk', [
    { points: failure === '' ? 0 : 100, words: failure },
    scale(millis, 50, 1_000, 60, `the disk takes ${millis.toFixed(0)} ms to hold a batch at the 99th percentile`),
  ])
}

function database({ database: { reachable, millis, failure } }: HealthSignals): HealthPart {
  return judged('database', 'the database answers at once', [
    { points: reachable ? 0 : 100, words: failure === '' ? 'the database does not answer' : failure },
    scale(reachable ? millis : 0, 250, 5_000, 60, `the database takes ${millis.toFixed(0)} ms to answer`),
  ])
}

/** No points up to `from`, all of them at `to`, a straight line between. What is no number counts as all of them. */
function scale(value: number, from: number, to: number, points: number, words: string): Finding {
  const share = Number.isNaN(value) ? 1 : Math.min(1, Math.max(0, (value - from) / (to - from)))
  return { points: points * share, words }
}

function judged(name: string, well: string, findings: readonly Finding[]): HealthPart {
  const found = findings.filter(({ points }) => points > 0).sort((a, b) => b.points - a.points)
  const score = Math.max(0, Math.round(100 - found.reduce((sum, { points }) => sum + points, 0)))
  const reason = found.length === 0 ? well : found.map(({ words }) => words).join('; ')
  return { name, score, state: stateOf(score), reason }
}

const idle = (name: string, reason: string): HealthPart => ({ name, score: 100, state: 'idle', reason })

const stateOf = (score: number): 'good' | 'degraded' | 'bad' => (score >= GOOD ? 'good' : score >= DEGRADED ? 'degraded' : 'bad')

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`

function names(of: readonly { readonly symbol: string }[]): string {
  const shown = of.slice(0, 3).map(({ symbol }) => symbol)
  return of.length > shown.length ? `${shown.join(', ')} and ${of.length - shown.length} more` : shown.join(', ')
}
