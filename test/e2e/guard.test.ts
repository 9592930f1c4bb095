// `quadrant guard scan` as a person and a pipeline call it: forms, exit codes, baseline, suppression.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { quadrant, STACK_TRACE } from '../command.ts'
import { PYTEST, SINON, SourceFolder } from '../guard/source-folder.ts'

const scanned = (cwd: string, ...args: string[]) => quadrant(['guard', 'scan', ...args], { cwd })

const CLEAN = 'export const spread = (bid: number, ask: number): number => ask - bid\n'

test('a clean folder is told so with exit 0, and --json has the promised fields in their order', async () => {
  using folder = new SourceFolder({ 'src/spread.ts': CLEAN })
  const { exit, stdout, stderr } = await scanned(folder.path, '--json')

  expect([exit, stderr]).toEqual([0, ''])
  const report = JSON.parse(stdout)
  expect(Object.keys(report).slice(0, 4)).toEqual(['files', 'lines', 'elapsedSeconds', 'findings'])
  expect(report).toMatchObject({ files: 1, lines: 1, findings: [], suppressed: [], skipped: [], baselined: 0 })
  expect(report.elapsedSeconds).toBeGreaterThan(0)
})

test('what is found ends with exit 20, sorted, each with rule, place, message and evidence', async () => {
  using folder = new SourceFolder({ 'b.py': PYTEST, 'a.ts': `// prices\n${SINON}` })
  const { exit, stdout } = await scanned(folder.path, '.', '--json')

  expect(exit).toBe(20)
  const { findings } = JSON.parse(stdout)
  expect(findings.map(({ file, line, rule }: never) => [file, line, rule])).toEqual([
    ['a.ts', 2, 'test-import'],
    ['b.py', 1, 'test-import'],
  ])
  expect(Object.keys(findings[0])).toEqual(['rule', 'severity', 'file', 'line', 'column', 'message', 'evidence'])
  expect(findings[0].evidence.at(-1)).toEqual({
    file: 'a.ts',
    line: 2,
    column: 1,
    code: "import sinon from 'sinon'",
  })

  const text = await scanned(folder.path)
  expect([text.exit, text.stderr]).toEqual([20, ''])
  expect(text.stdout).toContain('a.ts:2:1  error  test-import')
  expect(text.stdout).toMatch(/2 findings in 2 files, 4 lines/)
})

test('a path that is not there is exit 4, for machines too', async () => {
  using folder = new SourceFolder({ 'a.ts': CLEAN })

  for (const path of ['nowhere', '']) {
    const { exit, stdout, stderr } = await scanned(folder.path, 'a.ts', path, '--json')
    expect(exit, path).toBe(4)
    expect(JSON.parse(stdout).error.code).toBe('FILE_NOT_FOUND')
    expect(stderr).not.toMatch(STACK_TRACE)
  }
  expect((await scanned(folder.path, '--live-entry', 'nowhere.ts')).exit).toBe(4)
  expect((await scanned(folder.path, '--baseline', 'nowhere.json')).exit).toBe(4)
})

test('wrong usage is exit 2 and names what was meant', async () => {
  using folder = new SourceFolder({ 'a.ts': CLEAN, 'not-a-baseline.json': '{}' })

  const rule = await scanned(folder.path, '--explain', 'random-wolk')
  expect(rule.exit).toBe(2)
  expect(rule.stderr).toContain("Did you mean 'random-walk'?")

  const option = await scanned(folder.path, '--sariff')
  expect(option.exit).toBe(2)
  expect(option.stderr).toContain("Did you mean '--sarif'?")

  expect((await scanned(folder.path, '--json', '--sarif')).exit).toBe(2)
  expect((await scanned(folder.path, '--baseline', 'not-a-baseline.json')).exit).toBe(2)
})

test('--rules lists the rules, --explain shows one with examples', async () => {
  using folder = new SourceFolder()

  const rules: { id: string }[] = JSON.parse((await scanned(folder.path, '--rules', '--json')).stdout)
  expect(rules.map(({ id }) => id)).toContain('live-reaches-test')

  const { exit, stdout } = await scanned(folder.path, '--explain', 'test-import')
  expect(exit).toBe(0)
  expect(stdout).toMatch(/^test-import \(error\)\n\nFinds: /)
  expect(stdout).toMatch(/\nFound, typescript:\n[\s\S]*\nNot found, /)
})

test('a path that is named is production whatever it is called; tests are told apart inside a project', async () => {
  using folder = new SourceFolder({ 'tests/test_feed.py': PYTEST })
  const inside = join(folder.path, 'tests')

  expect((await scanned(folder.path, 'tests/test_feed.py')).exit).toBe(20)
  expect((await scanned(folder.path)).exit).toBe(20)

  folder.write({ 'package.json': '{}' })
  expect((await scanned(folder.path)).exit).toBe(0)
  // Now it is the folder itself that is named.
  expect(JSON.parse((await scanned(inside, '--json')).stdout).findings).toEqual([])
  expect((await scanned(folder.path, 'tests/test_feed.py')).exit).toBe(20)
  folder.write({ 'tests/feed.py': PYTEST })
  expect((await scanned(inside)).exit).toBe(20)
})

test('what git ignores is not read and listed; a path that is named is read all the same', async () => {
  using folder = new SourceFolder({ '.gitignore': 'build/\nlocal.ts\n', 'build/a.ts': SINON, 'local.ts': SINON, 'a.ts': CLEAN })
  execFileSync('git', ['init', '--quiet'], { cwd: folder.path })

  const { exit, stdout } = await scanned(folder.path, '--json')
  expect(exit).toBe(0)
  expect(JSON.parse(stdout).skipped.map(({ file }: { file: string }) => file)).toEqual(['.git', 'build', 'local.ts'])
  expect((await scanned(folder.path, 'build')).exit).toBe(20)
  expect((await scanned(folder.path, 'local.ts')).exit).toBe(20)
})

test('a comment with a reason lets a finding through and is listed; one without is a finding itself', async () => {
  using folder = new SourceFolder({
    'with.ts': `// guard-allow test-import: shows made-up names in the demo of the manual\n${SINON}`,
    'without.ts': `// guard-allow test-import\n${SINON}`,
  })
  const { exit, stdout } = await scanned(folder.path, '--json')
  const { findings, suppressed } = JSON.parse(stdout)

  expect(exit).toBe(20)
  expect(findings.map(({ file, line, rule }: never) => `${file}:${line} ${rule}`)).toEqual([
    'without.ts:1 suppression',
    'without.ts:2 test-import',
  ])
  expect(suppressed).toMatchObject([
    { rule: 'test-import', file: 'with.ts', line: 2, reason: 'shows made-up names in the demo of the manual' },
  ])
  expect((await scanned(folder.path, 'with.ts')).stdout).toContain('because: shows made-up names')
})

test('a baseline lets old findings rest wherever they move, and notices another one like them', async () => {
  using folder = new SourceFolder({ 'a.ts': SINON })
  const options = ['--baseline', 'known.json', '--json']

  const written = await scanned(folder.path, '--write-baseline', 'known.json')
  expect([written.exit, written.stdout]).toEqual([0, '1 finding is listed in known.json.\n'])
  expect(await scanned(folder.path, ...options)).toMatchObject({ exit: 0, stdout: expect.stringContaining('"baselined": 1') })

  folder.write({ 'a.ts': `// moved\n\n${SINON}` })
  expect((await scanned(folder.path, ...options)).exit).toBe(0)

  folder.write({ 'a.ts': `${SINON}\n${SINON.split('\n')[0]}\n` })
  const second = await scanned(folder.path, ...options)
  expect(second.exit).toBe(20)
  expect(JSON.parse(second.stdout)).toMatchObject({ baselined: 1, findings: [{ line: 4 }] })
  expect(readFileSync(join(folder.path, 'known.json'), 'utf8')).toContain('"version": 1')
})

test('--sarif gives one run with rules, places and the way a value went', async () => {
  using folder = new SourceFolder({ 'a b.ts': SINON, 'c.ts': `// guard-allow test-import: named in a talk\n${SINON}` })
  const { exit, stdout } = await scanned(folder.path, '--sarif')

  expect(exit).toBe(20)
  const log = JSON.parse(stdout)
  expect(log.version).toBe('2.1.0')
  const [{ tool, results }] = log.runs
  const [first, second] = results
  expect(tool.driver.rules[first.ruleIndex]).toMatchObject({ id: 'test-import', help: { text: expect.any(String) } })
  expect(first.locations[0].physicalLocation).toMatchObject({
    artifactLocation: { uri: 'a%20b.ts', uriBaseId: 'SCANNED' },
    region: { startLine: 1, startColumn: 1 },
  })
  expect(second.suppressions).toEqual([{ kind: 'inSource', justification: 'named in a talk' }])
})
