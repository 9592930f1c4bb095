// Which texts hold a price, and which only look like a table.
import { describe, expect, it } from 'vitest'
import type { Literal } from '../program/program.ts'
import { priceInText } from './price-texts.ts'

const text = (value: string): Literal => ({ kind: 'literal', value, at: 0, end: value.length })

describe('a price in a text', () => {
  it.each([
    ['{"symbol":"EURUSD","bid":1.0843}', { name: 'bid', value: 1.0843 }],
    ['{"pair":"BTC/USD","last":64213.5}', { name: 'last', value: 64213.5 }],
    ['[{"price":"101.25","qty":"3"}]', { name: 'price', value: 101.25 }],
    ['time,open,high,low,close\n1,101.2,102.4,100.9,102.1', { name: 'open', value: 101.2 }],
    ['symbol;price\nAAPL;187.44', { name: 'price', value: 187.44 }],
  ])('%s holds one', (value, price) => {
    expect(priceInText(text(value))).toEqual(price)
  })

  it.each([
    '{"type":"object","properties":{"bid":{"type":"number","minimum":0}}}',
    '{"last":12.5,"page":3}',
    '{"bid":1,"ask":2}',
    '{bid: 1.0843',
    'open, high, low and close\nof 14.5 days',
    'time,open,high,low,close',
  ])('%s holds none', value => {
    expect(priceInText(text(value))).toBeUndefined()
  })
})
