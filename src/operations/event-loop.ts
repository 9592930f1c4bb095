// How a process feels: how late its event loop comes round, how much memory and processor it takes.
import { type IntervalHistogram, monitorEventLoopDelay, performance } from 'node:perf_hooks'
import type { RowOf } from '../wire/topics.ts'

/** The parts of a row of `system` that every process can say of itself. */
export type ProcessFigures = Pick<
  RowOf<'system'>,
  'node' | 'pid' | 'started' | 'time' | 'residentBytes' | 'heapBytes' | 'processorShare' | 'eventLoopMillis'
>

const RESOLUTION_MILLIS = 10

export class EventLoopWatch {
  readonly #histogram: IntervalHistogram = monitorEventLoopDelay({ resolution: RESOLUTION_MILLIS })
  readonly #now: () => number
  readonly #started: string
  #processor = process.cpuUsage()
  #since = performance.now()

  constructor(now: () => number = Date.now) {
    this.#now = now
    this.#started = new Date(now() - process.uptime() * 1_000).toISOString()
    this.#histogram.enable()
  }

  /** Of the time since the last reading. */
  read(): ProcessFigures {
    const { rss, heapUsed } = process.memoryUsage()
    const used = process.cpuUsage(this.#processor)
    const elapsedMillis = Math.max(performance.now() - this.#since, 1)
    const figures: ProcessFigures = {
      node: process.versions.node,
      pid: process.pid,
      started: this.#started,
      time: new Date(this.#now()).toISOString(),
      residentBytes: rss,
      heapBytes: heapUsed,
      processorShare: (used.user + used.system) / 1_000 / elapsedMillis,
      eventLoopMillis: {
        p50: this.#lateMillis(this.#histogram.percentile(50)),
        p99: this.#lateMillis(this.#histogram.percentile(99)),
        max: this.#lateMillis(this.#histogram.max),
      },
    }

    this.#processor = process.cpuUsage()
    this.#since = performance.now()
    this.#histogram.reset()
    return figures
  }

  close(): void {
    this.#histogram.disable()
  }

  /** The histogram holds whole intervals, in nanoseconds; what is beyond the wanted one is lateness. None yet is none. */
  #lateMillis(nanos: number): number {
    if (!Number.isFinite(nanos) || this.#histogram.count === 0) return 0
    return Math.max(0, Math.round((nanos / 1e6 - RESOLUTION_MILLIS) * 1e3) / 1e3)
  }
}
