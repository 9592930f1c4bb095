// A run's link to the server: rows at a beat, requests as they come. Without it the run is the same run.
import { RunPublisher } from '../../adapters/run-link/run-publisher.ts'
import type { RunRequest } from '../../wire/topics.ts'
import { houseCeilings } from '../house-limits.ts'
import { type Look, RunRows, type RunRowsOptions } from '../rows/run-rows.ts'
import type { Note } from './step-notes.ts'

export type RunAnswer = Awaited<ReturnType<Parameters<RunPublisher['onRequest']>[0]>>

/** How often rows are told while somebody listens, and while nobody does; milliseconds. */
const BEAT_MILLIS = 100
const IDLE_MILLIS = 1_000

export class RunLink {
  readonly rows: RunRows
  readonly #publisher: RunPublisher | undefined
  #next = 0

  private constructor(rows: RunRows, publisher: RunPublisher | undefined) {
    this.rows = rows
    this.#publisher = publisher
  }

  /** A socket that cannot be made is a note and nothing more: the run matters, who looks on does not. */
  static async open(
    home: string,
    options: Omit<RunRowsOptions, 'ceilings'>,
    onNote: (note: Note) => void,
  ): Promise<RunLink> {
    const { run, config, mode, started } = options
    const rows = new RunRows({ ...options, ceilings: () => houseCeilings(home) })
    try {
      return new RunLink(rows, await RunPublisher.start(home, { run, account: config.name, mode, started }))
    } catch (error) {
      onNote({ type: 'link-failed', time: started, reason: `the dashboard cannot see this run: ${(error as Error).message}` })
      return new RunLink(rows, undefined)
    }
  }

  onRequest(handler: (request: RunRequest) => RunAnswer | Promise<RunAnswer>): void {
    this.#publisher?.onRequest(handler)
  }

  get listeners(): number {
    return this.#publisher?.listeners ?? 0
  }

  /** Tells what changed, when it is time to. */
  beat(look: () => Look): void {
    const publisher = this.#publisher
    if (publisher === undefined) return
    const now = performance.now()
    if (now < this.#next) return
    this.#next = now + (publisher.listeners > 0 ? BEAT_MILLIS : IDLE_MILLIS)
    this.rows.publish(look(), (topic, rows, gone) => publisher.publish(topic, rows, gone))
  }

  /** Tells how it ended, where it came so far. */
  async close(last?: Look): Promise<void> {
    const publisher = this.#publisher
    if (publisher !== undefined && last !== undefined)
      this.rows.publish(last, (topic, rows, gone) => publisher.publish(topic, rows, gone))
    this.rows.close()
    await publisher?.close()
  }
}
