// quadrant backtest list: the runs of this state folder, newest first.
import type { Command } from 'commander'
import { stateHome } from '../home.ts'
import { runTable } from './run-view.ts'
import type { Terminal } from './terminal.ts'

export function define(command: Command, terminal: Terminal): void {
  command.action(async () => {
    const { listRuns } = await import('../run-folder.ts')
    const runs = await listRuns(stateHome())
    terminal.answer({ runs }, () =>
      runs.length === 0
        ? 'There are no runs yet. Make one: quadrant quickstart, or quadrant backtest run CONFIG'
        : runTable(runs),
    )
  })
}
