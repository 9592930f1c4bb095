// What a recording says of itself: whose instruments, which segments, how it began and ended.
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SourceError } from '../../connectivity/source-error.ts'
import type { InstrumentSpec } from '../../domain/instrument.ts'
import type { SegmentFigures } from './segment-writer.ts'

export const MANIFEST_FILE = 'recording.json'

/** The version of the line formats (docs/data-formats.md). */
export const RECORDING_VERSION = 1

export interface RecordedInstrument {
  readonly spec: InstrumentSpec
  /** In order of preference. */
  readonly sources: readonly { readonly source: string; readonly symbol: string }[]
}

export interface RecordingManifest {
  readonly version: number
  readonly id: string
  readonly name: string
  /** ISO, UTC. */
  readonly started: string
  /** Empty while it runs, and after a crash. */
  readonly ended: string
  readonly environment: string
  readonly instruments: readonly RecordedInstrument[]
  readonly configHash: string
  /** As YAML, for a replay and for people. */
  readonly configuration: string
  /** The journal's sequence this run went on from: above zero, a replay of this recording alone begins elsewhere. */
  readonly continuedFrom: number
  readonly events: readonly SegmentFigures[]
  readonly frames: readonly SegmentFigures[]
  /** Frames that were not kept because the disk was too slow. Events are never dropped. */
  readonly framesDropped: number
  /** The engine's state hash at the end: what a replay must reach. Empty when not ended. */
  readonly stateHash: string
}

/** Whole or not at all. */
export function writeManifest(folder: string, manifest: RecordingManifest): void {
  const path = join(folder, MANIFEST_FILE)
  writeFileSync(`${path}.tmp`, `${JSON.stringify(manifest, null, 2)}\n`, { flush: true })
  renameSync(`${path}.tmp`, path)
}

/** Throws SourceError RECORDING_NOT_FOUND, RECORDING_UNREADABLE. */
export function readManifest(folder: string): RecordingManifest {
  let text: string
  try {
    text = readFileSync(join(folder, MANIFEST_FILE), 'utf8')
  } catch (error) {
    const missing = ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')
    throw new SourceError(missing ? 'RECORDING_NOT_FOUND' : 'RECORDING_UNREADABLE', {
      message: missing ? `there is no recording at '${folder}'` : `'${folder}' cannot be read: ${(error as Error).message}`,
      fix: 'give the folder of a recording, the one that holds recording.json; `quadrant data record --list` shows them',
    })
  }
  try {
    const manifest = JSON.parse(text) as RecordingManifest
    if (manifest.version === RECORDING_VERSION && Array.isArray(manifest.events) && Array.isArray(manifest.instruments))
      return manifest
  } catch {
    // Told below, as the same thing.
  }
  throw new SourceError('RECORDING_UNREADABLE', {
    message: `${MANIFEST_FILE} in '${folder}' is not that of a recording of version ${RECORDING_VERSION}`,
    fix: 'use a recording made by this version, or read its raw frames with `quadrant data import capture`',
  })
}
