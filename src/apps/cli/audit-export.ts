// quadrant audit export: the whole trail with its signed heads, one JSON object a line.
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs'
import type { Command } from 'commander'
import { Failure } from '../failure.ts'
import { operatorName } from '../kill-switch.ts'
import type { AuditPage } from '../people/house-audit.ts'
import { HOME_OPTION, onDesk } from './people-options.ts'
import type { Terminal } from './terminal.ts'

interface Options {
  readonly out?: string
  readonly home?: string
}

export function define(command: Command, terminal: Terminal): void {
  command
    .option('--out <file>', 'a new file to write to; stdout without it')
    .option(...HOME_OPTION)
    .action(async ({ out, home = '' }: Options) => {
      if (terminal.json && out === undefined) {
        throw new Failure('USAGE_EXPORT', {
          message: 'with --json the answer is one JSON value, and the export is one a line',
          fix: 'give it a file with --out, or leave --json away',
        })
      }
      const file = out === undefined ? undefined : createFile(out)
      let records = 0
      let heads = 0
      await onDesk(home, async desk => {
        const { size } = await desk.beginExport(operatorName())
        for (let after: number | null = null, done = false; !done; ) {
          const page: AuditPage = await desk.auditPage({ after, size })
          for (const line of page.lines) {
            if ('record' in line) records++
            if ('head' in line) heads++
          }
          const text = page.lines.map(line => `${JSON.stringify(line)}\n`).join('')
          if (file === undefined) terminal.print(text)
          else writeSync(file, text)
          after = page.next
          done = page.next === null
        }
      })
      if (file === undefined) return
      fsyncSync(file)
      closeSync(file)
      terminal.answer({ file: out, records, heads }, () => `${records} records and ${heads} signed heads are in ${out}.`)
    })
}

/** Who did what is not for everybody; and an export never replaces another. */
function createFile(path: string): number {
  try {
    return openSync(path, 'wx', 0o600)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    throw new Failure('USAGE_EXPORT', { message: `${path} is there already`, fix: 'name a new file, or remove that one first' })
  }
}
