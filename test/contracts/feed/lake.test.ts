// The lake's feed keeps the contract of all feeds: on the bundled figures, and on the pack's gold ticks.
import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import { afterAll, beforeAll } from 'vitest'
import { openFeed } from '../../../src/adapters/lake/feed.ts'
import { Lake } from '../../../src/adapters/lake/lake.ts'
import type { DataRequest, FeedRequest } from '../../../src/adapters/lake/request.ts'
import { importBundled } from '../../../src/apps/datasets.ts'
import { importFiles } from '../../../src/apps/import.ts'
import { parseMicros } from '../../../src/domain/numbers.ts'
import type { Feed } from '../../../src/engine/ports.ts'
import { PACK, packPath, packTest } from '../../pack.ts'
import { ROOT } from '../../source.ts'
import { feedContract } from './feed.ts'

/** Counts the connections that are open. */
class CountingLake extends Lake {
  held = 0

  override async connect(): Promise<DuckDBConnection> {
    const connection = await super.connect()
    const close = connection.closeSync.bind(connection)
    this.held += 1
    connection.closeSync = () => {
      this.held -= 1
      close()
    }
    return connection
  }
}

const folder = mkdtempSync(join(tmpdir(), 'quadrant-feed-'))
const bundled = new CountingLake(join(folder, 'bundled'))
const gold = new CountingLake(join(folder, 'gold'))

beforeAll(async () => {
  await importBundled(bundled)
  if (PACK) await importFiles('lean', [packPath('cfd/lean/oanda/tick/xauusd')], {}, gold)
})

afterAll(() => {
  bundled.close()
  gold.close()
  rmSync(folder, { recursive: true })
})

const item = (instrument: string, fields: Partial<DataRequest> = {}): DataRequest => ({
  instrument,
  kind: 'bar',
  bar: '1d',
  prices: 'both',
  limit: undefined,
  ...fields,
})

const MARKET = ['WTI', 'BRENT', 'NATGAS']
const YIELDS = ['DGS2', 'DGS10']
const SERIES = ['CPIAUCSL', 'UNRATE', 'PAYEMS', 'INDPRO', 'FEDFUNDS', 'GDPC1', 'ICSA', 'USREC']

/** Every figure there is, those before and after the prices too. */
const everything: FeedRequest = {
  from: parseMicros('1900-01-01')!,
  to: parseMicros('2100-01-01')!,
  data: [...MARKET.map(name => item(`${name}.EIA`)), item('US2Y.FED'), item('US10Y.FED')],
  macro: [...YIELDS, ...SERIES],
  calendar: false,
}

/** Lines below the header. */
const figures = (name: string): number =>
  readFileSync(join(ROOT, 'data', `${name}.csv`), 'utf8')
    .trimEnd()
    .split('\n').length - 1
const sum = (names: readonly string[]): number => names.reduce((total, name) => total + figures(name), 0)

const open = async (lake: Lake, request: FeedRequest): Promise<Feed> => (await openFeed(lake, request)).feed

/** A lake of its own, of which the newest Parquet file of a kind is cut in half once its feed is open. */
async function openBroken(lake: CountingLake, fill: (lake: Lake) => Promise<unknown>, request: FeedRequest): Promise<Feed> {
  const broken = new Lake(mkdtempSync(join(folder, 'broken-')))
  await fill(broken)
  const { feed } = await openFeed(broken, request)
  const files = readdirSync(broken.root, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.parquet'))
  truncateSync(
    join(
      broken.root,
      files
        .filter(name => !name.startsWith('kind=release'))
        .sort()
        .at(-1)!,
    ),
    500,
  )
  broken.connect = () => lake.connect()
  return feed
}

feedContract({
  name: 'the lake, on the bundled figures,',
  open: () => open(bundled, everything),
  // The yields are both: prices of a bond's kind, and figures.
  facts: sum(MARKET) + 2 * sum(YIELDS) + sum(SERIES),
  openBroken: () => openBroken(bundled, importBundled, everything),
  held: () => bundled.held,
})

const ticks: FeedRequest = {
  from: undefined,
  to: undefined,
  data: [item('XAUUSD.OANDA', { kind: 'quote', bar: undefined })],
  macro: [],
  calendar: false,
}

feedContract({
  name: 'the lake, on gold ticks,',
  open: () => open(gold, ticks),
  facts: 1_171_336,
  openBroken: () => openBroken(gold, lake => importFiles('lean', [packPath('cfd/lean/oanda/tick/xauusd')], {}, lake), ticks),
  held: () => gold.held,
  as: packTest,
})
