// The spread that the lake's quotes show, against quotes counted by hand.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { InstrumentSpec } from '../../domain/instrument.ts'
import { micros, price, quantity } from '../../domain/numbers.ts'
import { Lake } from './lake.ts'
import { lastMid, observedSpread } from './spread.ts'

let root = ''
let lake: Lake
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'quadrant-spread-'))
  lake = new Lake(join(root, 'lake'))
})
afterEach(() => {
  lake.close()
  rmSync(root, { recursive: true, force: true })
})

const EURUSD: InstrumentSpec = {
  ...{ id: 'EURUSD.TEST', assetClass: 'forex', base: 'EUR', quote: 'USD', settle: 'USD', calendar: 'fx' },
  ...{ priceDecimals: 5, quantityDecimals: 0, tick: 1, lot: 1, multiplier: 1, negativePrices: false },
}
const provenance = { source: 'test', kind: 'synthetic', origin: '/somewhere/a.csv', checksum: 'a', licence: 'none' } as const
const START = Date.UTC(2014, 4, 7) * 1000

async function write(spreads: readonly number[]): Promise<void> {
  await lake.importing(async importer => {
    const writer = importer.write({
      ...{ kind: 'quote', instrument: EURUSD, resolution: undefined, series: undefined, provenance, notes: [] },
    })
    await writer.add(
      spreads.map((spread, i) => ({
        ...{ kind: 'quote', instrumentId: EURUSD.id, sequence: i + 1, provenance },
        ...{ eventTime: micros(START + i), receivedTime: micros(START + i) },
        ...{ bid: price(108_340), ask: price(108_340 + spread), bidSize: quantity(0), askSize: quantity(0) },
      })),
    )
    await writer.seal()
    await writer.commit()
  })
}

test('the middle of the spreads, crossed quotes left out', async () => {
  await write([3, 1, 2, -5, 9, 2])

  // 1 2 2 3 9: the middle is 2 steps of 0.00001.
  expect(await observedSpread(lake, EURUSD.id)).toEqual({
    ...{ median: 0.00002, percentile95: 0.00009, quotes: 5, firstTime: START, lastTime: START + 5 },
  })
})

test('the newest mid of a pair', async () => {
  await write([1, 1, 4])
  expect(await lastMid(lake, { base: 'EUR', quote: 'USD' })).toBeCloseTo(1.08342, 10)
  expect(await lastMid(lake, { base: 'USD', quote: 'EUR' })).toBeUndefined()
})

test('an instrument without quotes has no spread', async () => {
  expect(await observedSpread(lake, 'GBPUSD.TEST')).toBeUndefined()
})
