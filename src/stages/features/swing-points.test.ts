import { expect, test } from 'vitest'
import { featureContract } from '../../../test/contracts/feature.ts'
import { swingsOf } from '../../../test/contracts/feature-definitions.ts'
import { barInputs, hardBars, laterBars, refusedBars } from '../../../test/contracts/feature-inputs.ts'
import { bars, flatBars } from '../../../test/contracts/market-worlds.ts'
import { type Swing, SwingPoints } from './swing-points.ts'

const outputs = ({ value, high, low }: SwingPoints): number[] =>
  Number.isNaN(value)
    ? Array(5).fill(Number.NaN)
    : [value, high?.price ?? 0, high?.origin ?? 0, low?.price ?? 0, low?.origin ?? 0]

featureContract('swings(3)', {
  create: () => new SwingPoints(3),
  outputs,
  inputs: barInputs,
  batch: bars => swingsOf(bars, 3),
  tolerance: 0,
  memory: (whole, later) => {
    const known = 200 // bars later both have seen two swings of each kind; only the numbering differs
    const told = (run: typeof whole): number[][] => run.slice(known).map(({ values }) => [values[0]!, values[1]!, values[3]!])
    expect(told(later)).toEqual(told(whole))
  },
  laws: [
    {
      name: 'prices upside down',
      input: bar => ({ ...bar, high: -bar.low, low: -bar.high }),
      output: ([structure, high, highOrigin, low, lowOrigin]) => [-structure!, -low!, lowOrigin!, -high!, highOrigin!],
    },
    {
      name: 'prices × 4',
      input: bar => ({ ...bar, high: bar.high * 4, low: bar.low * 4 }),
      output: ([structure, high, highOrigin, low, lowOrigin]) => [structure!, high! * 4, highOrigin!, low! * 4, lowOrigin!],
    },
    laterBars,
  ],
  degenerate: [
    { name: 'constant: nothing stands out', inputs: flatBars(7, 50), expected: { values: [0, 0, 0, 0, 0], degenerate: false } },
  ],
  hard: hardBars,
  refused: refusedBars,
})

/** Swings by the bar that confirmed them, of bars with these highs and lows one below. */
function swingsAt(highs: readonly number[], neighbours: number): readonly (readonly Swing[])[] {
  const swings = new SwingPoints(neighbours)
  return highs.map((high, i) => {
    swings.update({ ...flatBars(high, 1)[0]!, low: high - 1, closeTime: i * 60 })
    return swings.confirmed
  })
}

test('a swing is known n bars after it happened and not before', () => {
  const events = swingsAt([1, 2, 5, 2, 1], 2)

  expect(events.slice(0, 4).flat(), 'before the second bar after it').toEqual([])
  expect(events[4]).toEqual([{ kind: 'high', price: 5, origin: 2, confirm: 4, originTime: 120 }])
})

test('the leftmost of equal highs is the swing', () => {
  const highs = swingsAt([1, 2, 5, 5, 2, 1], 2)
    .flat()
    .filter(swing => swing.kind === 'high')

  expect(highs.map(swing => swing.origin)).toEqual([2])
})

test('an outside bar is a swing high and a swing low at once', () => {
  const swings = new SwingPoints(1)
  const bar = flatBars(0, 1)[0]!
  for (const [high, low] of [
    [2, 1],
    [9, -9],
    [2, 1],
  ])
    swings.update({ ...bar, high: high!, low: low! })

  expect(swings.confirmed.map(swing => [swing.kind, swing.price])).toEqual([
    ['high', 9],
    ['low', -9],
  ])
})

test('higher highs with higher lows are an up structure, lower ones a down structure, mixed ones neither', () => {
  const structure = (highs: readonly number[]): number => {
    const swings = new SwingPoints(1)
    for (const high of highs) swings.update({ ...flatBars(high, 1)[0]!, low: high - 1 })
    return swings.value
  }

  expect(structure([1, 5, 3, 7, 4, 5]), 'highs 5, 7; lows 2, 3').toBe(1)
  expect(structure([9, 3, 7, 2, 5, 4]), 'highs 7, 5; lows 2, 1').toBe(-1)
  expect(structure([1, 5, 3, 7, 2, 5]), 'highs 5, 7; lows 2, 1').toBe(0)
  expect(structure([1, 5, 3, 2, 3]), 'one of each at most').toBe(0)
})

test('every swing ever told is among those of the definition, each told once', () => {
  const world = bars('range', 31, 1000)
  const swings = new SwingPoints(3)
  const told = world.flatMap(bar => {
    swings.update(bar)
    return swings.confirmed
  })

  const expected = world.flatMap((_, p) => {
    const around = (from: number, to: number) => world.slice(from, to)
    if (p < 3 || p + 3 >= world.length) return []
    const { high, low } = world[p]!
    const isHigh = around(p - 3, p).every(b => high > b.high) && around(p + 1, p + 4).every(b => high >= b.high)
    const isLow = around(p - 3, p).every(b => low < b.low) && around(p + 1, p + 4).every(b => low <= b.low)
    return [...(isHigh ? [`high ${p} ${p + 3}`] : []), ...(isLow ? [`low ${p} ${p + 3}`] : [])]
  })
  expect(told.map(swing => `${swing.kind} ${swing.origin} ${swing.confirm}`)).toEqual(expected)
})
