// quadrant replay: a configuration through the durable journal; started again, it continues where it was stopped.
import type { Command } from 'commander'
import { Failure } from '../failure.ts'
import { stateHome } from '../home.ts'
import type { Note } from '../live/step-notes.ts'
import { collect } from './collect.ts'
import { count } from './figures.ts'
import { interruptSignal } from './interrupt.ts'
import { runText } from './run-view.ts'
import { type BesideOptions, besideServer, withBesideOptions } from './serve-beside.ts'
import type { Terminal } from './terminal.ts'

interface Options extends BesideOptions {
  readonly set: readonly string[]
  readonly speed?: string
  readonly fresh?: boolean
}

export function define(command: Command, terminal: Terminal): void {
  withBesideOptions(command, 'with --speed: ')
    .argument('<config>', 'a YAML file, such as config/gold-ema.yaml')
    .option('--set <path=value>', 'override a value, such as strategies.0.params.fast=12; may be repeated', collect, [])
    .option('--speed <n>', 'recorded seconds per second, such as 60; without it, as fast as it goes')
    .option('--fresh', 'from the beginning; without it, what was played before is taken up at once')
    .addHelpText(
      'after',
      '\nWhile it runs, `quadrant kill` stops its new risk. Interrupted, the same command continues it; ended, it is over at once, and --fresh plays it again.',
    )
    .action(async (file: string, options: Options) => {
      const { set, speed, fresh, serve } = options
      const pace = {
        ...(speed === undefined ? {} : { speed: readSpeed(speed) }),
        ...(fresh === true ? { fresh: true } : {}),
      }
      const { readCheckedConfig } = await import('../checked-config.ts')
      const config = await readCheckedConfig(file, set)

      const { runReplay } = await import('../replay.ts')
      const progress = terminal.progress(config.name)
      const home = stateHome()
      const onNote = ({ type, url, reason }: Note): void => terminal.note([type, url ?? reason].join('  '))
      // As fast as it goes there is nothing to watch.
      const summary = await besideServer(serve && speed !== undefined, { home, options, terminal, onNote }, () =>
        runReplay(config, {
          home,
          ...pace,
          signal: interruptSignal(),
          onNote,
          onProgress: (done, total) => progress.update(done, total, `${count(done)} events`),
        }),
      )
      progress.end()

      terminal.answer(summary, () => runText(summary))
    })
}

/** Throws Failure USAGE_SPEED. */
export function readSpeed(text: string): number {
  const speed = Number(text)
  if (Number.isFinite(speed) && speed > 0) return speed
  throw new Failure('USAGE_SPEED', {
    message: `'${text}' is no speed`,
    fix: 'give a number above zero: --speed 60 plays a minute in a second',
  })
}
