// What the gate of several sources costs a fact: a thousand instruments, three sources each.

import { sessionCalendar } from '../src/domain/calendar.ts'
import { Digest } from '../src/domain/digest.ts'
import { instrument } from '../src/domain/instrument.ts'
import { SECOND } from '../src/domain/numbers.ts'
import { OrderBook } from '../src/stages/market/order-book.ts'
import { SourceDesk } from '../src/stages/quality/source-desk.ts'
import { GOLD } from '../test/small-world.ts'
import { showAll, sourceWorld } from '../test/source-world.ts'
import { percentiles, rssPeakMb, writeFigure } from './figure.ts'

const INSTRUMENTS = 1000
const SOURCES = ['kraken', 'binance', 'coinbase']
const START = Date.UTC(2024, 0, 3, 10) * 1000

const ids = Array.from({ length: INSTRUMENTS }, (_, at) => `I${at}.TEST`)
// 1,000 × 3 sources, one quote each every 150 ms: 20,000 a second.
const events = sourceWorld({
  seed: 1,
  instruments: ids,
  sources: SOURCES,
  start: START,
  seconds: 20,
  gapMicros: 150_000,
  faults: [{ source: 0, fault: 'stall', from: START + 8 * SECOND, until: START + 14 * SECOND }],
})

const samples: number[] = []
let switches = 0
let digest = new Digest()
for (let round = 0; round < 8; round++) {
  const desk = new SourceDesk({
    instruments: ids.map(id => ({
      instrument: instrument({ ...GOLD, id }),
      calendar: sessionCalendar('crypto')!,
      sources: SOURCES.map(source => ({ source, level: 'live' as const })),
    })),
    book: () => new OrderBook(),
  })
  const before = performance.now()
  const changes = showAll(desk, events)
  const took = performance.now() - before
  switches = changes.length
  digest = new Digest()
  for (const { instrumentId, to, epoch, receivedTime } of changes)
    digest.text(instrumentId).text(to).number(epoch).number(receivedTime)
  if (round > 1) samples.push((took * 1000) / events.length)
}

writeFigure({
  bench: 'sources',
  metric: 'one fact through the gate of 1,000 instruments with 3 sources each, looks at silence included',
  value: percentiles(samples).p50,
  unit: 'µs',
  target: { atMost: 2 },
  correctnessHash: digest.hex,
  rssPeakMb: rssPeakMb(),
  note: `${events.length} facts of 20 s in ${samples.length} rounds, ${switches} switches on the way`,
})
