// Starts a process of its own for a piece of work, hears its reports, and sees to it that it ends.
import { type ChildProcess, fork } from 'node:child_process'
import { resolve } from 'node:path'
import type { WorkOrder, WorkReport } from './work-order.ts'

const FILE = resolve(import.meta.dirname, 'work-process.ts')
/** As bin/quadrant starts Node; the reason is written there. */
const NODE_OPTIONS = ['--max-semi-space-size=16', '--disable-warning=ExperimentalWarning']
/** A run that is asked to stop writes its last lines first. */
const GRACE_MILLIS = 5_000

export interface Worker {
  /** Undefined where none could be started. */
  readonly pid: number | undefined
  /** Settles when the process is gone, whatever it did. */
  readonly ended: Promise<void>
  /** Asks it to stop, and ends it when it does not. */
  stop(): Promise<void>
  /** Ends it at once. */
  kill(): void
}

/** `hear` is called with each report; a process that dies without a last word is reported as failed. */
export function startWorker(order: Exclude<WorkOrder, { type: 'stop' }>, hear: (report: WorkReport) => void): Worker {
  const child = fork(FILE, [], { execArgv: NODE_OPTIONS, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
  let said = false
  let lastWords = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    lastWords = (lastWords + text).slice(-2_000)
  })
  child.on('message', (report: WorkReport) => {
    if (report.type === 'done' || report.type === 'explained' || report.type === 'failed') said = true
    hear(report)
  })

  const ended = new Promise<void>(settle => {
    const end = (why: string): void => {
      if (!said) hear({ type: 'failed', error: died(why, lastWords) })
      said = true
      settle()
    }
    child.once('error', error => end(error.message))
    child.once('close', (exit, signal) => end(signal === null ? `it ended with ${exit}` : `it was ended by ${signal}`))
  })
  child.send(order, () => undefined)
  return { pid: child.pid, ended, stop: () => stop(child, ended), kill: () => void child.kill('SIGKILL') }
}

async function stop(child: ChildProcess, ended: Promise<void>): Promise<void> {
  if (child.connected) child.send({ type: 'stop' } satisfies WorkOrder, () => undefined)
  const timer = setTimeout(() => child.kill('SIGKILL'), GRACE_MILLIS)
  await ended
  clearTimeout(timer)
}

const died = (why: string, lastWords: string) => ({
  code: 'JOB_LOST',
  message: `the process that did it is gone: ${why}${lastWords === '' ? '' : `; it said: ${lastWords.trim().split('\n').at(-1)}`}`,
  fix: 'start it again; if it happens again, run the same command in a terminal to see more',
})
