// A run's own server: started where nobody serves the state folder, ended with the run. The run never depends on it.
import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import type { Socket } from 'node:net'
import { join, resolve } from 'node:path'
import { makeFolder } from '../../adapters/lake/durable.ts'
import { runningServer, settledServer } from '../serve/server-file.ts'
import { stepBack } from './step-back.ts'
import type { Note } from './step-notes.ts'

const PROGRAM = resolve(import.meta.dirname, '../cli/main.ts')

export interface ServerChildOptions {
  readonly home: string
  readonly onNote: (note: Note) => void
  /** Where the owner's account is made, while there is none. For the person alone: it is in no note and no log. */
  readonly onFirst: (url: string) => void
  /** As `serve` takes them. */
  readonly port: string
  readonly metricsPort: string
}

/** What `serve --json` says on its one line. */
interface Said {
  readonly url?: string
  readonly setupToken?: string
  readonly error?: { readonly code: string; readonly message: string }
}

export class ServerChild {
  readonly #child: ChildProcess | undefined

  private constructor(child: ChildProcess | undefined) {
    this.#child = child
  }

  /** Says where the dashboard is, or why there is none; returns at once and never throws. */
  static async start(options: ServerChildOptions): Promise<ServerChild> {
    const { home, onNote } = options
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
      const child = launch(options, log)
      follow(child, { ...options, log, say })
      return new ServerChild(child)
    } catch (error) {
      say('server-failed', { reason: (error as Error).message })
      return new ServerChild(undefined)
    }
  }

  /** Ends what was started here; a server that was there before stays. */
  stop(): void {
    if (this.#child?.exitCode === null && this.#child.signalCode === null) this.#child.kill('SIGTERM')
  }
}

interface Following extends ServerChildOptions {
  readonly log: string
  readonly say: (type: string, fields: Record<string, unknown>) => void
}

function follow(child: ChildProcess, { home, log, say, onFirst }: Following): void {
  let text = ''
  let isUp = false
  child.stdout?.setEncoding('utf8').on('data', (piece: string) => {
    text += piece
    const { url, setupToken } = isUp ? {} : saidIn(text)
    if (url === undefined) return
    isUp = true
    say('server', { url, log })
    if (setupToken !== undefined) onFirst(`${url}/#setup=${setupToken}`)
  })
  child.once('error', error => say('server-failed', { reason: error.message }))
  child.once('close', async (code, signal) => {
    if (code === 0 || signal !== null) return
    const { error } = saidIn(text)
    // Another run was quicker.
    const other = error?.code === 'SERVER_RUNNING' ? await settledServer(home) : undefined
    if (other !== undefined) say('server', { url: other.url, started: 'before this run' })
    else say('server-failed', { reason: error?.message ?? `it ended with ${code}; ${log} says why` })
  })
}

function saidIn(text: string): Said {
  try {
    return JSON.parse(text) as Said
  } catch {
    return {}
  }
}

/** A process group of its own: Ctrl-C is for the run, which then ends its server. */
function launch({ home, port, metricsPort }: ServerChildOptions, log: string): ChildProcess {
  const file = openSync(log, 'a', 0o600)
  try {
    const args = ['serve', '--home', home, '--port', port, '--metrics-port', metricsPort, '--json']
    const child = spawn(process.execPath, [...process.execArgv, PROGRAM, ...args], {
      detached: true,
      stdio: ['ignore', 'pipe', file],
      windowsHide: true,
    })
    child.unref()
    // The run ends when it ends, whoever could still say something.
    ;(child.stdout as Socket | null)?.unref()
    if (child.pid !== undefined) stepBack(child.pid)
    return child
  } finally {
    closeSync(file)
  }
}
