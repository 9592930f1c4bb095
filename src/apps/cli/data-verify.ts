// quadrant data verify: recomputes the checksum of every file of the lake.
import type { Command } from 'commander'
import { EXIT } from '../failure.ts'
import { lakeFolder, stateHome } from '../home.ts'
import { count } from './figures.ts'
import { table } from './table.ts'
import type { Terminal } from './terminal.ts'

export function define(command: Command, terminal: Terminal): void {
  command.action(async () => {
    const [{ Lake }, { verify }] = await Promise.all([
      import('../../adapters/lake/lake.ts'),
      import('../../adapters/lake/verify.ts'),
    ])

    const progress = terminal.progress('Verifying')
    const found = await verify(new Lake(lakeFolder(stateHome())), (done, files) =>
      progress.update(done, files, `${count(done)} files`),
    )
    progress.end()

    const sound = found.faults.length === 0
    terminal.answer({ ok: sound, ...found }, () => {
      const verdict = `${count(found.files)} files of ${count(found.datasets)} datasets, ${(found.bytes / 2 ** 20).toFixed(1)} MiB`
      if (sound) return `${verdict}: every checksum holds.`
      const rows = found.faults.map(({ file, fault, message }) => [file, fault, message])
      return [
        table(
          ['file', 'fault', 'what to do'].map(title => ({ title })),
          rows,
        ),
        '',
        `${verdict}: ${count(found.faults.length)} faults.`,
      ].join('\n')
    })
    if (!sound) process.exitCode = EXIT.checkFailed
  })
}
