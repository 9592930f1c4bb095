// What is shipped to a browser: nothing inline, small enough, and built only when the sources changed.
import { globSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { type BuiltDashboard, buildDashboard } from '../web/build.ts'

describe('the built dashboard', () => {
  let dashboard: BuiltDashboard
  beforeAll(async () => {
    dashboard = await buildDashboard()
  })
  const files = (pattern: string): string[] => globSync(pattern, { cwd: dashboard.folder })

  test('its page has no inline script or style, and nothing from elsewhere', () => {
    const page = readFileSync(join(dashboard.folder, 'index.html'), 'utf8')
    expect(page).toMatch(/<script type="module"[^>]* src="\/assets\//)
    expect(page).not.toMatch(/<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)|https?:\/\//)
  })

  test('everything but the candles together is less than the first page may be: 350 kB gzipped', () => {
    const shipped = files('assets/*.gz').filter(path => !path.includes('price-chart'))
    const bytes = shipped.reduce((sum, path) => sum + statSync(join(dashboard.folder, path)).size, 0)
    expect(shipped.length).toBeGreaterThan(10)
    expect(bytes).toBeLessThan(350_000)
  })

  test('each page is a script of its own, and the chart libraries are not in the first', () => {
    const first = files('assets/index-*.js').map(path => readFileSync(join(dashboard.folder, path), 'utf8'))
    expect(files('assets/instrument-*.js').length, 'the page of an instrument').toBeGreaterThan(0)
    expect(first.some(text => /TradingView|uPlot/.test(text))).toBe(false)
  })

  test('unchanged sources are not built again', async () => {
    expect(await buildDashboard()).toEqual({ folder: dashboard.folder, built: false })
  })
})
