// A configuration together with its strategies: every fault of either in one answer.

import { strategyFaults } from './compose.ts'
import { invalidConfig, judgeRunConfig } from './config.ts'
import type { RunConfig } from './run-config.ts'

/** Throws Failure CONFIG_NOT_FOUND, CONFIG_UNREADABLE, or CONFIG_INVALID with all faults of the file and of its strategies. */
export async function readCheckedConfig(file: string, overrides: readonly string[]): Promise<RunConfig> {
  const { config, faults } = judgeRunConfig(file, overrides)
  if (faults.length === 0) return config
  throw invalidConfig(file, [...faults, ...(await strategyFaults(config))])
}
