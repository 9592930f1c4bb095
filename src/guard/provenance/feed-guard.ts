// All streams of a run under watch, each by itself.
import type { SessionCalendar } from '../../domain/calendar.ts'
import type { LiveEvent } from '../../domain/event.ts'
import type { Quote, Trade } from '../../domain/market.ts'
import { FeedWatch } from './feed-watch.ts'
import type { Finding } from './finding.ts'
import { RecordedBlocks } from './recorded-blocks.ts'

export interface GuardedInstrument {
  readonly id: string
  /** Smallest price change, in price steps. */
  readonly tick: number
  readonly calendar: SessionCalendar
}

export interface FeedGuardParts {
  readonly instruments: readonly GuardedInstrument[]
  /** The recordings that the application has. */
  readonly known?: RecordedBlocks
  /** Whether the venue says the time of its quotes, or of its trades. By default it does. */
  readonly isStamped?: (source: string, kind: 'quote' | 'trade') => boolean
}

/**
 * Deterministic: it knows what it was shown and no clock. A stream is found once; it is watched anew after `release`.
 * Bars, books and macro data are not judged here.
 */
export class FeedGuard {
  readonly #instruments: ReadonlyMap<string, GuardedInstrument>
  readonly #known: RecordedBlocks
  readonly #isStamped: (source: string, kind: 'quote' | 'trade') => boolean
  readonly #watches = new Map<string, FeedWatch | undefined>()
  readonly #findings: Finding[] = []
  // The stream of the last fact: facts often come in rows.
  #last: Quote | Trade | undefined
  #lastWatch: FeedWatch | undefined

  constructor({ instruments, known, isStamped }: FeedGuardParts) {
    this.#instruments = new Map(instruments.map(of => [of.id, of]))
    this.#known = known ?? new RecordedBlocks(1)
    this.#isStamped = isStamped ?? (() => true)
  }

  /** What this event settles; undefined while there is no doubt, and after it was said. */
  see(event: LiveEvent): Finding | undefined {
    if (event.kind !== 'quote' && event.kind !== 'trade') return undefined
    const watch = this.#watchOf(event)
    const found = watch?.see(event)
    if (found === undefined) return undefined
    const { source } = event.provenance
    const finding: Finding = { ...found, source, instrumentId: event.instrumentId, at: event.receivedTime }
    this.#findings.push(finding)
    this.#watches.set(keyOf(event), undefined)
    this.#lastWatch = undefined
    return finding
  }

  /** Everything found so far, oldest first. */
  get findings(): readonly Finding[] {
    return this.#findings
  }

  /** A person vouches for this source of this instrument: it is watched from the beginning. */
  release(source: string, instrumentId: string): void {
    for (const kind of ['quote', 'trade'] as const) this.#watches.delete(`${kind} ${instrumentId} ${source}`)
    this.#last = undefined
  }

  #watchOf(event: Quote | Trade): FeedWatch | undefined {
    const last = this.#last
    if (
      last !== undefined &&
      last.kind === event.kind &&
      last.provenance === event.provenance &&
      last.instrumentId === event.instrumentId
    ) {
      return this.#lastWatch
    }
    const key = keyOf(event)
    if (!this.#watches.has(key)) this.#watches.set(key, this.#begin(event))
    this.#last = event
    this.#lastWatch = this.#watches.get(key)
    return this.#lastWatch
  }

  #begin({ kind, instrumentId, provenance }: Quote | Trade): FeedWatch | undefined {
    const instrument = this.#instruments.get(instrumentId)
    if (instrument === undefined) return undefined
    const { tick, calendar } = instrument
    return new FeedWatch({
      instrumentId,
      kind,
      tick,
      calendar,
      isStamped: this.#isStamped(provenance.source, kind),
      known: this.#known,
    })
  }
}

const keyOf = ({ kind, instrumentId, provenance }: Quote | Trade): string => `${kind} ${instrumentId} ${provenance.source}`
