// docs/metrics.md says what the server says: no metric without a line, no line without a metric.
import { expect, test } from 'vitest'
import { METRICS } from '../src/operations/metric-table.ts'
import { metricsPage, PAGE } from './metrics-page.ts'
import { read } from './source.ts'

test('the page of metrics is the one made from the table', () => {
  expect(read(PAGE), 'run: node test/metrics-page.ts').toBe(metricsPage())
})

test('every metric has its line, and every line its metric', () => {
  const lines = [...(read(PAGE) ?? '').matchAll(/^\| `([a-z0-9_]+)` \| (?:counter|gauge|histogram) \|/gm)].map(([, name]) => name)

  expect(lines.toSorted()).toEqual(Object.keys(METRICS).toSorted())
})
