// quadrant version: what is installed, for a report or a question.
import type { Command } from 'commander'
import { packageVersion } from '../package-version.ts'
import { facts } from './table.ts'
import type { Terminal } from './terminal.ts'

export function define(command: Command, terminal: Terminal): void {
  command.action(() => {
    const versions = { quadrant: packageVersion(), node: process.versions.node, platform: `${process.platform}-${process.arch}` }
    terminal.answer(versions, () => facts(Object.entries(versions)))
  })
}
