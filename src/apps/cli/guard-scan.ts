// quadrant guard scan: what in source code pretends to be a market, in this repository or in anybody's.
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import type { TextReport } from '../../guard/scan/report/text-report.ts'
import type { Finding } from '../../guard/scan/rule.ts'
import { EXIT, Failure } from '../failure.ts'
import { didYouMean } from '../suggest.ts'
import type { Terminal } from './terminal.ts'

interface Options {
  readonly sarif?: boolean
  readonly baseline?: string
  readonly writeBaseline?: string
  readonly liveEntry?: string[]
  readonly explain?: string
  readonly rules?: boolean
}

export function define(command: Command, terminal: Terminal): void {
  command
    .argument('[path...]', 'files and folders; this folder when there is none')
    .option('--sarif', 'print SARIF 2.1.0, which code hosts show beside the lines')
    .option('--baseline <file>', 'findings listed there do not count')
    .option('--write-baseline <file>', 'list what is found now in a file, and succeed')
    .option('--live-entry <file>', 'where live trading begins; may be given again', (file: string, all: string[] = []) => [
      ...all,
      file,
    ])
    .option('--explain <rule>', 'what a rule finds and why, with examples')
    .option('--rules', 'list the rules')
    .action(async (paths: string[], options: Options) => {
      if (options.rules) return list(terminal)
      if (options.explain !== undefined) return explain(options.explain, terminal)
      if (options.sarif && terminal.json) {
        throw new Failure('USAGE_OPTION', { message: '--json and --sarif are two forms of one report', fix: 'give one of them' })
      }
      await check(paths.length === 0 ? ['.'] : paths, options, terminal)
    })
}

async function list(terminal: Terminal): Promise<void> {
  const [{ RULE_BOOK }, { facts }] = await Promise.all([import('../../guard/scan/rule-book.ts'), import('./table.ts')])
  const rules = RULE_BOOK.map(({ id, severity, looksAt, summary }) => ({ id, severity, looksAt, summary }))
  terminal.answer(rules, () => facts(rules.map(({ id, summary }) => [id, summary])))
}

async function explain(id: string, terminal: Terminal): Promise<void> {
  const [{ RULE_BOOK, ruleNamed }, { explanation }] = await Promise.all([
    import('../../guard/scan/rule-book.ts'),
    import('../../guard/scan/report/text-report.ts'),
  ])
  const rule = ruleNamed(id)
  if (rule === undefined) {
    const hint = didYouMean(
      id,
      RULE_BOOK.map(each => each.id),
    )
    throw new Failure('USAGE_ARGUMENT', { message: `there is no rule '${id}'.${hint}`, fix: 'see `quadrant guard scan --rules`' })
  }
  const { severity, summary, why, bad, good } = rule
  terminal.answer({ id, severity, summary, why, bad, good }, () => explanation(rule))
}

async function check(paths: readonly string[], options: Options, terminal: Terminal): Promise<void> {
  const { scan } = await import('../../guard/scan/scanner.ts')
  const startedIn = process.cwd()
  const liveEntries = options.liveEntry ?? []
  for (const path of [...paths, ...liveEntries, ...(options.baseline === undefined ? [] : [options.baseline])]) {
    if (path !== '' && existsSync(resolve(startedIn, path))) continue
    throw new Failure('FILE_NOT_FOUND', { message: `there is no file or folder '${path}'`, fix: 'check the path and run again' })
  }

  const result = await scan({ paths, startedIn, liveEntries })
  const { fresh, known } = await apart(result.findings, options.baseline, startedIn)

  if (options.writeBaseline !== undefined) {
    const { writeBaseline } = await import('../../guard/scan/report/baseline.ts')
    const { writeBaseline: file } = options
    writeBaseline(result.findings, { path: resolve(startedIn, file), startedIn })
    const count = result.findings.length
    const said = `${count} ${count === 1 ? 'finding is' : 'findings are'} listed in ${file}.`
    terminal.answer({ baseline: file, findings: count }, () => said)
    return
  }

  const report: TextReport = { ...result, findings: fresh, baselined: known.length }
  if (options.sarif) {
    const [{ sarif }, { RULE_BOOK }, { packageVersion }] = await Promise.all([
      import('../../guard/scan/report/sarif.ts'),
      import('../../guard/scan/rule-book.ts'),
      import('../package-version.ts'),
    ])
    const { suppressed } = result
    const log = sarif({ rules: RULE_BOOK, findings: fresh, suppressed, baselined: known, version: packageVersion(), startedIn })
    terminal.print(JSON.stringify(log, null, 2))
  } else {
    const { textReport } = await import('../../guard/scan/report/text-report.ts')
    terminal.answer(report, () => textReport(report))
  }
  if (fresh.length > 0) process.exitCode = EXIT.checkFailed
}

/** What is new, and what the baseline remembers. */
async function apart(findings: readonly Finding[], file: string | undefined, startedIn: string) {
  if (file === undefined) return { fresh: findings, known: [] }
  const { BaselineBroken, withoutBaseline } = await import('../../guard/scan/report/baseline.ts')
  try {
    return withoutBaseline(findings, { path: resolve(startedIn, file), startedIn })
  } catch (error) {
    if (!(error instanceof BaselineBroken)) throw error
    const fix = 'write it with `quadrant guard scan --write-baseline FILE`'
    throw new Failure('USAGE_ARGUMENT', { message: `'${file}' cannot be used as a baseline: ${error.message}`, fix })
  }
}
