// quadrant why: the chain from an order back to the raw datum, or the reasons why there was no trade.
import type { Command } from 'commander'
import { parseMicros } from '../../domain/numbers.ts'
import { Failure } from '../failure.ts'
import { stateHome } from '../home.ts'
import { wrap } from './figures.ts'
import { strong, type Terminal } from './terminal.ts'

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
      const { explain } = await import('../explain.ts')
      const answer = await explain(stateHome(), id, query)

      terminal.answer(answer, () => {
        const links = 'chain' in answer ? answer.chain : answer.reasons
        return links.map(linkText).join('\n')
      })
    })
}

const STAGE_WIDTH = 12
const WIDTH_MAX = 110

/** The stage in the margin, what it said beside it, and the ids by which it can be found. */
function linkText({
  stage,
  reason,
  ids,
}: {
  readonly stage: string
  readonly reason: string
  readonly ids: readonly string[]
}): string {
  const width = Math.min(process.stdout.columns ?? WIDTH_MAX, WIDTH_MAX) - STAGE_WIDTH
  const lines = [...wrap(reason, width), ...wrap(`[${ids.join(', ')}]`, width)]
  return lines.map((line, i) => `${i === 0 ? strong(stage.padEnd(STAGE_WIDTH)) : ' '.repeat(STAGE_WIDTH)}${line}`).join('\n')
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
