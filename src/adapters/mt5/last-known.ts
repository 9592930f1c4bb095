// The last quote of each instrument that either route delivered, kept in a file: what the cache source reads.
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Clock } from '../../connectivity/clock.ts'
import { writeDurably } from '../../connectivity/durable-file.ts'
import type { LiveSource, SourceParts, Subscription } from '../../connectivity/source.ts'
import type { LiveEvent } from '../../domain/event.ts'
import type { Quote } from '../../domain/market.ts'
import { formatSteps, type Micros, type Price, parseSteps, type Quantity } from '../../domain/numbers.ts'
import type { Provenance } from '../../domain/provenance.ts'

/** Prices as text, so that a change of decimals in between shifts nothing. Times in microseconds. */
interface KnownQuote {
  readonly bid: string
  readonly ask: string
  readonly eventTime: number
  readonly receivedTime: number
}

type Known = Readonly<Record<string, KnownQuote>>

/** Beside the folders of the routes, which share it. */
export const lastKnownFile = (parts: SourceParts): string => join(dirname(parts.stateFolder), 'mt5', 'last-known.json')

const SAVE_MICROS = 1_000_000

/** Passes a route's events on and keeps the last quote of each instrument; saved once a second and at the end. */
export function remembering(
  source: LiveSource,
  of: { readonly file: string; readonly subscriptions: readonly Subscription[] },
): LiveSource {
  return { batches: () => ({ [Symbol.asyncIterator]: () => rememberingIterator(source.batches(), new Keeper(of)) }) }
}

/** By hand, because `return` of a generator waits for the event that `next` waits for. */
function rememberingIterator(batches: AsyncIterable<readonly LiveEvent[]>, keeper: Keeper): AsyncIterator<readonly LiveEvent[]> {
  const inner = batches[Symbol.asyncIterator]()
  return {
    async next() {
      const result = await inner.next()
      if (result.done) keeper.save()
      else keeper.keep(result.value)
      return result
    },
    async return() {
      keeper.save()
      await inner.return?.()
      return { done: true, value: undefined }
    },
  }
}

class Keeper {
  readonly #file: string
  readonly #decimals: ReadonlyMap<string, number>
  readonly #quotes: Map<string, KnownQuote>
  #savedTime = 0
  #changed = false

  constructor({ file, subscriptions }: { readonly file: string; readonly subscriptions: readonly Subscription[] }) {
    this.#file = file
    this.#decimals = new Map(subscriptions.map(({ instrument }) => [instrument.id, instrument.priceDecimals]))
    this.#quotes = new Map(Object.entries(read(file)))
  }

  keep(batch: readonly LiveEvent[]): void {
    let newest = 0
    for (const event of batch) {
      if (event.kind !== 'quote') continue
      this.#quotes.set(event.instrumentId, known(event, this.#decimals.get(event.instrumentId) ?? 0))
      this.#changed = true
      newest = event.receivedTime
    }
    if (newest - this.#savedTime < SAVE_MICROS) return
    this.#savedTime = newest
    this.save()
  }

  save(): void {
    if (this.#changed) writeDurably(this.#file, JSON.stringify(Object.fromEntries(this.#quotes)))
    this.#changed = false
  }
}

const POLL_MILLIS = 1000

/**
 * The last known quotes as a source: for reading only, never for new risk. Each quote keeps the time it is about, so that its
 * age shows; it is told again only when a route has left a newer one.
 */
export class LastKnownSource implements LiveSource {
  readonly #file: string
  readonly #clock: Clock
  readonly #subscriptions: readonly Subscription[]
  readonly #provenance: Provenance
  #sequence = 0

  constructor(options: {
    readonly file: string
    readonly clock: Clock
    readonly subscriptions: readonly Subscription[]
    readonly provenance: Provenance
  }) {
    this.#file = options.file
    this.#clock = options.clock
    this.#subscriptions = options.subscriptions
    this.#provenance = options.provenance
  }

  batches(): AsyncIterable<readonly LiveEvent[]> {
    return { [Symbol.asyncIterator]: () => this.#iterate() }
  }

  #iterate(): AsyncIterator<readonly LiveEvent[]> {
    const left = new AbortController()
    const told = new Map<string, number>()
    let first = true
    return {
      next: async () => {
        while (!left.signal.aborted) {
          if (!first) await wait(POLL_MILLIS, undefined, { signal: left.signal }).catch(() => undefined)
          first = false
          const batch = left.signal.aborted ? [] : this.#news(told)
          if (batch.length > 0) return { done: false, value: batch }
        }
        return { done: true, value: undefined }
      },
      return: async () => {
        left.abort()
        return { done: true, value: undefined }
      },
    }
  }

  /** What is newer in the file than what was told; at the first of an instrument the word that it is there. */
  #news(told: Map<string, number>): LiveEvent[] {
    const now = this.#clock.now()
    const kept = read(this.#file)
    return this.#subscriptions.flatMap(subscription => {
      const { id } = subscription.instrument
      const quote = kept[id]
      if (quote === undefined || quote.eventTime <= (told.get(id) ?? Number.NEGATIVE_INFINITY)) return []
      const event = this.#quote(quote, { subscription, now, sequence: ++this.#sequence })
      if (event === undefined) return []
      const isFirst = !told.has(id)
      told.set(id, quote.eventTime)
      return isFirst ? [this.#live(id, now, ++this.#sequence), event] : [event]
    })
  }

  #live(instrumentId: string, now: Micros, sequence: number): LiveEvent {
    return {
      kind: 'link-change',
      source: this.#provenance.source,
      instrumentId,
      state: 'live',
      reason: 'the last known value; for reading only',
      eventTime: now,
      receivedTime: now,
      sequence,
      provenance: this.#provenance,
    }
  }

  #quote(
    { bid, ask, eventTime }: KnownQuote,
    at: { readonly subscription: Subscription; readonly now: Micros; readonly sequence: number },
  ): Quote | undefined {
    const { instrument } = at.subscription
    const [bidSteps, askSteps] = [bid, ask].map(text => parseSteps(text, instrument.priceDecimals))
    if (bidSteps === undefined || askSteps === undefined) return undefined
    return {
      kind: 'quote',
      instrumentId: instrument.id,
      bid: bidSteps as Price,
      ask: askSteps as Price,
      bidSize: 0 as Quantity,
      askSize: 0 as Quantity,
      eventTime: eventTime as Micros,
      receivedTime: at.now,
      sequence: at.sequence,
      provenance: this.#provenance,
    }
  }
}

function known({ bid, ask, eventTime, receivedTime }: Quote, decimals: number): KnownQuote {
  return { bid: formatSteps(bid, decimals), ask: formatSteps(ask, decimals), eventTime, receivedTime }
}

/** Nothing where there is no such file, or it is not ours: a cache that is lost is empty. */
function read(file: string): Known {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'))
    return typeof value === 'object' && value !== null ? (value as Known) : {}
  } catch {
    return {}
  }
}
