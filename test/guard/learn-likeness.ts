// Learns how generators of random numbers differ from markets, and writes src/guard/provenance/generator-likeness.ts anew.
//
//   node test/guard/learn-likeness.ts [FILE]      from every tick file of the data pack; some minutes
import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { Fact } from '../../src/guard/provenance/fact.ts'
import { LIKENESS, type Likeness, scoreOf } from '../../src/guard/provenance/generator-likeness.ts'
import { TickWindow } from '../../src/guard/provenance/tick-window.ts'
import { dice } from '../small-world.ts'
import { imitate, type Tick } from './feed-imitations.ts'
import { ALL_DAYS, marketStreams } from './market-days.ts'

const TARGET = resolve(import.meta.dirname, '../../src/guard/provenance/generator-likeness.ts')
const REAL_PER_STREAM = 450
const IMITATED_PER_STREAM = 160
const EXCERPT = 400
const EPOCHS = 8
const BATCH = 64
const DECAY = 3e-4
/** Real windows that score above this are shown again, so many times. */
const MISTAKEN = 1
const AGAIN = 6
const ROUNDS = 3

interface Example {
  readonly figures: Float64Array
  readonly isGenerated: boolean
}

function windowsOf(ticks: readonly Tick[], kind: 'quote' | 'trade', tick: number, length: number): Float64Array[] {
  const fact = new Fact()
  const window = new TickWindow(kind, tick, length)
  const windows: Float64Array[] = []
  ticks.forEach((each, at) => {
    fact.take(each)
    window.add(fact)
    if (at % length === length - 1) windows.push(window.measure().slice())
  })
  return windows
}

/** Each figure bounded to four deviations, then everything that has a weight. */
function terms(figures: Float64Array, { means, deviations }: Pick<Likeness, 'means' | 'deviations'>): Float64Array {
  const standard = Array.from(figures, (figure, at) => Math.max(-4, Math.min(4, (figure - means[at]!) / deviations[at]!)))
  const all = [1]
  standard.forEach((one, at) => {
    all.push(one)
    for (const other of standard.slice(at)) all.push(one * other)
  })
  return Float64Array.from(all)
}

/** Logistic regression by Adam; both kinds weigh the same. The order is shuffled by a seed, so a second run gives the same. */
function regress(rows: readonly Float64Array[], generated: readonly boolean[], order: number[]): Float64Array {
  const size = rows[0]!.length
  const [weights, first, second] = [new Float64Array(size), new Float64Array(size), new Float64Array(size)]
  const positives = order.filter(at => generated[at]).length
  const balance = (order.length - positives) / positives
  const roll = dice(5)
  let step = 0
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    for (let at = order.length - 1; at > 0; at--) {
      const other = Math.floor(roll() * (at + 1))
      ;[order[at], order[other]] = [order[other]!, order[at]!]
    }
    const rate = 0.01 * (1 - epoch / EPOCHS)
    for (let from = 0; from < order.length; from += BATCH) {
      const gradient = Float64Array.from(weights, weight => DECAY * weight)
      for (const at of order.slice(from, from + BATCH)) {
        const row = rows[at]!
        let score = 0
        for (let term = 0; term < size; term++) score += weights[term]! * row[term]!
        const miss = 1 / (1 + Math.exp(-score)) - (generated[at] ? 1 : 0)
        const share = (miss * (generated[at] ? balance : 1)) / BATCH
        for (let term = 0; term < size; term++) gradient[term]! += share * row[term]!
      }
      step += 1
      for (let term = 0; term < size; term++) {
        first[term] = 0.9 * first[term]! + 0.1 * gradient[term]!
        second[term] = 0.999 * second[term]! + 0.001 * gradient[term]! ** 2
        const [mean, square] = [first[term]! / (1 - 0.9 ** step), second[term]! / (1 - 0.999 ** step)]
        weights[term]! -= (rate * mean) / (Math.sqrt(square) + 1e-8)
      }
    }
  }
  return weights
}

async function learn(kind: 'quote' | 'trade'): Promise<Likeness> {
  const { length, limit, windowMost } = LIKENESS[kind]
  const examples: Example[] = []
  const everything: Float64Array[] = []
  for await (const { ticks, instrument } of marketStreams(ALL_DAYS)) {
    if (ticks[0]!.kind !== kind || ticks.length < 1000) continue
    const windows = windowsOf(ticks, kind, instrument.tick, length)
    for (const figures of windows) everything.push(figures)
    const apart = Math.max(1, Math.floor(windows.length / REAL_PER_STREAM))
    for (let at = 0; at < windows.length; at += apart) examples.push({ figures: windows[at]!, isGenerated: false })
    const roll = dice(ticks.length)
    for (let made = 0; made < IMITATED_PER_STREAM; made++) {
      const from = Math.floor(roll() * Math.max(1, ticks.length - EXCERPT))
      const model = made % 2 === 0 ? 'random walk' : 'GARCH'
      const imitation = imitate(model, ticks.slice(from, from + EXCERPT), instrument.tick, ticks.length + made)
      const [, figures] = windowsOf(imitation.ticks, kind, instrument.tick, length)
      if (figures !== undefined) examples.push({ figures, isGenerated: true })
    }
  }

  const size = examples[0]!.figures.length
  const means = Array.from({ length: size }, (_, at) => meanOf(examples.map(({ figures }) => figures[at]!)))
  const deviations = means.map((mean, at) => Math.sqrt(meanOf(examples.map(({ figures }) => (figures[at]! - mean) ** 2))) || 1)
  const scale = { means, deviations }
  const rows = examples.map(({ figures }) => terms(figures, scale))
  const generated = examples.map(({ isGenerated }) => isGenerated)
  let order = rows.map((_, at) => at)
  let weights = regress(rows, generated, [...order])
  for (let round = 0; round < ROUNDS; round++) {
    const likeness = { length, limit, windowMost, ...scale, weights: [...weights] }
    const mistaken = everything.filter(figures => scoreOf(likeness, figures) > MISTAKEN)
    process.stdout.write(`${kind}: ${mistaken.length} of ${everything.length} real windows mistaken in round ${round}\n`)
    for (const figures of mistaken) {
      rows.push(terms(figures, scale))
      generated.push(false)
      order = [...order, ...Array.from({ length: AGAIN }, () => rows.length - 1)]
    }
    weights = regress(rows, generated, [...order])
  }
  return { length, limit, windowMost, ...scale, weights: [...weights] }
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

function tableOf(name: string, { length, limit, windowMost, means, deviations, weights }: Likeness): string {
  const row = (values: readonly number[]) => `[${values.map(value => Number(value.toPrecision(4))).join(', ')}]`
  const lines = [
    `length: ${length}`,
    `limit: ${limit}`,
    `windowMost: ${windowMost}`,
    `means: ${row(means)}`,
    `deviations: ${row(deviations)}`,
    `weights: ${row(weights)}`,
  ]
  return `  ${name}: {\n${lines.map(line => `    ${line},\n`).join('')}  },\n`
}

const learned = { quote: await learn('quote'), trade: await learn('trade') }
const written = readFileSync(TARGET, 'utf8')
const head = written.slice(0, written.indexOf('export const LIKENESS'))
const tables = `${tableOf('quote', learned.quote)}${tableOf('trade', learned.trade)}`
writeFileSync(
  process.argv[2] ?? TARGET,
  `${head}export const LIKENESS: Readonly<Record<'quote' | 'trade', Likeness>> = {\n${tables}}\n`,
)
