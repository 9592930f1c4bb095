// What the lake knows of one imported dataset. A Parquet file counts only once a manifest names it.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { InstrumentSpec } from '../../domain/instrument.ts'
import type { PriceBasis } from '../../domain/market.ts'
import type { Provenance } from '../../domain/provenance.ts'
import { sha256OfText, writeDurably } from './durable.ts'
import { LakeError } from './lake-error.ts'
import { type LakeKind, MANIFEST_FOLDER, type Subject, safe, subjectName } from './layout.ts'

export interface Partition {
  /** Relative to the lake, with forward slashes. */
  readonly file: string
  /** Rows of the Parquet file; of a book one per level, otherwise one per event. */
  readonly rows: number
  readonly events: number
  /** Received times, microseconds UTC. */
  readonly firstTime: number
  readonly lastTime: number
  readonly firstSequence: number
  readonly lastSequence: number
  /** Rows are in order of received time; otherwise the reader sorts. */
  readonly ordered: boolean
  readonly bytes: number
  readonly sha256: string
}

export interface Manifest {
  readonly version: 1
  /** A function of the source file's checksum and the subject: the same file twice is the same dataset. */
  readonly id: string
  readonly kind: LakeKind
  readonly instrument: InstrumentSpec | null
  readonly resolution: string | null
  readonly series: string | null
  /** Of bars: what their prices are of. Absent in manifests of other kinds and of older imports. */
  readonly basis?: PriceBasis
  /** `checksum` is the SHA-256 of the source file. */
  readonly provenance: Provenance
  /** Rows of the source: accepted plus quarantined. */
  readonly rows: number
  readonly accepted: number
  readonly quarantined: Readonly<Record<string, number>>
  readonly firstTime: number | null
  readonly lastTime: number | null
  readonly partitions: readonly Partition[]
  readonly quarantine: { readonly file: string; readonly sha256: string } | null
  /** What was assumed in reading: publication lags, rounding. */
  readonly notes: readonly string[]
}

/** The manifest as it lies on disk: with a checksum over all the rest, so that an edit is noticed. */
type SealedManifest = Manifest & { readonly checksum: string }

export const subjectOf = (manifest: Manifest): Subject => ({
  kind: manifest.kind,
  instrumentId: manifest.instrument?.id,
  resolution: manifest.resolution ?? undefined,
  series: manifest.series ?? undefined,
})

export function datasetId(sourceChecksum: string, subject: Subject): string {
  return sha256OfText(`${sourceChecksum} ${subjectName(subject)}`).slice(0, 16)
}

export function manifestPath(root: string, manifest: Pick<Manifest, 'id'>, subject: Subject): string {
  return join(root, MANIFEST_FOLDER, `${safe(subjectName(subject))}-${manifest.id}.json`)
}

export async function writeManifest(root: string, manifest: Manifest): Promise<void> {
  const sealed: SealedManifest = { ...manifest, checksum: seal(manifest) }
  await writeDurably(manifestPath(root, manifest, subjectOf(manifest)), `${JSON.stringify(sealed, null, 2)}\n`)
}

/** All manifests, oldest data first. `onFault` hears of files that are damaged; without it they are an error. */
export function readManifests(root: string, onFault?: (file: string, fault: string) => void): Manifest[] {
  const folder = join(root, MANIFEST_FOLDER)
  const manifests: Manifest[] = []

  // Read synchronously: hundreds of small files take a fifth of the time they take one promise after the other.
  for (const name of namesIn(folder)) {
    const manifest = open(readFileSync(join(folder, name), 'utf8'))
    if (typeof manifest !== 'string') manifests.push(manifest)
    else if (onFault) onFault(`${MANIFEST_FOLDER}/${name}`, manifest)
    else throw damaged(join(folder, name), manifest)
  }
  return manifests.sort((a, b) => (a.firstTime ?? 0) - (b.firstTime ?? 0) || (a.id < b.id ? -1 : 1))
}

/** An absent folder is an empty lake; any other trouble is trouble. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter(name => name.endsWith('.json'))
      .sort()
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
}

function open(text: string): Manifest | string {
  let sealed: SealedManifest
  try {
    sealed = JSON.parse(text) as SealedManifest
  } catch {
    return 'is no valid JSON'
  }
  if (sealed === null || typeof sealed !== 'object' || sealed.version !== 1) return 'is of an unknown version'
  const { checksum, ...manifest } = sealed
  return checksum === seal(manifest) ? manifest : 'was edited: its checksum does not match'
}

const seal = (manifest: Manifest): string => sha256OfText(JSON.stringify(manifest))

function damaged(path: string, fault: string): LakeError {
  return new LakeError(
    'LAKE_MANIFEST_DAMAGED',
    `The manifest ${path} ${fault}.`,
    'Run `quadrant data verify` to see what is affected; delete the manifest and import its source file again.',
  )
}
