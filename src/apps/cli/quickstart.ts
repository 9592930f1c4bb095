// quadrant quickstart: from nothing to real data, finished runs and a report.
import type { Command } from 'commander'
import { stateHome } from '../home.ts'
import { commandName } from './command-name.ts'
import { count, place } from './figures.ts'
import { interruptSignal } from './interrupt.ts'
import { runTable } from './run-view.ts'
import type { Progress, Terminal } from './terminal.ts'

/** The runs worth looking at first: with the data pack, and without. */
const FEATURED = ['gold-ema', 'oil-macro-trend']

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
      const shown = FEATURED.map(name => result.runs.find(run => run.name === name)).find(run => run) ?? result.runs[0]
      if (!shown) return 'No shipped configuration fits the data; see config/.'
      const quadrant = commandName()
      return [
        runTable(result.runs),
        '',
        `Report of ${shown.name}: ${place(shown.report)}`,
        'Open it in a browser; every run has one beside its lists.',
        '',
        'Try next:',
        `  ${quadrant} serve --open`,
        `  ${quadrant} backtest show ${shown.id}`,
        `  ${quadrant} why ${shown.id} --not --at ${shown.to}`,
        `  ${quadrant} strategy new my-idea`,
      ].join('\n')
    })
  })
}
