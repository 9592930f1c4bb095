// A run's link to the server: rows at a beat, requests as they come. Without it the run is the same run.
import { RunPublisher } from '../../adapters/run-link/run-publisher.ts'
import { accountOfRun } from '../../wire/research.ts'
import type { RunRequest } from '../../wire/topics.ts'
import { houseCeilings } from '../house-limits.ts'
import { type Look, RunRows, type RunRowsOptions } from '../rows/run-rows.ts'
import type { Note } from './step-notes.ts'

export type RunAnswer = Awaited<ReturnType<Parameters<RunPublisher['onRequest']>[0]>>

/** How often rows are told while somebody listens, and while nobody does; milliseconds. */
const BEAT_MILLIS = 100
const IDLE_MILLIS = 1_000
/** A look is told in pieces of so long; what arrives between two of them is decided first. */
const PIECE_MILLIS = 0.4

export class RunLink {
  readonly rows: RunRows
  readonly #home: string
  readonly #options: Omit<RunRowsOptions, 'ceilings'>
  #publisher: RunPublisher | undefined
  #next = 0
  /** The rest of the look that is being told. */
  #looking: Iterator<void> | undefined
  #soon: NodeJS.Immediate | undefined
  #failed: (reason: string) => void = () => {}

  /** Rows are collected from the beginning; nothing is told before `start`. */
  constructor(home: string, options: Omit<RunRowsOptions, 'ceilings'>) {
    this.#home = home
    this.#options = options
    this.rows = new RunRows({ ...options, ceilings: () => houseCeilings(home) })
  }

  /** A socket that cannot be made is a note and nothing more: the run matters, who looks on does not. */
  async start(onNote: (note: Note) => void): Promise<void> {
    const { run, config, mode, started } = this.#options
    this.#failed = reason => onNote({ type: 'link-failed', time: started, reason })
    try {
      this.#publisher = await RunPublisher.start(this.#home, {
        run,
        account: accountOfRun({ name: config.name, mode }),
        mode,
        started,
      })
    } catch (error) {
      this.#failed(`the dashboard cannot see this run: ${(error as Error).message}`)
    }
  }

  onRequest(handler: (request: RunRequest) => RunAnswer | Promise<RunAnswer>): void {
    this.#publisher?.onRequest(handler)
  }

  get listeners(): number {
    return this.#publisher?.listeners ?? 0
  }

  /** Tells what changed, when it is time to and the look before is over. */
  beat(look: () => Look): void {
    const publisher = this.#publisher
    if (publisher === undefined || this.#looking !== undefined) return
    const now = performance.now()
    if (now < this.#next) return
    this.#next = now + (publisher.listeners > 0 ? BEAT_MILLIS : IDLE_MILLIS)
    this.#looking = this.rows.tell(look(), (topic, rows, gone) => publisher.publish(topic, rows, gone))
    this.#tell()
  }

  /** Tells how it ended, where it came so far. */
  async close(last?: Look): Promise<void> {
    const publisher = this.#publisher
    clearImmediate(this.#soon)
    this.#looking = undefined
    if (publisher !== undefined && last !== undefined)
      this.rows.publish(last, (topic, rows, gone) => publisher.publish(topic, rows, gone))
    this.rows.close()
    await publisher?.close()
  }

  /** One piece of a look, and the next one after whatever has arrived meanwhile. */
  readonly #tell = (): void => {
    try {
      const end = performance.now() + PIECE_MILLIS
      while (this.#looking?.next().done === false) {
        if (performance.now() < end) continue
        this.#soon = setImmediate(this.#tell)
        return
      }
    } catch (error) {
      // A fault in telling is no reason to stop trading.
      this.#failed(`the dashboard was not told everything: ${(error as Error).message}`)
    }
    this.#looking = undefined
  }
}
