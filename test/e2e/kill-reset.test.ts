// Taking the emergency stop back from the command line: anybody's where nobody has an account, an admin's once there are some.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { engageKill, readKill } from '../../src/apps/kill-switch.ts'
import { openHouse } from '../../src/apps/people/open-house.ts'
import { ROOT } from '../source.ts'

const home = mkdtempSync(join(tmpdir(), 'q-reset-'))
afterAll(() => rmSync(home, { recursive: true, force: true }))

const PASSWORD = 'a long enough pass phrase'

/** The command with a password on its stdin. */
function reset(...more: readonly string[]): Promise<{ readonly exit: number | null; readonly output: string }> {
  const { DATABASE_URL: _, ...env } = process.env
  const program = [join(ROOT, 'src/apps/cli/main.ts'), 'kill', '--reset', '--reason', 'over', ...more]
  return new Promise(resolve => {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...program], {
      env: { ...env, QUADRANT_HOME: home },
      stdio: 'pipe',
    })
    let output = ''
    const hear = (chunk: Buffer): void => {
      output += String(chunk)
    }
    child.stdout.on('data', hear)
    child.stderr.on('data', hear)
    // A command that asks for none may be gone before it is written.
    child.stdin.on('error', () => {})
    child.stdin.end(`${PASSWORD}\n`)
    child.on('close', exit => resolve({ exit, output }))
  })
}

test('a stop is taken back by an admin who proves it, and by nobody else', async () => {
  await engageKill(home, { mode: 'halt', reason: 'a drill' }).durable
  const free = await reset()
  expect(free, free.output).toMatchObject({ exit: 0 })

  await engageKill(home, { mode: 'halt', reason: 'another drill' }).durable
  const house = await openHouse(home, undefined)
  try {
    await house.desk.addUser('root', { name: 'bob', password: PASSWORD, roles: ['admin'], accounts: [] })
    await house.desk.addUser('root', { name: 'tim', password: PASSWORD, roles: ['trade'], accounts: [] })
    const given = { password: PASSWORD, reason: 'over', before: null }

    await expect(house.desk.allowStopReset('root', { ...given, name: 'tim' })).rejects.toMatchObject({
      code: 'STOP_RESET_DENIED',
    })
    await expect(house.desk.allowStopReset('root', { ...given, name: 'bob', password: 'not it at all' })).rejects.toMatchObject({
      code: 'SIGN_IN_REFUSED',
    })
    expect(await house.desk.allowStopReset('root', { ...given, name: 'bob' })).toEqual({ user: 'bob' })

    const { size } = await house.desk.beginExport('root')
    const { lines } = await house.desk.auditPage({ after: null, size })
    const asked = lines.map(line => JSON.stringify(line)).filter(line => line.includes('stop.reset'))
    expect(asked.map(line => [line.includes('"tim"'), line.includes('refused')])).toEqual([
      [true, true],
      [false, false],
    ])
  } finally {
    await house.close()
  }

  expect(readKill(home)).toMatchObject({ reason: 'another drill' })
  const nobody = await reset()
  expect(nobody, nobody.output).toMatchObject({ exit: 2, output: expect.stringContaining('USAGE_KILL') })
  const admin = await reset('--user', 'bob', '--password-stdin')
  expect(admin, admin.output).toMatchObject({ exit: 0 })
  expect(readKill(home)).toBeUndefined()
  expect(readFileSync(join(home, 'kill-record.jsonl'), 'utf8').trim().split('\n').at(-1)).toContain('"operator":"bob"')
}, 180_000)
