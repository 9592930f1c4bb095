// quadrant user add: an account for somebody. The password comes from stdin or a hidden prompt, never from argv.
import type { Command } from 'commander'
import type { Role } from '../../wire/route.ts'
import { operatorName } from '../kill-switch.ts'
import { gather, HOME_OPTION, onDesk, readPassword } from './people-options.ts'
import type { Terminal } from './terminal.ts'

interface Options {
  readonly role: readonly Role[]
  readonly account?: readonly string[]
  readonly passwordStdin?: boolean
  readonly home?: string
}

export function define(command: Command, terminal: Terminal): void {
  command
    .argument('<name>', 'lower-case letters, digits, dots and dashes')
    .requiredOption('--role <role>', 'read, trade or admin; may be given again', gather)
    .option('--account <name>', "an account of a run, or '*' for all; may be given again", gather)
    .option('--password-stdin', 'read the password from stdin')
    .option(...HOME_OPTION)
    .action(async (name: string, { role, account = [], passwordStdin = false, home = '' }: Options) => {
      const password = await readPassword(passwordStdin)
      const wish = { name, password, roles: [...role], accounts: [...account] }
      const user = await onDesk(home, desk => desk.addUser(operatorName(), wish))
      terminal.answer(
        { user },
        () => `${user.name} may sign in: ${user.roles.join(', ')}; accounts: ${user.accounts.join(', ') || 'none'}.`,
      )
    })
}
