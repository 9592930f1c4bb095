// Folders and files that are there whole, or refused with the system's reason.
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { makeFolder } from './durable.ts'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'quadrant-durable-'))
})
afterEach(() => rm(root, { recursive: true, force: true }))

describe('a folder', () => {
  test('is made with all above it, and made again without harm', async () => {
    const path = join(root, 'a', 'b', 'c')
    makeFolder(path)
    makeFolder(path)
    expect((await stat(path)).isDirectory()).toBe(true)
  })

  test('is refused where a file stands, or stands above', async () => {
    const file = join(root, 'file')
    await writeFile(file, '')
    for (const path of [file, join(file, 'a', 'b')]) {
      expect(() => makeFolder(path)).toThrow(expect.objectContaining({ code: 'ENOTDIR' }))
    }
  })

  test.runIf(process.platform === 'linux')('is refused where the system makes none, instead of trying for ever', () => {
    expect(() => makeFolder('/proc/quadrant/lake')).toThrow(expect.objectContaining({ code: 'EPERM' }))
  })
})
