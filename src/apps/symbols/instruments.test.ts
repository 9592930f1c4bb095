// The registry of instruments: what it holds, how it is searched, and that it scales.
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { InstrumentMeta } from '../../domain/instrument-meta.ts'
import { micros } from '../../domain/numbers.ts'
import { InstrumentRegistry, knownMetas, metaOfSpec, storeMetas } from './instruments.ts'
import { lookUp } from './symbol-lookup.ts'
import { symbolView } from './symbol-view.ts'

const COINBASE: InstrumentMeta = {
  id: 'BTCUSDC.COINBASE',
  assetClass: 'crypto',
  base: 'BTC',
  quote: 'USDC',
  settle: 'USDC',
  priceDecimals: 2,
  quantityDecimals: 8,
  tick: 1,
  lot: 1,
  multiplier: 1,
  calendar: 'crypto',
  negativePrices: false,
  name: 'Bitcoin in USD Coin',
  venue: 'coinbase',
  venueSymbol: 'BTC-USDC',
  aliases: [{ source: 'coinbase', symbol: 'BTC-USDC' }],
  contract: 'spot',
  contractSize: '1',
  accountType: { type: 'none', confidence: 1, evidence: [] },
  status: 'trading',
  fetchedTime: micros(1_000),
  checksum: 'ab',
}

let home = ''
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'quadrant-instruments-'))
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

describe('the store', () => {
  test('an account type that could not be judged this time stays what it was', () => {
    const accountType = { type: 'ecn', confidence: 0.9, evidence: ['market execution'] } as const
    const unjudged = { type: 'unknown', confidence: 0, evidence: [] } as const
    const told = { ...COINBASE, id: 'EURUSD+.MT5' }
    storeMetas(home, 'mt5-direct', [{ ...told, accountType }])
    storeMetas(home, 'mt5-bridge', [{ ...told, accountType: unjudged, status: 'close-only', fetchedTime: micros(2_000) }])

    expect(knownMetas(home).find(({ id }) => id === told.id)).toMatchObject({ accountType, status: 'close-only' })
  })

  test('what a source told is known the next time, and the built-in instruments with it', () => {
    storeMetas(home, 'coinbase', [COINBASE])
    const known = knownMetas(home)

    expect(known.find(({ id }) => id === COINBASE.id)).toEqual(COINBASE)
    expect(known.some(({ id }) => id === 'EURUSD.OANDA')).toBe(true)
  })

  test('a newer telling replaces an older one, and what it leaves out stays', () => {
    storeMetas(home, 'coinbase', [COINBASE, { ...COINBASE, id: 'ETHUSDC.COINBASE' }])
    storeMetas(home, 'coinbase', [{ ...COINBASE, status: 'halted', fetchedTime: micros(2_000) }])
    const known = new InstrumentRegistry(knownMetas(home))

    expect(known.get(COINBASE.id)?.status).toBe('halted')
    expect(known.get('ETHUSDC.COINBASE')).toBeDefined()
    expect(readdirSync(join(home, 'instruments'))).toEqual(['coinbase.json'])
  })

  test('a damaged file is named, with what to do', () => {
    storeMetas(home, 'coinbase', [COINBASE])
    writeFileSync(join(home, 'instruments', 'coinbase.json'), '[{"id":7}]')
    expect(() => knownMetas(home)).toThrow(expect.objectContaining({ code: 'DATA_INSTRUMENTS_DAMAGED' }))
  })
})

describe('finding', () => {
  const registry = () => new InstrumentRegistry([...knownMetas(home), COINBASE])

  test.each(['EURUSD', 'EUR/USD', 'eur_usd', 'EURUSD=X', 'C:EURUSD'])('%s finds the euro at every source', text => {
    const ids = registry()
      .find(text)
      .matches.map(({ meta }) => meta.id)
    expect(ids).toEqual(['EURUSD.DUKASCOPY', 'EURUSD.FXCM', 'EURUSD.OANDA'])
  })

  test('Bitcoin in dollars, in Tether and in USD Coin are never found for each other', () => {
    const found = (text: string) =>
      registry()
        .find(text)
        .matches.map(({ meta }) => meta.quote)
    expect(new Set(found('XBT/USD'))).toEqual(new Set(['USD']))
    expect(new Set(found('BTC-USDC'))).toEqual(new Set(['USDC']))
    expect(new Set(found('BTC_USDT'))).toEqual(new Set(['USDT']))
  })

  test('a perpetual is not the coin', () => {
    const matches = registry().find('BTC/USDT').matches
    expect(matches.map(({ meta }) => meta.id)).not.toContain('BTCUSDT-PERP.BINANCE')
  })

  test('the broker of a built-in pair is asked in its own spelling', () => {
    expect(registry().get('EURUSD.OANDA')?.aliases).toContainEqual({ source: 'oanda', symbol: 'EUR_USD' })
  })

  test('what is not there is answered with what is near', () => {
    expect(() => lookUp(registry(), 'EURUSDD')).toThrow(
      expect.objectContaining({ code: 'SYMBOL_NOT_FOUND', exit: 4, fix: expect.stringContaining("did you mean 'EURUSD'") }),
    )
    expect(() => lookUp(registry(), 'EURUSD')).toThrow(expect.objectContaining({ fix: expect.stringContaining('EURUSD.OANDA') }))
  })

  test('an id that only the rules of the catalogue cover is found, too', () => {
    expect(lookUp(registry(), 'SEKNOK.OANDA').quote).toBe('NOK')
    expect(lookUp(registry(), 'ESZ26.CME').multiplier).toBe(50)
  })
})

describe('1,500 instruments', () => {
  const many = Array.from({ length: 1500 }, (_, i): InstrumentMeta => {
    const symbol = `S${String(i).padStart(4, '0')}`
    return {
      ...COINBASE,
      ...{ id: `${symbol}.SIM`, assetClass: 'equity', base: symbol, quote: 'USD', settle: 'USD', name: `Share number ${i}` },
      ...{ venue: 'sim', venueSymbol: symbol, aliases: [{ source: 'sim', symbol }] },
    }
  })

  test('an id or an alias is found by looking at one of them', () => {
    const registry = new InstrumentRegistry(many)
    expect(registry.size).toBe(1500)
    for (const text of ['S0000', 'S0749', 's1499.sim']) {
      const { matches, examined } = registry.find(text)
      expect([text, matches.length, examined]).toEqual([text, 1, 1])
    }
  })

  test('a part of a name looks at each once', () => {
    const { matches, examined } = new InstrumentRegistry(many).find('number 149')
    // 149 and 1490 to 1499.
    expect(matches.length).toBe(11)
    expect(examined).toBe(1500)
  })

  test('they are stored and read back whole', () => {
    storeMetas(home, 'sim', many)
    expect(knownMetas(home).filter(({ venue }) => venue === 'sim')).toEqual(many)
  })
})

test('the view has the exact texts, the spellings and the calendar', () => {
  const gold = metaOfSpec({
    ...COINBASE,
    id: 'XAUUSD.OANDA',
    assetClass: 'metal',
    base: 'XAU',
    quote: 'USD',
    settle: 'USD',
    calendar: 'metals-cfd',
    tick: 5,
    lot: 100,
  })
  const registry = new InstrumentRegistry([gold])
  const view = symbolView(registry, gold, micros(Date.UTC(2026, 10, 25, 12) * 1000))

  expect(view.exact).toMatchObject({ tick: '0.05', lot: '0.00000100' })
  expect(view.spellings).toContainEqual({ source: 'massive', symbol: 'C:XAUUSD', from: 'convention' })
  expect(view.sessions?.zone).toBe('America/New_York')
  // Thanksgiving: 14:30 New York.
  expect(view.sessions?.exceptions[0]).toMatchObject({ date: '2026-11-26', kind: 'early', close: '2026-11-26T19:30:00.000000Z' })
  expect(view.sessions?.clockChanges[0]).toEqual({ time: '2027-03-14T07:00:00.000000Z', from: '-05:00', to: '-04:00' })
})
