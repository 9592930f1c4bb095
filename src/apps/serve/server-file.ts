// Which server serves a state folder: one file with its process and addresses, there as long as it lives.
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { makeFolder } from '../../adapters/lake/durable.ts'
import { writeDurably } from '../../connectivity/durable-file.ts'
import { Failure } from '../failure.ts'

export interface RunningServer {
  readonly pid: number
  /** 'https://localhost:8443'; empty while it starts. */
  readonly url: string
  readonly metricsUrl: string
  /** ISO, UTC. */
  readonly started: string
  /** Where commands reach its database; empty where there is no such socket. */
  readonly control: string
}

const serverFile = (home: string): string => join(home, 'server.json')

/** The living server of this home, or undefined. What a killed one left behind counts as nothing. */
export async function runningServer(home: string): Promise<RunningServer | undefined> {
  const known = readServer(home)
  if (known === undefined || !isAlive(known.pid)) return undefined
  // A number of a process may have been given to another since: a server that listens answers.
  if (known.url !== '' && !(await answers(known.url))) return undefined
  return known
}

/** What was written last, whether its process lives or not. */
export function readServer(home: string): RunningServer | undefined {
  try {
    const { pid, url = '', metricsUrl = '', started = '', control = '' } = JSON.parse(readFileSync(serverFile(home), 'utf8'))
    return Number.isSafeInteger(pid) && pid > 0 ? { pid, url, metricsUrl, started, control } : undefined
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
        const text = JSON.stringify({ pid: process.pid, url: '', metricsUrl: '', started, control: '' })
        writeFileSync(serverFile(home), `${text}\n`, { flag: 'wx', mode: 0o600 })
        return new ServerClaim(home, started)
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
        const other = await runningServer(home)
        if (other !== undefined) throw serverRunning(home, other)
        rmSync(serverFile(home), { force: true })
      }
    }
    throw serverRunning(home, readServer(home))
  }

  announce(addresses: Pick<RunningServer, 'url' | 'metricsUrl' | 'control'>): void {
    writeDurably(serverFile(this.#home), `${JSON.stringify({ pid: process.pid, ...addresses, started: this.#started })}\n`)
  }

  release(): void {
    if (readServer(this.#home)?.pid === process.pid) rmSync(serverFile(this.#home), { force: true })
  }
}

function serverRunning(home: string, other: RunningServer | undefined): Failure {
  const where = other === undefined || other.url === '' ? 'and is just starting' : `at ${other.url}`
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
