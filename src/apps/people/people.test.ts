// People, tokens and the trail of a state folder: by opening it, through the control socket, and what an attacker leaves behind.
import { once } from 'node:events'
import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ServerClaim } from '../serve/server-file.ts'
import { appendHead, headsFile, mendHeads, readHeads } from './audit-heads.ts'
import { type Control, serveControl, withPeople } from './control.ts'
import { verifyExport } from './exported-audit.ts'
import { migrateHome } from './migration.ts'
import { type OpenHouse, openHouse } from './open-house.ts'

const PASSWORD = 'zebra-plinth-quorum-77'
const place = (home: string) => ({ home, url: undefined })

describe('the people of a state folder', () => {
  const home = mkdtempSync(join(tmpdir(), 'quadrant-people-'))
  let house: OpenHouse
  let claim: ServerClaim
  let control: Control
  /** What a running server's page is to a command: something that takes connections. */
  const page = createServer()
  let url = ''

  beforeAll(async () => {
    // Before a server runs, a command opens the folder itself.
    await withPeople(place(home), desk => desk.addUser('root', { name: 'anna', password: PASSWORD, roles: ['admin', 'trade'] }))
    page.listen(0, '127.0.0.1')
    await once(page, 'listening')
    url = `https://127.0.0.1:${(page.address() as AddressInfo).port}`
    claim = await ServerClaim.take(home, Date.now())
    house = await openHouse(home, undefined)
    control = await serveControl({ home, desk: house.desk })
    claim.announce({ url, metricsUrl: '', control: control.path })
  })
  afterAll(async () => {
    await control?.close()
    await house?.close()
    claim?.release()
    page.close()
    rmSync(home, { recursive: true, force: true })
  })

  test('the socket is for this user only', () => {
    expect(statSync(control.path).mode & 0o777).toBe(0o600)
    expect(statSync(dirname(control.path)).mode & 0o777).toBe(0o700)
  })

  test('while a server runs, the same words go through its socket', async () => {
    await withPeople(place(home), async desk => {
      expect((await desk.users()).map(({ name }) => name)).toEqual(['anna'])
      const wish = { name: 'bert', password: PASSWORD, roles: ['trade' as const], accounts: ['oil'] }
      expect(await desk.addUser('root', wish)).toMatchObject({ name: 'bert', roles: ['trade'], accounts: ['oil'] })
      await expect(desk.addUser('root', wish)).rejects.toMatchObject({
        code: 'USER_EXISTS',
        fix: expect.stringContaining('name'),
      })
      expect(await desk.changeUser('root', 'bert', { roles: ['read'], reason: 'asked for it' })).toMatchObject({
        roles: ['read'],
      })
      await expect(desk.changeUser('root', 'anna', { disabled: true })).rejects.toMatchObject({ code: 'LAST_ADMIN' })
      await expect(desk.changeUser('root', 'nobody', { disabled: true })).rejects.toMatchObject({
        code: 'USER_NOT_FOUND',
        exit: 4,
      })

      const made = await desk.newToken('root', 'bert', { name: 'nightly', scopes: ['read'], days: 30 })
      expect(made.line).toMatchObject({ user: 'bert', name: 'nightly', scopes: ['read'], revoked: false })
      expect(await house.access.identify({ bearer: made.token, address: '' })).toMatchObject({ user: 'bert', via: 'api-token' })
      expect(await desk.revokeToken('root', made.line.id)).toMatchObject({ id: made.line.id, revoked: true })
      await expect(house.access.identify({ bearer: made.token, address: '' })).rejects.toThrow()
      await expect(desk.newToken('root', 'bert', { name: 'n', scopes: ['trade'], days: 1 })).rejects.toMatchObject({
        code: 'TOKEN_SCOPE',
      })
      await expect(desk.newToken('root', 'nobody', { name: 'n', scopes: ['read'], days: 1 })).rejects.toMatchObject({
        code: 'USER_NOT_FOUND',
      })
      await expect(desk.revokeToken('root', 'none')).rejects.toMatchObject({ code: 'TOKEN_NOT_FOUND' })
    })
  })

  test.each([
    { name: 'Anna', password: PASSWORD, roles: ['read'] },
    { name: "x'; drop table users; --", password: PASSWORD, roles: ['read'] },
    { name: 'carl', password: PASSWORD, roles: [] },
    { name: 'carl', password: PASSWORD, roles: ['king'] },
    { name: 'carl', password: PASSWORD, roles: ['read'], accounts: ['../etc'] },
    { name: 'carl', password: PASSWORD, roles: ['read'], version: 7 },
  ])('a user that is not of the right form is refused: %j', async wish => {
    await expect(house.desk.addUser('root', wish as never)).rejects.toMatchObject({ code: 'USAGE_USER', exit: 2 })
  })

  test('a weak password is refused', async () => {
    await expect(house.desk.addUser('root', { name: 'carl', password: 'password', roles: ['read'] })).rejects.toMatchObject({
      code: 'PASSWORD_WEAK',
    })
  })

  test('everything is on record as done by the user of the machine, and no password is in it', async () => {
    const { items } = await house.audit.find({ actor: 'os:root', limit: 100, offset: 0 })
    const actions = items.map(({ action }) => action)
    for (const action of ['user.add', 'user.change', 'token.add', 'token.revoke']) expect(actions).toContain(action)
    expect(JSON.stringify(items)).not.toContain(PASSWORD)
    expect(items.find(({ action }) => action === 'user.change')).toMatchObject({ object: 'user:bert', reason: 'asked for it' })
  })

  test('what does not keep to the form is hung up on, and nobody else notices', async () => {
    for (const noise of ['GET / HTTP/1.1\r\n\r\n', '{"id":1', '\0\0\0\n', 'x'.repeat(100_000)]) {
      const socket = connect(control.path)
      socket.on('error', () => {})
      socket.end(noise)
      await new Promise(resolve => socket.once('close', resolve))
    }
    const socket = connect(control.path)
    socket.write('{"id":7,"word":"constructor","given":[]}\n')
    const line = await new Promise<string>(resolve => socket.once('data', data => resolve(String(data))))
    socket.destroy()
    expect(JSON.parse(line)).toMatchObject({ id: 7, error: { code: 'USAGE_COMMAND' } })
    expect(await withPeople(place(home), desk => desk.users())).toHaveLength(2)
  })

  test('a server whose socket is gone is not walked around', async () => {
    claim.announce({ url, metricsUrl: '', control: `${control.path}-gone` })
    await expect(withPeople(place(home), desk => desk.users())).rejects.toMatchObject({ code: 'CONTROL_UNREACHABLE' })
    claim.announce({ url, metricsUrl: '', control: control.path })
  })

  test('migrations are shown by the running server, and were done when it started', async () => {
    const { migrations, done, database } = await migrateHome({ ...place(home), look: false })
    expect(done).toEqual([])
    expect(migrations.length).toBeGreaterThan(0)
    expect(migrations.every(({ applied }) => applied !== null)).toBe(true)
    expect(database).toMatch(/^PGlite/)
  })

  test('where nothing is yet, the status makes nothing', async () => {
    const empty = mkdtempSync(join(tmpdir(), 'quadrant-people-'))
    const { migrations } = await migrateHome({ ...place(empty), look: true })
    expect(migrations.every(({ applied }) => applied === null)).toBe(true)
    expect(() => statSync(join(empty, 'database'))).toThrow()
    rmSync(empty, { recursive: true })
  })

  test('the trail is whole, its export too, and both are found out once they are touched', async () => {
    await withPeople(place(home), async desk => expect(await desk.verifyAudit('root')).toMatchObject({ whole: true, faults: [] }))
    const file = join(home, 'export.jsonl')
    const exported = await text(Readable.from(house.audit.lines()))
    writeFileSync(file, exported)
    expect(await verifyExport(file, { home })).toMatchObject({ whole: true, trust: 'the key of the state folder' })

    const elsewhere = mkdtempSync(join(tmpdir(), 'quadrant-people-'))
    expect(await verifyExport(file, { home: elsewhere })).toMatchObject({
      whole: true,
      keyId: house.audit.keyId,
      trust: expect.stringContaining('compare'),
    })
    const lines = exported.trimEnd().split('\n')
    const records = lines.filter(line => line.startsWith('{"record"')).length
    const forgeries = [
      exported.replace('asked for it', 'asked for us'),
      lines.toSpliced(2, 1).join('\n'),
      lines.toSpliced(records, 1).join('\n'),
      [lines[0], lines[2], lines[1], ...lines.slice(3)].join('\n'),
      `${exported}not a line\n`,
    ]
    for (const forged of forgeries) {
      writeFileSync(file, forged)
      expect((await verifyExport(file, { home })).whole).toBe(false)
    }
    await expect(verifyExport(file, { home, key: file })).rejects.toMatchObject({ code: 'USAGE_KEY', exit: 2 })
    rmSync(elsewhere, { recursive: true })
  })

  test('a database that was cut off together with its heads is found by the heads beside it', async () => {
    await house.audit.sign()
    const { kysely } = house.database
    const kept = await kysely.selectFrom('audit').selectAll().where('sequence', '>', 2).execute()
    const heads = await kysely.selectFrom('audit_head').selectAll().execute()
    await kysely.deleteFrom('audit').where('sequence', '>', 2).execute()
    await kysely.deleteFrom('audit_head').execute()
    const { whole, faults } = await house.audit.verify()
    expect(whole).toBe(false)
    expect(faults.at(-1)?.fault).toMatch(/records are missing at the end/)
    await kysely.insertInto('audit').values(kept).execute()
    await kysely.insertInto('audit_head').values(heads).execute()
    expect((await house.audit.verify()).whole).toBe(true)
  })

  test('a file of heads that somebody wrote in is found', async () => {
    const before = readFileSync(headsFile(home))
    appendFileSync(headsFile(home), 'no head\n')
    expect(await house.audit.verify()).toMatchObject({ whole: false, faults: [{ fault: expect.stringContaining('is no head') }] })
    writeFileSync(headsFile(home), before)
    expect((await house.audit.verify()).whole).toBe(true)
  })
})

test('a head that a crash cut short is taken away before the next is written', () => {
  const home = mkdtempSync(join(tmpdir(), 'quadrant-people-'))
  const head = { size: 1, root: 'r', time: 't', keyId: 'k', signature: 's' }
  mendHeads(home)
  appendHead(home, head)
  appendFileSync(headsFile(home), '{"size":2,"ro')
  mendHeads(home)
  appendHead(home, { ...head, size: 3 })
  expect(readHeads(home)).toEqual({ heads: [head, { ...head, size: 3 }], strange: [] })
  rmSync(home, { recursive: true })
})
