// The rows that people look at, topic by topic, and everybody who looks: each reader gets what changed since its last frame.
import { randomBytes } from 'node:crypto'
import { type RowOf, TOPICS, type Topic } from '../../wire/topics.ts'
import { type Accounts, digestOf, type Sight, sightOf } from './sight.ts'
import { type Entry, jsonOf, LogRows, TableRows, type TopicRows } from './topic-rows.ts'

/** Where a reader's frames go. */
export interface Outlet {
  /** How much may be written now. Of tables only the newest rows matter, so they wait first. */
  readonly room: 'all' | 'logs' | 'none'
  write(frame: Buffer): void
  /** Frames between the two leave together. */
  cork(): void
  uncork(): void
}

/** What a reader asks for: fields of the wire's `subscribe`. */
export interface Subscription {
  readonly topic: Topic
  readonly keys?: readonly string[] | undefined
  readonly after?: number | undefined
  readonly epoch?: string | undefined
  /** Frames of a table a second, at most. */
  readonly rate?: number | undefined
}

/** One who looks. Made by `Hub.attach`; `written` is to be called whenever its outlet has room again. */
export interface Reader {
  /** What a later connection shows to go on from where this one was. */
  readonly epoch: string
  subscribe(subscription: Subscription): void
  unsubscribe(topic: Topic): void
  drained(): void
  detach(): void
}

export interface HubOptions {
  /** Rows that a log keeps. */
  readonly logRows?: number
  /** Rows that a table keeps; those that changed longest ago go. */
  readonly tableRows?: number
  /** Shortest time between two frames of a table to one reader. */
  readonly frameMillis?: number
  /** Milliseconds from anywhere, monotonic. */
  readonly now?: () => number
}

/** One reader's place in one topic. */
interface View {
  readonly sight: Sight
  readonly intervalMillis: number
  /** The sequence its last frame ended with; undefined before the snapshot. */
  last: number | undefined
  /** Up to where it was looked at: later than `last` when nothing since was for this reader's eyes. */
  seen: number
  /** No frame before this time. */
  due: number
  /** A frame is owed even when nothing changed, as the answer to a subscription. */
  owed: boolean
}

interface Channel {
  readonly topic: Topic
  readonly kind: 'table' | 'log'
  readonly rows: TopicRows
  /** Frames that end with the present sequence; null where there is nothing to say. */
  readonly frames: Map<string, Buffer | null>
  readers: number
}

/** Timers may be early by this much. */
const EARLY_MILLIS = 2

export class Hub {
  /** Changes with every start: sequences of another epoch mean nothing. */
  readonly epoch = randomBytes(9).toString('base64url')

  readonly #channels: ReadonlyMap<Topic, Channel>
  readonly #readers = new Set<HubReader>()
  readonly #dirty = new Set<Channel>()
  readonly #frameMillis: number
  readonly #now: () => number

  #lastTick = Number.NEGATIVE_INFINITY
  #timer: NodeJS.Timeout | undefined
  #soon: NodeJS.Immediate | undefined

  constructor({ logRows = 1_000, tableRows = 5_000, frameMillis = 20, now = () => performance.now() }: HubOptions = {}) {
    this.#frameMillis = frameMillis
    this.#now = now
    this.#channels = new Map(
      (Object.keys(TOPICS) as Topic[]).map(topic => {
        const { kind } = TOPICS[topic]
        const rows = kind === 'table' ? new TableRows(tableRows) : new LogRows(logRows)
        return [topic, { topic, kind, rows, frames: new Map(), readers: 0 }]
      }),
    )
  }

  /**
   * Takes in rows, whole ones; of a table they replace those with the same key, and `gone` names keys that are no more. Rows
   * are kept as they are: whoever gave them does not change them again. Never waits for a reader.
   */
  publish<Name extends Topic>(topic: Name, rows: readonly RowOf<Name>[], gone: readonly string[] = []): void {
    const channel = this.#channel(topic)
    const before = channel.rows.sequence
    channel.rows.publish(rows, gone)
    if (channel.rows.sequence === before) return

    channel.frames.clear()
    if (channel.readers === 0) return
    this.#dirty.add(channel)
    this.#wake(channel.kind)
  }

  /** A table's rows as they are, a log's kept ones; oldest change first. */
  rows<Name extends Topic>(topic: Name): readonly RowOf<Name>[] {
    return this.#channel(topic)
      .rows.all()
      .map(({ row }) => row as RowOf<Name>)
  }

  /** A reader that sees rows of these accounts (undefined: all), until it is detached. Its rights are the caller's matter. */
  attach(outlet: Outlet, accounts: Accounts): Reader {
    const reader = new HubReader(this.#engineRoom, outlet, accounts)
    this.#readers.add(reader)
    return reader
  }

  /** Ends the clock; what was published stays readable. */
  close(): void {
    clearTimeout(this.#timer)
    clearImmediate(this.#soon)
    this.#readers.clear()
  }

  #channel(topic: Topic): Channel {
    return this.#channels.get(topic)!
  }

  /** Logs leave in the next turn; tables then too, unless a frame just left: then a whole interval after it. */
  #wake(kind: 'table' | 'log'): void {
    if (this.#soon !== undefined) return
    const wait = kind === 'log' ? 0 : this.#lastTick + this.#frameMillis - this.#now()
    if (wait <= 0) this.#soon = setImmediate(this.#tick)
    else this.#timer ??= setTimeout(this.#tick, wait)
  }

  readonly #tick = (): void => {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#soon = undefined

    const now = this.#now()
    const tables = now - this.#lastTick >= this.#frameMillis - EARLY_MILLIS
    const channels = [...this.#dirty].filter(({ kind }) => tables || kind === 'log')
    if (tables) this.#lastTick = now

    for (const channel of channels) this.#dirty.delete(channel)
    for (const reader of this.#readers) reader.flush(channels, now)
    if (this.#dirty.size > 0) this.#wake('table')
  }

  /** What readers may touch of the hub. */
  readonly #engineRoom: EngineRoom = {
    channel: topic => this.#channel(topic),
    epochOf: accounts => `${this.epoch}${accounts === undefined ? '' : `.${digestOf([accounts])}`}`,
    accountOf: run => this.#accountOf(run),
    now: () => this.#now(),
    frameMillis: () => this.#frameMillis,
    later: channel => {
      this.#dirty.add(channel)
      this.#wake('table')
    },
    forget: reader => this.#readers.delete(reader),
  }

  #accountOf(run: string): string | undefined {
    for (const topic of ['runs', 'accounts'] as const) {
      const account = this.#channel(topic).rows.get(run)?.['account']
      if (typeof account === 'string') return account
    }
    return undefined
  }
}

interface EngineRoom {
  readonly channel: (topic: Topic) => Channel
  readonly epochOf: (accounts: Accounts) => string
  readonly accountOf: (run: string) => string | undefined
  readonly now: () => number
  readonly frameMillis: () => number
  /** Looks at the channel again when the next frames leave. */
  readonly later: (channel: Channel) => void
  readonly forget: (reader: HubReader) => void
}

class HubReader implements Reader {
  readonly epoch: string
  readonly #hub: EngineRoom
  readonly #outlet: Outlet
  readonly #accounts: Accounts
  readonly #views = new Map<Channel, View>()

  constructor(hub: EngineRoom, outlet: Outlet, accounts: Accounts) {
    this.#hub = hub
    this.#outlet = outlet
    this.#accounts = accounts
    this.epoch = hub.epochOf(accounts)
  }

  subscribe({ topic, keys, after, epoch, rate = 50 }: Subscription): void {
    const channel = this.#hub.channel(topic)
    const sight = sightOf(topic, { keys, accounts: this.#accounts, accountOf: this.#hub.accountOf })
    const resumes = after !== undefined && epoch === this.epoch && channel.rows.since(after) !== undefined

    if (!this.#views.has(channel)) channel.readers++
    this.#views.set(channel, {
      sight,
      intervalMillis: Math.max(this.#hub.frameMillis(), 1_000 / rate),
      last: resumes ? after : undefined,
      seen: resumes ? after : 0,
      due: Number.NEGATIVE_INFINITY,
      owed: true,
    })
    this.flush([channel], this.#hub.now())
  }

  unsubscribe(topic: Topic): void {
    const channel = this.#hub.channel(topic)
    if (this.#views.delete(channel)) channel.readers--
  }

  drained(): void {
    this.flush([...this.#views.keys()], this.#hub.now())
  }

  detach(): void {
    for (const channel of this.#views.keys()) channel.readers--
    this.#views.clear()
    this.#hub.forget(this)
  }

  /** Writes what these channels have for this reader, as far as there is room and its time has come. */
  flush(channels: readonly Channel[], now: number): void {
    let corked = false
    for (const channel of channels) {
      const view = this.#views.get(channel)
      if (view === undefined || (!view.owed && view.seen === channel.rows.sequence)) continue

      // What has no room now is looked at again when the outlet says that it drained.
      const { room } = this.#outlet
      if (room === 'none' || (room === 'logs' && channel.kind === 'table')) continue
      if (channel.kind === 'table' && view.due > now) {
        this.#hub.later(channel)
        continue
      }

      const frame = frameFor(channel, view)
      view.seen = channel.rows.sequence
      view.owed = false
      if (frame === null) continue

      view.last = channel.rows.sequence
      view.due = now + view.intervalMillis - EARLY_MILLIS
      if (!corked) this.#outlet.cork()
      corked = true
      this.#outlet.write(frame)
    }
    if (corked) this.#outlet.uncork()
  }
}

/** The frame that takes a view to the present, made once for all who stand at the same place and see the same. */
function frameFor(channel: Channel, view: View): Buffer | null {
  const place = `${view.last ?? ''}/${view.seen}/${view.owed ? 1 : 0}/${view.sight.text}`
  const known = channel.frames.get(place)
  if (known !== undefined) return known

  const frame = makeFrame(channel, view)
  channel.frames.set(place, frame)
  return frame
}

function makeFrame({ topic, rows }: Channel, { sight, last, seen, owed }: View): Buffer | null {
  const visible = (entries: readonly Entry[]) => (sight.everything ? entries : entries.filter(sight.admits))
  const jsonRows = (entries: readonly Entry[]) => visible(entries).map(jsonOf).join(',')

  const changes = last === undefined ? undefined : rows.since(seen)
  if (changes === undefined) {
    return Buffer.from(`{"type":"snapshot","topic":"${topic}","sequence":${rows.sequence},"rows":[${jsonRows(rows.all())}]}`)
  }

  const changed = jsonRows(changes.entries)
  const gone = visible(changes.gone).map(({ key }) => key)
  if (changed === '' && gone.length === 0 && !owed) return null

  const goneText = gone.length === 0 ? '' : `,"gone":${JSON.stringify(gone)}`
  return Buffer.from(
    `{"type":"delta","topic":"${topic}","previous":${last},"sequence":${rows.sequence},"rows":[${changed}]${goneText}}`,
  )
}
