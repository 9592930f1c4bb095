// No source of the dashboard makes markup of text: names and news come from strangers.
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const ROOT = join(import.meta.dirname, '../web')
const FORBIDDEN = /innerHTML|outerHTML|insertAdjacentHTML|document\.write|dangerouslySet|\beval\(|new Function|srcdoc/

test('nothing writes markup, evaluates text, or asks another house', () => {
  const files = globSync('{src/**/*.{ts,tsx,css},index.html}', { cwd: ROOT }).filter(path => !path.endsWith('.test.ts'))
  expect(files.length, 'sources were found').toBeGreaterThan(40)

  const faults = files.filter(path => {
    const text = readFileSync(join(ROOT, path), 'utf8')
    const foreign = [...text.matchAll(/(?:src|href|url\(|fetch\()\s*=?\s*["'(]?(https?:\/\/[^"')\s]+)/g)].filter(
      ([, address]) => address !== 'https://www.tradingview.com/',
    )
    return (
      FORBIDDEN.test(text) || foreign.length > 0 || (path.endsWith('.html') && /style=|<style|<script(?![^>]*src=)/.test(text))
    )
  })
  expect(faults).toEqual([])
})
