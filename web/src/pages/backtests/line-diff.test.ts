// Facts about differences of texts.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { lineDiff } from './line-diff.ts'

test('a changed line is shown as the old one and the new one', () => {
  expect(lineDiff('name: gold\nfast: 10\nslow: 30\n', 'name: gold\nfast: 12\nslow: 30\n')).toEqual([
    { kind: 'same', text: 'name: gold' },
    { kind: 'left', text: 'fast: 10' },
    { kind: 'right', text: 'fast: 12' },
    { kind: 'same', text: 'slow: 30' },
  ])
})

test('left lines make the left text again, right lines the right one', () => {
  const text = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1, maxLength: 12 })
  fc.assert(
    fc.property(text, text, (left, right) => {
      const diff = lineDiff(left.join('\n'), right.join('\n'))

      expect(diff.filter(line => line.kind !== 'right').map(line => line.text)).toEqual(left)
      expect(diff.filter(line => line.kind !== 'left').map(line => line.text)).toEqual(right)
    }),
  )
})
