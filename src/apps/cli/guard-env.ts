// quadrant guard env: everything that keeps a live run from starting here, at once and before anything is connected.
import type { Command } from 'commander'
import type { EnvironmentVerdict } from '../../guard/environment.ts'
import type { Fault } from '../../guard/fault.ts'
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
  terminal.answer({ faults, warnings, checked }, () => verdictText({ faults, warnings }, passed))
  if (faults.length > 0) process.exitCode = EXIT.configInvalid
}

/** Faults, then warnings, each with its fix. */
export function verdictText(
  { faults, warnings }: { readonly faults: readonly Fault[]; readonly warnings: readonly Fault[] },
  passed: string,
): string {
  const count = faults.length === 1 ? '1 fault' : `${faults.length} faults`
  const title = faults.length === 0 ? passed : strong(`${count}, so nothing is started and nothing was connected.`)
  const lines = (list: readonly Fault[], word: string) =>
    list.map(({ code, what, fix }) => `${word} ${code}: ${what}\n  fix: ${fix}`)
  return [...lines(faults, 'fault'), ...lines(warnings, 'warning'), title].join('\n')
}
