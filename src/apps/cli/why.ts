// quadrant why: the chain from an order back to the raw datum, or the reasons why there was no trade.
import type { Command } from 'commander'
import { parseMicros } from '../../domain/numbers.ts'
import { Failure } from '../failure.ts'
import { stateHome } from '../home.ts'
import { table } from './table.ts'
import type { Terminal } from './terminal.ts'

interface Options {
  readonly order?: string
  readonly not?: boolean
  readonly at?: string
}

export function define(command: Command, terminal: Terminal): void {
  command
    .argument('<run>', "a run's id; `quadrant backtest list` shows them")
    .option('--order <id>', 'explain this order')
    .option('--not', 'explain why there was no trade, at the time of --at')
    .option('--at <instant>', 'UTC, such as 2014-05-02T12:30:00Z')
    .addHelpText('after', '\nquadrant why RUN --order ID\nquadrant why RUN --not --at 2014-05-02T12:30:00Z')
    .action(async (id: string, options: Options) => {
      const query = queryOf(options)
      const { explain } = await import('../runs.ts')
      const answer = await explain(stateHome(), id, query)

      terminal.answer(answer, () => {
        const links = 'chain' in answer ? answer.chain : answer.reasons
        if (links.length === 0) return 'Nothing was decided up to then: the run had not begun, or was warming up.'
        return table(
          ['stage', 'because', 'ids'].map(title => ({ title })),
          links.map(link => [link.stage, link.reason, link.ids.join(', ')]),
        )
      })
    })
}

function queryOf({ order, not, at }: Options): { order: string } | { not: true; at: number } {
  if (order !== undefined && not === undefined && at === undefined) return { order }
  if (order === undefined && not && at !== undefined) {
    const time = parseMicros(at)
    if (time !== undefined) return { not: true, at: time }
    throw usage(`'${at}' is no instant`)
  }
  throw usage('say which order to explain, or --not with --at')
}

const usage = (message: string): Failure =>
  new Failure('USAGE_WHY', { message, fix: 'quadrant why RUN --order ID, or quadrant why RUN --not --at 2014-05-02T12:30:00Z' })
