// Reads the texts a report is made of: two chart libraries from node_modules, our own script and style.
import { readFileSync } from 'node:fs'
import { findPackageJSON } from 'node:module'
import { dirname, join } from 'node:path'
import { assert } from '../domain/assert.ts'
import type { ReportAssets } from '../research/report/render-report.ts'

/** About 250 KB of libraries per report: the price of a file that opens offline, anywhere, for years. */
export function readReportAssets(): ReportAssets {
  const page = (name: string) => readFileSync(join(import.meta.dirname, '../research/report', name), 'utf8')
  return {
    lightweightCharts: library('lightweight-charts', 'lightweight-charts.standalone.production.js'),
    uplot: library('uplot', 'uPlot.iife.min.js'),
    uplotStyle: library('uplot', 'uPlot.min.css'),
    page: page('report-page.js'),
    pageStyle: page('report-page.css'),
  }
}

/** The bundle made for a plain script element; packages do not export it, so it is found beside their package.json. */
function library(name: string, file: string): string {
  const packageFile = findPackageJSON(name, import.meta.url)
  assert(packageFile !== undefined, `${name} is installed with Quadrant`)
  return readFileSync(join(dirname(packageFile), 'dist', file), 'utf8')
}
