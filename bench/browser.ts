// The dashboard in headless Chromium: how soon Home is painted, what is shipped for it, and how smoothly a busy instrument is drawn.
// `--long`, or CAMPAIGN=1, watches the memory of the busy page for ten minutes instead of one.
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type CDPSession, chromium } from 'playwright-core'
import { openFeed } from '../src/adapters/lake/feed.ts'
import { Lake } from '../src/adapters/lake/lake.ts'
import { dataPack } from '../src/apps/data-pack.ts'
import { importFiles } from '../src/apps/import.ts'
import type { MarketEvent } from '../src/domain/event.ts'
import type { Instrument } from '../src/domain/instrument.ts'
import { formatSteps } from '../src/domain/numbers.ts'
import { OrderBook } from '../src/stages/market/order-book.ts'
import type { ReplyOf } from '../src/wire/contract.ts'
import { CHROMIUM, DashboardHouse, NAME, openPage, PASSWORD } from '../test/e2e/dashboard-house.ts'
import { GatewayHouse, PASSWORD as HOUSE_PASSWORD } from '../test/gateway-house.ts'
import { buildDashboard } from '../web/build.ts'
import { BENCH_HOME } from './engine-child.ts'
import { percentiles, writeFigure } from './figure.ts'

const LONG = process.argv.includes('--long') || process.env['CAMPAIGN'] !== undefined
const ROUNDS = 9
const UPDATES_PER_SECOND = 500
const FRAME_SECONDS = 20
const HEAP_SECONDS = LONG ? 600 : 60
const DIST = resolve(import.meta.dirname, '../web/dist')
const BITCOIN = 'BTCUSDT.BINANCE'
const RUN = 'paper-bitcoin-1'
const BOOK_LEVELS = 20

const wait = (seconds: number) => new Promise<void>(settle => setTimeout(settle, seconds * 1_000))

/** Milliseconds after the navigation began. */
interface Paint {
  readonly first: number
  readonly largest: number
  /** When the figures of the account are there. */
  readonly figures: number
}

const PAINT = `new Promise(settle => {
  new PerformanceObserver(list => settle({
    first: performance.getEntriesByName('first-contentful-paint')[0].startTime,
    largest: list.getEntries().at(-1).startTime,
    figures: performance.getEntriesByName('home-painted')[0].startTime,
  })).observe({ type: 'largest-contentful-paint', buffered: true })
})`

async function home(): Promise<void> {
  const house = new DashboardHouse()
  try {
    await house.open()
    const context = await house.browser({ reducedMotion: 'no-preference' })
    const first = await context.newPage()
    await first.goto(house.setupUrl)
    await first.getByLabel('Name').fill(NAME)
    await first.getByLabel('Password').fill(PASSWORD)
    await first.getByRole('button', { name: 'Make the account' }).click()
    await first.getByRole('button', { name: 'Not now' }).click()
    await openPage(first, house.url)
    await first.close()

    const paints: Paint[] = []
    let shipped: ReadonlySet<string> = new Set()
    for (let round = 0; round <= ROUNDS; round++) {
      const page = await context.newPage()
      const devtools = await context.newCDPSession(page)
      await devtools.send('Network.clearBrowserCache')
      const asked = new Set<string>()
      page.on('requestfinished', request => asked.add(new URL(request.url()).pathname))
      await openPage(page, house.url)
      await page.getByText('Net profit').first().waitFor()
      await page.locator('.line-chart canvas').first().waitFor()
      // The first opens the server's caches.
      if (round > 0) paints.push((await page.evaluate(PAINT)) as Paint)
      shipped = asked
      await page.close()
    }

    const note = `median of ${ROUNDS}, warm server, cold browser cache`
    const paint = (metric: string, of: keyof Paint) => {
      const { p50, max } = percentiles(paints.map(each => each[of]))
      writeFigure({
        ...{ bench: 'browser', metric, value: p50, unit: 'ms', target: { atMost: 1_000 }, p50 },
        ...{ correctnessHash: `${paints.length} paints`, note: `${note}, at most ${max.toFixed(0)} ms` },
      })
    }
    paint('first contentful paint of Home', 'first')
    paint('largest contentful paint of Home', 'largest')
    paint('Home with its figures', 'figures')

    const files = [...shipped].map(path => (path === '/' ? '/index.html' : path)).filter(path => existsSync(join(DIST, path)))
    const bytes = files.map(path => {
      const packed = join(DIST, `${path}.gz`)
      return statSync(existsSync(packed) ? packed : join(DIST, path)).size
    })
    writeFigure({
      ...{ bench: 'browser', metric: 'shipped for the first page, gzipped', unit: 'kB', target: { atMost: 350 } },
      value: bytes.reduce((sum, size) => sum + size, 0) / 1_000,
      correctnessHash: readFileSync(join(DIST, 'built-from.txt'), 'utf8').slice(0, 16),
      note: `${files.length} files, charts included`,
    })
  } finally {
    await house.close()
  }
}

interface Tape {
  readonly events: readonly MarketEvent[]
  readonly instrument: Instrument
  readonly hash: string
}

/** Eleven minutes of Binance's book, tape and best prices, as they were recorded. */
async function readTape(pack: string): Promise<Tape> {
  const lake = new Lake(join(BENCH_HOME, 'lake'))
  await importFiles('binance-capture', [join(pack, 'crypto/hftbacktest/spot')], {}, lake)
  const kinds = ['book', 'quote', 'trade'] as const
  const data = kinds.map(kind => ({
    ...{ instrument: BITCOIN, kind, bar: undefined },
    ...{ prices: 'both' as const, limit: undefined },
  }))
  const { feed, instruments, dataHash } = await openFeed(lake, {
    from: undefined,
    to: undefined,
    data,
    macro: [],
    calendar: false,
  })
  const events: MarketEvent[] = []
  for await (const batch of feed.batches()) {
    for (const event of batch) if (event.kind !== 'release' && event.kind !== 'calendar-entry') events.push(event)
  }
  lake.close()
  return { events, instrument: instruments.get(BITCOIN)!, hash: dataHash }
}

async function instrument(pack: string): Promise<void> {
  const tape = await readTape(pack)
  const { folder } = await buildDashboard()
  const house = await GatewayHouse.open({
    handlers: handlers(tape),
    gateway: { dashboard: folder },
    access: { now: Date.now },
  })
  await house.addUser('bench', ['read', 'trade'])
  house.hub.publish('runs', [LIVING])
  const publisher = new Publisher(house, tape)
  const browser = await chromium.launch({ executablePath: CHROMIUM!, args: ['--no-sandbox'] })
  const timer = setInterval(() => publisher.publish(), 1_000 / 50)
  try {
    const context = await browser.newContext({ ignoreHTTPSErrors: true, viewport: { width: 1440, height: 900 } })
    const page = await context.newPage()
    await page.goto(house.gateway.url)
    await page.getByLabel('Name').fill('bench')
    await page.getByLabel('Password').fill(HOUSE_PASSWORD)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.locator('.mode-banner').waitFor()
    await openPage(page, `${house.gateway.url}/instruments/${BITCOIN}`)
    await page.locator('.price-chart canvas').first().waitFor()
    await wait(10)

    const devtools = await context.newCDPSession(page)
    const begun = publisher.published
    const [frames, longest, drawn] = (await page.evaluate(frameCount(FRAME_SECONDS))) as [number, number, number]
    if (drawn === 0) throw new Error('the page stands still')
    const common = { bench: 'browser', dataHash: tape.hash, correctnessHash: `${tape.events.length} events` }
    writeFigure({
      ...{ ...common, metric: `Instrument page at ${UPDATES_PER_SECOND} updates/s`, unit: 'frames/s', target: { atLeast: 55 } },
      value: frames / FRAME_SECONDS,
      note: `${FRAME_SECONDS} s, longest wait for a frame ${longest.toFixed(0)} ms, ${publisher.published - begun} updates published, ${drawn} changes of the page`,
    })

    const before = await heapMb(devtools)
    await wait(HEAP_SECONDS)
    const after = await heapMb(devtools)
    writeFigure({
      ...{ ...common, metric: 'heap growth of the Instrument page', value: after - before, unit: 'MiB', target: { atMost: 2 } },
      note: `${HEAP_SECONDS} s, from ${before.toFixed(1)} to ${after.toFixed(1)} MiB, both after a collection`,
    })
  } finally {
    clearInterval(timer)
    await browser.close()
    await house.close()
  }
}

/** The recorded facts in their order over and over, each as a row of its own, with the time of now. */
class Publisher {
  published = 0
  readonly #house: GatewayHouse
  readonly #tape: Tape
  #book: OrderBook
  #next = 0
  #due = performance.now()

  constructor(house: GatewayHouse, tape: Tape) {
    this.#house = house
    this.#tape = tape
    this.#book = new OrderBook()
  }

  /** Everything that is due by now. */
  publish(): void {
    for (; this.#due < performance.now(); this.#due += 1_000 / UPDATES_PER_SECOND) {
      const { events } = this.#tape
      if (this.#next % events.length === 0) this.#book = new OrderBook()
      this.#row(events[this.#next++ % events.length]!)
      this.published += 1
    }
  }

  #row(event: MarketEvent): void {
    const { hub } = this.#house
    const { priceDecimals, quantityDecimals } = this.#tape.instrument
    const price = (steps: number) => formatSteps(steps, priceDecimals)
    const quantity = (steps: number) => formatSteps(steps, quantityDecimals)
    const common = { time: new Date().toISOString(), source: 'binance' }
    switch (event.kind) {
      case 'quote': {
        const prices = { bid: price(event.bid), ask: price(event.ask), last: price(event.bid) }
        hub.publish('quotes', [{ key: BITCOIN, ...prices, change: null, ...common, live: true, quality: 99 }])
        break
      }
      case 'trade':
        hub.publish('prints', [
          {
            ...{ key: `${RUN}:${this.published}`, instrument: BITCOIN, aggressor: event.aggressor, ...common },
            ...{ price: price(event.price), quantity: quantity(event.quantity) },
          },
        ])
        break
      case 'book-snapshot':
        this.#book.snapshot(event)
        break
      case 'book-change': {
        this.#book.change(event)
        const side = (name: 'bid' | 'ask') =>
          this.#book
            .levels(name)
            .slice(0, BOOK_LEVELS)
            .map((level): [string, string] => [price(level.price), quantity(level.quantity)])
        const sides = { bids: side('bid'), asks: side('ask') }
        hub.publish('books', [{ key: BITCOIN, ...common, live: true, ...sides }])
      }
    }
  }
}

const LIVING = {
  ...{
    key: RUN,
    name: 'bitcoin',
    account: 'bitcoin',
    mode: 'PAPER',
    running: true,
    time: new Date().toISOString(),
    started: new Date().toISOString(),
    from: new Date().toISOString(),
    instruments: [BITCOIN],
  },
  ...{ events: 0, sequence: 0, environment: 'bench' },
}

/** A day of minutes before now, from the recorded trades; their times are moved to today. */
function handlers({ events, instrument: { priceDecimals, quantityDecimals } }: Tape) {
  const trades = events.filter(event => event.kind === 'trade')
  const count = 1_440
  const minute = Math.floor(Date.now() / 60_000) * 60
  const price = (place: number) => trades[Math.floor((place / count) * (trades.length - 1))]!.price / 10 ** priceDecimals
  const bars: ReplyOf<'GET /instruments/:id/bars'> = {
    ...{ instrument: BITCOIN, resolution: '1m', source: 'binance' },
    time: Array.from({ length: count }, (_, i) => minute - (count - i) * 60),
    open: Array.from({ length: count }, (_, i) => price(i)),
    high: Array.from({ length: count }, (_, i) => Math.max(price(i), price(i + 0.5), price(i + 1))),
    low: Array.from({ length: count }, (_, i) => Math.min(price(i), price(i + 0.5), price(i + 1))),
    close: Array.from({ length: count }, (_, i) => price(i + 1)),
    volume: Array.from({ length: count }, () => 0),
  }
  const line: ReplyOf<'GET /instruments/:id'> = {
    ...{ id: BITCOIN, name: 'Bitcoin', assetClass: 'crypto', unit: 'USDT', priceDecimals, quantityDecimals },
    ...{ hours: null, quote: null, opinion: null, spark: [], kinds: ['book', 'quote', 'trade'] },
  }
  return {
    'GET /instruments/:id': () => line,
    'GET /instruments/:id/bars': () => bars,
    'GET /instruments/:id/book': () => null,
    'GET /runs': () => ({ items: [RUN_LINE] }),
  }
}

const RUN_LINE: ReplyOf<'GET /runs'>['items'][number] = {
  ...{ id: RUN, name: 'bitcoin', mode: 'PAPER', running: true, events: 0, elapsedSeconds: 0, bars: 0, decisions: 0, signals: 0 },
  ...{ refused: {}, quarantined: {}, orders: 0, fills: 0, trades: 0, netProfit: '0', return: 0, sharpe: null, sortino: null },
  ...{ maxDrawdown: 0, profitFactor: null, winRate: null, costs: '0', currency: 'USDT', startEquity: '0', finalEquity: '0' },
  ...{
    stateHash: '',
    dataHash: '',
    configHash: '',
    from: '2026-01-01',
    to: '2026-01-01',
    instruments: [BITCOIN],
    finished: null,
  },
}

/** Counts the frames of so many seconds, the longest wait between two in milliseconds, and what changed on the page. */
const frameCount = (seconds: number): string => `new Promise(settle => {
  let frames = 0, longest = 0, drawn = 0, last
  const watch = new MutationObserver(changes => { drawn += changes.length })
  watch.observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true })
  const begun = performance.now()
  const frame = now => {
    if (last !== undefined) { frames += 1; longest = Math.max(longest, now - last) }
    last = now
    if (now - begun < ${seconds * 1_000}) requestAnimationFrame(frame)
    else { watch.disconnect(); settle([frames, longest, drawn]) }
  }
  requestAnimationFrame(frame)
})`

async function heapMb(devtools: CDPSession): Promise<number> {
  for (let i = 0; i < 3; i++) await devtools.send('HeapProfiler.collectGarbage')
  return (await devtools.send('Runtime.getHeapUsage')).usedSize / 2 ** 20
}

if (CHROMIUM === undefined) process.stdout.write('skipped: needs Chromium\n')
else {
  await home()
  const pack = dataPack()
  if (pack === undefined) process.stdout.write('skipped: needs the data pack\n')
  else await instrument(pack)
}
