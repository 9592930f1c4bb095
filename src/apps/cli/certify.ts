// quadrant certify: the one command an owner with a key runs to prove a source against the real service.
import type { Command } from 'commander'
import { EXIT } from '../failure.ts'
import { stateHome } from '../home.ts'
import { interruptSignal } from './interrupt.ts'
import type { Terminal } from './terminal.ts'

interface Options {
  readonly for: string
  readonly practice?: boolean
}

export function define(command: Command, terminal: Terminal): void {
  command
    .argument('<source>', 'such as kraken; `quadrant data sources` lists them')
    .argument('[symbols...]', 'as the source spells them; one that it surely has when left out')
    .option('--for <duration>', 'how long to listen', '60s')
    .option('--practice', "the source's practice environment")
    .action(async (source: string, symbols: readonly string[], options: Options) => {
      const { certify } = await import('../live/certify.ts')
      const { durationOf } = await import('../live/paper.ts')
      const { SOURCES } = await import('../sources.ts')
      const { FEED_DEFAULTS } = await import('../run-config.ts')
      const certificate = await certify(SOURCES, source, symbols, {
        home: stateHome(),
        signal: interruptSignal(),
        forMillis: durationOf(options.for),
        settings: { ...FEED_DEFAULTS, environment: options.practice === true ? 'practice' : 'live' },
      })
      terminal.answer(certificate, () =>
        [
          ...certificate.checks.map(({ name, passed, evidence }) => `${passed ? 'passed' : 'FAILED'}  ${name}: ${evidence}`),
          '',
          `${certificate.source} is at level ${certificate.level} on this machine.`,
        ].join('\n'),
      )
      if (certificate.checks.some(({ passed }) => !passed)) process.exitCode = EXIT.checkFailed
    })
}
