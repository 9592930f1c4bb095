// The source check of the strategies a live run would load, before any of their code runs.
import { existsSync } from 'node:fs'
import { CLEAN, type Verdict } from '../../guard/fault.ts'
import { scan } from '../../guard/scan/scanner.ts'
import type { RunConfig } from '../run-config.ts'
import { strategyPath } from '../strategy-file.ts'

/** A fault for each finding; files that are not there are the configuration's fault. */
export async function strategySourcesVerdict({ strategies }: RunConfig): Promise<Verdict> {
  const paths = [...new Set(strategies.map(strategyPath))].filter(path => existsSync(path))
  if (paths.length === 0) return CLEAN

  const { findings } = await scan({ paths, startedIn: process.cwd() })
  const faults = findings.map(({ file, line, rule, message }) => ({
    code: 'ENV_STRATEGY_PRETENDS',
    what: `${file}:${line}: ${message} (${rule})`,
    fix: `let it decide on real data; quadrant guard scan ${file} shows the way the value took, --explain ${rule} says why`,
  }))
  return { faults, warnings: [] }
}
