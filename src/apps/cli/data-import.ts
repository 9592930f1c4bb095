// quadrant data import: files of a known format into the lake, through the quality gate.
import { basename } from 'node:path'
import { Argument, type Command } from 'commander'
import type { ImportOptions } from '../../adapters/files/format.ts'
import type { CaptureResult } from '../capture/capture-import.ts'
import { EXIT } from '../failure.ts'
import { lakeFolder, stateHome } from '../home.ts'
import type { ImportFailure, ImportResult } from '../import.ts'
import { count } from './figures.ts'
import { interruptSignal } from './interrupt.ts'
import { facts } from './table.ts'
import type { Terminal } from './terminal.ts'

const FORMATS = ['lean', 'ejtrader', 'bi5', 'binance-capture', 'fred', 'forexfactory', 'csv', 'parquet', 'capture'] as const

type Options = ImportOptions & { readonly dryRun?: boolean }

export function define(command: Command, terminal: Terminal): void {
  command
    .addArgument(new Argument('<format>', 'what kind of files').choices([...FORMATS]))
    .argument('<paths...>', 'files, or folders to be searched')
    .option('--instrument <id>', 'such as XAUUSD.OANDA, when path and content do not say')
    .option('--source <name>', 'who provides it, such as oanda; of a capture: whose session it is')
    .option('--resolution <bar>', 'of bars: 1s, 1m, 5m, 15m, 1h, 4h or 1d')
    .option('--asset-class <class>', 'such as forex, metal, equity, crypto, future')
    .option('--mapping <file>', 'of csv and parquet: what the columns mean (docs/data-formats.md)')
    .option('--licence <text>', 'kept with the data')
    .option('--dry-run', 'of a capture: decode and count, and bring nothing into the lake')
    .action(async (name: (typeof FORMATS)[number], paths: readonly string[], options: Options) => {
      if (name === 'capture') {
        await importCaptured(paths, options, terminal)
        return
      }
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
      tellFailures(result.failures, terminal)
    })
}

async function importCaptured(paths: readonly string[], options: Options, terminal: Terminal): Promise<void> {
  const [{ importCapture }, { Lake }] = await Promise.all([
    import('../capture/capture-import.ts'),
    import('../../adapters/lake/lake.ts'),
  ])
  const lake = new Lake(lakeFolder(stateHome()))
  const progress = terminal.progress('Importing')
  const { source, licence, dryRun = false } = options
  const result = await importCapture(paths, { source, licence, dryRun }, lake, {
    signal: interruptSignal(),
    onProgress: (done, total, path) => progress.update(done, total, basename(path)),
  })
  progress.end()
  lake.close()

  terminal.answer(result, () => captureSummary(result))
  tellFailures(result.failures, terminal)
}

function tellFailures(failures: readonly ImportFailure[], terminal: Terminal): void {
  for (const { code, message, fix } of failures) terminal.note(`not imported ${code}: ${message}\n  fix: ${fix}`)
  if (failures.length > 0) process.exitCode = EXIT.data
}

function captureSummary(result: CaptureResult): string {
  const refused = Object.values(result.quarantined).reduce((sum, rows) => sum + rows, 0)
  const kinds = Object.entries(result.kinds).map(([kind, events]) => `${count(events)} ${kind}`)
  const faults = Object.entries(result.faults).map(([kind, times]) => `${count(times)} ${kind} (${result.examples[kind] ?? ''})`)
  return facts([
    ['rows', count(result.rows)],
    ['events', `${count(result.events)}${kinds.length > 0 ? ` (${kinds.join(', ')})` : ''}`],
    ['unknown', count(result.unknown)],
    ['unreadable lines', count(result.unreadable)],
    ['books compared', `${count(result.booksCompared)}, ${count(result.booksDifferent)} different`],
    ['checksum mismatches', count(result.checksumMismatches)],
    ['sequence gaps', count(result.sequenceGaps)],
    ['faults', faults.length > 0 ? faults.join('\n') : 'none'],
    ['into the lake', `${count(result.accepted)} facts in ${count(result.datasets)} datasets; ${count(refused)} quarantined`],
    ['already there', `${count(result.skipped)} datasets`],
  ])
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
