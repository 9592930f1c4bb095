// quadrant data gaps: where data are missing although the market was open.
import type { Command } from 'commander'
import { formatMicros, HOUR, MINUTE, SECOND } from '../../domain/numbers.ts'
import { durationMicros } from '../config-values.ts'
import { Failure } from '../failure.ts'
import { lakeFolder, stateHome } from '../home.ts'
import { count, instant } from './figures.ts'
import { table } from './table.ts'
import type { Terminal } from './terminal.ts'

const GAPS_SHOWN = 30

interface Options {
  readonly instrument?: string
  readonly longer?: string
}

export function define(command: Command, terminal: Terminal): void {
  command
    .option('--instrument <id>', 'only this one, such as XAUUSD.OANDA')
    .option('--longer <duration>', 'only gaps longer than this: 5m (default), 1h, 1d')
    .action(async ({ instrument, longer }: Options) => {
      const [{ Lake }, { gaps, GAP_MIN_DEFAULT }] = await Promise.all([
        import('../../adapters/lake/lake.ts'),
        import('../../adapters/lake/gaps.ts'),
      ])
      const lake = new Lake(lakeFolder(stateHome()))
      refuseUnknown(instrument, [...new Set(lake.list().flatMap(manifest => manifest.instrument?.id ?? []))])

      const gapMin = longer === undefined ? GAP_MIN_DEFAULT : readDuration(longer)
      const found = await gaps(lake, { instrumentId: instrument, gapMin })
      lake.close()

      const machine = found.map(gap => ({ ...gap, fromTime: formatMicros(gap.from), toTime: formatMicros(gap.to) }))
      terminal.answer({ gaps: machine }, () => {
        if (found.length === 0) return 'No gaps: wherever the market was open, there are data.'
        const longest = found.toSorted((a, b) => b.openMicros - a.openMicros).slice(0, GAPS_SHOWN)
        const rows = longest.map(gap => [gap.what, instant(gap.from), instant(gap.to), inWords(gap.openMicros)])
        const columns = [
          { title: 'what' },
          { title: 'from (UTC)' },
          { title: 'to (UTC)' },
          { title: 'open for', align: 'right' as const },
        ]
        const rest =
          found.length > longest.length ? [`the longest ${longest.length} of ${count(found.length)}; --json prints all`] : []
        return [table(columns, rows), ...rest].join('\n')
      })
    })
}

function refuseUnknown(instrument: string | undefined, known: readonly string[]): void {
  if (instrument === undefined || known.includes(instrument)) return
  throw new Failure('DATA_NOT_FOUND', {
    message: `the lake has nothing of '${instrument}'`,
    fix:
      known.length > 0
        ? `there is data of ${known.join(', ')}`
        : 'the lake is empty; fill it with `quadrant quickstart` or `quadrant data import`',
  })
}

function readDuration(text: string): number {
  if (/^\d+(ms|s|m|h|d)$/.test(text)) return durationMicros(text)
  throw new Failure('USAGE_DURATION', { message: `'${text}' is no duration`, fix: 'write it like 30s, 5m, 1h or 1d' })
}

function inWords(openMicros: number): string {
  if (openMicros >= 48 * HOUR) return `${(openMicros / (24 * HOUR)).toFixed(1)} days`
  if (openMicros >= 2 * HOUR) return `${(openMicros / HOUR).toFixed(1)} hours`
  return openMicros >= 2 * MINUTE ? `${(openMicros / MINUTE).toFixed(0)} minutes` : `${(openMicros / SECOND).toFixed(0)} seconds`
}
