// quadrant token revoke: a token lets nobody in any more.
import type { Command } from 'commander'
import { operatorName } from '../kill-switch.ts'
import { HOME_OPTION, onDesk } from './people-options.ts'
import type { Terminal } from './terminal.ts'

export function define(command: Command, terminal: Terminal): void {
  command
    .argument('<id>', 'as `quadrant token list` shows it')
    .option(...HOME_OPTION)
    .action(async (id: string, { home = '' }: { readonly home?: string }) => {
      const token = await onDesk(home, desk => desk.revokeToken(operatorName(), id))
      terminal.answer({ token }, () => `The token ${token.id} of ${token.user} is revoked.`)
    })
}
