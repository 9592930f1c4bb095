// The report with its real libraries, opened in a real browser that is not allowed to reach anything.
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { chromium } from 'playwright-core'
import { expect, test } from 'vitest'
import { instrument } from '../domain/instrument.ts'
import { HOUR, type Micros, type Price, parseMicros, parseMoney, type Quantity } from '../domain/numbers.ts'
import { RunRecorder } from '../research/recorder.ts'
import { renderReport } from '../research/report/render-report.ts'
import { reportInput } from '../research/report/report-input.ts'
import type { RunSummary } from '../research/summary.ts'
import { readReportAssets } from './report-assets.ts'

const BROWSER = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync)

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

/** A short week around the day the price fell below zero. */
function page(): string {
  const start = parseMicros('2020-04-16')!
  const equity = parseMoney('100000')!
  const recorder = new RunRecorder({ startEquity: equity, instruments: new Map([[oil.id, oil]]), convert: amount => amount })
  const record = recorder.finish({ time: start, equity })
  const closes = [1987, 1831, -3698, 891, 1364]
  const bars = closes.map((close, day) => {
    const openTime = (start + day * 24 * HOUR) as Micros
    return { openTime, closeTime: (openTime + 24 * HOUR) as Micros, open: close, high: close, low: close, close, volume: 0 }
  })
  const summary: RunSummary = {
    id: 'r1',
    name: 'oil',
    mode: 'BACKTEST',
    events: 5,
    quarantined: {},
    elapsedSeconds: 1,
    eventsPerSecond: 5,
    bars: 5,
    decisions: 5,
    signals: 2,
    refused: {},
    orders: 2,
    fills: 2,
    trades: 1,
    netProfit: '547.3',
    return: 0.005473,
    sharpe: 1,
    sortino: 1,
    maxDrawdown: 0,
    profitFactor: null,
    winRate: 1,
    costs: '5.2',
    currency: 'USD',
    startEquity: '100000',
    finalEquity: '100547.3',
    ledgerSum: { USD: '0' },
    stateHash: '',
    dataHash: '',
    configHash: '',
    from: '2020-04-16T00:00:00Z',
    to: '2020-04-21T00:00:00Z',
    report: '',
  }
  return renderReport(
    reportInput({
      summary,
      record: {
        ...record,
        prices: new Map([[oil.id, bars]]),
        equity: bars.map((bar, day) => ({ time: bar.closeTime, equity: 100_000 + day * 100, drawdown: 0 })),
        roundTrips: [
          {
            instrumentId: oil.id,
            strategy: 's',
            side: 'sell',
            quantity: 10 as Quantity,
            entryTime: bars[1]!.openTime,
            exitTime: bars[2]!.openTime,
            entryValue: parseMoney('182.7')!,
            exitValue: parseMoney('369.8')!,
            commission: parseMoney('5.2')!,
            profit: parseMoney('547.3')!,
            currency: 'USD',
            entryOrderId: 'o1',
            exitOrderId: 'o2',
            entryReason: '<script>document.title="broken"</script>',
            exitReason: 'target',
            exitPrice: -3698 as Price,
          },
        ],
      },
      instruments: new Map([[oil.id, oil]]),
      configuration: '',
      coverage: [],
      assumptions: [],
      sources: [],
      reproduction: { command: '', commit: '', version: '', node: '', machine: '' },
    }),
    readReportAssets(),
  )
}

test('both chart libraries are inside the page, with their notices', () => {
  const text = page()
  expect(text).toContain('TradingView Lightweight Charts™')
  expect(text).toContain('https://github.com/leeoniya/uPlot')
  expect(text.length).toBeLessThan(400_000)
})

const browserTest = BROWSER === undefined ? test.skip : test
const name = 'in a browser the report draws its charts, breaks no rule of its own policy and asks nobody for anything'

browserTest(BROWSER === undefined ? `${name} (skipped: needs Chromium)` : name, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'quadrant-report-'))
  const file = join(folder, 'report.html')
  await writeFile(file, page())
  const browser = await chromium.launch({
    executablePath: BROWSER!,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  })
  try {
    const complaints: string[] = []
    const asked: string[] = []
    for (const view of [
      { viewport: { width: 1440, height: 900 }, colorScheme: 'dark' },
      { viewport: { width: 390, height: 844 }, colorScheme: 'light' },
    ] as const) {
      const tab = await browser.newPage(view)
      tab.on('console', message => complaints.push(message.text()))
      tab.on('pageerror', error => complaints.push(error.message))
      tab.on('request', request => asked.push(request.url()))
      await tab.goto(pathToFileURL(file).href)

      await tab.locator('#equity-chart canvas').first().waitFor()
      await tab.locator('.price-chart canvas').first().waitFor()
      await tab.locator('#theme').click()
      await tab.getByTitle('Show on the chart').click()
      await expect.poll(() => tab.locator('tr.shown').count()).toBe(1)

      expect(await tab.title(), 'the reason stayed a text').toBe('oil · BACKTEST · Quadrant')
      // A string, because this file's types know no browser.
      expect(
        await tab.evaluate('document.documentElement.scrollWidth - innerWidth'),
        'nothing sticks out sideways',
      ).toBeLessThanOrEqual(0)
      await tab.close()
    }
    expect(complaints).toEqual([])
    expect([...new Set(asked)]).toEqual([pathToFileURL(file).href])
  } finally {
    await browser.close()
    await rm(folder, { recursive: true, force: true })
  }
})
