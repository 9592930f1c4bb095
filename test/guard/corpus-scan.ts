// Scans the whole corpus in one go, as production code, and says for every text which rules found something in it.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Finding } from '../../src/guard/scan/rule.ts'
import { scan } from '../../src/guard/scan/scanner.ts'
import type { CorpusText } from './corpus-text.ts'

export interface Scanned {
  readonly text: CorpusText
  readonly findings: readonly Finding[]
}

const PROJECT = new Set(['package.json', 'pyproject.toml'])

export async function scanCorpus(texts: readonly CorpusText[]): Promise<Scanned[]> {
  const folder = mkdtempSync(join(tmpdir(), 'corpus-'))
  try {
    const paths = texts.flatMap((text, i) => write(text, join(folder, String(i))))
    const { findings } = await scan({ paths, startedIn: folder })

    const perText = Map.groupBy(findings, ({ file }) => Number(file.split('/')[0]))
    return texts.map((text, i) => ({ text, findings: perText.get(i) ?? [] }))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** What to name on the command line: a project by its folder, everything else file by file. */
function write({ files }: CorpusText, folder: string): string[] {
  for (const { path, content } of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), content)
  }
  if (files.some(({ path }) => PROJECT.has(path))) return [folder]
  return files.map(({ path }) => join(folder, path))
}

/** How one rule did. */
export interface Score {
  readonly rule: string
  readonly planted: number
  readonly misses: readonly string[]
  readonly lookAlikes: number
  readonly falseAlarms: readonly string[]
  /** Of the planted: found / all. */
  readonly recall: number
  /** Texts rightly accused / texts accused, over planted and all clean ones. */
  readonly precision: number
}

export const RECALL_MIN = 0.99
export const PRECISION_MIN = 0.98

export const scores = (rules: readonly string[], scanned: readonly Scanned[]): Score[] =>
  rules.map(rule => {
    const accused = ({ findings }: Scanned) => findings.some(finding => finding.rule === rule)
    const planted = scanned.filter(({ text }) => !text.isClean && text.rule === rule)
    const misses = planted.filter(each => !accused(each)).map(({ text }) => text.name)
    const clean = scanned.filter(({ text }) => text.isClean)
    const falseAlarms = clean.filter(accused).map(({ text }) => text.name)
    const found = planted.length - misses.length
    return {
      ...{ rule, misses, falseAlarms },
      planted: planted.length,
      lookAlikes: clean.filter(({ text }) => text.rule === rule).length,
      recall: planted.length === 0 ? 0 : found / planted.length,
      precision: found + falseAlarms.length === 0 ? 0 : found / (found + falseAlarms.length),
    }
  })

/** What falls short, by name; empty when all is as promised. */
export const shortfalls = (all: readonly Score[]): string[] =>
  all.flatMap(({ rule, recall, precision, misses, falseAlarms }) => [
    ...(recall >= RECALL_MIN ? [] : misses.map(name => `missed: ${name}`)),
    ...(precision >= PRECISION_MIN ? [] : falseAlarms.map(name => `false alarm of ${rule}: ${name}`)),
    ...(recall === 0 && misses.length === 0 ? [`nothing is planted for ${rule}`] : []),
  ])

export function table(all: readonly Score[]): string {
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`.padStart(8)
  const rows = all.map(
    ({ rule, planted, misses, lookAlikes, falseAlarms, recall, precision }) =>
      `${rule.padEnd(18)}${String(planted).padStart(8)}${String(misses.length).padStart(8)}${percent(recall)}` +
      `${String(lookAlikes).padStart(12)}${String(falseAlarms.length).padStart(14)}${percent(precision).padStart(11)}`,
  )
  return [`${'rule'.padEnd(18)} planted  missed  recall look-alikes  false alarms  precision`, ...rows].join('\n')
}
