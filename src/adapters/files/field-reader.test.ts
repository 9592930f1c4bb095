import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatSteps } from '../../domain/numbers.ts'
import { FieldReader, lineBlocks } from './field-reader.ts'

function readerOf(line: string): FieldReader {
  const reader = new FieldReader()
  reader.load(Buffer.from(`${line}\n`))
  reader.nextLine()
  return reader
}

const exact = (text: string, decimals: number): number => readerOf(text).exact(decimals)
const rounded = (text: string, decimals: number): number => readerOf(text).rounded(decimals)

describe('a number', () => {
  test('becomes whole steps', () => {
    expect(exact('1291.677', 3)).toBe(1_291_677)
    expect(exact('1291.6', 3)).toBe(1_291_600)
    expect(exact('1291', 3)).toBe(1_291_000)
    expect(exact('-36.98', 2)).toBe(-3698)
    expect(exact('0', 2)).toBe(0)
    expect(Object.is(exact('-0.00', 2), 0)).toBe(true)
    expect(exact('.5', 1)).toBe(5)
  })

  test('finer than a step is no price, but a size to the nearest', () => {
    expect(exact('1.005', 2)).toBeNaN()
    expect(rounded('1.005', 2)).toBe(101)
    expect(rounded('1.0049', 2)).toBe(100)
    expect(rounded('62.2662', 3)).toBe(62_266)
  })

  test('written by a float is the step it stands for', () => {
    expect(exact('55073.00000000001', 0)).toBe(55_073)
    expect(exact('130583.99999999999', 0)).toBe(130_584)
    expect(exact('0.10000000000000009', 1)).toBe(1)
    expect(rounded('1E-05', 8)).toBe(1000)
    expect(rounded('-2.5e-3', 4)).toBe(-25)
  })

  test('is none of these', () => {
    for (const text of [
      '',
      'NaN',
      'nan',
      'Infinity',
      '-',
      '.',
      '1.2.3',
      '1 2',
      '0x10',
      '1e',
      '1e999',
      'abc',
      '"1"',
      '٣',
      '99999999999999999999',
    ]) {
      expect(exact(text, 2), text).toBeNaN()
    }
  })

  test('of any size and decimals reads as it was written', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -1e12, max: 1e12 }),
        fc.integer({ min: 0, max: 8 }),
        fc.integer({ min: 0, max: 3 }),
        (steps, decimals, extra) => {
          const trailing = decimals > 0 ? '0'.repeat(extra) : ''
          expect(exact(formatSteps(steps, decimals) + trailing, decimals)).toBe(steps)
        },
      ),
    )
  })

  test('is never a fraction or an infinity, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary-ascii', maxLength: 24 }), fc.integer({ min: 0, max: 9 }), (text, decimals) => {
        const steps = rounded(text.replaceAll('\n', ''), decimals)
        expect(Number.isNaN(steps) || Number.isSafeInteger(steps)).toBe(true)
      }),
    )
  })
})

describe('a line', () => {
  test('is read field by field, and knows its end', () => {
    const reader = readerOf('43.142,abc,,7')
    expect([reader.exact(3), reader.field(), reader.rounded(0)]).toEqual([43_142, 'abc', Number.NaN])
    expect(reader.atEnd).toBe(false)
    expect([reader.rounded(0), reader.atEnd]).toEqual([7, true])
  })

  test('too short gives NaN for what is missing, and nothing of the next line', () => {
    const reader = new FieldReader()
    reader.load(Buffer.from('1,2\n3,4\n'))
    reader.nextLine()
    expect([reader.exact(0), reader.exact(0), reader.exact(0), reader.field(), reader.flag()]).toEqual([1, 2, Number.NaN, '', 0])
    reader.nextLine()
    reader.skip(5)
    expect([reader.atEnd, reader.text()]).toEqual([true, '3,4'])
  })

  test('may end with a carriage return, and blank ones are passed over but counted', () => {
    const reader = new FieldReader()
    reader.load(Buffer.from('1\r\n\r\n\n2\n'))
    const seen: [number, number][] = []
    while (reader.nextLine()) seen.push([reader.line, reader.exact(0)])
    expect(seen).toEqual([
      [1, 1],
      [4, 2],
    ])
  })
})

describe('blocks of lines', () => {
  async function linesOf(chunks: readonly Buffer[]): Promise<string[]> {
    const reader = new FieldReader()
    const lines: string[] = []
    for await (const block of lineBlocks(each(chunks), 'test')) {
      reader.load(block)
      while (reader.nextLine()) lines.push(`${reader.line}:${reader.text()}`)
    }
    return lines
  }

  async function* each(chunks: readonly Buffer[]): AsyncGenerator<Buffer> {
    yield* chunks
  }

  test('do not depend on how the bytes were cut', async () => {
    const text = Buffer.from(Array.from({ length: 30_000 }, (_, row) => `${row},${row * 7}`).join('\n'))
    const whole = await linesOf([text])
    expect([whole.length, whole.at(-1)]).toEqual([30_000, '30000:29999,209993'])
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(text.length), { maxLength: 12 }), async cuts => {
        const at = [0, ...cuts.toSorted((a, b) => a - b), text.length]
        expect(await linesOf(at.slice(1).map((end, index) => text.subarray(at[index]!, end)))).toEqual(whole)
      }),
      { numRuns: 8 },
    )
  })

  test('of a file that is no text are refused', async () => {
    await expect(linesOf(Array.from({ length: 10 }, () => Buffer.alloc(1 << 20, 1)))).rejects.toMatchObject({
      code: 'IMPORT_NOT_TEXT',
    })
  })
})
