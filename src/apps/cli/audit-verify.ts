// quadrant audit verify: whether the audit trail is as it was written, in the state folder or in an exported file.
import type { Command } from 'commander'
import { EXIT } from '../failure.ts'
import { operatorName } from '../kill-switch.ts'
import { verifyExport } from '../people/exported-audit.ts'
import { HOME_OPTION, homeOf, onDesk } from './people-options.ts'
import type { Terminal } from './terminal.ts'

interface Options {
  readonly key?: string
  readonly home?: string
}

export function define(command: Command, terminal: Terminal): void {
  command
    .argument('[file]', 'an export, which is checked without the state folder')
    .option('--key <file>', 'public key (PEM) to hold an export against; else that of the state folder, or the one in the file')
    .option(...HOME_OPTION)
    .action(async (file: string | undefined, { key, home = '' }: Options) => {
      const verdict =
        file === undefined
          ? { ...(await onDesk(home, desk => desk.verifyAudit(operatorName()))), trust: 'the key of the state folder' }
          : await verifyExport(file, { home: homeOf(home), ...(key === undefined ? {} : { key }) })

      terminal.answer(verdict, () =>
        [
          verdict.whole ? 'The audit trail is whole.' : 'The audit trail is NOT as it was written.',
          `${verdict.records} records, ${verdict.heads} signed heads; the newest is over ${verdict.head?.size ?? 0} records${verdict.head === null ? '' : `, of ${verdict.head.time}`}.`,
          `Held against ${verdict.trust} (${verdict.keyId}).`,
          ...verdict.faults.map(({ sequence, fault }) => `  record ${sequence}: ${fault}`),
        ].join('\n'),
      )
      if (!verdict.whole) process.exitCode = EXIT.checkFailed
    })
}
