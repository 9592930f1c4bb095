// quadrant symbols show: all that is known of one instrument, its trading hours spread out.
import type { Command } from 'commander'
import type { InstrumentMeta } from '../../domain/instrument-meta.ts'
import { micros } from '../../domain/numbers.ts'
import { lakeFolder, stateHome } from '../home.ts'
import type { InstrumentRegistry } from '../symbols/instruments.ts'
import { facts, table } from './table.ts'
import { strong, type Terminal } from './terminal.ts'

export function define(command: Command, terminal: Terminal): void {
  command
    .argument('<instrument>', 'an id such as EURUSD.OANDA; `quadrant symbols find` shows them')
    .action(async (id: string) => {
      const [{ lookUp, registryOf }, { symbolView }] = await Promise.all([
        import('../symbols/symbol-lookup.ts'),
        import('../symbols/symbol-view.ts'),
      ])
      const registry = registryOf(stateHome())
      const meta = await observed(registry, lookUp(registry, id))
      const view = symbolView(registry, meta, micros(Date.now() * 1000))

      terminal.answer(view, () => {
        const { exact, accountType, sessions } = view
        const optional = (name: string, value: string | undefined): [string, string][] =>
          value === undefined ? [] : [[name, value]]
        const known = facts([
          ['instrument', `${view.id} (${view.canonical}, ${view.name})`],
          ['class', `${view.assetClass}, ${view.contract}`],
          ['venue', `${view.venue}, there ${view.venueSymbol}`],
          ['currencies', `${view.base} in ${view.quote}, settled in ${view.settle}`],
          ['tick', `${exact.tick} (${view.tick} × ${exact.priceStep})`],
          ['lot', `${exact.lot} (${view.lot} × ${exact.quantityStep})`],
          ['contract', `${view.contractSize} units in a lot`],
          ...optional('pip', view.pipSize),
          ...optional('smallest', view.minQuantity),
          ...optional('largest', view.maxQuantity),
          ...optional('smallest order', view.minNotional && `${view.minNotional} ${view.quote}`),
          ...optional('margin', view.marginRate && `${view.marginRate} of the value`),
          ...optional('margin currency', view.marginCurrency),
          ...optional('commission', view.fees?.perLot && `${view.fees.perLot} ${view.fees.currency ?? view.quote} a lot`),
          ...optional('swap', view.swap && `${view.swap.long} long, ${view.swap.short} short (${view.swap.unit})`),
          [
            'account type',
            `${accountType.type}, ${Math.round(accountType.confidence * 100)}%: ${accountType.evidence.join(', ')}`,
          ],
          ['status', view.status],
          ['read', exact.fetched ?? 'built in'],
          ['called', view.spellings.map(({ source, symbol }) => `${source} ${symbol}`).join(' · ')],
        ])
        if (sessions === null) return `${known}\n\nIts calendar '${view.calendar}' is not known.`

        const days = (list: typeof sessions.week): string =>
          table(
            [{ title: 'day' }, { title: 'opens (UTC)' }, { title: 'closes (UTC)' }, { title: '' }],
            list.map(({ date, kind, open, close }) => [date, minute(open), minute(close), kind === 'regular' ? '' : kind]),
          )
        const changes = sessions.clockChanges.map(({ time, from, to }) => `${minute(time)} UTC: from ${from} to ${to}`)
        const state = sessions.open ? 'open' : 'closed'
        return [
          known,
          '',
          `${strong(`Hours: ${sessions.calendar}, ${sessions.zone}`)}; now ${state}${sessions.nextChange === null ? '' : ` until ${minute(sessions.nextChange)} UTC`}`,
          days(sessions.week),
          ...(sessions.exceptions.length === 0 ? [] : ['', strong('Holidays and early closes ahead'), days(sessions.exceptions)]),
          ...(changes.length === 0 ? [] : ['', strong('Clock changes ahead'), ...changes]),
        ].join('\n')
      })
    })
}

/** With what the lake has seen of it; most instruments have no account type to decide, and then the lake stays closed. */
async function observed(registry: InstrumentRegistry, meta: InstrumentMeta): Promise<InstrumentMeta> {
  if (meta.properties === undefined) return meta
  const [{ withAccountType }, { Lake }] = await Promise.all([
    import('../symbols/account-type.ts'),
    import('../../adapters/lake/lake.ts'),
  ])
  const lake = new Lake(lakeFolder(stateHome()))
  try {
    return await withAccountType(registry, lake, meta)
  } finally {
    lake.close()
  }
}

const minute = (iso: string | null): string => (iso === null ? '–' : iso.slice(0, 16).replace('T', ' '))
