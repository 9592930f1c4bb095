// Who serves a state folder, and which keys it holds: one server at a time, keys of the owner alone.
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { sealingWith } from './sealing.ts'
import { readServer, runningServer, ServerClaim } from './server-file.ts'
import { openServerKeys } from './server-keys.ts'

let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'quadrant-claim-'))
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

const left = (server: object): void => writeFileSync(join(home, 'server.json'), JSON.stringify(server))
/** No process has so high a number. */
const NOBODY = 2 ** 31 - 2

describe('the place of the server', () => {
  test('is one process’s from before it listens until it gives it back', async () => {
    const claim = await ServerClaim.take(home, 0)
    expect(await runningServer(home)).toMatchObject({ pid: process.pid, url: '', started: '1970-01-01T00:00:00.000Z' })
    await expect(ServerClaim.take(home, 0)).rejects.toMatchObject({ code: 'SERVER_RUNNING' })

    claim.release()
    expect(readServer(home)).toBeUndefined()
    expect(await runningServer(home)).toBeUndefined()
  })

  test('is taken over from a process that was killed', async () => {
    left({ pid: NOBODY, url: 'https://localhost:1', started: '' })

    const claim = await ServerClaim.take(home, 0)
    expect(readServer(home)?.pid).toBe(process.pid)
    claim.release()
  })

  test('is taken over from a number that another process was given since: nobody listens where it says', async () => {
    const free = createServer()
    await new Promise<void>(resolve => free.listen(0, '127.0.0.1', resolve))
    const { port } = free.address() as { port: number }
    left({ pid: process.ppid, url: `https://127.0.0.1:${port}`, started: '' })
    expect((await runningServer(home))?.pid, 'somebody listens there').toBe(process.ppid)

    await new Promise(resolve => free.close(resolve))
    expect(await runningServer(home)).toBeUndefined()
  })

  test('a file that cannot be read as one counts as none', async () => {
    left({ pid: 'many' })
    expect(await runningServer(home)).toBeUndefined()
    writeFileSync(join(home, 'server.json'), '{"pid":')
    expect(await runningServer(home)).toBeUndefined()
  })
})

describe('the keys of the server', () => {
  test('are made once, for their owner only', () => {
    const first = openServerKeys(home)
    const again = openServerKeys(home)

    expect(again).toMatchObject({ pepper: first.pepper, sealingKey: first.sealingKey, auditKey: first.auditKey })
    expect(first.pepper.length).toBe(32)
    expect(first.pepper.equals(first.sealingKey)).toBe(false)
    expect(statSync(join(home, 'keys')).mode & 0o777).toBe(0o700)
    expect(statSync(join(home, 'keys', 'pepper')).mode & 0o777).toBe(0o600)
  })

  test('the ring of token keys is what its keeper wrote last', () => {
    const { tokenKeys } = openServerKeys(home)
    expect(tokenKeys.read()).toBeUndefined()
    tokenKeys.write('[1]')

    expect(openServerKeys(home).tokenKeys.read()).toBe('[1]')
    expect(statSync(join(home, 'keys', 'token-keys.json')).mode & 0o777).toBe(0o600)
  })

  test('that others may read, or that are cut off, are refused', () => {
    openServerKeys(home)
    const pepper = join(home, 'keys', 'pepper')
    chmodSync(pepper, 0o644)
    expect(() => openServerKeys(home)).toThrow(expect.objectContaining({ code: 'KEYS_EXPOSED' }))

    chmodSync(pepper, 0o600)
    writeFileSync(pepper, readFileSync(pepper, 'utf8').slice(0, 10))
    expect(() => openServerKeys(home)).toThrow(expect.objectContaining({ code: 'KEYS_DAMAGED' }))
    expect(existsSync(pepper), 'nothing is thrown away').toBe(true)
  })
})

describe('a sealed secret', () => {
  const box = sealingWith(Buffer.alloc(32, 7))

  test('opens as what it was, for whom it was sealed', () => {
    const sealed = box.seal('JBSWY3DPEHPK3PXP', 'second factor of ann')

    expect(box.open(sealed, 'second factor of ann')).toBe('JBSWY3DPEHPK3PXP')
    expect(sealed).not.toContain('JBSWY3DPEHPK3PXP')
    expect(box.seal('JBSWY3DPEHPK3PXP', 'second factor of ann'), 'never the same twice').not.toBe(sealed)
  })

  test('does not open for another, with another key, or changed by a bit', () => {
    const sealed = box.seal('JBSWY3DPEHPK3PXP', 'ann')
    const bytes = Buffer.from(sealed, 'base64url')
    bytes[bytes.length - 1]! ^= 1
    const broken = expect.objectContaining({ code: 'SEAL_BROKEN' })

    expect(() => box.open(sealed, 'ben')).toThrow(broken)
    expect(() => sealingWith(Buffer.alloc(32, 8)).open(sealed, 'ann')).toThrow(broken)
    expect(() => box.open(bytes.toString('base64url'), 'ann')).toThrow(broken)
    expect(() => box.open('', 'ann')).toThrow(broken)
  })
})
