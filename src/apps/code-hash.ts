// A fingerprint of the code that decides: two runs are the same run only if this, the configuration and the data agree.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

const SOURCE = resolve(import.meta.dirname, '..')
const DECIDING = ['domain', 'stages', 'engine', 'sdk', 'research', 'adapters/simulated-venue', 'adapters/lake']
/** How a report looks decides nothing. */
const LOOKS = /^report[/\\]/

let known: string | undefined

/** SHA-256 over the sources below floor 4, the venue and the strategy files given. Some hundred small files, read once. */
export function codeHash(strategyFiles: readonly string[]): string {
  known ??= hashOf(DECIDING.flatMap(room => sourcesIn(join(SOURCE, room))))
  return createHash('sha256').update(known).update(hashOf(strategyFiles)).digest('hex')
}

function hashOf(files: readonly string[]): string {
  const hash = createHash('sha256')
  for (const file of [...files].sort()) hash.update(readFileSync(file)).update('\0')
  return hash.digest('hex')
}

const sourcesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.ts') && !name.endsWith('.test.ts') && !LOOKS.test(name))
    .map(name => join(folder, name))
