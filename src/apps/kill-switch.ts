// The kill switch: a file in the state folder that every run looks at. Once engaged it stays so until a person resets it.
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { appendFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { makeFolder, syncPath } from '../adapters/lake/durable.ts'
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
    const { kill: engaged, durable } = engage(home, flagged, undefined)
    // The flag itself is still there, should the record not get to the disk.
    durable.catch(() => {})
    return engaged
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

/** A kill that every run can see already; `durable` resolves once the disk has it too, and rejects where it cannot. */
export interface Engaged {
  readonly kill: Kill
  readonly durable: Promise<void>
}

/**
 * Engages the switch. A second kill replaces a milder one and never a stronger one; both are on record. The operator is the
 * shell's user unless named. Whoever tells the runs need not keep them waiting for the disk; whoever answers a person does.
 */
export function engageKill(
  home: string,
  { mode, reason, operator = operatorName() }: Pick<Kill, 'mode' | 'reason'> & Partial<Pick<Kill, 'operator'>>,
): Engaged {
  return engage(home, { mode, reason, operator }, readSwitch(home))
}

function engage(home: string, { mode, reason, operator }: Omit<Kill, 'time'>, now: Kill | undefined): Engaged {
  const wanted: Kill = { mode, reason, operator, time: new Date().toISOString() }
  const kill = now && MODES.indexOf(now.mode) >= MODES.indexOf(mode) ? now : wanted

  makeFolder(home)
  if (kill !== now) {
    // Whole or not at all: a run must never read half a file. Should the machine lose power before the sync, an empty file
    // is read as a kill too.
    const draft = `${killFile(home)}.${process.pid}.tmp`
    writeFileSync(draft, `${JSON.stringify(kill, null, 2)}\n`)
    renameSync(draft, killFile(home))
  }
  return { kill, durable: settle(home, wanted) }
}

async function settle(home: string, wanted: Kill): Promise<void> {
  // Where somebody took it back meanwhile there is nothing left to keep but the record.
  if (existsSync(killFile(home))) await syncPath(killFile(home))
  await syncPath(home)
  await record(home, { action: 'kill', ...wanted })
}

/** Takes the kill back, on record. Throws Failure KILL_NOT_FOUND when none is in force. */
export async function resetKill(
  home: string,
  reason: string,
  operator = operatorName(),
): Promise<{ readonly reset: Kill; readonly reason: string; readonly operator: string; readonly time: string }> {
  const kill = readKill(home)
  if (!kill) {
    throw new Failure('KILL_NOT_FOUND', {
      message: `no kill is in force in ${home}`,
      fix: 'nothing needs to be reset; if another folder was meant, point QUADRANT_HOME at it',
    })
  }

  const reset = { reset: kill, reason, operator, time: new Date().toISOString() }
  // On record first: should the removal fail, the switch stays engaged.
  await record(home, { action: 'reset', ...reset })
  rmSync(flagFile(home), { force: true })
  rmSync(killFile(home), { force: true })
  return reset
}

/** From mild to strong. */
const MODES: readonly KillMode[] = ['halt', 'cancel', 'flatten']

async function record(home: string, entry: object): Promise<void> {
  await appendFile(recordFile(home), `${JSON.stringify(entry)}\n`, { flush: true })
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
