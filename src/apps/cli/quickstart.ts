// quadrant quickstart: from nothing to real data, finished runs and a report.
import { relative } from 'node:path'
import type { Command } from 'commander'
import { stateHome } from '../home.ts'
import { count } from './figures.ts'
import { interruptSignal } from './interrupt.ts'
import { runTable } from './run-view.ts'
import type { Progress, Terminal } from './terminal.ts'

export function define(command: Command, terminal: Terminal): void {
  command.action(async () => {
    const { quickstart } = await import('../quickstart.ts')

    let title = ''
    let progress: Progress | undefined
    const result = await quickstart(stateHome(), {
      signal: interruptSignal(),
      onProgress(job, done, total) {
        if (job !== title) progress = terminal.progress(job)
        title = job
        progress?.update(done, total)
      },
      onImported(dataset, from, { rows, quarantined, partitions }) {
        const input =
          dataset === 'pack'
            ? `the data pack at ${from}`
            : `the bundled U.S. government figures in ${from} (no data pack was found)`
        terminal.note(`Input: ${input}`)
        terminal.note(
          partitions === 0
            ? 'The lake has them already.'
            : `Imported ${count(rows)} rows (${count(quarantined)} quarantined) into ${count(partitions)} partitions.`,
        )
      },
    })
    terminal.endProgress()

    terminal.answer(result, () => {
      const best = result.runs[0]
      if (!best) return 'No shipped configuration fits the data; see config/.'
      const shown = relative(process.cwd(), best.report)
      return [
        runTable(result.runs),
        '',
        `Report: ${shown}  (open it in a browser; every run has one)`,
        '',
        'Try next:',
        `  quadrant backtest show ${best.id}`,
        `  quadrant why ${best.id} --not --at ${best.to}`,
        '  quadrant strategy new my-idea',
      ].join('\n')
    })
  })
}
