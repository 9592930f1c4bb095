// A process that does what a bench tells it over IPC, one order at a time: both ends of it.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

type Word<Answer> = { readonly answer: Answer } | { readonly error: string }

export class ToldProcess<Order extends object> {
  readonly process: ChildProcess

  /** A file of this folder that calls `obeyOrders`. */
  constructor(file: string, args: readonly string[] = []) {
    this.process = fork(join(import.meta.dirname, file), args, {
      // As bin/quadrant starts Node.
      execArgv: ['--disable-warning=ExperimentalWarning', '--max-semi-space-size=16'],
      serialization: 'advanced',
      // A session of its own, as a run of a terminal, its server and other people's browsers have: some systems share the
      // cores out among sessions first.
      detached: true,
    })
  }

  tell<Answer = unknown>(order: Order): Promise<Answer> {
    const { process: child } = this
    return new Promise((resolve, reject) => {
      const settle = (word: Word<Answer>): void => {
        child.off('message', settle)
        child.off('exit', died)
        if ('error' in word) reject(new Error(word.error))
        else resolve(word.answer)
      }
      const died = (): void => settle({ error: 'the process is gone' })
      child.on('message', settle)
      child.on('exit', died)
      child.send(order, error => error === null || settle({ error: String(error) }))
    })
  }

  async end(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return
    const ended = once(this.process, 'exit')
    this.process.kill('SIGKILL')
    await ended
  }
}

/** The other end; the process ends with the bench. */
export function obeyOrders<Order>(obey: (order: Order) => unknown): void {
  if (process.send === undefined) return
  process.on('message', (order: Order) => {
    Promise.resolve()
      .then(() => obey(order))
      .then(
        answer => process.send?.({ answer } satisfies Word<unknown>),
        (error: unknown) => process.send?.({ error: String(error) } satisfies Word<unknown>),
      )
  })
  process.on('disconnect', () => process.exit())
}
