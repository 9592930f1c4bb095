import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { percentiles, writeFigure } from './figure.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'figure-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const linesOf = (bench: string): Record<string, unknown>[] =>
  readFileSync(join(folder, `${bench}.jsonl`), 'utf8')
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line))

test('a figure is one JSON line that says whether its target holds, on which commit and machine', () => {
  const figure = { bench: 'speed', metric: 'update', unit: 'ns', correctnessHash: 'ab' }

  writeFigure({ ...figure, value: 19, target: { atMost: 20 } }, folder)
  writeFigure({ ...figure, value: 21, target: { atMost: 20 } }, folder)
  writeFigure({ ...figure, value: 21, target: { atLeast: 20 } }, folder)
  writeFigure({ ...figure, value: 21 }, folder)

  const lines = linesOf('speed')
  expect(lines.map(line => line['holds'])).toEqual([true, false, true, null])
  expect(lines.map(line => line['target'])).toEqual([20, 20, 20, null])
  for (const line of lines) {
    for (const field of ['bench', 'metric', 'value', 'unit', 'correctnessHash', 'commit', 'machine', 'rssPeakMb']) {
      expect(line, field).toHaveProperty(field)
    }
  }
})

test('percentiles are nearest ranks and leave the sample as it was', () => {
  const samples = Array.from({ length: 100 }, (_, i) => 100 - i) // 100 … 1

  expect(percentiles(samples)).toEqual({ p50: 50, p99: 99, max: 100 })
  expect(samples[0], 'untouched').toBe(100)
  expect(percentiles([])).toEqual({ p50: Number.NaN, p99: Number.NaN, max: Number.NaN })
})
