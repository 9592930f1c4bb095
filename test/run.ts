// Runs everything `make test` promises and counts it: types and lint as one test each, then every suite of vitest.
import { spawnSync } from 'node:child_process'
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

interface Count {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

/** The part of vitest's JSON report that is counted. */
interface Report {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numPendingTests: number
  readonly numTodoTests: number
  readonly testResults: readonly {
    readonly name: string
    readonly status: string
    readonly assertionResults: readonly { readonly status: string; readonly title: string }[]
  }[]
}

const root = resolve(import.meta.dirname, '..')
const [flag = '', argument = ''] = process.argv.slice(2)

const counts =
  flag === '--lint' ? [types(), lint()] : flag === '--campaign' ? campaign(Number(argument)) : [types(), lint(), suites()]
const total = (key: keyof Count): number => counts.reduce((sum, count) => sum + count[key], 0)

console.log(`\n${total('passed')} passed, ${total('failed')} failed, ${total('skipped')} skipped`)
process.exitCode = total('failed') === 0 ? 0 : 1

function types(): Count {
  // The dashboard is for browsers: other libraries, another compiler's settings.
  const server = one('types', 'tsc', '--noEmit', '-p', '.')
  const dashboard = one('types of the dashboard', 'tsc', '--noEmit', '-p', 'web')
  return { passed: server.passed + dashboard.passed, failed: server.failed + dashboard.failed, skipped: 0 }
}

function lint(): Count {
  return one('lint', 'biome', 'check', '--log-level=warn', '--error-on-warnings', '--max-diagnostics=50')
}

/** A whole program as one test: it passes when it ends with zero. */
function one(name: string, command: string, ...args: readonly string[]): Count {
  const ok = run(command, args) === 0
  console.log(`${ok ? '✓' : '✗'} ${name}`)
  return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 }
}

function suites(...files: readonly string[]): Count {
  const folder = mkdtempSync(join(tmpdir(), 'quadrant-test-'))
  const reportPath = join(folder, 'report.json')
  const status = run('vitest', ['run', ...files, '--reporter=default', '--reporter=json', `--outputFile.json=${reportPath}`])

  try {
    return counted(JSON.parse(readFileSync(reportPath, 'utf8')), status)
  } catch {
    // vitest ended before it could report; what it said is above.
    return { passed: 0, failed: 1, skipped: 0 }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function counted(report: Report, status: number): Count {
  // A file that cannot be loaded has no tests to count, and an error outside of every test belongs to none: each is a failure.
  const unloadable = report.testResults.filter(
    file => file.status === 'failed' && !file.assertionResults.some(result => result.status === 'failed'),
  )
  const failed = report.numFailedTests + unloadable.length

  sayWhatWasSkipped(report)
  return {
    passed: report.numPassedTests,
    failed: failed === 0 && status !== 0 ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
  }
}

/** '37 × skipped: needs the data pack': a test that does not run says why in its name. */
function sayWhatWasSkipped(report: Report): void {
  const reasons = new Map<string, number>()
  for (const { status, title } of report.testResults.flatMap(file => file.assertionResults)) {
    if (status === 'passed' || status === 'failed') continue
    const reason = /\((skipped: [^)]*)\)$/.exec(title)?.[1] ?? `skipped: ${title}`
    reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
  }
  for (const [reason, times] of reasons) console.log(`${times} × ${reason}`)
}

/** Suites with random worlds or crashes, again and again: fast-check draws a new seed each time and prints it when one fails. */
function campaign(rounds: number): Count[] {
  const random = globSync(['src/**/*.test.ts', 'strategies/**/*.test.ts', 'test/**/*.{ts,test.ts}'], { cwd: root }).filter(
    path =>
      path.endsWith('.test.ts') &&
      /from 'fast-check'|from '\.\/dice\.ts'|SIGKILL|liveSource(Contract|Facts)/.test(readFileSync(join(root, path), 'utf8')),
  )
  const results: Count[] = []
  for (let round = 1; round <= rounds; round++) {
    console.log(`\nround ${round} of ${rounds}: ${random.length} files`)
    const result = suites(...random)
    results.push(result)
    if (result.failed > 0) break
  }
  return results
}

function run(command: string, args: readonly string[]): number {
  // Colours are for a person's terminal; a log is searched.
  const env = process.stdout.isTTY ? process.env : { ...process.env, NO_COLOR: '1' }
  const done = spawnSync(command, args, { cwd: root, env, stdio: ['ignore', 'inherit', 'inherit'] })
  if (done.error) console.error(`${command} could not be started: ${done.error.message}. Run \`make test\`, which installs it.`)
  return done.status ?? 1
}
