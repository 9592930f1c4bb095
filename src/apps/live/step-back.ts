// What people look at steps back behind what trades, where a machine has too few cores for both.
import { writeFileSync } from 'node:fs'
import { setPriority } from 'node:os'

/** As `nice` counts: about a third of the share that a run gets while both want a core. */
const NICENESS = 5

/**
 * For a process that leads a session of its own. Linux may share the cores out among sessions first (sched(7), autogroup),
 * and then the niceness of a process counts only within its session, so both are set. Processes it starts inherit them.
 */
export function stepBack(pid: number, niceness = NICENESS): void {
  attempt(() => setPriority(pid, niceness))
  if (process.platform === 'linux') attempt(() => writeFileSync(`/proc/${pid}/autogroup`, String(niceness)))
}

/** Some systems do not let anybody, or know no such thing; then everything runs as it comes. */
function attempt(act: () => void): void {
  try {
    act()
  } catch {
    // Nothing depends on it.
  }
}
