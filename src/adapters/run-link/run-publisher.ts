// A run tells whoever listens how it stands: rows of topics over a local socket. It never waits for a listener.
import { chmodSync, rmSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import type { RowOf, RunRequest, Topic } from '../../wire/topics.ts'
import { TOPICS } from '../../wire/topics.ts'
import { type Announcement, announce, openLiveFolder, removeSocket, socketPath, withdraw } from './announcement.ts'
import { KeptRows, keyOf } from './kept-rows.ts'
import { Listener, type RunAnswer } from './listener.ts'

export interface PublishedRun {
  readonly run: string
  readonly account: string
  readonly mode: string
  /** ISO, UTC. */
  readonly started: string
}

type Handler = (request: RunRequest) => RunAnswer | Promise<RunAnswer>

/** One server, one that takes its place, and a few who look by hand. */
const MOST_LISTENERS = 8
const NO_KEYS: readonly string[] = []

export class RunPublisher {
  readonly #home: string
  readonly #announcement: Announcement
  readonly #server: Server
  readonly #kept = new KeptRows()
  readonly #listeners = new Set<Listener>()
  #handler: Handler = () => ({
    ok: false,
    code: 'RUN_TAKES_NO_REQUESTS',
    message: 'the run takes no requests yet',
    fix: 'ask again in a moment',
  })
  #closed = false

  private constructor(home: string, run: PublishedRun) {
    this.#home = home
    this.#announcement = {
      ...{ run: run.run, account: run.account, mode: run.mode },
      ...{ pid: process.pid, socket: socketPath(home, run.run), started: run.started },
    }
    this.#server = createServer(socket => this.#welcome(socket))
    this.#server.unref()
  }

  /** Listens, then announces itself. Rejects where the folder or the socket cannot be made. */
  static async start(home: string, run: PublishedRun): Promise<RunPublisher> {
    openLiveFolder(home)
    const publisher = new RunPublisher(home, run)
    await publisher.#listen()
    return publisher
  }

  /** Who listens at this moment. */
  get listeners(): number {
    return this.#listeners.size
  }

  /** Bytes that wait in this process for its listeners. */
  get waitingBytes(): number {
    let sum = 0
    for (const { waitingBytes } of this.#listeners) sum += waitingBytes
    return sum
  }

  /** Rows as they are now; of a log, rows that are new. `gone` are keys of rows that are no more. */
  publish<Name extends Topic>(topic: Name, rows: readonly RowOf<Name>[], gone: readonly string[] = NO_KEYS): void {
    if (this.#closed || (rows.length === 0 && gone.length === 0)) return
    this.#kept.add(topic, rows, gone)
    if (this.#listeners.size === 0) return
    const keys = TOPICS[topic].kind === 'log' ? NO_KEYS : [...rows.map(keyOf), ...gone]
    for (const listener of this.#listeners) listener.notice(topic, keys)
  }

  /** Who answers what the server asks of the run. A handler that throws is an answer too. */
  onRequest(handler: Handler): void {
    this.#handler = handler
  }

  /** Says the last rows, closes the socket and removes the announcement. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    withdraw(this.#home, this.#announcement)
    this.#server.close()
    await Promise.all([...this.#listeners].map(listener => listener.end()))
  }

  async #listen(): Promise<void> {
    const { socket } = this.#announcement
    // Left by a process that was killed; a living one of the same run is kept out by the journal's lock.
    if (process.platform !== 'win32') rmSync(socket, { force: true })
    try {
      await new Promise<void>((resolve, reject) => {
        this.#server.once('error', reject)
        this.#server.listen(socket, resolve)
      })
      if (process.platform !== 'win32') chmodSync(socket, 0o600)
      announce(this.#home, this.#announcement)
    } catch (error) {
      this.#server.close()
      removeSocket(this.#home, socket)
      throw error
    }
    // A failing listen is told above; later faults of the socket are the listeners' trouble, never the run's.
    this.#server.on('error', () => {})
  }

  #welcome(socket: Socket): void {
    if (this.#closed || this.#listeners.size >= MOST_LISTENERS) {
      socket.destroy()
      return
    }
    const { run, account, mode, pid } = this.#announcement
    const listener = new Listener(socket, {
      kept: this.#kept,
      hello: { type: 'run', run, account, mode, pid },
      answer: request => this.#answer(request),
    })
    this.#listeners.add(listener)
    socket.once('close', () => this.#listeners.delete(listener))
  }

  async #answer(request: RunRequest): Promise<RunAnswer> {
    try {
      return await this.#handler(request)
    } catch (error) {
      const { code, fix, message } = error as Error & { readonly code?: unknown; readonly fix?: unknown }
      return {
        ok: false,
        code: typeof code === 'string' ? code : 'RUN_REQUEST_FAILED',
        message: String(message),
        fix: typeof fix === 'string' ? fix : 'look at the notes of the run',
      }
    }
  }
}
