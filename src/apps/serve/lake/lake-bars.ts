// Bars of an instrument in any length: as the lake has them, or made by SQL of finer bars, of trades or of quotes.
import { resolutionMicros } from '../../../adapters/lake/layout.ts'
import type { Manifest, Partition } from '../../../adapters/lake/manifest.ts'
import { filePath, sqlText } from '../../../adapters/lake/sql.ts'
import type { InstrumentSpec } from '../../../domain/instrument.ts'
import type { PriceBasis } from '../../../domain/market.ts'
import type { ReplyOf } from '../../../wire/contract.ts'
import type { Ask, LakeView } from './lake-view.ts'

export type Bars = ReplyOf<'GET /instruments/:id/bars'>

export interface BarsWanted {
  readonly instrument: string
  /** One of RESOLUTIONS; the finest that shows the whole span when left out. */
  readonly resolution?: string | undefined
  /** Of the opening, microseconds: first inclusive, last exclusive. */
  readonly from?: number | undefined
  readonly to?: number | undefined
  /** The newest of the span where there are more. */
  readonly limit: number
  /** What a run read: nothing else is looked at. */
  readonly only?:
    | { readonly kind: string; readonly resolution?: string | undefined; readonly basis?: PriceBasis | undefined }
    | undefined
}

export const RESOLUTIONS = ['1s', '1m', '5m', '15m', '1h', '4h', '1d'] as const

/** Datasets of one kind that bars can be made of. */
interface Material {
  readonly kind: 'bar' | 'trade' | 'quote'
  /** Length of the stored bars, microseconds; 0 of trades and quotes. */
  readonly length: number
  readonly spec: InstrumentSpec
  readonly manifests: readonly Manifest[]
}

/** Empty where the lake has nothing to make them of. */
export async function readBars(lake: LakeView, wanted: BarsWanted): Promise<Bars> {
  const materials = materialsOf(lake.manifestsOf(wanted.instrument), wanted)
  const resolution = wanted.resolution ?? fittingResolution(materials, wanted)
  const length = resolutionMicros(resolution)
  const material = bestFor(materials, length)
  if (material === undefined) return bars(wanted.instrument, resolution, '', [])

  const question = ['bars', wanted.instrument, resolution, material.kind, material.length, wanted.from, wanted.to, wanted.limit]
  return lake.kept(`${question.join(' ')} ${wanted.only?.basis ?? ''}`, async () => {
    const rows = await lake.ask(ask => newest(ask, lake.root, { material, length, wanted }))
    const { priceDecimals, quantityDecimals } = material.spec
    const priceScale = 10 ** priceDecimals
    const volumeScale = material.kind === 'quote' ? 1 : 10 ** quantityDecimals
    const scaled = rows.map(([time, open, high, low, close, volume]): Row => {
      return [time! / 1e6, open! / priceScale, high! / priceScale, low! / priceScale, close! / priceScale, volume! / volumeScale]
    })
    return bars(wanted.instrument, resolution, sourceOf(material, length), scaled)
  })
}

type Row = readonly [time: number, open: number, high: number, low: number, close: number, volume: number]

function bars(instrument: string, resolution: string, source: string, rows: readonly Row[]): Bars {
  const column = (index: number) => rows.map(row => row[index]!)
  return {
    ...{ instrument, resolution, source, time: column(0) },
    ...{ open: column(1), high: column(2), low: column(3), close: column(4), volume: column(5) },
  }
}

/** In order of preference where the length is the same: bars as they are, then trades, which know volume, then quotes. */
function materialsOf(manifests: readonly Manifest[], { from, to, only }: BarsWanted): Material[] {
  const mine = manifests.filter(
    ({ kind, resolution, lastTime, firstTime }) =>
      (only === undefined || (kind === only.kind && (kind !== 'bar' || (resolution ?? undefined) === only.resolution))) &&
      (from === undefined || (lastTime ?? Number.NEGATIVE_INFINITY) >= from) &&
      (to === undefined || (firstTime ?? Number.POSITIVE_INFINITY) < to + DAY_AND_MORE),
  )
  const spec = mine[0]?.instrument
  if (spec === undefined || spec === null) return []
  const lengths = [...new Set(mine.filter(({ kind }) => kind === 'bar').map(({ resolution }) => resolution ?? ''))]
  const barMaterials = lengths.map((resolution): Material => {
    const group = mine.filter(manifest => manifest.kind === 'bar' && manifest.resolution === resolution)
    return { kind: 'bar', length: resolutionMicros(resolution), spec, manifests: oneBasis(group, only?.basis) }
  })
  const ticks = (['trade', 'quote'] as const).flatMap((kind): Material[] => {
    const group = mine.filter(manifest => manifest.kind === kind)
    return group.length === 0 ? [] : [{ kind, length: 0, spec, manifests: group }]
  })
  return [...barMaterials, ...ticks]
}

/** A bar is received at its close, up to a day after it opened. */
const DAY_AND_MORE = 26 * 3_600_000_000

/** Bars of quotes and bars of trades of the same minutes are two stories: one of them is told, as a run would read it. */
function oneBasis(group: readonly Manifest[], basis: PriceBasis = 'bid'): readonly Manifest[] {
  const wanted = basis === 'trade' ? 'trade' : 'bid'
  return group.some(manifest => manifest.basis === wanted) ? group.filter(({ basis: of = wanted }) => of === wanted) : group
}

/** The coarsest that divides the length evenly: it has the least to read. */
function bestFor(materials: readonly Material[], length: number): Material | undefined {
  const fitting = materials.filter(material => material.length === 0 || length % material.length === 0)
  return fitting.reduce<Material | undefined>(
    (best, next) => (best === undefined || next.length > best.length ? next : best),
    undefined,
  )
}

/** The finest that shows the span within twice the limit, and that there is something to make of. */
function fittingResolution(materials: readonly Material[], { from, to, limit }: BarsWanted): string {
  const finest = materials.reduce((least, { length }) => Math.min(least, length), Number.POSITIVE_INFINITY)
  const all = materials.flatMap(({ manifests }) => manifests)
  const first = from ?? all.reduce((least, { firstTime }) => Math.min(least, firstTime ?? least), Number.POSITIVE_INFINITY)
  const last = to ?? all.reduce((most, { lastTime }) => Math.max(most, lastTime ?? most), Number.NEGATIVE_INFINITY)
  const fits = RESOLUTIONS.filter(name => name !== '1s').find(
    name => resolutionMicros(name) >= finest && (last - first) / resolutionMicros(name) <= 2 * limit,
  )
  return fits ?? '1d'
}

interface Wish {
  readonly material: Material
  readonly length: number
  readonly wanted: BarsWanted
}

/** Reads files from the newest back, each time twice as far, until there are bars enough: a lake of years costs what is shown. */
async function newest(ask: Ask, root: string, { material, length, wanted }: Wish): Promise<number[][]> {
  const { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY, limit } = wanted
  const partitions = material.manifests
    .flatMap(manifest => manifest.partitions)
    .filter(({ firstTime, lastTime }) => lastTime >= from && firstTime < to + DAY_AND_MORE)
    .sort((a, b) => b.lastTime - a.lastTime)
  if (partitions.length === 0) return []

  const end = Math.min(to, partitions[0]!.lastTime + 1)
  for (let span = length * limit; ; span *= 4) {
    // Whole bars only: the one that the span begins in is made of all of its facts.
    const since = Math.floor(Math.max(from, end - span) / length) * length
    const files = partitions.filter(({ lastTime }) => lastTime >= since)
    const everything = files.length === partitions.length
    const sql = barsSql(root, files, { material, length, limit, from: everything ? from : since, to })
    const rows = (await ask(sql, `the data of ${wanted.instrument}`)) as number[][]
    if (everything || rows.length >= limit) return rows.reverse()
  }
}

function barsSql(
  root: string,
  files: readonly Partition[],
  {
    material: { kind, length: stored },
    length,
    limit,
    from,
    to,
  }: { readonly material: Material; readonly length: number; readonly limit: number; readonly from: number; readonly to: number },
): string {
  const time = kind === 'bar' ? 'open_time' : 'received_time'
  const [open, high, low, close, volume] = {
    bar: ['open', 'high', 'low', 'close', 'volume'],
    trade: ['price', 'price', 'price', 'price', 'quantity'],
    quote: ['(bid + ask) / 2', '(bid + ask) / 2', '(bid + ask) / 2', '(bid + ask) / 2', '1'],
  }[kind] as [string, string, string, string, string]
  // A stored day opens when its session does, which need not be at midnight.
  const bucket = kind === 'bar' && stored === length ? time : `${time} - ${time} % ${length}`
  const bounds = [
    ...(Number.isFinite(from) ? [`${time} >= ${stored === length ? from : Math.floor(from / length) * length}`] : []),
    ...(Number.isFinite(to) ? [`${time} < ${to}`] : []),
  ]
  const list = files.map(({ file }) => sqlText(filePath(root, file))).join(', ')
  // Ticks of one instant are told apart by their place in the file.
  const order = `${time}::HUGEINT * 1000000000 + sequence`
  const sum = kind === 'bar' && stored === length ? 'max' : 'sum'
  return `
    SELECT (${bucket})::DOUBLE AS bucket, arg_min(${open}, ${order})::DOUBLE, max(${high})::DOUBLE, min(${low})::DOUBLE,
           arg_max(${close}, ${order})::DOUBLE, ${sum}(${volume})::DOUBLE
    FROM read_parquet([${list}])${bounds.length === 0 ? '' : ` WHERE ${bounds.join(' AND ')}`}
    GROUP BY bucket ORDER BY bucket DESC LIMIT ${limit}`
}

function sourceOf({ kind, length: stored, manifests }: Material, length: number): string {
  const providers = [...new Set(manifests.map(({ provenance }) => provenance.source))].join(', ')
  if (kind === 'quote') return `${providers}, middle of bid and ask; volume counts quotes`
  if (kind === 'trade') return `${providers}, trades`
  const basis = manifests[0]?.basis
  return `${providers}${basis === undefined ? '' : `, ${basis} prices`}${stored === length ? '' : ', of finer bars'}`
}
