// The server's end of one run's socket: connects again when it breaks, and knows what it has passed on already.
import { randomUUID } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import { LineSplitter } from '../../connectivity/line-splitter.ts'
import { type RunFrame, TOPICS, type Topic } from '../../wire/topics.ts'
import type { Announcement } from './announcement.ts'
import { keyOf } from './kept-rows.ts'
import type { RunAnswer } from './listener.ts'

export type RowsFrame = Extract<RunFrame, { type: 'rows' }>

export interface RunConnectionEvents {
  readonly onRun: () => void
  readonly onRows: (frame: RowsFrame) => void
  /** Nobody listens at the socket any more. */
  readonly onEnd: () => void
}

interface Waiting {
  readonly resolve: (answer: RunAnswer) => void
  readonly timer: NodeJS.Timeout
}

const LONGEST_FRAME_BYTES = 8 << 20
/** A local socket is there or it is not: the second look comes soon. */
const RETRY_MILLIS = 20

export class RunConnection {
  readonly announcement: Announcement
  readonly #events: RunConnectionEvents
  readonly #waiting = new Map<string, Waiting>()
  /** Keys of each table that were passed on and not taken back. */
  readonly #keys = new Map<Topic, Set<string>>()
  /** Keys that this connection's snapshot has told, until it is whole. */
  #snapshot = new Map<Topic, Set<string>>()
  /** How far each log was passed on. */
  readonly #next = new Map<Topic, number>()
  #socket: Socket
  #open = false
  #retry: NodeJS.Timeout | undefined
  #closed = false

  constructor(announcement: Announcement, events: RunConnectionEvents) {
    this.announcement = announcement
    this.#events = events
    this.#socket = this.#connect()
  }

  get isOpen(): boolean {
    return this.#open
  }

  async request(question: object, timeoutMillis: number): Promise<RunAnswer> {
    const id = randomUUID()
    return await new Promise<RunAnswer>(resolve => {
      const timer = setTimeout(() => this.#settle(id, SILENT), timeoutMillis)
      this.#waiting.set(id, { resolve, timer })
      this.#socket.write(`${JSON.stringify({ ...question, id })}\n`)
    })
  }

  close(): void {
    this.#closed = true
    this.#open = false
    clearTimeout(this.#retry)
    this.#socket.destroy()
    for (const id of [...this.#waiting.keys()]) this.#settle(id, BROKEN)
  }

  #connect(): Socket {
    const socket = connect(this.announcement.socket)
    const lines = new LineSplitter({ maxBytes: LONGEST_FRAME_BYTES, where: `the run ${this.announcement.run}` })
    let refused = false
    this.#snapshot = new Map()

    socket.on('data', chunk => {
      try {
        for (const line of lines.push(chunk)) this.#take(JSON.parse(line) as RunFrame)
      } catch {
        socket.destroy()
      }
    })
    socket.on('error', error => {
      refused = ['ECONNREFUSED', 'ENOENT', 'ENOTSOCK'].includes((error as NodeJS.ErrnoException).code ?? '')
    })
    socket.on('close', () => {
      this.#open = false
      for (const id of [...this.#waiting.keys()]) this.#settle(id, BROKEN)
      if (this.#closed) return
      if (refused) {
        this.#closed = true
        this.#events.onEnd()
      } else this.#retry = setTimeout(() => (this.#socket = this.#connect()), RETRY_MILLIS).unref()
    })
    return socket
  }

  #take(frame: RunFrame): void {
    if (frame.type === 'answer') {
      const { id, type: _, ...answer } = frame
      this.#settle(id, answer)
    } else if (frame.type === 'run') {
      const { run, pid } = this.announcement
      // Another run took over the path: this one is no more.
      if (frame.run !== run || frame.pid !== pid) throw new TypeError(`this is not the run ${run}`)
      this.#open = true
      this.#events.onRun()
    } else if (Object.hasOwn(TOPICS, frame.topic) && Array.isArray(frame.rows)) {
      const fresh = TOPICS[frame.topic].kind === 'log' ? this.#freshOf(frame) : this.#tableOf(frame)
      if (fresh !== undefined) this.#events.onRows(fresh)
    }
  }

  /** The part of a log that was not passed on before. */
  #freshOf(frame: RowsFrame): RowsFrame | undefined {
    const { topic, rows, first = 0 } = frame
    const next = this.#next.get(topic) ?? 0
    if (first + rows.length <= next) return undefined
    this.#next.set(topic, first + rows.length)
    return first >= next ? frame : { ...frame, rows: rows.slice(next - first), first: next }
  }

  /** What went while nobody listened is taken back when the snapshot is whole. */
  #tableOf(frame: RowsFrame): RowsFrame {
    const { topic, rows, gone = [], whole } = frame
    const known = setOf(this.#keys, topic)
    const told = setOf(this.#snapshot, topic)
    for (const row of rows) {
      known.add(keyOf(row))
      told.add(keyOf(row))
    }
    for (const key of gone) known.delete(key)
    if (whole !== true) return frame

    const lost = [...known].filter(key => !told.has(key))
    for (const key of lost) known.delete(key)
    return lost.length === 0 ? frame : { ...frame, gone: [...gone, ...lost] }
  }

  #settle(id: string, answer: RunAnswer): void {
    const waiting = this.#waiting.get(id)
    if (waiting === undefined) return
    this.#waiting.delete(id)
    clearTimeout(waiting.timer)
    waiting.resolve(answer)
  }
}

function setOf(map: Map<Topic, Set<string>>, topic: Topic): Set<string> {
  let set = map.get(topic)
  if (set === undefined) {
    set = new Set()
    map.set(topic, set)
  }
  return set
}

const SILENT: RunAnswer = {
  ok: false,
  code: 'RUN_LINK_TIMEOUT',
  message: 'the run did not answer in time; it may still do what was asked',
  fix: 'look at its notes before asking again, and use the same key',
}
const BROKEN: RunAnswer = {
  ok: false,
  code: 'RUN_LINK_BROKEN',
  message: 'the connection to the run broke before it answered; it may still do what was asked',
  fix: 'look at its notes before asking again, and use the same key',
}
