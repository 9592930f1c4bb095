// A process of its own that appends to a journal until it is done, fails, or is killed; for lmdb-journal.test.ts.
//
//   node journal-writer.ts DIRECTORY FLUSHES [RECORDS PER FLUSH]
//
// Prints the last sequence after each flush; on an error its code, what the next append says, and what a second opening finds.
import { writeSync } from 'node:fs'
import { JournalError } from '../../src/adapters/journal/journal-error.ts'
import { openJournal } from '../../src/adapters/journal/lmdb-journal.ts'
import { tick } from './ticks.ts'

const [directory = '', flushes = '1', perFlush = '1'] = process.argv.slice(2)
const IDENTITY = { runId: 'r-1', configHash: 'c-1', dataHash: 'd-1' }
const say = (text: string | number): void => void writeSync(1, `${text}\n`)
const codeOf = (error: unknown): string => (error instanceof JournalError ? error.code : String(error))

try {
  const journal = openJournal(directory, IDENTITY)
  let sequence = journal.lastSequence ?? 0
  try {
    for (let flush = 0; flush < Number(flushes); flush++) {
      for (let record = 0; record < Number(perFlush); record++) journal.append(tick(++sequence))
      journal.flush(10 * sequence)
      say(sequence)
    }
  } catch (error) {
    say(codeOf(error))
    try {
      journal.append(tick(sequence + 1))
    } catch (next) {
      say(`then ${codeOf(next)}`)
    }
    await journal.close()
    say(`reopened ${openJournal(directory, IDENTITY, { takeOver: true }).lastSequence}`)
  }
} catch (error) {
  say(codeOf(error))
}
