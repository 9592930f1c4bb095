// quadrant backtest report: the path of a run's report, ready for a browser.
import { existsSync } from 'node:fs'
import type { Command } from 'commander'
import { Failure } from '../failure.ts'
import { stateHome } from '../home.ts'
import type { Terminal } from './terminal.ts'

export function define(command: Command, terminal: Terminal): void {
  command.argument('<run>', "a run's id; `quadrant backtest list` shows them").action(async (id: string) => {
    const { showRun } = await import('../run-folder.ts')
    const { report } = await showRun(stateHome(), id)
    if (!existsSync(report)) {
      throw new Failure('REPORT_NOT_FOUND', {
        message: `the report of run '${id}' is gone: ${report}`,
        fix: 'run its configuration again: quadrant backtest run CONFIG',
      })
    }
    terminal.answer({ id, report }, () => report)
  })
}
