import { expect, test } from 'vitest'
import { featureContract } from '../../../test/contracts/feature.ts'
import { rows, sessionVwapOf } from '../../../test/contracts/feature-definitions.ts'
import {
  barInputs,
  dayOf,
  hardBars,
  laterBars,
  plus,
  refusedBars,
  same,
  scaledBars,
  scaledVolumes,
  shiftedBars,
  times,
} from '../../../test/contracts/feature-inputs.ts'
import { flatBars } from '../../../test/contracts/market-worlds.ts'
import { SessionVwap } from './session-vwap.ts'

featureContract('session-vwap', {
  create: () => new SessionVwap(dayOf),
  inputs: barInputs,
  batch: bars => rows(sessionVwapOf(bars, dayOf)),
  memory: (whole, later) => {
    const nextDay = 24 // hourly bars: no session is longer
    expect(later.slice(nextDay), 'from the next session on').toEqual(whole.slice(nextDay))
  },
  laws: [scaledBars(3.7, times(3.7)), shiftedBars(1000, plus(1000)), scaledVolumes(3, same), laterBars],
  degenerate: [
    { name: 'constant', inputs: flatBars(0.1, 50), expected: { values: [0.1], degenerate: false } },
    { name: 'no volume', inputs: flatBars(7, 50, 0), expected: { values: [7], degenerate: true } },
  ],
  hard: hardBars,
  refused: [...refusedBars, flatBars(7, 1, -1)[0]!],
})

test('10 with a volume of 1 and 13 with a volume of 2 are 12, and a new session forgets them', () => {
  const bar = { ...flatBars(10, 1)[0]! }
  const vwap = new SessionVwap(({ openTime }) => openTime)

  vwap.update({ ...flatBars(10, 1, 1)[0]!, openTime: 1 })
  vwap.update({ ...flatBars(13, 1, 2)[0]!, openTime: 1 })
  expect(vwap.value, '(10 × 1 + 13 × 2) / 3').toBe(12)

  vwap.update({ ...bar, openTime: 2 })
  expect(vwap.value).toBe(10)
})
