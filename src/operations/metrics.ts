// The figures Prometheus reads: counted where things happen, and taken over from the rows that runs publish.
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { RowOf, Topic } from '../wire/topics.ts'
import { type LabelsOf, METRICS, type MetricName, type NameOfType } from './metric-table.ts'
import { type RowFigures, RowState } from './row-figures.ts'

export interface MetricsOptions {
  readonly version: string
  /** Of the process itself: processor, memory, garbage collection. Tests leave them out. */
  readonly process?: boolean
  /** What is done to a label's value before it is shown; takes secrets out. */
  readonly scrub?: (text: string) => string
  /** Series one metric may have: a flood of names must not fill the memory. */
  readonly seriesMax?: number
}

type Labels = Readonly<Record<string, string | number>>

const LABEL_LENGTH_MAX = 120
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

export class Metrics {
  readonly #registry = new Registry()
  readonly #counters = new Map<string, Counter>()
  readonly #gauges = new Map<string, Gauge>()
  readonly #histograms = new Map<string, Histogram>()
  readonly #series = new Map<string, Set<string>>()
  readonly #rows = new RowState()
  readonly #looks: (() => void | Promise<void>)[] = []
  readonly #scrub: (text: string) => string
  readonly #seriesMax: number
  /** Metrics that are made of rows anew at each reading. */
  readonly #shown = new Set<MetricName>()

  constructor({ version, process: own = true, scrub = text => text, seriesMax = 2_000 }: MetricsOptions) {
    this.#scrub = scrub
    this.#seriesMax = seriesMax
    for (const [name, { type, help, labels, ...rest }] of Object.entries(METRICS)) {
      const common = { name, help, labelNames: [...labels], registers: [this.#registry] }
      if (type === 'counter') this.#counters.set(name, new Counter(common))
      else if (type === 'gauge') this.#gauges.set(name, new Gauge(common))
      else this.#histograms.set(name, new Histogram({ ...common, buckets: 'buckets' in rest ? [...rest.buckets] : [] }))
    }
    if (own) this.#watchProcess()
    // Until it is known there is none: a zero would read as a certificate that ended in 1970.
    this.#gauges.get('quadrant_certificate_expiry_timestamp_seconds')!.remove()
    this.set('quadrant_build_info', { version, node: process.versions.node }, 1)
  }

  /** What a reply of `text` is, for its Content-Type. */
  get contentType(): string {
    return this.#registry.contentType
  }

  count<Name extends NameOfType<'counter'>>(name: Name, labels: LabelsOf<Name>, by = 1): void {
    const admitted = this.#admit(name, labels)
    if (admitted !== undefined && by >= 0) this.#counters.get(name)!.inc(admitted, by)
  }

  set<Name extends NameOfType<'gauge'>>(name: Name, labels: LabelsOf<Name>, value: number): void {
    const admitted = this.#admit(name, labels)
    if (admitted !== undefined) this.#gauges.get(name)!.set(admitted, value)
  }

  observe<Name extends NameOfType<'histogram'>>(name: Name, labels: LabelsOf<Name>, value: number): void {
    const admitted = this.#admit(name, labels)
    if (admitted !== undefined) this.#histograms.get(name)!.observe(admitted, value)
  }

  /** One answered request. `route` is its pattern: '/api/v1/orders/:run/:order', or 'unknown'. */
  request(method: string, route: string, status: number, seconds: number): void {
    // A client may invent a method; it must not invent a series.
    const known = METHODS.has(method) ? method : 'other'
    this.count('http_requests_total', { method: known, route, status })
    this.observe('http_request_duration_seconds', { method: known, route }, seconds)
  }

  socketOpened(): void {
    this.count('websocket_connections_total', {})
    this.#gauges.get('websocket_connections_open')!.inc()
  }

  socketClosed(reason: string): void {
    this.count('websocket_closes_total', { reason })
    this.#gauges.get('websocket_connections_open')!.dec()
  }

  frames(count: number, bytes: number): void {
    this.count('websocket_frames_total', {}, count)
    this.count('websocket_sent_bytes_total', {}, bytes)
  }

  refused(code: string): void {
    this.count('quadrant_gateway_refusals_total', { code })
  }

  /** An entry of the audit trail, of which attempts to sign in are counted by themselves. */
  audited({ action, result }: { readonly action: string; readonly result: string }): void {
    this.count('quadrant_audit_records_total', {})
    if (action === 'session.create' || action === 'session.refuse') this.count('quadrant_sign_ins_total', { result })
  }

  /** Counts what a log says; what is returned ends it. */
  heed(logs: { listen(heard: (line: { readonly level: string }) => void): () => void; readonly dropped: number }): () => void {
    let dropped = 0
    this.beforeReading(() => {
      this.count('quadrant_log_dropped_total', {}, logs.dropped - dropped)
      dropped = logs.dropped
    })
    return logs.listen(({ level }) => this.count('quadrant_log_lines_total', { level }))
  }

  /** For figures that are looked up only when somebody reads: sessions, the end of the certificate. */
  beforeReading(look: () => void | Promise<void>): void {
    this.#looks.push(look)
  }

  /**
   * Rows of a topic as a run, or the server itself, published them. Topics without figures are taken and forgotten.
   * `from` is the run they came from; rows of `feeds` and `failovers` do not say it themselves.
   */
  take<Name extends Topic>(topic: Name, rows: readonly RowOf<Name>[], from = '', gone: readonly string[] = []): void {
    this.#rows.take(topic, rows, from, gone)
  }

  /** How many events each reason has set aside in a run so far. */
  quarantined(run: string, counts: Readonly<Record<string, number>>): void {
    this.#rows.quarantined(run, counts)
  }

  /** The run's process is gone: what it said last is no longer true of anything. */
  endRun(run: string): void {
    this.#rows.end(run)
  }

  /** The exposition format, version 0.0.4. */
  async text(): Promise<string> {
    // What cannot be looked up now keeps its last value.
    await Promise.allSettled(this.#looks.map(async look => look()))
    this.#showRows(this.#rows.figures())
    return this.#registry.metrics()
  }

  /** The names that Prometheus' own libraries use, but for three that are called a total and are none. */
  #watchProcess(): void {
    collectDefaultMetrics({ register: this.#registry })
    for (const what of ['handles', 'requests', 'resources']) this.#registry.removeSingleMetric(`nodejs_active_${what}_total`)
  }

  /** Gauges, and counters whose count the run keeps, are made anew, so that what ended is gone from the page too. */
  #showRows(figures: RowFigures): void {
    for (const name of this.#shown) {
      this.#gauges.get(name)?.reset()
      this.#counters.get(name)?.reset()
      this.#series.delete(name)
    }
    for (const [name, series] of figures) {
      this.#shown.add(name)
      for (const [labels, value] of series) {
        const admitted = Number.isFinite(value) ? this.#admit(name, labels) : undefined
        if (admitted === undefined) continue
        this.#gauges.get(name)?.set(admitted, value)
        if (value >= 0) this.#counters.get(name)?.inc(admitted, value)
      }
    }
  }

  /** The labels as they may be shown; undefined when the metric has its most series already and this would be one more. */
  #admit(name: MetricName, labels: Labels): Record<string, string> | undefined {
    const clean: Record<string, string> = {}
    for (const [label, value] of Object.entries(labels)) clean[label] = this.#scrub(String(value)).slice(0, LABEL_LENGTH_MAX)

    const known = this.#series.get(name) ?? new Set<string>()
    const key = Object.values(clean).join('\u0000')
    if (!known.has(key)) {
      if (known.size >= this.#seriesMax) {
        this.#counters.get('quadrant_metrics_series_refused_total')!.inc({ metric: name })
        return undefined
      }
      this.#series.set(name, known.add(key))
    }
    return clean
  }
}
