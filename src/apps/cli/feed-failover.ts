// quadrant feed failover: from now on another source, because a person says so.
import { userInfo } from 'node:os'
import type { Command } from 'commander'
import { Failure } from '../failure.ts'
import { stateHome } from '../home.ts'
import { readStatus } from '../live/live-status.ts'
import { requestFailover } from '../live/operator-orders.ts'
import { didYouMean } from '../suggest.ts'
import type { Terminal } from './terminal.ts'

export function define(command: Command, terminal: Terminal): void {
  command
    .argument('<instrument>', 'such as BTCUSD.KRAKEN')
    .option('--to <source>', 'the source to read from; without it, the best of the others')
    .option('--reason <text>', 'why; kept on record', 'asked for by the operator')
    .action((instrument: string, { to, reason }: { readonly to?: string; readonly reason: string }) => {
      const home = stateHome()
      const status = readStatus(home)
      if (!status.running) {
        throw new Failure('FEED_NOT_RUNNING', {
          message: `the run ${status.run} has ended, so there is nothing to switch`,
          fix: 'start it again: quadrant run --mode paper --config FILE',
        })
      }

      const found = status.instruments.find(known => known.instrument === instrument)
      if (found === undefined) {
        const known = status.instruments.map(one => one.instrument)
        throw new Failure('FEED_INSTRUMENT_NOT_FOUND', {
          message: `${instrument} is not read by ${status.run}.${didYouMean(instrument, known) || ` There: ${known.join(', ')}.`}`,
          fix: 'take an instrument from `quadrant feed status`',
        })
      }
      const others = found.sources.filter(({ source }) => source !== found.selected).map(({ source }) => source)
      if (to !== undefined && !found.sources.some(({ source }) => source === to)) {
        throw new Failure('FEED_SOURCE_NOT_FOUND', {
          message: `${instrument} has no source '${to}'.${didYouMean(to, others)}`,
          fix: `choose one of ${found.sources.map(({ source }) => source).join(', ')}`,
        })
      }
      if (to === undefined && others.length === 0) {
        throw new Failure('FEED_SOURCE_NOT_FOUND', {
          message: `${instrument} has no source but ${found.selected}`,
          fix: 'give it a second one under data.sources in the configuration',
        })
      }

      const request = { instrumentId: instrument, source: to ?? '', operator: userInfo().username, reason }
      requestFailover(home, request)
      terminal.answer({ ...request, run: status.run }, () =>
        [
          `Asked ${status.run} to read ${instrument} from ${to ?? 'the best of its other sources'}.`,
          'It does so at its next beat, on record; see `quadrant feed status`.',
        ].join('\n'),
      )
    })
}
