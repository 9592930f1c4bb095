// Does the lake still hold what its manifests say? Recomputes every checksum.
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { sha256OfFile } from './durable.ts'
import type { Lake } from './lake.ts'
import { QUARANTINE_FOLDER, TEMPORARY } from './layout.ts'
import { readManifests } from './manifest.ts'

export interface LakeFault {
  /** Relative to the lake. */
  readonly file: string
  readonly fault: 'missing' | 'changed' | 'manifest' | 'unknown'
  /** What is wrong and what to do, in words. */
  readonly message: string
}

export interface Verification {
  readonly datasets: number
  readonly files: number
  readonly bytes: number
  /** Empty when all is well. */
  readonly faults: readonly LakeFault[]
}

export async function verify(lake: Lake, onProgress?: (done: number, files: number) => void): Promise<Verification> {
  const faults: LakeFault[] = []
  const manifests = readManifests(lake.root, (file, fault) =>
    faults.push({ file, fault: 'manifest', message: `The manifest ${fault}. Delete it and import its source file again.` }),
  )
  const expected: { readonly file: string; readonly sha256: string }[] = manifests.flatMap(({ partitions, quarantine }) => [
    ...partitions,
    ...(quarantine ? [quarantine] : []),
  ])

  let bytes = 0
  for (const [index, { file, sha256 }] of expected.entries()) {
    onProgress?.(index, expected.length)
    const path = join(lake.root, file)
    const found = await stat(path).catch(() => undefined)
    bytes += found?.size ?? 0
    if (!found) {
      faults.push({ file, fault: 'missing', message: 'The file is gone. Delete its manifest and import the source file again.' })
    } else if ((await sha256OfFile(path)) !== sha256) {
      faults.push({
        file,
        fault: 'changed',
        message: 'The file is not what was written. Delete its manifest and import the source file again.',
      })
    }
  }
  onProgress?.(expected.length, expected.length)

  const known = new Set(expected.map(({ file }) => file))
  for (const file of await strangers(lake.root)) {
    if (!known.has(file)) {
      faults.push({
        file,
        fault: 'unknown',
        message: 'No manifest names this file, so nothing reads it. Import its source again, or delete it.',
      })
    }
  }
  return { datasets: manifests.length, files: expected.length, bytes, faults }
}

/** Every data file that lies in the lake, with forward slashes; leftovers of an interrupted import are no concern. */
async function strangers(root: string): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => [])
  return entries
    .filter(entry => entry.isFile() && !entry.name.endsWith(TEMPORARY))
    .map(entry =>
      join(entry.parentPath, entry.name)
        .slice(root.length + 1)
        .replaceAll('\\', '/'),
    )
    .filter(file => file.startsWith('kind=') || file.startsWith(`${QUARANTINE_FOLDER}/`))
    .sort()
}
