// Real recorded quotes as several sources would have delivered them: one after the other, each with its own delay and jitter.
import type { ImportFormat } from '../../src/adapters/files/format.ts'
import type { Quote, Trade } from '../../src/domain/market.ts'
import type { Micros, Price } from '../../src/domain/numbers.ts'
import { parsed } from '../parsed.ts'
import { dice } from '../small-world.ts'
import { provenanceOf } from '../source-world.ts'

/** The quotes of one instrument as they were recorded, in order. */
export async function recordedQuotes(format: ImportFormat, paths: readonly string[]): Promise<Quote[]> {
  const quotes: Quote[] = []
  for (const path of paths)
    for (const { about, events } of await parsed(format, path))
      if (about.kind === 'quote') for (const event of events) if (event.kind === 'quote') quotes.push(event)
  return quotes.sort((a, b) => a.eventTime - b.eventTime)
}

/** Recorded prints in the form in which they are spoiled: a quote without a spread. */
export async function recordedTrades(format: ImportFormat, paths: readonly string[]): Promise<Quote[]> {
  const quotes: Quote[] = []
  for (const path of paths)
    for (const { events } of await parsed(format, path))
      for (const event of events)
        if (event.kind === 'trade') {
          const { price, quantity, aggressor: _, ...rest } = event
          quotes.push({ ...rest, kind: 'quote', bid: price, ask: price, bidSize: quantity, askSize: quantity })
        }
  return quotes.sort((a, b) => a.eventTime - b.eventTime)
}

/** Back to a print. Where one side is no number, the price is none. */
export function asTrade({ bid, ask, bidSize, askSize: _, ...rest }: Quote): Trade {
  return { ...rest, kind: 'trade', price: Number.isSafeInteger(ask) ? bid : ask, quantity: bidSize, aggressor: 'unknown' }
}

/** The same market by a source that is `delayMicros` away, rounds a little otherwise, and leaves out what came too fast. */
export function asSource(
  tape: readonly Quote[],
  { source, seed, delayMicros, noise }: { source: string; seed: number; delayMicros: number; noise: number },
): Quote[] {
  const roll = dice(seed)
  const provenance = provenanceOf(source)
  const quotes: Quote[] = []
  let last = Number.NEGATIVE_INFINITY
  let sequence = 0
  for (const quote of tape) {
    // A share of the changes never becomes a quote elsewhere.
    if (noise > 0 && roll() < 0.2) continue
    const received = Math.max(last, quote.eventTime + delayMicros + Math.round(roll() * delayMicros))
    last = received
    const shift = Math.round((roll() - 0.5) * 2 * noise)
    quotes.push({
      ...quote,
      bid: (quote.bid + shift) as Price,
      ask: (quote.ask + shift) as Price,
      receivedTime: received as Micros,
      sequence: ++sequence,
      provenance,
    })
  }
  return quotes
}

/** Streams in one order of receipt. */
export const merged = <Fact extends Quote | Trade>(...streams: readonly (readonly Fact[])[]): Fact[] =>
  streams.flat().sort((a, b) => a.receivedTime - b.receivedTime)
