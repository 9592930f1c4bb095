// `quadrant guard feed` as a person and a pipeline call it: what a market said passes, what a program made up does not.
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { quadrant, STACK_TRACE } from '../command.ts'
import { marketStreams } from '../guard/market-days.ts'
import { SourceFolder } from '../guard/source-folder.ts'
import { packPath, packTest } from '../pack.ts'
import { dice } from '../small-world.ts'

const judged = (cwd: string, ...args: string[]) => quadrant(['guard', 'feed', ...args], { cwd })
const EURO = ['--instrument', 'EURUSD.OANDA']
const MONDAY_MILLIS = Date.UTC(2026, 10, 16, 9)

/** Quotes about a second apart, each a chance away from the one before, as tables of them are made. */
function walk(
  form: (millis: number, bid: number, ask: number, roll: () => number) => string,
  rhythm: 'timer' | 'chance' = 'timer',
): string {
  const roll = dice(20261121)
  let millis = MONDAY_MILLIS
  let mid = 1.0842
  const rows = Array.from({ length: 600 }, () => {
    millis += rhythm === 'timer' ? 1000 : Math.round(-1000 * Math.log(1 - roll()))
    mid += (roll() - 0.5) * 0.0002
    return form(millis, mid - 0.00004, mid + 0.00004, roll)
  })
  return `${rows.join('\n')}\n`
}

packTest('a real day of the euro passes with exit 0, and --json has the promised fields', async () => {
  using folder = new SourceFolder({})
  const { exit, stdout, stderr } = await judged(folder.path, packPath('fx/lean/oanda/tick/eurusd/20140508_quote.zip'), '--json')

  expect([exit, stderr]).toEqual([0, ''])
  expect(JSON.parse(stdout)).toEqual({ files: 1, ticks: 87_833, findings: [], unreadable: 0 })
})

packTest('what the lake holds is known again a week later, and is no copy of itself', async () => {
  using folder = new SourceFolder({})
  const day = 'fx/lean/oanda/tick/eurusd/20140506_quote.zip'
  expect((await quadrant(['data', 'import', 'lean', packPath(day)], { cwd: folder.path })).exit).toBe(0)

  for await (const { ticks } of marketStreams([day])) {
    const table = (weeks: number) => {
      const rows = ticks.slice(9000, 10_000).map(tick => {
        const [bid, ask] = tick.kind === 'quote' ? [tick.bid, tick.ask] : [Number.NaN, Number.NaN]
        return `${tick.eventTime / 1000 + weeks * 604_800_000},${bid / 1e5},${ask / 1e5}`
      })
      return `time,bid,ask\n${rows.join('\n')}\n`
    }
    using tables = new SourceFolder({ 'now.csv': table(0), 'later.csv': table(1) })
    const home = ['--home', join(folder.path, '.quadrant')]
    expect((await judged(tables.path, 'now.csv', ...EURO, ...home)).exit).toBe(0)
    const { exit, stdout } = await judged(tables.path, 'later.csv', ...EURO, ...home, '--json')
    expect(exit).toBe(20)
    expect(JSON.parse(stdout).findings).toMatchObject([{ detector: 'replayed-recording', evidence: { shiftSeconds: 604_800 } }])
  }
})

test('a random walk by a timer is found with exit 20, named by detector, file, instrument and time', async () => {
  const table = `time,bid,ask\n${walk((at, bid, ask) => `${new Date(at).toISOString()},${bid.toFixed(5)},${ask.toFixed(5)}`)}`
  using folder = new SourceFolder({ 'walk.csv': table })
  const { exit, stdout } = await judged(folder.path, 'walk.csv', ...EURO, '--json')

  expect(exit).toBe(20)
  const { ticks, findings } = JSON.parse(stdout)
  expect(ticks).toBe(600)
  expect(Object.keys(findings[0])).toEqual(['detector', 'source', 'instrument', 'at', 'what', 'evidence'])
  expect(findings).toMatchObject([{ detector: 'regular-arrival', source: 'walk.csv', instrument: 'EURUSD.OANDA' }])
  // 32 gaps of a second follow the first quote.
  expect(findings[0].at).toBe('2026-11-16T09:00:33.000000Z')

  const text = await judged(folder.path, 'walk.csv', ...EURO)
  expect([text.exit, text.stderr]).toEqual([20, ''])
  expect(text.stdout).toMatch(/walk\.csv {2}EURUSD\.OANDA {2}regular-arrival[\s\S]*1 finding in 600 ticks in 1 file/)
})

test.each([
  ['seconds', (at: number) => `${at / 1000}`],
  ['milliseconds', (at: number) => `${at}`],
  ['microseconds', (at: number) => `${at}000`],
  ['nanoseconds', (at: number) => `${at}000000`],
])('times in %s mean the same', async (_, form) => {
  using folder = new SourceFolder({
    'walk.csv': `ts;Bid Price;Ask Price\n${walk((at, bid, ask) => `${form(at)};${bid.toFixed(5)};${ask.toFixed(5)}`)}`,
  })
  const { findings } = JSON.parse((await judged(folder.path, 'walk.csv', ...EURO, '--json')).stdout)
  expect(findings).toMatchObject([{ detector: 'regular-arrival', at: '2026-11-16T09:00:33.000000Z' }])
})

test('prices of a program that never heard of ticks are off the grid, of trades as of quotes', async () => {
  using folder = new SourceFolder({
    'quotes.csv': `timestamp,bid,ask\n${walk((at, bid, ask) => `${at},${bid},${ask}`, 'chance')}`,
    'trades.csv': `timestamp,price,size\n${walk((at, bid) => `${at},${bid},1`, 'chance')}`,
  })
  const { exit, stdout } = await judged(folder.path, 'quotes.csv', 'trades.csv', '--tick', '0.00001', '--json')
  expect(exit).toBe(20)
  expect(JSON.parse(stdout).findings).toMatchObject([{ detector: 'off-grid' }, { detector: 'off-grid' }])
})

test('where a time of arrival is told, latency is judged', async () => {
  const table = `time,received,bid,ask\n${walk((at, bid, ask) => `${at},${at + 25},${bid.toFixed(5)},${ask.toFixed(5)}`, 'chance')}`
  using folder = new SourceFolder({ 'walk.csv': table })
  const { stdout } = await judged(folder.path, 'walk.csv', ...EURO, '--json')
  expect(JSON.parse(stdout).findings).toMatchObject([{ detector: 'constant-latency', evidence: { latencyMicros: 25_000 } }])
})

test('rows that are no tick are counted and said', async () => {
  using folder = new SourceFolder({
    'few.csv': 'time,bid,ask\n2026-11-16T09:00:01Z,1.08,1.0801\nyesterday,1.08,1.0801\n2026-11-16T09:00:02Z,,\n',
  })
  const { exit, stdout, stderr } = await judged(folder.path, 'few.csv', ...EURO, '--json')
  expect([exit, JSON.parse(stdout)]).toEqual([0, { files: 1, ticks: 1, findings: [], unreadable: 2 }])
  expect(stderr).toContain('few.csv: 2 rows cannot be read, such as line 3: yesterday')
})

test('a path that is not there is exit 4, wrong usage exit 2, and no table exit 7', async () => {
  using folder = new SourceFolder({ 'a.csv': 'time,bid,ask\n1,2,3\n', 'b.csv': 'name,age\nx,1\n' })
  for (const [args, exit, code] of [
    [['nowhere.csv', ...EURO], 4, 'FILE_NOT_FOUND'],
    [['a.csv', ...EURO, '--known', 'nowhere'], 4, 'FILE_NOT_FOUND'],
    [['a.csv'], 2, 'USAGE_ARGUMENT'],
    [['a.csv', '--instrument', 'NO.SUCH'], 2, 'USAGE_ARGUMENT'],
    [['a.csv', '--tick', '-1'], 2, 'USAGE_ARGUMENT'],
    [['b.csv', ...EURO], 7, 'IMPORT_COLUMNS'],
  ] as const) {
    const ended = await judged(folder.path, ...args, '--json')
    expect([args, ended.exit, JSON.parse(ended.stdout).error.code]).toEqual([args, exit, code])
    expect(ended.stderr).not.toMatch(STACK_TRACE)
  }
})
