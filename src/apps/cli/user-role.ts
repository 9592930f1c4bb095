// quadrant user role: what somebody may do from now on, and in which accounts. Open sessions end.
import type { Command } from 'commander'
import type { Role } from '../../wire/route.ts'
import { operatorName } from '../kill-switch.ts'
import { gather, HOME_OPTION, onDesk } from './people-options.ts'
import type { Terminal } from './terminal.ts'

interface Options {
  readonly role: readonly Role[]
  readonly account?: readonly string[]
  readonly reason?: string
  readonly home?: string
}

export function define(command: Command, terminal: Terminal): void {
  command
    .argument('<name>', 'as `quadrant user list` shows it')
    .requiredOption('--role <role>', 'read, trade or admin; may be given again; these replace those before', gather)
    .option('--account <name>', "an account of a run, or '*' for all; these replace those before", gather)
    .option('--reason <text>', 'why; kept on record')
    .option(...HOME_OPTION)
    .action(async (name: string, { role, account, reason, home = '' }: Options) => {
      const change = {
        roles: [...role],
        ...(account === undefined ? {} : { accounts: [...account] }),
        ...(reason === undefined ? {} : { reason }),
      }
      const user = await onDesk(home, desk => desk.changeUser(operatorName(), name, change))
      terminal.answer(
        { user },
        () => `${user.name} is now: ${user.roles.join(', ')}; accounts: ${user.accounts.join(', ') || 'none'}.`,
      )
    })
}
