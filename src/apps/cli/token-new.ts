// quadrant token new: an API token in a user's name, shown once.
import type { Command } from 'commander'
import type { Role } from '../../wire/route.ts'
import { Failure } from '../failure.ts'
import { operatorName } from '../kill-switch.ts'
import { gather, HOME_OPTION, onDesk } from './people-options.ts'
import type { Terminal } from './terminal.ts'

interface Options {
  readonly user: string
  readonly name: string
  readonly scope: readonly Role[]
  readonly days: string
  readonly home?: string
}

export function define(command: Command, terminal: Terminal): void {
  command
    .requiredOption('--user <name>', 'whose token; it may never do more than he may')
    .requiredOption('--name <text>', 'what it is for')
    .requiredOption('--scope <scope>', 'read, trade or admin; may be given again', gather)
    .option('--days <count>', 'how long it lives, at most 90', '30')
    .option(...HOME_OPTION)
    .action(async ({ user, name, scope, days, home = '' }: Options) => {
      if (!/^\d{1,2}$/.test(days)) {
        throw new Failure('USAGE_USER', { message: `${JSON.stringify(days)} is no number of days`, fix: '--days 30; at most 90' })
      }
      const wish = { name, scopes: [...scope], days: Number(days) }
      const made = await onDesk(home, desk => desk.newToken(operatorName(), user, wish))
      // Alone on stdout, so that it can be piped into a file; the remark about it is on stderr.
      terminal.answer(made, () => made.token)
      if (!terminal.json)
        terminal.note(`Shown this once. It ends ${made.line.expires}; to end it before: quadrant token revoke ${made.line.id}`)
    })
}
