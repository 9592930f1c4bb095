// The source check as a whole: from file to file, in threads as in one, over what is broken, and what comments answer for.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { scan } from './scanner.ts'

const root = mkdtempSync(join(tmpdir(), 'guard-scan-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

let folders = 0

function folderOf(files: Readonly<Record<string, string>>): string {
  const folder = join(root, String(folders++))
  mkdirSync(folder)
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), text)
  }
  return folder
}

const scanned = (files: Readonly<Record<string, string>>, options: { liveEntries?: string[]; workers?: number } = {}) =>
  scan({ paths: ['.'], startedIn: folderOf(files), ...options })

test('a draw in one file that becomes a bid in another is found there, and its way begins where it was drawn', async () => {
  const { findings } = await scanned({
    'noise.ts': 'export const jitter = () => Math.random() - 0.5\n',
    'passed-on.ts': "export { jitter as step } from './noise.ts'\n",
    'quote.ts':
      "import { step } from './passed-on.ts'\n\nexport const quote = (last: number) => ({ bid: last + step(), ask: last })\n",
  })
  const found = findings.filter(({ rule }) => rule === 'random-to-market')

  expect(found.map(({ file, line }) => `${file}:${line}`)).toContain('quote.ts:3')
  const evidence = found.find(({ file }) => file === 'quote.ts')!.evidence
  expect(evidence[0]).toMatchObject({ file: 'noise.ts', line: 1 })
  expect(evidence.at(-1)).toMatchObject({ file: 'quote.ts', line: 3 })
})

test('threads say what one thread says, in the same order', async () => {
  const files = Object.fromEntries(
    Array.from({ length: 60 }, (_, i) => [`src/part-${i}.ts`, `import sinon from 'sinon'\nexport const part${i} = sinon\n`]),
  )
  const [alone, many] = [await scanned(files, { workers: 0 }), await scanned(files, { workers: 2 })]

  expect(alone.findings.length).toBe(60)
  expect(many.findings).toEqual(alone.findings)
  expect([many.files, many.lines]).toEqual([60, 120])
})

test('a file that is broken or nested without end is a finding, and the others are read', async () => {
  const { files, findings } = await scanned({
    'a-broken.ts': 'export const quote = {\n  bid: (\n',
    'b-deep.js': `${'['.repeat(20_000)}\n`,
    'c-chain.js': `x = ${'a => '.repeat(20_000)}1\n`,
    'd-deep.py': `x = ${'['.repeat(10_000)}1${']'.repeat(10_000)}\n`,
    'e-broken.py': 'def quote(:\n',
    'f-whole.ts': "import 'sinon'\n",
    'g-empty.ts': '',
  })

  expect(files).toBe(7)
  expect(findings.map(({ file, rule }) => `${file} ${rule}`)).toEqual([
    ...['a-broken.ts', 'b-deep.js', 'c-chain.js', 'd-deep.py', 'e-broken.py'].map(file => `${file} unreadable`),
    'f-whole.ts test-import',
  ])
  expect(findings[0]!.line).toBeGreaterThan(1)
})

test('what can be read of a broken file is judged all the same', async () => {
  const { findings } = await scanned({
    'half.py': 'import random\n\ndef get_price():\n    return 100 * random.random()\n\ndef broken(:\n',
  })
  expect(findings.map(({ rule, line }) => `${line} ${rule}`)).toEqual(['4 random-to-market', '6 unreadable'])
})

test('comments answer for the line they stand on or alone above, one rule each', async () => {
  const { findings, suppressed } = await scanned({
    'same.ts': "import 'sinon' // guard-allow test-import: the manual's demo\n",
    'above.py': '# guard-allow test-import: the demo of the manual\nimport pytest\n',
    'stacked.ts': "// guard-allow random-walk: not this\n/* guard-allow test-import: but this */\nimport 'sinon'\n",
    'too-far.ts': "// guard-allow test-import: two lines up\n\nimport 'sinon'\n",
    'beside-other-code.ts': "export const a = 1 // guard-allow test-import: of the line before\nimport 'sinon'\n",
    'other-rule.ts': "import 'sinon' // guard-allow random-walk: another rule\n",
    'unknown.ts': "import 'sinon' // guard-allow test-imports: a rule that is none\n",
    'in-a-text.ts': "import 'sinon'; export const a = 'guard-allow test-import: in a text'\n",
  })

  expect(suppressed.map(({ file, reason }) => `${file}: ${reason}`)).toEqual([
    'above.py: the demo of the manual',
    "same.ts: the manual's demo",
    'stacked.ts: but this',
  ])
  expect(findings.map(({ file, rule }) => `${file} ${rule}`)).toEqual([
    'beside-other-code.ts test-import',
    'in-a-text.ts test-import',
    'other-rule.ts test-import',
    'too-far.ts test-import',
    'unknown.ts test-import',
    'unknown.ts suppression',
  ])
})

const PROJECT = { 'package.json': '{ "name": "desk", "type": "module" }' }

test('tests may not be loaded by other code, and the path from the live entry is printed', async () => {
  const { findings } = await scanned({
    ...PROJECT,
    'src/live.ts': "import './market.ts'\n",
    'src/market.ts': "export * from './book.ts'\n",
    'src/book.ts': "export const book = () => import('../test/book.ts')\n",
    'test/book.ts': 'export const book = 1\n',
    'test/other.ts': "import './book.ts'\n",
  })
  const found = findings.filter(({ rule }) => rule === 'live-reaches-test')

  expect(found.map(({ file, message }) => `${file}: ${message}`)).toEqual([
    'src/book.ts: this loads a file of the tests: src/book.ts → test/book.ts',
    'src/live.ts: this reaches a file of the tests: src/live.ts → src/market.ts → src/book.ts → test/book.ts',
  ])
  expect(found[1]!.evidence.map(({ file }) => file)).toEqual(['src/live.ts', 'src/market.ts', 'src/book.ts', 'test/book.ts'])
})

test('a simulated venue is for paper trading: reached from the live entry it is a finding, by name or by option', async () => {
  const files = {
    ...PROJECT,
    'src/live.ts': "import { open } from './venues.ts'\nimport type { Fill } from './simulated-venue.ts'\nopen()\n",
    'src/paper.ts': "import './simulated-venue.ts'\n",
    'src/venues.ts': "import './kraken.ts'\nimport './market-simulator-report.ts'\nexport const open = () => 1\n",
    'src/kraken.ts': '',
    'src/market-simulator-report.ts': '',
    'src/simulated-venue.ts': '',
  }
  expect((await scanned(files)).findings).toEqual([])

  const { findings } = await scanned(files, { liveEntries: ['src/paper.ts'] })
  expect(findings).toMatchObject([{ rule: 'live-reaches-test', file: 'src/paper.ts', line: 1 }])

  const stated = { ...files, 'package.json': '{ "quadrant": { "liveEntry": ["src/paper.ts"] } }' }
  expect((await scanned(stated)).findings).toMatchObject([{ file: 'src/paper.ts' }])
})

test('Python reaches its tests by package, by name and when called', async () => {
  const { findings } = await scanned({
    'pyproject.toml': '[project.scripts]\ndesk = "desk.main:run"\n',
    'desk/__init__.py': '',
    'desk/main.py': 'from desk import feeds\n',
    'desk/feeds.py': 'def open():\n    from tests import ticks\n    return ticks\n',
    'tests/__init__.py': '',
    'tests/ticks.py': 'TICKS = []\n',
  })
  const found = findings.filter(({ rule }) => rule === 'live-reaches-test')

  expect(found.map(({ file, line }) => `${file}:${line}`)).toEqual(['desk/feeds.py:2', 'desk/main.py:1'])
  expect(found[1]!.message).toContain('desk/main.py → desk/feeds.py → tests/')
})
