// Bars as a public feed really delivered them, beside the same bars as they should have been, and what the gate says of them.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Bar } from '../../src/domain/market.ts'
import { DAY, HOUR, MINUTE, type Micros, type Price } from '../../src/domain/numbers.ts'
import { QualityGate } from '../../src/stages/quality/gate.ts'
import { provenanceOf } from '../source-world.ts'

export interface PairVerdict {
  readonly name: string
  readonly rows: number
  /** Wrong rows after the first sound one, by what they are wrong by. Only these can be told from the rows before them. */
  readonly magnitude: Count
  readonly fraction: Count
  /** Wrong rows at the beginning: the level that the gate learns is wrong itself, and what it refuses is the way back. */
  readonly unfounded: number
  readonly seamNoticed: boolean
  /** Rows that are wrong in the repaired file too: no price at all, an open outside of high and low, a lost unit. */
  readonly left: Count
  readonly sound: number
  readonly soundRefused: number
  readonly reasons: Readonly<Record<string, number>>
}

export interface Count {
  readonly caught: number
  readonly of: number
}

/** A price so many times away is another unit or a lost digit; less is a split or a dividend that was not applied. */
const MAGNITUDE = 3
/** Both files were written from floats: less than this is rounding. */
const ROUNDING = 0.001
const DECIMALS = 6

/** Every file of the folder that has faults, and those that are said to have none. */
export function repairPairs(folder: string): string[] {
  return readdirSync(folder)
    .filter(file => file.endsWith('.csv') && !file.endsWith('-fixed.csv'))
    .sort()
}

/** Shows the faulty file to a gate and holds its answers against the repaired one. */
export function judgePair(folder: string, file: string): PairVerdict {
  const faulty = rows(join(folder, file))
  const repaired = join(folder, file.replace('.csv', '-fixed.csv'))
  const right = existsSync(repaired) ? rows(repaired) : faulty
  const byTime = new Map(right.map((row, at) => [row.time, { ...row, isLeft: !isWhole(row) || isOtherUnit(right, at) }]))
  const gate = new QualityGate({ staleAfterMicros: HOUR, outlierFactor: 12, allowsNegativePrices: () => false })

  const magnitude = { caught: 0, of: 0 }
  const fraction = { caught: 0, of: 0 }
  const reasons: Record<string, number> = {}
  let unfounded = 0
  const left = { caught: 0, of: 0 }
  let sound = 0
  let soundRefused = 0
  let hasSound = false
  let seamNoticed = false
  for (const [at, row] of faulty.entries()) {
    const reason = gate.inspect(barOf(row, at, file))
    if (reason !== undefined) reasons[reason] = (reasons[reason] ?? 0) + 1
    const truth = byTime.get(row.time)!
    const factor = wrongBy(row, truth)
    if (truth.isLeft) {
      left.of += 1
      if (reason !== undefined) left.caught += 1
    } else if (factor <= 1 + ROUNDING) {
      // The first sound row after unfounded ones is where the level changes.
      if (!hasSound && unfounded > 0) seamNoticed = reason !== undefined
      hasSound = true
      sound += 1
      if (reason !== undefined) soundRefused += 1
    } else if (!hasSound) unfounded += 1
    else {
      const count = factor >= MAGNITUDE ? magnitude : fraction
      count.of += 1
      if (reason !== undefined) count.caught += 1
    }
  }
  const counts = { magnitude, fraction, unfounded, seamNoticed, left, sound, soundRefused, reasons }
  return { name: file.replace('.csv', ''), rows: faulty.length, ...counts }
}

interface Row {
  readonly time: number
  /** Open, high, low, close. */
  readonly prices: readonly [number, number, number, number]
  readonly volume: number
}

/** `Datetime,Open,High,Low,Close,Adj Close,Volume,…`, in either order of time. */
function rows(path: string): Row[] {
  const [, ...lines] = readFileSync(path, 'utf8').trim().split('\n')
  return lines
    .map(line => {
      const [time, open, high, low, close, , volume] = line.split(',')
      return {
        time: Date.parse(time!.replace(' ', 'T')) * 1000,
        prices: [Number(open), Number(high), Number(low), Number(close)] as const,
        volume: Number(volume),
      }
    })
    .sort((a, b) => a.time - b.time)
}

const LENGTHS: Readonly<Record<string, number>> = { '1wk': 7 * DAY, '1d': DAY, '1h': HOUR, '15m': 15 * MINUTE }

function barOf({ time, prices, volume }: Row, at: number, file: string): Bar {
  const length = LENGTHS[/-(1wk|1d|1h|15m)-/.exec(file)![1]!]!
  const [open, high, low, close] = prices.map(price => inSteps(price)) as [Price, Price, Price, Price]
  return {
    ...{ kind: 'bar', instrumentId: file, openTime: time as Micros, basis: 'trade', volume },
    ...{ open, high, low, close, askOpen: open, askHigh: high, askLow: low, askClose: close },
    ...{ eventTime: (time + length) as Micros, receivedTime: (time + length) as Micros, sequence: at },
    provenance: provenanceOf('recorded'),
  }
}

const inSteps = (price: number): Price => Math.round(price * 10 ** DECIMALS) as Price

/** How many times a price of the row is away from what it should be: the worst of the four. */
const wrongBy = (row: Row, right: Row): number =>
  Math.max(...row.prices.map((price, i) => Math.max(price / right.prices[i]!, right.prices[i]! / price)))

const isWhole = ({ prices: [open, high, low, close], volume }: Row): boolean =>
  low > 0 &&
  Number.isFinite(volume) &&
  inSteps(high) >= inSteps(Math.max(open, close)) &&
  inSteps(low) <= inSteps(Math.min(open, close))

/** Ten, a hundred or a thousand times away from the median of the sixty rows on either side. */
function isOtherUnit(all: readonly Row[], at: number): boolean {
  const around = all.slice(Math.max(0, at - 60), at + 61).map(({ prices }) => prices[3])
  const median = around.sort((a, b) => a - b)[around.length >> 1]!
  const power = Math.log10(all[at]!.prices[3] / median)
  return Math.abs(power) > 0.5 && Math.abs(power - Math.round(power)) < 0.05
}
