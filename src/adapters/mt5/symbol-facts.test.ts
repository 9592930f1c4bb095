// What an instrument's record says, from the properties that a terminal documents.
import { describe, expect, test } from 'vitest'
import { instrument } from '../../domain/instrument.ts'
import { micros } from '../../domain/numbers.ts'
import { instrumentMeta, lotsToSteps, type SymbolFacts, symbolFacts } from './symbol-facts.ts'

const EURO = {
  ...{ sym: 'EURUSD', path: 'Forex\\EURUSD', description: 'Euro vs US Dollar', base: 'EUR', profit: 'USD', margin: 'EUR' },
  ...{ digits: 5, tickSize: '0.00001', contractSize: '100000', volumeMin: '0.01', volumeStep: '0.01', volumeMax: '100' },
  ...{ calcMode: 0, executionMode: 2, tradeMode: 4, spreadFloats: true, spread: 1, stopsLevel: 0, freezeLevel: 0 },
  ...{ swapLong: '-7.25', swapShort: '2.1', swapMode: 1 },
}

const meta = (line: object) =>
  instrumentMeta(symbolFacts({ ...EURO, ...line }) as SymbolFacts, {
    venue: 'MT5',
    server: 'mt5:Broker-Demo',
    accountType: { type: 'unknown', confidence: 0, evidence: [] },
    fetchedTime: micros(0),
  })

describe('records', () => {
  test('a hundredth of a lot of euros is a thousand', () => {
    expect(meta({})).toMatchObject({
      lot: 1000,
      quantityDecimals: 0,
      minQuantity: '1000',
      maxQuantity: '10000000',
      contractSize: '100000',
    })
    expect(() => instrument(meta({})!)).not.toThrow()
  })

  test.each([
    [
      'gold',
      { sym: 'XAUUSD.r', base: 'XAU', digits: 2, tickSize: '0.01', contractSize: '100' },
      { assetClass: 'metal', calendar: 'metals-cfd', lot: 1 },
    ],
    [
      'oil',
      { sym: 'USOIL', base: 'USD', calcMode: 2, digits: 2, tickSize: '0.01', contractSize: '1000' },
      { assetClass: 'energy', calendar: 'energy-cfd', negativePrices: true },
    ],
    [
      'an index',
      {
        sym: 'GER40.cash',
        base: 'EUR',
        profit: 'EUR',
        calcMode: 3,
        digits: 1,
        tickSize: '0.1',
        contractSize: '1',
        volumeStep: '0.1',
      },
      { assetClass: 'index', calendar: 'de-index-cfd', quantityDecimals: 1, lot: 1 },
    ],
    [
      'a coin',
      { sym: 'BTCUSD', base: 'BTC', calcMode: 2, digits: 2, tickSize: '0.01', contractSize: '1' },
      { assetClass: 'crypto', calendar: 'crypto', quantityDecimals: 2, lot: 1 },
    ],
    [
      'a share',
      {
        sym: '#AAPL',
        base: 'USD',
        path: 'Shares\\US\\#AAPL',
        calcMode: 32,
        digits: 2,
        tickSize: '0.01',
        contractSize: '1',
        volumeStep: '1',
      },
      { assetClass: 'equity', calendar: 'us-equity', contract: 'spot' },
    ],
    [
      'a share of London',
      { sym: 'VOD.L', base: 'GBP', profit: 'GBP', calcMode: 2, digits: 2, tickSize: '0.01', contractSize: '1', volumeStep: '1' },
      { calendar: 'lse' },
    ],
    ['a pair that may only be closed', { tradeMode: 3 }, { status: 'close-only' }],
  ])('%s', (_name, line, expected) => {
    expect(meta(line)).toMatchObject(expected)
  })

  test('a symbol that contradicts itself has no record', () => {
    expect(meta({ volumeStep: '0' })).toBeUndefined()
    expect(meta({ tickSize: '0.000001' })).toBeUndefined()
  })

  test('a line that lacks something is named', () => {
    expect(symbolFacts({ ...EURO, digits: '5' })).toBe('digits is no whole number')
    expect(symbolFacts({ ...EURO, tickSize: 0.00001 })).toBe('tickSize is no decimal text')
    expect(symbolFacts({ ...EURO, sym: 7 })).toBe('name is no text')
  })

  test('lots become units without a float', () => {
    // 0.29 × 100000 is 28999.999999999996 in floats.
    expect(lotsToSteps('0.29', { contractSize: '100000', decimals: 0 })).toBe(29_000)
    expect(lotsToSteps('0.00000001', { contractSize: '1', decimals: 8 })).toBe(1)
    expect(lotsToSteps('0.005', { contractSize: '1', decimals: 2 })).toBeUndefined()
  })
})
