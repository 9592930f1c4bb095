// The rows of one topic as this browser knows them: snapshot and deltas with their sequence checked, shown once per frame.
import { type Signal, signal } from '@preact/signals'
import type { RowOf, Topic } from '../../src/wire/topics.ts'

/** Rows of a log that are kept; the server has the others. */
const LOG_LIMIT = 1_000

export type TopicState = 'waiting' | 'live' | 'stale'
export type Frame = {
  readonly type: 'snapshot' | 'delta'
  readonly previous?: number
  readonly sequence: number
  readonly rows: readonly unknown[]
  readonly gone?: readonly string[]
}
/** What changed since the last frame: the row, or undefined when it is no more. */
export type Changes<Row> = ReadonlyMap<string, Row | undefined>

export class TopicStore<Name extends Topic> {
  readonly topic: Name
  /** A table's rows by key; a log's by key too (or a running number), oldest first. */
  readonly rows = new Map<string, RowOf<Name>>()
  /** Counts the frames that changed something: read it in a component to be drawn again. */
  readonly version = signal(0)
  /** What changed last: of a log, its newest row. */
  newest: RowOf<Name> | undefined
  readonly state = signal<TopicState>('waiting')
  /** When the newest word came, milliseconds: what a stale page is stale since. */
  readonly heard = signal<number | undefined>(undefined)

  readonly #log: boolean
  readonly #listeners = new Set<(changes: Changes<RowOf<Name>>) => void>()
  readonly #signals = new Map<string, Signal<RowOf<Name> | undefined>>()
  #pending = new Map<string, RowOf<Name> | undefined>()
  #fresh = false
  #sequence: number | undefined
  #count = 0

  constructor(topic: Name, kind: 'table' | 'log') {
    this.topic = topic
    this.#log = kind === 'log'
  }

  /** The last change that is known; undefined before the first snapshot. */
  get sequence(): number | undefined {
    return this.#sequence
  }

  /** Takes a frame; false when something between was missed, and a new snapshot must be asked for. */
  take(frame: Frame): boolean {
    if (frame.type === 'snapshot') {
      this.#pending = new Map()
      this.#fresh = true
    } else if (frame.previous !== this.#sequence) return false

    this.#sequence = frame.sequence
    for (const row of frame.rows) this.#put(row as RowOf<Name>)
    for (const key of frame.gone ?? []) this.#pending.set(key, undefined)
    return true
  }

  /** After the epoch changed or a gap was seen, what follows cannot be put on what is here. */
  forget(): void {
    this.#sequence = undefined
  }

  /** Nothing is known any more: another person signs in. */
  clear(): void {
    this.take({ type: 'snapshot', sequence: 0, rows: [] })
    this.show(0)
    this.forget()
    this.state.value = 'waiting'
    this.heard.value = undefined
    this.newest = undefined
  }

  /** Shows what was taken since the last time. Called once per animation frame. */
  show(now: number): void {
    if (!this.#fresh && this.#pending.size === 0) return
    const changes = this.#pending
    if (this.#fresh) {
      for (const key of this.rows.keys()) if (!changes.has(key)) changes.set(key, undefined)
    }
    this.#pending = new Map()
    this.#fresh = false

    for (const [key, row] of changes) {
      if (row === undefined) this.rows.delete(key)
      else {
        this.rows.set(key, row)
        this.newest = row
      }
    }
    this.#bound()

    this.heard.value = now
    this.state.value = 'live'
    for (const [key, row] of changes) {
      const known = this.#signals.get(key)
      if (known) known.value = row
    }
    for (const listener of this.#listeners) listener(changes)
    this.version.value++
  }

  /** One row as a signal: a cell that reads it is the only thing drawn again. */
  row(key: string): Signal<RowOf<Name> | undefined> {
    let known = this.#signals.get(key)
    if (!known) {
      known = signal(this.rows.get(key))
      this.#signals.set(key, known)
    }
    return known
  }

  /** Called after each frame that changed something, with what changed: for canvases and text nodes on the tick path. */
  listen(listener: (changes: Changes<RowOf<Name>>) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #put(row: RowOf<Name>): void {
    const key = 'key' in row ? (row as { readonly key: string }).key : String(++this.#count)
    this.#pending.set(key, row)
    if (this.#log && this.#pending.size > LOG_LIMIT) this.#pending.delete(this.#pending.keys().next().value!)
  }

  #bound(): void {
    if (!this.#log) return
    for (const key of this.rows.keys()) {
      if (this.rows.size <= LOG_LIMIT) return
      this.rows.delete(key)
    }
  }
}
