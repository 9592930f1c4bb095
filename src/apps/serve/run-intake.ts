// Takes finished runs into the database as they appear, and what living runs say as they say it.
import { type FSWatcher, readdirSync, watch } from 'node:fs'
import type { LivingRows, Projection } from '../../adapters/database/projection.ts'
import { makeFolder } from '../../adapters/lake/durable.ts'
import type { Topic } from '../../wire/topics.ts'
import { runsFolder } from '../home.ts'
import { runContent, runFingerprint } from './run-content.ts'

export interface RunIntakeOptions {
  readonly home: string
  readonly projection: Pick<Projection, 'ingest' | 'keep' | 'forget' | 'fingerprints'>
  /** A folder that cannot be taken in, or rows that could not be kept. The next look tries again. */
  readonly failed: (what: string, error: unknown) => void
}

/** Folders are watched where the system can; the look around is for where it cannot. */
const LOOK_MILLIS = 5_000
const KEEP_MILLIS = 250
/** Rows that may wait for a slow database: a run's folder brings them all again when it ends. */
const PENDING_MAX = 20_000

const KEPT = ['orders', 'fills', 'trades', 'signals', 'opinions', 'accounts'] as const
type KeptTopic = (typeof KEPT)[number]
type Pending = { [Name in KeptTopic]: Map<string, object> }

export class RunIntake {
  readonly #options: RunIntakeOptions
  readonly #known = new Map<string, string>()
  readonly #timers: readonly NodeJS.Timeout[]
  #watch: FSWatcher | undefined
  #looking: Promise<void> = Promise.resolve()
  #pending = noRows()
  #keeping: Promise<void> = Promise.resolve()
  #closed = false

  private constructor(options: RunIntakeOptions) {
    this.#options = options
    const folder = runsFolder(options.home)
    makeFolder(folder)
    try {
      this.#watch = watch(folder, () => void this.look())
      this.#watch.on('error', () => this.#watch?.close())
      this.#watch.unref()
    } catch {
      // Not every file system can be watched.
    }
    this.#timers = [
      setInterval(() => void this.look(), LOOK_MILLIS).unref(),
      setInterval(() => void this.settled(), KEEP_MILLIS).unref(),
    ]
  }

  /** What was there is taken in in the background: `look` waits for it. */
  static async open(options: RunIntakeOptions): Promise<RunIntake> {
    const intake = new RunIntake(options)
    for (const [run, fingerprint] of await options.projection.fingerprints()) intake.#known.set(run, fingerprint)
    void intake.look()
    return intake
  }

  /** Takes in every folder that is new or changed by now. Never throws. */
  look(): Promise<void> {
    const { failed } = this.#options
    this.#looking = this.#looking
      .then(() => this.#lookOnce())
      .catch(error => failed('the folder of runs could not be looked at', error))
    return this.#looking
  }

  /** A row of a living run: the newest of its key is kept. */
  take(topic: Topic, rows: readonly object[]): void {
    const pending = this.#pending[topic as KeptTopic]
    if (pending === undefined) return
    for (const row of rows) pending.set(keyOf(topic, row as { key: string; time?: string }), row)
    for (const key of pending.keys()) {
      if (pending.size <= PENDING_MAX) break
      pending.delete(key)
    }
  }

  /** Resolves when every row taken by now can be asked for. Never throws. */
  settled(): Promise<void> {
    if (KEPT.every(topic => this.#pending[topic].size === 0)) return this.#keeping
    const pending = this.#pending
    this.#pending = noRows()
    this.#keeping = this.#keeping.then(() => this.#keep(pending))
    return this.#keeping
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#watch?.close()
    for (const timer of this.#timers) clearInterval(timer)
    await this.#looking
    await this.settled()
  }

  async #lookOnce(): Promise<void> {
    const { home, projection, failed } = this.#options
    const there = new Set<string>()
    for (const id of foldersIn(runsFolder(home))) {
      if (this.#closed) return
      const fingerprint = runFingerprint(home, id)
      if (fingerprint === undefined) continue
      there.add(id)
      if (this.#known.get(id) === fingerprint) continue
      try {
        const content = runContent(home, id)
        if (content !== undefined) await projection.ingest(content)
      } catch (error) {
        failed(`the run ${id} could not be taken into the database`, error)
      }
      // One that cannot be read is not read again until it changes.
      this.#known.set(id, fingerprint)
    }
    const left = [...this.#known.keys()].filter(known => !there.has(known))
    // Read once more: one that is being replaced was away for an instant.
    const now = left.length === 0 ? [] : readNames(runsFolder(home))
    for (const id of left.filter(known => !now.some(name => name === known || name.startsWith(`.${known}.`)))) {
      this.#known.delete(id)
      await projection.forget(id).catch(error => failed(`the run ${id} could not be taken out of the database`, error))
    }
  }

  async #keep(pending: Pending): Promise<void> {
    const rows = Object.fromEntries(KEPT.map(topic => [topic, [...pending[topic].values()]])) as LivingRows
    await this.#options.projection.keep(rows).catch(error => this.#options.failed('rows of living runs could not be kept', error))
  }
}

const noRows = (): Pending => ({
  orders: new Map(),
  fills: new Map(),
  trades: new Map(),
  signals: new Map(),
  opinions: new Map(),
  accounts: new Map(),
})

/** Every opinion of an instrument is kept, not only its newest. */
const keyOf = (topic: Topic, { key, time }: { readonly key: string; readonly time?: string }): string =>
  topic === 'opinions' ? `${key} ${time}` : key

const foldersIn = (folder: string): string[] => readNames(folder).filter(name => !name.startsWith('.'))

function readNames(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
