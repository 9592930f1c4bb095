// Secrets at rest: what is sealed opens with its key, for its purpose, unchanged, and not otherwise.
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { openSecretBox, SecretBox } from './secret-box.ts'
import type { SourceError } from './source-error.ts'

const folder = mkdtempSync(join(tmpdir(), 'quadrant-secrets-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const box = new SecretBox('correct horse battery staple')

const codeOf = (body: () => unknown): string => {
  try {
    body()
  } catch (error) {
    return (error as SourceError).code
  }
  return 'none'
}

test('what is sealed opens again, in another process too, and looks different each time', () => {
  const other = new SecretBox('correct horse battery staple')
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), text => {
      const well = text.toWellFormed()
      const sealed = box.seal(well, 'a file')
      expect(box.seal(well, 'a file')).not.toBe(sealed)
      if (well.length > 3) expect(sealed).not.toContain(well)
      expect(other.open(sealed, 'a file')).toBe(well)
    }),
    { numRuns: 30 },
  )
})

test('a wrong key says that it is wrong, and a change of any part says that it is damage', () => {
  const sealed = box.seal('secret', 'a file')
  expect(codeOf(() => new SecretBox('another pass phrase').open(sealed, 'a file'))).toBe('SECRET_KEY_WRONG')
  expect(codeOf(() => box.open(sealed, 'another file'))).toBe('SECRET_DAMAGED')
  expect(codeOf(() => box.open(sealed.slice(0, -5), 'a file'))).toBe('SECRET_DAMAGED')

  const parts = JSON.parse(sealed) as Record<string, string>
  for (const name of ['nonce', 'text', 'tag']) {
    const bytes = Buffer.from(parts[name]!, 'base64')
    bytes[0]! ^= 1
    const changed = JSON.stringify({ ...parts, [name]: bytes.toString('base64') })
    expect(
      codeOf(() => box.open(changed, 'a file')),
      name,
    ).toBe('SECRET_DAMAGED')
  }
  const cutTag = JSON.stringify({ ...parts, tag: Buffer.from(parts['tag']!, 'base64').subarray(0, 4).toString('base64') })
  expect(
    codeOf(() => box.open(cutTag, 'a file')),
    'a short tag is easily guessed',
  ).toBe('SECRET_DAMAGED')
})

test('a key file is made once, for its owner only, and refused when others may read it', () => {
  const keyFile = join(folder, 'made', 'secret.key')
  const sealed = openSecretBox({ keyFile }).seal('token', 'a file')
  expect(statSync(keyFile).mode & 0o777).toBe(0o600)
  expect(openSecretBox({ keyFile }).open(sealed, 'a file')).toBe('token')
  expect(sealed).not.toContain(readFileSync(keyFile, 'utf8').trim())

  chmodSync(keyFile, 0o640)
  expect(codeOf(() => openSecretBox({ keyFile }))).toBe('SECRET_KEY_EXPOSED')

  const empty = join(folder, 'empty.key')
  writeFileSync(empty, '', { mode: 0o600 })
  expect(codeOf(() => openSecretBox({ keyFile: empty }))).toBe('SECRET_DAMAGED')
})

test('a key from the environment is taken before the file, and a short one is refused', () => {
  const keyFile = join(folder, 'unused.key')
  const sealed = openSecretBox({ secretKey: 'sixteen letters!', keyFile }).seal('token', 'a file')
  expect(new SecretBox('sixteen letters!').open(sealed, 'a file')).toBe('token')
  expect(codeOf(() => openSecretBox({ secretKey: 'short', keyFile }))).toBe('SECRET_KEY_SHORT')
})
