// quadrant secrets list: which keys the encrypted store holds, by their marks.
import type { Command } from 'commander'
import { keyMark } from '../../connectivity/key-check.ts'
import { stateHome } from '../home.ts'
import { openSecretStore } from '../secret-store.ts'
import type { Terminal } from './terminal.ts'

export function define(command: Command, terminal: Terminal): void {
  command.action(() => {
    const store = openSecretStore(stateHome())
    const secrets = store.names().map(name => ({ name, mark: keyMark(store.get(name) ?? '') }))
    terminal.answer({ secrets, file: store.path }, () =>
      secrets.length === 0
        ? 'No keys are stored. To store one: quadrant secrets set NAME'
        : secrets.map(({ name, mark }) => `${name}  ${mark}`).join('\n'),
    )
  })
}
