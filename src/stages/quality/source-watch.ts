// One instrument as several sources see it: each fact is held against its source's past and against the others.
import type { BookChange, BookSnapshot, Quote, Trade } from '../../domain/market.ts'
import type { Micros } from '../../domain/numbers.ts'
import type { Provenance } from '../../domain/provenance.ts'
import type { SourceChange, SourceLevel } from '../../domain/source.ts'
import type { QualityReason } from './gate.ts'
import type { Peers, PriceWitness } from './price-track.ts'
import type { SourceRules, WatchedInstrument } from './source-rules.ts'
import { scoreOf } from './source-score.ts'
import { type Candidate, NO_SELECTION, select } from './source-selection.ts'
import type { SourceTrack } from './source-track.ts'

/** The choice is thought over this often, for scores change without anything happening. */
const REVIEW_MICROS = 5_000_000
/** After an opening the first facts may take a while. */
const OPENING_MICROS = 60_000_000
/** Away from all others for so long, by this fraction or so many usual distances, is drifting and not leading. */
const AWAY_MICROS = 3_000_000
const AWAY_MIN = 0.0005
const AWAY_USUAL = 6
/** So many repeats while the others move, by so many usual moves, is frozen. Alone it takes far more. */
/** The others lead by no more than this. */
const MOVED_MICROS = 1_000_000
const MOVED_MIN = 0.0001
const REPEATS_MOVES = 8
const REPEATS_LEARNT = 50
const REPEATS_ALONE = 20
const REPEATS_ALONE_MICROS = 5_000_000
/** What a quiet market taught is forgotten in so many changes of the price: half in 1,400. */
const FORGET = 0.9995
/** Others that are farther apart than this, as a fraction, do not vouch for what is between them. */
const WAY_MAX = 0.01
/** Another instrument's level is hit by chance less often than this wide. */
const ELSEWHERE = 0.0005

/** Repeats of one quote. */
class Still {
  bid = Number.NaN
  ask = Number.NaN
  bidSize = Number.NaN
  askSize = Number.NaN
  repeats = 0
  since = 0
  /** Where the others were when it began, and at the newest repeat; NaN while nobody else is fresh. */
  middle = Number.NaN
  newest = Number.NaN
  /** Repeats at which the others had moved again. */
  moves = 0
  /** The longest row of such repeats that ended by itself, slowly forgotten: how quiet this source can be. */
  longest = 0
  /** The same of all repeats. */
  longestAlone = 0
  changes = 0
  isFrozen = false

  begin({ bid, ask, bidSize, askSize, receivedTime }: Quote, middle: number): void {
    if (!this.isFrozen) {
      this.longest = Math.max(this.moves, this.longest * FORGET)
      this.longestAlone = Math.max(this.repeats, this.longestAlone * FORGET)
    }
    this.isFrozen = false
    this.bid = bid
    this.ask = ask
    this.bidSize = bidSize
    this.askSize = askSize
    this.repeats = 0
    this.since = receivedTime
    this.middle = middle
    this.newest = middle
    this.moves = 0
    this.changes += 1
  }

  repeat({ bidSize, askSize }: Quote, middle: number): void {
    // New sizes at the same prices are life: only a move of the others then says that the price is wrong.
    if (bidSize !== this.bidSize || askSize !== this.askSize) {
      this.repeats = 0
      this.moves = 0
    }
    this.bidSize = bidSize
    this.askSize = askSize
    this.repeats += 1
    if (this.middle !== this.middle) this.middle = middle
    if (middle !== this.newest && middle === middle) this.moves += 1
    this.newest = middle
  }
}

/** The others of one source, gathered per fact into the same object. */
class Others implements Peers {
  count = 0
  middle = Number.NaN
  readonly #tracks: readonly SourceTrack[]
  #self: SourceTrack | undefined
  #now = 0

  constructor(tracks: readonly SourceTrack[]) {
    this.#tracks = tracks
  }

  of(self: SourceTrack, now: number): void {
    this.#self = self
    this.#now = now
    this.count = 0
    let sum = 0
    for (const track of this.#tracks) {
      if (!this.#speaks(track)) continue
      this.count += 1
      sum += track.price
    }
    this.middle = this.count > 0 ? sum / this.count : Number.NaN
  }

  distance(level: number): number {
    let nearest = Number.POSITIVE_INFINITY
    let below = Number.NEGATIVE_INFINITY
    let above = Number.POSITIVE_INFINITY
    for (const track of this.#tracks) {
      if (!this.#speaks(track)) continue
      const { price, quotePrice } = track
      const distance = Math.abs(price - level)
      if (distance < nearest) nearest = distance
      const asked = Math.abs(quotePrice.suspect(this.#now) - level)
      if (asked < nearest) nearest = asked
      const low = quotePrice.count > 0 ? quotePrice.low(this.#now) : price
      const high = quotePrice.count > 0 ? quotePrice.high(this.#now) : price
      if (low <= level && low > below) below = low
      if (high >= level && high < above) above = high
    }
    // Between where two of them stand, or stood a moment ago, it is on its way from the one to the other.
    return above - below <= WAY_MAX * Math.abs(level) ? 0 : nearest
  }

  #speaks(track: SourceTrack): boolean {
    return track !== this.#self && track.health === 'ok' && track.price === track.price
  }
}

export class SourceWatch implements PriceWitness {
  readonly watched: WatchedInstrument
  readonly tracks: readonly SourceTrack[]
  readonly peers: Others
  /** Every instrument of the desk: whose price a wrong symbol may be. */
  neighbours: readonly SourceWatch[] = []
  index = NO_SELECTION.index
  level: SourceLevel = NO_SELECTION.level
  epoch = 0
  switchedAt = Number.NEGATIVE_INFINITY
  wanted = -1
  /** When time alone may change something here; Infinity when it cannot. */
  deadline = Number.POSITIVE_INFINITY
  // PriceWitness, of the fact in hand.
  spread = 0
  usualDistance = Number.NaN
  sessionId = 0
  readonly tick: number
  readonly #rules: SourceRules
  readonly #still = new Map<SourceTrack, Still>()
  #judging: SourceTrack | undefined
  #stretchFrom = Number.POSITIVE_INFINITY
  #stretchUntil = Number.NEGATIVE_INFINITY
  /** Silence counts from here; Infinity while closed. */
  #since = Number.NEGATIVE_INFINITY
  // The connection of the last fact.
  #provenance: Provenance | undefined
  #track: SourceTrack | undefined

  constructor(watched: WatchedInstrument, tracks: readonly SourceTrack[], rules: SourceRules) {
    this.watched = watched
    this.tracks = tracks
    this.tick = watched.instrument.tick
    this.peers = new Others(tracks)
    this.#rules = rules
    for (const track of tracks) this.#still.set(track, new Still())
  }

  get selected(): SourceTrack | undefined {
    return this.tracks[this.index]
  }

  trackOf(provenance: Provenance): SourceTrack | undefined {
    if (provenance !== this.#provenance) {
      this.#provenance = provenance
      this.#track = this.named(provenance.source)
    }
    return this.#track
  }

  named(source: string): SourceTrack | undefined {
    return this.tracks.find(track => track.source === source)
  }

  /** A person's wish; false when there is no such source. Without a name, the best of the others. */
  want(source: string, now: Micros): boolean {
    const named = this.tracks.findIndex(track => track.source === source)
    const wanted = source === '' ? this.#bestOther(now) : named
    if (wanted < 0 || this.tracks[wanted]!.level === 'cache') return false
    this.wanted = wanted
    // Who vouches for a source vouches for its price.
    const { health } = this.tracks[wanted]!
    if (health === 'corrupt' || health === 'quarantined') this.tracks[wanted]!.forget()
    return true
  }

  /** What was decided before a restart: nothing is known of the sources, only where counting stands. */
  resume({ to, level, epoch, receivedTime }: SourceChange): void {
    this.index = this.tracks.findIndex(track => track.source === to)
    this.level = level
    this.epoch = epoch
    this.deadline = receivedTime
  }

  quote(track: SourceTrack, quote: Quote): QualityReason | undefined {
    const now = quote.receivedTime
    const { bid, ask } = quote
    const disorder = track.quotes.disorder(quote, this.#rules.backwardsMicros)
    if (disorder !== undefined) return disorder
    const level = (bid + ask) / 2
    this.#witness(track, now, ask - bid)
    const reason = track.quotePrice.judge(level, now, this) ?? this.#frozen(track, quote) ?? this.#drifting(track, level, now)
    if (reason !== undefined) return reason
    track.quotes.accept(quote)
    track.quote = quote
    return undefined
  }

  trade(track: SourceTrack, trade: Trade): QualityReason | undefined {
    const disorder = track.trades.disorder(trade, this.#rules.backwardsMicros)
    if (disorder !== undefined) return disorder
    this.#witness(track, trade.receivedTime, track.quote === undefined ? 0 : track.quote.ask - track.quote.bid)
    const reason = track.tradePrice.judge(trade.price, trade.receivedTime, this)
    if (reason === undefined) track.trades.accept(trade)
    return reason
  }

  /** A book is whole or it is nothing: once it crosses, changes wait for the next snapshot. */
  book(track: SourceTrack, event: BookSnapshot | BookChange): QualityReason | undefined {
    const { book } = track
    if (event.kind === 'book-change') {
      const disorder = track.changes.disorder(event, this.#rules.backwardsMicros)
      if (disorder !== undefined) return disorder
      track.changes.accept(event)
    }
    if (book === undefined) return undefined
    if (event.kind === 'book-snapshot') book.snapshot(event)
    else book.change(event)
    if (event.kind === 'book-change' && track.bookAt === undefined) return book.state === 'live' ? 'crossed' : undefined
    if (book.bestBid >= book.bestAsk) {
      track.bookAt = undefined
      return 'crossed'
    }
    track.bookAt = event
    if (track.quotePrice.count === 0 && book.state === 'live') {
      this.#witness(track, event.receivedTime, book.bestAsk - book.bestBid)
      return this.#drifting(track, track.price, event.receivedTime)
    }
    return undefined
  }

  /** Whether another instrument of this source stands at that price. */
  isElsewhere(level: number): boolean {
    const source = this.#judging?.source
    const estimate = level / this.watched.instrument.priceScale
    for (const other of this.neighbours) {
      if (other === this) continue
      const price = (other.named(source ?? '')?.price ?? Number.NaN) / other.watched.instrument.priceScale
      if (Math.abs(price - estimate) <= ELSEWHERE * Math.abs(estimate)) return true
    }
    return false
  }

  /** Judges every source anew and says whether another choice, or another level, follows. */
  review(now: Micros): boolean {
    const candidates = this.#candidates(now)
    const wanted = candidates[this.wanted]
    if (this.wanted >= 0 && this.wanted === this.index && wanted?.health !== 'ok') this.wanted = -1
    const next = select(candidates, this, now, this.#rules)
    this.#plan(now)
    if (next.index === this.index && next.level === this.level) return false
    if (next.index !== this.index) this.switchedAt = now
    this.index = next.index
    this.level = next.level
    this.epoch += 1
    return true
  }

  silence(track: SourceTrack): number {
    return track.silenceMicros(this.#rules, this.watched.silenceMicros)
  }

  /** Facts that come faster than they did are missed sooner than was planned: whether the deadline is now earlier. */
  hasten(track: SourceTrack): boolean {
    const own = track.deadline(this.silence(track), this.#since)
    if (own >= this.deadline) return false
    this.deadline = own
    return true
  }

  /** Silence counts from here; Infinity while the market is closed. */
  since(now: Micros): number {
    this.#session(now)
    return this.#since
  }

  #bestOther(now: Micros): number {
    const candidates = this.#candidates(now)
    const chosen = select(
      candidates.map((candidate, at) => (at === this.index ? { ...candidate, health: 'down' as const } : candidate)),
      { ...NO_SELECTION, switchedAt: Number.NEGATIVE_INFINITY, wanted: -1 },
      now,
      this.#rules,
    )
    return chosen.level === 'live' ? chosen.index : -1
  }

  /** Judges every source anew. */
  #candidates(now: Micros): Candidate[] {
    this.#session(now)
    return this.tracks.map(track => {
      const silence = this.silence(track)
      const before = track.health
      track.health = track.judge(now, this.#rules, silence, this.#since)
      if (track.health === 'ok' && before !== 'ok') track.cleanSince = now
      const { level, health, cleanSince } = track
      return { level, health, cleanSince, score: scoreOf(track.parts(now, this.#rules, silence, this.#since)) }
    })
  }

  #plan(now: number): void {
    let deadline = this.#stretchUntil
    let healthy = 0
    for (const track of this.tracks) {
      if (track.health === 'ok') healthy += 1
      const own = track.deadline(this.silence(track), this.#since)
      if (own < deadline) deadline = own
    }
    // Only where there is something to choose from.
    if (healthy > 1 && this.#since < Number.POSITIVE_INFINITY) deadline = Math.min(deadline, now + REVIEW_MICROS)
    this.deadline = healthy === 0 ? Number.POSITIVE_INFINITY : Math.max(deadline, now + 1)
  }

  #session(now: Micros): void {
    if (now >= this.#stretchFrom && now < this.#stretchUntil) return
    const { calendar } = this.watched
    const stretch = calendar.stretch(now)
    this.#stretchFrom = stretch.from
    this.#stretchUntil = stretch.until
    this.sessionId = stretch.sessionId
    if (!stretch.open) this.#since = Number.POSITIVE_INFINITY
    else this.#since = calendar.isOpen((stretch.from - 1) as Micros) ? Number.NEGATIVE_INFINITY : stretch.from + OPENING_MICROS
  }

  #witness(track: SourceTrack, now: Micros, spread: number): void {
    this.#session(now)
    this.#judging = track
    this.spread = spread
    this.peers.of(track, now)
    this.usualDistance = track.usualDistance * Math.abs(this.peers.middle)
  }

  /** The same price again and again, with new numbers, while the others have moved away, or move at each of many repeats. */
  #frozen(track: SourceTrack, quote: Quote): QualityReason | undefined {
    const still = this.#still.get(track)!
    const { peers } = this
    if (quote.bid !== still.bid || quote.ask !== still.ask) {
      still.begin(quote, peers.middle)
      return undefined
    }
    still.repeat(quote, peers.middle)
    still.isFrozen = this.#isFrozen(track, still, quote.receivedTime)
    return still.isFrozen ? 'frozen' : undefined
  }

  #isFrozen(track: SourceTrack, still: Still, now: number): boolean {
    const { peers } = this
    if (still.isFrozen) return true
    const isLearnt = still.changes >= REPEATS_LEARNT
    if (peers.count === 0) {
      const isLong = still.repeats >= Math.max(REPEATS_ALONE, 5 * still.longestAlone)
      return isLearnt && isLong && now - still.since >= REPEATS_ALONE_MICROS
    }
    if (isLearnt && still.moves >= Math.max(REPEATS_MOVES, 5 * still.longest)) return true
    if (now - still.since < MOVED_MICROS) return false
    // Away from here: others that come to where this one already is, followed it.
    const level = (still.bid + still.ask) / 2
    const moved = Math.abs(peers.middle - level) - Math.abs(still.middle - level)
    const usual = this.usualDistance === this.usualDistance ? 6 * this.usualDistance : 0
    const limit = Math.max(usual, 2 * this.spread, 8 * track.quotePrice.change, 4 * this.tick, MOVED_MIN * Math.abs(level))
    // Whom one of the others is still beside stands no stiller than that one.
    return moved > limit && peers.distance(level) > limit / 2
  }

  /** Slowly away from two or more that agree. One against one proves nothing: it only lowers the score of both. */
  #drifting(track: SourceTrack, level: number, now: number): QualityReason | undefined {
    const { peers } = this
    if (peers.count === 0) return undefined
    const away = track.deviation(level, peers.middle)
    const limit = Math.max(AWAY_MIN, AWAY_USUAL * track.usualDistance)
    // Who stands beside one of the others is not the one that left.
    const isAway = away > limit && peers.distance(level) > (limit / 2) * Math.abs(level)
    if (isAway) track.awaySince = Math.min(track.awaySince, now)
    else track.awaySince = Number.POSITIVE_INFINITY
    track.compared(now, level, peers.middle, isAway)
    return peers.count > 1 && now - track.awaySince >= AWAY_MICROS ? 'drift' : undefined
  }
}
