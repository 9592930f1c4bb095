// quadrant data download: history and series of a source into the lake.
import { type Command, Option } from 'commander'
import { type Micros, parseMicros } from '../../domain/numbers.ts'
import { durationMicros } from '../config-values.ts'
import type { DownloadRequest, DownloadResult } from '../download/download.ts'
import { EXIT, Failure } from '../failure.ts'
import { stateHome } from '../home.ts'
import { count } from './figures.ts'
import { interruptSignal } from './interrupt.ts'
import { facts } from './table.ts'
import type { Terminal } from './terminal.ts'

interface Options {
  readonly from?: string
  readonly to?: string
  readonly kind?: 'quote' | 'trade' | 'bar'
  readonly bar?: string
  readonly format?: string
  readonly practice?: boolean
}

export function define(command: Command, terminal: Terminal): void {
  command
    .argument('<source>', 'such as dukascopy, oanda or fred; `quadrant data sources` lists them')
    .argument('<names...>', 'instruments such as EURUSD, or series such as CPIAUCSL')
    .option('--from <date>', 'of instruments: from when, such as 2026-01-01; series come whole, with every vintage')
    .option('--to <date>', 'until when; now when not given')
    .addOption(
      new Option('--kind <kind>', 'of instruments; bar where --bar is given, else quote').choices(['quote', 'trade', 'bar']),
    )
    .option('--bar <length>', 'of bars: 1m, 1h, 1d')
    .option('--format <name>', 'of sources that publish in several: bi5 for the older archives of dukascopy')
    .option('--practice', "the source's practice environment")
    .action(async (name: string, names: readonly string[], options: Options) => {
      const [{ openDownload }, { download }] = await Promise.all([
        import('../download/download-parts.ts'),
        import('../download/download.ts'),
      ])
      const request = requestOf(names, options)
      const home = stateHome()
      const { source, parts } = await openDownload(name, {
        home,
        environment: options.practice === true ? 'practice' : 'live',
        ...(options.format === undefined ? {} : { settings: { format: options.format } }),
      })

      const progress = terminal.progress('Downloading')
      try {
        const result = await download(source, request, {
          ...{ home, parts, signal: interruptSignal() },
          onProgress: (done, total, what) => progress.update(done, total, what),
        })
        progress.end()
        terminal.answer(result, () => summary(result))
        if (result.rows === 0 && result.pieces.already === 0) process.exitCode = EXIT.data
      } finally {
        await parts.http.close()
      }
    })
}

function requestOf(names: readonly string[], { from, to, kind, bar }: Options): DownloadRequest {
  const length = bar === undefined ? undefined : barOf(bar)
  const of = kind ?? (length === undefined ? 'quote' : 'bar')
  if ((of === 'bar') !== (length !== undefined)) {
    throw new Failure('USAGE_ARGUMENT', {
      message: of === 'bar' ? 'say how long the bars are' : `--bar is of bars, and --kind says ${of}`,
      fix: '--kind bar --bar 1m',
    })
  }
  return {
    names,
    kind: of,
    ...(length === undefined ? {} : { bar: length }),
    ...(from === undefined ? {} : { from: instantOf(from) }),
    ...(to === undefined ? {} : { to: instantOf(to) }),
  }
}

function barOf(text: string): { readonly text: string; readonly micros: number } {
  if (/^[1-9]\d*[smhd]$/.test(text)) return { text, micros: durationMicros(text) }
  throw new Failure('USAGE_DURATION', { message: `'${text}' is no length of a bar`, fix: '--bar 1m, 1h or 1d' })
}

function instantOf(text: string): Micros {
  const time = parseMicros(text)
  if (time !== undefined) return time
  throw new Failure('USAGE_ARGUMENT', {
    message: `'${text}' is no date`,
    fix: 'write it like 2026-01-31, or 2026-01-31T08:00:00Z',
  })
}

function summary({ source, licence, rows, accepted, pieces, subjects }: DownloadResult): string {
  const refused = new Map<string, number>()
  for (const { quarantined } of subjects) {
    for (const [reason, times] of Object.entries(quarantined)) refused.set(reason, (refused.get(reason) ?? 0) + times)
  }
  const reasons = [...refused].map(([reason, times]) => `${count(times)} ${reason}`).join(', ')
  return facts([
    ['source', source],
    ['rows', count(rows)],
    ['accepted', `${count(accepted)}${reasons === '' ? '' : ` (quarantined: ${reasons})`}`],
    ['pieces', `${count(pieces.fetched)} fetched, ${count(pieces.already)} already there, ${count(pieces.bytes)} bytes`],
    ...subjects.map(({ name, kind, manifest }) => [`${name} ${kind}`, manifest] as const),
    ['licence', licence],
  ])
}
