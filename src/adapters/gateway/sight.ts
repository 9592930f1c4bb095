// What one reader may see of one topic: rows of the accounts it was given, narrowed to the keys it asked for.
import { createHash } from 'node:crypto'
import { ACCOUNT_TOPICS, type Topic } from '../../wire/topics.ts'
import type { Entry } from './topic-rows.ts'

/** Whose rows a reader sees. Undefined is everybody's. */
export type Accounts = ReadonlySet<string> | undefined

export interface Sight {
  /** Nothing is left out. */
  readonly everything: boolean
  /** Equal for two readers that see the same: frames are shared by it. */
  readonly text: string
  readonly admits: (entry: Entry) => boolean
}

export interface SightOptions {
  readonly keys?: readonly string[] | undefined
  readonly accounts: Accounts
  /** The account of a run, for rows that name only the run. */
  readonly accountOf: (run: string) => string | undefined
}

export function sightOf(topic: Topic, { keys, accounts, accountOf }: SightOptions): Sight {
  const wanted = keys === undefined ? undefined : new Set(keys)
  const given = ACCOUNT_TOPICS.includes(topic) ? accounts : undefined
  const everything = wanted === undefined && given === undefined

  const admits = (entry: Entry): boolean => {
    if (wanted !== undefined && !wanted.has(entry.key) && !wanted.has(wordOf(entry.row['instrument']))) return false
    return given === undefined || isGiven(entry, given, accountOf)
  }
  return { text: everything ? '' : digestOf([wanted, given]), admits, everything }
}

/** A row of an account, of a run's account, or of the house (its run is null), which everybody with the right may see. */
function isGiven({ row }: Entry, given: ReadonlySet<string>, accountOf: SightOptions['accountOf']): boolean {
  const { account, run } = row
  if (typeof account === 'string') return given.has(account)
  if (run === null) return true
  const owner = typeof run === 'string' ? accountOf(run) : undefined
  return owner !== undefined && given.has(owner)
}

const wordOf = (value: unknown): string => (typeof value === 'string' ? value : '')

/** Short, and the same for the same sets. */
export const digestOf = (sets: readonly (ReadonlySet<string> | undefined)[]): string =>
  createHash('sha256')
    .update(JSON.stringify(sets.map(set => (set === undefined ? null : [...set].sort()))))
    .digest('base64url')
    .slice(0, 16)
