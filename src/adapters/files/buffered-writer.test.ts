import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { BufferedWriter, FileWriteError } from './buffered-writer.ts'

const ROOT = mkdtempSync(join(tmpdir(), 'quadrant-writer-'))
let files = 0
const fresh = (): string => join(ROOT, `file-${files++}.jsonl`)
afterAll(() => rmSync(ROOT, { recursive: true, force: true }))

const errorOf = (act: () => unknown): FileWriteError => {
  try {
    act()
  } catch (error) {
    expect(error).toBeInstanceOf(FileWriteError)
    return error as FileWriteError
  }
  throw new Error('nothing was thrown')
}

describe('a buffered writer', () => {
  test('writes objects as JSON and texts as they are, a line each', () => {
    const path = fresh()
    const writer = new BufferedWriter(path)
    writer.line({ id: 'q-1', price: '1291.677' })
    writer.line('{"id":"q-2"}')
    writer.close()

    expect(readFileSync(path, 'utf8')).toBe('{"id":"q-1","price":"1291.677"}\n{"id":"q-2"}\n')
  })

  test('gives back every line, whatever its length and alphabet', () => {
    const piece = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).filter(text => !/[\r\n]/.test(text))
    const line = fc.tuple(piece, fc.constantFrom(1, 100, 2_000, 9_000)).map(([text, times]) => ({ text: text.repeat(times) }))
    fc.assert(
      fc.property(fc.array(line, { maxLength: 20 }), lines => {
        const path = fresh()
        const writer = new BufferedWriter(path)
        for (const each of lines) writer.line(each)
        writer.close()

        const read = readFileSync(path, 'utf8').split('\n')
        expect(read.pop(), 'the last line ends too').toBe('')
        expect(read.map(text => JSON.parse(text))).toEqual(lines)
        rmSync(path)
      }),
      { numRuns: 30 },
    )
  })

  test('shows nothing under the name before it is closed, and no other file after', () => {
    const folder = join(ROOT, 'quiet')
    const path = join(folder, 'orders.jsonl')
    const writer = new BufferedWriter(path)
    writer.line('a'.repeat(100_000))
    expect(existsSync(path)).toBe(false)

    writer.close()
    expect(readdirSync(folder)).toEqual(['orders.jsonl'])
  })

  test('replaces an older file only when the new one is whole', () => {
    const path = fresh()
    writeFileSync(path, 'old\n')
    const writer = new BufferedWriter(path)
    writer.line('new')
    expect(readFileSync(path, 'utf8')).toBe('old\n')

    writer.close()
    expect(readFileSync(path, 'utf8')).toBe('new\n')
  })

  test('given up leaves nothing', () => {
    const folder = join(ROOT, 'gone')
    const writer = new BufferedWriter(join(folder, 'fills.jsonl'))
    writer.line('one')
    writer.discard()

    expect(readdirSync(folder)).toEqual([])
    expect(errorOf(() => writer.line('two')).code).toBe('FILE_CLOSED')
  })

  test('without a line is an empty file', () => {
    const path = fresh()
    new BufferedWriter(path).close()

    expect(readFileSync(path, 'utf8')).toBe('')
  })

  test('closed twice says so', () => {
    const writer = new BufferedWriter(fresh())
    writer.close()

    expect(errorOf(() => writer.close()).code).toBe('FILE_CLOSED')
  })

  test('where a file stands in the place of the folder says which path cannot be written', () => {
    const file = join(ROOT, 'in-the-way')
    writeFileSync(file, '')

    const error = errorOf(() => new BufferedWriter(join(file, 'orders.jsonl')))
    expect(error).toMatchObject({ code: 'FILE_DENIED', fix: expect.stringContaining('QUADRANT_HOME') })
    expect(error.message).toContain(join(file, 'orders.jsonl'))
  })

  // A file system of 256 KiB, seen by the child alone, is gone with it.
  const small = (command: string) => ['--mount', 'sh', '-c', `mount -t tmpfs -o size=256k tmpfs "$0" && ${command}`]
  const canMount = spawnSync('unshare', [...small('true'), ROOT]).status === 0

  test.skipIf(!canMount)('on a full disk says so and leaves nothing half written', () => {
    const folder = mkdtempSync(join(ROOT, 'small-'))
    const script = `
      import { BufferedWriter } from ${JSON.stringify(join(import.meta.dirname, 'buffered-writer.ts'))}
      const writer = new BufferedWriter(process.argv[1] + '/orders.jsonl')
      try {
        for (let i = 0; i < 10_000; i++) writer.line({ i, text: 'x'.repeat(100) })
        writer.close()
      } catch (error) { console.log(error.code) }`
    const command = `"${process.execPath}" --input-type=module -e "$1" "$0" && ls -A "$0"`
    const child = spawnSync('unshare', [...small(command), folder, script], { encoding: 'utf8' })

    expect(child.stdout).toBe('DISK_FULL\n')
  })
})
