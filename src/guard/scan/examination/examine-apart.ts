// One file in a process of its own: for texts on which a parser may run out of stack, and for those that took too long beside others.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { deserialize, serialize } from 'node:v8'
import { type Examined, type Subject, unread } from './examined.ts'

/** Longer than any file that a person wrote takes, by a factor of hundreds. */
export const PATIENCE_MILLIS = 10_000

const MEMORY_MB = 1024

const CHILD = join(import.meta.dirname, './examine-child.ts')

export function examineApart(subject: Subject): Examined {
  const child = spawnSync(
    process.execPath,
    [`--max-old-space-size=${MEMORY_MB}`, '--disable-warning=ExperimentalWarning', CHILD],
    {
      input: serialize(subject),
      timeout: PATIENCE_MILLIS,
      killSignal: 'SIGKILL',
      maxBuffer: 2 ** 28,
      stdio: ['pipe', 'pipe', 'ignore'],
    },
  )
  if (child.status === 0) return deserialize(child.stdout) as Examined

  const tooLong = (child.error as NodeJS.ErrnoException | undefined)?.code === 'ETIMEDOUT'
  const why = tooLong
    ? `reading it took longer than ${PATIENCE_MILLIS / 1000} s`
    : 'reading it took more memory or a deeper stack than there is: it is nested too deep, or too large'
  return unread(subject.file, { at: 0, message: why })
}
