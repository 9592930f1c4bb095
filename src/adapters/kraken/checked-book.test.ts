// The book that Kraken's checksum is held against: the venue's own example, and a plain model beside it.
import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { instrument } from '../../domain/instrument.ts'
import { formatSteps } from '../../domain/numbers.ts'
import { CheckedBook, type LevelText } from './checked-book.ts'
import { parseKeepingNumbers } from './json-values.ts'

const of = (priceDecimals: number, quantityDecimals: number) =>
  instrument({
    id: 'BTCUSD.KRAKEN',
    assetClass: 'crypto',
    base: 'BTC',
    quote: 'USD',
    settle: 'USD',
    priceDecimals,
    quantityDecimals,
    tick: 1,
    lot: 1,
    multiplier: 1,
    calendar: 'crypto',
    negativePrices: false,
  })

/** Kraken's documentation, "Book checksum (v2)": ten levels of each side and their checksum, 3310070434. */
const BIDS =
  '45283.5/0.10000000 45283.4/1.54582015 45282.1/0.10000000 45281.0/0.10000000 45280.3/1.54592586 45279.0/0.07990000 45277.6/0.03310103 45277.5/0.30000000 45277.3/1.54602737 45276.6/0.15445238'
const ASKS =
  '45285.2/0.00100000 45286.4/1.54571953 45286.6/1.54571109 45289.6/1.54560911 45290.2/0.15890660 45291.8/1.54553491 45294.7/0.04454749 45296.1/0.35380000 45297.5/0.09945542 45299.5/0.18772827'
const levels = (text: string): LevelText[] =>
  text.split(' ').map(level => {
    const [price = '', quantity = ''] = level.split('/')
    return { price, quantity }
  })

describe("Kraken's own example", () => {
  test('has the checksum that its documentation states', () => {
    const book = new CheckedBook(of(1, 8), 10)
    expect(book.replace(levels(BIDS), levels(ASKS))).toBeUndefined()
    expect(book.checksum()).toBe(3310070434)
  })

  test('has it from JSON numbers too, whose zeros a float would lose', () => {
    const json = (side: string) =>
      `[${levels(side)
        .map(({ price, quantity }) => `{"price":${price},"qty":${quantity}}`)
        .join(',')}]`
    const text = `{"bids":${json(BIDS)},"asks": ${json(ASKS)}}`
    const checksumOf = (value: unknown) => {
      const { bids, asks } = value as Record<'bids' | 'asks', { price: string; qty: string }[]>
      const texts = (side: { price: unknown; qty: unknown }[]) =>
        side.map(({ price, qty }) => ({ price: String(price), quantity: String(qty) }))
      const book = new CheckedBook(of(1, 8), 10)
      book.replace(texts(bids), texts(asks))
      return book.checksum()
    }
    expect(checksumOf(parseKeepingNumbers(text))).toBe(3310070434)
    // venues.md, finding 3: what the same levels give as floats.
    expect(checksumOf(JSON.parse(text))).toBe(4237635173)
  })
})

test('a message is applied whole and then cut to the depth, and what is cut away is told', () => {
  const book = new CheckedBook(of(1, 0), 10)
  const asks = Array.from({ length: 10 }, (_, i) => ({ price: `10${i}.0`, quantity: '1' }))
  book.replace([], asks)

  expect(book.apply([], [{ price: '99.5', quantity: '2' }])).toEqual({
    bids: [],
    asks: [
      { price: 995, quantity: 2 },
      { price: 1090, quantity: 0 },
    ],
  })
  expect(book.levels.asks.map(({ price }) => price)).toEqual([995, 1000, 1010, 1020, 1030, 1040, 1050, 1060, 1070, 1080])
})

test('a removal and an addition in one message leave no level out that the depth has room for', () => {
  const book = new CheckedBook(of(0, 0), 10)
  book.replace(
    [],
    Array.from({ length: 10 }, (_, i) => ({ price: `${100 + i}`, quantity: '1' })),
  )
  book.apply(
    [],
    [
      { price: '110', quantity: '5' },
      { price: '100', quantity: '0' },
    ],
  )
  expect(book.levels.asks.at(-1)).toEqual({ price: 110, quantity: 5 })
  expect(book.levels.asks).toHaveLength(10)
})

test.each(['', '.', '1.', '-1.0', '0.0', '1.23', 'NaN', '1,0', '99999999999999999999'])(
  '%j is no price at one decimal',
  price => {
    expect(typeof new CheckedBook(of(1, 8), 10).apply([{ price, quantity: '1' }], [])).toBe('string')
  },
)

describe('against a plain model', () => {
  const change = fc.record({
    side: fc.constantFrom('bids' as const, 'asks' as const),
    price: fc.integer({ min: 1, max: 60 }),
    quantity: fc.oneof({ weight: 1, arbitrary: fc.constant(0) }, { weight: 3, arbitrary: fc.integer({ min: 1, max: 10 ** 9 }) }),
  })

  test('levels and checksum are those of a sorted map cut to the depth', () => {
    fc.assert(
      fc.property(fc.array(fc.array(change, { maxLength: 4 }), { maxLength: 60 }), messages => {
        const book = new CheckedBook(of(2, 8), 10)
        const model = { bids: new Map<number, number>(), asks: new Map<number, number>() }
        for (const message of messages) {
          const texts = (side: 'bids' | 'asks') =>
            message
              .filter(one => one.side === side)
              .map(({ price, quantity }) => ({ price: formatSteps(price, 2), quantity: formatSteps(quantity, 8) }))
          book.apply(texts('bids'), texts('asks'))
          for (const { side, price, quantity } of message) model[side].set(price, quantity)
          for (const side of ['bids', 'asks'] as const) {
            const kept = [...model[side]].filter(([, quantity]) => quantity > 0)
            kept.sort(([a], [b]) => (side === 'bids' ? b - a : a - b))
            model[side] = new Map(kept.slice(0, 10))
          }
        }
        const plain = (side: Map<number, number>) => [...side].map(([price, quantity]) => ({ price, quantity }))
        expect(book.levels).toEqual({ bids: plain(model.bids), asks: plain(model.asks) })

        const digits = (side: Map<number, number>) =>
          [...side].map(([price, quantity]) => `${Number(price)}${Number(quantity)}`).join('')
        expect(book.checksum()).toBe(crc32(digits(model.asks) + digits(model.bids)))
      }),
    )
  })
})
