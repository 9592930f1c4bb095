// Ctrl-C: work that listens is given a moment to end cleanly; then, or at once when nothing listens, the process ends with 130.
import { EXIT, Failure } from '../failure.ts'
import type { Terminal } from './terminal.ts'
import { tell } from './trouble.ts'

const interruption = new AbortController()
const GRACE_MILLIS = 10_000
let listening = false

/** Aborts when the user interrupts. Whoever asks for it promises to stop soon after, by throwing. */
export function interruptSignal(): AbortSignal {
  listening = true
  return interruption.signal
}

export function watchInterrupts(terminal: Terminal): void {
  const leave = (): never => process.exit(tell(interrupted(), terminal))
  const stop = (): void => {
    // A second Ctrl-C means now.
    if (!listening || interruption.signal.aborted) leave()
    interruption.abort(interrupted())
    setTimeout(leave, GRACE_MILLIS).unref()
  }

  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
}

const interrupted = (): Failure =>
  new Failure('INTERRUPTED', {
    message: 'stopped on request, before the work was done',
    fix: 'run the same command again; what was finished is kept, and nothing half-written is',
    exit: EXIT.interrupted,
  })
