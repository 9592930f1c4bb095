// quadrant data score: how good each source of a recording was at its end, and what was wrong with it on the way.
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { Failure } from '../failure.ts'
import { recordingsFolder, stateHome } from '../home.ts'
import { count } from './figures.ts'
import { table } from './table.ts'
import type { Terminal } from './terminal.ts'

export function define(command: Command, terminal: Terminal): void {
  command
    .argument('[recording]', 'a recording, or captured frames; the newest recording when left out')
    .action(async (given: string | undefined) => {
      const home = stateHome()
      const { recordingAt } = await import('../capture/capture-recording.ts')
      const { SOURCES } = await import('../sources.ts')
      const folder = given === undefined ? newest(home) : await recordingAt(given, home, SOURCES)
      const { scoreRecording } = await import('../live/score-recording.ts')
      const scored = await scoreRecording(folder)
      terminal.answer(scored, () =>
        table(
          [
            { title: 'instrument' },
            { title: 'source' },
            { title: 'score', align: 'right' },
            { title: 'parts' },
            { title: 'facts', align: 'right' },
            { title: 'quarantined' },
            { title: 'faults' },
          ],
          scored.sources.map(({ instrument, source, score, parts, facts, quarantined, faults }) => [
            instrument,
            source,
            score.toFixed(3),
            Object.entries(parts)
              .map(([name, part]) => `${name} ${part.toFixed(2)}`)
              .join(' '),
            count(facts),
            reasons(quarantined),
            reasons(faults),
          ]),
        ),
      )
    })
}

function reasons(counts: Readonly<Record<string, number>>): string {
  const entries = Object.entries(counts)
  return entries.length === 0 ? 'none' : entries.map(([reason, times]) => `${count(times)} ${reason}`).join(', ')
}

/** Names begin with what is recorded, so the newest is found by its manifest's start. */
export function newest(home: string): string {
  const root = recordingsFolder(home)
  const names = existsSync(root) ? readdirSync(root) : []
  const byTime = names.toSorted((a, b) => (timeOf(a) < timeOf(b) ? -1 : 1))
  const last = byTime.at(-1)
  if (last !== undefined) return join(root, last)
  throw new Failure('RECORDING_NOT_FOUND', {
    message: `there are no recordings in ${root}`,
    fix: 'make one: quadrant data record kraken BTC/USD --for 10m; or give the folder of one',
  })
}

/** 'paper-crypto-20261121T054434Z' was begun at its last part. */
const timeOf = (name: string): string => name.slice(-16)
