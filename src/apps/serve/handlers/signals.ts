// Signals, what became of them, and the opinions behind them.
import type { Handlers } from '../../../adapters/gateway/handlers.ts'
import { formatMicros } from '../../../domain/numbers.ts'
import type { ReplyOf } from '../../../wire/contract.ts'
import type { ServerContext } from '../server-context.ts'
import { when } from './caller.ts'
import { runNotFound } from './known-run.ts'

type Routes = 'GET /signals' | 'GET /signals/funnel' | 'GET /opinions'
type Funnel = ReplyOf<'GET /signals/funnel'>

export function signalHandlers(context: ServerContext): Handlers<Routes> {
  const { history } = context
  return {
    'GET /signals': async ({ query }) => {
      await context.settled()
      const { items, total } = await history.signals({ ...query, ...soFar(context, query), ...page(query, 100) })
      return { items: [...items], total }
    },
    'GET /signals/funnel': async ({ query: { run } }) => {
      await context.settled()
      return (await history.funnel(run)) ?? (await countedFunnel(context, run))
    },
    'GET /opinions': async ({ query }) => {
      await context.settled()
      const { items, total } = await history.opinions({ ...query, ...soFar(context, query), ...page(query, 50) })
      return { items: [...items], total }
    },
  }
}

const page = ({ limit, offset }: { readonly limit?: number; readonly offset?: number }, usual: number) => ({
  limit: limit ?? usual,
  offset: offset ?? 0,
})

interface Span {
  readonly from?: string
  readonly to?: string
}

/** The history knows how a replay went the last time; while it plays again, what is past its clock is still to come. */
export function soFar({ hub }: Pick<ServerContext, 'hub'>, query: Span & { readonly run?: string }) {
  const { from, to } = span(query)
  const living = hub.rows('runs').find(({ key, running, mode }) => key === query.run && running && mode === 'REPLAY')
  return { from, to: living !== undefined && !(to !== undefined && to < living.time) ? living.time : to }
}

/** A date is midnight; a day that does not exist narrows nothing. */
function span({ from, to }: Span) {
  const instant = (text: string | undefined) => {
    const time = when(text)
    return time === undefined ? undefined : formatMicros(time)
  }
  return { from: instant(from), to: instant(to) }
}

/** Of a run that wrote none: its summary, or, while it lives, what it told of signals until now. */
async function countedFunnel(context: ServerContext, run: string): Promise<Funnel> {
  const stored = await context.history.run(run)
  if (stored !== undefined) {
    const { decisions, signals, orders, fills, refused, to, finished } = stored.run
    const refusals = Object.values(refused).reduce((sum, count) => sum + count, 0)
    return {
      ...{ run, time: to === '' ? (finished ?? instantNow(context)) : to, decisions, signals },
      ...{ sized: Math.min(signals, orders + refusals), approved: orders, orders, fills },
      reasons: Object.entries(refused)
        .map(([text, count]) => ({ stage: 'risk', text, count }))
        .sort((a, b) => b.count - a.count),
    }
  }

  const living = context.hub.rows('runs').find(({ key }) => key === run)
  if (living === undefined) throw runNotFound(run)
  const totalOf = async (outcome?: string) => (await context.history.signals({ run, outcome, limit: 1, offset: 0 })).total
  const [signals, unsized, refused, ordered, filled] = await Promise.all([
    totalOf(),
    ...['unsized', 'refused', 'ordered', 'filled'].map(totalOf),
  ])
  const approved = ordered! + filled!
  return {
    // How often nothing was wished is counted by the run itself and told when it ends.
    ...{ run, time: living.time, decisions: signals!, signals: signals! },
    ...{ sized: signals! - unsized!, approved, orders: approved, fills: filled! },
    reasons: [
      { stage: 'risk', text: 'refused', count: refused! },
      { stage: 'allocation', text: 'unsized', count: unsized! },
    ].filter(({ count }) => count > 0),
  }
}

const instantNow = ({ now }: ServerContext): string => new Date(now()).toISOString()
