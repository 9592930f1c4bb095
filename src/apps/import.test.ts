// The import pipeline end to end: counts, the quarantine, repeats, and everything that can cut it short.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { packPath, packTest } from '../../test/pack.ts'
import { lean } from '../adapters/files/lean.ts'
import { openFeed } from '../adapters/lake/feed.ts'
import { Lake } from '../adapters/lake/lake.ts'
import { verify } from '../adapters/lake/verify.ts'
import type { FeedEvent } from '../domain/event.ts'
import { importFiles } from './import.ts'

let folder: string
let lake: Lake
let mapping: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quadrant-import-'))
  lake = new Lake(join(folder, 'lake'))
  mapping = await write(
    'mapping.yaml',
    'kind: quote\ninstrument: EURUSD.OANDA\nsource: oanda\nzone: UTC\ntime: { column: time, format: millis }\ncolumns: { bid: bid, ask: ask }\n',
  )
})
afterEach(async () => {
  lake.close()
  await rm(folder, { recursive: true, force: true })
})

async function write(name: string, content: string): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, content)
  return path
}

/** 2014-05-07, 00:00 UTC, in milliseconds. */
const START = Date.UTC(2014, 4, 7)

/** So many good quotes, a second apart. */
const quotes = (count: number, start = START): string =>
  Array.from({ length: count }, (_, i) => `${start + i * 1000},1.${38000 + (i % 50)},1.${38010 + (i % 50)}\n`).join('')

async function readBack(instrument = 'EURUSD.OANDA'): Promise<FeedEvent[]> {
  const request = { instrument, kind: 'quote', bar: undefined, prices: 'both', limit: undefined } as const
  const { feed } = await openFeed(lake, { from: undefined, to: undefined, data: [request], macro: [], calendar: false })
  const events: FeedEvent[] = []
  for await (const batch of feed.batches()) events.push(...batch)
  return events
}

const filesIn = async (path: string): Promise<string[]> =>
  (await readdir(path, { recursive: true, withFileTypes: true }).catch(() => []))
    .filter(entry => entry.isFile())
    .map(entry => entry.name)

describe('every row is accepted or quarantined', () => {
  test('crossed, late, repeated, spiked and unreadable rows are kept aside with reason and place', async () => {
    const start = START + 100_000
    const bad = [
      `${start},1.38010,1.38000`, // crossed
      `${start},1.38000,1.38010`, // good
      `${start},1.38000,1.38010`, // the same again
      `${start - 60_000},1.38000,1.38010`, // older than what came before
      `${start + 1000},13.8,13.801`, // ten times the price
      `${start + 2000},NaN,1.38010`,
      `${start + 3000},-1.38,1.38010`,
      `${start + 4000},1.38000,1.38010`, // good
    ]
    const path = await write('q.csv', `time,bid,ask\n${quotes(100)}${bad.join('\n')}\n`)

    const result = await importFiles('csv', [path], { mapping }, lake)

    expect(result).toMatchObject({
      rows: 108,
      accepted: 102,
      quarantined: { crossed: 1, duplicate: 1, order: 1, outlier: 1, range: 1, schema: 1 },
      partitions: 1,
      skipped: 0,
      failures: [],
    })
    expect((await readBack()).length).toBe(102)

    const [manifest] = lake.list()
    const kept = (await readFile(join(lake.root, manifest!.quarantine!.file), 'utf8')).trim().split('\n')
    expect(kept.map(line => JSON.parse(line)).map(({ reason, where }) => `${reason} ${where}`)).toEqual(
      [
        'schema q.csv:107',
        'crossed q.csv:102',
        'duplicate q.csv:104',
        'order q.csv:105',
        'outlier q.csv:106',
        'range q.csv:108',
      ].toSorted((a, b) => Number(a.split(':')[1]) - Number(b.split(':')[1])),
    )
  })

  test('the same file twice adds nothing, under another name too', async () => {
    const path = await write('q.csv', `time,bid,ask\n${quotes(10)}`)
    const copy = await write('copy.csv', `time,bid,ask\n${quotes(10)}`)
    await importFiles('csv', [path], { mapping }, lake)
    const before = await filesIn(lake.root)

    const again = await importFiles('csv', [path, copy], { mapping }, lake)

    expect(again).toMatchObject({ rows: 0, accepted: 0, partitions: 0, skipped: 2 })
    expect(await filesIn(lake.root)).toEqual(before)
  })

  test('a file of which nothing was accepted may be tried again with a better mapping', async () => {
    const path = await write('q.csv', `time,bid,ask\n${quotes(10)}`)
    const wrong = await write('wrong.yaml', (await readFile(mapping, 'utf8')).replace('format: millis', 'format: iso'))
    expect(await importFiles('csv', [path], { mapping: wrong }, lake)).toMatchObject({ accepted: 0, quarantined: { schema: 10 } })

    expect(await importFiles('csv', [path], { mapping }, lake)).toMatchObject({ accepted: 10, quarantined: {} })

    expect(lake.list().length).toBe(1)
    expect((await verify(lake)).faults, 'nothing of the first try is left over').toEqual([])
  })

  packTest('a real day of gold ticks comes back as it was parsed, every field of every quote', async () => {
    const path = packPath('cfd/lean/oanda/tick/xauusd/20140502_quote.zip')
    const parsed: unknown[] = []
    for await (const dataset of lean.open(path, {})) for await (const batch of dataset.rows()) parsed.push(...batch)

    const result = await importFiles('lean', [path], {}, lake)

    expect(result).toMatchObject({ rows: parsed.length, accepted: parsed.length })
    expect(parsed.length).toBeGreaterThan(100_000)
    // Compared one by one: a difference in a list of this length would print for minutes.
    const stored = await readBack('XAUUSD.OANDA')
    expect(stored.length).toBe(parsed.length)
    const different = stored.findIndex((event, i) => JSON.stringify(event) !== JSON.stringify(parsed[i]))
    expect(stored[different]).toEqual(parsed[different])
    expect(await verify(lake)).toMatchObject({ faults: [] })
  })
})

describe('files that cannot be read', () => {
  test('are reported and do not stop the others; alone they are an error', async () => {
    const good = await write('a.csv', `time,bid,ask\n${quotes(10)}`)
    const empty = await write('b.csv', '')
    const other = await write('c.csv', 'x,y\n1,2\n')

    const result = await importFiles('csv', [good, empty, other], { mapping }, lake)

    expect(result.accepted).toBe(10)
    expect(result.failures.map(({ path, code }) => [path, code])).toEqual([
      [empty, 'IMPORT_EMPTY_FILE'],
      [other, 'IMPORT_COLUMNS'],
    ])
    await expect(importFiles('csv', [empty], { mapping }, lake)).rejects.toMatchObject({ code: 'IMPORT_EMPTY_FILE' })
  })

  packTest('a zip cut short leaves nothing, although its first rows are good', async () => {
    const path = join(folder, '20140502_quote.zip')
    await writeFile(path, await readFile(packPath('cfd/lean/oanda/tick/xauusd/20140502_quote.zip')))
    await truncate(path, 200_000)

    await expect(importFiles('lean', [path], { instrument: 'XAUUSD.OANDA' }, lake)).rejects.toMatchObject({
      code: 'IMPORT_ZIP_TRUNCATED',
    })

    expect(await filesIn(lake.root)).toEqual([])
  })

  test('an unknown format and a folder without files say what to do', async () => {
    await expect(importFiles('excel', [folder], {}, lake)).rejects.toMatchObject({
      code: 'USAGE_UNKNOWN_FORMAT',
      fix: expect.stringContaining('lean'),
    })
    await expect(importFiles('bi5', [folder], {}, lake)).rejects.toMatchObject({ code: 'IMPORT_NOTHING_FOUND' })
    await expect(importFiles('csv', [join(folder, 'none')], {}, lake)).rejects.toMatchObject({ code: 'IMPORT_UNREADABLE' })
  })
})

describe('an import cut short', () => {
  test('by Ctrl-C keeps the files before it and nothing of the one in hand', async () => {
    const first = await write('a.csv', `time,bid,ask\n${quotes(10)}`)
    const second = await write('b.csv', `time,bid,ask\n${quotes(50_000, START + 86_400_000)}`)
    const stop = new AbortController()
    const onProgress = ({ path, rows }: { path: string; rows: number }) => {
      if (path === second && rows > 10) stop.abort()
    }

    await expect(
      importFiles('csv', [first, second], { mapping }, lake, { signal: stop.signal, onProgress }),
    ).rejects.toMatchObject({
      code: 'INTERRUPTED',
      message: expect.stringContaining('1 of 2 files are done'),
    })

    expect((await readBack()).length).toBe(10)
    expect((await filesIn(lake.root)).filter(name => name.endsWith('.tmp') || name.endsWith('.lock'))).toEqual([])
    expect(await importFiles('csv', [first, second], { mapping }, lake), 'the same command again finishes it').toMatchObject({
      skipped: 1,
      accepted: 50_000,
    })
  })

  test('by kill -9 leaves a lake that verifies, and the same import again gives the same data', async () => {
    // A partition is closed every 50,000 rows, so that the kill falls between partitions.
    const path = join(folder, 'week.csv')
    await writeFile(path, 'time,bid,ask\n')
    for (let day = 0; day < 5; day++) await appendFile(path, quotes(50_000, START + day * 86_400_000))
    const script = `
      const { Lake } = await import(${JSON.stringify(resolve(import.meta.dirname, '../adapters/lake/lake.ts'))})
      const { importFiles } = await import(${JSON.stringify(resolve(import.meta.dirname, 'import.ts'))})
      const onProgress = ({ rows }) => process.stdout.write(rows + '\\n')
      await importFiles('csv', [${JSON.stringify(path)}], { mapping: ${JSON.stringify(mapping)} }, new Lake(${JSON.stringify(lake.root)}), { onProgress })`

    const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
    child.stdout.on('data', (text: Buffer) => {
      if (Number(text.toString().trim().split('\n').at(-1)) > 120_000) child.kill('SIGKILL')
    })
    const [, signal] = await once(child, 'exit')

    expect(signal).toBe('SIGKILL')
    expect(
      (await filesIn(lake.root)).some(name => name.endsWith('.tmp')),
      'the kill came in the middle of writing',
    ).toBe(true)
    expect(lake.list()).toEqual([])
    expect(await verify(lake)).toMatchObject({ datasets: 0, faults: [] })

    const result = await importFiles('csv', [path], { mapping }, lake)

    expect(result).toMatchObject({ rows: 250_000, accepted: 250_000, partitions: 5, skipped: 0 })
    expect(await verify(lake)).toMatchObject({ datasets: 1, files: 5, faults: [] })
    expect((await filesIn(lake.root)).filter(name => name.endsWith('.tmp'))).toEqual([])
  })

  test('by a folder that cannot be written says so and how to go on', async () => {
    const path = await write('q.csv', `time,bid,ask\n${quotes(10)}`)
    // Below a regular file nobody can make a folder, root included.
    const blocked = new Lake(join(path, 'lake'))

    await expect(importFiles('csv', [path], { mapping }, blocked)).rejects.toMatchObject({
      code: 'LAKE_UNWRITABLE',
      fix: expect.stringContaining('QUADRANT_HOME'),
    })
  })

  const small = canMount()
  test.skipIf(!small)(
    `by a full disk leaves nothing and says so${small ? '' : ' (skipped: needs the right to mount a tmpfs)'}`,
    async () => {
      const disk = join(folder, 'disk')
      await mkdir(disk)
      expect(spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=300k', 'tmpfs', disk]).status).toBe(0)
      const onDisk = new Lake(join(disk, 'lake'))
      try {
        const small = await write('a.csv', `time,bid,ask\n${quotes(10)}`)
        const path = await write('q.csv', `time,bid,ask\n${noisy(120_000)}`)
        await importFiles('csv', [small], { mapping }, onDisk)

        await expect(importFiles('csv', [path], { mapping }, onDisk)).rejects.toMatchObject({
          code: 'DISK_FULL',
          fix: expect.stringContaining('Free some space'),
        })

        expect(onDisk.list().length, 'what was there before is untouched').toBe(1)
        expect(await verify(onDisk)).toMatchObject({ files: 1, faults: [] })
        expect((await filesIn(onDisk.root)).filter(name => name.endsWith('.tmp'))).toEqual([])
      } finally {
        onDisk.close()
        spawnSync('umount', [disk])
      }
    },
  )
})

/** Quotes that do not compress to nothing. */
function noisy(count: number): string {
  let state = 1
  const next = () => (state = (state * 48_271) % 2_147_483_647)
  return Array.from(
    { length: count },
    (_, i) => `${START + i * 500 + (next() % 500)},1.${38000 + (next() % 500)},1.${38600 + (next() % 300)}\n`,
  ).join('')
}

function canMount(): boolean {
  if (process.getuid?.() !== 0) return false
  const probe = join(tmpdir(), `quadrant-mount-${process.pid}`)
  spawnSync('mkdir', ['-p', probe])
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', probe]).status === 0
  if (mounted) spawnSync('umount', [probe])
  spawnSync('rmdir', [probe])
  return mounted
}
