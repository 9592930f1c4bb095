// Who writes a journal: a process, named so that a dead one can be told from a living one.
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'

export interface WriterClaim {
  readonly host: string
  readonly process: number
  /** When the process was born, on systems that say so: process numbers are used again. Empty elsewhere. */
  readonly born: string
  /** Tells this opening from every other one. */
  readonly token: string
}

export const claimOfThisProcess = (): WriterClaim => ({
  host: hostname(),
  process: process.pid,
  born: birthOf(process.pid),
  token: randomUUID(),
})

/** False only when the writer is certainly gone. A writer on another machine cannot be asked and counts as alive. */
export function isAlive(claim: WriterClaim): boolean {
  if (claim.host !== hostname()) return true

  try {
    process.kill(claim.process, 0)
  } catch (error) {
    // No such process. Any other answer, such as "not permitted", comes from one that lives.
    if ((error as { code?: unknown }).code === 'ESRCH') return false
  }
  return birthOf(claim.process) === claim.born
}

/** Boot and start tick, from Linux's proc(5): field 22 of stat, counted after the name, which may hold spaces. */
function birthOf(pid: number): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const [state = '', ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    // A process that has died and was not yet collected by its parent writes nothing any more.
    return state === 'Z' ? 'gone' : `${boot}:${fields[18] ?? ''}`
  } catch {
    return ''
  }
}
