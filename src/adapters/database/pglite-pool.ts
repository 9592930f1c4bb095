// A pool of one connection to PGlite's thread, in the shape that Kysely's PostgreSQL dialect takes. Who holds it holds it alone.
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely'
import type { PgliteAnswer, PgliteRequest } from './pglite-worker.ts'
import { storable } from './values.ts'

type Result = PostgresQueryResult<unknown>

interface Waiting {
  readonly resolve: (answer: PgliteAnswer) => void
  readonly reject: (error: Error) => void
}

export class PglitePool implements PostgresPool {
  readonly #worker: Worker
  readonly #waiting = new Map<number, Waiting>()
  readonly #queue: ((client: PostgresPoolClient) => void)[] = []
  #requests = 0
  #held = false
  #ended: Promise<void> | undefined
  #failure: Error | undefined

  constructor(folder: string) {
    this.#worker = new Worker(new URL('./pglite-worker.ts', import.meta.url), { workerData: { folder } })
    this.#worker.on('message', (answer: PgliteAnswer) => {
      this.#waiting.get(answer.id)?.resolve(answer)
      this.#waiting.delete(answer.id)
      this.#rest()
    })
    this.#worker.on('error', error => this.#fail(error as Error))
    this.#worker.on('exit', () => this.#fail(new Error('the thread of the database has ended')))
    this.#worker.unref()
  }

  connect(): Promise<PostgresPoolClient> {
    return new Promise(resolve => {
      this.#queue.push(resolve)
      this.#next()
    })
  }

  end(): Promise<void> {
    this.#ended ??= this.#close()
    return this.#ended
  }

  async #close(): Promise<void> {
    if (this.#failure !== undefined) return
    const gone = once(this.#worker, 'exit')
    try {
      await this.#ask({ close: true })
    } finally {
      await this.#worker.terminate()
      await gone
    }
  }

  #next(): void {
    const taker = this.#held ? undefined : this.#queue.shift()
    if (taker === undefined) return
    this.#held = true
    let released = false
    taker({
      // Cursors, the other thing a client may be asked for, are not used.
      query: ((sql: string, parameters: readonly unknown[]) => this.#query(sql, parameters)) as PostgresPoolClient['query'],
      release: () => {
        if (released) return
        released = true
        this.#held = false
        this.#next()
      },
    })
  }

  async #query(sql: string, parameters: readonly unknown[]): Promise<Result> {
    const { rows = [], count = 0 } = await this.#ask({ sql, parameters: parameters.map(storable) })
    return { command: commandOf(sql), rowCount: count, rows: [...rows] }
  }

  async #ask(request: DistributiveOmit<PgliteRequest, 'id'>): Promise<PgliteAnswer> {
    if (this.#failure !== undefined) throw this.#failure
    const id = ++this.#requests
    // A process with an unanswered query waits for it; one with none may end.
    this.#worker.ref()
    const answer = await new Promise<PgliteAnswer>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      this.#worker.postMessage({ ...request, id })
    })
    if (answer.error === undefined) return answer
    throw Object.assign(new Error(answer.error.message), { code: answer.error.code })
  }

  #rest(): void {
    if (this.#waiting.size === 0) this.#worker.unref()
  }

  #fail(error: Error): void {
    this.#failure ??= error
    for (const { reject } of this.#waiting.values()) reject(this.#failure)
    this.#waiting.clear()
  }
}

type DistributiveOmit<T, Key extends PropertyKey> = T extends unknown ? Omit<T, Key> : never

/** PGlite does not repeat the command; Kysely asks for it to know whether rows were changed. */
const commandOf = (sql: string): Result['command'] =>
  (/^\s*(insert|update|delete|merge)\b/i.exec(sql)?.[1]?.toUpperCase() as Result['command'] | undefined) ?? 'SELECT'
