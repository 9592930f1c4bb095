// The commands user, token, audit and migrate as a person or a script runs them, without a server.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Ended, quadrant, STACK_TRACE } from '../command.ts'
import { ROOT } from '../source.ts'

const PASSWORD = 'zebra-plinth-quorum-77'

describe('people from the command line', () => {
  const cwd = mkdtempSync(join(tmpdir(), 'quadrant-e2e-people-'))
  const env = { DATABASE_URL: '' }
  const run = (...args: string[]) => quadrant(args, { cwd, env })

  /** With something on stdin. */
  const piped = (input: string, ...args: string[]) =>
    new Promise<Ended>(resolve => {
      const child = spawn(
        process.execPath,
        ['--disable-warning=ExperimentalWarning', join(ROOT, 'src/apps/cli/main.ts'), ...args],
        {
          cwd,
          env: { ...process.env, ...env },
        },
      )
      const output = { stdout: '', stderr: '' }
      for (const name of ['stdout', 'stderr'] as const) child[name].setEncoding('utf8').on('data', text => (output[name] += text))
      child.on('close', exit => resolve({ exit, ...output }))
      child.stdin.end(input)
    })

  beforeAll(async () => {
    expect(
      await piped(`${PASSWORD}\n`, 'user', 'add', 'anna', '--role', 'admin', '--account', '*', '--password-stdin'),
    ).toMatchObject({ exit: 0, stderr: '' })
  })
  afterAll(() => rmSync(cwd, { recursive: true, force: true }))

  test('a user is added from a pipe, changed, disabled and listed', async () => {
    const added = await piped(
      PASSWORD,
      'user',
      'add',
      'bert',
      '--role',
      'trade',
      '--role',
      'read',
      '--account',
      'oil',
      '--password-stdin',
      '--json',
    )
    expect(added).toMatchObject({ exit: 0, stderr: '' })
    expect(JSON.parse(added.stdout).user).toMatchObject({
      name: 'bert',
      roles: ['trade', 'read'],
      accounts: ['oil'],
      disabled: false,
    })
    expect(added.stdout).not.toContain(PASSWORD)

    expect(JSON.parse((await run('user', 'role', 'bert', '--role', 'read', '--json')).stdout).user).toMatchObject({
      roles: ['read'],
      accounts: ['oil'],
    })
    expect((await run('user', 'disable', 'bert')).stdout).toBe('bert is disabled.\n')
    expect((await run('user', 'list')).stdout).toMatch(/^bert +read +oil +no +disabled +never$/m)
  })

  test('a token is shown once and can be revoked', async () => {
    const made = await run('token', 'new', '--user', 'anna', '--name', 'for the nightly export', '--scope', 'read', '--days', '7')
    expect(made).toMatchObject({ exit: 0, stdout: expect.stringMatching(/^\S{40,}\n$/) })
    const listed = await run('token', 'list', '--json')
    const { tokens } = JSON.parse(listed.stdout)
    expect(tokens).toMatchObject([{ user: 'anna', name: 'for the nightly export', scopes: ['read'], revoked: false }])
    expect(listed.stdout).not.toContain(made.stdout.trim())
    expect((await run('token', 'revoke', tokens[0].id)).stdout).toMatch(/ is revoked\.$/m)
    expect((await run('token', 'revoke', 'none')).exit).toBe(4)
  })

  test('the audit trail is whole, and an export that was changed is not', async () => {
    const verified = await run('audit', 'verify', '--json')
    expect(verified.exit).toBe(0)
    expect(JSON.parse(verified.stdout)).toMatchObject({ whole: true, faults: [] })

    const file = join(cwd, 'trail.jsonl')
    expect((await run('audit', 'export', '--out', file)).exit).toBe(0)
    expect(await run('audit', 'export', '--out', file)).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining('USAGE_EXPORT'),
    })
    expect((await run('audit', 'verify', file)).exit).toBe(0)
    const user = /"actor":"(os:[^"]+)"/.exec(readFileSync(file, 'utf8'))?.[1]
    expect(user).toBeDefined()
    writeFileSync(file, readFileSync(file, 'utf8').replace(user!, 'os:nobody-else'))
    const changed = await run('audit', 'verify', file)
    expect(changed).toMatchObject({ exit: 20, stdout: expect.stringContaining('record 1: it was changed after it was written') })
  })

  test('migrate says what is done', async () => {
    const { exit, stdout } = await run('migrate', '--status', '--home', '.quadrant', '--json')
    expect(exit).toBe(0)
    const { database, migrations } = JSON.parse(stdout)
    expect(database).toMatch(/^PGlite \d+\.\d+ in /)
    expect(migrations.every(({ applied }: { applied: string | null }) => applied !== null)).toBe(true)
  })

  test.each([
    [['user', 'add', 'carl', '--role', 'read'], 2, 'USAGE_PASSWORD'],
    [['user', 'add', 'carl', '--role', 'read', '--password', PASSWORD], 2, 'USAGE_OPTION'],
    [['user', 'add', 'carl'], 2, 'USAGE_ARGUMENT'],
    [['user', 'disable', 'anna'], 1, 'LAST_ADMIN'],
    [['token', 'new', '--user', 'anna', '--name', 'x', '--scope', 'read', '--days', 'many'], 2, 'USAGE_USER'],
    [['audit', 'verify', 'no-such-file'], 4, 'FILE_NOT_FOUND'],
    [['audit', 'export', '--json'], 2, 'USAGE_EXPORT'],
  ])('%j ends with %i and %s, in words', async (args, exit, code) => {
    const ended = await run(...args)
    const said = args.includes('--json') ? ended.stdout : ended.stderr
    expect(ended.exit).toBe(exit)
    expect(said).toContain(code)
    expect(`${ended.stdout}${ended.stderr}`).not.toMatch(STACK_TRACE)
  })
})
