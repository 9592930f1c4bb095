// The figures of a run's process: how late its event loop is, what it holds in memory, how long deciding and syncing take.
import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks'
import type { Journal } from '../../engine/ports.ts'
import type { RowOf } from '../../wire/topics.ts'
import { LatencyHistogram } from '../live/live-status.ts'
import { packageVersion } from '../package-version.ts'

/** A journal whose flushes are timed; everything else is the journal's own. */
export class TimedJournal implements Journal {
  readonly #journal: Journal
  readonly #micros = new LatencyHistogram()
  flushes = 0

  constructor(journal: Journal) {
    this.#journal = journal
  }

  append(envelope: Parameters<Journal['append']>[0]): void {
    this.#journal.append(envelope)
  }

  flush(consumed: number): void {
    const begun = performance.now()
    this.#journal.flush(consumed)
    this.#micros.add((performance.now() - begun) * 1_000)
    this.flushes += 1
  }

  /** Null before the first. */
  get syncMicros(): { readonly p50: number; readonly p99: number } | null {
    return this.flushes === 0 ? null : { p50: this.#micros.quantile(0.5), p99: this.#micros.quantile(0.99) }
  }
}

export interface SystemFigures {
  readonly decisionMicros: RowOf<'system'>['decisionMicros']
  readonly journalSyncMicros: RowOf<'system'>['journalSyncMicros']
  readonly queueDepth: number
  readonly sockets: number
  readonly events: number
}

export class SystemRows {
  readonly #run: string
  readonly #started: string
  readonly #loop: IntervalHistogram
  #processor = process.cpuUsage()
  #looked = performance.now()

  constructor(run: string, started: string) {
    this.#run = run
    this.#started = started
    this.#loop = monitorEventLoopDelay({ resolution: 20 })
    this.#loop.enable()
  }

  row(figures: SystemFigures): RowOf<'system'> {
    const used = process.cpuUsage(this.#processor)
    const now = performance.now()
    const share = (used.user + used.system) / 1_000 / Math.max(1, now - this.#looked)
    this.#processor = process.cpuUsage()
    this.#looked = now
    const millis = (nanos: number): number => (Number.isFinite(nanos) ? Math.max(0, Math.round(nanos / 1e4) / 100) : 0)
    const loop = this.#loop
    const eventLoopMillis =
      loop.count === 0
        ? { p50: 0, p99: 0, max: 0 }
        : { p50: millis(loop.percentile(50)), p99: millis(loop.percentile(99)), max: millis(loop.max) }
    loop.reset()
    const memory = process.memoryUsage()
    return {
      key: this.#run,
      version: packageVersion(),
      node: process.versions.node,
      pid: process.pid,
      started: this.#started,
      time: new Date().toISOString(),
      residentBytes: memory.rss,
      heapBytes: memory.heapUsed,
      processorShare: Math.round(share * 1_000) / 1_000,
      eventLoopMillis,
      ...figures,
    }
  }

  close(): void {
    this.#loop.disable()
  }
}
