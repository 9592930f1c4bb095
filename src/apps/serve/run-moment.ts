// Gathers what the time machine needs of a run: its lists up to a moment, and the prices known then.

import type { RunLine } from '../../adapters/database/projection-reader.ts'
import type { Call } from '../../adapters/gateway/handlers.ts'
import { parseMicros } from '../../domain/numbers.ts'
import { accountOfRun } from '../../wire/research.ts'
import { parseRunConfig } from '../config.ts'
import { exact, ratio } from './exact-decimal.ts'
import { latestQuote } from './lake/lake-latest.ts'
import { type Moment, momentOf } from './moment.ts'
import type { ServerContext } from './server-context.ts'

/** More orders than this a moment cannot be worked out of while somebody waits. */
const ROWS_MAX = 200_000
const SIGNALS = 20

export async function momentOfRun(
  context: ServerContext,
  _call: Call,
  { line, yaml, at }: { readonly line: RunLine; readonly yaml: string; readonly at: string },
): Promise<Moment> {
  const { history, lake } = context
  const run = line.id
  const all = { run, accounts: '*' as const, limit: ROWS_MAX, offset: 0 }
  // One microsecond on: until the moment is meant to contain it.
  const until = { run, to: instantAfter(at), offset: 0 }
  await context.settled()
  const instruments = instrumentsOf(line, yaml)
  const [orders, fills, trades, signals, opinions, quotes, equity] = await Promise.all([
    history.orders(all),
    history.fills(all),
    history.trades(all),
    history.signals({ ...until, limit: SIGNALS }),
    Promise.all(instruments.map(instrument => history.opinions({ ...until, instrument, limit: 1 }))),
    Promise.all(instruments.map(instrument => latestQuote(lake, instrument, parseMicros(at)))),
    history.equity(run),
  ])

  const moment = momentOf({
    ...{ run, account: accountOfRun(line), mode: line.mode, currency: line.currency, startEquity: line.startEquity, at },
    ...{ orders: orders.items, fills: fills.items, trades: trades.items, signals: signals.items },
    changes: new Map(),
    opinions: opinions.flatMap(({ items }) => items),
    quotes: quotes.filter(quote => quote !== undefined),
    contracts: contractsOf(context, instruments),
  })
  return { ...moment, account: withCurve(moment.account, equity, at) }
}

function instrumentsOf({ instruments }: RunLine, yaml: string): string[] {
  if (instruments.length > 0 || yaml === '') return [...instruments]
  return [...new Set(parseRunConfig(yaml, { file: 'config.yaml' }).data.map(({ instrument }) => instrument))]
}

function contractsOf({ lake }: ServerContext, instruments: readonly string[]) {
  return new Map(
    instruments.flatMap(id => {
      const spec = lake.specOf(id)
      return spec === undefined ? [] : [[id, { multiplier: spec.multiplier, settle: spec.settle }] as const]
    }),
  )
}

/** The high until then, and the deepest fall from it at the moment, where the run wrote its equity down. */
function withCurve(
  account: Moment['account'],
  curve: { readonly time: readonly number[]; readonly equity: readonly number[] } | undefined,
  at: string,
): Moment['account'] {
  if (account === null || curve === undefined) return account
  const now = Date.parse(at) / 1000
  const before = curve.equity.filter((_, index) => curve.time[index]! <= now)
  const high = before.reduce((most, value) => Math.max(most, value), Number(account.startEquity))
  const highEquity = String(Number(high.toFixed(8)))
  const fall = exact(highEquity) - exact(account.equity)
  return { ...account, highEquity, drawdown: fall > 0n ? ratio(fall, exact(highEquity)) : 0 }
}

function instantAfter(at: string): string {
  const time = parseMicros(at)
  return time === undefined ? at : new Date(Math.floor(time / 1000) + 1).toISOString()
}
