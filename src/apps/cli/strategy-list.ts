// quadrant strategy list: the shipped strategies and those of this folder, with their parameters.
import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import type { Strategy } from '../../domain/strategy.ts'
import { table } from './table.ts'
import type { Terminal } from './terminal.ts'

interface Listed {
  readonly name: string
  readonly bar: string
  /** 'shipped', or the file. */
  readonly where: string
  readonly params: Strategy['parameters']
}

export function define(command: Command, terminal: Terminal): void {
  command.action(async () => {
    const { loadStrategy, shippedFolder, shippedStrategies, strategyFiles } = await import('../strategy-file.ts')

    const strategies: Listed[] = []
    for (const use of shippedStrategies()) strategies.push(listed(await loadStrategy({ use, path: undefined }), 'shipped'))

    const own = resolve('strategies')
    for (const file of own === shippedFolder ? [] : strategyFiles(own)) {
      const where = join('strategies', file)
      try {
        strategies.push(listed(await loadStrategy({ use: where, path: join(own, file) }), where))
      } catch (error) {
        terminal.note(`${where} is left out: ${(error as Error).message}`)
      }
    }

    terminal.answer({ strategies }, () =>
      table(
        ['strategy', 'bar', 'where', 'parameters'].map(title => ({ title })),
        strategies.map(({ name, bar, where, params }) => [name, bar, where, inWords(params)]),
      ),
    )
  })
}

const listed = ({ name, bar, parameters }: Strategy, where: string): Listed => ({ name, bar, where, params: parameters })

const inWords = (params: Strategy['parameters']): string =>
  Object.entries(params)
    .map(
      ([name, { kind, initial, min, max, choices }]) =>
        `${name} ${initial} (${kind === 'choice' ? choices.join(' | ') : `${min}–${max}`})`,
    )
    .join(', ')
