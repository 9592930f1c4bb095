// Answers worth keeping: memory first, then a level that other processes share. What it gives says whether it is fresh.
import { type Micros, micros } from '../domain/numbers.ts'
import type { Clock } from './clock.ts'

/** Text with the time it was true at, by the clock of who wrote it. */
export interface Kept {
  readonly value: string
  readonly storedTime: Micros
}

/** The second level. May fail and may be slow; may forget at any time; never the only place of anything. */
export interface CacheLevel {
  /** Undefined for what is not there, or cannot be read. */
  get(key: string): Promise<Kept | undefined>
  set(key: string, kept: Kept, keepMillis: number): Promise<void>
  remove(key: string): Promise<void>
  close(): Promise<void>
}

export interface Freshness {
  /** So long it may be used as if it were new. */
  readonly freshMillis: number
  /** So long, beyond that, it may be shown as stale when a new one cannot be had. */
  readonly staleMillis: number
}

export type Cached =
  | { readonly state: 'fresh'; readonly value: string; readonly storedTime: Micros }
  /** Read-only knowledge of before: `reason` says why there is no newer. */
  | { readonly state: 'stale'; readonly value: string; readonly storedTime: Micros; readonly reason: string }

/** A writer's clock that is ahead of ours by more than this cannot be believed. */
const CLOCK_SLACK_MICROS = 2_000_000

export class TwoLevelCache {
  readonly #clock: Clock
  readonly #second: CacheLevel | undefined
  readonly #entriesMax: number
  /** Least recently used first. */
  readonly #memory = new Map<string, Kept>()
  readonly #loading = new Map<string, Promise<Cached>>()

  constructor({
    clock,
    second,
    entriesMax = 10_000,
  }: {
    readonly clock: Clock
    readonly second?: CacheLevel
    readonly entriesMax?: number
  }) {
    this.#clock = clock
    this.#second = second
    this.#entriesMax = entriesMax
  }

  /**
   * The value, at most `freshMillis` old, loaded by one caller for all who ask meanwhile. Where loading fails, an older one
   * marked stale; where there is none, what `load` threw.
   */
  get(key: string, freshness: Freshness, load: () => Promise<string>): Promise<Cached> {
    const known = this.#fresh(this.#recall(key), freshness)
    if (known !== undefined) return Promise.resolve(known)
    const running = this.#loading.get(key)
    if (running !== undefined) return running.then(cached => this.#aged(cached, freshness))
    const loading = this.#load(key, freshness, load).finally(() => this.#loading.delete(key))
    this.#loading.set(key, loading)
    return loading
  }

  /** Forgotten on both levels. A load under way is not called off, and its value is kept. */
  async remove(key: string): Promise<void> {
    this.#memory.delete(key)
    await this.#second?.remove(key).catch(() => undefined)
  }

  async #load(key: string, freshness: Freshness, load: () => Promise<string>): Promise<Cached> {
    // A second level that fails is one that knows nothing.
    const shared = await this.#second?.get(key).catch(() => undefined)
    const older = newest(this.#recall(key), shared)
    const known = this.#fresh(older, freshness)
    if (known !== undefined) {
      this.#remember(key, known)
      return known
    }
    // The time before asking: an answer is never younger than its question.
    const storedTime = this.#clock.now()
    try {
      const kept = { value: await load(), storedTime }
      this.#remember(key, kept)
      const keepMillis = freshness.freshMillis + freshness.staleMillis
      await this.#second?.set(key, kept, keepMillis).catch(() => undefined)
      return this.#aged({ state: 'fresh', ...kept }, freshness)
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      if (older !== undefined && this.#ageMillis(older) <= freshness.freshMillis + freshness.staleMillis) {
        return { state: 'stale', ...older, reason }
      }
      throw error
    }
  }

  /** Time passes while one waits: what was fresh for the first may be stale for the last. */
  #aged(cached: Cached, { freshMillis }: Freshness): Cached {
    if (cached.state === 'stale' || this.#ageMillis(cached) <= freshMillis) return cached
    return { ...cached, state: 'stale', reason: 'it took longer to get than it stays fresh' }
  }

  #fresh(kept: Kept | undefined, { freshMillis }: Freshness): Cached | undefined {
    if (kept === undefined || this.#ageMillis(kept) > freshMillis) return undefined
    return { state: 'fresh', value: kept.value, storedTime: kept.storedTime }
  }

  /** Infinite for what claims to be of the future: its age is not known. */
  #ageMillis({ storedTime }: Kept): number {
    const age = this.#clock.now() - storedTime
    return age < -CLOCK_SLACK_MICROS ? Number.POSITIVE_INFINITY : Math.max(0, age) / 1000
  }

  #recall(key: string): Kept | undefined {
    const kept = this.#memory.get(key)
    if (kept === undefined) return undefined
    this.#memory.delete(key)
    this.#memory.set(key, kept)
    return kept
  }

  #remember(key: string, { value, storedTime }: Kept): void {
    this.#memory.delete(key)
    this.#memory.set(key, { value, storedTime })
    if (this.#memory.size > this.#entriesMax) this.#memory.delete(this.#memory.keys().next().value!)
  }
}

/** A kept text as it is written: its time, a space, the text. */
export const formatKept = ({ value, storedTime }: Kept): string => `${storedTime} ${value}`

/** Undefined for what is no kept text: another program's key, or damage. */
export function parseKept(text: string): Kept | undefined {
  const match = /^(\d{1,16}) ([\s\S]*)$/.exec(text)
  const time = Number(match?.[1])
  return match === null || !Number.isSafeInteger(time) ? undefined : { value: match[2] ?? '', storedTime: micros(time) }
}

const newest = (a: Kept | undefined, b: Kept | undefined): Kept | undefined =>
  a === undefined || (b !== undefined && b.storedTime > a.storedTime) ? b : a
