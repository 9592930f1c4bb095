// The lake as the server reads it: manifests known anew when one is added, few queries at a time, heavy answers kept.
import { statSync } from 'node:fs'
import { join } from 'node:path'
import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api'
import { Lake } from '../../../adapters/lake/lake.ts'
import { unreadable } from '../../../adapters/lake/lake-error.ts'
import { MANIFEST_FOLDER } from '../../../adapters/lake/layout.ts'
import { type Manifest, readManifests } from '../../../adapters/lake/manifest.ts'
import type { InstrumentSpec } from '../../../domain/instrument.ts'
import { Failure } from '../../failure.ts'
import { lakeFolder } from '../../home.ts'

/** DuckDB works in threads of its own; two leave a core for those who wait for something small. */
const AT_ONCE = 2
const WAITING_MAX = 200
/** An import adds a manifest for each file: the list is read again at most this often. */
const LOOK_MILLIS = 2_000
const ANSWERS_KEPT = 500

/** One question's connection: rows as plain numbers and texts. */
export type Ask = (sql: string, about: string) => Promise<DuckDBValue[][]>

export class LakeView {
  readonly #lake: Lake
  readonly #answers = new Map<string, Promise<unknown>>()
  readonly #waiting: (() => void)[] = []
  #running = 0
  #manifests: readonly Manifest[] = []
  #byInstrument: ReadonlyMap<string, readonly Manifest[]> = new Map()
  #state = 'unread'
  #looked = Number.NEGATIVE_INFINITY

  constructor(home: string) {
    this.#lake = new Lake(lakeFolder(home))
  }

  get root(): string {
    return this.#lake.root
  }

  /** Oldest data first. A damaged manifest is passed over here: `quadrant data verify` speaks of it. */
  manifests(): readonly Manifest[] {
    this.#look()
    return this.#manifests
  }

  /** The same of one instrument. */
  manifestsOf(instrument: string): readonly Manifest[] {
    this.#look()
    return this.#byInstrument.get(instrument) ?? []
  }

  /** Ids of everything that has a price. */
  instruments(): string[] {
    this.#look()
    return [...this.#byInstrument.keys()]
  }

  /** Its record as it was imported; undefined where the lake has nothing of it. */
  specOf(instrument: string): InstrumentSpec | undefined {
    return this.manifestsOf(instrument)[0]?.instrument ?? undefined
  }

  /** Changes whenever something was imported: answers of another state are void. */
  get state(): string {
    this.#look()
    return this.#state
  }

  /** Runs `work` with a connection of its own, when its turn comes. Throws Failure LAKE_QUERIES_BUSY when too many wait. */
  async ask<Answer>(work: (ask: Ask) => Promise<Answer>): Promise<Answer> {
    return this.inTurn(async lake => {
      const connection = await lake.connect()
      try {
        return await work((sql, about) => rowsOf(connection, sql, about))
      } finally {
        connection.closeSync()
      }
    })
  }

  /** The same for what opens its connections itself. */
  async inTurn<Answer>(work: (lake: Lake) => Promise<Answer>): Promise<Answer> {
    if (this.#waiting.length >= WAITING_MAX) {
      throw new Failure('LAKE_QUERIES_BUSY', {
        message: `${WAITING_MAX} questions to the lake are waiting already`,
        fix: 'ask again in a moment, for a shorter span of time or for fewer rows',
      })
    }
    if (this.#running >= AT_ONCE) await new Promise<void>(turn => this.#waiting.push(turn))
    else this.#running += 1
    try {
      return await work(this.#lake)
    } finally {
      const next = this.#waiting.shift()
      // Whoever waited takes over the place; nobody new can slip in between.
      if (next === undefined) this.#running -= 1
      else next()
    }
  }

  /** The answer to this question about the lake as it is now; asked once, however many ask at the same time. */
  kept<Answer>(question: string, make: () => Promise<Answer>): Promise<Answer> {
    this.#look()
    const known = this.#answers.get(question) as Promise<Answer> | undefined
    if (known !== undefined) {
      // Asked again last, so forgotten last.
      this.#answers.delete(question)
      this.#answers.set(question, known)
      return known
    }

    const answer = make()
    this.#answers.set(question, answer)
    answer.catch(() => {
      if (this.#answers.get(question) === answer) this.#answers.delete(question)
    })
    if (this.#answers.size > ANSWERS_KEPT) this.#answers.delete(this.#answers.keys().next().value!)
    return answer
  }

  close(): void {
    this.#lake.close()
  }

  #look(): void {
    const now = performance.now()
    if (now - this.#looked < LOOK_MILLIS) return
    this.#looked = now
    const state = folderState(join(this.root, MANIFEST_FOLDER))
    if (state === this.#state) return
    this.#state = state
    this.#answers.clear()
    this.#manifests = readManifests(this.root, () => undefined)
    const priced = this.#manifests.filter(({ instrument }) => instrument !== null)
    this.#byInstrument = Map.groupBy(priced, ({ instrument }) => instrument!.id)
  }
}

/** A manifest is put in its place by a rename, which the folder's own time tells. */
function folderState(folder: string): string {
  try {
    return String(statSync(folder, { bigint: true }).mtimeNs)
  } catch {
    return 'absent'
  }
}

/** Throws LakeError LAKE_FILE_DAMAGED. `about` is the file, or what was asked. */
export async function rowsOf(connection: DuckDBConnection, sql: string, about: string): Promise<DuckDBValue[][]> {
  try {
    return (await connection.runAndReadAll(sql)).getRows()
  } catch (error) {
    throw unreadable(error, about)
  }
}
