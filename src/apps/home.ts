// Where Quadrant keeps what it makes: the lake, the runs, the journals and the kill switch.
import { join, resolve } from 'node:path'

/** `QUADRANT_HOME`, or `.quadrant` in the working directory. Absolute; nothing is created here. */
export function stateHome(): string {
  return resolve(process.env['QUADRANT_HOME'] || '.quadrant')
}

export const lakeFolder = (home: string): string => join(home, 'lake')
export const runsFolder = (home: string): string => join(home, 'runs')
export const journalFolder = (home: string): string => join(home, 'journal')
export const recordingsFolder = (home: string): string => join(home, 'recordings')
