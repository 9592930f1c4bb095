// quadrant backtest run: a configuration through the full river, into a report.
import type { Command } from 'commander'
import { stateHome } from '../home.ts'
import { collect } from './collect.ts'
import { count } from './figures.ts'
import { interruptSignal } from './interrupt.ts'
import { runText } from './run-view.ts'
import type { Terminal } from './terminal.ts'

export function define(command: Command, terminal: Terminal): void {
  command
    .argument('<config>', 'a YAML file, such as config/gold-ema.yaml')
    .option('--set <path=value>', 'override a value, such as strategies.0.params.fast=12; may be repeated', collect, [])
    .action(async (file: string, { set }: { set: readonly string[] }) => {
      const { readCheckedConfig } = await import('../checked-config.ts')
      const config = await readCheckedConfig(file, set)

      const { runBacktest } = await import('../backtest.ts')
      const progress = terminal.progress(config.name)
      const summary = await runBacktest(config, {
        home: stateHome(),
        signal: interruptSignal(),
        onProgress: (done, total) => progress.update(done, total, `${count(done)} events`),
      })
      progress.end()

      terminal.answer(summary, () => runText(summary))
    })
}
