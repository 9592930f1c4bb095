// Records of a store as they were a moment ago, so that no request waits for the store; read again every second or so.

export interface KeptOptions<Value> {
  readonly read: (key: string) => Promise<Value | undefined>
  readonly now: () => number
}

/** Older than this nothing is believed, even if nobody read it again. */
const BELIEVED_MILLIS = 3_000
/** What nobody asked for in so long is forgotten. */
const WANTED_MILLIS = 60_000

interface Entry<Value> {
  value: Value
  /** Which writing it is of: a reading that began before a writing is older than what was written. */
  put: number
  read: number
  wanted: number
}

export class Kept<Value> {
  readonly #read: (key: string) => Promise<Value | undefined>
  readonly #now: () => number
  readonly #entries = new Map<string, Entry<Value>>()
  #puts = 0

  constructor({ read, now }: KeptOptions<Value>) {
    this.#read = read
    this.#now = now
  }

  /** At most three seconds old; what this process changed itself is never old. */
  async get(key: string): Promise<Value | undefined> {
    const now = this.#now()
    const entry = this.#entries.get(key)
    if (entry !== undefined) entry.wanted = now
    if (entry !== undefined && now - entry.read < BELIEVED_MILLIS) return entry.value
    return this.readAgain(key)
  }

  /** As the store has it now. */
  async readAgain(key: string): Promise<Value | undefined> {
    const before = this.#entries.get(key)?.put
    const value = await this.#read(key)
    const entry = this.#entries.get(key)
    if (entry !== undefined && entry.put !== before) return entry.value
    if (value === undefined) this.#entries.delete(key)
    else this.#set(key, value, before ?? 0)
    return value
  }

  /** What was just written to the store. */
  put(key: string, value: Value): void {
    this.#set(key, value, ++this.#puts)
  }

  /** Reads everything again that is still asked for. */
  async refresh(): Promise<void> {
    const now = this.#now()
    for (const [key, { wanted }] of this.#entries) if (now - wanted >= WANTED_MILLIS) this.#entries.delete(key)
    await Promise.all([...this.#entries.keys()].map(key => this.readAgain(key)))
  }

  #set(key: string, value: Value, put: number): void {
    const now = this.#now()
    this.#entries.set(key, { value, put, read: now, wanted: this.#entries.get(key)?.wanted ?? now })
  }
}
