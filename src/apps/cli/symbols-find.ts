// quadrant symbols find: every instrument that a text may mean, and how each source spells it.
import type { Command } from 'commander'
import { stateHome } from '../home.ts'
import { table } from './table.ts'
import type { Terminal } from './terminal.ts'

const SHOWN = 40

export function define(command: Command, terminal: Terminal): void {
  command
    .argument('<text>', "any source's spelling, or a part of a name: EURUSD, btc-usdt, C:EURUSD, gold")
    .action(async (text: string) => {
      const [{ registryOf, notFound }, { spellings }] = await Promise.all([
        import('../symbols/symbol-lookup.ts'),
        import('../symbols/symbol-view.ts'),
      ])
      const registry = registryOf(stateHome())
      const { matches } = registry.find(text)
      if (matches.length === 0) throw notFound(registry, text)

      const names = [...new Set(matches.map(({ canonical }) => canonical))]
      const machine = {
        text,
        instruments: matches.map(({ meta, canonical, why }) => ({
          id: meta.id,
          canonical,
          name: meta.name,
          assetClass: meta.assetClass,
          venue: meta.venue,
          venueSymbol: meta.venueSymbol,
          accountType: meta.accountType.type,
          status: meta.status,
          why,
        })),
        spellings: Object.fromEntries(names.map(name => [name, spellings(registry, name)])),
      }

      terminal.answer(machine, () => {
        const rows = machine.instruments
          .slice(0, SHOWN)
          .map(one => [one.id, one.canonical, one.assetClass, one.venue, one.accountType, one.why])
        const columns = ['instrument', 'is', 'class', 'venue', 'account', 'found by'].map(title => ({ title }))
        const lines = names.slice(0, 5).map(name => {
          const spelled = spellings(registry, name).map(
            ({ source, symbol, from }) => `${source} ${symbol}${from === 'convention' ? ' (by convention)' : ''}`,
          )
          return `${name}: ${spelled.join(' · ')}`
        })
        const rest = matches.length > SHOWN ? [`the first ${SHOWN} of ${matches.length}; --json prints all`] : []
        return [table(columns, rows), ...rest, '', ...lines].join('\n')
      })
    })
}
