import { describe, expect, test } from 'vitest'
import { runCaptured } from '../../../test/captured.ts'
import { packPath, packTest } from '../../../test/pack.ts'
import { binanceCapture } from './binance-capture.ts'

const session = (name: string) =>
  [`${name}.0`, `${name}.http.0.0`, `${name}.ws.1.0`].map(file => packPath('api_payloads/cryptofeed', file))

describe('captured sessions', () => {
  // Counted beforehand in the file by another program: 177 depth, 84 bookTicker, 2 aggTrade, 2 kline messages; 5 updates
  // older than their snapshots; the best prices stand at the same update as the book 26 times.
  packTest('the spot session decodes without a fault, and its books equal the venue’s best prices each time', () => {
    const { noted, frames } = runCaptured(binanceCapture, session('BINANCE'))
    expect(frames).toBe(265)
    expect(noted.unknowns).toEqual([])
    expect(noted.faults).toEqual([])
    expect(noted.comparisons).toHaveLength(26)
    expect(noted.comparisons.filter(({ equal }) => !equal)).toEqual([])

    expect(noted.factsOf('book-snapshot')).toHaveLength(4)
    expect(noted.factsOf('book-change')).toHaveLength(177 - 5)
    // Each book tells its best prices once more when it is whole.
    expect(noted.factsOf('quote')).toHaveLength(84 + 4)
    expect(noted.factsOf('trade')).toHaveLength(2)
    for (const symbol of ['NKNUSDT', 'BLZETH', 'LRCBTC', 'RUNEEUR']) expect(noted.stateOf(`${symbol}.BINANCE`)).toBe('live')
  })

  // 764 depth, 613 bookTicker, 91 aggTrade, 67 kline messages; 12 old updates; 50 comparisons.
  packTest('the USD-M futures session does too, by the rule of the id before', () => {
    const { noted, frames } = runCaptured(binanceCapture, session('BINANCE_FUTURES'))
    expect(frames).toBe(1535)
    expect(noted.unknowns).toEqual([])
    expect(noted.faults).toEqual([])
    expect(noted.comparisons).toHaveLength(50)
    expect(noted.comparisons.filter(({ equal }) => !equal)).toEqual([])
    expect(noted.factsOf('book-change')).toHaveLength(764 - 12)
    // Two messages came that are older than what the book had told.
    expect(noted.factsOf('quote')).toHaveLength(613 + 4 - 2)
    expect(noted.factsOf('trade')).toHaveLength(91)
    expect(noted.stateOf('SUSHIUSDT-PERP.BINANCE')).toBe('live')
  })
})

test('other venues’ addresses are not taken', () => {
  const resolve = () => {
    throw new Error('nothing is resolved')
  }
  expect(binanceCapture.conversation('wss://ws.kraken.com/v2', resolve)).toBeUndefined()
  expect(binanceCapture.tagOf?.('https://api.kraken.com/0/public/AssetPairs')).toBeUndefined()
})
