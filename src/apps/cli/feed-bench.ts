// quadrant feed bench: how fast this machine reads a recording: raw frames through the protocol, events through gate and score.
import type { Command } from 'commander'
import { stateHome } from '../home.ts'
import { newest } from './data-score.ts'
import { count } from './figures.ts'
import { table } from './table.ts'
import type { Terminal } from './terminal.ts'

export function define(command: Command, terminal: Terminal): void {
  command
    .argument('[recording]', 'the folder of a recording; the newest when left out')
    .action(async (given: string | undefined) => {
      const { benchFeeds } = await import('../live/feed-bench.ts')
      const { SOURCES } = await import('../sources.ts')
      const figures = await benchFeeds(given ?? newest(stateHome()), SOURCES)
      terminal.answer(figures, () =>
        table(
          [
            { title: 'what' },
            { title: 'frames', align: 'right' },
            { title: 'a second', align: 'right' },
            { title: 'median', align: 'right' },
            { title: 'p99', align: 'right' },
          ],
          figures.figures.map(({ what, frames, perSecond, p50Micros, p99Micros }) => [
            what,
            count(frames),
            count(perSecond),
            `${p50Micros.toFixed(1)} µs`,
            `${p99Micros.toFixed(1)} µs`,
          ]),
        ),
      )
    })
}
