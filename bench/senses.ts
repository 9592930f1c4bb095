// What it costs to read the market with all four senses and fuse them at a bar's close, the features they need included.
// On the bundled history, so that it runs anywhere: oil, day by day, with every release of the time. A day is the dearest
// bar there is: figures arrive between any two, so WHY works anew each time.
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { findInstrument } from '../src/adapters/files/instruments.ts'
import { sessionCalendar } from '../src/domain/calendar.ts'
import { Digest } from '../src/domain/digest.ts'
import type { BarInput } from '../src/domain/feature.ts'
import { instrument } from '../src/domain/instrument.ts'
import type { Release } from '../src/domain/macro.ts'
import { DAY, HOUR, type Micros, parseMicros } from '../src/domain/numbers.ts'
import type { Opinion } from '../src/domain/opinion.ts'
import { DERIVED } from '../src/domain/provenance.ts'
import { periodOf, publicationLag } from '../src/domain/publication-lag.ts'
import { SenseSuite, World } from '../src/engine/sense-suite.ts'
import { OrderBook } from '../src/stages/market/order-book.ts'
import { percentiles, writeFigure } from './figure.ts'

const ROUNDS = 5
/** Bars timed together: one alone is too near to what the clock can see. */
const CHUNK = 50
/** Asked this often within each day: the first question is the dear one, the others what a bar of an hour costs. */
const PER_DAY = 24

const digest = new Digest()
const table = (name: string): readonly (readonly [time: Micros, value: number])[] => {
  const text = readFileSync(resolve(import.meta.dirname, `../data/${name}.csv`), 'utf8')
  digest.text(text)
  return text
    .trim()
    .split('\n')
    .slice(1)
    .map(line => [parseMicros(line.slice(0, 10))!, Number(line.slice(11))])
}

const days = table('WTI')
const releases = ['CPIAUCSL', 'DGS10', 'DGS2', 'GDPC1', 'ICSA', 'INDPRO', 'PAYEMS', 'UNRATE']
  .flatMap(series => table(series).map(([date, value], sequence) => releaseOf({ series, date, value, sequence })))
  .sort((a, b) => a.receivedTime - b.receivedTime)

const wti = instrument(findInstrument('WTI.EIA')!)
const calendar = sessionCalendar(wti.calendar)!
const book = { book: new OrderBook() }

const first: number[] = []
const later: number[] = []
let answer = ''
for (let round = 0; round <= ROUNDS; round++) {
  const { perDay, perHour, hash } = measure()
  if (answer !== '' && hash !== answer) throw new Error('two rounds gave two answers')
  answer = hash
  if (round === 0) continue // the compiler's round
  first.push(...perDay)
  later.push(...perHour)
}

report({ metric: 'bar close, first of its day', micros: first, note: 'the economy is read anew' })
report({ metric: 'bar close, within a day', micros: later, note: 'the economy is remembered', target: { atMost: 5 } })

/** Microseconds per bar close, by chunk. */
function measure(): { readonly perDay: readonly number[]; readonly perHour: readonly number[]; readonly hash: string } {
  const world = new World()
  const parts = {
    senses: ['why', 'how', 'what', 'when'],
    weights: { why: 1, how: 1, what: 1, when: 1 },
    world,
    instrument: wti,
    calendar,
  } as const
  const daily = new SenseSuite({ ...parts, barMicros: DAY })
  const hourly = new SenseSuite({ ...parts, barMicros: HOUR })
  const hash = new Digest()
  const perDay: number[] = []
  const perHour: number[] = []

  let told = 0
  let spentFirst = 0
  let spentLater = 0
  for (const [place, [openTime, price]] of days.entries()) {
    const close = (openTime + DAY) as Micros
    while (told < releases.length && releases[told]!.receivedTime <= close) world.release(releases[told++]!)
    const bar = barOf(openTime, price)

    let start = performance.now()
    const opinion = daily.read(book, bar, close)!
    spentFirst += performance.now() - start
    count(hash, opinion)

    start = performance.now()
    for (let i = 1; i < PER_DAY; i++) hourly.read(book, bar, (close + i) as Micros)
    spentLater += performance.now() - start

    if ((place + 1) % CHUNK !== 0) continue
    perDay.push((1000 * spentFirst) / CHUNK)
    perHour.push((1000 * spentLater) / CHUNK / (PER_DAY - 1))
    spentFirst = 0
    spentLater = 0
  }
  return { perDay, perHour, hash: hash.hex }
}

function report(of: {
  readonly metric: string
  readonly micros: readonly number[]
  readonly note: string
  readonly target?: { readonly atMost: number }
}): void {
  const { metric, micros, note, target } = of
  const { p50, p99 } = percentiles(micros)
  writeFigure({
    bench: 'senses',
    metric,
    value: round2(p50),
    unit: 'µs',
    ...(target && { target }),
    correctnessHash: answer,
    dataHash: digest.hex,
    p50: round2(p50),
    p99: round2(p99),
    note: `four senses, their features and fusion; ${note}; ${ROUNDS} rounds of ${days.length} days, ${CHUNK} at a time`,
  })
}

function count(into: Digest, opinion: Opinion): void {
  into.number(opinion.probabilityUp).number(opinion.confidence).number(opinion.disagreement)
}

function barOf(openTime: Micros, price: number): BarInput {
  const prices = { open: price, high: price, low: price, close: price }
  return { openTime, closeTime: openTime + DAY, ...prices, volume: 0, buyVolume: Number.NaN, sellVolume: Number.NaN }
}

function releaseOf(of: {
  readonly series: string
  readonly date: Micros
  readonly value: number
  readonly sequence: number
}): Release {
  const { start, end, known } = periodOf(of.date, publicationLag(of.series)!)
  return {
    kind: 'release',
    series: of.series,
    periodStart: start,
    value: of.value,
    lagged: true,
    eventTime: end,
    receivedTime: known,
    sequence: of.sequence,
    provenance: DERIVED,
  }
}

function round2(value: number): number {
  return Math.round(value * 100) / 100
}
