// The rows of one topic: a table keeps the newest of each key, a log the last so many. Both know what changed after a sequence.

/** A row as the hub keeps it. Its JSON is made at most once, whoever reads it. */
export interface Entry {
  readonly key: string
  readonly row: Readonly<Record<string, unknown>>
  /** The topic's count of changes when it came. */
  readonly sequence: number
  json: string | undefined
}

export interface Changes {
  /** In the order they came. */
  readonly entries: readonly Entry[]
  /** Rows that are no more, as they last were. */
  readonly gone: readonly Entry[]
}

export interface TopicRows {
  /** Counts changes: one for each row that came or went. */
  readonly sequence: number
  publish(rows: readonly object[], gone: readonly string[]): void
  /** What changed after the sequence; undefined when that is too long ago to tell. */
  since(sequence: number): Changes | undefined
  all(): readonly Entry[]
  /** The row of a key; a log has none. */
  get(key: string): Readonly<Record<string, unknown>> | undefined
}

export const jsonOf = (entry: Entry): string => (entry.json ??= JSON.stringify(entry.row))

type Row = Readonly<Record<string, unknown>>

/** An entry in the chain of changes, oldest to newest. One that is not `there` says that the row went. */
interface Link extends Entry {
  readonly there: boolean
  older: Link | undefined
  newer: Link | undefined
}

/** Of keys that went, so many are remembered. A reader from before them gets a snapshot. */
const GONE_MAX = 4_000

export class TableRows implements TopicRows {
  readonly #capacity: number
  readonly #links = new Map<string, Link>()
  #newest: Link | undefined
  #oldest: Link | undefined
  #sequence = 0
  #gone = 0
  /** What went up to here is forgotten. */
  #forgotten = 0

  /** Beyond `capacity` rows, those that changed longest ago go. */
  constructor(capacity: number) {
    this.#capacity = capacity
  }

  get sequence(): number {
    return this.#sequence
  }

  publish(rows: readonly object[], gone: readonly string[]): void {
    for (const row of rows) this.#put(keyOf(row as Row), row as Row, true)
    for (const key of gone) this.#drop(this.#links.get(key))
    for (let extra = this.#links.size - this.#gone - this.#capacity; extra > 0; extra--) this.#drop(this.#oldestRow())
    if (this.#gone > GONE_MAX) this.#forget(GONE_MAX / 2)
  }

  since(sequence: number): Changes | undefined {
    if (sequence < this.#forgotten || sequence > this.#sequence) return undefined

    const entries: Entry[] = []
    const gone: Entry[] = []
    for (let link = this.#newest; link !== undefined && link.sequence > sequence; link = link.older) {
      if (link.there) entries.push(link)
      else gone.push(link)
    }
    return { entries: entries.reverse(), gone }
  }

  all(): readonly Entry[] {
    const entries: Entry[] = []
    for (let link = this.#oldest; link !== undefined; link = link.newer) if (link.there) entries.push(link)
    return entries
  }

  get(key: string): Row | undefined {
    const link = this.#links.get(key)
    return link?.there ? link.row : undefined
  }

  #drop(link: Link | undefined): void {
    if (link?.there) this.#put(link.key, link.row, false)
  }

  #put(key: string, row: Row, there: boolean): void {
    const before = this.#links.get(key)
    if (before !== undefined) this.#unlink(before)

    const link: Link = {
      key,
      row,
      there,
      sequence: ++this.#sequence,
      json: undefined,
      older: this.#newest,
      newer: undefined,
    }
    if (this.#newest === undefined) this.#oldest = link
    else this.#newest.newer = link
    this.#newest = link
    this.#links.set(key, link)
    if (!there) this.#gone++
  }

  #unlink(link: Link): void {
    if (link.older === undefined) this.#oldest = link.newer
    else link.older.newer = link.newer
    if (link.newer === undefined) this.#newest = link.older
    else link.newer.older = link.older
    this.#links.delete(link.key)
    if (!link.there) this.#gone--
  }

  #oldestRow(): Link | undefined {
    let link = this.#oldest
    while (link !== undefined && !link.there) link = link.newer
    return link
  }

  /** One walk for many, as rows that never change may stand in front of them. */
  #forget(count: number): void {
    let left = count
    for (let link = this.#oldest; link !== undefined && left > 0; ) {
      const next = link.newer
      if (!link.there) {
        this.#forgotten = link.sequence
        this.#unlink(link)
        left--
      }
      link = next
    }
  }
}

export class LogRows implements TopicRows {
  readonly #capacity: number
  readonly #ring: Entry[] = []
  #sequence = 0

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  get sequence(): number {
    return this.#sequence
  }

  publish(rows: readonly object[]): void {
    for (const row of rows) {
      const sequence = ++this.#sequence
      this.#ring[sequence % this.#capacity] = { key: keyOf(row as Row), row: row as Row, sequence, json: undefined }
    }
  }

  since(sequence: number): Changes | undefined {
    if (sequence < this.#sequence - this.#capacity || sequence > this.#sequence) return undefined
    return { entries: this.#after(sequence), gone: [] }
  }

  all(): readonly Entry[] {
    return this.#after(Math.max(0, this.#sequence - this.#capacity))
  }

  get(): undefined {
    return undefined
  }

  #after(sequence: number): Entry[] {
    const entries: Entry[] = []
    for (let at = sequence + 1; at <= this.#sequence; at++) entries.push(this.#ring[at % this.#capacity]!)
    return entries
  }
}

const keyOf = (row: Row): string => {
  const { key } = row
  return typeof key === 'string' ? key : ''
}
