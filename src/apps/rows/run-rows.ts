// A run as the dashboard sees it: rows of every topic, collected from steps and pulled from the engine at a beat.
import type { Event, FeedEvent } from '../../domain/event.ts'
import type { Instrument } from '../../domain/instrument.ts'
import { formatMicros, formatMoney, type Micros, type Money, moneyToNumber, parseMicros } from '../../domain/numbers.ts'
import type { Opinion } from '../../domain/opinion.ts'
import type { Observer } from '../../engine/ports.ts'
import type { Session } from '../../engine/session.ts'
import type { Step } from '../../engine/step.ts'
import { opinionRow } from '../../research/opinion-row.ts'
import { SignalTrail } from '../../research/signal-trail.ts'
import { accountOfRun } from '../../wire/research.ts'
import type { RowOf, Topic } from '../../wire/topics.ts'
import type { LiveStatus } from '../live/live-status.ts'
import { type Note, noteWords } from '../live/step-notes.ts'
import type { RunConfig } from '../run-config.ts'
import { ChangedRows } from './changed-rows.ts'
import { type Exposure, LimitRows } from './limit-rows.ts'
import { MarketRows, type PriceSource } from './market-rows.ts'
import { OrderRows } from './order-rows.ts'
import { type SystemFigures, SystemRows } from './system-row.ts'

export type Publish = <Name extends Topic>(topic: Name, rows: readonly RowOf<Name>[], gone?: readonly string[]) => void

export interface RunRowsOptions {
  readonly run: string
  readonly config: RunConfig
  readonly mode: 'PAPER' | 'REPLAY'
  /** Prices come from living sources rather than from a record. */
  readonly live: boolean
  readonly environment: string
  readonly instruments: ReadonlyMap<string, Instrument>
  /** ISO, UTC. */
  readonly started: string
  readonly ceilings: () => Readonly<Record<string, string>>
}

/** What only the run itself can tell at a look. */
export interface Look {
  readonly session: Session
  readonly now: Micros
  readonly running: boolean
  readonly figures: Omit<SystemFigures, 'events'>
  /** How the sources stood when that was last worked out; asked for once a second. */
  readonly sources?: (() => Pick<LiveStatus, 'instruments'>) | undefined
}

/** Looks between two of which nobody could tell the difference: sources, limits, figures of the process. */
const SLOW_MILLIS = 1_000
/** Positions and the account, milliseconds: each row costs more than a price, and nobody reads faster. */
const HELD_MILLIS = 200
/** Rows between two places where a look may be interrupted: about a tenth of a millisecond. */
const ROWS_A_BIT = 16
const LOG_ROWS = 2_000
const MARKET: ReadonlySet<Event['kind']> = new Set(['quote', 'trade', 'bar', 'book-snapshot', 'book-change'])
const OPINIONS_A_LOOK = 4
const FEEDS_A_LOOK = 128

export class RunRows implements Observer {
  readonly #options: RunRowsOptions
  readonly #account: string
  readonly #markets: MarketRows
  readonly #orders: OrderRows
  readonly #limits: LimitRows
  readonly #system: SystemRows
  readonly #signals: RowOf<'signals'>[] = []
  readonly #trail: SignalTrail
  readonly #failovers: RowOf<'failovers'>[] = []
  readonly #notes: RowOf<'notes'>[] = []
  #noteCount = 0
  readonly #opinions = new Map<string, { readonly opinion: Opinion; readonly told: number }>()
  #nextLane = 0
  readonly #positionRows = new ChangedRows<RowOf<'positions'>>()
  readonly #accountRows = new ChangedRows<RowOf<'accounts'>>()
  readonly #limitRows = new ChangedRows<RowOf<'limits'>>()
  #sources = new Map<string, PriceSource>()
  #feeds: Stood[] = []
  #slow = Number.NEGATIVE_INFINITY
  readonly #began: Micros
  #from: Micros | undefined
  #held = Number.NEGATIVE_INFINITY

  constructor(options: RunRowsOptions) {
    const { run, config, instruments, live, started, ceilings } = options
    this.#options = options
    this.#began = parseMicros(started)!
    this.#account = accountOfRun({ name: config.name, mode: options.mode })
    this.#markets = new MarketRows(run, instruments, { live })
    this.#orders = new OrderRows(run, this.#account, instruments)
    this.#limits = new LimitRows({ run, limits: config.risk, currency: config.account.currency, ceilings })
    this.#system = new SystemRows(run, started)
    this.#trail = new SignalTrail(run, instruments, row => keep(this.#signals, { ...row }))
  }

  /** Each fact that passed the gate; on the path of events, so nothing is worked out here. */
  hear(event: FeedEvent): void {
    this.#begin(event)
    this.#markets.hear(event)
  }

  observe(step: Step): void {
    this.#trail.observe(step)
    this.#orders.observe(step)
    this.#limits.observe(step)
    const { event } = step
    this.#begin(event)
    if (event.kind !== 'source-change') return
    const { instrumentId, from, to, level, reason, receivedTime } = event
    keep(this.#failovers, { time: formatMicros(receivedTime), instrument: instrumentId, from, to, level, reason })
  }

  /** What happened, in words. A note of a step names its sequence, another one the newest. */
  note(note: Note, sequence: number): void {
    const { run } = this.#options
    this.#noteCount += 1
    const of = typeof note['sequence'] === 'number' ? note['sequence'] : sequence
    keep(this.#notes, {
      key: `${run}#${this.#noteCount}`,
      run,
      time: microsecondIso(note.time),
      type: note.type,
      words: noteWords(note),
      correlationId: `${run}:${of}`,
    })
  }

  /** Says what changed since the last look, all at once. */
  publish(look: Look, publish: Publish): void {
    for (const _ of this.tell(look, publish));
  }

  /** The same bit by bit: whoever asks may do something else between two bits, and leave off at any of them. */
  *tell(said: Look, publish: Publish): Generator<void, void, void> {
    const look = this.#timed(said)
    const { session, now, running } = look
    const { lanes, account } = session.engine
    const begun = performance.now()
    const isLast = !running
    if (isLast || begun - this.#slow >= SLOW_MILLIS) {
      this.#slow = begun
      yield* this.#tellSlow(look, publish)
    }
    const sourceOf = (id: string): PriceSource => this.#sources.get(id) ?? { source: this.#markets.sourceOf(id), quality: null }

    for (let left = this.#markets.movedCount(lanes); left > 0; left -= ROWS_A_BIT) {
      const moved = this.#markets.take(now, sourceOf, Math.min(left, ROWS_A_BIT))
      publish('quotes', moved.quotes)
      publish('books', moved.books)
      publish('bars', moved.bars)
      yield
    }
    publish('prints', this.#markets.takePrints())
    yield
    for (let left = isLast ? this.#feeds.length : FEEDS_A_LOOK; left > 0 && this.#feeds.length > 0; left -= ROWS_A_BIT) {
      publish('feeds', this.#feeds.splice(0, ROWS_A_BIT).map(feedRow))
      yield
    }
    publish('opinions', this.#newOpinions(session, running))
    yield
    publish('signals', this.#signals.splice(0))
    const orders = this.#orders.takeOrders()
    publish('orders', orders.rows, orders.gone)
    publish('fills', this.#orders.takeFills())
    publish('trades', this.#orders.takeTrades())
    yield
    if (isLast || begun - this.#held >= HELD_MILLIS) {
      this.#held = begun
      for (let at = 0; at < lanes.length; at += ROWS_A_BIT) {
        const positions = this.#orders.positions(lanes.slice(at, at + ROWS_A_BIT), account, { now, sourceOf })
        publish('positions', this.#positionRows.of(positions))
        if (positions.length > 0) yield
      }
      publish('accounts', this.#accountRows.of([this.#accountRow(look)]))
      yield
    }
    publish('failovers', this.#failovers.splice(0))
    publish('notes', this.#notes.splice(0))
  }

  close(): void {
    this.#system.close()
  }

  /** Figures and calendars of long ago are known before a run begins. */
  #begin(event: Event): void {
    if (this.#from === undefined && MARKET.has(event.kind)) this.#from = event.receivedTime
  }

  /** A clock that has heard nothing yet stands at 1970: until it has, the time is that of the start. */
  #timed(look: Look): Look {
    return look.session.accepted > 0 && look.now > 0 ? look : { ...look, now: this.#began }
  }

  *#tellSlow({ session, now, running, figures, sources }: Look, publish: Publish): Generator<void, void, void> {
    const { run, mode, started, environment } = this.#options
    const instruments = sources?.().instruments ?? []
    this.#sources = new Map(
      instruments.map(({ instrument, selected, sources: all }) => {
        const score = all.find(({ source }) => source === selected)?.score
        return [instrument, { source: selected, quality: score === undefined ? null : Math.round(score * 1_000) / 10 }]
      }),
    )
    const time = formatMicros(now)
    this.#feeds = instruments.map(stood => ({ stood, time }))
    yield
    publish('limits', this.#limitRows.of(this.#limits.rows(session.engine, exposureOf(session), now)))
    yield
    publish('system', [this.#system.row({ ...figures, events: session.accepted })])
    publish('runs', [
      {
        ...{ key: run, name: this.#options.config.name, account: this.#account, mode, running, time, started, environment },
        from: formatMicros(this.#from ?? this.#began),
        instruments: [...this.#options.instruments.keys()],
        events: session.accepted,
        sequence: session.sequence,
      },
    ])
    yield
  }

  /** The words of an opinion cost more than the opinion: each at most once a second, and few at one look, in turn. */
  #newOpinions({ engine: { lanes } }: Session, running: boolean): RowOf<'opinions'>[] {
    const now = performance.now()
    const rows: RowOf<'opinions'>[] = []
    for (let looked = 0; looked < lanes.length && rows.length < OPINIONS_A_LOOK; looked++) {
      const { instrument, opinion } = lanes[this.#nextLane % lanes.length]!
      this.#nextLane = (this.#nextLane + 1) % lanes.length
      const known = this.#opinions.get(instrument.id)
      if (opinion === undefined || known?.opinion === opinion) continue
      if (running && known !== undefined && now - known.told < SLOW_MILLIS) continue
      this.#opinions.set(instrument.id, { opinion, told: now })
      rows.push(opinionRow(opinion, this.#options.run))
    }
    return rows
  }

  #accountRow({ session: { engine }, session, now, running }: Look): RowOf<'accounts'> {
    const { run, config, mode } = this.#options
    const { account } = engine
    const equity = engine.equity() ?? config.account.equity
    const high = equity > account.highEquity ? equity : account.highEquity
    const { gross } = exposureOf(session)
    return {
      ...{ key: run, account: this.#account, mode, running },
      currency: config.account.currency,
      equity: formatMoney(equity),
      startEquity: formatMoney(config.account.equity),
      dayStartEquity: formatMoney(account.dayStartEquity),
      highEquity: formatMoney(high),
      drawdown: high > 0n ? Math.max(0, moneyToNumber((high - equity) as Money) / moneyToNumber(high)) : 0,
      exposure: gross === undefined ? null : formatMoney(gross),
      openOrders: account.orders.openCount,
      openPositions: engine.lanes.filter(({ instrument: { id } }) => account.portfolio.quantity(id) !== 0).length,
      fills: this.#orders.fillCount,
      time: formatMicros(now),
      source: run,
    }
  }
}

/** How the sources of an instrument stood, and when. */
interface Stood {
  readonly stood: LiveStatus['instruments'][number]
  readonly time: string
}

const feedRow = ({ stood: { instrument, selected, level, epoch, sources }, time }: Stood): RowOf<'feeds'> => ({
  ...{ key: instrument, selected, level, epoch, time },
  sources: sources.map(line => ({ ...line, parts: { ...line.parts } })),
})

function exposureOf({ engine }: Session): Exposure {
  let gross = 0n
  let largest = 0n
  for (const { instrument } of engine.lanes) {
    const { portfolio } = engine.account
    const value = portfolio.exposure(instrument, portfolio.quantity(instrument.id))
    if (value === undefined) return { gross: undefined, largest: undefined }
    gross += value
    if (value > largest) largest = value
  }
  return { gross: gross as Money, largest: largest as Money }
}

/** A log that nobody takes does not grow without end. */
function keep<Row>(log: Row[], row: Row): void {
  if (log.length >= LOG_ROWS) log.splice(0, LOG_ROWS / 2)
  log.push(row)
}

/** Notes of the start say milliseconds. */
const microsecondIso = (time: string): string => (time === '' ? '1970-01-01T00:00:00.000000Z' : time)
