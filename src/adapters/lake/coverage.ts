// What a run reads and how good it was, and what to say when it is not there.
import { formatMicros, type Micros } from '../../domain/numbers.ts'
import { LakeError } from './lake-error.ts'
import { subjectName } from './layout.ts'
import { type Manifest, subjectOf } from './manifest.ts'
import type { DataRequest, FeedRequest, Source } from './request.ts'

/** One line of a report: one subject, all files of it that the run touches. */
export interface Coverage {
  /** 'quote XAUUSD.OANDA', 'release CPIAUCSL'. */
  readonly what: string
  readonly files: number
  /** Events in those files; a run's range may use fewer. */
  readonly events: number
  /** Rows refused when the datasets were imported, by reason. */
  readonly quarantined: Readonly<Record<string, number>>
  readonly firstTime: Micros
  readonly lastTime: Micros
  readonly sources: readonly { readonly source: string; readonly licence: string }[]
  readonly notes: readonly string[]
}

export function coverageOf(used: readonly Source[]): Coverage[] {
  const bySubject = Map.groupBy(used, ({ manifest }) => subjectName(subjectOf(manifest)))
  return [...bySubject].map(([what, sources]) => {
    const manifests = [...new Set(sources.map(({ manifest }) => manifest))]
    const quarantined: Record<string, number> = {}
    for (const manifest of manifests) {
      for (const [reason, count] of Object.entries(manifest.quarantined)) quarantined[reason] = (quarantined[reason] ?? 0) + count
    }
    const licences = new Map(
      manifests.map(({ provenance: { source, licence } }) => [`${source} ${licence}`, { source, licence }]),
    )
    return {
      what,
      files: sources.length,
      events: sources.reduce((sum, { partition }) => sum + partition.events, 0),
      quarantined,
      firstTime: sources.reduce(
        (first, { partition }) => Math.min(first, partition.firstTime),
        Number.POSITIVE_INFINITY,
      ) as Micros,
      lastTime: sources.reduce((last, { partition }) => Math.max(last, partition.lastTime), Number.NEGATIVE_INFINITY) as Micros,
      sources: [...licences.values()],
      notes: [...new Set(manifests.flatMap(manifest => manifest.notes))],
    }
  })
}

export type WantedFacts = { readonly kind: 'release'; readonly series: string } | { readonly kind: 'calendar' }
type Wanted = DataRequest | WantedFacts

/** DATA_MISSING: what was asked for, what is there instead, and how to get it in. */
export function missing(wanted: Wanted, request: FeedRequest, manifests: readonly Manifest[]): LakeError {
  const name = subjectName({
    kind: wanted.kind,
    instrumentId: 'instrument' in wanted ? wanted.instrument : undefined,
    resolution: 'bar' in wanted ? wanted.bar : undefined,
    series: 'series' in wanted ? wanted.series : undefined,
  })
  return new LakeError(
    'DATA_MISSING',
    `The lake has no ${name}${rangeInWords(request)}. ${instead(wanted, manifests)}`,
    fixOf(wanted),
  )
}

function rangeInWords({ from, to }: FeedRequest): string {
  const since = from === undefined ? '' : ` from ${day(from)}`
  return since + (to === undefined ? '' : ` to ${day(to)}`)
}

/** The nearest thing first: the same instrument or series at other times or in other forms, else everything. */
function instead(wanted: Wanted, manifests: readonly Manifest[]): string {
  const relatives = manifests.filter(manifest =>
    'instrument' in wanted ? manifest.instrument?.id === wanted.instrument : manifest.kind === wanted.kind,
  )
  const shown = relatives.length > 0 ? relatives : manifests
  if (shown.length === 0) return 'It is empty.'

  const spans = [...Map.groupBy(shown, manifest => subjectName(subjectOf(manifest)))].map(([name, group]) => {
    const first = group.reduce((least, { firstTime }) => Math.min(least, firstTime ?? least), Number.POSITIVE_INFINITY)
    const last = group.reduce((most, { lastTime }) => Math.max(most, lastTime ?? most), Number.NEGATIVE_INFINITY)
    return Number.isFinite(first) ? `${name} (${day(first)} to ${day(last)})` : `${name} (no accepted rows)`
  })
  const more = spans.length > 8 ? ` and ${spans.length - 8} more` : ''
  return `It has ${spans.slice(0, 8).join(', ')}${more}.`
}

function fixOf(wanted: Wanted): string {
  if (wanted.kind === 'release')
    return `Import the series: \`quadrant data import fred ${wanted.series}.csv\`, or leave it out of \`macro\`.`
  if (wanted.kind === 'calendar')
    return 'Import a calendar: `quadrant data import forexfactory FOLDER`, or set `calendar: false`.'
  return 'Import the files that hold it, for example `quadrant data import lean PATH`, or change instrument, kind or range; `quadrant data list` shows what is there.'
}

const day = (time: number): string => formatMicros(time as Micros).slice(0, 10)
