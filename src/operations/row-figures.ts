// What the newest rows of every topic come to in figures. Rows replace each other by key, and go with their run.
import type { RowOf, Topic } from '../wire/topics.ts'
import { compositeOf } from './health.ts'
import type { MetricName } from './metric-table.ts'

type Series = readonly (readonly [labels: Readonly<Record<string, string>>, value: number])[]
export type RowFigures = ReadonlyMap<MetricName, Series>

type Kept = 'runs' | 'feeds' | 'accounts' | 'limits' | 'system' | 'health' | 'stop'
const KEPT: ReadonlySet<Topic> = new Set<Kept>(['runs', 'feeds', 'accounts', 'limits', 'system', 'health', 'stop'])

/** Closed orders whose state is still remembered, so that a late change of theirs is not counted twice. */
const ORDERS_MAX = 50_000

interface Order {
  readonly run: string
  readonly account: string
  readonly state: string
}

export class RowState {
  /** By topic, and by FROM/KEY: two runs may read the same instrument. */
  readonly #rows = new Map<Topic, Map<string, { readonly from: string; readonly row: unknown }>>()
  readonly #orders = new Map<string, Order>()
  /** By run, account and state. */
  readonly #orderCounts = new Map<string, { readonly order: Order; count: number }>()
  /** The time of the last switch that was counted, by run and instrument: a snapshot tells the old ones again. */
  readonly #lastSwitch = new Map<string, string>()
  readonly #switches = new Map<string, number>()
  readonly #quarantined = new Map<string, Readonly<Record<string, number>>>()

  take<Name extends Topic>(topic: Name, rows: readonly RowOf<Name>[], from: string, gone: readonly string[]): void {
    if (topic === 'orders') {
      for (const row of rows as readonly RowOf<'orders'>[]) this.#order(row)
      for (const key of gone) this.#forget(key)
    } else if (topic === 'failovers') {
      for (const row of rows as readonly RowOf<'failovers'>[]) this.#switched(row, from)
    } else if (KEPT.has(topic)) {
      const kept = this.#rows.get(topic) ?? new Map<string, { from: string; row: unknown }>()
      this.#rows.set(topic, kept)
      for (const row of rows as readonly { readonly key: string }[]) kept.set(`${from}/${row.key}`, { from, row })
      for (const key of gone) kept.delete(`${from}/${key}`)
    }
  }

  quarantined(run: string, counts: Readonly<Record<string, number>>): void {
    this.#quarantined.set(run, counts)
  }

  end(run: string): void {
    for (const kept of this.#rows.values()) {
      for (const [key, { from, row }] of kept) if (from === run || runOf(row) === run) kept.delete(key)
    }
    for (const [key, order] of this.#orders) if (order.run === run) this.#orders.delete(key)
    for (const [key, { order }] of this.#orderCounts) if (order.run === run) this.#orderCounts.delete(key)
    for (const key of this.#lastSwitch.keys()) if (key.startsWith(`${run}/`)) this.#lastSwitch.delete(key)
    this.#quarantined.delete(run)
  }

  figures(): RowFigures {
    const figures = new Figures()
    this.#feeds(figures)
    this.#accounts(figures)
    this.#house(figures)
    return figures.all
  }

  #of<Name extends Kept>(topic: Name): { readonly from: string; readonly row: RowOf<Name> }[] {
    return [...(this.#rows.get(topic)?.values() ?? [])] as { from: string; row: RowOf<Name> }[]
  }

  #order(row: RowOf<'orders'>): void {
    this.#forget(row.key)
    const order = { run: row.run, account: row.account, state: row.state }
    this.#orders.set(row.key, order)
    this.#counted(order).count += 1
    if (this.#orders.size > ORDERS_MAX) {
      // It stays counted: only its key is forgotten.
      const [oldest] = this.#orders.keys()
      this.#orders.delete(oldest!)
    }
  }

  #forget(key: string): void {
    const order = this.#orders.get(key)
    if (order === undefined) return
    this.#orders.delete(key)
    this.#counted(order).count -= 1
  }

  #counted(order: Order): { count: number } {
    const key = `${order.run}/${order.account}/${order.state}`
    const counted = this.#orderCounts.get(key) ?? { order, count: 0 }
    this.#orderCounts.set(key, counted)
    return counted
  }

  #switched({ instrument, time }: RowOf<'failovers'>, from: string): void {
    const key = `${from}/${instrument}`
    if (time <= (this.#lastSwitch.get(key) ?? '')) return
    this.#lastSwitch.set(key, time)
    this.#switches.set(instrument, (this.#switches.get(instrument) ?? 0) + 1)
  }

  #feeds(figures: Figures): void {
    for (const { row } of this.#of('feeds')) {
      const symbol = row.key
      const selected = row.sources.find(({ source }) => source === row.selected)
      for (const name of ['quadrant_data_quality_score', 'mt5_data_quality_score'] as const) {
        figures.set(name, { symbol }, selected?.score ?? 0)
      }
      for (const { source, score, latencyMillis, ageMillis, gaps } of row.sources) {
        figures.set('quadrant_source_quality_score', { source, symbol }, score)
        figures.set('quadrant_feed_gaps', { source, symbol }, gaps)
        if (ageMillis !== null) figures.set('quadrant_feed_age_seconds', { source, symbol }, ageMillis / 1_000)
        if (latencyMillis === null) continue
        for (const name of ['quadrant_feed_latency_seconds', 'mt5_data_latency_seconds'] as const) {
          figures.most(name, { source }, latencyMillis / 1_000)
        }
      }
    }
    for (const [symbol, count] of this.#switches) {
      for (const name of ['quadrant_failover_events_total', 'mt5_failover_events_total'] as const) {
        figures.set(name, { symbol }, count)
      }
    }
  }

  #accounts(figures: Figures): void {
    for (const { row } of this.#of('runs')) if (row.running) figures.add('quadrant_runs', { mode: row.mode }, 1)
    for (const { row } of this.#of('accounts')) {
      if (!row.running) continue
      const { account, mode, currency } = row
      figures.set('quadrant_equity', { account, mode, currency }, Number(row.equity))
      figures.set('quadrant_drawdown_ratio', { account, mode }, row.drawdown)
      figures.set('quadrant_open_positions', { account, mode }, row.openPositions)
      figures.set('quadrant_fills_total', { account, mode }, row.fills)
      if (row.exposure !== null) figures.set('quadrant_exposure', { account, mode, currency }, Number(row.exposure))
    }
    for (const { order, count } of this.#orderCounts.values()) {
      figures.add('quadrant_orders', { account: order.account, state: order.state }, count)
    }
    for (const { row } of this.#of('limits')) {
      if (row.run === null) continue
      const account = this.#accountOf(row.run)
      figures.add('quadrant_order_refusals_total', { account, reason: row.code }, row.refusals)
      if (row.share !== null) figures.most('quadrant_limit_used_ratio', { account, limit: row.name }, row.share)
    }
    for (const [run, counts] of this.#quarantined) {
      const account = this.#accountOf(run)
      for (const [reason, count] of Object.entries(counts)) {
        figures.add('quadrant_events_quarantined_total', { account, reason }, count)
      }
    }
  }

  #house(figures: Figures): void {
    for (const { row } of this.#of('system')) {
      const process = row.key === 'server' ? 'server' : this.#accountOf(row.key)
      if (row.key !== 'server') figures.add('quadrant_events_total', { account: process }, row.events)
      figures.set('quadrant_queue_depth', { process }, row.queueDepth)
      figures.set('quadrant_resident_memory_bytes', { process }, row.residentBytes)
      figures.set('quadrant_heap_bytes', { process }, row.heapBytes)
      figures.set('quadrant_cpu_usage_ratio', { process }, row.processorShare)
      figures.percentiles('quadrant_event_loop_lag_seconds', process, row.eventLoopMillis, 1e3)
      figures.percentiles('quadrant_decision_seconds', process, row.decisionMicros, 1e6)
      figures.percentiles('quadrant_journal_sync_seconds', process, row.journalSyncMicros, 1e6)
    }
    const parts = this.#of('health').map(({ row }) => row)
    for (const { name, score } of parts) figures.set('quadrant_health_score', { part: name }, score)
    if (parts.length > 0) figures.set('quadrant_health_score', { part: 'composite' }, compositeOf(parts))
    for (const { row } of this.#of('stop')) figures.set('quadrant_emergency_stop_engaged', {}, row.engaged ? 1 : 0)
  }

  /** A run's account is its configuration's name: it stays the same from run to run, so a graph goes on. */
  #accountOf(run: string): string {
    const named = [...this.#of('accounts'), ...this.#of('runs')].find(({ row }) => row.key === run)
    return named?.row.account ?? run
  }
}

const PERCENTILES: Readonly<Record<string, string>> = { p50: '50', p99: '99', p999: '99.9', max: '100' }

class Figures {
  readonly #of = new Map<MetricName, Map<string, [Readonly<Record<string, string>>, number]>>()

  get all(): RowFigures {
    return new Map([...this.#of].map(([name, series]) => [name, [...series.values()]]))
  }

  set(name: MetricName, labels: Readonly<Record<string, string>>, value: number): void {
    this.#put(name, labels, () => value)
  }

  add(name: MetricName, labels: Readonly<Record<string, string>>, value: number): void {
    this.#put(name, labels, before => (before ?? 0) + value)
  }

  most(name: MetricName, labels: Readonly<Record<string, string>>, value: number): void {
    this.#put(name, labels, before => Math.max(before ?? value, value))
  }

  percentiles(name: MetricName, process: string, values: Readonly<Record<string, number>> | null, perSecond: number): void {
    for (const [point, value] of Object.entries(values ?? {})) {
      this.set(name, { process, percentile: PERCENTILES[point] ?? point }, value / perSecond)
    }
  }

  #put(name: MetricName, labels: Readonly<Record<string, string>>, value: (before: number | undefined) => number): void {
    const series = this.#of.get(name) ?? new Map<string, [Readonly<Record<string, string>>, number]>()
    const key = Object.values(labels).join('\u0000')
    this.#of.set(name, series.set(key, [labels, value(series.get(key)?.[1])]))
  }
}

const runOf = (row: unknown): unknown => {
  const { run, key } = row as { readonly run?: unknown; readonly key?: unknown }
  return run ?? key
}
