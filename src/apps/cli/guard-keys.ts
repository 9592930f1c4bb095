// quadrant guard keys: which keys are none, and by which rule. Never a key.
import { type Command, Option } from 'commander'
import type { JudgedKey } from '../../guard/keys.ts'
import { EXIT } from '../failure.ts'
import { countOf, verdictText } from './guard-env.ts'
import { HOME_OPTION, homeOf } from './people-options.ts'
import { table } from './table.ts'
import type { Terminal } from './terminal.ts'

interface Options {
  readonly config?: string
  readonly home?: string
  readonly env?: 'live' | 'practice'
  readonly online?: boolean
}

export function define(command: Command, terminal: Terminal): void {
  command
    .argument('[config]', 'judge what this configuration needs as missing where it is')
    .option('--config <file>', 'the same as the argument')
    .option(...HOME_OPTION)
    .addOption(
      new Option('--env <environment>', "which of the venues' worlds the keys are for; the configuration's, or live").choices([
        'live',
        'practice',
      ]),
    )
    .option('--online', 'ask the sources that can be asked whether the keys are good')
    .action(async (argument: string | undefined, { config = argument, home = '', env, online = false }: Options) => {
      const { examineKeys } = await import('../live/key-examination.ts')
      const { keys, faults, warnings } = await examineKeys({
        home: homeOf(home),
        configuration: config,
        environment: env,
        online,
      })
      terminal.answer({ faults, warnings, keys }, () => {
        const passed = keys.length === 0 ? 'No keys are set.' : 'Nothing speaks against these keys.'
        const text = verdictText({ faults, warnings }, faults.length === 0 ? passed : `${countOf(faults)}.`)
        return keys.length === 0 ? text : `${table(COLUMNS, keys.map(rowOf))}\n\n${text}`
      })
      if (faults.length > 0) process.exitCode = EXIT.configInvalid
    })
}

const COLUMNS = [
  { title: 'variable' },
  { title: 'source' },
  { title: 'from' },
  { title: 'status' },
  { title: 'rule' },
  { title: 'mark' },
]

const rowOf = ({ variable, source, from, status, rule, fingerprint }: JudgedKey): readonly string[] => [
  variable,
  source,
  from,
  status,
  rule,
  fingerprint === '' ? '–' : fingerprint,
]
