// quadrant token list: the API tokens there are, never their secrets.
import type { Command } from 'commander'
import { HOME_OPTION, onDesk, tokenRow } from './people-options.ts'
import { table } from './table.ts'
import type { Terminal } from './terminal.ts'

export function define(command: Command, terminal: Terminal): void {
  command.option(...HOME_OPTION).action(async ({ home = '' }: { readonly home?: string }) => {
    const tokens = await onDesk(home, desk => desk.tokens())
    terminal.answer({ tokens }, () => {
      if (tokens.length === 0) return 'There are no tokens. To make one: quadrant token new --user NAME --name TEXT --scope read'
      const titles = ['id', 'user', 'name', 'scopes', 'ends (UTC)', 'last used (UTC)', 'state']
      return table(
        titles.map(title => ({ title })),
        tokens.map(tokenRow),
      )
    })
  })
}
