// What the lake holds, one line for each subject, and where its market was open and nothing was heard.
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { gaps } from '../../../adapters/lake/gaps.ts'
import { subjectName } from '../../../adapters/lake/layout.ts'
import { type Manifest, manifestPath, subjectOf } from '../../../adapters/lake/manifest.ts'
import { formatMicros, type Micros } from '../../../domain/numbers.ts'
import type { ReplyOf } from '../../../wire/contract.ts'
import type { LakeView } from './lake-view.ts'

export function coverage(lake: LakeView): Promise<ReplyOf<'GET /data'>> {
  return lake.kept('coverage', async () => {
    const groups = Map.groupBy(lake.manifests(), manifest => subjectName(subjectOf(manifest)))
    const items = [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => lineOf(lake.root, group))
    const sum = (key: 'bytes' | 'rows') => items.reduce((total, item) => total + item[key], 0)
    return { items, bytes: sum('bytes'), rows: sum('rows') }
  })
}

function lineOf(root: string, group: readonly Manifest[]): ReplyOf<'GET /data'>['items'][number] {
  const { kind, instrument, series, resolution } = group[0]!
  const partitions = group.flatMap(manifest => manifest.partitions)
  const quarantined: Record<string, number> = {}
  for (const manifest of group) {
    for (const [reason, count] of Object.entries(manifest.quarantined)) quarantined[reason] = (quarantined[reason] ?? 0) + count
  }
  const firsts = group.flatMap(({ firstTime }) => (firstTime === null ? [] : [firstTime]))
  const lasts = group.flatMap(({ lastTime }) => (lastTime === null ? [] : [lastTime]))
  return {
    name: instrument?.id ?? series ?? kind,
    kind,
    resolution,
    rows: group.reduce((total, { accepted }) => total + accepted, 0),
    partitions: partitions.length,
    bytes: partitions.reduce((total, { bytes }) => total + bytes, 0),
    from: firsts.length === 0 ? null : formatMicros(firsts.reduce((a, b) => Math.min(a, b)) as Micros),
    to: lasts.length === 0 ? null : formatMicros(lasts.reduce((a, b) => Math.max(a, b)) as Micros),
    quarantined,
    sources: [...new Set(group.map(({ provenance }) => provenance.source))],
    licences: [...new Set(group.map(({ provenance }) => provenance.licence))],
    imported: importedTime(root, group),
  }
}

/** When the newest of its manifests was put in place. */
function importedTime(root: string, group: readonly Manifest[]): string | null {
  const times = group.flatMap(manifest => {
    try {
      return [statSync(join(manifestPath(root, manifest, subjectOf(manifest)))).mtimeMs]
    } catch {
      return []
    }
  })
  return times.length === 0 ? null : new Date(Math.max(...times)).toISOString()
}

const GAPS_SHOWN = 1_000

/** The longest first, as `quadrant data gaps` finds them. */
export function gapsOf(
  lake: LakeView,
  { instrument, kind }: { instrument: string; kind: string },
): Promise<ReplyOf<'GET /data/gaps'>> {
  return lake.kept(`gaps ${instrument} ${kind}`, async () => {
    const found = (await lake.inTurn(own => gaps(own, { instrumentId: instrument }))).filter(({ what }) =>
      what.startsWith(`${kind} `),
    )
    const items = found
      .toSorted((a, b) => b.openMicros - a.openMicros)
      .slice(0, GAPS_SHOWN)
      .map(({ what, from, to, openMicros }) => ({
        from: formatMicros(from),
        to: formatMicros(to),
        seconds: openMicros / 1e6,
        note: `${what}: the market was open and nothing was received`,
      }))
    return { items, total: found.length }
  })
}
