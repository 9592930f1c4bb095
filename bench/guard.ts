// The source check: one file of three hundred lines in a warm process, and this whole repository as a process that starts cold.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { examineText } from '../src/guard/scan/examination/examine.ts'
import type { Language } from '../src/guard/scan/program/program.ts'
import { lineCount } from '../src/guard/scan/program/text-lines.ts'
import { openPython } from '../src/guard/scan/python/python.ts'
import type { Scan } from '../src/guard/scan/scanner.ts'
import { percentiles, writeFigure } from './figure.ts'

const ROOT = resolve(import.meta.dirname, '..')
const hash = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 16)

const LINES = 300
const WARM = 200
const FILES = 1_000
const ROUNDS = 3

/** Dense code with imports, calls and arithmetic; of the Python there is, the longest. */
const SOURCES: readonly { readonly file: string; readonly language: Language }[] = [
  { file: 'src/stages/quality/source-desk.ts', language: 'typescript' },
  { file: 'deploy/mt5/quadrant_mt5.py', language: 'python' },
]

await openPython()
for (const source of SOURCES) oneFile(source)
wholeProject()

function oneFile({ file, language }: (typeof SOURCES)[number]): void {
  const text = cut(readFileSync(join(ROOT, file), 'utf8'), language)
  const subject = { file, text, language, isTest: false }
  let best = { p50: Number.POSITIVE_INFINITY, p99: Number.POSITIVE_INFINITY }
  let correctnessHash = ''

  // The round that others on the machine disturbed least.
  for (let round = 0; round < ROUNDS; round++) {
    const samples: number[] = []
    for (let i = 0; i < WARM + FILES; i++) {
      const start = performance.now()
      const { fault, hits, references } = examineText(subject)
      const took = performance.now() - start
      if (fault !== undefined) throw new Error(`${file} is not read: ${fault.message}`)
      if (i >= WARM) samples.push(took)
      else correctnessHash = hash(JSON.stringify([hits, references]))
    }
    const { p50, p99 } = percentiles(samples)
    if (p99 < best.p99) best = { p50, p99 }
  }
  const rest = { bench: 'guard', unit: 'ms', ...best, correctnessHash, dataHash: hash(text) }
  const what = `one ${language} file, ${lineCount(text)} lines, warm`
  writeFigure({ ...rest, metric: `${what}, p50`, value: best.p50, target: { atMost: 5 } })
  writeFigure({ ...rest, metric: `${what}, p99`, value: best.p99, target: { atMost: 10 } })
}

/** The first lines that are whole by themselves: what begins at the margin ends there too. */
function cut(text: string, language: Language): string {
  const lines = text.split('\n')
  if (lines.length <= LINES) return text
  const starts = language === 'python' ? /^(?:def|class|@|[A-Z_]+ =)/ : /^(?:export|function|const|\/\*\*|class)/
  let end = LINES
  while (end > 1 && !starts.test(lines[end] ?? '')) end--
  return `${lines.slice(0, end).join('\n')}\n`
}

/** As a person calls it, tests told apart; the first round has to compile everything, the others find it in Node's cache. */
function wholeProject(): void {
  const cache = mkdtempSync(join(tmpdir(), 'guard-bench-'))
  try {
    const rounds = Array.from({ length: 1 + ROUNDS }, () => scanned(cache))
    const { lines, files, findings, suppressed } = rounds[0]!.scan
    const hundredThousands = lines / 100_000
    const rest = {
      ...{ bench: 'guard', unit: 's per 100,000 lines', target: { atMost: 2 } },
      correctnessHash: hash(JSON.stringify([findings, suppressed])),
      note: `${files} files, ${lines} lines, the process included`,
    }
    const best = Math.min(...rounds.slice(1).map(({ seconds }) => seconds))
    writeFigure({ ...rest, metric: 'this repository as a process, best of three', value: best / hundredThousands })
    writeFigure({
      ...rest,
      metric: 'this repository as a process, nothing compiled yet',
      value: rounds[0]!.seconds / hundredThousands,
    })
  } finally {
    rmSync(cache, { recursive: true, force: true })
  }
}

function scanned(cache: string): { readonly seconds: number; readonly scan: Scan } {
  const start = performance.now()
  const { stdout, status } = spawnSync(join(ROOT, 'bin/quadrant'), ['guard', 'scan', '.', '--json'], {
    ...{ cwd: ROOT, encoding: 'utf8', maxBuffer: 2 ** 28 },
    env: { ...process.env, XDG_CACHE_HOME: cache },
  })
  const seconds = (performance.now() - start) / 1000
  if (status !== 0 && status !== 20) throw new Error(`guard scan ended with ${status}`)
  return { seconds, scan: JSON.parse(stdout) as Scan }
}
