// The gate: every fact is accepted, or quarantined with a reason. It repairs nothing and forgets nothing.
import { unreachable } from '../../domain/assert.ts'
import type { FeedEvent, LiveEvent, MarketEvent, OperatorAction } from '../../domain/event.ts'
import type { CalendarEntry, Release } from '../../domain/macro.ts'
import type { Bar, BookChange, BookLevel, BookSnapshot, Quote, Trade } from '../../domain/market.ts'
import type { Micros } from '../../domain/numbers.ts'
import type { SourceChange } from '../../domain/source.ts'

/**
 * schema: a field is missing or no number · range: impossible value · order: older than what came before ·
 * duplicate: the same fact again · crossed: bid above ask · stale: too old when it arrived ·
 * outlier: a jump no market explains, not yet confirmed by what follows.
 * Where several sources are compared (source-desk.ts) also: future: dated after its arrival · sequence: a lower number than
 * before · unit: a power of ten away · wrong-symbol: the price of another instrument · frozen: repeated while others move ·
 * drift: slowly away from the others · pretended: of a source that was found to pretend.
 * A living run's door (apps/live/guarded-gate.ts) adds provenance: not live, or not from a source of the run.
 */
export type QualityReason =
  | 'schema'
  | 'range'
  | 'order'
  | 'duplicate'
  | 'crossed'
  | 'stale'
  | 'outlier'
  | 'future'
  | 'sequence'
  | 'unit'
  | 'wrong-symbol'
  | 'frozen'
  | 'drift'
  | 'pretended'
  | 'provenance'

/** Why something goes no further. `not-selected`: sound, but another source is read · `notice`: heard here, and no fact. */
export type Withheld = QualityReason | 'not-selected' | 'notice'

export type Failover = Extract<OperatorAction, { action: 'failover' }>

/** What stands between feeds and the engine. Pure: all it knows comes from what it was shown. */
export interface Gate {
  /** Undefined when the fact is accepted. Show nothing newer than `nextDeadline` before `advance` has been there. */
  inspect(event: LiveEvent): Withheld | undefined
  /** Something waits in `takeChange`. It comes before the fact that was just inspected. */
  readonly decided: boolean
  /** The next switch, then what the new source is known to say: its newest quote and its book. Undefined when none waits. */
  takeChange(): SourceChange | MarketEvent | undefined
  /** When time alone may decide something, microseconds; Infinity when it cannot. */
  readonly nextDeadline: number
  advance(now: Micros): void
  /** A person's choice of a source. */
  obey(failover: Failover, now: Micros): void
  /** What was decided last before a restart: counting goes on from there. */
  resume(change: SourceChange): void
}

export interface QualitySettings {
  /** A market fact this much older than its arrival is stale. Microseconds. */
  readonly staleAfterMicros: number
  /** A jump is suspect beyond this many times the usual change (scaled by the root of the time it took). */
  readonly outlierFactor: number
  /** Whose prices may be zero or below. */
  readonly allowsNegativePrices: (instrumentId: string) => boolean
}

/** Jumps within this fraction of the price are never outliers, however quiet the market was. */
const QUOTE_JUMP_MIN = 0.05
const BAR_JUMP_MIN = 0.25
/** Where prices may be negative a fraction means little: only a change of magnitude (a lost decimal point) is suspect. */
const MAGNITUDE_JUMP_MIN = 5
/** No bar's prices are so many times apart, unless the bars after it confirm where it ended. */
const BAR_MAGNITUDE = 3
/** So many suspects in a row that agree with each other are a new level, not an error. */
const CONFIRMATIONS = 3
/** Weight of the newest change in the running mean of changes and of intervals. */
const ADAPT = 0.02

/** What the gate remembers of one instrument and one kind of fact. */
class Track {
  readonly negative: boolean
  lastTime = Number.NEGATIVE_INFINITY
  lastSequence = -1
  lastA = Number.NaN
  lastB = Number.NaN
  lastC = Number.NaN
  lastD = Number.NaN
  level = Number.NaN
  change = 0
  interval = 0
  suspectLevel = Number.NaN
  suspects = 0

  constructor(negative: boolean) {
    this.negative = negative
  }
}

/** The gate of one source: history, or a single feed. It never switches. */
export class QualityGate implements Gate {
  readonly decided = false
  readonly nextDeadline = Number.POSITIVE_INFINITY
  readonly #settings: QualitySettings
  readonly #tracks = new Map<string, Track>()
  // The track of the last quote and of the last bar: most streams are of one instrument.
  #quoteId = ''
  #quoteTrack: Track | undefined
  #barId = ''
  #barMicros = Number.NaN
  #barTrack: Track | undefined
  #tradeId = ''
  #tradeTrack: Track | undefined
  #bookId = ''
  #bookTrack: Track | undefined

  constructor(settings: QualitySettings) {
    this.#settings = settings
  }

  /** Undefined when the fact is accepted. */
  inspect(event: FeedEvent): QualityReason | undefined
  inspect(event: LiveEvent): QualityReason | 'notice' | undefined
  inspect(event: LiveEvent): QualityReason | 'notice' | undefined {
    switch (event.kind) {
      case 'quote':
        return this.#quote(event)
      case 'trade':
        return this.#trade(event)
      case 'bar':
        return this.#bar(event)
      case 'book-snapshot':
      case 'book-change':
        return this.#book(event)
      case 'release':
        return this.#release(event)
      case 'calendar-entry':
        return this.#entry(event)
      case 'link-change':
      case 'link-measure':
      case 'integrity-fault':
        return 'notice'
      default:
        return unreachable(event)
    }
  }

  takeChange(): undefined {}

  advance(): void {}

  obey(): void {}

  resume(): void {}

  #quote(quote: Quote): QualityReason | undefined {
    let track = this.#quoteTrack
    if (track === undefined || quote.instrumentId !== this.#quoteId) {
      track = this.#track('quote', quote.instrumentId)
      this.#quoteTrack = track
      this.#quoteId = quote.instrumentId
    }
    const { bid, ask, receivedTime } = quote
    if (!Number.isSafeInteger(bid) || !Number.isSafeInteger(ask) || !timed(quote)) return 'schema'
    if (!(quote.bidSize >= 0) || !(quote.askSize >= 0)) return 'range'
    if (bid <= 0 && !track.negative) return 'range'
    if (receivedTime < track.lastTime) return 'order'
    if (bid > ask) return 'crossed'
    if (receivedTime === track.lastTime && bid === track.lastA && ask === track.lastB && sameSizes(quote, track))
      return 'duplicate'
    if (receivedTime - quote.eventTime > this.#settings.staleAfterMicros) return 'stale'
    const reason = this.#jump(track, (bid + ask) / 2, receivedTime, QUOTE_JUMP_MIN)
    if (reason !== undefined) return reason
    track.lastTime = receivedTime
    track.lastA = bid
    track.lastB = ask
    track.lastC = quote.bidSize
    track.lastD = quote.askSize
    return undefined
  }

  #trade(trade: Trade): QualityReason | undefined {
    let track = this.#tradeTrack
    if (track === undefined || trade.instrumentId !== this.#tradeId) {
      track = this.#track('trade', trade.instrumentId)
      this.#tradeTrack = track
      this.#tradeId = trade.instrumentId
    }
    if (!Number.isSafeInteger(trade.price) || !Number.isSafeInteger(trade.quantity) || !timed(trade)) return 'schema'
    if (trade.quantity <= 0 || (trade.price <= 0 && !track.negative)) return 'range'
    if (trade.receivedTime < track.lastTime) return 'order'
    // Two prints may be equal in everything; only the same place in the source makes them one.
    if (trade.sequence === track.lastSequence && trade.receivedTime === track.lastTime) return 'duplicate'
    if (trade.receivedTime - trade.eventTime > this.#settings.staleAfterMicros) return 'stale'
    const reason = this.#jump(track, trade.price, trade.receivedTime, QUOTE_JUMP_MIN)
    if (reason !== undefined) return reason
    track.lastTime = trade.receivedTime
    track.lastSequence = trade.sequence
    return undefined
  }

  #bar(bar: Bar): QualityReason | undefined {
    const duration = bar.eventTime - bar.openTime
    let track = this.#barTrack
    if (track === undefined || bar.instrumentId !== this.#barId || duration !== this.#barMicros) {
      track = this.#track(`bar/${duration}`, bar.instrumentId)
      this.#barTrack = track
      this.#barId = bar.instrumentId
      this.#barMicros = duration
    }
    if (!barIsWhole(bar) || !timed(bar)) return 'schema'
    if (duration <= 0 || !(bar.volume >= 0)) return 'range'
    if (!sidesAreConsistent(bar)) return 'range'
    if (!track.negative && (bar.low <= 0 || bar.askLow <= 0)) return 'range'
    if (bar.receivedTime < track.lastTime) return 'order'
    if (bar.receivedTime === track.lastTime) return 'duplicate'
    if (bar.askClose < bar.close || bar.askOpen < bar.open) return 'crossed'
    if (!track.negative && bar.high > BAR_MAGNITUDE * Math.max(bar.open, bar.close)) return 'outlier'
    if (!track.negative && bar.low < Math.min(bar.open, bar.close) / BAR_MAGNITUDE) return 'outlier'
    if (bar.receivedTime - bar.eventTime > this.#settings.staleAfterMicros) return 'stale'
    const reason = this.#jump(track, tested(bar, track.level), bar.receivedTime, BAR_JUMP_MIN, bar.high === bar.low)
    if (reason !== undefined) return reason
    track.lastTime = bar.receivedTime
    track.level = bar.close
    return undefined
  }

  #book(event: BookSnapshot | BookChange): QualityReason | undefined {
    let track = this.#bookTrack
    if (track === undefined || event.instrumentId !== this.#bookId) {
      track = this.#track('book', event.instrumentId)
      this.#bookTrack = track
      this.#bookId = event.instrumentId
    }
    if (!timed(event) || !levelsAreWhole(event.bids) || !levelsAreWhole(event.asks)) return 'schema'
    if (!track.negative && !(levelsArePositive(event.bids) && levelsArePositive(event.asks))) return 'range'
    if (event.receivedTime < track.lastTime) return 'order'
    if (event.kind === 'book-snapshot' && snapshotIsCrossed(event)) return 'crossed'
    if (event.receivedTime - event.eventTime > this.#settings.staleAfterMicros) return 'stale'
    track.lastTime = event.receivedTime
    return undefined
  }

  #release(release: Release): QualityReason | undefined {
    if (!Number.isFinite(release.value) || !timed(release)) return 'schema'
    if (release.receivedTime < release.eventTime) return 'range'
    const track = this.#track('release', release.series)
    if (release.receivedTime === track.lastTime && release.eventTime === track.lastA) return 'duplicate'
    track.lastTime = release.receivedTime
    track.lastA = release.eventTime
    return undefined
  }

  #entry(entry: CalendarEntry): QualityReason | undefined {
    if (entry.id === '' || entry.name === '' || !timed(entry) || !Number.isSafeInteger(entry.scheduledTime)) return 'schema'
    return undefined
  }

  /**
   * A robust outlier test in constant time: the jump is compared with the running mean of absolute changes, scaled by
   * the root of the time it took, since prices spread like the root of time. Confirmed jumps become the new level.
   * `isStill`: nothing moved within the fact itself.
   */
  #jump(track: Track, level: number, time: number, jumpMin: number, isStill = false): QualityReason | undefined {
    const { level: last } = track
    if (last !== last) {
      track.level = level
      return undefined
    }
    const change = level > last ? level - last : last - level
    const elapsed = time - track.lastTime
    if (this.#isSuspect(track, level, change, elapsed, jumpMin)) {
      const agrees = Math.abs(level - track.suspectLevel) <= jumpMin * Math.abs(track.suspectLevel)
      // A feed that lost its unit often stands still as well: what only repeats itself is no second opinion.
      const isEcho = isStill && level === track.suspectLevel && isPowerOfTen(level / last)
      if (!isEcho) track.suspects = agrees ? track.suspects + 1 : 1
      track.suspectLevel = level
      if (track.suspects < CONFIRMATIONS) return 'outlier'
    } else {
      track.change += (change - track.change) * ADAPT
      track.interval += (elapsed - track.interval) * ADAPT
    }
    track.suspects = 0
    track.suspectLevel = Number.NaN
    track.level = level
    return undefined
  }

  #isSuspect(track: Track, level: number, change: number, elapsed: number, jumpMin: number): boolean {
    if (track.negative) {
      const [small, large] = Math.abs(level) < Math.abs(track.level) ? [level, track.level] : [track.level, level]
      return (
        Math.abs(large) >= MAGNITUDE_JUMP_MIN * Math.max(1, Math.abs(small)) && change > 100 * track.change && track.change > 0
      )
    }
    // Measured from the lower of the two, so that a price ten times too low is as far away as one ten times too high.
    const jump = change / Math.min(level, track.level)
    if (jump <= jumpMin) return false
    const usual = (track.change / track.level) * Math.sqrt(Math.max(1, elapsed / Math.max(1, track.interval)))
    return jump > this.#settings.outlierFactor * usual
  }

  #track(kind: string, id: string): Track {
    const key = `${kind}/${id}`
    let track = this.#tracks.get(key)
    if (track === undefined) {
      track = new Track(this.#settings.allowsNegativePrices(id))
      this.#tracks.set(key, track)
    }
    return track
  }
}

/** The end of a bar that is held against the level before it: its open, or its close where that is far away from both. */
function tested({ open, close }: Bar, level: number): number {
  if (!(Math.abs(close - level) > Math.abs(open - level))) return open
  const [small, large] = Math.abs(open) < Math.abs(close) ? [open, close] : [close, open]
  return Math.abs(large) > BAR_MAGNITUDE * Math.max(1, Math.abs(small)) ? close : open
}

/** Ten, a hundred, a thousand times, or that part of it, to within two percent. */
function isPowerOfTen(ratio: number): boolean {
  const power = Math.log10(Math.abs(ratio))
  return Math.abs(power) > 0.5 && Math.abs(power - Math.round(power)) < 0.0087
}

const sameSizes = (quote: Quote, track: Track): boolean => quote.bidSize === track.lastC && quote.askSize === track.lastD

const timed = (event: FeedEvent): boolean => Number.isSafeInteger(event.eventTime) && Number.isSafeInteger(event.receivedTime)

const barIsWhole = (bar: Bar): boolean =>
  Number.isSafeInteger(bar.open) &&
  Number.isSafeInteger(bar.high) &&
  Number.isSafeInteger(bar.low) &&
  Number.isSafeInteger(bar.close) &&
  Number.isSafeInteger(bar.askOpen) &&
  Number.isSafeInteger(bar.askHigh) &&
  Number.isSafeInteger(bar.askLow) &&
  Number.isSafeInteger(bar.askClose)

const sidesAreConsistent = (bar: Bar): boolean =>
  bar.high >= Math.max(bar.open, bar.close) &&
  bar.low <= Math.min(bar.open, bar.close) &&
  bar.askHigh >= Math.max(bar.askOpen, bar.askClose) &&
  bar.askLow <= Math.min(bar.askOpen, bar.askClose)

const levelsAreWhole = (levels: readonly BookLevel[]): boolean =>
  levels.every(level => Number.isSafeInteger(level.price) && Number.isSafeInteger(level.quantity) && level.quantity >= 0)

const levelsArePositive = (levels: readonly BookLevel[]): boolean => levels.every(level => level.price > 0)

function snapshotIsCrossed(snapshot: BookSnapshot): boolean {
  const best = snapshot.bids.reduce((high, level) => Math.max(high, level.price), Number.NEGATIVE_INFINITY)
  return snapshot.asks.some(level => level.price < best)
}
