// A finished run's chart: bars of what it read, within its time.
import type { PriceBasis } from '../../domain/market.ts'
import { parseMicros } from '../../domain/numbers.ts'
import { parseRunConfig } from '../config.ts'
import type { RunConfig } from '../run-config.ts'
import { type Bars, type BarsWanted, readBars } from './lake/lake-bars.ts'
import type { ServerContext } from './server-context.ts'

type DataItem = RunConfig['data'][number]

/**
 * Of the data its configuration selects; where that makes no bars, of what was kept of the run itself, which is all there is of
 * what was heard live; else of whatever the lake has of the instrument in that time.
 */
export async function barsOfRun(
  { history, lake }: Pick<ServerContext, 'history' | 'lake'>,
  run: string,
  wanted: BarsWanted,
): Promise<Bars> {
  const stored = await history.run(run)
  if (stored === undefined) return readBars(lake, wanted)

  const config = parseRunConfig(stored.yaml, { file: 'config.yaml' })
  const basis = config.strategies.find(({ instrument }) => instrument === wanted.instrument)?.price
  const item = barItem(config.data, wanted.instrument, basis)
  const last = instantOf(stored.run.to)
  // The run's last event is still part of it.
  const span = {
    ...wanted,
    from: wanted.from ?? instantOf(stored.run.from),
    to: wanted.to ?? (last === undefined ? last : last + 1),
  }
  if (item !== undefined) {
    const bars = await readBars(lake, { ...span, only: { kind: item.kind, resolution: item.bar, basis } })
    if (bars.time.length > 0) return bars
  }
  return (await history.bars(run, wanted.instrument)) ?? (await readBars(lake, span))
}

/** What bars are made of; a book makes none. Where a strategy asks for the price of trades, those come before quotes. */
export function barItem(data: readonly DataItem[], instrument: string, basis: PriceBasis | undefined): DataItem | undefined {
  const order = basis === 'trade' ? ['bar', 'trade', 'quote'] : ['bar', 'quote', 'trade']
  const mine = data.filter(item => item.instrument === instrument && order.includes(item.kind))
  return mine.sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind))[0]
}

const instantOf = (text: string): number | undefined => (text === '' ? undefined : parseMicros(text))
