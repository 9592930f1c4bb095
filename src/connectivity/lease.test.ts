// Leases of files: one holder, a number that only grows, and no dead holder that blocks the living.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, expect, test } from 'vitest'
import { leaseContract } from '../../test/contracts/lease.ts'
import { OauthLedger } from '../../test/venues/oauth-ledger.ts'
import { HOUR, micros } from '../domain/numbers.ts'
import { FileLease } from './lease.ts'
import { SecretBox } from './secret-box.ts'
import { TokenStore } from './token-store.ts'

const folders: string[] = []
const folder = (): string => {
  const made = mkdtempSync(join(tmpdir(), 'quadrant-lease-'))
  folders.push(made)
  return made
}
const children: ChildProcess[] = []
const ends: (() => void)[] = []

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  for (const end of ends.splice(0)) end()
  for (const each of folders.splice(0)) rmSync(each, { recursive: true, force: true })
})

leaseContract('files', () => {
  const where = folder()
  let time = 0
  return {
    open: () => new FileLease(where, { staleMillis: 1000, monotonic: () => time }),
    // A holder that stands still: its heartbeats are five a stale time, and this clock runs only here.
    passStale: async () => {
      time += 1001
    },
    close: async () => undefined,
  }
})

test('of twenty that ask at once one holds, and cleared files leave only the newest', async () => {
  const where = folder()
  const holds = (await Promise.all(Array.from({ length: 20 }, () => new FileLease(where).acquire('a')))).filter(hold => hold)
  expect(holds.length).toBe(1)
  await holds[0]?.release()
  const next = await new FileLease(where).acquire('a')

  expect(next?.fence).toBe(2)
  expect(readdirSync(where)).toEqual(['a.lease.2'])
  await next?.release()
})

/** A token file that is due, a venue over HTTP, and processes that want a token. */
async function world() {
  const where = folder()
  const ledger = new OauthLedger('at-use')
  const now = Date.now() * 1000
  new TokenStore({ folder: where, name: 'venue', box: new SecretBox('a pass phrase for these tests') }).save(
    {
      generation: 1,
      current: { ...ledger.first, obtainedTime: micros(now - 24 * HOUR), expiresTime: micros(now + 60_000_000) },
    },
    { over: 0 },
  )
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    response.end(JSON.stringify(ledger.trade(body)))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  ends.push(() => server.close())
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`

  const ask = async (mode = ''): Promise<{ readonly line: string; readonly child: ChildProcess }> => {
    const fixture = join(import.meta.dirname, 'token-keeper.fixture.ts')
    const child = spawn(process.execPath, [fixture, where, address, mode], { stdio: ['ignore', 'pipe', 'inherit'] })
    children.push(child)
    const [line] = (await once(createInterface({ input: child.stdout! }), 'line')) as [string]
    return { line, child }
  }
  return { ledger, ask }
}

test('three processes that share a token file refresh once', async () => {
  const { ledger, ask } = await world()
  const tokens = (await Promise.all([ask(), ask(), ask()])).map(({ line }) => line)

  expect(new Set(tokens).size).toBe(1)
  expect(ledger.trades).toBe(1)
  expect(ledger.use(tokens[0] ?? '')).toBe(true)
})

test('a process killed in the middle of a refresh is seen to be dead at once, and the next one saves the link', async () => {
  const { ledger, ask } = await world()
  const { line, child } = await ask('stop')
  expect(line).toBe('stopped')
  child.kill('SIGKILL')
  await once(child, 'exit')
  const next = await ask()

  expect(ledger.trades).toBe(2)
  expect(ledger.use(next.line)).toBe(true)
})
