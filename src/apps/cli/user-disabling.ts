// What `user disable` and `user enable` have in common, which is all but the direction.
import type { Command } from 'commander'
import { operatorName } from '../kill-switch.ts'
import { HOME_OPTION, onDesk } from './people-options.ts'
import type { Terminal } from './terminal.ts'

interface Options {
  readonly reason?: string
  readonly home?: string
}

export function defineDisabling(command: Command, terminal: Terminal, disabled: boolean): void {
  command
    .argument('<name>', 'as `quadrant user list` shows it')
    .option('--reason <text>', 'why; kept on record')
    .option(...HOME_OPTION)
    .action(async (name: string, { reason, home = '' }: Options) => {
      const change = { disabled, ...(reason === undefined ? {} : { reason }) }
      const user = await onDesk(home, desk => desk.changeUser(operatorName(), name, change))
      terminal.answer({ user }, () => `${user.name} is ${user.disabled ? 'disabled' : 'enabled'}.`)
    })
}
