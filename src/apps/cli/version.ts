// quadrant version: what is installed, for a report or a question.
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { facts } from './table.ts'
import type { Terminal } from './terminal.ts'

export function define(command: Command, terminal: Terminal): void {
  command.action(() => {
    const versions = { quadrant: packageVersion(), node: process.versions.node, platform: `${process.platform}-${process.arch}` }
    terminal.answer(versions, () => facts(Object.entries(versions)))
  })
}

function packageVersion(): string {
  const file = resolve(import.meta.dirname, '../../../package.json')
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version
}
