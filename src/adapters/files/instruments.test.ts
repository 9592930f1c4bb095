import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { packPath, packTest } from '../../../test/pack.ts'
import { CALENDAR_NAMES } from '../../domain/calendar.ts'
import { instrument } from '../../domain/instrument.ts'
import { findInstrument, futuresId, listedInstruments, resolveInstrument } from './instruments.ts'

describe('the catalogue', () => {
  test('knows pairs and metals by rule', () => {
    expect(findInstrument('EURUSD.OANDA')).toMatchObject({
      priceDecimals: 5,
      quantityDecimals: 0,
      lot: 1,
      base: 'EUR',
      quote: 'USD',
      settle: 'USD',
      calendar: 'fx',
    })
    expect(findInstrument('GBPJPY.DUKASCOPY')).toMatchObject({ priceDecimals: 3, quote: 'JPY', assetClass: 'forex' })
    expect(findInstrument('XAUUSD.OANDA')).toMatchObject({
      priceDecimals: 3,
      assetClass: 'metal',
      base: 'XAU',
      calendar: 'metals',
    })
    expect(findInstrument('XAUUSD.EJTRADER')).toMatchObject({ priceDecimals: 2 })
  })

  test('tells funds from shares', () => {
    expect(findInstrument('SPY.ARCA')).toMatchObject({ assetClass: 'etf', priceDecimals: 4, calendar: 'us-equity' })
    expect(findInstrument('AAPL.NASDAQ')).toMatchObject({ assetClass: 'equity' })
  })

  test('gives futures contracts their month letter and multiplier', () => {
    expect(futuresId({ root: 'es', year: 2013, month: 12, venue: 'cme' })).toBe('ESZ13.CME')
    expect(futuresId({ root: 'gc', year: 2014, month: 2, venue: 'comex' })).toBe('GCG14.COMEX')
    expect(findInstrument('ESZ13.CME')).toMatchObject({ multiplier: 50, priceDecimals: 2, tick: 25, calendar: 'cme' })
    expect(findInstrument('GCG14.COMEX')).toMatchObject({ multiplier: 100, priceDecimals: 1, tick: 1 })
    expect(findInstrument('ESZ13.COMEX')).toBeUndefined()
    expect(findInstrument('ESA13.CME')).toBeUndefined()
  })

  test('lets oil and yields go below zero, and nothing else of spot', () => {
    const negative = listedInstruments().filter(id => findInstrument(id)?.negativePrices)
    expect(negative).toEqual(['WTI.EIA', 'US2Y.FED', 'US10Y.FED'])
  })

  test('does not invent instruments', () => {
    for (const id of [
      '',
      '.',
      'XAUUSD',
      'XAUUSD.',
      '.OANDA',
      'EUREUR.OANDA',
      'ABCDEF.OANDA',
      'EURUSD.NOWHERE',
      'BTCUSDT.OANDA',
      'spy.ARCA',
    ]) {
      expect(findInstrument(id), id).toBeUndefined()
    }
  })

  test('every listed one is a whole instrument with a calendar that exists', () => {
    const ids = [...listedInstruments(), 'EURUSD.FXCM', 'XAGUSD.OANDA', 'SPY.ARCA', 'ESZ13.CME', 'ZNH24.CBOT', 'CLK20.NYMEX']
    for (const id of ids) {
      const spec = findInstrument(id)!
      expect(instrument(spec).id).toBe(id)
      expect(CALENDAR_NAMES, id).toContain(spec.calendar)
    }
  })

  test('translates what sources call things', () => {
    const ids = [
      resolveInstrument('xauusd', 'oanda', 'cfd'),
      resolveInstrument('spy', 'usa', 'equity'),
      resolveInstrument('zzzz', 'usa', 'equity'),
      resolveInstrument('btcusdt', 'binance', 'crypto'),
      resolveInstrument('adausdt', 'binance', 'cryptofuture'),
      resolveInstrument('btcusd_perp', 'binance', 'cryptofuture'),
      resolveInstrument('nifty', 'india', 'equity'),
    ].map(found => found?.id)
    expect(ids).toEqual([
      'XAUUSD.OANDA',
      'SPY.ARCA',
      'ZZZZ.US',
      'BTCUSDT.BINANCE',
      'ADAUSDT-PERP.BINANCE',
      'BTCUSD-PERP.BINANCE',
      undefined,
    ])
  })
})

describe('against the public symbol-properties table', () => {
  /** market,symbol,type,description,quote_currency,contract_multiplier,minimum_price_variation,lot_size,… */
  const rows = (): string[][] =>
    readFileSync(packPath('reference/lean/symbol-properties/symbol-properties-database.csv'), 'utf8')
      .split(/\r?\n/)
      .filter(line => line !== '' && !line.startsWith('#'))
      .slice(1)
      .map(line => line.split(','))

  const tickOf = (id: string): number | undefined => {
    const spec = findInstrument(id)
    return spec && spec.tick / 10 ** spec.priceDecimals
  }

  packTest('currency pairs have the stated tick, quote and lot', () => {
    const pairs = rows().filter(([market, , type]) => (market === 'oanda' || market === 'fxcm') && type === 'forex')
    expect(pairs.length).toBeGreaterThan(100)
    for (const [market, symbol, , , quote, , tick, lot] of pairs) {
      const id = `${symbol}.${market!.toUpperCase()}`
      expect([id, tickOf(id), findInstrument(id)?.quote, findInstrument(id)?.lot]).toEqual([id, Number(tick), quote, Number(lot)])
    }
  })

  packTest('metals in dollars have the stated tick', () => {
    const metals = rows().filter(
      ([market, symbol, type]) =>
        (market === 'oanda' || market === 'fxcm') && type === 'cfd' && /^X(AU|AG|PT|PD)USD$/.test(symbol!),
    )
    expect(metals).toHaveLength(8)
    for (const [market, symbol, , , , , tick] of metals) {
      const id = `${symbol}.${market!.toUpperCase()}`
      expect([id, tickOf(id)]).toEqual([id, Number(tick)])
    }
  })

  packTest('futures have the stated tick and multiplier', () => {
    const roots = 'ES MES NQ MNQ RTY 6E YM ZN ZB GC MGC SI HG CL NG'.split(' ')
    const found = rows().filter(
      ([market, symbol, type]) => type === 'future' && roots.includes(symbol!) && /^(cme|cbot|comex|nymex)$/.test(market!),
    )
    expect(found).toHaveLength(roots.length)
    for (const [market, symbol, , , , multiplier, tick] of found) {
      const id = `${symbol}Z13.${market!.toUpperCase()}`
      expect([id, tickOf(id), findInstrument(id)?.multiplier]).toEqual([id, Number(tick), Number(multiplier)])
    }
  })

  packTest('Binance and Coinbase pairs have the stated lot, and a tick no coarser than stated', () => {
    const wanted = listedInstruments().filter(id => /\.(BINANCE|COINBASE)$/.test(id) && !id.startsWith('BTCUSD-'))
    const table = rows()
    for (const id of wanted) {
      const spec = findInstrument(id)!
      const [symbol, market] = id.split('.') as [string, string]
      const type = symbol.endsWith('-PERP') ? 'cryptofuture' : 'crypto'
      const row = table.find(
        each => each[0] === market.toLowerCase() && each[1] === symbol.replace('-PERP', '') && each[2] === type,
      )!
      expect([id, tickOf(id)]).toEqual([id, Number(row[6])])
      expect(spec.lot / 10 ** spec.quantityDecimals, id).toBeCloseTo(Number(row[7]), 12)
    }
  })
})
