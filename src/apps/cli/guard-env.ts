// quadrant guard env: everything that keeps a live run from starting here, at once and before anything is connected.
import type { Command } from 'commander'
import type { EnvironmentVerdict } from '../../guard/environment.ts'
import type { Fault, Verdict } from '../../guard/fault.ts'
import { EXIT } from '../failure.ts'
import { HOME_OPTION, homeOf } from './people-options.ts'
import { strong, type Terminal } from './terminal.ts'

interface Options {
  readonly config?: string
  readonly home?: string
  readonly offline?: boolean
}

export function define(command: Command, terminal: Terminal): void {
  command
    .argument('[config]', 'the configuration that would be run')
    .option('--config <file>', 'the same as the argument')
    .option(...HOME_OPTION)
    .option('--offline', 'ask no venue for the type of its account')
    .addHelpText('after', '\n`quadrant run --mode live` does the same before it does anything else. Exit 3 with faults.')
    .action(async (argument: string | undefined, { config = argument, home = '', offline = false }: Options) => {
      const { examineLiveStart } = await import('../live/live-start.ts')
      tellVerdict(await examineLiveStart({ home: homeOf(home), configuration: config, offline }), terminal)
    })
}

/** Prints a verdict, and makes it the exit code. */
export function tellVerdict({ faults, warnings, checked }: EnvironmentVerdict, terminal: Terminal): void {
  const passed = `Nothing speaks against a live run here (looked at: ${checked.join(', ')}).`
  const failed = checked.includes('accounts') ? 'nothing is started' : 'nothing is started, and nothing was connected'
  terminal.answer({ faults, warnings, checked }, () =>
    verdictText({ faults, warnings }, faults.length === 0 ? passed : `${countOf(faults)}: ${failed}.`),
  )
  if (faults.length > 0) process.exitCode = EXIT.configInvalid
}

/** Faults, then warnings, each with its fix, and what follows from them. */
export function verdictText({ faults, warnings }: Verdict, ending: string): string {
  const lines = (list: readonly Fault[], word: string) =>
    list.map(({ code, what, fix }) => `${word} ${code}: ${what}\n  fix: ${fix}`)
  return [...lines(faults, 'fault'), ...lines(warnings, 'warning'), strong(ending)].join('\n')
}

export const countOf = (faults: readonly Fault[]): string => (faults.length === 1 ? '1 fault' : `${faults.length} faults`)
