// What people look at steps back behind what trades, where a machine has too few cores for both.
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { setPriority } from 'node:os'

/** As `nice` counts: about a third of the share that a run gets while both want a core. */
const NICENESS = 5

/**
 * For a process that leads a session of its own; processes it starts inherit everything. On Linux cores may be shared out
 * among sessions first (sched(7), autogroup), and then the niceness of a process counts only within its session, so both are
 * set. And as even who has every right to a core waits some milliseconds until another's slice is over, one core is left
 * to the run and to the disk that it waits for.
 */
export function stepBack(pid: number, niceness = NICENESS): void {
  attempt(() => setPriority(pid, niceness))
  if (process.platform !== 'linux') return
  attempt(() => writeFileSync(`/proc/${pid}/autogroup`, String(niceness)))
  attempt(() => {
    const [, ...others] = coresIn(/^Cpus_allowed_list:\s*(.+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '')
    if (others.length > 0) execFileSync('taskset', ['-a', '-p', '-c', others.join(','), String(pid)], { stdio: 'ignore' })
  })
}

/** '0-2,5' are 0, 1, 2 and 5. */
export const coresIn = (list: string): number[] =>
  list.split(',').flatMap(range => {
    const [first = Number.NaN, last = first] = range.split('-').map(Number)
    return first <= last ? Array.from({ length: last - first + 1 }, (_, i) => first + i) : []
  })

/** Some systems do not let anybody, or know no such thing; then everything runs as it comes. */
function attempt(act: () => void): void {
  try {
    act()
  } catch {
    // Nothing depends on it.
  }
}
