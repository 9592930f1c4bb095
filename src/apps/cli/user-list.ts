// quadrant user list: everybody with an account.
import type { Command } from 'commander'
import { HOME_OPTION, onDesk, personRow } from './people-options.ts'
import { table } from './table.ts'
import type { Terminal } from './terminal.ts'

export function define(command: Command, terminal: Terminal): void {
  command.option(...HOME_OPTION).action(async ({ home = '' }: { readonly home?: string }) => {
    const users = await onDesk(home, desk => desk.users())
    terminal.answer({ users }, () => {
      if (users.length === 0) return 'There are no users yet. The first: quadrant user add NAME --role admin --role trade'
      const titles = ['name', 'roles', 'accounts', 'second factor', 'state', 'last sign-in (UTC)']
      return table(
        titles.map(title => ({ title })),
        users.map(personRow),
      )
    })
  })
}
