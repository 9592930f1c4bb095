// Bad input through the command line, as processes: a clear answer each time, nothing lost, nothing half-written.
import { type ChildProcess, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { type Ended, quadrant, STACK_TRACE } from '../command.ts'
import { makeZip } from '../make-zip.ts'
import { dice } from '../small-world.ts'
import { ROOT } from '../source.ts'

// Many processes one after the other, on a machine that may be busy.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 })

const folder = mkdtempSync(join(tmpdir(), 'quadrant-bad-input-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** A new folder that only one test uses; its state is in .quadrant there. */
const fresh = (): string => mkdtempSync(join(folder, 'test-'))

function write(path: string, content: string | Buffer): string {
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(path, content)
  return path
}

const MAPPING = `
kind: quote
instrument: EURUSD.OANDA
source: oanda
zone: UTC
time: { column: time, format: millis }
columns: { bid: bid, ask: ask }
`

/** Wednesday, 2014-05-07, 00:00 UTC, in milliseconds. */
const START = Date.UTC(2014, 4, 7)
const HEADER = 'time,bid,ask'
const GOOD = 100

/** So many good quotes, a second apart. */
const quotes = (count = GOOD): string[] =>
  Array.from({ length: count }, (_, i) => `${START + i * 1000},1.${38000 + (i % 50)},1.${38010 + (i % 50)}`)

const table = (lines: readonly string[]): string => `${[HEADER, ...lines].join('\n')}\n`

interface Problem {
  readonly code: string
  readonly message: string
  readonly fix: string
}

/** What is promised of every failure: one JSON object with code, message and fix, and no stack trace anywhere. */
function problem({ exit, stdout, stderr }: Ended): Problem & { readonly exit: number | null } {
  expect(stdout + stderr).not.toMatch(STACK_TRACE)
  const { error, ...rest } = JSON.parse(stdout) as { readonly error: Problem }
  expect(rest).toEqual({})
  expect(Object.keys(error)).toEqual(['code', 'message', 'fix'])
  expect(error.fix).not.toBe('')
  return { exit, ...error }
}

/** The lake holds what its manifests say, and nothing was left lying about. */
async function expectWholeState(cwd: string, state = join(cwd, '.quadrant')): Promise<void> {
  const names = existsSync(state) ? readdirSync(state, { recursive: true, encoding: 'utf8' }) : []
  expect(names.filter(name => /\.(tmp|part|lock)$/.test(name))).toEqual([])
  const verified = await quadrant(['data', 'verify', '--json'], { cwd, env: { QUADRANT_HOME: state } })
  expect(verified, verified.stdout).toMatchObject({ exit: 0 })
}

describe('a file that cannot be read is refused whole', () => {
  const csv = (cwd: string, name: string, content: string | Buffer): string[] => [
    'csv',
    write(join(cwd, name), content),
    '--mapping',
    write(join(cwd, 'mapping.yaml'), MAPPING),
  ]
  const lean = (cwd: string, symbol: string, content: Buffer): string[] => [
    'lean',
    write(join(cwd, 'cfd/oanda/tick', symbol, '20140507_quote.zip'), content),
  ]
  const half = (bytes: Buffer): Buffer => bytes.subarray(0, bytes.length >> 1)
  const ticks = (symbol: string): Buffer =>
    makeZip([
      {
        name: `20140507_${symbol}_tick_quote.csv`,
        content: Array.from({ length: 500 }, (_, i) => `${i * 1000},1290.${100 + (i % 7)},1290.${400 + (i % 11)}\n`).join(''),
      },
    ])
  const flipped = (bytes: Buffer): Buffer => {
    bytes[bytes.length - 6]! ^= 1 // inside gzip's checksum, RFC 1952 section 2.3.1
    return bytes
  }

  const cases: readonly [what: string, code: string, args: (cwd: string) => string[]][] = [
    ['a truncated zip', 'IMPORT_ZIP_TRUNCATED', cwd => lean(cwd, 'xauusd', half(ticks('xauusd')))],
    ['text named zip', 'IMPORT_NOT_A_ZIP', cwd => lean(cwd, 'xauusd', Buffer.from(table(quotes())))],
    ['an instrument nobody knows', 'IMPORT_UNKNOWN_INSTRUMENT', cwd => lean(cwd, 'zzz9', ticks('zzz9'))],
    ['a truncated gzip', 'IMPORT_GZIP_TRUNCATED', cwd => csv(cwd, 'q.csv.gz', half(gzipSync(table(quotes(5000)))))],
    ['a gzip with a wrong checksum', 'IMPORT_GZIP_CORRUPT', cwd => csv(cwd, 'q.csv.gz', flipped(gzipSync(table(quotes()))))],
    ['wrong columns', 'IMPORT_COLUMNS', cwd => csv(cwd, 'q.csv', 'time,price\n1399420800000,1.38\n')],
    ['an empty file', 'IMPORT_EMPTY_FILE', cwd => csv(cwd, 'q.csv', '')],
    ['a header and nothing else', 'IMPORT_EMPTY_FILE', cwd => csv(cwd, 'q.csv', `${HEADER}\n`)],
    ['a file that is not there', 'IMPORT_UNREADABLE', cwd => ['lean', join(cwd, 'none.zip')]],
    ['a folder without such files', 'IMPORT_NOTHING_FOUND', cwd => ['lean', cwd]],
  ]

  test.concurrent.each(cases)('%s: %s', async (_, code, args) => {
    const cwd = fresh()
    const answer = problem(await quadrant(['data', 'import', ...args(cwd), '--json'], { cwd }))
    expect(answer).toMatchObject({ exit: 7, code })
    await expectWholeState(cwd)
  })

  test('among good ones is named, and the good ones are there', async () => {
    const cwd = fresh()
    const [format = '', bad = '', ...mapping] = csv(cwd, 'bad.csv', '')
    const good = write(join(cwd, 'good.csv'), table(quotes()))

    const ended = await quadrant(['data', 'import', format, bad, good, ...mapping, '--json'], { cwd })

    expect(ended.exit, 'something was not imported').toBe(7)
    expect(JSON.parse(ended.stdout)).toMatchObject({
      rows: GOOD,
      accepted: GOOD,
      failures: [{ path: bad, code: 'IMPORT_EMPTY_FILE', message: expect.any(String), fix: expect.any(String) }],
    })
    await expectWholeState(cwd)
  })
})

describe('a row that cannot be right is kept aside with its reason', () => {
  const at = START + GOOD * 1000
  const cases: readonly [what: string, reason: string, lines: readonly string[]][] = [
    ['text where a number belongs', 'schema', [`${at},abc,1.38010`]],
    ['NaN', 'schema', [`${at},NaN,1.38010`]],
    ['Infinity', 'schema', [`${at},1.38000,Infinity`]],
    ['a field too few', 'schema', [`${at},1.38000`]],
    ['text where the time belongs', 'schema', ['noon,1.38000,1.38010']],
    ['a price finer than its instrument', 'schema', [`${at},1.380001,1.38010`]],
    ['a price of nothing', 'range', [`${at},0,1.38010`]],
    ['a price below zero', 'range', [`${at},-1.38,1.38010`]],
    ['a row that is out of order', 'order', [`${START + 5000},1.38100,1.38110`]],
    ['the same row again', 'duplicate', [`${at},1.38000,1.38010`, `${at},1.38000,1.38010`]],
    ['a bid above its ask', 'crossed', [`${at},1.38010,1.38000`]],
  ]

  test.concurrent.each(cases)('%s: %s', async (_, reason, lines) => {
    const cwd = fresh()
    const file = write(join(cwd, 'q.csv'), table([...quotes(), ...lines]))
    const mapping = write(join(cwd, 'mapping.yaml'), MAPPING)

    const ended = await quadrant(['data', 'import', 'csv', file, '--mapping', mapping, '--json'], { cwd })

    expect(ended.exit, ended.stdout).toBe(0)
    const { rows, accepted, quarantined } = JSON.parse(ended.stdout)
    expect({ rows, accepted, quarantined }).toEqual({
      rows: GOOD + lines.length,
      accepted: GOOD + lines.length - 1,
      quarantined: { [reason]: 1 },
    })
    const kept = readdirSync(join(cwd, '.quadrant/lake/quarantine'))
      .flatMap(name =>
        readFileSync(join(cwd, '.quadrant/lake/quarantine', name), 'utf8')
          .trim()
          .split('\n'),
      )
      .map(line => JSON.parse(line) as { readonly where: string })
    expect(
      kept.map(({ where }) => where),
      'kept with its line, the header counted',
    ).toEqual([`q.csv:${GOOD + lines.length + 1}`])
    await expectWholeState(cwd)
  })

  test('a price ten times too high passes a wide import and is stopped by the gate of the run', async () => {
    const cwd = fresh()
    const spiked = quotes(600)
    spiked[300] = `${START + 300_000},13.8000,13.8010`
    const mapping = write(join(cwd, 'mapping.yaml'), MAPPING)
    const file = write(join(cwd, 'q.csv'), table(spiked))
    const imported = JSON.parse((await quadrant(['data', 'import', 'csv', file, '--mapping', mapping, '--json'], { cwd })).stdout)
    const config = write(join(cwd, 'run.yaml'), runOn('EURUSD.OANDA'))

    const ended = await quadrant(['backtest', 'run', config, '--json'], { cwd })

    expect(ended.exit, ended.stdout).toBe(0)
    const outliers = (imported.quarantined.outlier ?? 0) + (JSON.parse(ended.stdout).quarantined.outlier ?? 0)
    expect(outliers, 'by the one or by the other').toBe(1)
    await expectWholeState(cwd)
  })
})

const runOn = (instrument: string, more = ''): string => `
name: bad-input
account: { currency: USD, equity: '100000' }
data: [{ instrument: ${instrument}, kind: quote }]
strategies: [{ use: ema-cross, instrument: ${instrument}, bar: 1m, price: bid }]
senses: []
allocation: { method: risk, risk: '0.5%' }
${more}`

describe('a run that cannot be', () => {
  const cases: readonly [what: string, exit: number, code: string, message: string, yaml: string, ...set: string[]][] = [
    ['an unknown key', 3, 'CONFIG_INVALID', 'unknown key', runOn('EURUSD.OANDA', 'alocation: 1')],
    ['an impossible parameter', 3, 'CONFIG_INVALID', 'fast', runOn('EURUSD.OANDA'), 'strategies.0.params.fast=-5'],
    [
      'parameters that exclude each other',
      3,
      'CONFIG_INVALID',
      'slow',
      runOn('EURUSD.OANDA'),
      'strategies.0.params.fast=50',
      'strategies.0.params.slow=20',
    ],
    ['a parameter that the strategy has not', 3, 'CONFIG_INVALID', 'fats', runOn('EURUSD.OANDA'), 'strategies.0.params.fats=5'],
    ['a strategy nobody wrote', 4, 'STRATEGY_NOT_FOUND', 'ema-crss', runOn('EURUSD.OANDA'), 'strategies.0.use=ema-crss'],
    ['an instrument without data', 7, 'DATA_MISSING', 'NOSUCH.OANDA', runOn('NOSUCH.OANDA')],
    ['a limit that is no amount', 3, 'CONFIG_INVALID', 'orderNotional', runOn('EURUSD.OANDA'), 'risk.orderNotional=lots'],
    ['a period that ends before it begins', 3, 'CONFIG_INVALID', 'to', runOn('EURUSD.OANDA'), 'from=2014-05-08', 'to=2014-05-07'],
    ['a day that no calendar has', 3, 'CONFIG_INVALID', '2014-02-30', runOn('EURUSD.OANDA'), 'from=2014-02-30'],
  ]

  test.concurrent.each(cases)('%s: exit %i, %s', async (_, exit, code, message, yaml, ...set) => {
    const cwd = fresh()
    const config = write(join(cwd, 'run.yaml'), yaml)
    for (const command of [['backtest', 'run'], ['replay']]) {
      const args = [...command, config, ...set.flatMap(override => ['--set', override]), '--json']
      expect(problem(await quadrant(args, { cwd }))).toMatchObject({ exit, code, message: expect.stringContaining(message) })
    }
    expect(existsSync(join(cwd, '.quadrant/runs')), 'nothing was begun').toBe(false)
  })
})

/** A folder with the lake of the bundled figures, made once. */
let bundled: Promise<string> | undefined
const withFigures = async (): Promise<string> => {
  bundled ??= (async () => {
    const cwd = fresh()
    expect(await quadrant(['init', '--json'], { cwd })).toMatchObject({ exit: 0 })
    return join(cwd, '.quadrant')
  })()
  const cwd = fresh()
  spawnSync('cp', ['-r', await bundled, join(cwd, '.quadrant')])
  rmSync(join(cwd, '.quadrant/runs'), { recursive: true, force: true })
  return cwd
}

const CONFIG = join(ROOT, 'config/gas-donchian.yaml')

describe('a state folder that cannot be written', () => {
  test('stops an import before it begins', async () => {
    const cwd = fresh()
    // Below a regular file nobody can make a folder, root included.
    const home = join(write(join(cwd, 'a-file'), ''), 'home')
    const file = write(join(cwd, 'q.csv'), table(quotes()))
    const mapping = write(join(cwd, 'mapping.yaml'), MAPPING)

    const args = ['data', 'import', 'csv', file, '--mapping', mapping, '--json']
    const answer = problem(await quadrant(args, { cwd, env: { QUADRANT_HOME: home } }))

    expect(answer).toMatchObject({ exit: 7, code: 'LAKE_UNWRITABLE', fix: expect.stringContaining('QUADRANT_HOME') })
    const quick = problem(await quadrant(['quickstart', '--json'], { cwd, env: { QUADRANT_HOME: home } }))
    expect(quick).toMatchObject({ exit: 7, code: 'LAKE_UNWRITABLE' })
  })

  test.each([
    ['runs', ['backtest', 'run'], 6, 'FILE_DENIED'],
    ['runs', ['replay'], 6, 'FILE_DENIED'],
    ['journal', ['replay'], 1, 'JOURNAL_UNWRITABLE'],
  ] as const)('%s as a regular file stops %j: exit %i, %s', async (name, command, exit, code) => {
    const cwd = await withFigures()
    rmSync(join(cwd, '.quadrant', name), { recursive: true, force: true })
    write(join(cwd, '.quadrant', name), '')

    const answer = problem(await quadrant([...command, CONFIG, '--json'], { cwd }))

    expect(answer).toMatchObject({ exit, code, fix: expect.stringContaining('QUADRANT_HOME') })
    await expectWholeState(cwd)
  })
})

test('a file of the lake that was cut is named, with the way out', async () => {
  const cwd = await withFigures()
  const lake = join(cwd, '.quadrant/lake')
  const cut = readdirSync(lake, { recursive: true, encoding: 'utf8' }).find(name => /NATGAS.*\.parquet$/.test(name))!
  writeFileSync(join(lake, cut), readFileSync(join(lake, cut)).subarray(0, 500))

  const answer = problem(await quadrant(['backtest', 'run', CONFIG, '--json'], { cwd }))

  expect(answer).toMatchObject({ exit: 7, code: 'LAKE_FILE_DAMAGED', message: expect.stringContaining(cut) })
  expect(readdirSync(join(cwd, '.quadrant/runs'))).toEqual([])
})

test('Ctrl-C half-way through an import ends with 130, leaves nothing, and the same command then does it all', async () => {
  const cwd = fresh()
  // Five days, so that the first partitions are closed while later ones are read.
  const days = Array.from({ length: 5 }, (_, day) =>
    Array.from(
      { length: 60_000 },
      (_, i) => `${START + day * 86_400_000 + i * 1000},1.${38000 + (i % 50)},1.${38010 + (i % 50)}`,
    ),
  )
  const file = write(join(cwd, 'week.csv'), table(days.flat()))
  const mapping = write(join(cwd, 'mapping.yaml'), MAPPING)
  const args = ['data', 'import', 'csv', file, '--mapping', mapping, '--json']
  const lake = join(cwd, '.quadrant/lake')
  const begun = (): boolean =>
    existsSync(lake) && readdirSync(lake, { recursive: true, encoding: 'utf8' }).some(name => name.endsWith('.tmp'))
  const interrupt = (child: ChildProcess): void => {
    const watch = setInterval(() => begun() && child.kill('SIGINT') && clearInterval(watch), 2)
    child.on('close', () => clearInterval(watch))
  }

  expect(problem(await quadrant(args, { cwd, during: interrupt }))).toMatchObject({ exit: 130, code: 'INTERRUPTED' })
  await expectWholeState(cwd)
  expect(readdirSync(lake, { recursive: true, encoding: 'utf8' }).filter(name => /\.(parquet|json)$/.test(name))).toEqual([])

  expect(JSON.parse((await quadrant(args, { cwd })).stdout)).toMatchObject({ rows: 300_000, accepted: 300_000, skipped: 0 })
  await expectWholeState(cwd)
})

const mountable = canMount()
describe.skipIf(!mountable)(`a full disk${mountable ? '' : ' (skipped: needs the right to mount a tmpfs)'}`, () => {
  const onDisk = async (kilobytes: number, body: (home: string) => Promise<void>): Promise<void> => {
    const disk = fresh()
    expect(spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'tmpfs', disk]).status).toBe(0)
    try {
      await body(join(disk, 'home'))
    } finally {
      spawnSync('umount', [disk])
    }
  }

  test('stops an import: exit 1, DISK_FULL, and what was there before is untouched', async () => {
    const cwd = fresh()
    const roll = dice(1)
    const noise = Array.from({ length: 120_000 }, (_, i) => {
      const bid = 38_000 + Math.floor(roll() * 500)
      return `${START + i * 500 + Math.floor(roll() * 500)},1.${bid},1.${bid + Math.floor(roll() * 300)}`
    })
    const large = write(join(cwd, 'large.csv'), table(noise))
    const small = write(join(cwd, 'small.csv'), table(quotes()))
    const mapping = write(join(cwd, 'mapping.yaml'), MAPPING)

    await onDisk(300, async home => {
      const importing = (file: string) =>
        quadrant(['data', 'import', 'csv', file, '--mapping', mapping, '--json'], { cwd, env: { QUADRANT_HOME: home } })
      expect(await importing(small)).toMatchObject({ exit: 0 })

      const answer = problem(await importing(large))

      expect(answer).toMatchObject({ exit: 1, code: 'DISK_FULL', fix: expect.stringContaining('Free some space') })
      await expectWholeState(cwd, home)
      const held = JSON.parse((await quadrant(['data', 'list', '--json'], { cwd, env: { QUADRANT_HOME: home } })).stdout)
      expect(held.holdings).toMatchObject([{ name: 'EURUSD.OANDA', rows: GOOD }])
    })
  })

  test.each([
    ['a backtest', ['backtest', 'run']],
    ['a replay', ['replay']],
  ] as const)('stops %s: exit 1, DISK_FULL, no run is left, and with space it goes on', async (_, command) => {
    const figures = await withFigures()
    await onDisk(20_000, async home => {
      spawnSync('cp', ['-r', join(figures, '.quadrant'), home])
      const { bavail, bsize } = statfsSync(home)
      const ballast = write(join(home, '..', 'ballast'), Buffer.alloc(bavail * bsize - 16_384))
      const start = () => quadrant([...command, CONFIG, '--json'], { cwd: figures, env: { QUADRANT_HOME: home } })

      const answer = problem(await start())

      expect(answer).toMatchObject({ exit: 1, code: 'DISK_FULL' })
      expect(existsSync(join(home, 'runs')) ? readdirSync(join(home, 'runs')) : []).toEqual([])

      rmSync(ballast)
      expect(await start()).toMatchObject({ exit: 0 })
    })
  })
})

function canMount(): boolean {
  if (process.getuid?.() !== 0) return false
  const probe = fresh()
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', probe]).status === 0
  if (mounted) spawnSync('umount', [probe])
  return mounted
}
