// quadrant guard feed: whether ticks in files are those of a market, by the detectors of a live run.
import { existsSync } from 'node:fs'
import type { Command } from 'commander'
import { EXIT, Failure } from '../failure.ts'
import type { CheckedFile, FileFinding } from '../feed-check.ts'
import { count } from './figures.ts'
import { gather, HOME_OPTION, homeOf } from './people-options.ts'
import type { Terminal } from './terminal.ts'

interface Options {
  readonly instrument?: string
  readonly tick?: string
  readonly calendar?: string
  readonly home?: string
  readonly known?: readonly string[]
}

export function define(command: Command, terminal: Terminal): void {
  command
    .argument('<file...>', 'tables of ticks (CSV with a header), tick archives of LEAN, folders of recordings')
    .option('--instrument <id>', 'of tables, such as EURUSD.OANDA')
    .option('--tick <size>', 'of tables whose instrument is not known here: the smallest price change, such as 0.00001')
    .option('--calendar <name>', 'when it trades, where the instrument does not say; always without it')
    .option(...HOME_OPTION)
    .option('--known <recording>', 'a recording that is known as well; may be given again', gather)
    .action(async (files: readonly string[], { instrument, tick, calendar, home = '', known = [] }: Options) => {
      for (const path of [...files, ...known]) {
        if (path !== '' && existsSync(path)) continue
        throw new Failure('FILE_NOT_FOUND', {
          message: `there is no file or folder '${path}'`,
          fix: 'check the path and run again',
        })
      }
      const [{ checkFile, instrumentsIn, isTable, tableInstrument }, { knownBlocks }] = await Promise.all([
        import('../feed-check.ts'),
        import('../live/known-blocks.ts'),
      ])
      const isTold = instrument !== undefined || tick !== undefined
      const table = isTold || files.some(isTable) ? tableInstrument(instrument, tick, calendar) : undefined
      const instruments = new Set(table === undefined ? [] : [table.id])
      for (const file of files) for (const id of await instrumentsIn(file)) instruments.add(id)
      const blocks = await knownBlocks(homeOf(home), { instruments: [...instruments], recordings: known })

      const checked: CheckedFile[] = []
      for (const file of files) checked.push(await checkFile(file, table, blocks))
      const findings = checked.flatMap(one => one.findings)
      for (const { file, unreadable, example } of checked) {
        if (unreadable > 0) terminal.note(`${file}: ${count(unreadable)} rows cannot be read, such as ${example}`)
      }
      terminal.answer(
        { files: checked.length, ticks: sum(checked, 'ticks'), findings, unreadable: sum(checked, 'unreadable') },
        () => report(checked, findings),
      )
      if (findings.length > 0) process.exitCode = EXIT.checkFailed
    })
}

const sum = (checked: readonly CheckedFile[], what: 'ticks' | 'unreadable'): number =>
  checked.reduce((total, one) => total + one[what], 0)

function report(checked: readonly CheckedFile[], findings: readonly FileFinding[]): string {
  const files = checked.length === 1 ? '1 file' : `${count(checked.length)} files`
  const looked = `${count(sum(checked, 'ticks'))} ticks in ${files}`
  if (findings.length === 0) return `Nothing speaks against a market: ${looked}.`
  const lines = findings.map(({ source, instrument, at, detector, what, evidence }) => {
    const figures = Object.entries(evidence).map(([name, value]) => `${name} ${Number(value.toPrecision(4))}`)
    return `${source}  ${instrument}  ${detector}\n  ${what}, settled at ${at}\n  ${figures.join(', ')}`
  })
  return `${lines.join('\n')}\n\n${findings.length === 1 ? '1 finding' : `${count(findings.length)} findings`} in ${looked}.`
}
