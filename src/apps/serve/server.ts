// The server of a state folder: opens its parts in order, plugs them together, and closes them in the opposite order.
import { hostname } from 'node:os'
import { join } from 'node:path'
import { Access } from '../../access/access.ts'
import type { AuditEntry } from '../../access/audit-entry.ts'
import { type Database, openDatabase } from '../../adapters/database/database.ts'
import { Projection } from '../../adapters/database/projection.ts'
import { Gateway } from '../../adapters/gateway/gateway.ts'
import { Hub } from '../../adapters/gateway/hub.ts'
import { RunWatcher } from '../../adapters/run-link/run-watcher.ts'
import { CertificateWatch, ensureCertificate } from '../../operations/certificates.ts'
import { EventLoopWatch } from '../../operations/event-loop.ts'
import { Logs } from '../../operations/logs.ts'
import { Metrics } from '../../operations/metrics.ts'
import { MetricsServer } from '../../operations/metrics-server.ts'
import type { RowOf, Topic } from '../../wire/topics.ts'
import { lastStatus } from '../live/live-status.ts'
import { packageVersion } from '../package-version.ts'
import { serveControl } from '../people/control.ts'
import { HouseAudit } from '../people/house-audit.ts'
import { OpenDesk } from '../people/people-desk.ts'
import { ChangedRows } from '../rows/changed-rows.ts'
import { ClientTrust } from './client-authorities.ts'
import { Closing } from './closing.ts'
import { Configurations } from './configurations.ts'
import { Explanations } from './explanations.ts'
import { allHandlers } from './handlers/all-handlers.ts'
import { houseLimitRows } from './handlers/limits.ts'
import { stopState } from './handlers/stop.ts'
import { HouseHealth } from './house-health.ts'
import { HouseMeter } from './house-meter.ts'
import { Jobs } from './jobs.ts'
import { LakeView } from './lake/lake-view.ts'
import { LiveBars } from './live-bars.ts'
import { LivingRuns } from './living-runs.ts'
import { OpenMarkets } from './open-markets.ts'
import { RunIntake } from './run-intake.ts'
import { sealingWith } from './sealing.ts'
import type { ServerContext } from './server-context.ts'
import { ServerClaim } from './server-file.ts'
import { openServerKeys } from './server-keys.ts'
import type { ServerSettings } from './server-settings.ts'

export interface ServerOptions extends ServerSettings {
  /** Finds, or makes, the folder of the built dashboard while other parts open; without one a page says how to build it. */
  readonly dashboard?: () => Promise<string | undefined>
  /** Where a person reads along. */
  readonly terminal?: { readonly isTTY?: boolean; write(text: string): unknown }
  /** Milliseconds since 1970. */
  readonly now?: () => number
}

const SECOND_MILLIS = 1_000
const MINUTE_MILLIS = 60_000
/** Jobs have some seconds to write their last lines. */
const JOBS_MILLIS = 7_000

export class Server {
  readonly url: string
  readonly metricsUrl: string
  /** Where the authority's certificate lies, to be trusted once; null for the operator's own. */
  readonly authorityPath: string | null
  /** Undefined once there is an account. */
  readonly setupToken: string | undefined
  readonly #closing: Closing

  private constructor(parts: Pick<Server, 'url' | 'metricsUrl' | 'authorityPath' | 'setupToken'>, closing: Closing) {
    this.url = parts.url
    this.metricsUrl = parts.metricsUrl
    this.authorityPath = parts.authorityPath
    this.setupToken = parts.setupToken
    this.#closing = closing
  }

  /** Serves when it returns. Throws Failure SERVER_RUNNING, PORT_IN_USE, DATABASE_…, CERTIFICATE_…, KEYS_…; nothing stays open then. */
  static async start(options: ServerOptions): Promise<Server> {
    const closing = new Closing()
    try {
      return new Server(await open(options, closing), closing)
    } catch (error) {
      await closing.all()
      throw error
    }
  }

  /** Idempotent. Sockets are closed, jobs ended, the trail signed, the database closed. */
  close(): Promise<void> {
    return this.#closing.all()
  }
}

async function open(
  options: ServerOptions,
  closing: Closing,
): Promise<Pick<Server, 'url' | 'metricsUrl' | 'authorityPath' | 'setupToken'>> {
  const { home, host, now = Date.now } = options
  const claim = await ServerClaim.take(home, now())
  closing.add(() => claim.release())
  // The longest part, in a thread of its own: begun before all others.
  const opening = openDatabase({ home, url: options.databaseUrl })
  opening.catch(() => undefined)
  closing.add(() =>
    opening.then(
      opened => opened.close(),
      () => undefined,
    ),
  )

  const dashboard = options.dashboard?.()
  const keys = openServerKeys(home)
  const logs = await Logs.open({ folder: join(home, 'logs'), now, ...(options.terminal && { terminal: options.terminal }) })
  closing.add(() => logs.close())
  const certificate = await certificateOf(options, now)
  const metrics = new Metrics({ version: packageVersion(), scrub: text => logs.redactor.text(text) })
  closing.add(metrics.heed(logs))

  const trust = await ClientTrust.open(home, {
    authorities: options.clientAuthorities,
    required: options.requireClientCertificate ?? false,
    now,
  })
  const database = await opening
  const audit = await HouseAudit.open({
    ...{ home, store: database.audit, key: keys.auditKey, now },
    failed: error => logs.error('the audit trail could not be signed', { error }),
  })
  closing.add(() => audit.close())

  const access = new Access({
    people: database.people,
    sessions: await sessionsOf(options, database),
    pepper: keys.pepper,
    signingKeys: keys.tokenKeys,
    ...sealingWith(keys.sealingKey),
    now,
    on: counted(audit, metrics),
  })
  closing.add(() => access.close())

  const hub = new Hub()
  closing.add(() => hub.close())
  const meter = new HouseMeter(metrics, now)
  let shown = certificate
  const { context, health } = await openHouse(options, closing, {
    hub,
    logs,
    metrics,
    meter,
    database,
    audit,
    access,
    trust,
    certificateExpires: () => shown.expires,
  })
  const folder = await dashboard
  const gateway = await Gateway.start({
    ...{ host, port: options.port, names: host === '0.0.0.0' || host === '::' ? [hostname()] : [] },
    certificate: { key: certificate.key, cert: certificate.certificate },
    ...(trust.believed === undefined ? {} : { clientCertificates: trust.believed }),
    trustedProxies: options.trustedProxies ?? [],
    version: packageVersion(),
    ...{ access, hub, now, meter, handlers: allHandlers(context) },
    audit: counted(audit, metrics),
    auditReader: {
      find: audit.find,
      verify: () => audit.verify(),
      export: () => textOf(audit.lines()),
    },
    ...(folder === undefined ? {} : { dashboard: folder }),
    unready: () => health.unready(),
    log: (level, message, fields) => logs.component('gateway')[level](message, fields),
  })
  // A request may wait for a job or an explanation: those end together with it.
  closing.add(() => Promise.all([context.jobs.close(), context.explanations.close(), gateway.close()]), JOBS_MILLIS)
  const watch = new CertificateWatch({
    ...certificateOptions(options, now),
    current: certificate,
    changed: fresh => {
      shown = fresh
      gateway.reloadCertificate({ key: fresh.key, cert: fresh.certificate }, trust.believed)
    },
    failed: error => logs.error('the certificate could not be renewed; the old one stays', { error }),
  })
  closing.add(() => watch.close())

  const relist = setInterval(() => {
    const reload = (isNew: boolean) =>
      isNew && gateway.reloadCertificate({ key: shown.key, cert: shown.certificate }, trust.believed)
    trust.refresh().then(reload, error => logs.error('the list of client certificates could not be read', { error }))
  }, MINUTE_MILLIS).unref()
  closing.add(() => clearInterval(relist))

  metrics.beforeReading(() => metrics.set('quadrant_certificate_expiry_timestamp_seconds', {}, shown.expires / 1_000))
  metrics.beforeReading(async () => metrics.set('quadrant_sessions', {}, await access.sessionCount()))
  metrics.beforeReading(() => {
    const living = lastStatus(home)
    if (living?.running) metrics.quarantined(living.run, living.quarantined)
  })
  // Its page asks nobody for a sign-in: it leaves this machine only where that is said of it alone.
  const metricsServer = await MetricsServer.start({
    metrics,
    host: options.metricsHost || '127.0.0.1',
    port: options.metricsPort,
  })
  closing.add(() => metricsServer.close())
  // The certificate names both; people know this one by its name.
  const url = gateway.url.replace('//127.0.0.1:', '//localhost:')
  const control = await serveControl({ home, desk: new OpenDesk({ access, audit, database }) })
  closing.add(() => control.close())
  logs.info('listening', { url, metricsUrl: metricsServer.url })
  const setupToken = (await access.setupNeeded()) ? access.setupToken : undefined
  claim.announce({ url, metricsUrl: metricsServer.url, control: control.path })
  closing.add(() => claim.retract())
  return { url, metricsUrl: metricsServer.url, authorityPath: certificate.authorityPath, setupToken }
}

const counted =
  (audit: HouseAudit, metrics: Metrics) =>
  async (entry: AuditEntry): Promise<void> => {
    await audit.record(entry)
    metrics.audited(entry)
  }

async function textOf(lines: AsyncIterable<string>): Promise<string> {
  const kept: string[] = []
  for await (const line of lines) kept.push(line)
  return kept.join('')
}

const certificateOptions = ({ home, host, ownCertificate }: ServerOptions, now: () => number) => ({
  folder: join(home, 'certificates'),
  hosts: host === '0.0.0.0' || host === '::' ? [hostname()] : ['127.0.0.1', '::1', 'localhost'].includes(host) ? [] : [host],
  now,
  own: ownCertificate,
})
const certificateOf = (options: ServerOptions, now: () => number) => ensureCertificate(certificateOptions(options, now))

/** The database's outlive a restart; Redis is for several servers. */
async function sessionsOf({ redisUrl }: ServerOptions, database: Database) {
  if (redisUrl === '') return database.sessions
  const { RedisSessions } = await import('../../adapters/redis/redis-sessions.ts')
  return new RedisSessions({ url: redisUrl })
}

interface Parts {
  readonly hub: Hub
  readonly logs: Logs
  readonly metrics: Metrics
  readonly meter: HouseMeter
  readonly database: Database
  readonly audit: HouseAudit
  readonly access: Access
  readonly trust: ClientTrust
  readonly certificateExpires: () => number
}

/** Everything behind the handlers: history, lake, living runs, jobs, and the clock that tells how the house stands. */
async function openHouse(
  options: ServerOptions,
  closing: Closing,
  { hub, logs, metrics, meter, database, audit, access, trust, certificateExpires }: Parts,
): Promise<{ readonly context: ServerContext; readonly health: HouseHealth }> {
  const { home, now = Date.now } = options
  const publish = (topic: Topic, rows: readonly object[], gone: readonly string[] = [], from = ''): void => {
    hub.publish(topic, rows as never, gone)
    metrics.take(topic, rows as never, from, gone)
  }

  const projection = new Projection(database.kysely)
  const log = logs.component('runs')
  const intake = await RunIntake.open({ home, projection, failed: (what, error) => log.error(what, { error }) })
  closing.add(() => intake.close())
  const lake = new LakeView(home)
  closing.add(() => lake.close())
  const jobs = new Jobs({ home, now, onChange: row => publish('jobs', [row]), taken: () => intake.look() })
  const explanations = new Explanations(home)

  const liveBars = new LiveBars()
  const living = new LivingRuns((topic, rows, gone, from) => {
    publish(topic, rows, gone, from)
    intake.take(topic, rows)
    // A replay's bars are in the lake; kept are those that are nowhere else.
    const isReplay = watcher.runs.some(({ run, mode }) => run === from && mode === 'REPLAY')
    if (topic === 'bars' && !isReplay) liveBars.take(from, rows as readonly RowOf<'bars'>[])
  })
  const watcher = new RunWatcher({
    home,
    onRun: ({ run, account, mode, pid }) => {
      log.info(`${run} is heard`, { account, mode })
      jobs.announce({ run, pid })
    },
    onRows: (run, frame) => living.take(run, frame),
    onEnd: run => {
      living.end(run)
      liveBars.end(run.run)
      metrics.endRun(run.run)
      log.info(`${run.run} has ended`)
      void intake.look()
    },
  })
  closing.add(() => watcher.close())

  const markets = new OpenMarkets({ home, lake, now })
  const loop = new EventLoopWatch(now)
  closing.add(() => loop.close())
  const health = new HouseHealth({
    home,
    hub,
    meter,
    database,
    loop,
    now,
    isOpen: id => markets.isOpen(id),
    expires: certificateExpires,
  })
  const context: ServerContext = {
    ...{ home, now, lake, hub, jobs, explanations, liveBars },
    runs: watcher,
    history: projection,
    settled: () => intake.settled(),
    taken: () => intake.look(),
    configurations: new Configurations(home, lake),
    audit: counted(audit, metrics),
    preferences: {
      read: user => access.preferences({ user }),
      write: (user, preferences) => access.savePreferences({ user }, preferences),
    },
    house: () => houseOf(options, { database, trust, certificateExpires }),
    health: () => health.look(),
    system: () => health.row,
    databaseName: database.name,
    logs: wanted => logs.lines(wanted),
  }

  const [changed, limits] = [new ChangedRows<RowOf<'stop'>>(), new ChangedRows<RowOf<'limits'>>()]
  const timers = [
    every(SECOND_MILLIS, async () => {
      const { parts } = await health.look()
      publish(
        'health',
        parts.map(part => ({ key: part.name, ...part })),
      )
      publish('system', [health.row])
      const own = changed.of([{ key: 'stop', ...stopState(home, hub.rows('stop')[0]?.obeyed ?? []) }])
      publish('stop', own)
      publish('limits', limits.of(houseLimitRows(context)))
    }),
    // Of its own: whoever was put out is out, however long the look at the house takes.
    every(SECOND_MILLIS, () => access.sweep()),
  ]
  closing.add(() => timers.forEach(clearInterval))
  closing.add(logs.listen(line => hub.publish('logs', [line])))
  return { context, health }

  function every(millis: number, work: () => Promise<unknown>): NodeJS.Timeout {
    return setInterval(() => void work().catch(error => logs.error('a routine of the house failed', { error })), millis).unref()
  }
}

function houseOf(
  { redisUrl }: ServerOptions,
  { database, trust, certificateExpires }: Pick<Parts, 'database' | 'trust' | 'certificateExpires'>,
): ReturnType<ServerContext['house']> {
  return {
    version: packageVersion(),
    database: database.name,
    sessions: redisUrl === '' ? 'kept in the database, checked in memory' : 'kept in Redis, checked in memory',
    accessMinutes: 5,
    idleMinutes: 30,
    sessionHours: 12,
    certificateExpires: new Date(certificateExpires()).toISOString(),
    clientCertificates: trust.believed !== undefined,
  }
}
