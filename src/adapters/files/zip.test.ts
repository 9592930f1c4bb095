import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeZip } from '../../../test/make-zip.ts'
import { ImportError } from './format.ts'
import { zipEntries } from './zip.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'zip-'))
})
afterAll(() => rm(folder, { recursive: true }))

let written = 0
async function textsOf(archive: Buffer): Promise<Record<string, string>> {
  const path = join(folder, `${written++}.zip`)
  await writeFile(path, archive)
  const texts: Record<string, string> = {}
  for await (const entry of zipEntries(path)) {
    const chunks: Buffer[] = []
    for await (const chunk of entry.chunks()) chunks.push(chunk)
    texts[entry.name] = Buffer.concat(chunks).toString()
  }
  return texts
}

/** No flip of one byte makes one name the other: nothing in a zip protects names. */
const good = makeZip([
  { name: 'a.csv', content: '1,2\n3,4\n' },
  { name: 'folder/', content: '' },
  { name: 'other.csv', content: 'x'.repeat(100_000) },
])

test('entries are read one after the other, folders left out', async () => {
  const texts = await textsOf(good)
  expect(Object.keys(texts)).toEqual(['a.csv', 'other.csv'])
  expect(texts['a.csv']).toBe('1,2\n3,4\n')
  expect(texts['other.csv']).toHaveLength(100_000)
})

test('every fault of an archive has its own code', async () => {
  const faults: [string, Buffer][] = [
    ['IMPORT_EMPTY_FILE', Buffer.alloc(0)],
    ['IMPORT_NOT_A_ZIP', Buffer.from('43.142,1291.677,1292.033\n')],
    ['IMPORT_ZIP_TRUNCATED', good.subarray(0, good.length - 60)],
    ['IMPORT_ZIP_TRUNCATED', good.subarray(0, 20)],
    ['IMPORT_ZIP_CORRUPT', makeZip([{ name: 'a.csv', content: '1,2\n', claimedCrc: 7 }])],
    ['IMPORT_ZIP_CORRUPT', makeZip([{ name: 'a.csv', content: '1,2\n', claimedSize: 3 }])],
    ['IMPORT_ZIP_CORRUPT', makeZip([{ name: '../a.csv', content: '1,2\n' }])],
    ['IMPORT_ZIP_ENCRYPTED', makeZip([{ name: 'a.csv', content: '1,2\n', flags: 1 }])],
    ['IMPORT_ZIP_BOMB', makeZip([{ name: 'a.csv', content: '0', claimedSize: 4_000_000_000 }])],
  ]
  for (const [code, archive] of faults) await expect(textsOf(archive), code).rejects.toMatchObject({ name: 'ImportError', code })
})

test('a missing archive is unreadable', async () => {
  await expect(zipEntries(join(folder, 'missing.zip')).next()).rejects.toMatchObject({ code: 'IMPORT_UNREADABLE' })
  await expect(zipEntries(folder).next()).rejects.toBeInstanceOf(ImportError)
})

test('a damaged archive gives its true content or an ImportError, never something else', async () => {
  const truth = await textsOf(good)
  await fc.assert(
    fc.asyncProperty(fc.nat(good.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
      const damaged = Buffer.from(good)
      damaged[at]! ^= flip
      try {
        for (const [name, text] of Object.entries(await textsOf(damaged))) {
          if (name in truth) expect(text).toBe(truth[name])
        }
      } catch (error) {
        expect(error).toBeInstanceOf(ImportError)
      }
    }),
    { numRuns: 150 },
  )
})
