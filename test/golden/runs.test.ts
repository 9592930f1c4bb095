// Golden runs: every shipped strategy on the bundled figures, and the peers' agreed answers on the pack. When a change of
// these numbers is meant, record them again with RECORD_GOLDEN=1 and say in the commit why they moved.
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Lake } from '../../src/adapters/lake/lake.ts'
import { runBacktest } from '../../src/apps/backtest.ts'
import { readRunConfig } from '../../src/apps/config.ts'
import { importBundled } from '../../src/apps/datasets.ts'
import { lakeFolder } from '../../src/apps/home.ts'
import { importFiles } from '../../src/apps/import.ts'
import { showRun } from '../../src/apps/run-folder.ts'
import { PACK, packPath, packTest } from '../pack.ts'

const GOLDEN = join(import.meta.dirname, 'runs.json')
const CONFIG = resolve(import.meta.dirname, '../../config')
const SHIPPED = ['brent-ema', 'gas-donchian', 'brent-pullback', 'oil-macro-trend', 'oil-four-senses']

let home = ''
beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'quadrant-golden-'))
  const lake = new Lake(lakeFolder(home))
  await importBundled(lake)
  if (PACK) {
    await importFiles('lean', [packPath('cfd/lean/oanda/tick/xauusd'), packPath('fx/lean/oanda/second/eurusd')], {}, lake)
  }
  lake.close()
}, 240_000)
afterAll(() => rmSync(home, { recursive: true, force: true }))

const golden = JSON.parse(readFileSync(GOLDEN, 'utf8')) as Record<string, unknown>

const KEPT = [
  ...(['events', 'decisions', 'signals', 'refused', 'orders', 'fills', 'trades'] as const),
  ...(['finalEquity', 'costs', 'sharpe', 'maxDrawdown', 'ledgerSum', 'stateHash'] as const),
]

/** What must not move by itself. Paths and times of the clock are left out; the order list counts as one hash. */
async function measured(name: string): Promise<Record<string, unknown>> {
  const summary = await runBacktest(readRunConfig(join(CONFIG, `${name}.yaml`)), { home })
  const { orderList } = showRun(home, summary.id)
  const orderListHash = createHash('sha256').update(JSON.stringify(orderList)).digest('hex')
  return { ...Object.fromEntries(KEPT.map(name => [name, summary[name]])), orderListHash }
}

describe('the shipped strategies on the bundled figures', () => {
  for (const name of SHIPPED) {
    test(`${name} gives what it gave`, async () => {
      const now = await measured(name)
      if (process.env['RECORD_GOLDEN']) {
        golden[name] = now
        writeFileSync(GOLDEN, `${JSON.stringify(golden, null, 2)}\n`)
      }
      expect(now).toEqual(golden[name])
      expect(now['trades'], 'a strategy that never trades would prove nothing').toBeGreaterThan(0)
    })
  }
})

describe('a run made again with plain arithmetic', () => {
  /** Closes of WTI in cents, straight from the bundled file. */
  const closes = (): number[] =>
    readFileSync(resolve(CONFIG, '../data/WTI.csv'), 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .map(line => Math.round(Number(line.split(',')[1]) * 100))

  test('oil, 10 and 20 days, always in the market: orders and equity to the cent, through the day below zero', async () => {
    const config = readRunConfig(join(CONFIG, 'parity-euro-seconds.yaml'), [
      'name=oil-by-hand',
      'data=[{ instrument: WTI.EIA, kind: bar, bar: 1d, prices: bid }]',
      'strategies.0.instrument=WTI.EIA',
      'strategies.0.bar=1d',
    ])
    const summary = await runBacktest(config, { home })

    // EMA seeded with the first close; from the 20th bar long when fast >= slow, else short; 1,000 barrels, flips 2,000.
    let fast = 0
    let slow = 0
    let position = 0
    let cash = 0
    let orders = 0
    const prices = closes()
    for (const [day, close] of prices.entries()) {
      fast = day === 0 ? close : fast + (close - fast) * (2 / 11)
      slow = day === 0 ? close : slow + (close - slow) * (2 / 21)
      const wanted = fast >= slow ? 1000 : -1000
      if (day < 19 || wanted === position) continue
      cash -= (wanted - position) * close
      position = wanted
      orders += 1
    }
    const equityCents = 100_000_000 + cash + position * prices.at(-1)!

    expect(prices.filter(close => close < 0)).toEqual([-3698])
    expect(summary.events).toBe(prices.length)
    expect(summary.orders).toBe(orders)
    expect(Number(summary.finalEquity) * 100).toBeCloseTo(equityCents, 6)
    expect(summary.ledgerSum).toEqual({ USD: '0' })
  })
})

describe('answers on which independent engines agree', () => {
  // ../shared/peers/README.md: NautilusTrader, vectorbt, backtrader and a bare loop.
  const answers = [
    ['parity-gold-minutes', 436, '985906', 8300],
    ['parity-gold-ticks', 93_511, '-3531783.1', 1_171_336],
    ['parity-gold-every-20th', 50_000, '89910.4', 1_000_000],
    ['parity-euro-seconds', 9205, '999997.84', 208_472],
  ] as const
  for (const [name, orders, equity, decisions] of answers) {
    packTest(
      `${name}: ${orders} orders, equity ${equity}`,
      async () => {
        const summary = await runBacktest(readRunConfig(join(CONFIG, `${name}.yaml`)), { home })
        expect({
          orders: summary.orders,
          fills: summary.fills,
          equity: summary.finalEquity,
          decisions: summary.decisions,
        }).toEqual({ orders, fills: orders, equity, decisions })
      },
      120_000,
    )
  }
})
