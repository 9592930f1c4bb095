// The recordings of a state folder: what living runs and `data record` kept of their feeds.
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { MANIFEST_FILE, readManifest } from '../../adapters/recording/recording-manifest.ts'
import type { ReplyOf } from '../../wire/contract.ts'
import { Failure } from '../failure.ts'
import { recordingsFolder } from '../home.ts'
import { didYouMean } from '../suggest.ts'

type Line = ReplyOf<'GET /configurations'>['recordings'][number]

/** Newest first; what cannot be read is left out. */
export const recordingLines = (home: string): Line[] =>
  namesIn(home)
    .flatMap(name => lineOf(home, name) ?? [])
    .sort((a, b) => (a.started < b.started ? 1 : -1))

/** The folder of that name. Throws Failure RECORDING_NOT_FOUND. */
export function recordingFolder(home: string, name: string): string {
  const folder = join(recordingsFolder(home), name)
  if (existsSync(join(folder, MANIFEST_FILE))) return folder
  throw new Failure('RECORDING_NOT_FOUND', {
    message: `there is no recording '${name}'.${didYouMean(name, namesIn(home))}`,
    fix: 'take a name of GET /api/v1/configurations; a paper run makes one, and so does `quadrant data record`',
  })
}

function lineOf(home: string, name: string): Line | undefined {
  try {
    const { name: configuration, instruments, environment, started, ended } = readManifest(join(recordingsFolder(home), name))
    return {
      ...{ name, configuration, environment, started },
      instruments: instruments.map(({ spec }) => spec.id),
      ended: ended === '' ? null : ended,
    }
  } catch {
    return undefined
  }
}

function namesIn(home: string): string[] {
  try {
    return readdirSync(recordingsFolder(home)).filter(name => /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name))
  } catch {
    return []
  }
}
