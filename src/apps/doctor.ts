// Examines the machine: everything a run needs, each with what was found and how to mend it.
import { accessSync, constants, existsSync, readdirSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { makeFolder } from '../adapters/lake/durable.ts'
import { dataPack } from './data-pack.ts'
import { journalFolder, lakeFolder, runsFolder } from './home.ts'
import { readKill } from './kill-switch.ts'

export interface Check {
  readonly name: string
  /** A warning does not stop a run. */
  readonly status: 'ok' | 'warning' | 'failed'
  readonly found: string
  /** What to do; empty when there is nothing to mend. */
  readonly fix: string
}

const NODE_MAJOR_MIN = 24
const DISK_BYTES_MIN = 500 * 2 ** 20
const DISK_BYTES_GOOD = 2 * 2 ** 30
const ROOT = resolve(import.meta.dirname, '../..')

/** `fix` creates what can be created: the state folder and its rooms. */
export async function examine(home: string, { fix }: { readonly fix: boolean }): Promise<Check[]> {
  if (fix) createHome(home)
  return [
    node(),
    ...(await Promise.all(NATIVE.map(native))),
    zones(),
    clock(),
    stateFolder(home),
    disk(home),
    data(),
    lake(home),
    kill(home),
  ]
}

/** Failures to create show up in the check of the state folder, with their reason. */
function createHome(home: string): void {
  for (const folder of [home, lakeFolder(home), runsFolder(home), journalFolder(home)]) {
    try {
      makeFolder(folder)
    } catch {
      return
    }
  }
}

function node(): Check {
  const found = `Node ${process.versions.node}`
  const ok = Number(process.versions.node.split('.')[0]) >= NODE_MAJOR_MIN
  return check('runtime', ok, found, `install Node ${NODE_MAJOR_MIN} or newer, or run \`npm ci\`, which brings the pinned one`)
}

const NATIVE = [
  { name: 'duckdb', use: 'the lake', load: () => import('@duckdb/node-api') },
  { name: 'lmdb', use: 'the journal', load: () => import('lmdb') },
  { name: 'lzma', use: '.bi5 files', load: () => import('@napi-rs/lzma') },
] as const

/** Native packages fail at loading when they were installed for another machine or Node. */
async function native({ name, use, load }: (typeof NATIVE)[number]): Promise<Check> {
  try {
    await load()
    return { name, status: 'ok', found: `loads (${use})`, fix: '' }
  } catch (error) {
    const why = (error as Error).message.split('\n')[0]!
    return {
      name,
      status: 'failed',
      found: `does not load (${use}): ${why}`,
      fix: 'install the packages again for this machine: npm ci',
    }
  }
}

/** New York in July is four hours behind; a Node without full zone data would say otherwise. */
function zones(): Check {
  const hour = new Intl.DateTimeFormat('en-GB', { timeZone: 'America/New_York', hour: '2-digit', hourCycle: 'h23' }).format(
    Date.UTC(2024, 6, 1, 12),
  )
  return check(
    'time zones',
    hour === '08',
    hour === '08' ? `complete (tz ${process.versions['tz']})` : 'incomplete',
    'use a Node built with full ICU data',
  )
}

/** A clock behind the files of this installation is wrong. */
function clock(): Check {
  const installed = statSync(join(ROOT, 'package.json')).mtimeMs
  const now = new Date()
  const ok = now.getTime() >= installed - 60_000
  return check(
    'clock',
    ok,
    `${now.toISOString()}${ok ? '' : ', earlier than the files of this installation'}`,
    'set the system clock; a time service keeps it right',
  )
}

function stateFolder(home: string): Check {
  const name = 'state folder'
  if (!existsSync(home)) {
    const above = nearestFolder(home)
    return writable(above)
      ? { name, status: 'ok', found: `${home} will be made by the first import or run`, fix: '' }
      : {
          name,
          status: 'failed',
          found: `${home} cannot be made: ${above} does not allow it`,
          fix: 'point QUADRANT_HOME at a folder this user may write',
        }
  }

  const probe = join(home, `.probe-${process.pid}`)
  try {
    writeFileSync(probe, 'x')
    rmSync(probe)
    return { name, status: 'ok', found: `${home} can be written`, fix: '' }
  } catch (error) {
    return {
      name,
      status: 'failed',
      found: `${home} cannot be written (${(error as NodeJS.ErrnoException).code})`,
      fix: 'make it writable for this user, or point QUADRANT_HOME at another folder',
    }
  }
}

function disk(home: string): Check {
  const { bavail, bsize } = statfsSync(nearestFolder(home))
  const free = bavail * bsize
  const found = `${(free / 2 ** 30).toFixed(1)} GiB free for ${home}`
  const fix = 'free some space, or point QUADRANT_HOME at a larger disk'
  if (free < DISK_BYTES_MIN) return { name: 'disk', status: 'failed', found, fix }
  return free < DISK_BYTES_GOOD ? { name: 'disk', status: 'warning', found, fix } : { name: 'disk', status: 'ok', found, fix: '' }
}

function data(): Check {
  const pack = dataPack()
  if (pack !== undefined) return { name: 'data', status: 'ok', found: `data pack at ${pack}`, fix: '' }
  const bundled = existsSync(join(ROOT, 'data', 'manifest.json'))
  return check(
    'data',
    bundled,
    bundled ? 'bundled government figures (no data pack)' : 'neither data pack nor bundled figures',
    'get a complete copy of the repository, or set QUADRANT_DATA',
  )
}

function lake(home: string): Check {
  const manifests = join(lakeFolder(home), 'manifest')
  const count = existsSync(manifests) ? readdirSync(manifests).filter(name => name.endsWith('.json')).length : 0
  if (count > 0) return { name: 'lake', status: 'ok', found: `${count} datasets`, fix: '' }
  return { name: 'lake', status: 'warning', found: 'empty', fix: 'quadrant quickstart, or quadrant data import' }
}

function kill(home: string): Check {
  const name = 'kill switch'
  const engaged = existsSync(home) ? readKill(home) : undefined
  if (!engaged) return { name, status: 'ok', found: 'not engaged', fix: '' }
  return {
    name,
    status: 'warning',
    found: `engaged (${engaged.mode}) by ${engaged.operator}: ${engaged.reason}`,
    fix: 'quadrant kill --reset --reason "…"',
  }
}

function check(name: string, ok: boolean, found: string, fix: string): Check {
  return { name, status: ok ? 'ok' : 'failed', found, fix: ok ? '' : fix }
}

function nearestFolder(path: string): string {
  let folder = path
  while (!existsSync(folder) && dirname(folder) !== folder) folder = dirname(folder)
  return folder
}

function writable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK)
    return statSync(folder).isDirectory()
  } catch {
    return false
  }
}
