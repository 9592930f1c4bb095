// The server's eyes: finds the living runs of a home, listens to each, and passes on what they say.
import { type FSWatcher, watch } from 'node:fs'
import type { RunRequest } from '../../wire/topics.ts'
import { type Announcement, openLiveFolder, readAnnouncements, withdraw } from './announcement.ts'
import type { RunAnswer } from './listener.ts'
import { type RowsFrame, RunConnection } from './run-connection.ts'

export type { Announcement } from './announcement.ts'
export type { RunAnswer } from './listener.ts'
export type { RowsFrame } from './run-connection.ts'

/** A request of the server before it has its id. */
export type RunQuestion = RunRequest extends infer Request ? (Request extends RunRequest ? Omit<Request, 'id'> : never) : never

export interface RunWatcherOptions {
  readonly home: string
  /** A run is heard, for the first time or after it started anew. */
  readonly onRun?: (run: Announcement) => void
  /** Rows that were not passed on before: of a log each once and in order, of a table the newest. */
  readonly onRows: (run: Announcement, frame: RowsFrame) => void
  /** The run's process is gone. */
  readonly onEnd?: (run: Announcement) => void
}

/** Folders are watched where the system can; the look around is for where it cannot. */
const LOOK_MILLIS = 500
const ANSWER_MILLIS = 2_000

export class RunWatcher {
  readonly #options: RunWatcherOptions
  readonly #connections = new Map<string, RunConnection>()
  readonly #timer: NodeJS.Timeout
  #watch: FSWatcher | undefined
  #closed = false

  constructor(options: RunWatcherOptions) {
    this.#options = options
    const folder = openLiveFolder(options.home)
    try {
      this.#watch = watch(folder, () => this.#look())
      this.#watch.on('error', () => this.#watch?.close())
      this.#watch.unref()
    } catch {
      // Not every file system can be watched.
    }
    this.#timer = setInterval(() => this.#look(), LOOK_MILLIS).unref()
    this.#look()
  }

  /** The runs that are being listened to. */
  get runs(): readonly Announcement[] {
    return [...this.#connections.values()].filter(({ isOpen }) => isOpen).map(({ announcement }) => announcement)
  }

  /** Asks a run. What it cannot do, or that it did not answer in time, is an answer: nothing is thrown. */
  async request(run: string, question: RunQuestion, timeoutMillis = ANSWER_MILLIS): Promise<RunAnswer> {
    const connection = this.#connections.get(run)
    if (connection === undefined || !connection.isOpen) {
      return {
        ok: false,
        code: 'RUN_NOT_RUNNING',
        message: `the run '${run}' is not running`,
        fix: 'start it: quadrant run --mode paper --config FILE',
      }
    }
    return await connection.request(question, timeoutMillis)
  }

  /** Asks every living run the same. */
  async requestAll(question: RunQuestion, timeoutMillis = ANSWER_MILLIS): Promise<ReadonlyMap<string, RunAnswer>> {
    const answers = this.runs.map(async ({ run }) => [run, await this.request(run, question, timeoutMillis)] as const)
    return new Map(await Promise.all(answers))
  }

  close(): void {
    this.#closed = true
    clearInterval(this.#timer)
    this.#watch?.close()
    for (const connection of this.#connections.values()) connection.close()
    this.#connections.clear()
  }

  #look(): void {
    if (this.#closed) return
    for (const announcement of readAnnouncements(this.#options.home)) {
      const known = this.#connections.get(announcement.run)
      if (known !== undefined && isSame(known.announcement, announcement)) continue
      if (known !== undefined) this.#forget(known)
      this.#connect(announcement)
    }
  }

  #connect(announcement: Announcement): void {
    const { onRun, onRows, onEnd, home } = this.#options
    let heard = false
    const connection = new RunConnection(announcement, {
      onRun: () => {
        heard = true
        onRun?.(announcement)
      },
      onRows: frame => onRows(announcement, frame),
      onEnd: () => {
        if (this.#connections.get(announcement.run) === connection) this.#connections.delete(announcement.run)
        // Nobody listens there any more, so what a killed process left is taken away.
        withdraw(home, announcement)
        if (heard) onEnd?.(announcement)
        this.#look()
      },
    })
    this.#connections.set(announcement.run, connection)
  }

  #forget(connection: RunConnection): void {
    connection.close()
    this.#connections.delete(connection.announcement.run)
    this.#options.onEnd?.(connection.announcement)
  }
}

const isSame = (a: Announcement, b: Announcement): boolean => a.pid === b.pid && a.started === b.started && a.socket === b.socket
