// One who listens to a run: never waited for, never given more to hold than the bound, and never told old news.
import type { Socket } from 'node:net'
import { LineSplitter } from '../../connectivity/line-splitter.ts'
import type { RunFrame, RunRequest } from '../../wire/topics.ts'
import { TOPICS, type Topic } from '../../wire/topics.ts'
import type { KeptRows } from './kept-rows.ts'

/** What a run says to a request. */
export type RunAnswer = Omit<Extract<RunFrame, { type: 'answer' }>, 'type' | 'id'>

/** Bytes that may wait in this process for one listener. */
export const MOST_WAITING_BYTES = 1 << 20
/** Rows are put in a frame until it has so many characters; a row is never cut. */
const FRAME_CHARACTERS = 1 << 14
/** Longer than this the run does not speak at a stretch; a new listener has a lot to be told. */
const SPEECH_MILLIS = 0.4
const LONGEST_REQUEST_BYTES = 1 << 16

/**
 * It remembers only which keys of a table changed and how far a log was told; the rows themselves are the kept ones. So a
 * listener that does not read costs no more than the keys, and when it reads again it gets what is true then.
 */
export class Listener {
  readonly #socket: Socket
  readonly #kept: KeptRows
  readonly #changed = new Map<Topic, Set<string>>()
  /** Tables of which it has not yet been told everything. */
  readonly #unsaid = new Set<Topic>()
  readonly #told = new Map<Topic, number>()
  #soon: NodeJS.Immediate | undefined

  constructor(
    socket: Socket,
    {
      kept,
      hello,
      answer,
    }: {
      readonly kept: KeptRows
      readonly hello: RunFrame
      readonly answer: (request: RunRequest) => Promise<RunAnswer>
    },
  ) {
    this.#socket = socket
    this.#kept = kept
    // The run's process ends when the run does, whoever still listens.
    socket.unref()
    socket.on('drain', () => {
      if (this.#soon === undefined) this.#pump()
    })
    socket.on('error', () => socket.destroy())
    this.#hear(answer)

    socket.write(`${JSON.stringify(hello)}\n`)
    for (const topic of kept.topics) {
      if (TOPICS[topic].kind === 'log') this.#told.set(topic, kept.log(topic).first)
      else this.#unsaid.add(topic)
      this.#changed.set(topic, new Set(kept.table(topic).keys()))
    }
    this.#pump()
  }

  /** Bytes of this process that wait for it. */
  get waitingBytes(): number {
    return this.#socket.writableLength
  }

  /** Rows with these keys changed, or more of a log was kept. */
  notice(topic: Topic, keys: Iterable<string>): void {
    let changed = this.#changed.get(topic)
    if (changed === undefined) {
      changed = new Set()
      this.#changed.set(topic, changed)
    }
    for (const key of keys) changed.add(key)
    if (this.#soon === undefined) this.#pump()
  }

  /** Says what is left and hangs up; whoever does not read by then is left alone. */
  async end(): Promise<void> {
    clearImmediate(this.#soon)
    this.#pump(Number.POSITIVE_INFINITY)
    if (this.#socket.destroyed) return
    await new Promise<void>(resolve => {
      const timer = setTimeout(() => this.#socket.destroy(), LAST_WORDS_MILLIS)
      this.#socket.once('close', () => {
        clearTimeout(timer)
        resolve()
      })
      this.#socket.end()
    })
  }

  /** Says what may be said without holding more than the bound, and goes on in the next turn where that takes long. */
  #pump(millis = SPEECH_MILLIS): void {
    this.#soon = undefined
    const end = performance.now() + millis
    for (const topic of this.#changed.keys()) {
      while (this.#hasRoom) {
        if (!this.#say(topic)) break
        if (performance.now() < end) continue
        this.#soon = setImmediate(() => this.#pump())
        return
      }
      if (!this.#hasRoom) return
      this.#changed.delete(topic)
    }
  }

  get #hasRoom(): boolean {
    return this.#socket.writable && this.#socket.writableLength < MOST_WAITING_BYTES / 2
  }

  /** One frame of a topic; false when there was nothing left to say. */
  #say(topic: Topic): boolean {
    return TOPICS[topic].kind === 'log' ? this.#sayLog(topic) : this.#sayTable(topic)
  }

  #sayLog(topic: Topic): boolean {
    const { rows, first, next } = this.#kept.log(topic)
    const start = Math.max(this.#told.get(topic) ?? 0, first)
    if (start >= next) return false

    const texts: string[] = []
    let characters = 0
    for (let at = start - first; at < rows.length && characters < FRAME_CHARACTERS; at++) {
      const text = JSON.stringify(rows[at])
      texts.push(text)
      characters += text.length
    }
    this.#told.set(topic, start + texts.length)
    this.#socket.write(`{"type":"rows","topic":"${topic}","rows":[${texts.join(',')}],"first":${start}}\n`)
    return true
  }

  #sayTable(topic: Topic): boolean {
    const changed = this.#changed.get(topic)!
    const unsaid = this.#unsaid.has(topic)
    if (changed.size === 0 && !unsaid) return false

    const table = this.#kept.table(topic)
    const texts: string[] = []
    const gone: string[] = []
    let characters = 0
    for (const key of changed) {
      if (characters >= FRAME_CHARACTERS) break
      changed.delete(key)
      const row = table.get(key)
      const text = row === undefined ? key : JSON.stringify(row)
      if (row === undefined) gone.push(key)
      else texts.push(text)
      characters += text.length
    }
    const whole = unsaid && changed.size === 0
    if (whole) this.#unsaid.delete(topic)
    const rest = `${gone.length > 0 ? `,"gone":${JSON.stringify(gone)}` : ''}${whole ? ',"whole":true' : ''}`
    this.#socket.write(`{"type":"rows","topic":"${topic}","rows":[${texts.join(',')}]${rest}}\n`)
    return true
  }

  #hear(answer: (request: RunRequest) => Promise<RunAnswer>): void {
    const lines = new LineSplitter({ maxBytes: LONGEST_REQUEST_BYTES, where: 'a listener of the run' })
    this.#socket.on('data', chunk => {
      try {
        for (const line of lines.push(chunk)) this.#take(JSON.parse(line) as RunRequest, answer)
      } catch {
        // Whoever speaks something else is no server of ours.
        this.#socket.destroy()
      }
    })
  }

  #take(request: RunRequest, answer: (request: RunRequest) => Promise<RunAnswer>): void {
    const { id, type } = request
    if (typeof id !== 'string' || id.length > 100 || typeof type !== 'string') throw new TypeError('no request')
    void answer(request).then(said => {
      if (this.#socket.writable) this.#socket.write(`${JSON.stringify({ type: 'answer', id, ...said })}\n`)
    })
  }
}

const LAST_WORDS_MILLIS = 500
