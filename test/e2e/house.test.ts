// The server as a house of several runs it: PostgreSQL, Redis, a certificate of its own, client certificates.
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { withPeople } from '../../src/apps/people/control.ts'
import { quadrant } from '../command.ts'
import { HAS_POSTGRES, PostgresServer } from '../postgres.ts'
import { HAS_REDIS, RedisServer } from '../redis.ts'
import { type Served, serve, stopServed } from '../served.ts'
import { ServerClient } from '../server-client.ts'
import { Authority } from '../venues/authority.ts'

const PASSWORD = 'four unrelated words here'
const folder = mkdtempSync(join(tmpdir(), 'q-house-'))
const servers: Served[] = []

async function serving(...options: Parameters<typeof serve>): Promise<Served> {
  const server = await serve(...options)
  servers.push(server)
  return server
}

afterAll(() => {
  for (const { process: child } of servers) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

function describeServices(name: string, body: () => void): void {
  if (HAS_POSTGRES && HAS_REDIS) describe(name, body)
  else describe.skip(`${name} (skipped: needs PostgreSQL and Redis; apt-get install postgresql redis-server)`, body)
}

describeServices('a house on PostgreSQL and Redis', () => {
  const [home, second] = [join(folder, 'a'), join(folder, 'b')]
  let postgres: PostgresServer
  let redis: RedisServer
  let authority: Authority
  let env: Readonly<Record<string, string>>
  let server: Served
  let owner: ServerClient

  beforeAll(async () => {
    ;[postgres, redis, authority] = await Promise.all([PostgresServer.start(), RedisServer.start(), Authority.create()])
    const own = await authority.issue(['localhost', '127.0.0.1'])
    const [cert, key] = [join(folder, 'own.crt'), join(folder, 'own.key')]
    writeFileSync(cert, `${own.cert}\n`)
    writeFileSync(key, own.key, { mode: 0o600 })
    env = {
      ...{ DATABASE_URL: await postgres.database(), QUADRANT_REDIS_URL: redis.url },
      ...{ QUADRANT_TLS_CERT: cert, QUADRANT_TLS_KEY: key },
    }
    server = await serving({ home, cwd: folder, env })
    owner = new ServerClient(server.url, home, { authority: authority.pem })
    await owner.setUp({ token: server.setupToken, name: 'owner', password: PASSWORD })
  }, 120_000)
  afterAll(async () => {
    owner?.close()
    for (const one of servers) await stopServed(one)
    await Promise.all([postgres?.stop(), redis?.stop()])
  }, 60_000)

  test('is what the settings say, and shows the certificate it was given', async () => {
    const { body } = await owner.call('GET /settings')
    expect(body.house).toMatchObject({
      database: expect.stringMatching(/^PostgreSQL \d+/),
      sessions: expect.stringContaining('Redis'),
      clientCertificates: false,
    })
    expect(body.house.database).not.toContain('quadrant@')
  })

  test('knows who is signed in after a restart', async () => {
    expect(await stopServed(server)).toBe(0)
    server = await serving({ home, cwd: folder, env, port: Number(new URL(server.url).port) })

    expect(server.setupToken).toBe('')
    const { status, body, text } = await owner.call('GET /session')
    expect(status, text).toBe(200)
    expect(body.user.name).toBe('owner')
  }, 60_000)

  test('ends at every server what was ended at one', async () => {
    // Several servers need the same keys.
    mkdirSync(second, { recursive: true })
    cpSync(join(home, 'keys'), join(second, 'keys'), { recursive: true })
    const other = await serving({ home: second, cwd: folder, env })
    const there = owner.at(other.url)
    expect((await there.call('GET /session')).status).toBe(200)
    let looking: () => void = () => {}
    const open = new Promise<void>(resolve => {
      looking = resolve
    })
    const closed = there.watch('health', () => (looking(), false)).catch((error: Error) => error.message)
    await open

    const out = await owner.call('DELETE /session')
    expect(out.status, out.text).toBeLessThan(300)
    expect(await closed).toMatch(/^the socket was closed with 4\d{3}$|closed with 1008/)
    expect((await there.call('GET /session')).status).toBe(401)
    there.close()
  }, 60_000)
})

test('where client certificates are demanded, nobody gets in without one', async () => {
  const home = join(folder, 'c')
  const place = { home, url: undefined }
  const env = { QUADRANT_HOME: home, DATABASE_URL: '' }
  await withPeople(place, desk => desk.addUser('root', { name: 'anna', password: PASSWORD, roles: ['admin'] }))
  const nobody = await quadrant(['user', 'certificate', 'nobody', '--out', join(folder, 'nobody.pem')], { cwd: folder, env })
  expect(nobody.stderr).toContain('USER_NOT_FOUND')
  const demanding = { ...env, QUADRANT_TLS_CLIENT_REQUIRED: '1' }
  const early = await quadrant(['serve', '--port', '0', '--metrics-port', '0', '--json'], { cwd: folder, env: demanding })
  expect(JSON.parse(early.stdout).error, 'no authority was made for nobody').toMatchObject({ code: 'SERVER_SETTINGS' })

  const made = await quadrant(['user', 'certificate', 'anna', '--out', join(folder, 'anna.pem')], { cwd: folder, env })
  expect(made.exit, made.stderr).toBe(0)
  const pem = readFileSync(join(folder, 'anna.pem'), 'utf8')
  const server = await serving({ home, cwd: folder, env: demanding })
  const without = new ServerClient(server.url, home)
  await expect(without.get('/healthz')).rejects.toThrow()
  const shown = {
    cert: pem.slice(pem.indexOf('-----BEGIN CERTIFICATE')),
    key: pem.slice(0, pem.indexOf('-----BEGIN CERTIFICATE')),
  }
  const anna = new ServerClient(server.url, home, { shown })

  const signedIn = await anna.call('POST /session', {}, { name: 'anna', password: PASSWORD })
  expect(signedIn.status, signedIn.text).toBe(201)
  expect((await anna.call('GET /settings')).body.house.clientCertificates).toBe(true)
  without.close()
  anna.close()
  expect(await stopServed(server)).toBe(0)
}, 120_000)
