// What a fact pays at the door of a living run: its provenance by itself, and all detectors of its stream.
import { join } from 'node:path'
import { dataPack } from '../src/apps/data-pack.ts'
import { importFormats } from '../src/apps/import-formats.ts'
import { sessionCalendar } from '../src/domain/calendar.ts'
import { Digest } from '../src/domain/digest.ts'
import type { Quote } from '../src/domain/market.ts'
import type { Micros, Price, Quantity } from '../src/domain/numbers.ts'
import type { Provenance } from '../src/domain/provenance.ts'
import { FeedGuard } from '../src/guard/provenance/feed-guard.ts'
import { ProvenanceDoor } from '../src/guard/provenance/provenance-door.ts'
import { writeFigure } from './figure.ts'

/** Few enough to stay in the cache: what is measured is the check, not the memory of a million objects. */
const FACTS = 4096
const PASSES = 256
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

/** Nanoseconds per fact in the best round and in the middle one: others on the machine only ever make it slower. */
function timed(
  facts: readonly Quote[],
  passes: number,
  begin: () => (fact: Quote) => boolean,
): { readonly best: number; readonly median: number; readonly hash: string } {
  const rounds: number[] = []
  let passed = 0
  for (let round = 0; round <= ROUNDS; round++) {
    const look = begin()
    passed = 0
    const start = performance.now()
    for (let pass = 0; pass < passes; pass++) for (const fact of facts) if (look(fact)) passed += 1
    rounds.push(((performance.now() - start) * 1e6) / facts.length / passes)
  }
  const digest = new Digest()
  digest.number(passed)
  const sorted = rounds.slice(1).sort((a, b) => a - b)
  return { best: sorted[0]!, median: sorted[sorted.length >> 1]!, hash: digest.hex }
}

for (const [metric, row, target] of [
  ['provenance of one stream', FACTS, 20],
  ['provenance of three streams in rows of 16', 16, 20],
  ['provenance of three streams taking turns', 1, 20],
] as const) {
  const { best, median, hash } = timed(quotes(row), PASSES, () => {
    const door = new ProvenanceDoor('live', SOURCES)
    return ({ provenance }) => door.admits(provenance)
  })
  const note = `${FACTS} facts ${PASSES} times, best of ${ROUNDS} rounds, the loop included`
  writeFigure({
    bench: 'guard-provenance',
    metric,
    value: best,
    p50: median,
    unit: 'ns/event',
    target: { atMost: target },
    correctnessHash: hash,
    note,
  })
}

const pack = dataPack()
if (pack === undefined) process.stdout.write('guard-provenance · all detectors: skipped: needs the data pack\n')
else await detectors(join(pack, 'cfd/lean/oanda/tick/xauusd/20140506_quote.zip'))

/** A day of gold, judged as it was recorded. */
async function detectors(path: string): Promise<void> {
  const day: Quote[] = []
  for await (const about of importFormats.lean!.open(path, {})) {
    for await (const rows of about.rows()) for (const row of rows) if (row.kind === 'quote') day.push(row)
  }
  const { best, median, hash } = timed(day, 1, () => {
    const guard = new FeedGuard({ instruments: [{ id: 'XAUUSD.OANDA', tick: 1, calendar: sessionCalendar('metals')! }] })
    return fact => guard.see(fact) === undefined
  })
  writeFigure({
    bench: 'guard-provenance',
    metric: 'all detectors of a stream',
    value: best,
    p50: median,
    unit: 'ns/event',
    correctnessHash: hash,
    note: `${day.length} gold quotes, best of ${ROUNDS} rounds`,
  })
}
