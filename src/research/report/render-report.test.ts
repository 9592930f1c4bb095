// The report as text: what is in it is what went in, and nothing in it can act or reach out.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { instrument } from '../../domain/instrument.ts'
import type { Bar } from '../../domain/market.ts'
import { type Micros, type Money, type Price, parseMicros, parseMoney, type Quantity } from '../../domain/numbers.ts'
import type { RoundTrip } from '../../domain/portfolio.ts'
import { DERIVED } from '../../domain/provenance.ts'
import { PriceSeries } from '../price-series.ts'
import type { RunRecord } from '../recorder.ts'
import { OnlineStatistics } from '../statistics.ts'
import type { RunSummary } from '../summary.ts'
import { html } from './html.ts'
import { type ReportAssets, renderReport } from './render-report.ts'
import { amount, count, duration, fixed, percent } from './report-format.ts'
import { type FinishedRun, type ReportInput, reportInput } from './report-input.ts'

const usd = (text: string): Money => parseMoney(text)!
const at = (text: string): Micros => parseMicros(text)!
const assets: ReportAssets = {
  lightweightCharts: 'var a',
  uplot: 'var b',
  uplotStyle: '.u{}',
  page: 'var c',
  pageStyle: 'body{}',
}

const oil = instrument({
  id: 'WTI.EIA',
  assetClass: 'energy',
  base: 'WTI',
  quote: 'USD',
  settle: 'USD',
  priceDecimals: 2,
  quantityDecimals: 0,
  tick: 1,
  lot: 1,
  multiplier: 1,
  calendar: 'eia-daily',
  negativePrices: true,
})

/** The spot price of 20 April 2020: opened the day at 18.27, was fixed at −36.98. */
const bar = (close: number): Bar => {
  const [open, low] = [1827 as Price, Math.min(1827, close) as Price]
  return {
    kind: 'bar',
    instrumentId: oil.id,
    basis: 'trade',
    openTime: at('2020-04-20'),
    eventTime: at('2020-04-21'),
    receivedTime: at('2020-04-21'),
    open,
    high: open,
    low,
    close: close as Price,
    askOpen: open,
    askHigh: open,
    askLow: low,
    askClose: close as Price,
    volume: 0,
    sequence: 0,
    provenance: DERIVED,
  }
}

const shortTrip: RoundTrip = {
  instrumentId: oil.id,
  strategy: 's',
  side: 'sell',
  quantity: 10 as Quantity,
  entryTime: at('2020-04-17T00:00Z'),
  exitTime: at('2020-04-21T00:00Z'),
  entryValue: usd('182.7'),
  exitValue: usd('369.8'),
  commission: usd('5.2'),
  profit: usd('547.3'),
  currency: 'USD',
  entryOrderId: 'o1',
  exitOrderId: 'o2',
  entryReason: 'below the low of 20 days',
  exitReason: 'stop',
  exitPrice: -3698 as Price,
}

function record(changes: Partial<RunRecord> = {}): RunRecord {
  const prices = new PriceSeries(10)
  prices.add(bar(-3698))
  return {
    decisions: 12,
    signals: 0,
    noSignal: [
      { text: 'no up-trend', count: 9 },
      { text: 'warming up', count: 3 },
    ],
    intents: 0,
    unsized: {},
    noIntent: [],
    approved: 0,
    refused: [],
    orders: 0,
    orderStates: {},
    fills: 0,
    trades: 0,
    commission: usd('0'),
    unconverted: 0,
    guards: 0,
    entries: 0,
    withoutStop: 0,
    bars: 1,
    senses: [],
    statistics: new OnlineStatistics(usd('100000')).result(),
    equity: [],
    prices: new Map([[oil.id, prices.bars()]]),
    roundTrips: [],
    roundTripStride: 1,
    openPositions: [],
    ...changes,
  }
}

const summary: RunSummary = {
  id: 'r1',
  name: 'oil',
  mode: 'BACKTEST',
  events: 8_301,
  quarantined: { duplicate: 3 },
  elapsedSeconds: 0.5,
  eventsPerSecond: 16_602,
  bars: 1,
  decisions: 12,
  signals: 0,
  refused: {},
  orders: 0,
  fills: 0,
  trades: 0,
  netProfit: '0',
  return: 0,
  sharpe: null,
  sortino: null,
  maxDrawdown: 0,
  profitFactor: null,
  winRate: null,
  costs: '0',
  currency: 'USD',
  startEquity: '100000',
  finalEquity: '100000',
  ledgerSum: { USD: '0' },
  stateHash: '5f2c3b1a9d0e4f67',
  dataHash: 'da7a',
  configHash: 'c0f1',
  from: '2020-04-20T00:00:00.000000Z',
  to: '2020-04-21T00:00:00.000000Z',
  report: '',
}

const finished = (changes: Partial<FinishedRun> = {}): FinishedRun => ({
  summary,
  record: record(),
  instruments: new Map([[oil.id, oil]]),
  configuration: 'name: oil\n',
  coverage: [
    {
      name: oil.id,
      kind: 'bar 1d',
      rows: 1,
      from: summary.from,
      to: summary.to,
      quarantined: {},
      notes: ['the day of the settlement'],
    },
  ],
  assumptions: [{ name: 'Stops', value: 'none' }],
  sources: [{ source: 'eia', kind: 'recorded', origin: 'data/wti.csv', checksum: 'ab'.repeat(32), licence: 'public domain' }],
  reproduction: {
    command: 'quadrant backtest run config/oil.yaml',
    commit: 'abc1234',
    version: '0.1.0',
    node: 'v24.21.0',
    machine: 'x86-64',
  },
  ...changes,
})

const draw = (run: FinishedRun): string => renderReport(reportInput(run), assets)

/** What a reader sees: tags away, entities back. */
const readable = (page: string): string =>
  page
    .replace(/<(script|style)[^>]*>.*?<\/\1>/gs, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/&#39;/g, "'")
    .replace(/&quot;/g, '"')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&amp;/g, '&')
    .replace(/\u00a0/g, ' ')
    .replace(/\s+/g, ' ')

const embedded = (page: string) => JSON.parse(/<script type="application\/json" id="run-data">(.*?)<\/script>/s.exec(page)![1]!)

describe('nothing in a report can act', () => {
  const evil = '</script><script>alert(1)</script><img src=x onerror=alert(1)>"\'&\u2028'

  test("a strategy's reason, an id, a source or a configuration that is HTML stays a text, wherever it stands", () => {
    const page = draw(
      finished({
        summary: {
          ...summary,
          name: evil,
          id: evil,
          trades: 1,
          stateHash: evil,
          quarantined: { [evil]: 1 },
          ledgerSum: { [evil]: '1' },
        },
        record: record({
          noSignal: [{ text: evil, count: 1 }],
          noIntent: [{ text: evil, count: 1 }],
          refused: [{ code: evil, check: 1, count: 1, limit: evil, observed: evil }],
          roundTrips: [{ ...shortTrip, entryReason: evil, exitReason: evil }],
          senses: [{ sense: 'how', readings: 0, abstentions: [{ text: evil, count: 1 }] }],
          openPositions: [{ instrumentId: oil.id, quantity: 1, since: at('2020-04-20'), reason: evil }],
        }),
        configuration: evil,
        coverage: [{ name: evil, kind: evil, rows: 1, from: '', to: '', quarantined: { [evil]: 1 }, notes: [evil] }],
        assumptions: [{ name: evil, value: evil, note: evil }],
        sources: [{ source: evil, kind: 'recorded', origin: evil, checksum: evil, licence: evil }],
        reproduction: { command: evil, commit: evil, version: evil, node: evil, machine: evil },
      }),
    )
    expect(page.match(/<script/g), 'one of data, three of code').toHaveLength(4)
    expect(page).not.toContain('<img')
    expect(embedded(page).trades[0].entryReason, 'and the chart gets it back whole').toBe(evil)
    expect(readable(page)).toContain('<img src=x onerror=alert(1)>')
  })

  test('any text comes through a template unchanged and unable to open a tag', () => {
    fc.assert(
      fc.property(fc.string(), text => {
        const page = html`<p title="${text}">${text}</p>`.text
        const inside = page.slice('<p title="'.length, -'</p>'.length)
        expect(inside.split('">')).toHaveLength(2)
        expect(inside.replace('">', '')).not.toMatch(/[<>"]/)
      }),
    )
  })

  test('a library that would end its own element is refused', () => {
    const open = { ...assets, uplot: 'var x = "</script>"' }
    expect(() => renderReport(reportInput(finished()), open)).toThrow(/may not contain its own end/)
  })

  test('the page may load nothing, and only the scripts and styles whose hashes it names count', () => {
    const page = draw(finished())
    // printf 'var c' | sha256sum | xxd -r -p | base64
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(page)![1]!.replaceAll('&#39;', "'")
    expect(policy).toContain("'sha256-nvWPZK/fcgZ8wNDtH6/7RPN/oO0oOF2CAmdysAUHSLg='")
    expect(policy).toMatch(/default-src 'none'; script-src ('sha256-[\w+/=]{44}' ?){3}; style-src ('sha256-[\w+/=]{44}' ?){2};/)
    expect(page, 'a style in an element has no hash').not.toMatch(/\sstyle=/)

    // The chart library's style for its logo is one of its texts; it stands in the page so that it may be used.
    const logo = 'a#tv-attr-logo{width:35px;}'
    const marked = renderReport(reportInput(finished()), { ...assets, lightweightCharts: `var a="${logo}"` })
    expect(marked).toContain(`<style>${logo}</style>`)

    const links = [...page.matchAll(/(?:https?:)?\/\/[\w.-]+[^\s"'<]*/g)].map(match => match[0])
    expect(links, 'the attribution is the only address in the page').toEqual(['https://www.tradingview.com/'])
    expect(page).not.toMatch(/\ssrc=|<link|@import|url\(|\son\w+=/)
  })
})

describe('what is in a report is what went in', () => {
  test('the headline says the numbers of the summary, each with its unit', () => {
    const text = readable(
      draw(
        finished({
          summary: {
            ...summary,
            netProfit: '-14094.105',
            return: -0.014094105,
            finalEquity: '985905.895',
            maxDrawdown: 0.0213,
            sharpe: -1.234,
            sortino: -1.5,
            profitFactor: 0.39,
            winRate: 0.1662,
            trades: 433,
            costs: '2249.98',
            fills: 434,
          },
        }),
      ),
    )
    for (const shown of [
      'Net profit −14,094.11 USD −1.41 % of start equity',
      'Final equity 985,905.90 USD from 100,000.00',
      'Max drawdown 2.13 %',
      'Sharpe −1.23 annualised, 252 days',
      'Sortino −1.50 annualised, 252 days',
      'Profit factor 0.39',
      'Win rate 16.6 % 433 closed trades',
      'Commission 2,249.98 USD 434 fills',
      '985905.895 USD exact',
      'State hash 5f2c3b1a9d0e4f67',
      'quadrant backtest run config/oil.yaml',
      'The account lost 14,094.11 USD after costs.',
      'WTI.EIA bar 1d 1 2020-04-20 00:00:00 2020-04-21 00:00:00 0 –',
      'the day of the settlement',
      'eia recorded data/wti.csv abababababab public domain',
      'accepted 8,301 events of this run and set 3 aside (0.036 %): duplicate 3',
    ])
      expect(text).toContain(shown)
  })

  test('a run without trades says why there was none', () => {
    const page = draw(finished())
    expect(readable(page)).toContain('No trade was made. The top reasons were: no up-trend 9 × warming up 3 ×')
    expect(readable(page)).toContain('most often because of “no up-trend”, 9 times')
    expect(page).not.toContain('NaN')
    expect(page).not.toContain('undefined')
  })

  test('a run without any bar, mark or data still is a page', () => {
    const page = draw(
      finished({ record: record({ decisions: 0, noSignal: [], prices: new Map() }), coverage: [], sources: [], assumptions: [] }),
    )
    expect(readable(page)).toContain('No strategy was asked')
    expect(page).not.toMatch(/NaN|undefined|Infinity/)
  })

  test('prices below zero are drawn and listed with their sign', () => {
    const page = draw(
      finished({ record: record({ roundTrips: [shortTrip], trades: 1 }), summary: { ...summary, trades: 1, orders: 2 } }),
    )
    const data = embedded(page)
    expect(data.prices).toMatchObject([
      { instrument: 'WTI.EIA', unit: 'USD per WTI', open: [18.27], low: [-36.98], close: [-36.98] },
    ])
    expect(data.trades).toMatchObject([{ entryPrice: 18.27, exitPrice: -36.98, profit: '547.3' }])
    expect(readable(page)).toContain(
      'short 10 WTI.EIA 2020-04-17 00:00:00 at 18.27 2020-04-21 00:00:00 at −36.98 4 d 547.30 USD below the low of 20 days stop',
    )
  })

  test('weak numbers carry their warning', () => {
    const warned = finished({
      summary: { ...summary, sharpe: 3, maxDrawdown: 1.4, trades: 4_000, ledgerSum: { USD: '0.01' } },
      record: record({
        signals: 9,
        entries: 12,
        withoutStop: 9,
        unconverted: 2,
        roundTripStride: 3,
        openPositions: [{ instrumentId: oil.id, quantity: -10, since: at('2020-04-20'), reason: 'trend' }],
      }),
    })
    const text = readable(draw(warned))
    expect(text).toContain('The ledger does not balance: 0.01 USD.')
    expect(text).toContain('Equity fell to zero or below.')
    expect(text).toContain('2 amounts had no exchange rate')
    expect(text).toContain('9 of 12 entries said stop: none')
    expect(text).toContain('Still open at the end: short 10 WTI.EIA since 2020-04-20 00:00:00 (trend)')
    expect(text).toContain('show one in 3 of 4,000 trades')
    expect(text).toContain('rest on 0 daily returns')
    expect(readable(draw(finished()))).not.toContain('Read with care')
  })

  test('a refusal is explained, and shows what was seen and allowed', () => {
    const refused = [{ code: 'PRICE_COLLAR_BREACHED', check: 15, count: 17, limit: '1 %', observed: '3.42 %' }]
    expect(readable(draw(finished({ record: record({ refused }) })))).toContain(
      'PRICE_COLLAR_BREACHED check 15 17 The order price was too far from the market. 3.42 % 1 %',
    )
  })

  test('the input survives JSON, so that a report can be drawn again later', () => {
    const input = reportInput(finished({ record: record({ roundTrips: [shortTrip] }) }))
    const again = JSON.parse(JSON.stringify(input)) as ReportInput
    expect(renderReport(again, assets)).toBe(renderReport(input, assets))
  })
})

describe('how numbers are written', () => {
  test('amounts are rounded to cents from the exact decimal, half up', () => {
    expect(['0', '-0.004', '1.005', '999999.995', '-1234567.891', '0.1'].map(text => amount(text))).toEqual([
      '0.00',
      '0.00',
      '1.01',
      '1,000,000.00',
      '−1,234,567.89',
      '0.10',
    ])
  })

  test('counts, percents, decimals and durations', () => {
    expect([count(0), count(-1000), count(1_171_336)]).toEqual(['0', '−1,000', '1,171,336'])
    expect([percent(-0.01409), percent(null), percent(-0.000001)]).toEqual(['−1.41\u00a0%', '–', '0.00\u00a0%'])
    expect(fixed(-36.98, 2)).toBe('−36.98')
    expect([0, 350_000, 4_200_000, 60e6, 5_400e6, 86_400e6, 187_200e6].map(duration)).toEqual([
      '0 ms',
      '350 ms',
      '4.2 s',
      '1 min',
      '1 h 30 min',
      '1 d',
      '2 d 4 h',
    ])
  })

  test('an amount keeps its value to half a cent', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e12, max: 1e12 }), fc.stringMatching(/^\d{0,18}$/), (whole, fraction) => {
        const text = fraction ? `${whole}.${fraction}` : String(whole)
        expect(Math.abs(Number(amount(text).replace('−', '-').replace(/,/g, '')) - Number(text))).toBeLessThanOrEqual(0.00501)
      }),
    )
  })
})
