// quadrant user enable: a disabled user may sign in again.
import type { Command } from 'commander'
import type { Terminal } from './terminal.ts'
import { defineDisabling } from './user-disabling.ts'

export const define = (command: Command, terminal: Terminal): void => defineDisabling(command, terminal, false)
