// The kill switch: a file in the state folder that every run looks at. Once engaged it stays so until a person resets it.
import { appendFileSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { makeFolder } from '../adapters/lake/durable.ts'
import { Failure } from './failure.ts'

/** halt: no new risk. cancel: and open orders are cancelled. flatten: and positions are closed. */
export type KillMode = 'halt' | 'cancel' | 'flatten'

export interface Kill {
  readonly mode: KillMode
  readonly reason: string
  readonly operator: string
  /** ISO, UTC. */
  readonly time: string
}

export const killFile = (home: string): string => join(home, 'kill.json')
/** Whoever may write in the state folder stops everything by putting a file of this name there: `touch KILL`. */
const flagFile = (home: string): string => join(home, 'KILL')
const recordFile = (home: string): string => join(home, 'kill-record.jsonl')

/**
 * The kill in force, or undefined. A file that cannot be understood counts as a kill: when in doubt, stop. The flag file
 * becomes a kill of the record when it is first seen, so that taking the file away is no reset.
 */
export function readKill(home: string): Kill | undefined {
  const kill = readSwitch(home)
  if (kill !== undefined || !existsSync(flagFile(home))) return kill
  const flagged = { mode: 'halt', reason: 'the file KILL was put there', operator: 'file' } as const
  try {
    return engage(home, flagged, undefined)
  } catch {
    // Where nothing can be written the flag alone must do.
    return { ...flagged, time: '' }
  }
}

function readSwitch(home: string): Kill | undefined {
  let text: string
  try {
    text = readFileSync(killFile(home), 'utf8')
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined
    throw error
  }
  try {
    const kill = JSON.parse(text) as Kill
    if (MODES.includes(kill?.mode)) return kill
  } catch {
    // Falls through to the cautious reading.
  }
  return { mode: 'halt', reason: `${killFile(home)} cannot be read as a kill`, operator: 'unknown', time: '' }
}

/** Engages the switch. A second kill replaces a milder one and never a stronger one; both are on record. The operator is the shell's user unless named. */
export function engageKill(
  home: string,
  { mode, reason, operator = operatorName() }: Pick<Kill, 'mode' | 'reason'> & Partial<Pick<Kill, 'operator'>>,
): Kill {
  return engage(home, { mode, reason, operator }, readSwitch(home))
}

function engage(home: string, { mode, reason, operator }: Omit<Kill, 'time'>, now: Kill | undefined): Kill {
  const wanted: Kill = { mode, reason, operator, time: new Date().toISOString() }
  const kill = now && MODES.indexOf(now.mode) >= MODES.indexOf(mode) ? now : wanted

  makeFolder(home)
  if (kill !== now) {
    // Whole or not at all: a run must never read half a file.
    const draft = `${killFile(home)}.${process.pid}.tmp`
    writeFileSync(draft, `${JSON.stringify(kill, null, 2)}\n`, { flush: true })
    renameSync(draft, killFile(home))
  }
  record(home, { action: 'kill', ...wanted })
  return kill
}

/** Takes the kill back, on record. Throws Failure KILL_NOT_FOUND when none is in force. */
export function resetKill(
  home: string,
  reason: string,
  operator = operatorName(),
): { readonly reset: Kill; readonly reason: string; readonly operator: string; readonly time: string } {
  const kill = readKill(home)
  if (!kill) {
    throw new Failure('KILL_NOT_FOUND', {
      message: `no kill is in force in ${home}`,
      fix: 'nothing needs to be reset; if another folder was meant, point QUADRANT_HOME at it',
    })
  }

  const reset = { reset: kill, reason, operator, time: new Date().toISOString() }
  // On record first: should the removal fail, the switch stays engaged.
  record(home, { action: 'reset', ...reset })
  rmSync(flagFile(home), { force: true })
  rmSync(killFile(home), { force: true })
  return reset
}

/** From mild to strong. */
const MODES: readonly KillMode[] = ['halt', 'cancel', 'flatten']

function record(home: string, entry: object): void {
  appendFileSync(recordFile(home), `${JSON.stringify(entry)}\n`, { flush: true })
}

/** The user of this machine who acts. */
export function operatorName(): string {
  try {
    return userInfo().username
  } catch {
    // A user id without an entry in the system's list, as in many containers.
    return process.env['USER'] || `uid ${process.getuid?.() ?? 'unknown'}`
  }
}
