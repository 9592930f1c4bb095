// What a living run says of its sources, left in the state folder once a second for whoever asks.
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeFolder } from '../../adapters/lake/durable.ts'
import type { SourceStatus } from '../../stages/quality/source-status.ts'
import { EXIT, Failure } from '../failure.ts'

export interface InstrumentStatus {
  readonly instrument: string
  /** Empty when no source can be trusted. */
  readonly selected: string
  readonly level: string
  /** Counts the switches of this instrument. */
  readonly epoch: number
  readonly sources: readonly SourceStatus[]
}

export interface FailoverStatus {
  /** ISO, UTC. */
  readonly time: string
  readonly instrument: string
  readonly from: string
  readonly to: string
  readonly level: string
  readonly reason: string
}

/** The fields are a contract for machines: adding is free, changing is not. */
export interface LiveStatus {
  readonly run: string
  readonly mode: 'PAPER'
  /** False once it ended, however it ended. */
  readonly running: boolean
  readonly pid: number
  /** When this was written, ISO. */
  readonly time: string
  readonly environment: string
  readonly instruments: readonly InstrumentStatus[]
  /** The latest, newest last. */
  readonly failovers: readonly FailoverStatus[]
  readonly events: number
  readonly quarantined: Readonly<Record<string, number>>
  /** From an event's arrival to the end of its decision. */
  readonly decisionMicros: { readonly p50: number; readonly p99: number; readonly p999: number }
  readonly recording: { readonly folder: string; readonly framesDropped: number; readonly failure: string } | null
}

const statusFile = (home: string): string => join(home, 'live-status.json')

/** Whole or not at all. */
export function writeStatus(home: string, status: LiveStatus): void {
  makeFolder(home)
  writeFileSync(`${statusFile(home)}.tmp`, `${JSON.stringify(status)}\n`)
  renameSync(`${statusFile(home)}.tmp`, statusFile(home))
}

/** Undefined where no live run was ever started in this state folder. */
export const lastStatus = (home: string): LiveStatus | undefined => (existsSync(statusFile(home)) ? readStatus(home) : undefined)

/** The last word of the last run. Throws Failure FEED_NOT_RUNNING when there never was one in this state folder. */
export function readStatus(home: string): LiveStatus {
  let text: string
  try {
    text = readFileSync(statusFile(home), 'utf8')
  } catch {
    throw new Failure('FEED_NOT_RUNNING', {
      message: `no live run has been started in ${home}`,
      fix: 'start one: quadrant run --mode paper --config config/paper-crypto.yaml; if it runs elsewhere, point QUADRANT_HOME there',
      exit: EXIT.notRunning,
    })
  }
  const status = JSON.parse(text) as LiveStatus
  return { ...status, running: status.running && isAlive(status.pid) }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/**
 * Times in a histogram whose buckets grow by an eighth: a quantile is right within that, and a week of events takes no more
 * memory than a second.
 */
export class LatencyHistogram {
  readonly #counts = new Uint32Array(256)
  #total = 0

  add(micros: number): void {
    const bucket = micros < 1 ? 0 : Math.min(255, 1 + Math.floor(Math.log(micros) / GROWTH))
    this.#counts[bucket] = this.#counts[bucket]! + 1
    this.#total += 1
  }

  /** The upper edge of the bucket that holds this quantile; 0 before the first. Microseconds. */
  quantile(share: number): number {
    let left = Math.ceil(this.#total * share)
    if (left === 0) return 0
    for (const [bucket, count] of this.#counts.entries()) {
      left -= count
      if (left <= 0) return Math.ceil(Math.exp(bucket * GROWTH))
    }
    return 0
  }

  get summary(): { readonly p50: number; readonly p99: number; readonly p999: number } {
    return { p50: this.quantile(0.5), p99: this.quantile(0.99), p999: this.quantile(0.999) }
  }
}

const GROWTH = Math.log(1.125)
