// A run's own server: started where nobody serves the state folder, ended with the run. The run never depends on it.
import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { makeFolder } from '../../adapters/lake/durable.ts'
import { readServer, runningServer } from '../serve/server-file.ts'
import { stepBack } from './step-back.ts'
import type { Note } from './step-notes.ts'

const PROGRAM = resolve(import.meta.dirname, '../cli/main.ts')
const LOOK_MILLIS = 250
/** A first start makes keys, a certificate and the dashboard. */
const PATIENCE_LOOKS = 480

export class ServerChild {
  readonly #child: ChildProcess | undefined
  #watch: NodeJS.Timeout | undefined

  private constructor(child: ChildProcess | undefined) {
    this.#child = child
  }

  /** Says where the dashboard is, or why there is none; returns at once and never throws. */
  static async start(home: string, onNote: (note: Note) => void): Promise<ServerChild> {
    const say = (type: string, fields: Record<string, unknown>): void =>
      onNote({ type, time: new Date().toISOString(), ...fields })
    try {
      const running = await runningServer(home)
      if (running !== undefined) {
        say('server', { url: running.url, started: 'before this run' })
        return new ServerChild(undefined)
      }
      const log = join(home, 'logs', 'serve.log')
      makeFolder(join(home, 'logs'))
      const server = new ServerChild(launch(home, log))
      server.#follow(home, log, say)
      return server
    } catch (error) {
      say('server-failed', { reason: (error as Error).message })
      return new ServerChild(undefined)
    }
  }

  /** Ends what was started here; a server that was there before stays. */
  stop(): void {
    clearInterval(this.#watch)
    if (this.#child?.exitCode === null && this.#child.signalCode === null) this.#child.kill('SIGTERM')
  }

  #follow(home: string, log: string, say: (type: string, fields: Record<string, unknown>) => void): void {
    const child = this.#child!
    let looks = 0
    child.once('error', error => {
      clearInterval(this.#watch)
      say('server-failed', { reason: error.message })
    })
    child.once('exit', (code, signal) => {
      clearInterval(this.#watch)
      if (code !== 0 && signal === null) say('server-failed', { reason: `it ended with ${code}; ${log} says why` })
    })
    this.#watch = setInterval(() => {
      looks += 1
      const known = readServer(home)
      const isUp = known?.pid === child.pid && known?.url !== ''
      if (!isUp && looks < PATIENCE_LOOKS) return
      clearInterval(this.#watch)
      if (isUp) say('server', { url: known?.url, log })
    }, LOOK_MILLIS)
    this.#watch.unref()
  }
}

/** A process group of its own: Ctrl-C is for the run, which then ends its server. */
function launch(home: string, log: string): ChildProcess {
  const file = openSync(log, 'a', 0o600)
  try {
    const child = spawn(process.execPath, [...process.execArgv, PROGRAM, 'serve', '--home', home], {
      detached: true,
      stdio: ['ignore', file, file],
      windowsHide: true,
    })
    child.unref()
    if (child.pid !== undefined) stepBack(child.pid)
    return child
  } finally {
    closeSync(file)
  }
}
