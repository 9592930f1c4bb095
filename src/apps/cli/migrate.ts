// quadrant migrate: brings the database's tables up to date, or shows whether they are.
import type { Command } from 'commander'
import { migrateHome } from '../people/migration.ts'
import { databaseUrl, HOME_OPTION, homeOf } from './people-options.ts'
import { table } from './table.ts'
import type { Terminal } from './terminal.ts'

interface Options {
  readonly status?: boolean
  readonly home?: string
}

export function define(command: Command, terminal: Terminal): void {
  command
    .option('--status', 'only show what was done and what is to do')
    .option(...HOME_OPTION)
    .action(async ({ status = false, home = '' }: Options) => {
      const { database, migrations, done } = await migrateHome({ home: homeOf(home), url: databaseUrl(), look: status })
      terminal.answer({ database, done, migrations }, () => {
        const rows = migrations.map(({ name, applied }) => [
          name,
          applied === null ? 'to do' : applied.slice(0, 16).replace('T', ' '),
        ])
        const news = done.length === 0 ? 'Nothing was to be done.' : `Done now: ${done.join(', ')}.`
        return [database, table([{ title: 'migration' }, { title: 'applied (UTC)' }], rows), ...(status ? [] : [news])].join('\n')
      })
    })
}
