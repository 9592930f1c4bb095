// Captured sessions of Kraken, in the dialect they were captured in and told again in the new one.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { runCaptured } from '../../../test/captured.ts'
import { asV2 } from '../../../test/kraken-tape.ts'
import { packPath, packTest } from '../../../test/pack.ts'
import { NotedReactions } from '../../../test/reactions.ts'
import { instrument } from '../../domain/instrument.ts'
import { micros } from '../../domain/numbers.ts'
import { KRAKEN } from './kraken.ts'

const capture = KRAKEN.capture!
const folder = mkdtempSync(join(tmpdir(), 'quadrant-kraken-'))
afterAll(() => rmSync(folder, { recursive: true }))

const file = (name: string) => packPath('api_payloads/cryptofeed', name)
const session = (connection: number) => [file('KRAKEN.0'), file(`KRAKEN.ws.${connection}.0`)]

function inNewDialect(connection: number): string[] {
  const path = join(folder, `v2.ws.${connection}`)
  writeFileSync(path, asV2(readFileSync(file(`KRAKEN.ws.${connection}.0`), 'utf8').split('\n')).join('\n'))
  return [file('KRAKEN.0'), path]
}

describe('the book session, 1,000 levels deep', () => {
  // Counted in the file by another program: 10 snapshots, which the old dialect sends without a checksum, and 4,269 updates.
  packTest('decodes without a fault, and every checksum holds', () => {
    const { noted, frames } = runCaptured(capture, session(50))
    expect(frames).toBe(4321)
    expect(noted.unknowns).toEqual([])
    expect(noted.faults).toEqual([])
    expect(noted.comparisons).toHaveLength(4269)
    expect(noted.comparisons.filter(({ equal }) => !equal)).toEqual([])
    expect(noted.factsOf('book-snapshot')).toHaveLength(10)
    expect(noted.factsOf('book-change')).toHaveLength(4269)
    expect(noted.stateOf('BTCCHF.KRAKEN')).toBe('live')
  })

  packTest('told again in the new dialect gives the same facts, and ten checksums more', () => {
    const [before, after] = [runCaptured(capture, session(50)).noted, runCaptured(capture, inNewDialect(50)).noted]
    expect(after.unknowns).toEqual([])
    expect(after.faults).toEqual([])
    expect(after.comparisons).toHaveLength(4269 + 10)
    expect(after.comparisons.filter(({ equal }) => !equal)).toEqual([])
    const bare = ({ facts }: NotedReactions) => facts.map(({ provenance: _, ...fact }) => fact)
    expect(bare(after)).toEqual(bare(before))
  })

  packTest('the book that its changes make is the one the venue means, at the end too', () => {
    const { noted } = runCaptured(capture, session(50))
    const last = noted.factsOf('quote').findLast(({ instrumentId }) => instrumentId === 'XMRUSD.KRAKEN')!
    const bids = new Map<number, number>()
    for (const fact of noted.facts) {
      if ((fact.kind !== 'book-snapshot' && fact.kind !== 'book-change') || fact.instrumentId !== 'XMRUSD.KRAKEN') continue
      if (fact.kind === 'book-snapshot') bids.clear()
      for (const { price, quantity } of fact.bids) bids.set(price, quantity)
    }
    expect(Math.max(...[...bids].filter(([, size]) => size > 0).map(([price]) => price))).toBe(last.bid)
  })
})

packTest('the trade session: who crossed the spread, at what price, when', () => {
  const { noted } = runCaptured(capture, session(48))
  expect(noted.unknowns).toEqual([])
  expect(noted.faults).toEqual([])
  expect(noted.factsOf('trade')).toHaveLength(10)
  // [993,[["354.11000000","0.89594024","1618678142.557535","s","l",""]],"trade","XMR/USD"]; XMR/USD has two decimals.
  expect(noted.factsOf('trade')[0]).toMatchObject({
    instrumentId: 'XMRUSD.KRAKEN',
    price: 35411,
    quantity: 89594024,
    aggressor: 'sell',
    eventTime: 1618678142557535,
    receivedTime: 1618678142592855,
  })
  expect(runCaptured(capture, inNewDialect(48)).noted.factsOf('trade')).toHaveLength(10)
})

packTest('the ticker session: bid and ask with their sizes', () => {
  const { noted } = runCaptured(capture, session(49))
  expect(noted.unknowns).toEqual([])
  expect(noted.faults).toEqual([])
  // {"a":["13.253900",35,"35.72892241"],"b":["13.232900",185,"185.18432037"], …},"ticker","WAVES/EUR"; four decimals.
  expect(noted.factsOf('quote')[0]).toMatchObject({
    instrumentId: 'WAVESEUR.KRAKEN',
    bid: 132329,
    ask: 132539,
    bidSize: 18518432037,
    askSize: 3572892241,
  })
  expect(noted.factsOf('quote')).toHaveLength(18)
  expect(runCaptured(capture, inNewDialect(49)).noted.factsOf('quote')).toHaveLength(18)
})

describe('published payloads of the new dialect', () => {
  const btc = instrument({
    id: 'BTCUSD.KRAKEN',
    assetClass: 'crypto',
    base: 'BTC',
    quote: 'USD',
    settle: 'USD',
    priceDecimals: 2,
    quantityDecimals: 8,
    tick: 1,
    lot: 1,
    multiplier: 1,
    calendar: 'crypto',
    negativePrices: false,
  })
  const hear = (...names: readonly string[]) => {
    const noted = new NotedReactions()
    const conversation = capture.conversation('wss://ws.kraken.com/v2', () => btc)!
    conversation.open(micros(0), noted)
    for (const name of names)
      conversation.receive(readFileSync(packPath('api_payloads/nautilus/kraken', name), 'utf8'), micros(1), noted)
    return noted
  }

  packTest('are all known, the private ones and those of no use here too', () => {
    const names = ['ticker_snapshot', 'trade_update', 'ohlc_update', 'l3_snapshot', 'l3_update_add', 'pong', 'subscribe_response']
    const replies = ['add_order_response_success', 'add_order_response_failure', 'batch_add_response_partial']
    const noted = hear(...[...names, ...replies].map(name => `ws_${name}.json`))
    expect(noted.unknowns).toEqual([])
    expect(noted.faults).toEqual([])
    expect(noted.factsOf('quote')[0]).toMatchObject({ bid: 10594420, bidSize: 250000000, ask: 10594430, askSize: 320000000 })
    expect(noted.factsOf('trade').map(({ sequence, aggressor }) => [sequence, aggressor])).toEqual([
      [10218208, 'buy'],
      [10218209, 'sell'],
    ])
  })

  // Its levels have the checksum 1302676013 (venues.md 4); the payload says 2439117997.
  packTest('a snapshot whose checksum is wrong is not believed', () => {
    const noted = hear('ws_book_snapshot.json', 'ws_book_update.json')
    expect(noted.comparisons).toEqual([{ instrumentId: 'BTCUSD.KRAKEN', equal: false }])
    expect(noted.faults.map(({ fault, detail }) => `${fault}: ${detail}`)).toEqual([
      "checksum: the venue's book has 2439117997, ours 1302676013",
    ])
    expect(noted.facts).toEqual([])
    expect(noted.stateOf('BTCUSD.KRAKEN')).toBe('degraded')
  })
})

test("other venues' addresses are not taken", () => {
  const resolve = () => {
    throw new Error('nothing is resolved')
  }
  expect(capture.conversation('wss://stream.binance.com:9443/ws', resolve)).toBeUndefined()
  expect(capture.conversation('wss://futures.kraken.com/ws/v1', resolve)).toBeUndefined()
  expect(capture.conversation('wss://ws.kraken.com.example/v2', resolve)).toBeUndefined()
  expect(capture.instruments?.('https://api.binance.com/api/v3/exchangeInfo', '{}')).toEqual([])
})
