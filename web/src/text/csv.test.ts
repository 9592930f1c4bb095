// Facts of CSV that is safe to open.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cell, csv } from './csv.ts'

test('what a spreadsheet would run as a formula becomes text', () => {
  expect(cell('=HYPERLINK("http://x")')).toBe(`"'=HYPERLINK(""http://x"")"`)
  expect(cell('@SUM(A1)')).toBe("'@SUM(A1)")
  expect(cell('+cmd|calc')).toBe("'+cmd|calc")
  expect(cell('-2+3')).toBe("'-2+3")
  expect(cell('\tx')).toBe("'\tx")
})

test('plain numbers stay numbers, whatever their sign', () => {
  for (const text of ['-1.5', '+2', '0', '-1e-7', '12345678901234567890.12']) expect(cell(text)).toBe(text)
  expect(cell(-1.5)).toBe('-1.5')
})

test('commas, quotes and line breaks are quoted as RFC 4180 has it', () => {
  expect(cell('a,b')).toBe('"a,b"')
  expect(cell('say "x"')).toBe('"say ""x"""')
  expect(cell('two\nlines')).toBe('"two\nlines"')
  expect(
    csv(
      ['a', 'b'],
      [
        [1, null],
        [undefined, true],
      ],
    ),
  ).toBe('a,b\r\n1,\r\n,true\r\n')
})

test('no cell of any text begins with what starts a formula, unless it is a number', () => {
  fc.assert(
    fc.property(fc.string(), text => {
      const inside = cell(text).replace(/^"/, '')
      if (/^[=+\-@\t\r]/.test(inside)) expect(Number.isFinite(Number(text))).toBe(true)
    }),
  )
})
