// The secret store as a user meets it: a value from a pipe, a list without values, and nothing readable on disk.

import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { quadrant } from '../command.ts'
import { ROOT } from '../source.ts'

const cwd = mkdtempSync(join(tmpdir(), 'quadrant-secrets-'))
afterAll(() => rmSync(cwd, { recursive: true, force: true }))

const VALUE = 'k3v9q1zt7w4y8b2n6m5x0c7r1f8h3j9d'

/** `command.ts` gives no stdin: here it is a pipe. */
function piped(args: readonly string[], input: string, env: Readonly<Record<string, string>> = {}) {
  const main = join(ROOT, 'src/apps/cli/main.ts')
  const { QUADRANT_HOME: _, ...outer } = process.env
  const done = spawnSync(process.execPath, [main, ...args], { cwd, input, encoding: 'utf8', env: { ...outer, ...env } })
  return { exit: done.status, stdout: done.stdout, stderr: done.stderr }
}

test('a key is stored from a pipe, listed by its mark, read by nobody, and removed', async () => {
  const stored = piped(['secrets', 'set', 'QUADRANT_FRED_KEY'], `${VALUE}\n`)
  expect(stored).toMatchObject({ exit: 0, stderr: '' })
  expect(stored.stdout).not.toContain(VALUE.slice(0, 8))

  const folder = join(cwd, '.quadrant', 'secrets')
  for (const file of readdirSync(folder)) {
    expect(statSync(join(folder, file)).mode & 0o077, `${file} is its owner’s alone`).toBe(0)
    expect(readFileSync(join(folder, file), 'utf8')).not.toContain(VALUE)
  }

  const listed = await quadrant(['secrets', 'list', '--json'], { cwd })
  // printf k3v9q1zt7w4y8b2n6m5x0c7r1f8h3j9d | sha256sum
  expect(JSON.parse(listed.stdout)).toMatchObject({ secrets: [{ name: 'QUADRANT_FRED_KEY', mark: '06d18323…9d' }] })

  expect((await quadrant(['secrets', 'remove', 'QUADRANT_FRED_KEY'], { cwd })).exit).toBe(0)
  const again = await quadrant(['secrets', 'remove', 'QUADRANT_FRED_KEY', '--json'], { cwd })
  expect(again.exit).toBe(4)
  expect(JSON.parse(again.stdout)).toMatchObject({ error: { code: 'SECRET_NOT_FOUND' } })
})

test('another key says that it is another key', () => {
  const env = { QUADRANT_SECRET_KEY: 'a first pass phrase' }
  expect(piped(['secrets', 'set', 'QUADRANT_OTHER'], VALUE, env).exit).toBe(1)
  expect(piped(['secrets', 'list'], '', env).stderr).toContain('SECRET_KEY_WRONG')
})

test('nothing, and a name that is none, are not stored', () => {
  expect(piped(['secrets', 'set', 'QUADRANT_FRED_KEY'], '\n')).toMatchObject({ exit: 2 })
  expect(piped(['secrets', 'set', 'fred key'], VALUE)).toMatchObject({ exit: 2 })
})
