// Which server serves a state folder: a claim from before it opens anything, and its addresses once it listens.
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { makeFolder } from '../../adapters/lake/durable.ts'
import { writeDurably } from '../../connectivity/durable-file.ts'
import { Failure } from '../failure.ts'

export interface RunningServer {
  readonly pid: number
  /** 'https://localhost:8443'. */
  readonly url: string
  readonly metricsUrl: string
  /** ISO, UTC. */
  readonly started: string
  /** Where commands reach its database; empty where there is no such socket. */
  readonly control: string
}

const serverFile = (home: string): string => join(home, 'server.json')
const claimFile = (home: string): string => join(home, 'server.claim')

/** The listening server of this home, or undefined. What a killed one left behind counts as nothing. */
export async function runningServer(home: string): Promise<RunningServer | undefined> {
  const known = readServer(home)
  if (known === undefined || !isAlive(known.pid)) return undefined
  // A number of a process may have been given to another since: a server that listens answers.
  return (await answers(known.url)) ? known : undefined
}

/** As long as an opening server is waited for, milliseconds. */
export const OPENING_MILLIS = 20_000

/** The server of this home; one that opens, or closes, is waited for. */
export async function settledServer(home: string, patienceMillis = OPENING_MILLIS): Promise<RunningServer | undefined> {
  for (const until = performance.now() + patienceMillis; ; ) {
    // In this order: one that begins to listen in between is found by the second look.
    const opening = openingServer(home)
    const server = await runningServer(home)
    if (server !== undefined || opening === undefined || performance.now() >= until) return server
    await sleep(LOOK_MILLIS)
  }
}

const LOOK_MILLIS = 50

interface Claim {
  readonly pid: number
  readonly started: string
}

/** A server that has taken this home and does not listen yet, or no more. */
function openingServer(home: string): Claim | undefined {
  const claim = readClaim(home)
  if (claim === undefined || !isAlive(claim.pid) || readServer(home)?.pid === claim.pid) return undefined
  return Date.now() - Date.parse(claim.started) < OPENED_MILLIS ? claim : undefined
}

/** Nobody opens for so long: the process with the number of the claim is another by now. */
const OPENED_MILLIS = 15 * 60_000

function readClaim(home: string): Claim | undefined {
  try {
    const { pid, started = '' } = JSON.parse(readFileSync(claimFile(home), 'utf8'))
    return Number.isSafeInteger(pid) && pid > 0 ? { pid, started } : undefined
  } catch {
    return undefined
  }
}

/** What was written last, whether its process lives or not. */
export function readServer(home: string): RunningServer | undefined {
  try {
    const { pid, url = '', metricsUrl = '', started = '', control = '' } = JSON.parse(readFileSync(serverFile(home), 'utf8'))
    return Number.isSafeInteger(pid) && pid > 0 && url !== '' ? { pid, url, metricsUrl, started, control } : undefined
  } catch {
    return undefined
  }
}

/** This process's place as the server of a home: taken before anything is opened, given back at the end. */
export class ServerClaim {
  readonly #home: string
  readonly #started: string

  private constructor(home: string, started: string) {
    this.#home = home
    this.#started = started
  }

  /** Throws Failure SERVER_RUNNING while another serves this home. */
  static async take(home: string, now: number): Promise<ServerClaim> {
    makeFolder(home)
    const started = new Date(now).toISOString()
    for (let attempt = 0; attempt < 2; attempt++) {
      try {
        writeFileSync(claimFile(home), `${JSON.stringify({ pid: process.pid, started })}\n`, { flag: 'wx', mode: 0o600 })
        // Of one that was killed.
        rmSync(serverFile(home), { force: true })
        return new ServerClaim(home, started)
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
        const other = (await runningServer(home)) ?? openingServer(home)
        if (other !== undefined) throw serverRunning(home, other)
        rmSync(claimFile(home), { force: true })
      }
    }
    throw serverRunning(home, readClaim(home))
  }

  /** Whole, and only once everything it names can be reached. */

  announce(addresses: Pick<RunningServer, 'url' | 'metricsUrl' | 'control'>): void {
    writeDurably(serverFile(this.#home), `${JSON.stringify({ pid: process.pid, ...addresses, started: this.#started })}\n`)
  }

  /** From now on nobody is sent here; the home is still ours. */
  retract(): void {
    if (readServer(this.#home)?.pid === process.pid) rmSync(serverFile(this.#home), { force: true })
  }

  release(): void {
    this.retract()
    if (readClaim(this.#home)?.pid === process.pid) rmSync(claimFile(this.#home), { force: true })
  }
}

function serverRunning(home: string, other: RunningServer | Claim | undefined): Failure {
  const where = other !== undefined && 'url' in other ? `at ${other.url}` : 'and is just starting'
  return new Failure('SERVER_RUNNING', {
    message: `a server (process ${other?.pid ?? 'unknown'}) serves ${home} already ${where}`,
    fix: 'open it there, stop it with Ctrl-C first, or serve another folder with --home',
  })
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

const PATIENCE_MILLIS = 2_000

function answers(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url)
  return new Promise(resolve => {
    const socket = connect({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 443) })
    const settle = (answer: boolean) => {
      socket.destroy()
      resolve(answer)
    }
    socket.setTimeout(PATIENCE_MILLIS, () => settle(true)) // it takes connections and is busy
    socket.once('connect', () => settle(true))
    socket.once('error', () => settle(false))
  })
}
