// The market that simulators tell of is a sound one, and the same for the same seed.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseSteps } from '../../src/domain/numbers.ts'
import { type MarketSymbol, TrueMarket } from './true-market.ts'
import type { TextLevel } from './venue.ts'
import { VenueClock } from './venue-clock.ts'

const SYMBOLS: readonly MarketSymbol[] = [
  { symbol: 'GOLD', priceDecimals: 2, sizeDecimals: 3, price: '2012.30' },
  { symbol: 'TIN', priceDecimals: 5, sizeDecimals: 8, price: '0.43500', depth: 5 },
]

const market = (seed: number) => new TrueMarket(SYMBOLS, { seed, clock: new VenueClock() })

function merge(side: Map<string, string>, levels: readonly TextLevel[]): void {
  for (const [price, size] of levels) {
    if (/^0(\.0*)?$/.test(size)) side.delete(price)
    else side.set(price, size)
  }
}

describe('the true market', () => {
  test('told step by step it is the book that it has, never crossed, and no trade is like another', () => {
    fc.assert(
      fc.property(fc.nat(0xffff_ffff), seed => {
        const of = market(seed)
        const books = new Map(
          SYMBOLS.map(({ symbol }) => {
            const { bids, asks } = of.book(symbol)
            return [symbol, { bids: new Map(bids), asks: new Map(asks) }]
          }),
        )
        const trades = new Set<string>()
        let made = 0
        for (let i = 0; i < 300; i++) {
          const { symbol, bids, asks, trade } = of.step()
          merge(books.get(symbol)!.bids, bids)
          merge(books.get(symbol)!.asks, asks)
          if (trade === undefined) continue
          made += 1
          trades.add(`${symbol} ${trade.price} ${trade.size}`)
        }
        expect(trades.size).toBe(made)
        for (const { symbol, priceDecimals, depth = 20 } of SYMBOLS) {
          const { bids, asks } = of.book(symbol)
          expect(new Map(bids)).toEqual(books.get(symbol)!.bids)
          expect(new Map(asks)).toEqual(books.get(symbol)!.asks)
          const steps = (levels: readonly TextLevel[]) => levels.map(([price]) => parseSteps(price, priceDecimals)!)
          expect(steps(bids)).toEqual(steps(bids).toSorted((a, b) => b - a))
          expect(steps(asks)).toEqual(steps(asks).toSorted((a, b) => a - b))
          expect(steps(bids)[0]!).toBeLessThan(steps(asks)[0]!)
          expect(Math.min(bids.length, asks.length)).toBeGreaterThanOrEqual(Math.floor(depth / 2))
        }
      }),
      { numRuns: 30 },
    )
  })

  test('the same seed makes the same market, and another seed another one', () => {
    const run = (seed: number) => {
      const of = market(seed)
      return Array.from({ length: 50 }, () => ({ ...of.step(), time: 0 })).map(({ trade, ...step }) => ({
        ...step,
        trade: trade && { ...trade, time: 0 },
      }))
    }
    expect(run(7)).toEqual(run(7))
    expect(run(7)).not.toEqual(run(8))
  })
})
