// quadrant symbols compare: two instruments side by side, with what a lot costs in each.
import type { Command } from 'commander'
import { lakeFolder, stateHome } from '../home.ts'
import { count } from './figures.ts'
import { table } from './table.ts'
import type { Terminal } from './terminal.ts'

interface Options {
  readonly currency?: string
}

export function define(command: Command, terminal: Terminal): void {
  command
    .argument('<a>', 'an instrument, such as the standard one: EURUSD.MT5')
    .argument('<b>', 'another, such as its ECN twin: EURUSD+.MT5')
    .option('--currency <code>', "the account's currency; the first one's quote currency when not given")
    .action(async (a: string, b: string, options: Options) => {
      const [{ lookUp, registryOf }, { withAccountType }, { compareSymbols }, { observedSpread }, { Lake }, { latestRates }] =
        await Promise.all([
          import('../symbols/symbol-lookup.ts'),
          import('../symbols/account-type.ts'),
          import('../symbols/symbol-comparison.ts'),
          import('../../adapters/lake/spread.ts'),
          import('../../adapters/lake/lake.ts'),
          import('../symbols/latest-rates.ts'),
        ])
      const registry = registryOf(stateHome())
      const metas = [lookUp(registry, a), lookUp(registry, b)] as const
      const currency = (options.currency ?? metas[0].quote).toUpperCase()

      const lake = new Lake(lakeFolder(stateHome()))
      const compared = async (meta: (typeof metas)[number]) => ({
        meta: await withAccountType(registry, lake, meta),
        canonical: registry.canonicalOf(meta),
        spread: await observedSpread(lake, meta.id),
      })
      const pair = [await compared(metas[0]), await compared(metas[1])] as const
      const rateTo = await latestRates(lake, {
        to: currency,
        from: metas.flatMap(({ quote, fees }) => [quote, fees?.currency ?? quote]),
      })
      lake.close()
      const comparison = compareSymbols(pair, { currency, rateTo })

      terminal.answer(comparison, () => {
        const [left, right] = comparison.costs
        const money = (value: number | null): string => (value === null ? 'not known' : `${value.toFixed(2)} ${currency}`)
        const row = (title: string, show: (cost: typeof left) => string) => [title, show(left), show(right)]
        const rows = [
          row('account type', ({ accountType }) => `${accountType.type} (${Math.round(accountType.confidence * 100)}%)`),
          row('because of', ({ accountType }) => accountType.evidence.join('\n')),
          row('units in a lot', ({ contractSize }) => contractSize),
          row('median spread', ({ spread }) => (spread === null ? 'no quotes' : `${plain(spread.median)}${pips(spread.pips)}`)),
          row('95% below', ({ spread }) => (spread === null ? '–' : plain(spread.percentile95))),
          row('quotes', ({ spread }) => (spread === null ? '–' : count(spread.quotes))),
          row('spread, a lot', ({ spreadCost }) => money(spreadCost)),
          row('commission, a lot', ({ commissionCost }) => money(commissionCost)),
          row('together', ({ costPerLot }) => money(costPerLot)),
        ]
        return [table([{ title: '' }, { title: left.id }, { title: right.id }], rows), '', comparison.verdict].join('\n')
      })
    })
}

const plain = (value: number): string => String(Number(value.toPrecision(6)))
const pips = (value: number | null): string => (value === null ? '' : ` (${value} pips)`)
