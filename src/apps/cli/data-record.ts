// quadrant data record: what a source says, raw and read, kept for replays, backtests and fixtures.
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { Failure } from '../failure.ts'
import { recordingsFolder, stateHome } from '../home.ts'
import { count } from './figures.ts'
import { interruptSignal } from './interrupt.ts'
import { facts, table } from './table.ts'
import type { Terminal } from './terminal.ts'

interface Options {
  readonly for?: string
  readonly practice?: boolean
  readonly list?: boolean
}

export function define(command: Command, terminal: Terminal): void {
  command
    .argument('[source]', 'such as kraken; `quadrant data sources` lists them')
    .argument('[symbols...]', 'as the source spells them, such as BTC/USD')
    .option('--for <duration>', 'stop by itself after so long, such as 30s or 8h; without it, at Ctrl-C')
    .option('--practice', "the source's practice environment")
    .option('--list', 'the recordings there are')
    .action(async (source: string | undefined, symbols: readonly string[], options: Options) => {
      const home = stateHome()
      if (options.list === true) return await list(home, terminal)
      if (source === undefined || symbols.length === 0) {
        throw new Failure('USAGE_RECORD', {
          message: 'a recording needs a source and at least one symbol',
          fix: 'quadrant data record kraken BTC/USD ETH/USD --for 10m',
        })
      }

      const { durationOf } = await import('../live/paper.ts')
      const { SOURCES } = await import('../sources.ts')
      const { planRecording, recordFeeds } = await import('../live/record-feeds.ts')
      const { FEED_DEFAULTS } = await import('../run-config.ts')
      const recorded = await recordFeeds(planRecording(SOURCES, source, symbols), {
        home,
        signal: interruptSignal(),
        settings: { ...FEED_DEFAULTS, environment: options.practice === true ? 'practice' : 'live' },
        ...(options.for === undefined ? {} : { forMillis: durationOf(options.for) }),
      })
      const { folder, events, byKind, manifest } = recorded
      terminal.answer({ folder, events, byKind, manifest }, () =>
        facts([
          ['recording', folder],
          [
            'events',
            `${count(events)}: ${Object.entries(byKind)
              .map(([kind, times]) => `${count(times)} ${kind}`)
              .join(', ')}`,
          ],
          ['raw frames', `${manifest.frames.length} files, ${count(manifest.framesDropped)} frames dropped`],
          ['play it', `quadrant run --mode paper --config FILE --replay ${folder}`],
        ]),
      )
    })
}

async function list(home: string, terminal: Terminal): Promise<void> {
  const { readManifest } = await import('../../adapters/recording/recording-manifest.ts')
  const root = recordingsFolder(home)
  const names = existsSync(root) ? readdirSync(root).sort() : []
  const recordings = names.map(name => ({ folder: join(root, name), ...readManifest(join(root, name)) }))
  terminal.answer({ recordings }, () =>
    recordings.length === 0
      ? 'There are no recordings yet. Make one: quadrant data record kraken BTC/USD --for 10m'
      : table(
          [{ title: 'recording' }, { title: 'started (UTC)' }, { title: 'ended (UTC)' }, { title: 'instruments' }],
          recordings.map(one => [
            one.folder,
            one.started,
            one.ended || 'not closed',
            one.instruments.map(({ spec }) => spec.id).join(', '),
          ]),
        ),
  )
}
