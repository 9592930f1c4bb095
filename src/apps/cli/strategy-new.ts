// quadrant strategy new: a small working strategy and a configuration that runs it.
import type { Command } from 'commander'
import { commandName } from './command-name.ts'
import type { Terminal } from './terminal.ts'

export function define(command: Command, terminal: Terminal): void {
  command.argument('<name>', 'lower-case words joined by dashes, such as my-idea').action(async (name: string) => {
    const { makeStrategy } = await import('../project.ts')
    const files = makeStrategy(process.cwd(), name)
    const quadrant = commandName()
    const next = [`${quadrant} strategy test strategies/${name}.ts`, `${quadrant} backtest run config/${name}.yaml`]
    terminal.answer({ name, files, next }, () =>
      [`Written: ${files.join(', ')}`, '', 'Next:', ...next.map(line => `  ${line}`)].join('\n'),
    )
  })
}
