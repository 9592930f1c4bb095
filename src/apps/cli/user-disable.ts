// quadrant user disable: nobody signs in under this name any more, and what is open ends within a second.
import type { Command } from 'commander'
import type { Terminal } from './terminal.ts'
import { defineDisabling } from './user-disabling.ts'

export const define = (command: Command, terminal: Terminal): void => defineDisabling(command, terminal, true)
