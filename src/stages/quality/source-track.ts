// What the gate knows of one source of one instrument: its link, its stream, its prices, its health.
import type { BookChange, BookSnapshot, Happened, Quote } from '../../domain/market.ts'
import type { Provenance } from '../../domain/provenance.ts'
import type { LinkState } from '../../domain/source.ts'
import type { QualityGate, QualityReason } from './gate.ts'
import { PriceTrack } from './price-track.ts'
import type { BookMemory, ConfiguredSource, SourceRules } from './source-rules.ts'
import { type ScoreParts, SourceScore, scoreOf } from './source-score.ts'

/**
 * unseen: nothing sound yet · down: no connection · doubtful: the source itself is not sure · quarantined: was found to
 * pretend, and stays so until a person chooses it · the rest as the words say.
 */
export type SourceHealth = 'ok' | 'unseen' | 'down' | 'doubtful' | 'silent' | 'corrupt' | 'weak' | 'quarantined'

/** Order of one kind of fact within one connection. */
class Stream {
  provenance: Provenance | undefined
  sequence = Number.NEGATIVE_INFINITY
  eventTime = Number.NEGATIVE_INFINITY
  #restarts = 0
  #restartAt = 0

  /** A lower number, or an older block again. */
  disorder({ provenance, sequence, eventTime }: Happened, backwardsMicros: number): 'sequence' | 'order' | undefined {
    if (provenance !== this.provenance) {
      this.provenance = provenance
      this.sequence = sequence
      this.#restarts = 0
    }
    if (eventTime < this.eventTime - backwardsMicros) return 'order'
    if (sequence < this.sequence) {
      // Numbers that go on from a lower place are a counter that began anew: seen on three facts, it is believed.
      this.#restarts = this.#restarts > 0 && sequence > this.#restartAt ? this.#restarts + 1 : 1
      this.#restartAt = sequence
      if (this.#restarts < 3) return 'sequence'
    }
    this.#restarts = 0
    return undefined
  }

  /** The next number is the first. */
  restart(): void {
    this.provenance = undefined
  }

  accept({ sequence, eventTime }: Happened): void {
    this.sequence = sequence
    if (eventTime > this.eventTime) this.eventTime = eventTime
  }
}

/** Half-life of what counts as recent for corruption, microseconds. */
const RECENT = 5_000_000
/** The source may say that it is not sure for so long, to mend itself, before it is left. */
const DOUBT_MICROS = 2_500_000

export class SourceTrack {
  readonly source: string
  readonly level: ConfiguredSource['level']
  readonly score = new SourceScore()
  readonly quotes = new Stream()
  readonly trades = new Stream()
  readonly changes = new Stream()
  readonly quotePrice = new PriceTrack()
  readonly tradePrice = new PriceTrack()
  readonly book: BookMemory | undefined
  /** What is wrong with a fact in itself. */
  readonly gate: QualityGate
  /** Venue's clock minus ours, microseconds; 0 until it is measured. */
  offset = 0
  /** The newest sound quote, and where the book stands. */
  quote: Quote | undefined
  bookAt: BookSnapshot | BookChange | undefined

  /** As judged last. The desk keeps it up to date. */
  health: SourceHealth = 'unseen'
  gaps = 0
  /** What it was found to pretend by; empty while nothing was. */
  pretence = ''
  /** Since when it has been away from all the others; Infinity while it is not. */
  awaySince = Number.POSITIVE_INFINITY
  goodTime = Number.NEGATIVE_INFINITY
  badTime = Number.NEGATIVE_INFINITY
  cleanSince = Number.NEGATIVE_INFINITY
  lastBad: QualityReason | undefined
  /** Of the whole connection, and of this instrument alone. */
  link: LinkState = 'idle'
  linkReason = ''
  own: LinkState = 'live'
  ownReason = ''
  #doubtSince = Number.POSITIVE_INFINITY
  #gap = Number.NaN
  #gaps = 0
  /** Nothing came between the newest sound fact and now but silence: the connection stood. */
  #isContinuous = false
  /** Shortest bar heard; 0 as soon as anything else was. */
  #barMicros = Number.POSITIVE_INFINITY
  #badRun = 0
  #soundRun = 0
  #recentBad = 0
  #recentAll = 0
  #recentTime = Number.NaN
  #corrupt = false

  // Against the others: where it usually stands to them, and how far from that.
  #compares = 0
  #comparedTime = Number.NaN
  #basis = 0
  #variance = 0

  constructor({ source, level }: ConfiguredSource, gate: QualityGate, book: BookMemory | undefined) {
    this.gate = gate
    this.source = source
    this.level = level
    this.book = book
  }

  /** Its newest believed price in steps; NaN before the first. */
  get price(): number {
    if (this.quotePrice.count > 0) return this.quotePrice.level
    const { book } = this
    if (book !== undefined && book.state === 'live') return (book.bestBid + book.bestAsk) / 2
    return this.tradePrice.level
  }

  /** Median time between sound facts, microseconds; NaN before the second. */
  get medianGap(): number {
    return this.#gap
  }

  /** Usual distance from the others as a fraction, root of the mean square; NaN while it is not known. */
  get usualDistance(): number {
    return this.#compares >= 100 ? Math.sqrt(this.#variance) : Number.NaN
  }

  /** `barMicros`: the length of the bar that was heard; 0 when it was anything else. */
  sound(now: number, barMicros = 0): void {
    if (barMicros < this.#barMicros) this.#shorterBar(barMicros)
    if (this.#isContinuous) this.#learnGap(Math.max(1000, now - this.goodTime))
    this.#isContinuous = true
    this.goodTime = now
    this.#soundRun += 1
    this.#badRun = 0
    if (this.#recentBad > 0) this.#fade(now)
    this.#recentAll += 1
    if (this.link === 'idle') this.link = 'live'
    this.score.sound(now)
  }

  /** Between bars, or between longer ones, is another rhythm than between what comes now. */
  #shorterBar(barMicros: number): void {
    this.#barMicros = barMicros
    this.#gap = Number.NaN
    this.#gaps = 0
  }

  /** A step towards each gap by one part in twenty finds the median in the end; larger steps at first find it soon. */
  #learnGap(gap: number): void {
    this.#gaps += 1
    const step = 1 + Math.max(0.05, 4 / this.#gaps)
    if (this.#gap !== this.#gap) this.#gap = gap
    else this.#gap = gap > this.#gap ? Math.min(gap, this.#gap * step) : Math.max(gap, this.#gap / step)
  }

  bad(now: number, reason: QualityReason): void {
    const weight = reason === 'duplicate' ? 0.1 : reason === 'outlier' ? 0.5 : 1
    this.#fade(now)
    this.#recentBad += weight
    this.#recentAll += 1
    this.#badRun += 1
    this.#soundRun = 0
    this.lastBad = reason
    this.score.bad(now, weight)
    if (weight < 0.5) return
    this.badTime = now
    this.cleanSince = now
    if (this.#badRun >= 5 || (this.#recentBad >= 3 && this.#recentBad > 0.2 * this.#recentAll)) this.#corrupt = true
  }

  /** Its prices are believed from the next one on. */
  forget(): void {
    this.pretence = ''
    this.quotePrice.forget()
    this.tradePrice.forget()
    this.#corrupt = false
    this.#badRun = 0
  }

  /** Does not heal: time proves nothing of what never was a market. */
  quarantine(now: number, pretence: string): void {
    this.pretence = pretence
    this.lastBad = 'pretended'
    this.badTime = now
    this.cleanSince = now
  }

  gap(now: number): void {
    this.gaps += 1
    this.cleanSince = now
    this.score.gap(now)
  }

  /** A new connection is a new beginning for numbers, not for prices. */
  linked(state: LinkState, reason: string, of: 'all' | 'own', now: number): void {
    if (of === 'all') {
      this.link = state
      this.linkReason = reason
      if (state !== 'degraded') this.own = 'live'
    } else {
      this.own = state
      this.ownReason = reason
      // A book that is whole says that the connection stands, whatever of it is still on its way.
      if (state === 'live' && this.link === 'syncing') this.link = 'live'
    }
    if (!isUp(state)) this.#interrupt(of)
    const isSure = this.link !== 'degraded' && this.own === 'live'
    this.#doubtSince = isSure ? Number.POSITIVE_INFINITY : Math.min(this.#doubtSince, now)
  }

  /** What was lost says nothing of how often facts come, and the next connection may count from one again. */
  #interrupt(of: 'all' | 'own'): void {
    this.#isContinuous = false
    this.#gaps = 0
    if (of === 'own') return
    this.quotes.restart()
    this.trades.restart()
    this.changes.restart()
  }

  /** How far this level is from where it usually stands to the others, as a fraction; NaN while that is not known. */
  deviation(level: number, middle: number): number {
    if (this.#compares < 100) return Number.NaN
    return Math.abs((level - middle) / Math.max(1, Math.abs(middle)) - this.#basis)
  }

  /** While it is away from the others it learns that this is its place, but twenty times slower. */
  compared(now: number, level: number, middle: number, isAway: boolean): void {
    const delta = (level - middle) / Math.max(1, Math.abs(middle)) - this.#basis
    const elapsed = now - this.#comparedTime
    this.#comparedTime = now
    this.#compares += 1
    // Five minutes make a habit; the first hundred comparisons count alike.
    const habit = this.#compares <= 100 ? 1 / this.#compares : Math.min(0.05, elapsed / 300_000_000)
    const square = delta * delta
    const isOdd = isAway || (this.#compares > 100 && square > 16 * this.#variance)
    const weight = isOdd ? habit / 20 : habit
    this.#basis += delta * weight
    const clipped = this.#compares <= 100 ? square : Math.min(square, 9 * this.#variance)
    this.#variance += (clipped - this.#variance) * weight
    this.score.compared(now, Math.abs(delta))
  }

  silenceMicros(rules: SourceRules, own: number | undefined): number {
    if (own !== undefined) return own
    const usual = rules.silenceGaps * (this.#gap === this.#gap ? this.#gap : 0)
    const limit = Math.min(rules.silenceMaxMicros, Math.max(rules.silenceMinMicros, usual))
    // Bars alone come when they are complete: the next one is missing when it has been due for its own length.
    return this.#barMicros < Number.POSITIVE_INFINITY ? Math.max(limit, 2 * this.#barMicros) : limit
  }

  /** `since`: silence counts from here at the earliest; Infinity while the market is closed. */
  judge(now: number, rules: SourceRules, silence: number, since: number): SourceHealth {
    if (this.pretence !== '') return 'quarantined'
    if (this.#corrupt && now - this.badTime >= RECENT && this.#soundRun >= 3) this.#corrupt = false
    if (this.goodTime === Number.NEGATIVE_INFINITY) return isUp(this.link) ? 'unseen' : 'down'
    if (!isUp(this.link) || this.own === 'fatal' || this.own === 'closed') return 'down'
    if (this.#corrupt) return 'corrupt'
    if (now >= Math.max(this.goodTime, since) + silence) return 'silent'
    if (now >= this.#doubtSince + DOUBT_MICROS) return 'doubtful'
    const score = scoreOf({ ...this.parts(now, rules, silence, since), freshness: 1 })
    return score < rules.scoreMin + (this.health === 'weak' ? 0.1 : 0) ? 'weak' : 'ok'
  }

  /** When the health may change by time alone; Infinity when it cannot. */
  deadline(silence: number, since: number): number {
    if (this.health !== 'ok') return Number.POSITIVE_INFINITY
    return Math.min(Math.max(this.goodTime, since) + silence, this.#doubtSince + DOUBT_MICROS)
  }

  parts(now: number, rules: SourceRules, silence: number, since: number): ScoreParts {
    return this.score.parts(now, {
      ageMicros: Math.max(0, now - Math.max(this.goodTime, since)),
      silenceMicros: silence,
      disagreement: rules.disagreement,
      toleranceMicros: rules.toleranceMicros,
    })
  }

  /** Its book as a snapshot, for who begins to read it now; undefined when it is not whole. */
  bookSnapshot(instrumentId: string, now: BookSnapshot['receivedTime']): BookSnapshot | undefined {
    const { book, bookAt } = this
    if (book === undefined || bookAt === undefined || book.state !== 'live') return undefined
    return {
      kind: 'book-snapshot',
      instrumentId,
      eventTime: bookAt.eventTime,
      receivedTime: now,
      sequence: bookAt.sequence,
      provenance: bookAt.provenance,
      updateId: bookAt.kind === 'book-snapshot' ? bookAt.updateId : bookAt.lastUpdateId,
      bids: book.levels('bid'),
      asks: book.levels('ask'),
    }
  }

  #fade(now: number): void {
    const elapsed = now - this.#recentTime
    const keep = elapsed >= 0 ? 2 ** (-elapsed / RECENT) : 0
    this.#recentBad *= keep
    this.#recentAll *= keep
    this.#recentTime = now
  }
}

const isUp = (state: LinkState): boolean => state === 'live' || state === 'degraded' || state === 'idle'
