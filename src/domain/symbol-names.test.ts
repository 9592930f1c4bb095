// Spellings of the sources' own documentation, and what they are.
import { describe, expect, test } from 'vitest'
import { canonicalName, canonicalOf, conventionalSpellings } from './symbol-names.ts'

describe('one name for every spelling', () => {
  test.each([
    ['EUR/USD', ['EURUSD', 'EUR_USD', 'EUR/USD', 'EUR-USD', 'EUR.USD', 'eurusd', 'EURUSD=X', 'C:EURUSD']],
    ['BTC/USD', ['BTC/USD', 'BTC-USD', 'btcusd', 'XBT/USD', 'XBTUSD', 'XXBTZUSD', 'X:BTCUSD']],
    ['DOGE/USD', ['XDG/USD', 'DOGE-USD']],
    ['BTC/USDT', ['BTCUSDT', 'BTC-USDT']],
    ['BTC/USDC', ['BTCUSDC', 'BTC/USDC']],
    ['ETH/BTC', ['ETHBTC', 'ETH-BTC']],
    ['XAU/USD', ['XAUUSD', 'GOLD', 'XAU_USD', 'C:XAUUSD']],
    ['WTI', ['USOIL', 'XTIUSD', 'WTICO_USD', 'WTI']],
    ['BRENT', ['UKOIL', 'XBRUSD', 'BCO_USD']],
    ['US100', ['NAS100', 'USTEC', 'NAS100_USD', 'US100']],
    ['DE40', ['GER40', 'DE40', 'DAX', '^GDAXI']],
  ])('%s', (canonical, names) => {
    expect(names.map(name => [name, canonicalName(name)])).toEqual(names.map(name => [name, canonical]))
  })

  test('a dollar, a Tether and a USD Coin are three', () => {
    expect(new Set(['BTCUSD', 'BTCUSDT', 'BTCUSDC'].map(canonicalName)).size).toBe(3)
  })

  test.each(['AAPL', 'SPY', 'BRK.B', 'EUREUR', '', 'CLZ6'])('%s is no pair, and nothing is guessed', name => {
    expect(canonicalName(name)).toBeUndefined()
  })

  test('every conventional spelling of a pair leads back to it', () => {
    for (const canonical of ['EUR/USD', 'USD/JPY', 'XAU/USD', 'BTC/USD', 'BTC/USDT', 'ETH/BTC']) {
      const spellings = conventionalSpellings(canonical)
      expect(spellings.length).toBeGreaterThan(4)
      for (const { symbol } of spellings) expect(canonicalName(symbol), symbol).toBe(canonical)
    }
  })

  test('shares are called what they are called', () => {
    expect(canonicalOf({ assetClass: 'equity', base: 'AAPL', quote: 'USD', symbol: 'AAPL' })).toBe('AAPL')
  })
})
