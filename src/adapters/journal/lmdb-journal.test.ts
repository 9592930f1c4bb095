import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import fc from 'fast-check'
import { open } from 'lmdb'
import { afterAll, describe, expect, test } from 'vitest'
import { journalContract } from '../../../test/contracts/journal.ts'
import { tick } from '../../../test/contracts/ticks.ts'
import { JournalError } from './journal-error.ts'
import { type LmdbJournal, openJournal } from './lmdb-journal.ts'

const IDENTITY = { runId: 'r-1', configHash: 'c-1', dataHash: 'd-1' }
const ROOT = mkdtempSync(join(tmpdir(), 'quadrant-journal-'))
const WRITER = resolve(import.meta.dirname, '../../../test/contracts/journal-writer.ts')
let directories = 0

const fresh = (): string => join(ROOT, `journal-${directories++}`)
afterAll(() => rmSync(ROOT, { recursive: true, force: true }))

journalContract('LmdbJournal', () => openJournal(fresh(), IDENTITY))

function fill(journal: LmdbJournal, from: number, to: number): void {
  for (let sequence = from; sequence <= to; sequence++) journal.append(tick(sequence))
  journal.flush(to)
}

const sequences = (journal: LmdbJournal): number[] => [...journal.read()].map(record => record.sequence)

const errorOf = (act: () => unknown): JournalError => {
  try {
    act()
  } catch (error) {
    expect(error).toBeInstanceOf(JournalError)
    return error as JournalError
  }
  throw new Error('nothing was thrown')
}

describe('a journal that is opened again', () => {
  test('goes on where it ended', async () => {
    const directory = fresh()
    const before = openJournal(directory, IDENTITY)
    fill(before, 1, 3)
    const [created, chain] = [before.created, before.chainHash]
    await before.close()

    const after = openJournal(directory, IDENTITY)
    expect(after).toMatchObject({ lastSequence: 3, consumed: 3, pending: 0, identity: IDENTITY, created, chainHash: chain })
    expect(errorOfAssertion(() => after.append(tick(5)))).toContain('no gaps: 5 cannot follow 3')

    fill(after, 4, 6)
    expect([...after.read()]).toEqual([1, 2, 3, 4, 5, 6].map(tick))
    await after.close()
  })

  test('has what was flushed and nothing of what was not', async () => {
    const directory = fresh()
    const before = openJournal(directory, IDENTITY)
    fill(before, 1, 3)
    before.append(tick(4))
    await before.close()

    const after = openJournal(directory, IDENTITY)
    expect(sequences(after)).toEqual([1, 2, 3])
    await after.close()
  })

  test('holds flushes of many batches, and gives them back from anywhere', async () => {
    const directory = fresh()
    const before = openJournal(directory, IDENTITY)
    fill(before, 1, 20_000)
    fill(before, 20_001, 20_001)
    await before.close()

    const after = openJournal(directory, IDENTITY)
    expect(after.lastSequence).toBe(20_001)
    expect([...after.read(9_999)].slice(0, 2)).toEqual([tick(9_999), tick(10_000)])
    expect(sequences(after)).toHaveLength(20_001)
    await after.close()
  })

  test('refuses another run, configuration or data, and says which', async () => {
    const directory = fresh()
    await openJournal(directory, IDENTITY).close()

    const error = errorOf(() => openJournal(directory, { ...IDENTITY, configHash: 'c-2' }))
    expect(error).toMatchObject({ code: 'JOURNAL_MISMATCH', fix: expect.stringContaining('start a new run') })
    expect(error.message).toContain('configuration (c-1 there, c-2 asked for)')

    const again = openJournal(directory, IDENTITY)
    expect(again.lastSequence, 'the refused opening left no trace').toBeUndefined()
    await again.close()
  })
})

describe('a journal has one writer', () => {
  test('a second opening is refused while the first lives, and leaves it unharmed', async () => {
    const directory = fresh()
    const first = openJournal(directory, IDENTITY)
    fill(first, 1, 1)

    const error = errorOf(() => openJournal(directory, IDENTITY))
    expect(error.code).toBe('JOURNAL_LOCKED')
    expect(error.message).toContain(`process ${process.pid}`)

    fill(first, 2, 2)
    expect(sequences(first)).toEqual([1, 2])
    await first.close()
  })

  test('another process is refused too', async () => {
    const directory = fresh()
    const journal = openJournal(directory, IDENTITY)

    const other = spawnSync(process.execPath, [WRITER, directory, '1'], { encoding: 'utf8' })
    expect(other.stdout.trim()).toBe('JOURNAL_LOCKED')
    await journal.close()
  })

  test('one that was taken over from cannot go on', async () => {
    const directory = fresh()
    const old = openJournal(directory, IDENTITY)
    fill(old, 1, 1)
    const young = openJournal(directory, IDENTITY, { takeOver: true })
    fill(young, 2, 2)

    old.append(tick(2))
    expect(errorOf(() => old.flush(2)).code).toBe('JOURNAL_LOCKED')
    expect(sequences(young)).toEqual([1, 2])
    await old.close()

    fill(young, 3, 3)
    expect(sequences(young), 'the old one, closing, took nothing with it').toEqual([1, 2, 3])
    await young.close()
  })
})

describe('a process that is killed', () => {
  test('loses nothing that was flushed, and its claim does not outlive it', async () => {
    const directory = fresh()
    for (let round = 0; round < 5; round++) {
      const acknowledged = await killAfter(directory, 20 + 17 * round)

      const journal = openJournal(directory, IDENTITY)
      const stored = sequences(journal)
      expect(stored.length, 'every sequence said to be durable is there').toBeGreaterThanOrEqual(acknowledged)
      expect(stored).toEqual(stored.map((_, i) => i + 1))
      expect(journal.consumed, 'and the mark belongs to the same flush').toBe(10 * stored.length)
      await journal.close()
    }
  })
})

describe('a damaged journal is refused', () => {
  /** Three batches of two; `damage` gets the raw store and the keys of the batches. */
  async function damaged(damage: (store: ReturnType<typeof rawStore>, keys: Buffer[]) => void): Promise<JournalError> {
    const directory = fresh()
    const journal = openJournal(directory, IDENTITY)
    for (const first of [1, 3, 5]) fill(journal, first, first + 1)
    await journal.close()

    const store = rawStore(directory)
    const keys = [...store.getKeys()].filter(key => key.length === 9).map(key => Buffer.from(key))
    damage(store, keys)
    await store.close()
    return errorOf(() => openJournal(directory, IDENTITY))
  }
  const rawStore = (directory: string) =>
    open<Buffer, Buffer>({ path: directory, noSubdir: false, encoding: 'binary', keyEncoding: 'binary', overlappingSync: false })

  test('when a bit of a record changed', async () => {
    const error = await damaged((store, keys) => {
      const bytes = Buffer.from(store.get(keys[1]!)!)
      bytes[bytes.length - 40] = bytes[bytes.length - 40]! ^ 1
      store.putSync(keys[1]!, bytes)
    })

    expect(error.code).toBe('JOURNAL_CORRUPT')
    expect(error.message).toContain('from sequence 3 on')
  })

  test('when a batch is missing in the middle', async () => {
    const error = await damaged((store, keys) => store.removeSync(keys[1]!))

    expect(error.code).toBe('JOURNAL_CORRUPT')
    expect(error.message).toContain('from sequence 3 on: a batch is missing')
  })

  test('when the first batch is missing', async () => {
    const error = await damaged((store, keys) => store.removeSync(keys[0]!))

    expect(error.code).toBe('JOURNAL_CORRUPT')
  })

  test('when two batches changed places', async () => {
    const error = await damaged((store, keys) => {
      const [second, third] = [Buffer.from(store.get(keys[1]!)!), Buffer.from(store.get(keys[2]!)!)]
      store.putSync(keys[1]!, third)
      store.putSync(keys[2]!, second)
    })

    expect(error.message).toContain('from sequence 3 on')
  })

  test('when its history was begun by somebody else', async () => {
    const error = await damaged(store => {
      const identity = JSON.parse(store.get(Buffer.from('m'))!.toString()) as object
      store.putSync(Buffer.from('m'), Buffer.from(JSON.stringify({ ...identity, created: '2000-01-01T00:00:00.000Z' })))
    })

    expect(error.code).toBe('JOURNAL_CORRUPT')
    expect(error.message).toContain('from sequence 1 on')
  })

  test('when the file is no journal at all', () => {
    const directory = fresh()
    mkdirSync(directory)
    writeFileSync(join(directory, 'data.mdb'), 'not a database, but long enough to look at. '.repeat(400))

    expect(errorOf(() => openJournal(directory, IDENTITY)).code).toBe('JOURNAL_CORRUPT')
  })
})

describe('a damaged file', () => {
  /** Enough for a tree of two floors, a batch on pages of its own, and pages that are free again. */
  async function written(): Promise<Buffer> {
    const directory = fresh()
    const journal = openJournal(directory, IDENTITY)
    fill(journal, 1, 1_000)
    for (let sequence = 1_001; sequence <= 1_060; sequence++) fill(journal, sequence, sequence)
    await journal.close()
    return readFileSync(join(directory, 'data.mdb'))
  }

  test('is refused or holds the whole history still, and never ends the process', async () => {
    const whole = await written()
    const pages = whole.length / 4096
    const damage = fc.oneof(
      fc.record({ how: fc.constant('cut' as const), at: fc.nat(whole.length - 1) }),
      fc.record({ how: fc.constant('bit' as const), at: fc.nat(whole.length * 8 - 1) }),
      fc.record({ how: fc.constant('zeros' as const), at: fc.nat(pages * 8 - 1) }),
    )

    await fc.assert(
      fc.asyncProperty(damage, async ({ how, at }) => {
        const directory = fresh()
        mkdirSync(directory)
        const bytes = Buffer.from(how === 'cut' ? whole.subarray(0, at + 1) : whole)
        if (how === 'bit') bytes[at >> 3] = bytes[at >> 3]! ^ (1 << (at & 7))
        if (how === 'zeros') bytes.fill(0, at * 512, (at + 1) * 512)
        writeFileSync(join(directory, 'data.mdb'), bytes)

        try {
          const journal = openJournal(directory, IDENTITY)
          expect(sequences(journal).length).toBe(1_060)
          await journal.close()
        } catch (error) {
          expect(error).toMatchObject({ code: expect.stringMatching(/^JOURNAL_(CORRUPT|VERSION|MISMATCH|LOCKED)$/) })
        }
        rmSync(directory, { recursive: true })
      }),
      { numRuns: 60 },
    )
  })
})

describe('a flush', () => {
  const canTrace = spawnSync('strace', ['-o', '/dev/null', 'true']).status === 0

  test.skipIf(!canTrace)('has synced its pages and then its root when it returns', () => {
    const directory = fresh()
    const trace = join(ROOT, 'trace')
    const calls = 'trace=fdatasync,pwrite64,pwritev,writev,write'
    spawnSync('strace', ['-f', '-y', '-e', calls, '-o', trace, process.execPath, WRITER, directory, '8'])

    // What the process did with the journal's file between one sequence it called durable and the next.
    const between = readFileSync(trace, 'utf8').split(/^.* write\(1<.*$/m)
    expect(between).toHaveLength(9)
    for (const calls of between.slice(1, -1)) {
      const done = [...calls.matchAll(/ (fdatasync|pwrite64|pwritev|writev)\((\d+)<\S*data\.mdb>/g)].map(([, call, file]) => ({
        call,
        file,
      }))
      const synced = done.findIndex(each => each.call === 'fdatasync')
      expect(synced, 'new pages are written before the sync').toBeGreaterThan(0)

      const root = done.slice(synced + 1)
      expect(root, 'after it, one write: the root').toHaveLength(1)
      expect(root[0]!.file, 'through a descriptor of its own, opened with O_DSYNC').not.toBe(done[synced]!.file)
    }
  })
})

describe('a disk that refuses', () => {
  test('a directory that cannot be made is named', () => {
    const file = join(ROOT, 'a-file')
    writeFileSync(file, '')

    const error = errorOf(() => openJournal(join(file, 'journal'), IDENTITY))
    expect(error).toMatchObject({ code: 'JOURNAL_UNWRITABLE', fix: expect.stringContaining('QUADRANT_HOME') })
    expect(error.message).toContain(join(file, 'journal'))
  })

  // A file system of four megabytes, seen by the child alone, is gone with it.
  const small = (command: string) => ['--mount', 'sh', '-c', `mount -t tmpfs -o size=4m tmpfs "$0" && ${command}`]
  const canMount = spawnSync('unshare', [...small('true'), ROOT]).status === 0

  test.skipIf(!canMount)('a full disk ends the journal, keeps what was flushed, and the journal takes nothing more', () => {
    const directory = mkdtempSync(join(ROOT, 'small-'))
    const command = `"${process.execPath}" "${WRITER}" "$0" 1000000 100`
    const child = spawnSync('unshare', [...small(command), directory], { encoding: 'utf8' })

    const lines = child.stdout.trim().split('\n')
    const acknowledged = Number(lines.at(-4))
    expect(acknowledged, 'some flushes went well').toBeGreaterThan(1000)
    expect(lines.slice(-3)).toEqual(['DISK_FULL', 'then JOURNAL_POISONED', `reopened ${acknowledged}`])
  })
})

/** Starts a writer, waits until it said `flushes` times that a sequence is durable, and kills it. */
async function killAfter(directory: string, flushes: number): Promise<number> {
  const child = spawn(process.execPath, [WRITER, directory, '1000000'], { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(child, 'exit')
  let acknowledged = 0
  let seen = 0
  for await (const line of createInterface({ input: child.stdout })) {
    acknowledged = Number(line)
    seen += 1
    if (seen === flushes) child.kill('SIGKILL')
  }
  await ended
  expect(Number.isSafeInteger(acknowledged), 'the writer prints sequences only').toBe(true)
  return acknowledged
}

function errorOfAssertion(act: () => unknown): string {
  try {
    act()
  } catch (error) {
    return (error as Error).message
  }
  return ''
}
