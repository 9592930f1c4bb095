// The gate of several sources: judges each, scores each, and says which one an instrument is read from.
import type { Envelope, LiveEvent, MarketEvent } from '../../domain/event.ts'
import type { Micros } from '../../domain/numbers.ts'
import { DERIVED } from '../../domain/provenance.ts'
import type { IntegrityFaultKind, SourceChange, SourceNotice } from '../../domain/source.ts'
import { type Failover, type Gate, QualityGate, type QualityReason, type Withheld } from './gate.ts'
import { type BookMemory, SOURCE_RULES, type SourceRules, type WatchedInstrument } from './source-rules.ts'
import { scoreOf } from './source-score.ts'
import { healthWords, type InstrumentStatus, statusOf } from './source-status.ts'
import { SourceTrack } from './source-track.ts'
import { SourceWatch } from './source-watch.ts'

export interface SourceDeskParts {
  readonly instruments: readonly WatchedInstrument[]
  /** Where books are wanted: who keeps them. Without it, a switch waits for the new source's next snapshot. */
  readonly book?: () => BookMemory
  readonly rules?: Partial<SourceRules>
}

/** What a status shows of the past. */
const FAILOVERS_KEPT = 50
/** Looks at all sources come on a grid of this length, so that a thousand deadlines do not make a thousand looks. */
const LOOK_MICROS = 50_000

/**
 * Pure and deterministic: it knows what it was shown and nothing else, and what time alone decides is decided at
 * `nextDeadline`, however often `advance` is called. So the same inputs make the same switches, live and replayed.
 */
export class SourceDesk implements Gate {
  readonly #rules: SourceRules
  readonly #watches: readonly SourceWatch[]
  readonly #byId: ReadonlyMap<string, SourceWatch>
  readonly #offsets = new Map<string, ClockOffset>()
  /** For what belongs to no instrument. */
  readonly #facts: QualityGate
  readonly #changes: (SourceChange | MarketEvent)[] = []
  readonly #failovers: SourceChange[] = []
  #nextDeadline = Number.POSITIVE_INFINITY
  // The instrument of the last fact: facts often come in rows.
  #lastId = ''
  #lastWatch: SourceWatch | undefined

  constructor({ instruments, book, rules }: SourceDeskParts) {
    this.#rules = { ...SOURCE_RULES, ...rules }
    const specs = new Map(instruments.map(({ instrument }) => [instrument.id, instrument]))
    // Jumps are judged against the others (price-track.ts), late and early facts against the measured clock.
    const settings = {
      staleAfterMicros: Number.POSITIVE_INFINITY,
      outlierFactor: Number.POSITIVE_INFINITY,
      allowsNegativePrices: (id: string) => specs.get(id)?.negativePrices ?? false,
    }
    this.#facts = new QualityGate(settings)
    this.#watches = instruments.map(watched => {
      const tracks = watched.sources.map(source => new SourceTrack(source, new QualityGate(settings), book?.()))
      return new SourceWatch(watched, tracks, this.#rules)
    })
    for (const watch of this.#watches) watch.neighbours = this.#watches
    this.#byId = new Map(this.#watches.map(watch => [watch.watched.instrument.id, watch]))
  }

  get decided(): boolean {
    return this.#changes.length > 0
  }

  get nextDeadline(): number {
    return this.#nextDeadline
  }

  takeChange(): SourceChange | MarketEvent | undefined {
    return this.#changes.shift()
  }

  inspect(event: LiveEvent): Withheld | undefined {
    switch (event.kind) {
      case 'link-change':
      case 'integrity-fault':
      case 'link-measure':
        this.#hear(event)
        return 'notice'
      case 'release':
      case 'calendar-entry':
        return this.#facts.inspect(event)
      default:
        return this.#market(event)
    }
  }

  /** Time has come to the next deadline. */
  advance(now: Micros): void {
    let next = Number.POSITIVE_INFINITY
    for (const watch of this.#watches) {
      if (watch.deadline <= now) this.#decide(watch, now)
      if (watch.deadline < next) next = watch.deadline
    }
    this.#nextDeadline = onGrid(next)
  }

  /** Reads from the named source as long as it is healthy; without a name, from the best of the others. */
  obey({ instrumentId, source }: Failover, now: Micros): void {
    const watch = this.#byId.get(instrumentId)
    if (watch?.want(source, now) === true) this.#decide(watch, now)
  }

  resume(change: SourceChange): void {
    const watch = this.#byId.get(change.instrumentId)
    if (watch === undefined) return
    watch.resume(change)
    this.#keep(change)
    this.#nextDeadline = Math.min(this.#nextDeadline, onGrid(watch.deadline))
  }

  /** Passes a journal's envelopes on, and goes on from the switches in it: for a live run, whose old facts are gone. */
  *follow(envelopes: Iterable<Envelope>): Generator<Envelope> {
    for (const envelope of envelopes) {
      if (envelope.event.kind === 'source-change') this.resume(envelope.event)
      yield envelope
    }
  }

  /** Per instrument and source: state, score and its parts, ages, why. */
  status(now: Micros): readonly InstrumentStatus[] {
    return this.#watches.map(watch => statusOf(watch, this.#rules, now))
  }

  /** The newest switches, oldest first. */
  get failovers(): readonly SourceChange[] {
    return this.#failovers
  }

  #market(event: MarketEvent): Withheld | undefined {
    let watch = this.#lastWatch
    if (watch === undefined || event.instrumentId !== this.#lastId) {
      watch = this.#byId.get(event.instrumentId)
      if (watch === undefined) return 'not-selected'
      this.#lastWatch = watch
      this.#lastId = event.instrumentId
    }
    const track = watch.trackOf(event.provenance)
    if (track === undefined) return 'not-selected'
    if (track.pretence !== '') return 'pretended'

    const now = event.receivedTime
    const reason = this.#flaw(watch, track, event)
    if (reason !== undefined) {
      track.bad(now, reason)
      this.#decide(watch, now)
      return reason
    }
    track.sound(now, event.kind === 'bar' ? event.eventTime - event.openTime : 0)
    if (track.health !== 'ok') this.#decide(watch, now, event)
    else if (watch.hasten(track)) this.#nextDeadline = Math.min(this.#nextDeadline, onGrid(watch.deadline))
    return watch.selected === track ? undefined : 'not-selected'
  }

  #flaw(watch: SourceWatch, track: SourceTrack, event: MarketEvent): QualityReason | undefined {
    const flaw = track.gate.inspect(event)
    if (flaw !== undefined) return flaw
    const latency = event.receivedTime - event.eventTime + track.offset
    if (latency > this.#rules.toleranceMicros) return 'stale'
    if (latency < -this.#rules.futureMicros) return 'future'
    track.score.delayed(event.receivedTime, latency > 0 ? latency : 0)
    switch (event.kind) {
      case 'quote':
        return watch.quote(track, event)
      case 'trade':
        return watch.trade(track, event)
      case 'bar':
        return undefined
      default:
        return watch.book(track, event)
    }
  }

  #hear(notice: SourceNotice): void {
    const now = notice.receivedTime
    if (notice.kind === 'link-measure') {
      this.#measure(notice.source, notice.clockOffsetMicros)
      return
    }
    const named = this.#byId.get(notice.instrumentId)
    const watches = notice.instrumentId === '' ? this.#watches : named === undefined ? [] : [named]
    for (const watch of watches) {
      const track = watch.named(notice.source)
      if (track === undefined) continue
      if (notice.kind === 'link-change')
        track.linked(notice.state, notice.reason, notice.instrumentId === '' ? 'all' : 'own', now)
      else if (notice.fault === 'pretended') track.quarantine(now, notice.detail)
      else if (notice.fault === 'gap' || notice.fault === 'overflow' || notice.fault === 'stale-snapshot') track.gap(now)
      else track.bad(now, FAULTS[notice.fault])
      this.#decide(watch, now)
    }
  }

  #measure(source: string, offsetMicros: number): void {
    if (offsetMicros !== offsetMicros) return
    let offset = this.#offsets.get(source)
    if (offset === undefined) {
      offset = new ClockOffset()
      this.#offsets.set(source, offset)
    }
    const before = offset.median
    offset.add(offsetMicros)
    if (offset.median === before) return
    for (const watch of this.#watches) {
      const track = watch.named(source)
      if (track !== undefined) track.offset = offset.median
    }
  }

  /** `fact` is what will pass next if its source is selected. */
  #decide(watch: SourceWatch, now: Micros, fact?: MarketEvent): void {
    const before = watch.selected
    if (watch.review(now)) this.#announce(watch, before, now, fact)
    const deadline = onGrid(watch.deadline)
    if (deadline < this.#nextDeadline) this.#nextDeadline = deadline
  }

  /** The switch, and what the engine must know of the new source to go on: its newest quote and its book. */
  #announce(watch: SourceWatch, before: SourceTrack | undefined, now: Micros, fact: MarketEvent | undefined): void {
    const { selected, level, epoch } = watch
    const instrumentId = watch.watched.instrument.id
    const change: SourceChange = {
      kind: 'source-change',
      eventTime: now,
      receivedTime: now,
      sequence: epoch,
      provenance: DERIVED,
      instrumentId,
      from: before?.source ?? '',
      to: selected?.source ?? '',
      level,
      epoch,
      reason: this.#reason(watch, before, now),
    }
    this.#changes.push(change)
    this.#keep(change)
    if (selected === undefined || selected === before) return
    const { quote } = selected
    if (quote !== undefined && quote !== fact && now - quote.receivedTime < watch.silence(selected))
      this.#changes.push({ ...quote, receivedTime: now })
    if (fact?.kind === 'book-snapshot' && selected.bookAt === fact) return
    const book = selected.bookSnapshot(instrumentId, now)
    if (book !== undefined) this.#changes.push(book)
  }

  /** 'kraken silent since 3.0 s; coinbase 0.97'. */
  #reason(watch: SourceWatch, before: SourceTrack | undefined, now: Micros): string {
    const { selected, level } = watch
    const score = (track: SourceTrack): string =>
      `${track.source} ${scoreOf(track.parts(now, this.#rules, watch.silence(track), watch.since(now))).toFixed(2)}`
    if (selected === undefined) return 'no source has delivered anything sound'
    if (before === undefined) return `first sound fact; ${score(selected)}`
    if (before === selected) {
      return level === 'live'
        ? `healthy again; ${score(selected)}`
        : `${before.source} ${healthWords(before, now)}; nobody else is healthy`
    }
    if (watch.tracks[watch.wanted] === selected) return `chosen by a person; ${score(selected)}, ${score(before)} before`
    if (before.health === 'ok') return `${score(selected)} is preferred and clean; ${score(before)} before`
    return `${before.source} ${healthWords(before, now)}; ${score(selected)}`
  }

  #keep(change: SourceChange): void {
    this.#failovers.push(change)
    if (this.#failovers.length > FAILOVERS_KEPT) this.#failovers.shift()
  }
}

/** What a source's own finding counts as. */
const FAULTS: Readonly<Record<Exclude<IntegrityFaultKind, 'gap' | 'overflow' | 'stale-snapshot' | 'pretended'>, QualityReason>> =
  {
    checksum: 'schema',
    schema: 'schema',
    unknown: 'duplicate',
    duplicate: 'duplicate',
    reorder: 'sequence',
    crossed: 'crossed',
    authenticity: 'schema',
  }

/** The median of the newest five: one slow answer does not move it. */
class ClockOffset {
  readonly #newest: number[] = []
  #next = 0
  median = 0

  add(micros: number): void {
    this.#newest[this.#next] = micros
    this.#next = (this.#next + 1) % 5
    const sorted = [...this.#newest].sort((a, b) => a - b)
    this.median = sorted[sorted.length >> 1]!
  }
}

const onGrid = (time: number): number => Math.ceil(time / LOOK_MICROS) * LOOK_MICROS
