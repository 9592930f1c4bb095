// The watchlist and one instrument: newest price, session, senses.
import type { Handlers } from '../../../adapters/gateway/handlers.ts'
import type { InstrumentSpec } from '../../../domain/instrument.ts'
import { type Micros, micros } from '../../../domain/numbers.ts'
import type { ReplyOf } from '../../../wire/contract.ts'
import type { RowOf } from '../../../wire/topics.ts'
import { Failure } from '../../failure.ts'
import { InstrumentRegistry, knownMetas } from '../../symbols/instruments.ts'
import { latestPrice } from '../lake/lake-latest.ts'
import { marketHours } from '../market-hours.ts'
import type { ServerContext } from '../server-context.ts'

type Line = ReplyOf<'GET /instruments/:id'>
type Routes = 'GET /instruments' | 'GET /instruments/:id'

/** The list of what sources told of their instruments is long and changes by the day. */
const REGISTRY_MILLIS = 60_000
/** How long an opinion of a finished run may be shown without asking the database again. */
const OPINIONS_MILLIS = 2_000

export function instrumentHandlers(context: ServerContext): Handlers<Routes> {
  const registry = remembered(REGISTRY_MILLIS, async () => new InstrumentRegistry(knownMetas(context.home)))
  const opinions = new Map<string, () => Promise<RowOf<'opinions'> | null>>()
  const opinionOf = (id: string, { opinions: said }: Living): Promise<RowOf<'opinions'> | null> => {
    const living = said.get(id)
    if (living !== undefined) return Promise.resolve(living)
    let stored = opinions.get(id)
    if (stored === undefined) {
      stored = remembered(OPINIONS_MILLIS, async () => {
        const { items } = await context.history.opinions({ instrument: id, limit: 1, offset: 0 })
        return items[0] ?? null
      })
      opinions.set(id, stored)
    }
    return stored()
  }

  const lineOf = async (id: string, living = livingRows(context)): Promise<Line> => {
    const found = await specOf(context, registry, id)
    const now = micros(Math.round(context.now()) * 1000)
    const [recorded, opinion] = await Promise.all([latestPrice(context.lake, id), opinionOf(id, living)])
    return {
      id,
      name: found.name,
      assetClass: found.spec.assetClass,
      unit: found.spec.quote,
      priceDecimals: found.spec.priceDecimals,
      quantityDecimals: found.spec.quantityDecimals,
      hours: marketHours(found.spec.calendar, now as Micros),
      quote: living.quotes.get(id) ?? recorded?.quote ?? null,
      opinion,
      spark: [...(recorded?.spark ?? [])],
      kinds: kindsOf(context, id),
    }
  }

  return {
    'GET /instruments': async () => {
      const living = livingRows(context)
      return { items: await Promise.all(listed(context).map(id => lineOf(id, living))) }
    },
    'GET /instruments/:id': ({ params }) => lineOf(params.id),
  }
}

interface Living {
  readonly quotes: ReadonlyMap<string, RowOf<'quotes'>>
  readonly opinions: ReadonlyMap<string, RowOf<'opinions'>>
}

const livingRows = ({ hub }: ServerContext): Living => ({
  quotes: new Map(hub.rows('quotes').map(row => [row.key, row])),
  opinions: new Map(hub.rows('opinions').map(row => [row.key, row])),
})

/** Of everything that has a price: in the lake, or in a living run. */
function listed({ lake, hub }: ServerContext): string[] {
  const recorded = lake.instruments()
  const living = [...hub.rows('quotes'), ...hub.rows('feeds')].map(({ key }) => key)
  return [...new Set([...living, ...recorded])].sort()
}

/** What the lake's own record says of it, else what is known by name. Throws Failure INSTRUMENT_NOT_FOUND. */
async function specOf(
  { lake }: ServerContext,
  registry: () => Promise<InstrumentRegistry>,
  id: string,
): Promise<{ readonly spec: InstrumentSpec; readonly name: string }> {
  const meta = (await registry()).get(id)
  const spec = lake.specOf(id) ?? meta
  if (spec) return { spec, name: meta?.id === id ? meta.name : (id.split('.')[0] ?? id) }
  throw new Failure('INSTRUMENT_NOT_FOUND', {
    message: `nothing is known of an instrument '${id}'`,
    fix: 'take an id of GET /api/v1/instruments; `quadrant symbols find NAME` searches every spelling',
  })
}

function kindsOf({ lake }: ServerContext, id: string): string[] {
  const mine = lake.manifestsOf(id)
  return [...new Set(mine.map(({ kind, resolution }) => (resolution === null ? kind : `${kind} ${resolution}`)))].sort()
}

/** The same answer for a while; asked once, however many wait for it. */
function remembered<Answer>(millis: number, make: () => Promise<Answer>): () => Promise<Answer> {
  let answer: Promise<Answer> | undefined
  let until = 0
  return () => {
    const now = performance.now()
    if (answer === undefined || now >= until) {
      until = now + millis
      answer = make()
      answer.catch(() => {
        until = 0
      })
    }
    return answer
  }
}
