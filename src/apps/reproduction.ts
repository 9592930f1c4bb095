// What somebody needs to get the same result again.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { resolve } from 'node:path'
import type { Reproduction } from '../research/report/report-input.ts'
import type { RunConfig } from './run-config.ts'

const ROOT = resolve(import.meta.dirname, '../..')

/** `words`: the command without its overrides, `backtest run FILE` when left out. */
export function reproductionOf(config: RunConfig, words = `backtest run ${shellWord(config.file)}`): Reproduction {
  const overrides = config.overrides.map(override => ` --set ${shellWord(override)}`).join('')
  return {
    command: `bin/quadrant ${words}${overrides}`,
    commit: commit(),
    version: (JSON.parse(readFileSync(resolve(ROOT, 'package.json'), 'utf8')) as { version: string }).version,
    node: process.versions.node,
    machine: `${process.platform}-${process.arch}, ${cpus()[0]?.model.trim() ?? 'unknown processor'}`,
  }
}

/** The commit of the source tree, with a plus when it was changed since; where there is no git, it says so. */
function commit(): string {
  const git = (...words: string[]) =>
    execFileSync('git', ['-C', ROOT, ...words], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  try {
    return git('rev-parse', '--short=12', 'HEAD') + (git('status', '--porcelain', '--', 'src', 'strategies') === '' ? '' : '+')
  } catch {
    return 'not a git checkout'
  }
}

export const shellWord = (word: string): string => (/^[\w./:=,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)
