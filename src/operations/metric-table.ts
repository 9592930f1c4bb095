// Every metric of Quadrant on one screen: name, kind, help, labels. The registry, docs/metrics.md and the tests are made of it.

export interface MetricDefinition {
  readonly type: 'counter' | 'gauge' | 'histogram'
  /** One sentence, without a full stop, as Prometheus shows it. */
  readonly help: string
  readonly labels: readonly string[]
  /** Upper bounds of a histogram, in the unit of its name. */
  readonly buckets?: readonly number[]
  readonly group: 'Data' | 'Trading' | 'Engine' | 'Server' | 'People' | 'House'
}

/** From a cache hit to a report of seconds: the targets, 25 ms and 250 ms, are bounds of their own. */
const REQUEST_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10] as const

/**
 * Base units (seconds, bytes, ratios), `_total` for what only grows. A label's values come from a closed or small set: names of
 * accounts, sources and instruments that are configured here, never an id, an address or a text.
 */
export const METRICS = {
  quadrant_feed_latency_seconds: {
    group: 'Data',
    type: 'gauge',
    help: 'From the time a source gave its newest message to our receiving it; the slowest of its instruments',
    labels: ['source'],
  },
  mt5_data_latency_seconds: {
    group: 'Data',
    type: 'gauge',
    help: 'quadrant_feed_latency_seconds under the name that MetaTrader dashboards use; every source, not only MT5',
    labels: ['source'],
  },
  quadrant_feed_age_seconds: {
    group: 'Data',
    type: 'gauge',
    help: 'Time since the last message of a source about an instrument',
    labels: ['source', 'symbol'],
  },
  quadrant_data_quality_score: {
    group: 'Data',
    type: 'gauge',
    help: 'Quality of the data an instrument is traded on, 0 to 1: the score of its selected source, 0 when none can be trusted',
    labels: ['symbol'],
  },
  mt5_data_quality_score: {
    group: 'Data',
    type: 'gauge',
    help: 'quadrant_data_quality_score under the name that MetaTrader dashboards use',
    labels: ['symbol'],
  },
  quadrant_source_quality_score: {
    group: 'Data',
    type: 'gauge',
    help: 'Quality of one source for one instrument, 0 to 1, whether it is selected or not',
    labels: ['source', 'symbol'],
  },
  quadrant_feed_gaps: {
    group: 'Data',
    type: 'gauge',
    help: 'Gaps that a source has left in an instrument since the run started',
    labels: ['source', 'symbol'],
  },
  quadrant_failover_events_total: {
    group: 'Data',
    type: 'counter',
    help: 'Switches from one source to another',
    labels: ['symbol'],
  },
  mt5_failover_events_total: {
    group: 'Data',
    type: 'counter',
    help: 'quadrant_failover_events_total under the name that MetaTrader dashboards use',
    labels: ['symbol'],
  },
  quadrant_events_total: {
    group: 'Data',
    type: 'counter',
    help: 'Events that a run has taken in',
    labels: ['account'],
  },
  quadrant_events_quarantined_total: {
    group: 'Data',
    type: 'counter',
    help: 'Events that were set aside as not to be believed',
    labels: ['account', 'reason'],
  },

  quadrant_runs: { group: 'Trading', type: 'gauge', help: 'Runs that are alive', labels: ['mode'] },
  quadrant_equity: {
    group: 'Trading',
    type: 'gauge',
    help: 'Equity of a living run, in the currency of its label',
    labels: ['account', 'mode', 'currency'],
  },
  quadrant_drawdown_ratio: {
    group: 'Trading',
    type: 'gauge',
    help: 'Fraction of the highest equity that is lost now',
    labels: ['account', 'mode'],
  },
  quadrant_exposure: {
    group: 'Trading',
    type: 'gauge',
    help: 'Gross value of the open positions, in the currency of its label',
    labels: ['account', 'mode', 'currency'],
  },
  quadrant_open_positions: { group: 'Trading', type: 'gauge', help: 'Open positions', labels: ['account', 'mode'] },
  quadrant_fills_total: { group: 'Trading', type: 'counter', help: 'Fills', labels: ['account', 'mode'] },
  quadrant_orders: {
    group: 'Trading',
    type: 'gauge',
    help: 'Orders of the living runs by the state they are in',
    labels: ['account', 'state'],
  },
  quadrant_order_refusals_total: {
    group: 'Trading',
    type: 'counter',
    help: 'Orders that risk refused, by the code of the check',
    labels: ['account', 'reason'],
  },
  quadrant_limit_used_ratio: {
    group: 'Trading',
    type: 'gauge',
    help: 'How much of a limit is used, 1 is all of it',
    labels: ['account', 'limit'],
  },
  quadrant_emergency_stop_engaged: {
    group: 'Trading',
    type: 'gauge',
    help: '1 while the emergency stop is engaged',
    labels: [],
  },

  quadrant_decision_seconds: {
    group: 'Engine',
    type: 'gauge',
    help: "The engine's step: from an event's arrival to the end of its decision, at a percentile",
    labels: ['process', 'percentile'],
  },
  quadrant_journal_sync_seconds: {
    group: 'Engine',
    type: 'gauge',
    help: 'How long the disk takes to hold a batch of the journal, at a percentile',
    labels: ['process', 'percentile'],
  },
  quadrant_queue_depth: {
    group: 'Engine',
    type: 'gauge',
    help: 'What waits to be worked on in a process',
    labels: ['process'],
  },
  quadrant_event_loop_lag_seconds: {
    group: 'Engine',
    type: 'gauge',
    help: 'How late the event loop of a process comes round, at a percentile',
    labels: ['process', 'percentile'],
  },
  quadrant_resident_memory_bytes: { group: 'Engine', type: 'gauge', help: 'Memory a process holds', labels: ['process'] },
  quadrant_heap_bytes: { group: 'Engine', type: 'gauge', help: 'Heap in use in a process', labels: ['process'] },
  quadrant_cpu_usage_ratio: { group: 'Engine', type: 'gauge', help: 'Share of one processor in use', labels: ['process'] },

  http_requests_total: {
    group: 'Server',
    type: 'counter',
    help: 'Requests answered; the route is the pattern, not the path',
    labels: ['method', 'route', 'status'],
  },
  http_request_duration_seconds: {
    group: 'Server',
    type: 'histogram',
    help: 'From the request to the end of its answer',
    labels: ['method', 'route'],
    buckets: REQUEST_SECONDS,
  },
  websocket_connections_total: { group: 'Server', type: 'counter', help: 'WebSocket connections accepted', labels: [] },
  websocket_connections_open: { group: 'Server', type: 'gauge', help: 'WebSocket connections that are open', labels: [] },
  websocket_closes_total: {
    group: 'Server',
    type: 'counter',
    help: 'WebSocket connections closed, by reason: client, slow, ended, expired, misbehaved, dead, closing',
    labels: ['reason'],
  },
  websocket_frames_total: { group: 'Server', type: 'counter', help: 'Frames sent over WebSocket connections', labels: [] },
  websocket_sent_bytes_total: { group: 'Server', type: 'counter', help: 'Bytes of the frames sent', labels: [] },
  quadrant_gateway_refusals_total: {
    group: 'Server',
    type: 'counter',
    help: 'Requests and upgrades turned away before a handler saw them, by the code of the error',
    labels: ['code'],
  },

  quadrant_sign_ins_total: { group: 'People', type: 'counter', help: 'Attempts to sign in, by result', labels: ['result'] },
  quadrant_sessions: { group: 'People', type: 'gauge', help: 'Sessions in force', labels: [] },
  quadrant_audit_records_total: {
    group: 'People',
    type: 'counter',
    help: 'Records this server has put into the audit trail',
    labels: [],
  },

  quadrant_health_score: {
    group: 'House',
    type: 'gauge',
    help: 'Health of a part of the house, 0 to 100; the part composite is all of it',
    labels: ['part'],
  },
  quadrant_certificate_expiry_timestamp_seconds: {
    group: 'House',
    type: 'gauge',
    help: 'When the server certificate ends, seconds since 1970',
    labels: [],
  },
  quadrant_log_lines_total: { group: 'House', type: 'counter', help: 'Log lines, by level', labels: ['level'] },
  quadrant_log_dropped_total: {
    group: 'House',
    type: 'counter',
    help: 'Log lines that did not reach the file: the disk was full or too slow',
    labels: [],
  },
  quadrant_metrics_series_refused_total: {
    group: 'House',
    type: 'counter',
    help: 'New series that were refused because their metric has its most already',
    labels: ['metric'],
  },
  quadrant_build_info: {
    group: 'House',
    type: 'gauge',
    help: 'Always 1; what runs is in the labels',
    labels: ['version', 'node'],
  },
} as const satisfies Readonly<Record<string, MetricDefinition>>

export type MetricName = keyof typeof METRICS
export type LabelsOf<Name extends MetricName> = { readonly [Label in (typeof METRICS)[Name]['labels'][number]]: string | number }
export type NameOfType<Type extends MetricDefinition['type']> = {
  [Name in MetricName]: (typeof METRICS)[Name]['type'] extends Type ? Name : never
}[MetricName]
