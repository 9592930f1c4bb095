// Many files one after the other, for a bounded time: code that is judged may be made to keep its judge busy for ever.
import { Script } from 'node:vm'
import type { SourceFile } from '../project/source-files.ts'
import { languageOfName } from '../project/source-files.ts'
import { openPython } from '../python/python.ts'
import { examine } from './examine.ts'
import type { Examined } from './examined.ts'

export interface BatchResult {
  /** Of the first so many files, in their order. */
  readonly done: readonly Examined[]
  /** False when time ran out over the file behind the last one done. What this thread has loaded is then of doubtful state. */
  readonly inTime: boolean
}

/** Half a megabyte takes a tenth of it on a slow machine. */
export const BATCH_MILLIS_MAX = 8_000

export async function examineBatch(files: readonly SourceFile[]): Promise<BatchResult> {
  // An extensionless script may be Python too.
  if (files.some(({ path }) => languageOfName(path) === 'python' || languageOfName(path) === undefined)) await openPython()

  const done: Examined[] = []
  const inTime = within(BATCH_MILLIS_MAX, () => {
    for (const file of files) done.push(examine(file))
  })
  return { done, inTime }
}

const RUN = Symbol.for('quadrant.guard.run')
const script = new Script(`globalThis[Symbol.for('quadrant.guard.run')]()`)

/** Only a script can be interrupted while it works, so a script calls the work. False when it was. */
function within(millis: number, work: () => void): boolean {
  const world = globalThis as { [RUN]?: () => void }
  world[RUN] = work
  try {
    script.runInThisContext({ timeout: millis })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return false
    throw error
  } finally {
    delete world[RUN]
  }
}
