// Explanations, made in a process of their own because they make the run again: few at a time, in bounded time, each once.
import type { ReplyOf } from '../../wire/contract.ts'
import { Failure } from '../failure.ts'
import type { WorkOrder, WorkReport } from './work-order.ts'
import { startWorker, type Worker } from './worker.ts'

type Order = Extract<WorkOrder, { type: 'explain' }>
export type Links = ReplyOf<'GET /runs/:id/explanation'>['links']

const KEPT = 200
const WAITING_MAX = 6
const PATIENCE_MILLIS = 120_000

export class Explanations {
  readonly #home: string
  readonly #patienceMillis: number
  readonly #known = new Map<string, Promise<Links>>()
  readonly #workers = new Set<Worker>()
  /** One after the other: each takes a core for as long as the run took. */
  #queue: Promise<unknown> = Promise.resolve()
  #waiting = 0
  #closed = false

  constructor(home: string, { patienceMillis = PATIENCE_MILLIS }: { readonly patienceMillis?: number } = {}) {
    this.#home = home
    this.#patienceMillis = patienceMillis
  }

  /** `state` tells two runs of one id apart. Throws Failure EXPLANATIONS_BUSY, EXPLANATION_TIMEOUT, and what `explain` throws. */
  of(run: string, state: string, question: Order['question']): Promise<Links> {
    const key = JSON.stringify([run, state, question])
    const known = this.#known.get(key)
    if (known !== undefined) return known
    if (this.#waiting >= WAITING_MAX || this.#closed) {
      throw new Failure('EXPLANATIONS_BUSY', {
        message: `${this.#waiting} explanations are being made or wait already; each makes a run again`,
        fix: 'ask again in a minute, or run `quadrant why` in a terminal',
      })
    }

    this.#waiting += 1
    const answer = this.#queue.then(() => this.#make({ type: 'explain', home: this.#home, run, question }))
    this.#queue = answer.catch(() => undefined).finally(() => (this.#waiting -= 1))
    this.#known.set(key, answer)
    // What failed may go well the next time.
    answer.catch(() => this.#known.delete(key))
    if (this.#known.size > KEPT) this.#known.delete(this.#known.keys().next().value!)
    return answer
  }

  async close(): Promise<void> {
    this.#closed = true
    for (const worker of this.#workers) worker.kill()
    await Promise.all([...this.#workers].map(({ ended }) => ended))
  }

  async #make(order: Order): Promise<Links> {
    if (this.#closed) throw lost('the server is stopping')
    let answer: WorkReport | undefined
    const worker = startWorker(order, report => {
      answer = report
    })
    this.#workers.add(worker)
    let late = false
    const timer = setTimeout(() => {
      late = true
      worker.kill()
    }, this.#patienceMillis)
    await worker.ended
    clearTimeout(timer)
    this.#workers.delete(worker)

    if (answer?.type === 'explained') return answer.links.map(({ stage, reason, ids }) => ({ stage, reason, ids: [...ids] }))
    if (late) {
      throw new Failure('EXPLANATION_TIMEOUT', {
        message: `the run could not be made again within ${this.#patienceMillis / 1000} s`,
        fix: `run it in a terminal, where it may take its time: quadrant why ${order.run}`,
      })
    }
    throw answer?.type === 'failed' ? new Failure(answer.error.code, answer.error) : lost('it ended without an answer')
  }
}

const lost = (why: string): Failure =>
  new Failure('JOB_LOST', { message: `the process that explains is gone: ${why}`, fix: 'ask again' })
