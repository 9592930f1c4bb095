// Ctrl-C: what is under way is given a moment to clean up behind itself, then the process ends with 130.
import { EXIT, Failure } from '../failure.ts'
import type { Terminal } from './terminal.ts'
import { tell } from './trouble.ts'

type Cleanup = () => void | Promise<void>

const cleanups = new Set<Cleanup>()
const GRACE_MILLIS = 3000

/** Runs `cleanup` if the user interrupts before the returned function was called. */
export function onInterrupt(cleanup: Cleanup): () => void {
  cleanups.add(cleanup)
  return () => cleanups.delete(cleanup)
}

export function watchInterrupts(terminal: Terminal): void {
  let interrupted = false
  const stop = async (): Promise<void> => {
    // A second Ctrl-C means now.
    if (interrupted) process.exit(EXIT.interrupted)
    interrupted = true

    tell(
      new Failure('INTERRUPTED', {
        message: 'stopped on request, before the work was done',
        fix: 'run the same command again; what was finished is kept, and nothing half-written is',
      }),
      terminal,
    )
    const patience = new Promise<void>(resolve => setTimeout(resolve, GRACE_MILLIS).unref())
    await Promise.race([Promise.allSettled([...cleanups].map(cleanup => cleanup())), patience])
    process.exit(EXIT.interrupted)
  }

  process.on('SIGINT', () => void stop())
  process.on('SIGTERM', () => void stop())
}
