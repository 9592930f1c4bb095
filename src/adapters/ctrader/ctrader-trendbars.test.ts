// cTrader's trendbars read from their bytes: prices from low and deltas, and nothing that is not documented.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SystemClock } from '../../connectivity/clock.ts'
import { Network } from '../../connectivity/network.ts'
import { PooledHttp } from '../../connectivity/pooled-http.ts'
import type { HistoryRequest, SourceParts } from '../../connectivity/source.ts'
import { instrument } from '../../domain/instrument.ts'
import { DAY, HOUR, MINUTE, type Micros, parseMicros } from '../../domain/numbers.ts'
import { CTRADER } from './ctrader.ts'
import { JSON_CODEC } from './json-codec.ts'
import { type Fields, PAYLOAD } from './open-api-message.ts'
import { PROTOBUF_CODEC } from './protobuf-codec.ts'
import { joinedPages, splitPages } from './reply-pages.ts'

const EURUSD = instrument({
  ...{ id: 'EURUSD.CTRADER', assetClass: 'forex', base: 'EUR', quote: 'USD', settle: 'USD', calendar: 'fx-cfd' },
  ...{ priceDecimals: 5, quantityDecimals: 2, tick: 1, lot: 100_000, multiplier: 1, negativePrices: false },
})
const FROM = parseMicros('2024-07-01T10:00:00Z')!
const REQUEST: HistoryRequest = {
  ...{ instrument: EURUSD, symbol: 'EURUSD', kind: 'bar', barMicros: MINUTE },
  ...{ from: FROM, to: (FROM + HOUR) as Micros },
}

const clock = new SystemClock()
const network = new Network([])
const historyOf = (encoding: 'json' | 'protobuf') => {
  const http = new PooledHttp({ network, clock })
  const parts: SourceParts = {
    ...{ network, http, clock, environment: 'practice', credentials: {}, stateFolder: '', settings: { encoding } },
  }
  return CTRADER.history!(parts)
}

const MINUTE_OF_FROM = FROM / MINUTE
const bar = (at: number, fields: Fields = {}): Fields => ({
  ...{ volume: 12, low: 108_000, deltaOpen: 3, deltaHigh: 9, deltaClose: 0, utcTimestampInMinutes: MINUTE_OF_FROM + at },
  ...fields,
})
const answer = (trendbar: readonly Fields[], type: number = PAYLOAD.trendbarsAnswer, fields: Fields = {}) => ({
  ...{ type, id: '1' },
  fields: { ctidTraderAccountId: 1, period: 1, trendbar, ...fields },
})

function read(...answers: readonly ReturnType<typeof answer>[]) {
  const history = historyOf('json')
  return history.read(REQUEST, history.pieces(REQUEST)[0]!, joinedPages(answers.map(each => JSON_CODEC.encode(each))), FROM)
}

test('prices are the low and what lies above it; the ask is not told; a delta of nothing may be missing', () => {
  const { deltaClose: _, ...withoutClose } = bar(0)
  // 108,000 hundred-thousandths is 1.08000: five decimals are its steps.
  const expected = {
    ...{ kind: 'bar', basis: 'bid', openTime: FROM, eventTime: FROM + MINUTE, receivedTime: FROM + MINUTE, volume: 12 },
    ...{ open: 108_003, high: 108_009, low: 108_000, close: 108_000 },
    ...{ askOpen: 108_003, askHigh: 108_009, askLow: 108_000, askClose: 108_000 },
  }
  expect(read(answer([bar(0)]))).toMatchObject([expected])
  expect(read(answer([withoutClose]))).toMatchObject([expected])
})

test('pages come newest first and are one list in order; what lies outside the piece is left out', () => {
  const bars = read(answer([bar(30), bar(31), bar(60)]), answer([bar(-1), bar(0), bar(2)]))
  expect(bars.map(({ eventTime }) => (eventTime - FROM) / MINUTE - 1)).toEqual([0, 2, 30, 31])
  expect(bars.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4])
  expect(read(answer([])), 'a Sunday').toEqual([])
})

test.each([
  ['a bar without its time', answer([bar(0, { utcTimestampInMinutes: null })])],
  ['two bars of one minute', answer([bar(0), bar(0)])],
  ['a high below the open', answer([bar(0, { deltaOpen: 10 })])],
  ['a delta below nothing', answer([bar(0, { deltaClose: -1 })])],
  ['no low', answer([bar(0, { low: undefined })])],
  ['a broken low', answer([bar(0, { low: 108_000.5 })])],
  ['no volume', answer([bar(0, { volume: 'many' })])],
  ['bars of another length', answer([bar(0)], PAYLOAD.trendbarsAnswer, { period: 5 })],
  ['another message', answer([bar(0)], PAYLOAD.spot)],
])('%s is an error, and nothing of the piece is taken', (_, reply) => {
  expect(() => read(reply)).toThrow(expect.objectContaining({ code: 'SOURCE_SCHEMA' }))
})

test('a price with more digits than the instrument is an error rather than rounded', () => {
  const history = historyOf('json')
  const request = { ...REQUEST, instrument: { ...EURUSD, priceDecimals: 4 } }
  const bytes = joinedPages([JSON_CODEC.encode(answer([bar(0)]))])
  expect(() => history.read(request, history.pieces(request)[0]!, bytes, FROM)).toThrow(/does not fit 4 decimals/)
})

test('in either encoding the same bars are read, and half of the bytes are an error', () => {
  const message = answer([bar(0), bar(1, { low: 107_990 })])
  const [json, binary] = (['json', 'protobuf'] as const).map(encoding => {
    const history = historyOf(encoding)
    const piece = history.pieces(REQUEST)[0]!
    const bytes = joinedPages([(encoding === 'json' ? JSON_CODEC : PROTOBUF_CODEC).encode(message)])
    for (const end of [0, 3, 5, bytes.length - 1]) {
      expect(() => history.read(REQUEST, piece, bytes.subarray(0, end), FROM)).toThrow(
        expect.objectContaining({ code: 'SOURCE_SCHEMA' }),
      )
    }
    return history.read(REQUEST, piece, bytes, FROM).map(({ provenance: _, ...rest }) => rest)
  })
  expect(json).toHaveLength(2)
  expect(json).toEqual(binary)
})

test('pieces lie end to end, in whole bars, and leave out the bar that is not over', () => {
  const history = historyOf('json')
  const now = clock.now()
  const recent = history.pieces({ ...REQUEST, from: (now - 5 * DAY) as Micros, to: now })
  expect(recent).toHaveLength(3)
  expect(recent.slice(1).map(({ from }) => from)).toEqual(recent.slice(0, -1).map(({ to }) => to))
  expect(recent.every(({ from, to }) => from % MINUTE === 0 && to % MINUTE === 0 && to - from <= 2 * DAY)).toBe(true)
  expect(recent.at(-1)!.to).toBeLessThanOrEqual(clock.now() - MINUTE)
})

test('pages are told apart again, whatever is in them', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array()), pages => {
      expect(splitPages(joinedPages(pages))?.map(page => [...page])).toEqual(pages.map(page => [...page]))
    }),
  )
})
