// A run's market data, releases and calendar out of the lake, as one feed in order of received time.
import type { DuckDBConnection } from '@duckdb/node-api'
import type { FeedEvent } from '../../domain/event.ts'
import { type Instrument, instrument } from '../../domain/instrument.ts'
import type { Feed } from '../../engine/ports.ts'
import { chunks } from './chunks.ts'
import { type Coverage, coverageOf, missing, type WantedFacts } from './coverage.ts'
import { decoderOf, selectColumns } from './decode.ts'
import { sha256OfText } from './durable.ts'
import { ANNOUNCED_BEFORE, readCalendar, readReleases } from './facts.ts'
import type { Lake } from './lake.ts'
import type { Manifest, Partition } from './manifest.ts'
import { type Group, type LaneSource, merge } from './merge.ts'
import type { DataRequest, FeedRequest, Range, Source } from './request.ts'
import { filePath, sqlText } from './sql.ts'

export interface OpenedFeed {
  readonly feed: Feed
  /**
   * Releases and calendar entries that were known before the feed starts, in order of received time: what a sense may
   * take in before the first event. The feed itself starts at `from`.
   */
  readonly known: readonly FeedEvent[]
  readonly coverage: readonly Coverage[]
  /** SHA-256 over the request's range and the checksums of every Parquet file it reads. */
  readonly dataHash: string
  readonly instruments: ReadonlyMap<string, Instrument>
}

/**
 * Opens what the request names. Throws LakeError DATA_MISSING when the lake has nothing of one of its items, saying what
 * is there instead.
 */
export async function openFeed(lake: Lake, request: FeedRequest): Promise<OpenedFeed> {
  const manifests = lake.list()
  const range: Range = { from: request.from ?? Number.NEGATIVE_INFINITY, to: request.to ?? Number.POSITIVE_INFINITY }

  const market = request.data.map(item => ({ item, sources: sourcesOf(oneBasis(manifests, item, request), item, range) }))
  for (const { item, sources } of market) if (sources.length === 0) throw missing(item, request, manifests)
  // Facts follow the market: without a stated start or end, those before its first event are history, those after its last are not read.
  const partitions = market.flatMap(({ sources }) => sources.map(({ partition }) => partition))
  const start =
    request.from ??
    least(
      partitions.map(partition => partition.firstTime),
      Number.NEGATIVE_INFINITY,
    )
  const end =
    request.to ??
    most(
      partitions.map(partition => partition.lastTime + 1),
      Number.POSITIVE_INFINITY,
    )

  const releases = request.macro.flatMap(series => factSources(manifests, { wanted: { kind: 'release', series }, request, end }))
  const calendar = request.calendar ? factSources(manifests, { wanted: { kind: 'calendar' }, request, end }) : []
  const used = [...market.flatMap(({ sources }) => sources), ...releases, ...calendar]
  const facts = await factsOf(lake, { releases, calendar, end })
  const factsOutliveMarket =
    market.length === 0 || (request.to !== undefined && request.data.every(item => item.limit === undefined))

  async function* batches(): AsyncGenerator<readonly FeedEvent[]> {
    const connections: DuckDBConnection[] = []
    const lanes: LaneSource[] = [
      {
        batches: inOne(facts.filter(fact => fact.receivedTime >= start)),
        group: { left: Number.POSITIVE_INFINITY, leads: factsOutliveMarket },
      },
    ]
    try {
      for (const { item, sources } of market) {
        const group: Group = { left: item.limit ?? Number.POSITIVE_INFINITY, leads: true }
        for (const lane of lanesOf(sources)) {
          const connection = await lake.connect()
          connections.push(connection)
          lanes.push({ batches: marketBatches(lake.root, connection, { item, sources: lane, range }), group })
        }
      }
      yield* merge(lanes)
    } finally {
      for (const connection of connections) connection.closeSync()
    }
  }

  return {
    feed: { batches },
    known: facts.filter(fact => fact.receivedTime < start),
    coverage: coverageOf(used),
    dataHash: hashOf(request, used),
    instruments: instrumentsOf(used),
  }
}

/**
 * Bars of quotes and bars of trades of the same minutes are two stories of one market: a run reads one of them, the one
 * its strategy asks for, else that of quotes, which knows both sides.
 */
function oneBasis(manifests: readonly Manifest[], item: DataRequest, { strategies = [] }: FeedRequest): readonly Manifest[] {
  if (item.kind !== 'bar') return manifests
  const mine = manifests.filter(({ kind, instrument }) => kind === 'bar' && instrument?.id === item.instrument)
  const price = strategies.find(({ instrument }) => instrument === item.instrument)?.price ?? 'bid'
  const wanted = price === 'trade' ? 'trade' : 'bid'
  return mine.some(({ basis }) => basis === wanted) ? mine.filter(({ basis = wanted }) => basis === wanted) : mine
}

/** Partitions of the item that touch the range, oldest first. */
function sourcesOf(manifests: readonly Manifest[], item: DataRequest, range: Range): Source[] {
  return manifests
    .filter(
      ({ kind, instrument, resolution }) =>
        kind === item.kind && instrument?.id === item.instrument && (kind !== 'bar' || resolution === item.bar),
    )
    .flatMap(manifest => manifest.partitions.map(partition => ({ manifest, partition })))
    .filter(({ partition }) => partition.lastTime >= range.from && partition.firstTime < range.to)
    .sort((a, b) => a.partition.firstTime - b.partition.firstTime || a.partition.firstSequence - b.partition.firstSequence)
}

/** Partitions with facts known before the end of the range: the older ones are its history. */
function factSources(
  manifests: readonly Manifest[],
  { wanted, request, end }: { readonly wanted: WantedFacts; readonly request: FeedRequest; readonly end: number },
): Source[] {
  const found = manifests
    .filter(({ kind, series }) => kind === wanted.kind && (wanted.kind === 'calendar' || series === wanted.series))
    .flatMap(manifest => manifest.partitions.map(partition => ({ manifest, partition })))
  if (found.length === 0) throw missing(wanted, request, manifests)

  const lead = wanted.kind === 'calendar' ? ANNOUNCED_BEFORE : 0
  return found.filter(({ partition }) => partition.firstTime - lead < end)
}

/** Files that follow one another share a lane; files that overlap in time get lanes of their own, to be merged. */
function lanesOf(sources: readonly Source[]): Source[][] {
  const lanes: Source[][] = []
  for (const source of sources) {
    const lane = lanes.find(lane => lane.at(-1)!.partition.lastTime <= source.partition.firstTime)
    if (lane) lane.push(source)
    else lanes.push([source])
  }
  return lanes
}

interface LaneRequest {
  readonly item: DataRequest
  readonly sources: readonly Source[]
  readonly range: Range
}

async function* marketBatches(
  root: string,
  connection: DuckDBConnection,
  { item, sources, range }: LaneRequest,
): AsyncGenerator<readonly FeedEvent[]> {
  for (const { manifest, partition } of sources) {
    const decoder = decoderOf(item.kind, {
      instrumentId: item.instrument,
      provenance: Object.freeze({ ...manifest.provenance }),
      bidOnly: item.prices === 'bid',
    })
    const path = filePath(root, partition.file)
    const sql = `SELECT ${selectColumns(item.kind)} FROM read_parquet(${sqlText(path)})${bounds(partition, range)}`
    for await (const chunk of chunks(connection, sql, path)) yield decoder.decode(chunk)
    yield decoder.flush()
  }
}

/** Only what is needed: a file inside the range and in order is read straight through. */
function bounds(partition: Partition, range: Range): string {
  const conditions: string[] = []
  if (partition.firstTime < range.from) conditions.push(`received_time >= ${range.from}`)
  if (partition.lastTime >= range.to) conditions.push(`received_time < ${range.to}`)
  const where = conditions.length > 0 ? ` WHERE ${conditions.join(' AND ')}` : ''
  return where + (partition.ordered ? '' : ' ORDER BY received_time, sequence')
}

/** All releases and calendar entries known before `end`, in order: some ten thousand, so they are simply held. */
async function factsOf(
  lake: Lake,
  {
    releases,
    calendar,
    end,
  }: { readonly releases: readonly Source[]; readonly calendar: readonly Source[]; readonly end: number },
): Promise<FeedEvent[]> {
  if (releases.length + calendar.length === 0) return []
  const connection = await lake.connect()
  try {
    const facts = [
      ...(await readReleases(lake.root, connection, releases)),
      ...(await readCalendar(lake.root, connection, calendar)),
    ]
    return facts.filter(fact => fact.receivedTime < end).sort((a, b) => a.receivedTime - b.receivedTime)
  } finally {
    connection.closeSync()
  }
}

async function* inOne(events: readonly FeedEvent[]): AsyncGenerator<readonly FeedEvent[]> {
  yield events
}

function hashOf(request: FeedRequest, used: readonly Source[]): string {
  const { from, to, data, macro, calendar } = request
  const items = data.map(({ instrument, kind, bar, prices, limit }) => [instrument, kind, bar ?? null, prices, limit ?? null])
  const files = used.map(({ partition }) => partition.sha256)
  return sha256OfText(JSON.stringify({ from: from ?? null, to: to ?? null, items, macro, calendar, files }))
}

function instrumentsOf(used: readonly Source[]): ReadonlyMap<string, Instrument> {
  const found = new Map<string, Instrument>()
  for (const { manifest } of used) if (manifest.instrument) found.set(manifest.instrument.id, instrument(manifest.instrument))
  return found
}

const least = (values: readonly number[], none: number): number => values.reduce((a, b) => Math.min(a, b), values[0] ?? none)
const most = (values: readonly number[], none: number): number => values.reduce((a, b) => Math.max(a, b), values[0] ?? none)
