// What this home has recorded and imported, as fingerprints: a tape that is played as if it lived is known again.
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { openFeed } from '../../adapters/lake/feed.ts'
import { Lake } from '../../adapters/lake/lake.ts'
import type { Manifest } from '../../adapters/lake/manifest.ts'
import { Recording } from '../../adapters/recording/recording-reader.ts'
import type { LiveEvent } from '../../domain/event.ts'
import { type InstrumentSpec, instrument } from '../../domain/instrument.ts'
import type { Quote, Trade } from '../../domain/market.ts'
import type { Micros } from '../../domain/numbers.ts'
import { RecordedBlocks } from '../../guard/provenance/recorded-blocks.ts'
import { isExplained } from '../failure.ts'
import { lakeFolder, recordingsFolder } from '../home.ts'

/** A start must not wait long for it: some seconds, and a hundred megabytes at most. */
const TICKS_MAX = 2 ** 21
/** Of them for recordings. */
const RECORDED_MAX = 500_000

export interface WhatToKnow {
  /** Ticks of these in the lake are known as well. */
  readonly instruments: readonly string[]
  /** Folders of recordings from elsewhere. */
  readonly recordings?: readonly string[]
}

/** Of the newest recordings, and of the newest ticks in the lake, as many as fit. What cannot be read is left out. */
export async function knownBlocks(home: string, { instruments, recordings = [] }: WhatToKnow): Promise<RecordedBlocks> {
  const folder = recordingsFolder(home)
  // A recording's name ends with the time it began.
  const names = existsSync(folder) ? readdirSync(folder).sort((a, b) => startOf(b).localeCompare(startOf(a))) : []
  const held = heldTicks(home, instruments)
  const known = new RecordedBlocks(held.length === 0 && recordings.length === 0 ? RECORDED_MAX : TICKS_MAX)
  let left = TICKS_MAX
  for (const path of recordings) left -= await learnRecording(known, new Recording(path), left)

  let leftToRecordings = Math.min(left, RECORDED_MAX)
  for (const name of names) {
    if (leftToRecordings <= 0) break
    const learned = await unlessUnreadable(() => learnRecording(known, new Recording(join(folder, name)), leftToRecordings))
    leftToRecordings -= learned
    left -= learned
  }
  // Each stream gets its share, the later ones what those before left over.
  for (const [at, ticks] of held.entries()) {
    const share = Math.floor(left / (held.length - at))
    left -= await unlessUnreadable(() => learnLake(known, home, ticks, share))
  }
  return known
}

const startOf = (name: string): string => name.slice(name.lastIndexOf('-') + 1)

async function unlessUnreadable(learn: () => Promise<number>): Promise<number> {
  try {
    return await learn()
  } catch (error) {
    if (!isExplained(error)) throw error
    return 0
  }
}

async function learnRecording(known: RecordedBlocks, recording: Recording, most: number): Promise<number> {
  const learner = new Learner(
    known,
    recording.manifest.instruments.map(({ spec }) => spec),
  )
  for await (const batch of recording.batches()) {
    for (const input of batch) if (input.kind === 'event') learner.see(input.event)
    if (learner.learned >= most) break
  }
  return learner.learned
}

/** The quotes, or the trades, of one instrument in the lake. */
interface HeldTicks {
  readonly spec: InstrumentSpec
  readonly kind: 'quote' | 'trade'
  readonly manifests: readonly Manifest[]
}

function heldTicks(home: string, instruments: readonly string[]): readonly HeldTicks[] {
  const folder = lakeFolder(home)
  if (!existsSync(folder)) return []
  const all = new Lake(folder).list()
  return instruments.flatMap(id =>
    (['quote', 'trade'] as const).flatMap(kind => {
      const manifests = all.filter(one => one.kind === kind && one.instrument?.id === id)
      const spec = manifests[0]?.instrument
      return spec ? [{ spec, kind, manifests }] : []
    }),
  )
}

async function learnLake(
  known: RecordedBlocks,
  home: string,
  { spec, kind, manifests }: HeldTicks,
  most: number,
): Promise<number> {
  const learner = new Learner(known, [spec])
  const lake = new Lake(lakeFolder(home))
  try {
    const data = [{ instrument: spec.id, kind, bar: undefined, prices: 'both' as const, limit: undefined }]
    const { feed } = await openFeed(lake, { from: newest(manifests, most), to: undefined, data, macro: [], calendar: false })
    for await (const batch of feed.batches()) {
      for (const event of batch) learner.see(event)
      if (learner.learned >= most) break
    }
  } finally {
    lake.close()
  }
  return learner.learned
}

/** Since when there are about so many ticks. */
function newest(manifests: readonly Manifest[], most: number): Micros {
  const partitions = manifests.flatMap(manifest => manifest.partitions).sort((a, b) => b.firstTime - a.firstTime)
  let left = most
  let from = Number.POSITIVE_INFINITY
  for (const { firstTime, events } of partitions) {
    if (left < events && from < Number.POSITIVE_INFINITY) break
    left -= events
    from = firstTime
  }
  return from as Micros
}

/** One past: its streams learned each by itself. */
class Learner {
  readonly #known: RecordedBlocks
  readonly #ticks: ReadonlyMap<string, number>
  readonly #readers = new Map<string, (event: Quote | Trade) => void>()
  learned = 0

  constructor(known: RecordedBlocks, specs: readonly InstrumentSpec[]) {
    this.#known = known
    this.#ticks = new Map(specs.map(spec => [spec.id, instrument(spec).tick]))
  }

  see(event: LiveEvent): void {
    if (event.kind !== 'quote' && event.kind !== 'trade') return
    const { kind, instrumentId, provenance } = event
    const key = `${kind} ${instrumentId} ${provenance.source}`
    let read = this.#readers.get(key)
    if (read === undefined) {
      read = this.#known.reader({ kind, instrumentId, tick: this.#ticks.get(instrumentId) ?? 1 })
      this.#readers.set(key, read)
    }
    read(event)
    this.learned += 1
  }
}
