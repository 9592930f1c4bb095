// quadrant secrets set: puts a key into the encrypted store; its value comes from stdin or a hidden prompt, never from argv.
import type { Command } from 'commander'
import { keyMark } from '../../connectivity/key-check.ts'
import { Failure } from '../failure.ts'
import { stateHome } from '../home.ts'
import { openSecretStore } from '../secret-store.ts'
import { readSecret } from './hidden-input.ts'
import type { Terminal } from './terminal.ts'

export function define(command: Command, terminal: Terminal): void {
  command.argument('<name>', 'the environment variable it stands for: QUADRANT_OANDA_TOKEN').action(async (name: string) => {
    if (!/^[A-Z][A-Z0-9_]*$/.test(name)) {
      throw new Failure('USAGE_SECRET', {
        message: `${JSON.stringify(name)} is no name of a variable`,
        fix: 'use the name that `quadrant data sources` shows, such as QUADRANT_OANDA_TOKEN',
      })
    }
    const store = openSecretStore(stateHome())
    const value = (await readSecret(`${name}: `)).trim()
    if (value === '') {
      throw new Failure('USAGE_SECRET', {
        message: 'nothing was given, so nothing was stored',
        fix: `type it when asked, or pipe it: quadrant secrets set ${name} < FILE`,
      })
    }
    store.set(name, value)
    const mark = keyMark(value)
    terminal.answer({ name, mark, file: store.path }, () => `${name} is stored (${mark}).`)
  })
}
