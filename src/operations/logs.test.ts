// Log lines: where they go, what they carry, how long they stay, and that a full disk stops nobody.
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { correlate, correlationId } from './correlation.ts'
import { type LogLine, Logs, type LogsOptions } from './logs.ts'

let folder: string
const opened: Logs[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'quadrant-logs-'))
})
afterEach(async () => {
  await Promise.all(opened.splice(0).map(logs => logs.close()))
  rmSync(folder, { recursive: true, force: true })
})

async function open(options: Partial<LogsOptions> = {}): Promise<Logs> {
  const logs = await Logs.open({ folder, ...options })
  opened.push(logs)
  return logs
}

const files = () => readdirSync(folder).sort()
const written = (): Record<string, unknown>[] =>
  files()
    .flatMap(name => readFileSync(join(folder, name), 'utf8').split('\n'))
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as Record<string, unknown>)

describe('the file', () => {
  test('holds one JSON object a line with time, level, part, message and fields, when the log is closed', async () => {
    const logs = await open({ now: () => Date.UTC(2026, 10, 20, 14, 30) })
    logs.info('listening', { port: 8443 })
    logs.component('gateway').warn('refused', { code: 'RATE_LIMITED', correlationId: 'abc' })
    await logs.close()

    expect(written()).toEqual([
      {
        level: 'info',
        time: '2026-11-20T14:30:00.000Z',
        port: 8443,
        component: 'server',
        correlationId: '',
        code: '',
        message: 'listening',
      },
      {
        level: 'warn',
        time: '2026-11-20T14:30:00.000Z',
        code: 'RATE_LIMITED',
        component: 'gateway',
        correlationId: 'abc',
        message: 'refused',
      },
    ])
  })

  test.skipIf(process.platform === 'win32')('is its owner’s alone', async () => {
    const logs = await open({ folder: join(folder, 'logs') })
    logs.info('x')
    await logs.close()

    expect(statSync(join(folder, 'logs')).mode & 0o777).toBe(0o700)
    for (const name of readdirSync(join(folder, 'logs'))) expect(statSync(join(folder, 'logs', name)).mode & 0o777).toBe(0o600)
  })

  test('no field takes the place of the line’s own', async () => {
    const logs = await open()
    logs.info('true', { message: 'forged', level: 'error', time: 'never', component: 'audit' })
    await logs.close()

    expect(written()).toEqual([expect.objectContaining({ message: 'true', level: 'info', component: 'server' })])
    expect(readFileSync(join(folder, files()[0]!), 'utf8')).not.toMatch(/forged|never|audit/)
  })

  test('goes on where it was after a restart, and rolls when it is large: the oldest go', async () => {
    const line = 'a line of many words '.repeat(40)
    for (let start = 0; start < 3; start++) {
      const logs = await open({ fileBytesMax: 4_000, files: 2 })
      for (let i = 0; i < 20; i++) {
        logs.info(`${start}.${i} ${line}`)
        // What is written in one go is rolled once: the disk is given its time between lines.
        await new Promise(resolve => setImmediate(resolve))
      }
      await logs.close()
    }

    // The oldest are removed behind the writer's back.
    await vi.waitFor(() => expect(files().length, 'of many, a few stay').toBeLessThanOrEqual(3))
    expect(written().at(-1)?.['message']).toContain('2.19')
  })

  test('older than the days to keep is removed at the start', async () => {
    const old = join(folder, 'server.2026-10-01.1.jsonl')
    const other = join(folder, 'notes.txt')
    for (const path of [old, other]) {
      writeFileSync(path, 'x\n')
      utimesSync(path, new Date('2026-10-01'), new Date('2026-10-01'))
    }
    await open({ days: 30, now: () => Date.UTC(2026, 10, 1) })

    expect(files()).not.toContain('server.2026-10-01.1.jsonl')
    expect(files(), 'what is not ours stays').toContain('notes.txt')
  })
})

describe('a disk that fails', () => {
  test('a folder that cannot be made is said, and the lines stay in memory', async () => {
    const place = join(folder, 'file')
    writeFileSync(place, '')
    const logs = await open({ folder: join(place, 'logs') })
    logs.info('still here')

    expect(logs.failure).toMatch(/ENOTDIR|EEXIST/)
    expect(logs.lines().map(({ message }) => message)).toEqual(['still here'])
    expect(logs.dropped).toBe(1)
  })

  test.skipIf(process.platform !== 'linux')('a full disk drops lines, counts them and stops nobody', async () => {
    // The name that today's first file has; /dev/full answers every write with ENOSPC.
    const probe = await open()
    await probe.close()
    const [today = ''] = files()
    rmSync(join(folder, today))
    symlinkSync('/dev/full', join(folder, today))

    const logs = await open()
    const line = 'x y '.repeat(2_000)
    for (let i = 0; i < 1_000; i++) logs.info(line)
    expect(logs.dropped).toBeGreaterThan(0)
    expect(logs.lines({ limit: 1_000 })).toHaveLength(1_000)
    await logs.close()
    expect(logs.failure).toContain('ENOSPC')
  })

  test('closing twice, and speaking after it, does no harm', async () => {
    const logs = await open()
    await logs.close()
    await logs.close()
    logs.info('into the void')

    expect(written()).toEqual([])
  })
})

describe('the newest in memory', () => {
  test('come newest first, by level, part, id and text', async () => {
    const logs = await open({ level: 'debug' })
    logs.debug('one')
    logs.component('gateway').warn('Two', { correlationId: 'abc' })
    logs.error('three', { error: Object.assign(new Error('x'), { code: 'PORT_IN_USE' }) })

    const messages = (filter: Parameters<Logs['lines']>[0]) => logs.lines(filter).map(({ message }) => message)
    expect(messages({})).toEqual(['three', 'Two', 'one'])
    expect(messages({ level: 'warn' })).toEqual(['three', 'Two'])
    expect(messages({ component: 'gateway' })).toEqual(['Two'])
    expect(messages({ correlationId: 'abc' })).toEqual(['Two'])
    expect(messages({ text: 'tWO' })).toEqual(['Two'])
    expect(messages({ limit: 1 })).toEqual(['three'])
    expect(logs.lines({ level: 'error' })[0]?.code).toBe('PORT_IN_USE')
  })

  test('are two thousand', async () => {
    const logs = await open()
    for (let i = 0; i < 2_100; i++) logs.info(String(i))

    const lines = logs.lines({ limit: 5_000 })
    expect(lines).toHaveLength(2_000)
    expect([lines[0]?.message, lines.at(-1)?.message]).toEqual(['2099', '100'])
  })

  test('are told to whoever listens, once each, and a listener that throws is left', async () => {
    const logs = await open()
    const heard: LogLine[] = []
    const end = logs.listen(line => heard.push(line))
    let calls = 0
    logs.listen(() => {
      calls += 1
      throw new Error('no')
    })
    logs.info('one')
    logs.info('two')
    end()
    logs.info('three')

    expect(heard.map(({ message }) => message)).toEqual(['one', 'two'])
    expect(calls).toBe(1)
  })

  test('what is below the level is not said at all', async () => {
    const logs = await open({ level: 'warn' })
    logs.info('quiet')

    expect(logs.lines()).toEqual([])
  })
})

describe('the terminal', () => {
  const terminal = (isTTY: boolean) => {
    const texts: string[] = []
    return { isTTY, write: (text: string) => texts.push(text), texts }
  }

  test('gets a line of words, with the code and the id behind it', async () => {
    const person = terminal(true)
    const logs = await open({ terminal: person, now: () => Date.UTC(2026, 10, 20, 14, 30, 5) })
    logs.component('gateway').warn('refused\u001b[2J', { code: 'RATE_LIMITED', correlationId: 'abc' })

    expect(person.texts).toEqual(['14:30:05 warn  gateway    refused\\u001b[2J (RATE_LIMITED abc)\n'])
  })

  test('gets nothing when it is a pipe', async () => {
    const pipe = terminal(false)
    const logs = await open({ terminal: pipe })
    logs.info('x')

    expect(pipe.texts).toEqual([])
  })
})

describe('one id', () => {
  test('goes with the work through every wait, and not beyond it', async () => {
    const logs = await open()
    const work = async (name: string) => {
      await new Promise(resolve => setImmediate(resolve))
      logs.info(name)
      await Promise.resolve()
      logs.info(`${name} again`)
    }
    await Promise.all([correlate('id-a', () => work('a')), correlate('r1:7', () => work('b'))])
    logs.info('outside')

    const ids = Object.fromEntries(logs.lines().map(line => [line.message, line.correlationId]))
    expect(ids).toEqual({ a: 'id-a', 'a again': 'id-a', b: 'r1:7', 'b again': 'r1:7', outside: '' })
    expect(correlationId()).toBe('')
  })
})

test('a canary in every slot of a line comes out nowhere', async () => {
  const canary = 'canary-55d1c0ffee'
  const person: string[] = []
  const logs = await open({ terminal: { isTTY: true, write: text => person.push(text) } })
  const heard: LogLine[] = []
  logs.listen(line => heard.push(line))
  logs.redactor.register(canary)

  const error = Object.assign(new Error(`failed with ${canary}`, { cause: new Error(canary) }), {
    code: canary,
    url: `/x?${canary}`,
  })
  correlate(canary, () => {
    logs
      .component(canary)
      .error(`message ${canary}`, { correlationId: canary, code: canary, error, [canary]: canary, list: [canary] })
    logs.warn(canary)
  })
  await logs.close()

  const everything = [...person, JSON.stringify(heard), JSON.stringify(logs.lines()), JSON.stringify(written())].join('\n')
  expect(heard).toHaveLength(2)
  expect(everything).not.toContain(canary)
})
