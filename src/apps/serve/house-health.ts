// How the house stands: looked at when somebody asks and once a second, from the rows of living runs and its own figures.
import { sql } from 'kysely'
import type { Database } from '../../adapters/database/database.ts'
import type { Hub } from '../../adapters/gateway/hub.ts'
import type { EventLoopWatch } from '../../operations/event-loop.ts'
import { type Health, type HealthSignals, healthOf } from '../../operations/health.ts'
import type { RowOf } from '../../wire/topics.ts'
import { packageVersion } from '../package-version.ts'
import type { HouseMeter } from './house-meter.ts'

export interface HouseHealthOptions {
  readonly home: string
  readonly hub: Pick<Hub, 'rows'>
  readonly database: Pick<Database, 'kysely'>
  readonly meter: Pick<HouseMeter, 'sockets' | 'slowCloses'>
  readonly loop: EventLoopWatch
  readonly now: () => number
  /** Whether an instrument is traded now; true where nobody knows. */
  readonly isOpen: (instrument: string) => boolean
  /** When the certificate ends, milliseconds. */
  readonly expires: () => number
}

/** A look is shared by all who ask within this time. */
const LOOK_MILLIS = 900
const DATABASE_MILLIS = 3_000
const DAY_MILLIS = 86_400_000

export class HouseHealth {
  readonly #options: HouseHealthOptions
  #last: Promise<Health> | undefined
  #looked = Number.NEGATIVE_INFINITY
  #row: RowOf<'system'>
  #database: HealthSignals['database'] = { reachable: true, millis: 0, failure: '' }

  constructor(options: HouseHealthOptions) {
    this.#options = options
    this.#row = this.#read()
  }

  /** The server's own line among the processes. */
  get row(): RowOf<'system'> {
    return this.#row
  }

  look(): Promise<Health> {
    const now = performance.now()
    if (this.#last === undefined || now - this.#looked >= LOOK_MILLIS) {
      this.#looked = now
      this.#last = this.#look()
    }
    return this.#last
  }

  /** What keeps the server from serving, in words. */
  async unready(): Promise<readonly string[]> {
    await this.look()
    return this.#database.reachable ? [] : [`the database does not answer: ${this.#database.failure}`]
  }

  async #look(): Promise<Health> {
    this.#row = this.#read()
    this.#database = await this.#askDatabase()
    return healthOf(this.#signals())
  }

  #signals(): HealthSignals {
    const { hub, now, expires } = this.#options
    const runs = hub.rows('runs').filter(({ running, mode }) => running && (mode === 'PAPER' || mode === 'LIVE'))
    const rows = hub.rows('system').filter(({ key }) => runs.some(run => run.key === key))
    const feeds = hub.rows('feeds')
    const newest = Math.max(...runs.map(({ time }) => Date.parse(time)))
    const worst = (values: readonly (number | undefined)[]) => {
      const known = values.filter(value => value !== undefined)
      return known.length === 0 ? null : Math.max(...known)
    }
    return {
      time: new Date(now()).toISOString(),
      run:
        runs.length === 0
          ? undefined
          : {
              silentMillis: Math.max(0, now() - newest),
              decisionMicrosP99: worst(rows.map(row => row.decisionMicros?.p99)),
              queueDepth: worst(rows.map(row => row.queueDepth)) ?? 0,
              // A market that is closed has nothing to say.
              expectsData: feeds.length === 0 || feeds.some(({ key }) => this.#options.isOpen(key)),
            },
      symbols: feeds.map(({ key, selected, level, sources }) => ({
        ...{ symbol: key, selected, level },
        score: sources.find(({ source }) => source === selected)?.score ?? 0,
      })),
      dashboard: {
        eventLoopMillisP99: this.#row.eventLoopMillis.p99,
        sockets: this.#row.sockets,
        slowCloses: this.#options.meter.slowCloses,
        certificateDaysLeft: Math.floor((expires() - now()) / DAY_MILLIS),
      },
      journal: rows.length === 0 ? undefined : { syncMicrosP99: worst(rows.map(row => row.journalSyncMicros?.p99)), failure: '' },
      database: this.#database,
    }
  }

  async #askDatabase(): Promise<HealthSignals['database']> {
    const begun = performance.now()
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`it did not answer within ${DATABASE_MILLIS / 1000} s`)), DATABASE_MILLIS)
    })
    try {
      await Promise.race([sql`select 1`.execute(this.#options.database.kysely), late])
      return { reachable: true, millis: performance.now() - begun, failure: '' }
    } catch (error) {
      const failure = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)
      return { reachable: false, millis: performance.now() - begun, failure }
    } finally {
      clearTimeout(timer)
    }
  }

  #read(): RowOf<'system'> {
    const { loop, meter } = this.#options
    return {
      key: 'server',
      version: packageVersion(),
      ...loop.read(),
      ...{ decisionMicros: null, journalSyncMicros: null, queueDepth: 0, sockets: meter.sockets, events: 0 },
    }
  }
}
