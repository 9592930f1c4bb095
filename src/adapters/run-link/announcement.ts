// How a run says that it lives: one small file per run in `<home>/live`, naming the socket it listens on.
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'

export interface Announcement {
  readonly run: string
  readonly account: string
  readonly mode: string
  readonly pid: number
  /** Path of a Unix socket, or of a named pipe on Windows. */
  readonly socket: string
  /** ISO, UTC. */
  readonly started: string
}

export const liveFolder = (home: string): string => join(home, 'live')

const announcementFile = (home: string, run: string): string => join(liveFolder(home), `${run}.json`)

/** A file name on every system, and never a way out of the folder. */
const RUN_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,159}$/

/** Systems take 104 bytes or 108, the closing zero included. */
const LONGEST_PATH_BYTES = 100
const PRIVATE_PREFIX = 'quadrant-run-'

/** The folder of announcements, readable by nobody else, whatever made it. */
export function openLiveFolder(home: string): string {
  const folder = liveFolder(home)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  if (process.platform !== 'win32') chmodSync(folder, 0o700)
  return folder
}

/**
 * Where a run listens: beside its announcement, or in a private folder where that path is too long for a socket. Throws a
 * RangeError for a name that is no run's.
 */
export function socketPath(home: string, run: string, platform: NodeJS.Platform = process.platform): string {
  if (!RUN_ID.test(run)) throw new RangeError(`'${run}' is no id of a run`)
  if (platform === 'win32') return `\\\\.\\pipe\\quadrant-${run}-${process.pid}`
  const beside = join(liveFolder(home), `${run}.sock`)
  if (Buffer.byteLength(beside) <= LONGEST_PATH_BYTES) return beside
  return join(mkdtempSync(join(tmpdir(), PRIVATE_PREFIX)), 'run.sock')
}

/** Whole or not at all: a watcher must never read half a file. */
export function announce(home: string, announcement: Announcement): void {
  const file = announcementFile(home, announcement.run)
  const draft = `${file}.${process.pid}.tmp`
  writeFileSync(draft, `${JSON.stringify(announcement)}\n`, { mode: 0o600 })
  renameSync(draft, file)
}

/** Takes back what this announcement left, unless a later start of the same run has taken its place. */
export function withdraw(home: string, announcement: Announcement): void {
  const standing = readAnnouncement(home, `${announcement.run}.json`)
  if (standing !== undefined && (standing.pid !== announcement.pid || standing.started !== announcement.started)) return
  rmSync(announcementFile(home, announcement.run), { force: true })
  removeSocket(home, announcement.socket)
}

/** Only what `socketPath` may have made: a file is no order to delete another. */
export function removeSocket(home: string, socket: string): void {
  if (process.platform === 'win32') return
  const folder = dirname(socket)
  const isPrivate = dirname(folder) === tmpdir() && basename(folder).startsWith(PRIVATE_PREFIX)
  if (isPrivate) rmSync(folder, { recursive: true, force: true })
  else if (folder === liveFolder(home) && socket.endsWith('.sock')) rmSync(socket, { force: true })
}

/** Every announcement there is, of dead runs too; what cannot be read as one is none. */
export function readAnnouncements(home: string): Announcement[] {
  let names: string[]
  try {
    names = readdirSync(liveFolder(home))
  } catch {
    return []
  }
  return names.filter(name => name.endsWith('.json')).flatMap(name => readAnnouncement(home, name) ?? [])
}

function readAnnouncement(home: string, name: string): Announcement | undefined {
  try {
    const found = JSON.parse(readFileSync(join(liveFolder(home), name), 'utf8')) as Announcement
    const { run, account, mode, pid, socket, started } = found
    const isText = [run, account, mode, socket, started].every(text => typeof text === 'string')
    return isText && Number.isInteger(pid) && RUN_ID.test(run) && name === `${run}.json` ? found : undefined
  } catch {
    return undefined
  }
}
