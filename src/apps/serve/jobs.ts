// Runs that people start from the dashboard: each in a process of its own, few at a time, ended with the server.
import { randomBytes } from 'node:crypto'
import type { RowOf } from '../../wire/topics.ts'
import { Failure } from '../failure.ts'
import type { JobKind, WorkReport } from './work-order.ts'
import { startWorker, type Worker } from './worker.ts'

export type JobRow = RowOf<'jobs'>

export interface JobWish {
  readonly kind: JobKind
  readonly configuration: string
  readonly file: string
  readonly set: readonly string[]
  /** The folder of a recording that a paper run plays instead of living prices. */
  readonly replay: string | undefined
  readonly speed: number | undefined
  readonly by: string
  /** Whose run it is: the configuration's own name, overrides included. */
  readonly account: string
}

export interface JobsOptions {
  readonly home: string
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly onChange: (row: JobRow) => void
  /** Resolves when the finished run of a job can be asked for: a job is not said to be done before. */
  readonly taken: () => Promise<void>
}

/** A backtest takes a whole core; what waits for its turn is listed as running, in words. */
const BACKTESTS_AT_ONCE = 2
const WAITING_MAX = 8
/** Runs that last: they do little at a time, and nobody may start them without end. */
const LASTING_MAX = 4
/** Ended ones that are still listed. */
const KEPT = 100

interface Job {
  row: JobRow
  readonly wish: JobWish
  worker: Worker | undefined
  canceled: boolean
  /** Its process has said its last word, and what it left is being taken in. */
  ending: Promise<void> | undefined
}

export const jobNotFound = (key: string): Failure =>
  new Failure('JOB_NOT_FOUND', { message: `there is no job '${key}' of yours`, fix: 'take one of GET /api/v1/jobs' })

export class Jobs {
  readonly #options: JobsOptions
  readonly #jobs = new Map<string, Job>()
  #closed = false

  constructor(options: JobsOptions) {
    this.#options = options
  }

  /** Newest first. */
  rows(): JobRow[] {
    return [...this.#jobs.values()].map(({ row }) => row).reverse()
  }

  /** A run says that it lives: the row of the job whose process it is leads to it from here on. */
  announce({ run, pid }: { readonly run: string; readonly pid: number }): void {
    for (const job of this.#jobs.values()) {
      if (job.row.state === 'running' && job.worker?.pid === pid && job.row.run !== run) this.#change(job, { run })
    }
  }

  /** Undefined where there is no such job. */
  accountOf(key: string): string | undefined {
    return this.#jobs.get(key)?.wish.account
  }

  /** Throws Failure JOBS_BUSY. */
  start(wish: JobWish): JobRow {
    const { kind, configuration, by } = wish
    this.#refuseTooMany(kind)
    const key = `job-${randomBytes(6).toString('hex')}`
    const row: JobRow = {
      ...{ key, kind, configuration, state: 'running', progress: null, words: 'waits for its turn', run: null, error: null, by },
      ...{ started: this.#instant(), ended: null },
    }
    const job: Job = { row, wish, worker: undefined, canceled: false, ending: undefined }
    this.#jobs.set(key, job)
    this.#options.onChange(row)
    this.#next()
    return job.row
  }

  /** Settled when its process is gone. Throws Failure JOB_NOT_FOUND. */
  async cancel(key: string): Promise<JobRow> {
    const job = this.#jobs.get(key)
    if (job === undefined) throw jobNotFound(key)
    if (job.row.state !== 'running') return job.row
    job.canceled = true
    if (job.worker === undefined) this.#end(job, { state: 'canceled', words: 'taken back before it began' })
    else await job.worker.stop()
    await job.ending
    return job.row
  }

  /** Ends every process. */
  async close(): Promise<void> {
    this.#closed = true
    await Promise.all(
      [...this.#jobs.values()].filter(({ row }) => row.state === 'running').map(({ row }) => this.cancel(row.key)),
    )
  }

  #refuseTooMany(kind: JobKind): void {
    const running = [...this.#jobs.values()].filter(({ row }) => row.state === 'running')
    const lasting = kind !== 'backtest'
    const alike = running.filter(({ wish }) => (wish.kind !== 'backtest') === lasting).length
    const most = lasting ? LASTING_MAX : BACKTESTS_AT_ONCE + WAITING_MAX
    if (alike < most && !this.#closed) return
    throw new Failure('JOBS_BUSY', {
      message: `${alike} ${lasting ? 'replays and paper runs' : 'backtests'} are running or waiting already`,
      fix: 'wait for one to end, or stop one: DELETE /api/v1/jobs/ID',
    })
  }

  #next(): void {
    if (this.#closed) return
    const jobs = [...this.#jobs.values()].filter(({ row }) => row.state === 'running')
    let backtests = jobs.filter(({ worker, wish }) => worker !== undefined && wish.kind === 'backtest').length
    for (const job of jobs) {
      if (job.worker !== undefined) continue
      if (job.wish.kind === 'backtest' && backtests >= BACKTESTS_AT_ONCE) continue
      if (job.wish.kind === 'backtest') backtests += 1
      this.#begin(job)
    }
  }

  #begin(job: Job): void {
    const { kind, file, set, replay, speed } = job.wish
    this.#change(job, { words: kind === 'replay' ? 'starts from the beginning' : 'starts' })
    const order = { type: 'job', kind, home: this.#options.home, file, set, replay, speed } as const
    job.worker = startWorker(order, report => this.#hear(job, report))
    void job.worker.ended.then(() => this.#next())
  }

  #hear(job: Job, report: WorkReport): void {
    if (job.row.state !== 'running') return
    if (report.type === 'started') this.#change(job, { run: report.run })
    else if (report.type === 'progress') {
      const { done, total, words } = report
      const progress = done === null || total === null || total === 0 ? null : Math.min(1, done / total)
      this.#change(job, { progress, words })
    } else if (report.type === 'done') {
      const state = job.canceled ? 'canceled' : 'done'
      job.ending = this.#options
        .taken()
        .then(() => this.#end(job, { state, run: report.run, progress: 1, words: `ended as ${report.run}` }))
    } else if (report.type === 'failed') {
      if (job.canceled) this.#end(job, { state: 'canceled', words: 'stopped' })
      else this.#end(job, { state: 'failed', words: report.error.message.split('\n')[0] ?? '', error: report.error })
    }
  }

  #end(job: Job, change: Partial<JobRow>): void {
    this.#change(job, { ...change, ended: this.#instant() })
    const ended = [...this.#jobs.values()].filter(({ row }) => row.state !== 'running')
    for (const { row } of ended.slice(0, -KEPT)) this.#jobs.delete(row.key)
  }

  #change(job: Job, change: Partial<JobRow>): void {
    job.row = { ...job.row, ...change }
    this.#options.onChange(job.row)
  }

  #instant(): string {
    return new Date(this.#options.now()).toISOString()
  }
}
