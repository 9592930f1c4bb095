// The same ticks have the same fingerprint wherever they are met.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BlockFingerprint, bitsOf } from './block-fingerprint.ts'
import { BlockMemory } from './block-memory.ts'

const symbols = (min: number, max: number) => fc.array(fc.integer({ min: -5000, max: 5000 }), { minLength: min, maxLength: max })

function printOf(all: readonly number[]): { readonly print: BlockFingerprint; readonly isWhole: boolean } {
  const print = new BlockFingerprint(64)
  let isWhole = false
  for (const symbol of all) isWhole = print.add(symbol, bitsOf(symbol))
  return { print, isWhole }
}

test('what came before a block leaves no trace in its fingerprint', () => {
  fc.assert(
    fc.property(symbols(0, 300), symbols(0, 300), symbols(150, 200), (one, other, block) => {
      const [a, b] = [printOf([...one, ...block]), printOf([...other, ...block])]
      fc.pre(a.isWhole && b.isWhole)
      expect([a.print.place, a.print.check, a.print.length]).toEqual([b.print.place, b.print.check, b.print.length])
    }),
  )
})

test('a block that differs in its newest tick has another fingerprint', () => {
  fc.assert(
    fc.property(symbols(150, 200), fc.integer({ min: 1, max: 9 }), (block, step) => {
      const changed = [...block.slice(0, -1), block.at(-1)! + step]
      expect(printOf(block).print.check).not.toBe(printOf(changed).print.check)
    }),
  )
})

test('a block is whole when its symbols carry the bits that are asked for, and not one symbol longer', () => {
  const print = new BlockFingerprint(64)
  // log2(1 + 255) = 8 bits each: eight of them.
  const whole = Array.from({ length: 12 }, () => print.add(255, bitsOf(255)))
  expect(whole.indexOf(true)).toBe(7)
  expect(print.length).toBe(8)
})

test('what says nothing is never whole', () => {
  const print = new BlockFingerprint(64)
  expect(Array.from({ length: 1000 }, () => print.add(1, 0.375)).includes(true)).toBe(false)
})

test('a memory knows when a block was seen last and what was said there, and forgets the oldest of a full bucket', () => {
  const memory = new BlockMemory(4)
  for (let block = 1; block <= 5; block++) memory.remember(0, block, 1000 * block, -block)
  expect(memory.recall(0, 1)).toBeNaN()
  expect([2, 3, 4, 5].map(block => memory.recall(0, block))).toEqual([2000, 3000, 4000, 5000])
  expect(memory.content).toBe(-5)

  memory.remember(0, 2, 9000, 7)
  memory.remember(0, 6, 9500, 0)
  expect(memory.recall(0, 2), 'seen again, it is no longer the oldest').toBe(9000)
  expect(memory.recall(0, 3)).toBeNaN()
})
