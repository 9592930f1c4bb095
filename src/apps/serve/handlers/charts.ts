// What an instrument's chart is drawn of: bars, marks, the book, the tape.
import type { Handlers } from '../../../adapters/gateway/handlers.ts'
import { type BarsWanted, readBars } from '../lake/lake-bars.ts'
import { bookAt, printsBefore } from '../lake/lake-depth.ts'
import { withLive } from '../live-bars.ts'
import { marksOf } from '../marks.ts'
import { barsOfRun } from '../run-bars.ts'
import type { ServerContext } from '../server-context.ts'
import { when } from './caller.ts'
import { fillsOf, ordersOf } from './run-rows.ts'

type Routes =
  | 'GET /instruments/:id/bars'
  | 'GET /instruments/:id/marks'
  | 'GET /instruments/:id/book'
  | 'GET /instruments/:id/prints'

export function chartHandlers(context: ServerContext): Handlers<Routes> {
  const { lake, hub, liveBars } = context
  return {
    'GET /instruments/:id/bars': async ({ params: { id }, query }) => {
      const { resolution, limit = 1_000, run } = query
      const span = { from: when(query.from), to: when(query.to) }
      const wanted: BarsWanted = { instrument: id, resolution, limit, ...span }
      const living = livingOf(context, run)
      // A replay has lived through the lake up to its own time; what comes after is not yet to be seen.
      if (living?.mode === 'REPLAY') return readBars(lake, { ...wanted, to: span.to ?? when(living.time) })
      if (run !== undefined && living === undefined) return barsOfRun(context, run, wanted)

      const recorded = await readBars(lake, wanted)
      // A chart of the past is not continued with what is heard now.
      if (span.to !== undefined) return recorded
      return withLive(recorded, liveBars.of(id, { run: living?.key, resolution: recorded.resolution }), limit)
    },

    'GET /instruments/:id/marks': async ({ params: { id }, query }, call) => {
      const { run, limit = 1_000 } = query
      const span = { from: when(query.from), to: when(query.to) }
      const bars = await readBars(lake, { instrument: id, limit: 1_000, ...span })
      const orders = run === undefined ? [] : await ordersOf(context, call, { run, instrument: id, limit })
      const fills = run === undefined ? [] : await fillsOf(context, call, { run, instrument: id, limit })
      return { items: await marksOf(lake, { instrument: id, span, bars, orders, fills, limit }) }
    },

    'GET /instruments/:id/book': async ({ params: { id }, query: { at, levels = 20 } }) => {
      const living = at === undefined ? hub.rows('books').find(({ key }) => key === id) : undefined
      if (living !== undefined) return { ...living, bids: living.bids.slice(0, levels), asks: living.asks.slice(0, levels) }
      return (await bookAt(lake, id, { at: when(at), levels })) ?? null
    },

    'GET /instruments/:id/prints': async ({ params: { id }, query: { at, limit = 100 } }) => {
      const living = at === undefined ? hub.rows('prints').filter(({ instrument }) => instrument === id) : []
      if (living.length > 0) return { items: living.slice(-limit).reverse() }
      return { items: [...(await printsBefore(lake, id, { at: when(at), limit }))] }
    },
  }
}

const livingOf = ({ hub }: ServerContext, run: string | undefined) =>
  run === undefined ? undefined : hub.rows('runs').find(({ key, running }) => key === run && running)
