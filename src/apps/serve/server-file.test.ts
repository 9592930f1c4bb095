// Who serves a state folder, and which keys it holds: one server at a time, keys of the owner alone.
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { sealingWith } from './sealing.ts'
import { readServer, runningServer, ServerClaim, settledServer } from './server-file.ts'
import { openServerKeys } from './server-keys.ts'

let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'quadrant-claim-'))
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

const left = (server: object): void => writeFileSync(join(home, 'server.json'), JSON.stringify(server))
/** No process has so high a number. */
const NOBODY = 2 ** 31 - 2

async function listener(): Promise<{ readonly url: string; readonly close: () => Promise<unknown> }> {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  return { url: `https://127.0.0.1:${port}`, close: () => new Promise(resolve => server.close(resolve)) }
}

describe('the place of the server', () => {
  test('is one process’s from before it listens until it gives it back', async () => {
    const claim = await ServerClaim.take(home, Date.now())
    expect(readServer(home), 'nobody is sent to a server that does not listen').toBeUndefined()
    expect(existsSync(join(home, 'server.json'))).toBe(false)
    await expect(ServerClaim.take(home, Date.now())).rejects.toMatchObject({ code: 'SERVER_RUNNING' })

    const { url, close } = await listener()
    claim.announce({ url, metricsUrl: '', control: '/run/socket' })
    expect(await runningServer(home)).toMatchObject({ pid: process.pid, url, control: '/run/socket' })
    await expect(ServerClaim.take(home, Date.now())).rejects.toMatchObject({
      code: 'SERVER_RUNNING',
      message: expect.stringContaining(url),
    })

    claim.release()
    await close()
    expect(await runningServer(home)).toBeUndefined()
    ;(await ServerClaim.take(home, Date.now())).release()
  })

  test('that opens is waited for until it listens, and one that closes until it is gone', async () => {
    const claim = await ServerClaim.take(home, Date.now())
    const { url, close } = await listener()
    const waiting = settledServer(home)
    claim.announce({ url, metricsUrl: '', control: '' })
    expect(await waiting).toMatchObject({ url })

    claim.retract()
    const gone = settledServer(home)
    claim.release()
    expect(await gone).toBeUndefined()
    await close()
  })

  test('is taken over from a process that was killed', async () => {
    left({ pid: NOBODY, url: 'https://localhost:1', started: '' })
    writeFileSync(join(home, 'server.claim'), JSON.stringify({ pid: NOBODY, started: new Date().toISOString() }))

    const claim = await ServerClaim.take(home, Date.now())
    expect(readServer(home), 'what it left is gone').toBeUndefined()
    claim.release()
  })

  test('is taken over from a number that another process was given since: nobody listens where it says', async () => {
    const { url, close } = await listener()
    left({ pid: process.ppid, url, started: '' })
    writeFileSync(join(home, 'server.claim'), JSON.stringify({ pid: process.ppid, started: new Date().toISOString() }))
    expect((await runningServer(home))?.pid, 'somebody listens there').toBe(process.ppid)

    await close()
    expect(await settledServer(home)).toBeUndefined()
    ;(await ServerClaim.take(home, Date.now())).release()
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
