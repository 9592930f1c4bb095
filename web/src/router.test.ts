// Facts of addresses.
import { expect, test } from 'vitest'
import { match } from './router.ts'

test('a pattern takes its words from the path', () => {
  expect(match('/instruments/:id', '/instruments/BTCUSDT.BINANCE')).toEqual({ id: 'BTCUSDT.BINANCE' })
  expect(match('/markets', '/markets/')).toEqual({})
  expect(match('/', '/')).toEqual({})
})

test('another path does not fit', () => {
  expect(match('/instruments/:id', '/instruments')).toBeUndefined()
  expect(match('/', '/markets')).toBeUndefined()
  expect(match('/runs/:id', '/runs/a/b')).toBeUndefined()
})
