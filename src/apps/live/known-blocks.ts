// What this home has recorded, as fingerprints: a recording that is played as if it lived is known again.
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { Recording } from '../../adapters/recording/recording-reader.ts'
import { instrument } from '../../domain/instrument.ts'
import type { Quote, Trade } from '../../domain/market.ts'
import { RecordedBlocks } from '../../guard/provenance/recorded-blocks.ts'
import { isExplained } from '../failure.ts'
import { recordingsFolder } from '../home.ts'

/** A start must not wait long for it: about a second, and sixteen megabytes. */
const TICKS_MAX = 500_000

/** Of the newest recordings, as many as fit. One that cannot be read is left out. */
export async function knownBlocks(home: string): Promise<RecordedBlocks> {
  const folder = recordingsFolder(home)
  const known = new RecordedBlocks(TICKS_MAX)
  const names = existsSync(folder) ? readdirSync(folder) : []
  // A recording's name ends with the time it began.
  const newest = names.sort((a, b) => startOf(b).localeCompare(startOf(a)))
  let left = TICKS_MAX
  for (const name of newest) {
    if (left <= 0) break
    try {
      left -= await learn(known, new Recording(join(folder, name)), left)
    } catch (error) {
      if (!isExplained(error)) throw error
    }
  }
  return known
}

const startOf = (name: string): string => name.slice(name.lastIndexOf('-') + 1)

async function learn(known: RecordedBlocks, recording: Recording, most: number): Promise<number> {
  const ticks = new Map(recording.manifest.instruments.map(({ spec }) => [spec.id, instrument(spec).tick]))
  const readers = new Map<string, (event: Quote | Trade) => void>()
  let learned = 0
  for await (const batch of recording.batches()) {
    for (const input of batch) {
      if (input.kind !== 'event') continue
      const { event } = input
      if (event.kind !== 'quote' && event.kind !== 'trade') continue
      const key = `${event.kind} ${event.instrumentId} ${event.provenance.source}`
      let read = readers.get(key)
      if (read === undefined) {
        const { kind, instrumentId } = event
        read = known.reader({ kind, instrumentId, tick: ticks.get(instrumentId) ?? 1 })
        readers.set(key, read)
      }
      read(event)
      learned += 1
    }
    if (learned >= most) break
  }
  return learned
}
