// The one WebSocket of this page: asks for topics, checks that nothing is missed, comes back by itself, and says how old its word is.
import { signal } from '@preact/signals'
import type { ClientMessage, ServerMessage, TOPICS, Topic } from '../../src/wire/topics.ts'
import { api } from './api.ts'
import { backOffMillis } from './back-off.ts'
import { TopicStore } from './topic-store.ts'

type LogTopic = { [Name in Topic]: (typeof TOPICS)[Name]['kind'] extends 'log' ? Name : never }[Topic]
/** The contract says which topics are logs; a missing or a wrong one is a type error. */
const LOGS: Readonly<Record<LogTopic, true>> = {
  prints: true,
  signals: true,
  failovers: true,
  fills: true,
  trades: true,
  notes: true,
  logs: true,
}

/** Of the address offered to the server: the protocol, then the ticket, which no proxy logs. */
const PROTOCOL = 'quadrant.v1'
const PING_MILLIS = 20_000
const SILENCE_MILLIS = 50_000
/** A connection that held so long was a good one: the next loss begins with a short wait again. */
const STEADY_MILLIS = 10_000
const HIDDEN_RATE = 1

export interface Interest {
  /** Only rows with these keys; absent is all. */
  readonly keys?: readonly string[]
  /** At most so many frames a second. */
  readonly rate?: number
}
export type LinkState = 'off' | 'connecting' | 'live' | 'waiting'

class Socket {
  readonly state = signal<LinkState>('off')
  /** When the next attempt is made, milliseconds. */
  readonly nextAttempt = signal<number | undefined>(undefined)
  /** When the newest word of the server came, milliseconds. */
  readonly heard = signal<number | undefined>(undefined)

  readonly #stores = new Map<Topic, TopicStore<Topic>>()
  readonly #interests = new Map<Topic, Set<Interest>>()
  #socket: WebSocket | undefined
  #epoch = ''
  #wanted = false
  #attempt = 0
  #heardAt = 0
  #timer: ReturnType<typeof setTimeout> | undefined
  #pulse: ReturnType<typeof setInterval> | undefined
  #frame = false
  #changed = new Set<Topic>()
  /** The keys each topic was last asked for. */
  readonly #narrowed = new Map<Topic, string>()

  store<Name extends Topic>(topic: Name): TopicStore<Name> {
    let known = this.#stores.get(topic)
    if (!known) {
      known = new TopicStore<Topic>(topic, topic in LOGS ? 'log' : 'table')
      this.#stores.set(topic, known)
    }
    return known as unknown as TopicStore<Name>
  }

  /** Follows a topic until the returned function is called. Several who follow it share one subscription. */
  follow(topic: Topic, interest: Interest = {}): () => void {
    const all = this.#interests.get(topic) ?? new Set()
    this.#interests.set(topic, all)
    const before = this.#asked(topic)
    all.add(interest)
    if (all.size === 1 || this.#asked(topic) !== before) this.#changed.add(topic)
    this.#soon()

    return () => {
      const then = this.#asked(topic)
      all.delete(interest)
      if (all.size === 0 || this.#asked(topic) !== then) this.#changed.add(topic)
      this.#soon()
    }
  }

  open(): void {
    if (this.#wanted) return
    this.#wanted = true
    document.addEventListener('visibilitychange', this.#visible)
    addEventListener('online', this.#now)
    void this.#connect()
  }

  close(): void {
    this.#wanted = false
    document.removeEventListener('visibilitychange', this.#visible)
    removeEventListener('online', this.#now)
    clearTimeout(this.#timer)
    this.#socket?.close()
    this.#lost()
    this.state.value = 'off'
    // What the next person sees must be theirs.
    for (const store of this.#stores.values()) store.clear()
    this.#epoch = ''
  }

  async #connect(): Promise<void> {
    clearTimeout(this.#timer)
    this.nextAttempt.value = undefined
    this.state.value = 'connecting'
    try {
      const { ticket } = await api('POST /ws-ticket')
      if (!this.#wanted) return
      const socket = new WebSocket(`${location.origin.replace(/^http/, 'ws')}/ws`, [PROTOCOL, `ticket.${ticket}`])
      this.#socket = socket
      socket.addEventListener('open', () => this.#opened())
      socket.addEventListener('message', event => this.#take(String(event.data)))
      socket.addEventListener('close', () => {
        if (this.#socket === socket) this.#again()
      })
    } catch {
      if (this.#wanted) this.#again()
    }
  }

  #opened(): void {
    this.#heardAt = Date.now()
    this.state.value = 'live'
    for (const topic of this.#interests.keys()) this.#subscribe(topic)
    this.#changed.clear()
    const since = Date.now()
    this.#pulse = setInterval(() => {
      if (Date.now() - since > STEADY_MILLIS) this.#attempt = 0
      // A cable that was pulled says nothing: only silence tells.
      if (Date.now() - this.#heardAt > SILENCE_MILLIS) this.#socket?.close()
      else this.#say({ type: 'ping' })
    }, PING_MILLIS)
  }

  #lost(): void {
    this.#socket = undefined
    clearInterval(this.#pulse)
    this.heard.value = this.#heardAt === 0 ? undefined : this.#heardAt
    for (const store of this.#stores.values()) if (store.state.value === 'live') store.state.value = 'stale'
  }

  #again(): void {
    this.#lost()
    if (!this.#wanted) return
    const wait = backOffMillis(this.#attempt++, Math.random())
    this.nextAttempt.value = Date.now() + wait
    this.state.value = 'waiting'
    this.#timer = setTimeout(() => void this.#connect(), wait)
  }

  readonly #now = (): void => {
    if (this.state.value !== 'waiting') return
    this.#attempt = 0
    void this.#connect()
  }

  readonly #visible = (): void => {
    if (!document.hidden) this.#now()
    // Nobody looks: one frame a second is enough.
    for (const topic of this.#interests.keys()) if (!(topic in LOGS)) this.#changed.add(topic)
    this.#soon()
  }

  #take(text: string): void {
    this.#heardAt = Date.now()
    const message = JSON.parse(text) as ServerMessage
    if (message.type === 'hello') {
      if (message.epoch !== this.#epoch) for (const store of this.#stores.values()) store.forget()
      this.#epoch = message.epoch
    } else if (message.type === 'snapshot' || message.type === 'delta') {
      const store = this.store(message.topic)
      if (!store.take(message)) {
        store.forget()
        this.#changed.add(message.topic)
      }
      this.#soon()
    }
  }

  #subscribe(topic: Topic): void {
    const all = this.#interests.get(topic)
    if (!all || all.size === 0) {
      this.#say({ type: 'unsubscribe', topic })
      this.#narrowed.delete(topic)
      this.store(topic).clear()
      return
    }
    this.#narrow(topic)
    const { sequence } = this.store(topic)
    const { keys, rate } = JSON.parse(this.#asked(topic)) as Interest
    this.#say({
      type: 'subscribe',
      topic,
      ...(keys === undefined ? {} : { keys: [...keys] }),
      ...(sequence === undefined || this.#epoch === '' ? {} : { after: sequence, epoch: this.#epoch }),
      ...(document.hidden && !(topic in LOGS) ? { rate: HIDDEN_RATE } : rate === undefined ? {} : { rate }),
    })
  }

  /** Going on after a sequence says nothing about rows that were not asked for until now. */
  #narrow(topic: Topic): void {
    const { keys } = JSON.parse(this.#asked(topic)) as Interest
    const text = JSON.stringify(keys ?? 'all')
    if (this.#narrowed.get(topic) !== text) this.store(topic).forget()
    this.#narrowed.set(topic, text)
  }

  /** What all who follow a topic want together, as text to compare. */
  #asked(topic: Topic): string {
    const all = [...(this.#interests.get(topic) ?? [])]
    const everything = all.some(({ keys }) => keys === undefined)
    const rates = all.map(({ rate }) => rate)
    return JSON.stringify({
      ...(everything ? {} : { keys: [...new Set(all.flatMap(({ keys }) => keys ?? []))].sort() }),
      ...(rates.includes(undefined) ? {} : { rate: Math.max(1, ...rates.map(Number)) }),
    })
  }

  #say(message: ClientMessage): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message))
  }

  /** Once per animation frame: asks for what is followed newly, shows what came. A hidden page has no frames, so a timer. */
  #soon(): void {
    if (this.#frame) return
    this.#frame = true
    const work = (): void => {
      this.#frame = false
      for (const topic of this.#changed) this.#subscribe(topic)
      this.#changed.clear()
      for (const store of this.#stores.values()) store.show(this.#heardAt)
    }
    if (document.hidden) setTimeout(work, 250)
    else requestAnimationFrame(work)
  }
}

export const socket = new Socket()
