// A real server is scraped and every line of the page is read by a parser of the exposition format, and by promtool where it is.
import { spawnSync } from 'node:child_process'
import { connect } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { readExposition } from '../../test/exposition.ts'
import type { RowOf } from '../wire/topics.ts'
import { METRICS, type MetricDefinition } from './metric-table.ts'
import { Metrics } from './metrics.ts'
import { MetricsServer } from './metrics-server.ts'
import { Redactor } from './redactor.ts'

const open: MetricsServer[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map(server => server.close()))
})

async function served(metrics: Metrics): Promise<MetricsServer> {
  const server = await MetricsServer.start({ metrics, port: 0 })
  open.push(server)
  return server
}

const samples = async (metrics: Metrics, name: string): Promise<Record<string, number>> =>
  Object.fromEntries(readExposition(await metrics.text()).get(name)?.samples ?? [])

const instant = '2026-11-20T14:30:00.000000Z'
const metricsAlone = (more: Partial<ConstructorParameters<typeof Metrics>[0]> = {}) =>
  new Metrics({ version: '1.2.3', process: false, ...more })

const sourceLine = (source: string, score: number, latencyMillis: number | null): RowOf<'feeds'>['sources'][number] => ({
  source,
  level: 'live',
  state: 'ok',
  link: 'open',
  score,
  parts: {},
  latencyMillis,
  ageMillis: 1_500,
  gaps: 2,
  selected: true,
  why: '',
})
const feed = (key: string, selected: string, ...sources: RowOf<'feeds'>['sources']): RowOf<'feeds'> => ({
  key,
  selected,
  level: 'live',
  epoch: 1,
  time: instant,
  sources,
})
const account = (key: string, name: string, equity: string, running = true): RowOf<'accounts'> => ({
  key,
  account: name,
  mode: 'PAPER',
  running,
  currency: 'USD',
  equity,
  startEquity: '100000',
  dayStartEquity: null,
  highEquity: null,
  drawdown: 0.05,
  exposure: '2500.5',
  openOrders: 1,
  openPositions: 2,
  fills: 7,
  time: instant,
  source: 'engine',
})
const order = (run: string, id: string, state: string): RowOf<'orders'> => ({
  key: `${run}/${id}`,
  run,
  account: 'crypto',
  id,
  instrument: 'BTC-USD.KRAKEN',
  strategy: 's',
  side: 'buy',
  type: 'market',
  role: 'entry',
  quantity: '1',
  filled: '0',
  price: null,
  state,
  reason: '',
  why: '',
  created: instant,
  changed: instant,
})
const limitRow = (run: string, code: string, refusals: number, share: number | null): RowOf<'limits'> => ({
  key: `${run}/${code}`,
  run,
  name: code.toLowerCase(),
  check: 1,
  code,
  limit: '1',
  used: null,
  share,
  ceiling: null,
  refusals,
  time: instant,
  source: 'risk',
})
const system = (key: string, events: number): RowOf<'system'> => ({
  key,
  version: '1.2.3',
  node: '24',
  pid: 1,
  started: instant,
  time: instant,
  residentBytes: 1_000,
  heapBytes: 500,
  processorShare: 0.25,
  eventLoopMillis: { p50: 1, p99: 20, max: 30 },
  decisionMicros: { p50: 100, p99: 2_000, p999: 5_000 },
  journalSyncMicros: null,
  queueDepth: 3,
  sockets: 0,
  events,
})

describe('the table', () => {
  test('names follow the conventions of the field', () => {
    const table = Object.entries(METRICS as Readonly<Record<string, MetricDefinition>>)
    for (const [name, { type, help, labels, buckets }] of table) {
      expect(name, 'small letters and underscores').toMatch(/^[a-z][a-z0-9_]*$/)
      expect(name.endsWith('_total'), `${name}: a counter, and only a counter, ends in _total`).toBe(type === 'counter')
      expect(name, 'base units').not.toMatch(/milli|micro|percent(?!ile)|_ms\b|minutes|hours/)
      expect(help, `${name} has a help text without a full stop`).toMatch(/\S[^.]$/)
      expect(
        labels.filter(label => ['le', 'quantile', 'id', 'key', 'run', 'user', 'address'].includes(label)),
        name,
      ).toEqual([])
      expect(
        buckets?.toSorted((a, b) => a - b),
        `${name}: buckets grow`,
      ).toEqual(buckets)
    }
  })

  test('the names the issue asks for are there', () => {
    expect(METRICS).toMatchObject({
      mt5_data_latency_seconds: { labels: ['source'] },
      mt5_data_quality_score: { labels: ['symbol'] },
      websocket_connections_total: {},
      mt5_failover_events_total: {},
      http_requests_total: {},
      quadrant_feed_latency_seconds: { labels: ['source'] },
    })
  })
})

describe('the page', () => {
  test('of a busy house every line is in the exposition format, and every metric of the table is on it', async () => {
    const metrics = new Metrics({ version: '1.2.3' })
    metrics.request('GET', '/api/v1/orders/:run/:order', 200, 0.012)
    metrics.socketOpened()
    metrics.frames(2, 512)
    metrics.count('quadrant_sign_ins_total', { result: 'refused' })
    metrics.take('feeds', [feed('BTC-USD.KRAKEN', 'kraken', sourceLine('kraken', 0.9, 12))], 'r1')
    metrics.take('accounts', [account('r1', 'crypto', '101000.25')], 'r1')
    const server = await served(metrics)

    const reply = await fetch(server.url)
    expect(reply.status).toBe(200)
    expect(reply.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
    const families = readExposition(await reply.text())
    expect(Object.keys(METRICS).filter(name => !families.has(name))).toEqual([])
    for (const [name, { type }] of Object.entries(METRICS)) expect(families.get(name)?.type, name).toBe(type)
    for (const name of ['process_cpu_seconds_total', 'nodejs_eventloop_lag_p99_seconds', 'nodejs_version_info']) {
      expect(families.has(name), name).toBe(true)
    }
  })

  const hasPromtool = spawnSync('promtool', ['--version'], { stdio: 'ignore' }).status === 0
  test.skipIf(!hasPromtool)(`promtool finds nothing to say${hasPromtool ? '' : ' (skipped: needs promtool)'}`, async () => {
    const metrics = new Metrics({ version: '1.2.3' })
    metrics.request('POST', '/api/v1/orders', 202, 0.2)
    metrics.take('system', [system('r1', 10), system('server', 0)], 'r1')

    const { stdout, stderr, status } = spawnSync('promtool', ['check', 'metrics'], {
      input: await metrics.text(),
      encoding: 'utf8',
    })
    expect(`${stdout}${stderr}`).toBe('')
    expect(status).toBe(0)
  })

  test('a histogram counts every request in all the buckets above it', async () => {
    const metrics = metricsAlone()
    for (const seconds of [0.0005, 0.02, 0.3]) metrics.request('GET', '/a', 200, seconds)
    const found = await samples(metrics, 'http_request_duration_seconds')

    const bucket = (le: string) => found[`http_request_duration_seconds_bucket{le="${le}",method="GET",route="/a"}`]
    expect([bucket('0.001'), bucket('0.025'), bucket('0.25'), bucket('0.5'), bucket('+Inf')]).toEqual([1, 2, 2, 3, 3])
    expect(found['http_request_duration_seconds_sum{method="GET",route="/a"}']).toBeCloseTo(0.3205, 9)
  })

  test('a quote, a backslash and a line break in a label do not break the line', async () => {
    const metrics = metricsAlone()
    metrics.request('GET', 'a"b\\c\nd', 200, 0.1)

    expect(await samples(metrics, 'http_requests_total')).toEqual({
      'http_requests_total{method="GET",route="a\\"b\\\\c\\nd",status="200"}': 1,
    })
  })

  test('an invented method is no series of its own', async () => {
    const metrics = metricsAlone()
    metrics.request('BREW', '/a', 405, 0.1)
    metrics.request('PROPFIND', '/a', 405, 0.1)

    expect(await samples(metrics, 'http_requests_total')).toEqual({
      'http_requests_total{method="other",route="/a",status="405"}': 2,
    })
  })

  test('a flood of names ends at the most a metric may have, and is counted', async () => {
    const metrics = metricsAlone({ seriesMax: 3 })
    for (let i = 0; i < 10; i++) metrics.count('quadrant_gateway_refusals_total', { code: `CODE_${i}` })
    metrics.count('quadrant_gateway_refusals_total', { code: 'CODE_0' })

    const found = await samples(metrics, 'quadrant_gateway_refusals_total')
    expect(Object.keys(found)).toHaveLength(3)
    expect(found['quadrant_gateway_refusals_total{code="CODE_0"}']).toBe(2)
    expect(await samples(metrics, 'quadrant_metrics_series_refused_total')).toEqual({
      'quadrant_metrics_series_refused_total{metric="quadrant_gateway_refusals_total"}': 7,
    })
  })

  test('before the certificate is known there is no time of its end', async () => {
    const metrics = metricsAlone()
    expect(await samples(metrics, 'quadrant_certificate_expiry_timestamp_seconds')).toEqual({})

    metrics.set('quadrant_certificate_expiry_timestamp_seconds', {}, 1_800_000_000)
    expect(Object.values(await samples(metrics, 'quadrant_certificate_expiry_timestamp_seconds'))).toEqual([1_800_000_000])
  })
})

describe('the house counts', () => {
  test('sign-ins by result, and every record of the trail', async () => {
    const metrics = metricsAlone()
    metrics.audited({ action: 'session.create', result: 'done' })
    metrics.audited({ action: 'session.create', result: 'refused' })
    metrics.audited({ action: 'user.add', result: 'done' })

    expect(await samples(metrics, 'quadrant_audit_records_total')).toEqual({ quadrant_audit_records_total: 3 })
    expect(await samples(metrics, 'quadrant_sign_ins_total')).toEqual({
      'quadrant_sign_ins_total{result="done"}': 1,
      'quadrant_sign_ins_total{result="refused"}': 1,
    })
  })

  test('log lines by level, and those that were dropped, once each', async () => {
    const metrics = metricsAlone()
    let say: (line: { level: string }) => void = () => {}
    const logs = {
      dropped: 0,
      listen(heard: typeof say) {
        say = heard
        return () => {}
      },
    }
    metrics.heed(logs)
    say({ level: 'info' })
    say({ level: 'info' })
    logs.dropped = 5

    expect(await samples(metrics, 'quadrant_log_lines_total')).toEqual({ 'quadrant_log_lines_total{level="info"}': 2 })
    for (const _reading of [1, 2]) {
      expect(await samples(metrics, 'quadrant_log_dropped_total')).toEqual({ quadrant_log_dropped_total: 5 })
    }
  })

  test('what is looked up at each reading, and a look that fails spoils nothing', async () => {
    const metrics = metricsAlone()
    let sessions = 1
    metrics.beforeReading(() => metrics.set('quadrant_sessions', {}, sessions))
    metrics.beforeReading(() => Promise.reject(new Error('the store is away')))
    metrics.beforeReading(() => {
      throw new Error('the store is away')
    })

    expect(await samples(metrics, 'quadrant_sessions')).toEqual({ quadrant_sessions: 1 })
    sessions = 3
    expect(await samples(metrics, 'quadrant_sessions')).toEqual({ quadrant_sessions: 3 })
  })
})

describe('rows of runs', () => {
  test('feeds give the slowest latency of a source and the quality of the selected one', async () => {
    const metrics = metricsAlone()
    metrics.take(
      'feeds',
      [
        feed('BTC-USD.KRAKEN', 'kraken', sourceLine('kraken', 0.9, 12), sourceLine('mt5', 0.4, null)),
        feed('EUR-USD.MT5', '', sourceLine('kraken', 0.2, 80), sourceLine('mt5', 0.1, 250)),
      ],
      'r1',
    )

    for (const name of ['quadrant_feed_latency_seconds', 'mt5_data_latency_seconds']) {
      expect(await samples(metrics, name)).toEqual({ [`${name}{source="kraken"}`]: 0.08, [`${name}{source="mt5"}`]: 0.25 })
    }
    for (const name of ['quadrant_data_quality_score', 'mt5_data_quality_score']) {
      expect(await samples(metrics, name)).toEqual({
        [`${name}{symbol="BTC-USD.KRAKEN"}`]: 0.9,
        [`${name}{symbol="EUR-USD.MT5"}`]: 0,
      })
    }
    expect(
      (await samples(metrics, 'quadrant_feed_age_seconds'))['quadrant_feed_age_seconds{source="mt5",symbol="EUR-USD.MT5"}'],
    ).toBe(1.5)
  })

  test('a newer row takes the place of the older one, and a run that ended leaves nothing behind', async () => {
    const metrics = metricsAlone()
    metrics.take('accounts', [account('r1', 'crypto', '100')], 'r1')
    metrics.take('accounts', [account('r2', 'forex', '200')], 'r2')
    metrics.take('accounts', [account('r1', 'crypto', '150')], 'r1')
    expect(Object.values(await samples(metrics, 'quadrant_equity'))).toEqual([150, 200])

    metrics.endRun('r1')
    expect(await samples(metrics, 'quadrant_equity')).toEqual({
      'quadrant_equity{account="forex",mode="PAPER",currency="USD"}': 200,
    })
    expect(Object.keys(await samples(metrics, 'quadrant_drawdown_ratio'))).toHaveLength(1)
  })

  test('an account that no longer runs is not shown', async () => {
    const metrics = metricsAlone()
    metrics.take('accounts', [account('r1', 'crypto', '100', false)], 'r1')

    expect(await samples(metrics, 'quadrant_equity')).toEqual({})
  })

  test('an order is counted in one state at a time', async () => {
    const metrics = metricsAlone()
    metrics.take('orders', [order('r1', 'a', 'accepted'), order('r1', 'b', 'accepted')], 'r1')
    metrics.take('orders', [order('r1', 'a', 'filled')], 'r1')

    expect(await samples(metrics, 'quadrant_orders')).toEqual({
      'quadrant_orders{account="crypto",state="accepted"}': 1,
      'quadrant_orders{account="crypto",state="filled"}': 1,
    })
    metrics.endRun('r1')
    expect(await samples(metrics, 'quadrant_orders')).toEqual({})
  })

  test('a switch that a snapshot tells again is counted once', async () => {
    const metrics = metricsAlone()
    const line = (second: number) => ({
      time: `2026-11-20T14:30:0${second}.000000Z`,
      instrument: 'BTC-USD.KRAKEN',
      from: 'kraken',
      to: 'coinbase',
      level: 'live',
      reason: 'silent',
    })
    metrics.take('failovers', [line(1), line(2)], 'r1')
    metrics.take('failovers', [line(1), line(2), line(3)], 'r1')

    expect(await samples(metrics, 'mt5_failover_events_total')).toEqual({
      'mt5_failover_events_total{symbol="BTC-USD.KRAKEN"}': 3,
    })
    metrics.endRun('r1')
    expect(Object.values(await samples(metrics, 'quadrant_failover_events_total')), 'what happened stays counted').toEqual([3])
  })

  test("limits, events and quarantine go under the account's name", async () => {
    const metrics = metricsAlone()
    metrics.take('accounts', [account('r1', 'crypto', '100')], 'r1')
    metrics.take('limits', [limitRow('r1', 'ORDER_NOTIONAL', 4, 0.5), limitRow('r1', 'DAILY_LOSS_LIMIT', 0, null)], 'r1')
    metrics.take('system', [system('r1', 1_234)], 'r1')
    metrics.quarantined('r1', { stale: 3, crossed: 1 })

    expect(await samples(metrics, 'quadrant_order_refusals_total')).toEqual({
      'quadrant_order_refusals_total{account="crypto",reason="ORDER_NOTIONAL"}': 4,
      'quadrant_order_refusals_total{account="crypto",reason="DAILY_LOSS_LIMIT"}': 0,
    })
    expect(await samples(metrics, 'quadrant_limit_used_ratio')).toEqual({
      'quadrant_limit_used_ratio{account="crypto",limit="order_notional"}': 0.5,
    })
    expect(await samples(metrics, 'quadrant_events_total')).toEqual({ 'quadrant_events_total{account="crypto"}': 1_234 })
    expect(await samples(metrics, 'quadrant_events_quarantined_total')).toEqual({
      'quadrant_events_quarantined_total{account="crypto",reason="stale"}': 3,
      'quadrant_events_quarantined_total{account="crypto",reason="crossed"}': 1,
    })
    expect(await samples(metrics, 'quadrant_decision_seconds')).toEqual({
      'quadrant_decision_seconds{process="crypto",percentile="50"}': 0.0001,
      'quadrant_decision_seconds{process="crypto",percentile="99"}': 0.002,
      'quadrant_decision_seconds{process="crypto",percentile="99.9"}': 0.005,
    })
  })

  test('health and the emergency stop are shown as they stand', async () => {
    const metrics = metricsAlone()
    metrics.take('health', [{ key: 'journal', name: 'journal', score: 40, state: 'degraded', reason: 'slow' }])
    metrics.take('stop', [{ key: 'stop', engaged: true, mode: 'halt', reason: 'x', operator: 'o', time: instant, obeyed: [] }])

    expect(await samples(metrics, 'quadrant_health_score')).toEqual({
      'quadrant_health_score{part="journal"}': 40,
      'quadrant_health_score{part="composite"}': 40,
    })
    expect(await samples(metrics, 'quadrant_emergency_stop_engaged')).toEqual({ quadrant_emergency_stop_engaged: 1 })
  })
})

test('a canary in every slot of a row and of a label comes out nowhere on the page', async () => {
  const canary = 'canary-9e107d9d37'
  const redactor = new Redactor()
  redactor.register(canary)
  const metrics = metricsAlone({ scrub: text => redactor.text(text) })
  metrics.request(canary, `/api/${canary}`, 200, 0.1)
  metrics.refused(canary)
  metrics.socketClosed(canary)
  metrics.count('quadrant_sign_ins_total', { result: canary })
  metrics.take('feeds', [feed(canary, canary, sourceLine(canary, 1, 1))], canary)
  metrics.take('accounts', [{ ...account(canary, canary, '1'), currency: canary, mode: canary }], canary)
  metrics.take('orders', [{ ...order(canary, canary, canary), account: canary }], canary)
  metrics.take('limits', [limitRow(canary, canary, 1, 1)], canary)
  metrics.take('system', [system(canary, 1)], canary)
  metrics.take('health', [{ key: canary, name: canary, score: 1, state: 'bad', reason: canary }])
  metrics.quarantined(canary, { [canary]: 1 })
  metrics.take(
    'failovers',
    [{ time: instant, instrument: canary, from: canary, to: canary, level: canary, reason: canary }],
    canary,
  )

  const page = await metrics.text()
  expect(page.match(/"\*\*\*"/g)!.length, 'the slots were filled').toBeGreaterThan(15)
  expect(page).not.toContain(canary)
})

describe('the server', () => {
  test('only GET and HEAD of /metrics are answered', async () => {
    const server = await served(metricsAlone())
    const root = `http://127.0.0.1:${server.port}`
    const status = async (path: string, method: string) => (await fetch(`${root}${path}`, { method })).status

    expect(await status('/metrics', 'HEAD')).toBe(200)
    expect(await status('/metrics?name=x', 'GET')).toBe(200)
    expect(await status('/', 'GET')).toBe(404)
    expect(await status('/metrics/../etc/passwd', 'GET')).toBe(404)
    expect(await status('/metrics', 'DELETE')).toBe(405)
    expect((await fetch(server.url, { method: 'POST', body: 'x'.repeat(100_000) })).status).toBe(413)
  })

  test('headers beyond 8 KiB end the connection', async () => {
    const server = await served(metricsAlone())
    const socket = connect(server.port, '127.0.0.1')
    socket.on('error', () => {})
    const closed = new Promise(resolve => socket.once('close', resolve))
    const heard: string[] = []
    socket.on('data', text => heard.push(String(text)))
    socket.write(`GET /metrics HTTP/1.1\r\nHost: x\r\nX-Flood: ${'a'.repeat(20_000)}\r\n\r\n`)
    await closed

    expect(heard.join('')).not.toContain('# HELP')
  })

  test('a port that is taken is refused with a fix', async () => {
    const server = await served(metricsAlone())

    await expect(MetricsServer.start({ metrics: metricsAlone(), port: server.port })).rejects.toMatchObject({
      code: 'PORT_IN_USE',
      message: expect.stringContaining(String(server.port)),
      fix: expect.stringContaining('--metrics-port'),
    })
  })

  test('an address of another machine is refused with a fix', async () => {
    // 203.0.113.0/24 is for documents (RFC 5737): nobody has it.
    await expect(MetricsServer.start({ metrics: metricsAlone(), host: '203.0.113.1', port: 0 })).rejects.toMatchObject({
      code: 'PORT_UNAVAILABLE',
    })
  })
})
