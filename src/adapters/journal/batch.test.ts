import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { tick } from '../../../test/contracts/ticks.ts'
import { BatchWriter, digest, openBatch, recordsOf, seal } from './batch.ts'
import { JournalError } from './journal-error.ts'
import { Words } from './words.ts'

const ROOT = digest(Buffer.from('the identity of a run'))

function batchOf(first: number, count: number, previous: Buffer = ROOT): Buffer {
  const writer = new BatchWriter(new Words())
  for (let i = 0; i < count; i++) writer.append(tick(first + i))
  const batch = writer.take()
  seal(batch, 1000, previous)
  return batch.bytes
}

const codeOf = (act: () => unknown): string => {
  try {
    act()
  } catch (error) {
    if (error instanceof JournalError) return error.code
    throw error
  }
  return 'no error'
}

describe('a batch', () => {
  test('holds its records, how far the feeds were read, and the seal the next one follows', () => {
    const words = new Words()
    const batch = openBatch(batchOf(5, 3), 5, ROOT)
    words.learn(batch.words)

    expect(recordsOf(batch, words)).toEqual([tick(5), tick(6), tick(7)])
    expect(batch).toMatchObject({ first: 5, last: 7, consumed: 1000 })
    expect(codeOf(() => openBatch(batchOf(8, 1, batch.seal), 8, batch.seal))).toBe('no error')
  })

  test('is refused when any one bit of it is another', () => {
    const bytes = batchOf(5, 3)

    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const damaged = Buffer.from(bytes)
      damaged[bit >> 3] = damaged[bit >> 3]! ^ (1 << (bit & 7))
      expect(
        codeOf(() => openBatch(damaged, 5, ROOT)),
        `bit ${bit}`,
      ).toBe('JOURNAL_CORRUPT')
    }
  })

  test('is refused when it is cut, or something else altogether', () => {
    const bytes = batchOf(5, 3)
    fc.assert(
      fc.property(
        fc.oneof(
          fc.nat(bytes.length - 1).map(end => bytes.subarray(0, end)),
          fc.uint8Array({ maxLength: 300 }),
        ),
        other => {
          expect(codeOf(() => openBatch(Buffer.from(other), 5, ROOT))).toBe('JOURNAL_CORRUPT')
        },
      ),
    )
  })

  test('is refused in the place of another, though its seal is whole', () => {
    expect(
      codeOf(() => openBatch(batchOf(5, 3), 6, ROOT)),
      'at another sequence',
    ).toBe('JOURNAL_CORRUPT')
    expect(
      codeOf(() => openBatch(batchOf(5, 3), 5, digest(Buffer.from('other')))),
      'after another history',
    ).toBe('JOURNAL_CORRUPT')
  })

  test('names the first sequence in doubt', () => {
    const bytes = batchOf(5, 3)
    bytes[100] = bytes[100]! ^ 1

    expect(() => openBatch(bytes, 5, ROOT)).toThrow('damaged from sequence 5 on')
  })

  test('of another format says so', () => {
    const writer = new BatchWriter(new Words())
    writer.append(tick(1))
    const batch = writer.take()
    batch.bytes.writeUInt8(2, 2)
    seal(batch, 1, ROOT)

    expect(codeOf(() => openBatch(batch.bytes, 1, ROOT))).toBe('JOURNAL_VERSION')
  })
})
