// What a fact pays at the door of a living run: its provenance by itself, and all detectors of its stream.
import { sessionCalendar } from '../src/domain/calendar.ts'
import { Digest } from '../src/domain/digest.ts'
import type { Quote } from '../src/domain/market.ts'
import type { Micros, Price, Quantity } from '../src/domain/numbers.ts'
import type { Provenance } from '../src/domain/provenance.ts'
import { FeedGuard } from '../src/guard/provenance/feed-guard.ts'
import { ProvenanceDoor } from '../src/guard/provenance/provenance-door.ts'
import { writeFigure } from './figure.ts'

const FACTS = 1_000_000
const ROUNDS = 15
const SOURCES = ['kraken', 'binance', 'oanda']

const provenances = SOURCES.map(
  (source): Provenance => Object.freeze({ source, kind: 'live', origin: `wss://${source}`, checksum: '', licence: '' }),
)

/** Quotes of three sources in rows of `row`; the prices move by a fixed figure, since only the cost is asked for. */
function quotes(row: number): Quote[] {
  let mid = 1_300_000
  return Array.from({ length: FACTS }, (_, at) => {
    mid += ((at * 7919) % 11) - 5
    const time = (1.7e15 + at * 50_000 + ((at * 7907) % 4999) * 9) as Micros
    return {
      kind: 'quote',
      instrumentId: 'XAUUSD.OANDA',
      bid: mid as Price,
      ask: (mid + 20 + ((at * 7901) % 7)) as Price,
      bidSize: 0 as Quantity,
      askSize: 0 as Quantity,
      eventTime: time,
      receivedTime: (time + 30_000 + ((at * 7877) % 997)) as Micros,
      sequence: at,
      provenance: provenances[Math.floor(at / row) % SOURCES.length]!,
    }
  })
}

/** Median of the rounds after the first, nanoseconds per fact; the answers of all rounds are the same. */
function timed(
  facts: readonly Quote[],
  begin: () => (fact: Quote) => boolean,
): { readonly median: number; readonly hash: string } {
  const rounds: number[] = []
  let passed = 0
  for (let round = 0; round <= ROUNDS; round++) {
    const look = begin()
    passed = 0
    const start = performance.now()
    for (const fact of facts) if (look(fact)) passed += 1
    rounds.push(((performance.now() - start) * 1e6) / facts.length)
  }
  const digest = new Digest()
  digest.number(passed)
  const sorted = rounds.slice(1).sort((a, b) => a - b)
  return { median: sorted[sorted.length >> 1]!, hash: digest.hex }
}

for (const [metric, row, target] of [
  ['provenance of one stream', FACTS, 20],
  ['provenance of three streams in rows of 16', 16, 20],
  ['provenance of three streams taking turns', 1, 20],
] as const) {
  const { median, hash } = timed(quotes(row), () => {
    const door = new ProvenanceDoor('live', SOURCES)
    return ({ provenance }) => door.admits(provenance)
  })
  const note = `${FACTS} facts, median of ${ROUNDS} rounds, the loop included`
  writeFigure({
    bench: 'guard-provenance',
    metric,
    value: median,
    unit: 'ns/event',
    target: { atMost: target },
    correctnessHash: hash,
    note,
  })
}

const watched = timed(quotes(FACTS), () => {
  const guard = new FeedGuard({ instruments: [{ id: 'XAUUSD.OANDA', tick: 1, calendar: sessionCalendar('crypto')! }] })
  return fact => guard.see(fact) === undefined
})
writeFigure({
  bench: 'guard-provenance',
  metric: 'all detectors of a stream',
  value: watched.median,
  unit: 'ns/event',
  correctnessHash: watched.hash,
  note: `${FACTS} quotes that move, median of ${ROUNDS} rounds`,
})
