// The time machine's arithmetic, each figure worked out in the test.
import { describe, expect, test } from 'vitest'
import type { RowOf } from '../../wire/topics.ts'
import { type MomentSources, momentOf, type Trade } from './moment.ts'

const RUN = 'gold-1'
const GOLD = 'XAUUSD.OANDA'
const at = (minute: number): string => `2014-05-01T00:${String(minute).padStart(2, '0')}:00.000000Z`

const fill = (minute: number, side: 'buy' | 'sell', quantity: string, price: string, order = `o${minute}`): RowOf<'fills'> => ({
  ...{ key: `${RUN}/f${minute}`, run: RUN, account: 'gold', id: `f${minute}`, order, instrument: GOLD, strategy: 'ema-cross' },
  ...{ side, quantity, price, commission: '2', currency: 'USD', time: at(minute) },
})

const order = (id: string, changes: Partial<RowOf<'orders'>>): RowOf<'orders'> => ({
  ...{ key: `${RUN}/${id}`, run: RUN, account: 'gold', id, instrument: GOLD, strategy: 'ema-cross', side: 'sell', type: 'stop' },
  ...{ role: 'stop', quantity: '10', filled: '0', price: '1280', state: 'canceled', reason: 'no more needed', why: 'stop of o1' },
  ...{ created: at(1), changed: at(9) },
  ...changes,
})

const quote = (bid: string, ask: string): RowOf<'quotes'> => ({
  ...{ key: GOLD, bid, ask, last: bid, change: null, time: at(4), source: 'oanda quote', live: false, quality: null },
})

const sources = (changes: Partial<MomentSources> = {}): MomentSources => ({
  ...{ run: RUN, account: 'gold', mode: 'BACKTEST', currency: 'USD', startEquity: '100000', at: at(5) },
  ...{ orders: [], changes: new Map(), fills: [], trades: [], signals: [], opinions: [], quotes: [quote('1300', '1301')] },
  contracts: new Map([[GOLD, { multiplier: 1, settle: 'USD' }]]),
  ...changes,
})

describe('what is held at a moment', () => {
  test('a long is what was bought, at what a buyer pays now', () => {
    const { positions, account } = momentOf(sources({ fills: [fill(1, 'buy', '10', '1290')] }))

    // 10 × 1300 − 10 × 1290 = 100; 100,000 − 10 × 1290 − 2 commission + 10 × 1300 = 100,098.
    expect(positions).toMatchObject([
      { quantity: '10', averagePrice: 1290, mark: '1300', unrealised: '100', realised: '0', value: '13000', since: at(1) },
    ])
    expect(account).toMatchObject({ equity: '100098', exposure: '13000', openPositions: 1, fills: 1, time: at(5) })
  })

  test('a short is worth what a seller asks for', () => {
    const { positions, account } = momentOf(sources({ fills: [fill(1, 'sell', '10', '1310')] }))

    // −10 × 1301 − (−10 × 1310) = 90; 100,000 + 13,100 − 2 − 13,010 = 100,088.
    expect(positions).toMatchObject([{ quantity: '-10', averagePrice: 1310, mark: '1301', unrealised: '90', value: '-13010' }])
    expect(account).toMatchObject({ equity: '100088', exposure: '13010' })
  })

  test('what is bought more is averaged, and what is sold takes its share of the cost with it', () => {
    const fills = [fill(1, 'buy', '10', '1290'), fill(2, 'buy', '30', '1310'), fill(3, 'sell', '20', '1320')]
    const { positions, account } = momentOf(sources({ fills }))

    // (10 × 1290 + 30 × 1310) / 40 = 1305; of 40 at 52,200 half is left: 26,100. 20 × 1300 − 26,100 = −100.
    expect(positions).toMatchObject([{ quantity: '20', averagePrice: 1305, unrealised: '-100', since: at(1) }])
    // 100,000 − 12,900 − 39,300 + 26,400 − 3 × 2 + 26,000 = 100,194.
    expect(account).toMatchObject({ equity: '100194' })
  })

  test('what is sold beyond what was held is a new position, at its own price and of its own time', () => {
    const fills = [fill(1, 'buy', '10', '1290'), fill(2, 'sell', '15', '1310')]
    const { positions } = momentOf(sources({ fills }))

    // 15 sold, 10 of them held: 5 short at 1310; −5 × 1301 + 5 × 1310 = 45.
    expect(positions).toMatchObject([{ quantity: '-5', averagePrice: 1310, unrealised: '45', since: at(2) }])
  })

  test('what was closed is not held, and its profit belongs to the position only once it was made', () => {
    const fills = [fill(1, 'buy', '10', '1290'), fill(2, 'sell', '10', '1310'), fill(3, 'buy', '5', '1300')]
    const trade: Trade = {
      ...{ run: RUN, account: 'gold', instrument: GOLD, strategy: 'ema-cross', side: 'buy', quantity: '10' },
      ...{
        entryPrice: 1290,
        exitPrice: 1310,
        commission: '4',
        profit: '196',
        currency: 'USD',
        entryOrder: 'o1',
        exitOrder: 'o2',
      },
      ...{ entryReason: '', exitReason: '', entry: at(1), exit: at(2) },
    }

    expect(momentOf(sources({ fills, trades: [trade] })).positions).toMatchObject([{ quantity: '5', realised: '196' }])
    expect(momentOf(sources({ fills, trades: [trade], at: at(1) })).positions).toMatchObject([{ quantity: '10', realised: '0' }])
    expect(momentOf(sources({ fills, trades: [trade], at: at(2) })).positions, 'flat').toEqual([])
  })

  test('a contract of fifty units is worth fifty times its price', () => {
    const contracts = new Map([[GOLD, { multiplier: 50, settle: 'USD' }]])
    const { positions } = momentOf(sources({ fills: [fill(1, 'buy', '2', '1290')], contracts }))

    // 2 × 50 × (1300 − 1290) = 1000.
    expect(positions).toMatchObject([{ averagePrice: 1290, unrealised: '1000', value: '130000' }])
  })

  test('fractions of a cent are kept exactly', () => {
    const { account } = momentOf(sources({ fills: [fill(1, 'buy', '0.1', '1290.123')], quotes: [quote('1290.124', '1290.125')] }))

    // 100,000 − 129.0123 − 2 + 129.0124.
    expect(account?.equity).toBe('99998.0001')
  })

  test('without a price, or in another currency, the account is not valued rather than wrongly', () => {
    const fills = [fill(1, 'buy', '10', '1290')]
    const unpriced = momentOf(sources({ fills, quotes: [] }))

    expect(unpriced.account).toBeNull()
    expect(unpriced.positions).toMatchObject([{ mark: null, unrealised: null, value: null, source: 'no price was known' }])
    expect(momentOf(sources({ fills: [{ ...fills[0]!, currency: 'EUR' }] })).account).toBeNull()
  })
})

describe('what was open at a moment', () => {
  const stop = order('o2', {})

  test('an order is open from its making until its end', () => {
    const openAt = (minute: number) => momentOf(sources({ orders: [stop], at: at(minute) })).openOrders.map(({ id }) => id)

    expect(openAt(0)).toEqual([])
    expect(openAt(1)).toEqual(['o2'])
    expect(openAt(8)).toEqual(['o2'])
    expect(openAt(9), 'canceled then').toEqual([])
  })

  test('it is told as it was then: not yet canceled, and filled as far as it was', () => {
    const { openOrders } = momentOf(sources({ orders: [stop], fills: [fill(3, 'sell', '4', '1280', 'o2')] }))

    expect(openOrders).toMatchObject([{ state: 'partially-filled', filled: '4', reason: 'stop of o1', changed: at(1) }])
  })

  test('where the run wrote every state down, that is what is told', () => {
    const changes = new Map([
      [
        'o2',
        [
          { time: at(1), state: 'sent', reason: 'sent' },
          { time: at(2), state: 'accepted', reason: 'the venue took it' },
          { time: at(9), state: 'canceled', reason: 'no more needed' },
        ],
      ],
    ])

    expect(momentOf(sources({ orders: [stop], changes })).openOrders).toMatchObject([
      { state: 'accepted', reason: 'the venue took it', changed: at(2) },
    ])
  })

  test('the guards of a position are its stop and its target', () => {
    const target = order('o3', { role: 'target', type: 'limit', price: '1350' })
    const { positions } = momentOf(sources({ fills: [fill(1, 'buy', '10', '1290')], orders: [stop, target] }))

    expect(positions).toMatchObject([{ stop: '1280', target: '1350' }])
  })

  test('what was made or known later is not there', () => {
    const later = { key: 's', run: RUN, time: at(6) } as RowOf<'signals'>
    const before = { ...later, key: 't', time: at(4) }
    const { signals, openOrders } = momentOf(
      sources({ signals: [later, before], orders: [order('o4', { created: at(6), changed: at(7) })] }),
    )

    expect(signals).toEqual([before])
    expect(openOrders).toEqual([])
  })
})
