// quadrant init: a folder that is ready to run, with real data in its lake.
import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import { lakeFolder, stateHome } from '../home.ts'
import { commandName } from './command-name.ts'
import { place } from './figures.ts'
import { interruptSignal } from './interrupt.ts'
import type { Terminal } from './terminal.ts'

export function define(command: Command, terminal: Terminal): void {
  command.argument('[dir]', 'the folder; made when it is not there', '.').action(async (dir: string) => {
    const folder = resolve(dir)
    const [{ makeProject }, { importBundled }, { Lake }] = await Promise.all([
      import('../project.ts'),
      import('../datasets.ts'),
      import('../../adapters/lake/lake.ts'),
    ])
    const files = makeProject(folder)

    // The state folder of the project is the one a command inside it will find.
    const home = process.env['QUADRANT_HOME'] ? stateHome() : join(folder, '.quadrant')
    const lake = new Lake(lakeFolder(home))
    const progress = terminal.progress('Importing')
    const { rows } = await importBundled(lake, {
      signal: interruptSignal(),
      onProgress: at => progress.update(at.bytesDone, at.bytes),
    })
    progress.end()
    lake.close()

    const next = [
      ...(folder === process.cwd() ? [] : [`cd ${place(folder)}`]),
      `${commandName({ elsewhere: true })} backtest run config/first.yaml`,
    ]
    terminal.answer({ folder, files, home, rows, next }, () =>
      [`A project in ${folder}:`, ...files.map(file => `  ${file}`), '', 'Next:', ...next.map(line => `  ${line}`)].join('\n'),
    )
  })
}
