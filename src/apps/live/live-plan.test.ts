// What a configuration asks of which source, and what keeps it from running live.
import { expect, test } from 'vitest'
import type { SourceDescriptor } from '../../connectivity/source.ts'
import { type InstrumentSpec, instrument } from '../../domain/instrument.ts'
import { parseRunConfig } from '../config.ts'
import { fittingInstrument, planLive, subscriptionsOf } from './live-plan.ts'

const descriptor = (name: string, live = true): SourceDescriptor => ({
  ...{ name, title: name, assetClasses: ['crypto'], gives: ['quotes'], needs: [], level: 'L1', licence: '', symbolExample: 'X' },
  hosts: { live: [], practice: [] },
  ...(live ? { live: () => ({ async *batches() {} }) } : {}),
})
const KNOWN = [descriptor('kraken'), descriptor('coinbase'), descriptor('dukascopy', false)]

const config = (data: string) =>
  parseRunConfig(
    `name: plan\ndata:\n${data}\nstrategies: [{ use: ema-cross, instrument: BTCUSD.KRAKEN, bar: 1m, price: bid }]\n`,
    { file: 'plan.yaml' },
  )

const BTC: InstrumentSpec = {
  ...{ id: 'BTCUSD.KRAKEN', assetClass: 'crypto', base: 'BTC', quote: 'USD', settle: 'USD', calendar: 'crypto' },
  ...{ priceDecimals: 1, quantityDecimals: 8, tick: 1, lot: 1, multiplier: 1, negativePrices: false },
}

test('an instrument is asked of each of its sources under that source’s spelling, for everything the data names', () => {
  const plan = planLive(
    config(
      [
        '  - { instrument: BTCUSD.KRAKEN, kind: quote, sources: [{ source: kraken, symbol: BTC/USD }, { source: coinbase, symbol: BTC-USD }] }',
        '  - { instrument: BTCUSD.KRAKEN, kind: book }',
      ].join('\n'),
    ),
    KNOWN,
  )
  const of = instrument(BTC)

  expect(plan.descriptors.map(({ name }) => name)).toEqual(['kraken', 'coinbase'])
  expect(subscriptionsOf(plan, 'coinbase', new Map([[of.id, of]]))).toEqual([
    { instrument: of, symbol: 'BTC-USD', wants: ['quote', 'book'] },
  ])
})

test('everything that keeps a configuration from running live is told at once', () => {
  const text = [
    '  - { instrument: BTCUSD.KRAKEN, kind: quote, sources: [{ source: krakn, symbol: BTC/USD }, { source: dukascopy, symbol: BTCUSD }] }',
    '  - { instrument: ETHUSD.KRAKEN, kind: quote }',
  ].join('\n')

  expect(() => planLive(config(text), KNOWN)).toThrow(
    expect.objectContaining({
      code: 'CONFIG_INVALID',
      message: expect.stringMatching(
        /unknown source 'krakn'[\s\S]*dukascopy, which has history only[\s\S]*ETHUSD\.KRAKEN has no sources/,
      ),
    }),
  )
})

test('an instrument takes the finest decimals of its sources, and keeps its own tick and lot', () => {
  const fitted = fittingInstrument(BTC, [{ ...BTC, priceDecimals: 2, quantityDecimals: 8 }])

  // A tick of 0.1 is ten steps of 0.01.
  expect(fitted).toMatchObject({ id: 'BTCUSD.KRAKEN', priceDecimals: 2, tick: 10, quantityDecimals: 8, lot: 1 })
})
