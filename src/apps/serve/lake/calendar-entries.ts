// Economic announcements out of the lake: calendars that were imported, and series of statistical offices as they became known.
import type { Manifest } from '../../../adapters/lake/manifest.ts'
import { filePath, sqlText } from '../../../adapters/lake/sql.ts'
import { DAY, formatMicros, type Micros } from '../../../domain/numbers.ts'
import type { ReplyOf } from '../../../wire/contract.ts'
import type { Ask, LakeView } from './lake-view.ts'

type Line = ReplyOf<'GET /calendar'>['items'][number]
type Timed = Line & { readonly micros: number }

/** A series that speaks more often is a price, not an announcement: yields of every day. */
const ANNOUNCED_AT_MOST_EVERY = 5 * DAY

/** In order of time: the first of the span, or the newest where no start is given. Times are microseconds. */
export async function calendarEntries(
  lake: LakeView,
  { from, to, limit }: { readonly from?: number | undefined; readonly to?: number | undefined; readonly limit: number },
): Promise<ReplyOf<'GET /calendar'>> {
  const all = await allEntries(lake)
  const within = all.filter(({ micros }) => (from === undefined || micros >= from) && (to === undefined || micros < to))
  const chosen = from === undefined ? within.slice(-limit) : within.slice(0, limit)
  return { items: chosen.map(({ micros: _, ...line }) => line), until: all.at(-1)?.time ?? null }
}

/** Some ten thousand at most: read once for each state of the lake. */
function allEntries(lake: LakeView): Promise<readonly Timed[]> {
  return lake.kept('calendar', async () => {
    const manifests = lake.manifests()
    const calendars = manifests.filter(({ kind }) => kind === 'calendar')
    const series = [
      ...Map.groupBy(
        manifests.filter(({ kind }) => kind === 'release'),
        ({ series }) => series ?? '',
      ),
    ]
    return lake.ask(async ask => {
      const entries = await scheduled(ask, lake.root, calendars)
      for (const [name, group] of series) entries.push(...(await published(ask, lake.root, name, group)))
      return entries.sort((a, b) => a.micros - b.micros)
    })
  })
}

/** A moved entry stands in several files under one id: the one with a result counts, or else the one scheduled last. */
async function scheduled(ask: Ask, root: string, manifests: readonly Manifest[]): Promise<Timed[]> {
  if (manifests.length === 0) return []
  const sources = [...new Set(manifests.map(({ provenance }) => provenance.source))].join(', ')
  const rows = await ask(
    `SELECT scheduled_time::DOUBLE, currency, impact, name, actual, forecast, previous
     FROM read_parquet(${files(root, manifests)}, filename = true)
     QUALIFY row_number() OVER (PARTITION BY id ORDER BY isnan(actual), scheduled_time DESC, filename) = 1`,
    'the calendar',
  )
  return rows.map(row => {
    const [micros, currency, impact, title, ...figures] = row as [number, string, string, string, number, number, number]
    const [actual, forecast, previous] = figures.map(figure)
    return {
      ...{ micros, time: formatMicros(micros as Micros), currency, impact, title },
      ...{ actual: actual!, forecast: forecast!, previous: previous!, source: sources },
    }
  })
}

/** Each period's value at the time it became known, with the value before it. */
async function published(ask: Ask, root: string, series: string, manifests: readonly Manifest[]): Promise<Timed[]> {
  const { provenance, notes } = manifests[0]!
  const rows = (await ask(
    `SELECT received_time::DOUBLE, value FROM read_parquet(${files(root, manifests)})
     QUALIFY row_number() OVER (PARTITION BY period_start ORDER BY received_time DESC) = 1 ORDER BY received_time, period_start`,
    series,
  )) as [number, number][]
  const [first, last] = [rows[0]?.[0] ?? 0, rows.at(-1)?.[0] ?? 0]
  if (rows.length < 2 || (last - first) / (rows.length - 1) < ANNOUNCED_AT_MOST_EVERY) return []
  const lag = notes.find(note => /lag/i.test(note))
  return rows.map(([micros, value], index) => ({
    ...{ micros, time: formatMicros(micros as Micros), currency: 'USD', impact: 'none', title: series },
    ...{ actual: figure(value), forecast: null, previous: figure(rows[index - 1]?.[1] ?? Number.NaN) },
    source: lag === undefined ? provenance.source : `${provenance.source}: ${lag}`,
  }))
}

const files = (root: string, manifests: readonly Manifest[]): string =>
  `[${manifests.flatMap(({ partitions }) => partitions.map(({ file }) => sqlText(filePath(root, file)))).join(', ')}]`

const figure = (value: number): string | null => (Number.isFinite(value) ? String(value) : null)
