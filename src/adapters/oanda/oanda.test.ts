// OANDA's stream, candles, instruments and accounts: recorded payloads, and what is refused.
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { packPath, packTest } from '../../../test/pack.ts'
import { numbersOf } from '../../../test/parsed.ts'
import type { Reactions } from '../../connectivity/conversation.ts'
import type { HistoryRequest, SourceParts } from '../../connectivity/source.ts'
import type { FeedEvent } from '../../domain/event.ts'
import { type Instrument, instrument } from '../../domain/instrument.ts'
import { DAY, formatMicros, HOUR, MINUTE, type Micros, parseMicros } from '../../domain/numbers.ts'
import { OANDA } from './oanda.ts'
import { accountOf } from './oanda-account.ts'
import { OandaConversation } from './oanda-conversation.ts'
import { instrumentsOf } from './oanda-instruments.ts'

const at = (text: string): Micros => parseMicros(text)!
const bytes = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value))
const DECIMALS: Readonly<Record<string, number>> = { EUR_USD: 5, EUR_JPY: 3 }

function pair(symbol: string): Instrument {
  const [base = '', quote = ''] = symbol.split('_')
  return instrument({
    id: `${base}${quote}.OANDA`,
    assetClass: 'forex',
    base,
    quote,
    settle: quote,
    priceDecimals: DECIMALS[symbol] ?? 5,
    quantityDecimals: 0,
    tick: 1,
    lot: 1,
    multiplier: 1,
    calendar: 'fx',
    negativePrices: false,
  })
}

/** Lines in, and everything that they cause, in words. */
function heard(lines: readonly string[], now = at('2026-11-20T10:00:01Z')) {
  const facts: FeedEvent[] = []
  const said: string[] = []
  const out: Reactions = {
    fact: event => facts.push(event),
    link: (state, id) => said.push(`${state} ${id}`.trim()),
    fault: (fault, id) => said.push(`fault ${fault} ${id}`.trim()),
    measure: (_, offset) => said.push(`clock ${offset}`),
    unknown: what => said.push(`unknown ${what}`),
    refuse: error => said.push(`refuse ${error.code}`),
    reconnect: when => said.push(`reconnect ${when}`),
    compared: () => said.push('compared'),
    send: () => said.push('send'),
    request: () => said.push('request'),
  }
  const provenance = Object.freeze({ source: 'oanda', kind: 'live' as const, origin: '', checksum: '', licence: '' })
  const conversation = new OandaConversation({
    provenance,
    resolve: symbol => (symbol in DECIMALS ? pair(symbol) : undefined),
  })
  for (const line of lines) conversation.receive(line, now, out)
  return { facts, said }
}

const price = (of: object = {}): string =>
  JSON.stringify({
    type: 'PRICE',
    time: '2026-11-20T10:00:00.123456789Z',
    instrument: 'EUR_USD',
    bids: [{ price: '1.08012', liquidity: 10_000_000 }],
    asks: [{ price: '1.08026', liquidity: 5_000_000 }],
    status: 'tradeable',
    tradeable: true,
    ...of,
  })

describe('the stream', () => {
  test('gives the best of each side with its size, and nanoseconds are cut to microseconds', () => {
    const bids = [
      { price: '1.08010', liquidity: 1 },
      { price: '1.08012', liquidity: 10_000_000 },
    ]
    const { facts, said } = heard([price({ bids })])

    expect(facts).toMatchObject([
      { kind: 'quote', bid: 108_012, ask: 108_026, bidSize: 10_000_000, askSize: 5_000_000, instrumentId: 'EURUSD.OANDA' },
    ])
    expect(facts[0]!.eventTime).toBe(at('2026-11-20T10:00:00.123456Z'))
    expect(said).toEqual(['live'])
  })

  test('says its clock with every heartbeat: half a second ahead is 500,000 microseconds', () => {
    const { said } = heard(['{"type":"HEARTBEAT","time":"2026-11-20T10:00:01.500000000Z"}'])
    expect(said).toEqual(['live', 'clock 500000'])
  })

  test('of a closed market is not delivered, and its return is said', () => {
    const closed = price({ tradeable: false, status: 'non-tradeable' })
    const { facts, said } = heard([closed, price({ time: '2026-11-20T10:00:00.5Z' })])

    expect(facts).toHaveLength(1)
    expect(said).toEqual(['live', 'degraded EURUSD.OANDA', 'live EURUSD.OANDA'])
  })

  test.each([
    [{ bids: [{ price: '1.080121', liquidity: 1 }] }, 'fault schema EURUSD.OANDA'],
    [{ bids: [{ price: 1.0801, liquidity: 1 }] }, 'fault schema EURUSD.OANDA'],
    [{ bids: [{ price: '.', liquidity: 1 }] }, 'fault schema EURUSD.OANDA'],
    [{ bids: null }, 'fault schema EURUSD.OANDA'],
    [{ bids: [{ price: '1.08027', liquidity: 1 }] }, 'fault crossed EURUSD.OANDA'],
    [{ time: 'soon' }, 'fault schema EURUSD.OANDA'],
    [{ instrument: 'ABC_DEF' }, 'unknown a price of ABC_DEF, which was not asked for'],
    [{ type: 'WEATHER' }, 'unknown WEATHER'],
  ])('with %j delivers nothing and says %s', (of, word) => {
    const { facts, said } = heard([price(of)])
    expect(facts).toEqual([])
    expect(said).toContain(word)
  })

  test('repeats and prices out of order are faults; a clock that went back is none', () => {
    const third = (second: number) =>
      price({ time: `2026-11-20T10:00:0${second}Z`, bids: [{ price: `1.0800${second}`, liquidity: 1 }] })
    const bids = (lines: readonly string[]) => heard(lines).facts.map(fact => fact.kind === 'quote' && fact.bid)

    expect(heard([third(1), third(1)]).said).toContain('fault duplicate EURUSD.OANDA')
    expect(heard([third(2), third(1), third(3)]).said).toContain('fault reorder EURUSD.OANDA')
    expect(bids([third(2), third(1), third(3)])).toEqual([108_002, 108_003])
    expect(bids([third(5), third(1), third(2), third(3)])).toEqual([108_005, 108_001, 108_002, 108_003])
  })

  test('an error about the account is final, any other passes', () => {
    expect(heard(['{"errorMessage":"Insufficient authorization to perform request."}']).said).toEqual(['refuse SOURCE_REFUSED'])
    expect(heard(['{"errorMessage":"Internal error"}']).said).toEqual(['reconnect later'])
  })

  test('of any lines gives whole numbers and never throws', () => {
    const strange = fc.oneof(
      fc.string(),
      fc.json(),
      fc.dictionary(fc.constantFrom('bids', 'asks', 'time', 'status', 'instrument'), fc.jsonValue()).map(price),
    )
    fc.assert(
      fc.property(fc.array(strange, { maxLength: 5 }), lines => {
        for (const number of heard(lines).facts.flatMap(numbersOf)) expect(Number.isSafeInteger(number)).toBe(true)
      }),
    )
  })
})

packTest('the recorded stream is three quotes and a heartbeat, nothing unknown', () => {
  const recorded = JSON.parse(readFileSync(packPath('api_payloads/oanda_v20/pricing.json'), 'utf8'))
  const lines = recorded._v3_accounts_accountID_pricing_stream.response.map((message: object) => JSON.stringify(message))
  const conversation = OANDA.capture!.conversation(
    'https://stream-fxpractice.oanda.com/v3/accounts/101-004-1-001/pricing/stream?instruments=EUR_USD',
    pair,
  )
  const { facts, said } = heard(lines, at('2016-10-27T08:38:46Z'))

  expect(conversation).toBeDefined()
  expect(facts.map(fact => fact.kind === 'quote' && [fact.instrumentId, fact.bid, fact.ask, fact.bidSize])).toEqual([
    ['EURJPY.OANDA', 114_295, 114_312, 1_000_000],
    ['EURUSD.OANDA', 109_177, 109_188, 10_000_000],
    ['EURJPY.OANDA', 114_298, 114_315, 1_000_000],
  ])
  expect(said.filter(word => !/^(live|clock)/.test(word))).toEqual([])
})

describe('an account', () => {
  const parts = (environment: 'live' | 'practice', account: string) => ({
    environment,
    credentials: { QUADRANT_OANDA_TOKEN: 't', QUADRANT_OANDA_ACCOUNT: account },
  })

  test('of its own world has the hosts of that world', () => {
    expect(accountOf(parts('practice', '101-004-1435156-001'))).toMatchObject({ stream: 'stream-fxpractice.oanda.com' })
    expect(accountOf(parts('live', '001-004-1435156-001'))).toMatchObject({ rest: 'api-fxtrade.oanda.com' })
    expect(OANDA.hosts.live.filter(host => OANDA.hosts.practice.includes(host))).toEqual([])
  })

  test.each([
    ['live', '101-004-1435156-001'],
    ['practice', '001-004-1435156-001'],
    ['live', ''],
    ['practice', 'your-account'],
  ] as const)('with the environment %s, the account %j is refused, and not told', (environment, account) => {
    expect(() => accountOf(parts(environment, account))).toThrow(
      expect.objectContaining({ code: 'SOURCE_ENVIRONMENT', message: expect.not.stringContaining(account || 'no account') }),
    )
  })
})

describe('instruments', () => {
  const one = (name: string, type: string) => ({
    ...{ name, type, displayName: name.replace('_', '/'), pipLocation: -4, displayPrecision: 5, tradeUnitsPrecision: 0 },
    ...{ minimumTradeSize: '1', maximumOrderUnits: '100000000', marginRate: '0.0333' },
    financing: { longRate: '-0.0105', shortRate: '0.0013' },
  })
  const read = (...list: object[]) => instrumentsOf(bytes({ instruments: list, lastTransactionID: '1' }), at('2026-11-20'))

  test('have their class from type and name; grains have none here', () => {
    const types: readonly [string, string][] = [
      ['EUR_USD', 'CURRENCY'],
      ['XAU_USD', 'METAL'],
      ['XCU_USD', 'CFD'],
      ['WTICO_USD', 'CFD'],
      ['BCO_USD', 'CFD'],
      ['NATGAS_USD', 'CFD'],
      ['NAS100_USD', 'CFD'],
      ['USB10Y_USD', 'CFD'],
      ['BTC_USD', 'CURRENCY'],
      ['WHEAT_USD', 'CFD'],
    ]
    expect(read(...types.map(of => one(...of))).map(({ venueSymbol, assetClass }) => `${venueSymbol} ${assetClass}`)).toEqual([
      ...['EUR_USD forex', 'XAU_USD metal', 'XCU_USD metal', 'WTICO_USD energy', 'BCO_USD energy', 'NATGAS_USD energy'],
      ...['NAS100_USD index', 'USB10Y_USD bond', 'BTC_USD crypto'],
    ])
  })

  test('keep pip, decimals, sizes, margin and financing as texts', () => {
    expect(read(one('EUR_USD', 'CURRENCY'))).toMatchObject([
      {
        ...{ id: 'EURUSD.OANDA', venue: 'oanda', priceDecimals: 5, quantityDecimals: 0, pipSize: '0.0001', contractSize: '1' },
        ...{ minQuantity: '1', maxQuantity: '100000000', marginRate: '0.0333', calendar: 'fx' },
        swap: { long: '-1.05', short: '0.13', unit: 'percent' },
      },
    ])
  })

  test('of a refusal are an error', () => {
    expect(() => instrumentsOf(bytes({ errorMessage: 'Insufficient authorization' }), at('2026-11-20'))).toThrow(
      expect.objectContaining({ code: 'SOURCE_REFUSED' }),
    )
  })
})

describe('candles', () => {
  const parts = {
    clock: { now: () => at('2026-11-20T10:20:30Z') },
    environment: 'practice',
    credentials: { QUADRANT_OANDA_TOKEN: 't', QUADRANT_OANDA_ACCOUNT: '101-004-1-001' },
  } as unknown as SourceParts
  const history = OANDA.history!(parts)
  const asked = (barMicros: number, from: string, to: string): HistoryRequest => ({
    ...{ instrument: pair('EUR_USD'), symbol: 'EUR_USD', kind: 'bar', barMicros },
    ...{ from: at(from), to: at(to) },
  })
  const candle = (time: string, complete = true) => ({
    ...{ time, complete, volume: 7 },
    bid: { o: '1.08000', h: '1.08020', l: '1.07990', c: '1.08010' },
    ask: { o: '1.08010', h: '1.08030', l: '1.08000', c: '1.08020' },
  })

  test('are asked for in stretches of less than 5,000, up to the last that must be complete', () => {
    const pieces = history.pieces(asked(MINUTE, '2026-11-14', '2026-11-21'))

    expect(pieces.every(({ from, to }) => to - from <= 5000 * MINUTE)).toBe(true)
    expect(formatMicros(pieces.at(-1)!.to)).toBe('2026-11-20T10:19:00.000000Z')
    expect(new URL(pieces[0]!.request.url).searchParams.get('price')).toBe('BA')
    expect(pieces[0]!.request.url).not.toContain('101-004')
  })

  test('have both sides, and are known at their close', () => {
    const request = asked(MINUTE, '2026-11-19T10:00:00Z', '2026-11-19T10:02:00Z')
    const [piece] = history.pieces(request)
    const [bar] = history.read(request, piece!, bytes({ candles: [candle('2026-11-19T10:00:00.000000000Z')] }), request.to)

    expect(bar).toMatchObject({
      ...{ kind: 'bar', basis: 'bid', open: 108_000, high: 108_020, low: 107_990, close: 108_010, askClose: 108_020, volume: 7 },
      ...{ openTime: at('2026-11-19T10:00:00Z'), receivedTime: at('2026-11-19T10:01:00Z') },
    })
  })

  test('of a day run from 17:00 to 17:00 in New York: 24 hours, 23 in March, 25 in November', () => {
    const hours = (openTime: string) => {
      const request = asked(DAY, '2026-03-01', '2026-11-10')
      const [piece] = history.pieces(request)
      const [bar] = history.read(request, piece!, bytes({ candles: [candle(openTime)] }), request.to)
      return (bar!.eventTime - at(openTime)) / HOUR
    }
    // The clocks of New York changed on 8 March and on 1 November 2026.
    expect(hours('2026-06-10T21:00:00Z')).toBe(24)
    expect(hours('2026-03-07T22:00:00Z')).toBe(23)
    expect(hours('2026-10-31T21:00:00Z')).toBe(25)
  })

  test('that are not complete, or cannot be read, end the piece', () => {
    const request = asked(MINUTE, '2026-11-19T10:00:00Z', '2026-11-19T10:02:00Z')
    const [piece] = history.pieces(request)
    const time = '2026-11-19T10:00:00Z'
    const bad = [{ candles: [candle(time, false)] }, { candles: [{ ...candle(time), bid: { o: '1' } }] }, { candles: 1 }]
    for (const body of bad) {
      expect(() => history.read(request, piece!, bytes(body), request.to)).toThrow(
        expect.objectContaining({ code: 'SOURCE_SCHEMA' }),
      )
    }
    expect(() => history.pieces({ ...request, kind: 'quote' })).toThrow(expect.objectContaining({ code: 'SOURCE_UNSUPPORTED' }))
  })
})
