// quadrant secrets remove: takes a key out of the encrypted store.
import type { Command } from 'commander'
import { Failure } from '../failure.ts'
import { stateHome } from '../home.ts'
import { openSecretStore } from '../secret-store.ts'
import type { Terminal } from './terminal.ts'

export function define(command: Command, terminal: Terminal): void {
  command.argument('<name>', 'as `quadrant secrets list` shows it').action((name: string) => {
    const store = openSecretStore(stateHome())
    if (!store.remove(name)) {
      throw new Failure('SECRET_NOT_FOUND', {
        message: `no key of the name ${JSON.stringify(name)} is stored`,
        fix: '`quadrant secrets list` shows those that are',
      })
    }
    terminal.answer({ name, removed: true }, () => `${name} is removed.`)
  })
}
