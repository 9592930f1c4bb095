// How long one update of a feature takes, reading its outputs included: a million updates, windows of 20 and of 2000.
// `node bench/features.ts` measures all; each feature runs in a process of its own, so that none slows another's code.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { join, resolve } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { Digest } from '../src/domain/digest.ts'
import type { BarInput, Feature } from '../src/domain/feature.ts'
import { Adx } from '../src/stages/features/adx.ts'
import { Atr } from '../src/stages/features/atr.ts'
import { Bollinger } from '../src/stages/features/bollinger.ts'
import { BookImbalance, type BookInput } from '../src/stages/features/book-imbalance.ts'
import { Donchian } from '../src/stages/features/donchian.ts'
import { Ema } from '../src/stages/features/ema.ts'
import { Macd } from '../src/stages/features/macd.ts'
import { Obv } from '../src/stages/features/obv.ts'
import { RealisedVolatility } from '../src/stages/features/realised-volatility.ts'
import { Roc } from '../src/stages/features/roc.ts'
import { Rsi } from '../src/stages/features/rsi.ts'
import { SessionVwap } from '../src/stages/features/session-vwap.ts'
import { Sma } from '../src/stages/features/sma.ts'
import { Stochastic } from '../src/stages/features/stochastic.ts'
import { SwingPoints } from '../src/stages/features/swing-points.ts'
import { TradeDelta } from '../src/stages/features/trade-delta.ts'
import { percentiles, rssPeakMb, writeFigure } from './figure.ts'

const UPDATES = 1_000_000
const ROUNDS = 7
/** Updates timed together: one alone is shorter than the clock can see, and so few that their inputs are as near as in an engine. */
const CHUNK = 500

/** The inputs of one chunk, made before the clock starts. */
type Chunk<Input> = (from: number) => ArrayLike<Input>

interface Subject<Input> {
  readonly inputs: (bars: readonly BarInput[]) => Chunk<Input>
  readonly create: (window: number) => Feature<Input>
  /** Everything the feature says, added up: what a caller would read. */
  readonly read: (feature: never) => number
  readonly windows: readonly number[]
  readonly targetNs: number
}

const subject = <Input, F extends Feature<Input>>(of: {
  readonly inputs: (bars: readonly BarInput[]) => Chunk<Input>
  readonly create: (window: number) => F
  readonly read: (feature: F) => number
  readonly windows?: readonly number[]
  readonly targetNs?: number
}): Subject<unknown> =>
  ({ windows: [20, 2000], targetNs: 20, ...of }) satisfies Omit<Subject<Input>, 'read'> & {
    read: unknown
  } as unknown as Subject<unknown>

const closes = (bars: readonly BarInput[]): Chunk<number> => {
  const column = Float64Array.from(bars, bar => bar.close)
  return from => column.subarray(from, from + CHUNK)
}

/** Fresh bars, as the market stage would hand them over. */
const fresh =
  (bars: readonly BarInput[]): Chunk<BarInput> =>
  from =>
    bars.slice(from, from + CHUNK).map(bar => ({ ...bar }))

const dayOf = (bar: BarInput): number => Math.floor(bar.openTime / 86_400_000_000)
/** Five levels a side made of tick volumes: sizes of the right order, no book of anybody. A live book is one object, so few will do. */
const books = (bars: readonly BarInput[]): Chunk<BookInput> => {
  const sizes = (from: number) => Float64Array.from(bars.slice(from, from + 5), bar => bar.volume)
  const made = Array.from({ length: 16 }, (_, i) => ({ bidSizes: sizes(i), askSizes: sizes(i + 5) }))
  return from => Array.from({ length: CHUNK }, (_, i) => made[(from + i) % made.length]!)
}

const SUBJECTS: Readonly<Record<string, Subject<unknown>>> = {
  sma: subject({ inputs: closes, create: window => new Sma(window), read: sma => sma.value }),
  ema: subject({ inputs: closes, create: window => new Ema(window), read: ema => ema.value }),
  rsi: subject({ inputs: closes, create: window => new Rsi(window), read: rsi => rsi.value }),
  macd: subject({
    inputs: closes,
    create: window => new Macd({ fast: window / 2, slow: window, signal: 9 }),
    read: macd => macd.value + macd.signal,
  }),
  bollinger: subject({
    inputs: closes,
    create: window => new Bollinger({ length: window, width: 2 }),
    read: bands => bands.upper + bands.lower,
  }),
  atr: subject({ inputs: fresh, create: window => new Atr(window), read: atr => atr.value }),
  adx: subject({ inputs: fresh, create: window => new Adx(window), read: adx => adx.value, targetNs: 50 }),
  stochastic: subject({
    inputs: fresh,
    create: window => new Stochastic({ range: window, smoothing: 3, signal: 3 }),
    read: stochastic => stochastic.k + stochastic.d,
    targetNs: 50,
  }),
  obv: subject({ inputs: fresh, create: () => new Obv(), read: obv => obv.value, windows: [1] }),
  'session-vwap': subject({ inputs: fresh, create: () => new SessionVwap(dayOf), read: vwap => vwap.value, windows: [1] }),
  donchian: subject({ inputs: fresh, create: window => new Donchian(window), read: channel => channel.upper + channel.lower }),
  roc: subject({ inputs: closes, create: window => new Roc(window), read: roc => roc.value }),
  'realised-volatility': subject({
    inputs: closes,
    create: window => new RealisedVolatility(window),
    read: volatility => volatility.value,
  }),
  'book-imbalance': subject({
    inputs: books,
    create: () => new BookImbalance(5),
    read: imbalance => imbalance.value,
    windows: [5],
  }),
  'trade-delta': subject({
    inputs: fresh,
    create: () => new TradeDelta(dayOf),
    read: delta => delta.value + delta.cumulative,
    windows: [1],
  }),
  'swing-points': subject({ inputs: fresh, create: window => new SwingPoints(window), read: swings => swings.value }),
}

const [, , name, window] = process.argv
if (name === undefined) measureAll()
else measure(name, Number(window))

function measureAll(): void {
  for (const [each, { windows }] of Object.entries(SUBJECTS)) {
    for (const length of windows) {
      const { status } = spawnSync(process.execPath, [import.meta.filename, each, String(length)], { stdio: 'inherit' })
      if (status !== 0) process.exit(1)
    }
  }
}

function measure(each: string, length: number): void {
  const subject = SUBJECTS[each]
  if (!subject) throw new Error(`no such feature: ${each}; there are ${Object.keys(SUBJECTS).join(', ')}`)
  const { bars, source, dataHash } = readBars()
  const inputs = subject.inputs(bars)
  const read = subject.read as (feature: Feature<unknown>) => number

  const chunks: number[] = []
  let answer = ''
  for (let round = 0; round <= ROUNDS; round++) {
    const feature = subject.create(length)
    const { times, hash } = timed(feature, read, inputs, bars.length)
    if (answer !== '' && hash !== answer) throw new Error(`${each}: two rounds gave two answers`)
    answer = hash
    if (round === 0) continue // the compiler's round
    chunks.push(...times)
  }

  // Most chunks are shorter than a turn of the scheduler, so their median is that of a core of our own.
  const { p50, p99 } = percentiles(chunks)
  writeFigure({
    bench: 'features',
    metric: `${subject.create(length).name} window ${length}`,
    value: round2(p50),
    unit: 'ns/update',
    target: { atMost: subject.targetNs },
    correctnessHash: answer,
    dataHash,
    p50: round2(p50),
    p99: round2(p99),
    rssPeakMb: rssPeakMb(),
    note: `median over ${ROUNDS} rounds of ${UPDATES} updates of ${source}, ${CHUNK} at a time; best ${round2(Math.min(...chunks))}; load ${round2(loadavg()[0]!)}`,
  })
}

/** Nanoseconds per update of each chunk, and a digest of what was said. */
function timed(feature: Feature<unknown>, read: (feature: Feature<unknown>) => number, chunk: Chunk<unknown>, length: number) {
  const times: number[] = []
  const digest = new Digest()
  for (let done = 0; done < UPDATES; done += CHUNK) {
    const inputs = chunk(done % (length - CHUNK - 10))
    const before = process.hrtime.bigint()
    const said = run(feature, read, inputs)
    times.push(Number(process.hrtime.bigint() - before) / CHUNK)
    digest.number(said).number(read(feature))
  }
  return { times, hash: digest.hex }
}

/** A function of its own, called often enough to be compiled as a caller's loop would be. */
function run(feature: Feature<unknown>, read: (feature: Feature<unknown>) => number, inputs: ArrayLike<unknown>): number {
  let said = 0
  for (let i = 0; i < inputs.length; i++) {
    feature.update(inputs[i])
    said += read(feature)
  }
  return said
}

/** Hours of gold where the data pack is, otherwise the bundled days of WTI. */
function readBars(): { readonly bars: readonly BarInput[]; readonly source: string; readonly dataHash: string } {
  const pack = [process.env['QUADRANT_DATA'], resolve(import.meta.dirname, '../../shared/market')].find(
    path => path !== undefined && existsSync(join(path, 'fx/ejtrader')),
  )
  const bundled = resolve(import.meta.dirname, '../data/WTI.csv')
  const text =
    pack === undefined
      ? readFileSync(bundled, 'utf8')
      : gunzipSync(readFileSync(join(pack, 'fx/ejtrader/XAUUSD/XAUUSDh1.csv.gz'))).toString('latin1')
  const [, ...lines] = text.trim().split(/\r?\n/)
  const bars = lines.map(line => line.split(',')).map(pack === undefined ? barOfDay : barOfHour)
  const source = pack === undefined ? 'WTI, days (EIA)' : 'XAUUSD, hours'
  return { bars, source, dataHash: new Digest().text(text).hex }
}

/** `Date,open,high,low,close,tick_volume`, prices in points of a hundredth. */
function barOfHour([time, open, high, low, close, volume]: readonly string[]): BarInput {
  const openTime = Date.parse(`${time!.replace(' ', 'T')}Z`) * 1000
  return {
    openTime,
    closeTime: openTime + 3_600_000_000,
    open: Number(open) / 100,
    high: Number(high) / 100,
    low: Number(low) / 100,
    close: Number(close) / 100,
    volume: Number(volume),
    // Ticks have no aggressor; a part of them stands in, which costs the same to compute.
    buyVolume: Number(volume) * 0.75,
    sellVolume: Number(volume) * 0.25,
  }
}

/** `date,value`. */
function barOfDay([day, value]: readonly string[]): BarInput {
  const openTime = Date.parse(`${day}T00:00:00Z`) * 1000
  const close = Number(value)
  const traded = { volume: 4, buyVolume: 3, sellVolume: 1 }
  return { openTime, closeTime: openTime + 86_400_000_000, open: close, high: close, low: close, close, ...traded }
}

function round2(value: number): number {
  return Math.round(value * 100) / 100
}
