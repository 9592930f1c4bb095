// quadrant run: live feeds through the one engine to the simulated venue, recorded, journaled, until it is stopped.
import type { Command } from 'commander'
import { Failure } from '../failure.ts'
import { stateHome } from '../home.ts'
import { type Note, noteWords } from '../live/step-notes.ts'
import { collect } from './collect.ts'
import { interruptSignal } from './interrupt.ts'
import { readSpeed } from './replay.ts'
import { runText } from './run-view.ts'
import { type BesideOptions, besideServer, withBesideOptions } from './serve-beside.ts'
import type { Terminal } from './terminal.ts'

interface Options extends BesideOptions {
  readonly mode: string
  readonly config?: string
  readonly set: readonly string[]
  readonly replay?: string
  readonly for?: string
  readonly fresh?: boolean
  readonly speed?: string
}

export function define(command: Command, terminal: Terminal): void {
  withBesideOptions(command)
    .argument('[config]', 'a YAML file, such as config/paper-crypto.yaml')
    .requiredOption('--mode <mode>', 'paper: live prices, simulated orders; live: see `guard env`, and no orders in this version')
    .option('--config <file>', 'the same as the argument')
    .option('--set <path=value>', 'override a value; may be repeated', collect, [])
    .option('--replay <recording>', 'play a recording instead of live feeds: the same run to the same state')
    .option('--speed <n>', 'with --replay: recorded seconds per second, such as 1 or 60; else as fast as it goes')
    .option('--for <duration>', 'stop by itself after so long, such as 30s or 8h')
    .option('--fresh', 'begin with a new journal; the old one is kept beside it')
    .addHelpText(
      'after',
      '\nCtrl-C stops it gracefully; the same command goes on where it was stopped. `quadrant feed status` shows its sources.',
    )
    .action(async (argument: string | undefined, options: Options) => {
      if (options.mode === 'live') return await runLive(options.config ?? argument, options, terminal)
      if (options.mode !== 'paper') throw unknownMode(options.mode)
      if (options.speed !== undefined && options.replay === undefined) {
        throw new Failure('USAGE_SPEED', {
          message: 'live prices come at the speed they come',
          fix: 'give --speed together with --replay RECORDING',
        })
      }
      const file = options.config ?? argument
      if (file === undefined) throw withoutConfiguration('paper')

      const { readCheckedConfig } = await import('../checked-config.ts')
      const config = await readCheckedConfig(file, options.set)
      const { durationOf, runPaper } = await import('../live/paper.ts')
      // With --json stdout is one line for each step of note and nothing else.
      const onNote = (note: Note): void => {
        if (terminal.json) terminal.print(JSON.stringify(note))
        else terminal.note(noteText(note))
      }
      const more = {
        ...(options.replay === undefined ? {} : { replay: options.replay }),
        ...(options.speed === undefined ? {} : { speed: readSpeed(options.speed) }),
        ...(options.for === undefined ? {} : { forMillis: durationOf(options.for) }),
        ...(options.fresh === true ? { fresh: true } : {}),
      }
      const home = stateHome()
      const summary = await besideServer(options.serve, { home, options, terminal, onNote }, () =>
        runPaper(config, { home, signal: interruptSignal(), onNote, ...more }),
      )
      if (!terminal.json) terminal.answer(summary, () => runText(summary))
    })
}

/** Everything up to the door: what speaks against a live run is said all at once, and nothing is connected while there is any. */
async function runLive(file: string | undefined, { set, replay }: Options, terminal: Terminal): Promise<void> {
  if (replay !== undefined) {
    throw new Failure('USAGE_MODE', { message: 'a recording is not live', fix: 'use --mode paper together with --replay' })
  }
  const { examineLiveStart, liveOrdersRefused } = await import('../live/live-start.ts')
  const { tellVerdict } = await import('./guard-env.ts')
  const verdict = await examineLiveStart({ home: stateHome(), configuration: file, overrides: set })
  if (verdict.faults.length > 0) return tellVerdict(verdict, terminal)
  throw file === undefined ? withoutConfiguration('live') : liveOrdersRefused()
}

const withoutConfiguration = (mode: string): Failure =>
  new Failure('USAGE_RUN', {
    message: 'a run needs a configuration',
    fix: `quadrant run --mode ${mode} --config config/paper-crypto.yaml`,
  })

const unknownMode = (mode: string): Failure =>
  new Failure('USAGE_MODE', { message: `'${mode}' is no mode`, fix: 'use --mode paper: live prices, simulated orders' })

const noteText = (note: Note): string => `${note.time.slice(11, 23)}  ${note.type.padEnd(13)}  ${noteWords(note)}`
