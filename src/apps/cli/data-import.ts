// quadrant data import: files of a known format into the lake, through the quality gate.
import { basename } from 'node:path'
import { Argument, type Command } from 'commander'
import type { ImportOptions } from '../../adapters/files/format.ts'
import { EXIT } from '../failure.ts'
import { lakeFolder, stateHome } from '../home.ts'
import type { ImportResult } from '../import.ts'
import { count } from './figures.ts'
import { interruptSignal } from './interrupt.ts'
import { facts } from './table.ts'
import type { Terminal } from './terminal.ts'

const FORMATS = ['lean', 'ejtrader', 'bi5', 'binance-capture', 'fred', 'forexfactory', 'csv', 'parquet'] as const

export function define(command: Command, terminal: Terminal): void {
  command
    .addArgument(new Argument('<format>', 'what kind of files').choices([...FORMATS]))
    .argument('<paths...>', 'files, or folders to be searched')
    .option('--instrument <id>', 'such as XAUUSD.OANDA, when path and content do not say')
    .option('--source <name>', 'who provides it, such as oanda')
    .option('--resolution <bar>', 'of bars: 1s, 1m, 5m, 15m, 1h, 4h or 1d')
    .option('--asset-class <class>', 'such as forex, metal, equity, crypto, future')
    .option('--mapping <file>', 'of csv and parquet: what the columns mean (docs/data-formats.md)')
    .option('--licence <text>', 'kept with the data')
    .action(async (name: (typeof FORMATS)[number], paths: readonly string[], options: ImportOptions) => {
      const [{ importFiles }, { Lake }] = await Promise.all([import('../import.ts'), import('../../adapters/lake/lake.ts')])

      const lake = new Lake(lakeFolder(stateHome()))
      const progress = terminal.progress('Importing')
      const result = await importFiles(name, paths, options, lake, {
        signal: interruptSignal(),
        onProgress: at => progress.update(at.bytesDone, at.bytes, `${basename(at.path)}, ${count(at.rows)} rows`),
      })
      progress.end()
      lake.close()

      terminal.answer(result, () => summary(result))
      for (const failure of result.failures)
        terminal.note(`not imported ${failure.code}: ${failure.message}\n  fix: ${failure.fix}`)
      if (result.failures.length > 0) process.exitCode = EXIT.data
    })
}

function summary(result: ImportResult): string {
  const reasons = Object.entries(result.quarantined).map(([reason, rows]) => `${count(rows)} ${reason}`)
  const quarantined = Object.values(result.quarantined).reduce((sum, rows) => sum + rows, 0)
  return facts([
    ['rows', count(result.rows)],
    ['accepted', count(result.accepted)],
    ['quarantined', reasons.length > 0 ? `${count(quarantined)} (${reasons.join(', ')})` : '0'],
    ['partitions', count(result.partitions)],
    ['already there', `${count(result.skipped)} datasets`],
  ])
}
