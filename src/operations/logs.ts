// What the house says while it runs: JSON lines in rotated files, a line for the person at the terminal, the newest in memory.
import type { EventEmitter } from 'node:events'
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import pino from 'pino'
// @ts-expect-error The package brings no types; what is used of it is Roll and OpenRoll below.
import untypedRoll from 'pino-roll'
import type { RowOf } from '../wire/topics.ts'
import { correlationId } from './correlation.ts'
import { Redactor } from './redactor.ts'

export type LogLine = RowOf<'logs'>
export type LogLevel = LogLine['level']
export type LogFields = Readonly<Record<string, unknown>>

/** A part of the house, speaking. `fields` may hold anything: secrets are taken out. */
export interface Log {
  debug(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
  /** Another part. */
  component(name: string): Log
}

export interface LogsOptions {
  /** Made when it is missing; files are server.DATE.NUMBER.jsonl. */
  readonly folder: string
  readonly level?: LogLevel
  readonly redactor?: Redactor
  readonly fileBytesMax?: number
  readonly files?: number
  readonly days?: number
  /** Where a person reads along; a terminal gets words, anything else nothing. */
  readonly terminal?: { readonly isTTY?: boolean; write(text: string): unknown }
  readonly now?: () => number
}

export interface LogFilter {
  /** This level and what is more serious. */
  readonly level?: LogLevel
  readonly component?: string
  readonly correlationId?: string
  readonly text?: string
  readonly limit?: number
}

const LEVELS = ['debug', 'info', 'warn', 'error'] as const satisfies readonly LogLevel[]
const RING_MAX = 2_000
/** What may wait for a slow disk. Beyond it lines are dropped and counted: the house never waits for its log. */
const WAITING_BYTES_MAX = 4 * 2 ** 20
const DAY_MILLIS = 86_400_000
const CLOSE_MILLIS = 2_000

/** The stream of pino-roll: a SonicBoom, which writes behind the caller's back and drops beyond `maxLength`. */
interface Roll extends EventEmitter {
  readonly destroyed: boolean
  write(line: string): boolean
  end(): void
  destroy(): void
}
type OpenRoll = (options: {
  readonly file: string
  readonly size: string
  readonly frequency: 'daily'
  readonly dateFormat: string
  readonly limit: { readonly count: number; readonly removeOtherLogFiles: true }
  readonly mode: number
  readonly maxLength: number
}) => Promise<Roll>

const openRoll: OpenRoll = untypedRoll

export class Logs implements Log {
  readonly redactor: Redactor
  readonly #ring: LogLine[] = []
  readonly #listeners = new Set<(line: LogLine) => void>()
  readonly #pino: pino.Logger
  readonly #roll: Roll | undefined
  readonly #options: LogsOptions
  readonly #sweep: NodeJS.Timeout
  readonly #now: () => number
  #dropped = 0
  #failure = ''
  #closed = false

  private constructor(options: LogsOptions, roll: Roll | undefined, failure: string) {
    this.#options = options
    this.#now = options.now ?? Date.now
    this.redactor = options.redactor ?? new Redactor()
    this.#roll = roll
    this.#failure = failure
    this.#pino = pino(
      {
        level: options.level ?? 'info',
        base: null,
        messageKey: 'message',
        timestamp: () => `,"time":"${new Date(this.#now()).toISOString()}"`,
        formatters: { level: label => ({ level: label }) },
      },
      { write: line => this.#write(line) },
    )
    roll?.on('drop', () => this.#drop())
    roll?.on('error', error => this.#fail(error))
    this.#sweep = setInterval(() => this.#removeOld(), DAY_MILLIS).unref()
    this.#removeOld()
  }

  /** Never refuses: where no file can be written, `failure` says why and the lines stay in memory. */
  static async open(options: LogsOptions): Promise<Logs> {
    try {
      mkdirSync(options.folder, { recursive: true, mode: 0o700 })
      const roll = await openRoll({
        file: join(options.folder, 'server.jsonl'),
        size: `${options.fileBytesMax ?? 20 * 2 ** 20}b`,
        frequency: 'daily',
        dateFormat: 'yyyy-MM-dd',
        limit: { count: options.files ?? 10, removeOtherLogFiles: true },
        mode: 0o600,
        maxLength: WAITING_BYTES_MAX,
      })
      const failure = await new Promise<string>(resolve => {
        roll.once('ready', () => resolve(''))
        roll.once('error', error => resolve(error.message))
      })
      return new Logs(options, failure === '' ? roll : undefined, failure)
    } catch (error) {
      return new Logs(options, undefined, error instanceof Error ? error.message : String(error))
    }
  }

  /** Lines that did not reach the file. */
  get dropped(): number {
    return this.#dropped
  }

  /** Why the file is not written; empty when it is. */
  get failure(): string {
    return this.#failure
  }

  component(name: string): Log {
    const say = (level: LogLevel) => (message: string, fields?: LogFields) => this.#say(level, name, message, fields)
    return {
      debug: say('debug'),
      info: say('info'),
      warn: say('warn'),
      error: say('error'),
      component: other => this.component(other),
    }
  }

  debug(message: string, fields?: LogFields): void {
    this.#say('debug', 'server', message, fields)
  }

  info(message: string, fields?: LogFields): void {
    this.#say('info', 'server', message, fields)
  }

  warn(message: string, fields?: LogFields): void {
    this.#say('warn', 'server', message, fields)
  }

  error(message: string, fields?: LogFields): void {
    this.#say('error', 'server', message, fields)
  }

  /** Of the newest 2,000 lines, newest first. */
  lines({ level = 'debug', component, correlationId: id, text, limit = 200 }: LogFilter = {}): LogLine[] {
    const least = LEVELS.indexOf(level)
    const wanted = text?.toLowerCase()
    return this.#ring
      .filter(
        line =>
          LEVELS.indexOf(line.level) >= least &&
          (component === undefined || line.component === component) &&
          (id === undefined || line.correlationId === id) &&
          (wanted === undefined || line.message.toLowerCase().includes(wanted)),
      )
      .slice(-limit)
      .reverse()
  }

  /** Each line as it is said; what ends it is returned. A listener that throws is not asked again. */
  listen(heard: (line: LogLine) => void): () => void {
    this.#listeners.add(heard)
    return () => this.#listeners.delete(heard)
  }

  /** Returns when what was said is in the file, or after two seconds. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    clearInterval(this.#sweep)
    this.#listeners.clear()
    const roll = this.#roll
    if (roll === undefined) return
    let deadline: NodeJS.Timeout | undefined
    const late = new Promise<void>(resolve => {
      deadline = setTimeout(resolve, CLOSE_MILLIS)
    })
    const ended = new Promise<void>(resolve => {
      roll.once('close', resolve)
      roll.once('error', () => resolve())
    })
    roll.end()
    await Promise.race([ended, late])
    clearTimeout(deadline)
    if (!roll.destroyed) roll.destroy()
  }

  #say(level: LogLevel, part: string, message: string, given: LogFields = {}): void {
    if (this.#closed || !this.#pino.isLevelEnabled(level)) return
    const component = this.redactor.text(part)
    const { correlationId: named, ...rest } = this.redactor.fields(given)
    const id = typeof named === 'string' && named !== '' ? named : this.redactor.text(correlationId())
    const line: LogLine = {
      time: new Date(this.#now()).toISOString(),
      level,
      component,
      message: this.redactor.text(message),
      correlationId: id,
      code: typeof rest['code'] === 'string' ? rest['code'] : codeOf(rest['error']),
    }

    const { time: _time, level: _level, message: _message, ...extra } = rest
    this.#pino[level]({ ...extra, component, correlationId: id, code: line.code }, line.message)
    this.#show(line)
    this.#ring.push(line)
    if (this.#ring.length > RING_MAX) this.#ring.shift()
    for (const heard of this.#listeners) {
      try {
        heard(line)
      } catch {
        this.#listeners.delete(heard)
      }
    }
  }

  #write(line: string): void {
    if (this.#roll === undefined || this.#roll.destroyed) this.#drop()
    else this.#roll.write(line)
  }

  #drop(): void {
    this.#dropped += 1
  }

  #fail(error: Error): void {
    this.#failure = error.message
  }

  #show({ time, level, component, message, correlationId: id, code }: LogLine): void {
    const { terminal } = this.#options
    if (terminal?.isTTY !== true) return
    const told = `${time.slice(11, 19)} ${level.padEnd(5)} ${component.padEnd(10)} ${message}`
    const tail = [code, id].filter(text => text !== '').join(' ')
    try {
      terminal.write(tail === '' ? `${told}\n` : `${told} (${tail})\n`)
    } catch {
      // The terminal is gone; the file is not.
    }
  }

  #removeOld(): void {
    const { folder, days = 30 } = this.#options
    removeOldLogs(folder, this.#now() - days * DAY_MILLIS)
  }
}

/** Removes log files last written before this time. What cannot be removed stays until the next sweep. */
export function removeOldLogs(folder: string, beforeMillis: number): void {
  try {
    for (const name of readdirSync(folder)) {
      if (!/^server\..*\.jsonl$/.test(name)) continue
      const path = join(folder, name)
      if (statSync(path).mtimeMs < beforeMillis) rmSync(path, { force: true })
    }
  } catch {
    // A folder that cannot be read has nothing to remove.
  }
}

function codeOf(error: unknown): string {
  const code = typeof error === 'object' && error !== null ? (error as { readonly code?: unknown }).code : undefined
  return typeof code === 'string' ? code : ''
}
