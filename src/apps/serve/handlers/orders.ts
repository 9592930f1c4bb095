// Orders with their fills and round trips, and a person's own orders to a living run.
import type { Handlers } from '../../../adapters/gateway/handlers.ts'
import { type Call, mayAccount } from '../../../adapters/gateway/handlers.ts'
import type { RunAnswer } from '../../../adapters/run-link/run-watcher.ts'
import type { ReplyOf } from '../../../wire/contract.ts'
import { Failure } from '../../failure.ts'
import type { ServerContext } from '../server-context.ts'
import { ServerFailure } from '../server-failure.ts'
import { accountsOf, caller, record } from './caller.ts'
import { runNotFound } from './known-run.ts'
import { ofLivingReplay, orderSoFar } from './living-replay.ts'

type Routes =
  | 'GET /orders'
  | 'POST /orders'
  | 'GET /orders/:run/:order'
  | 'DELETE /orders/:run/:order'
  | 'GET /orders/:run/:order/explanation'
  | 'GET /fills'
  | 'GET /trades'

export function orderHandlers(context: ServerContext): Handlers<Routes> {
  const { history, runs, explanations } = context
  const wanted = <Query extends { readonly limit?: number; readonly offset?: number }>(query: Query, call: Call) => ({
    ...query,
    accounts: accountsOf(call),
    limit: query.limit ?? 100,
    offset: query.offset ?? 0,
  })

  const listed = async <Row>(playing: Page<Row> | undefined, stored: () => Promise<Page<Row>>) => {
    if (playing === undefined) await context.settled()
    const { items, total } = playing ?? (await stored())
    return { items: [...items], total }
  }

  return {
    'GET /orders': ({ query }, call) => {
      const asked = wanted(query, call)
      return listed(ofLivingReplay(context, 'orders', asked, call), () => history.orders(asked))
    },
    'GET /fills': ({ query }, call) => {
      const asked = wanted(query, call)
      return listed(ofLivingReplay(context, 'fills', asked, call), () => history.fills(asked))
    },
    'GET /trades': ({ query }, call) => {
      const asked = wanted(query, call)
      const playing = ofLivingReplay(context, 'trades', asked, call)
      const soFar = playing && { ...playing, items: playing.items.map(({ key: _, ...trade }) => trade) }
      return listed(soFar, () => history.trades(asked))
    },
    'GET /orders/:run/:order': ({ params: { run, order } }, call) => oneOrder(context, call, run, order),

    'GET /orders/:run/:order/explanation': async ({ params: { run, order } }, call) => {
      await oneOrder(context, call, run, order)
      // A paper run that goes on keeps its id: what is stored then is of an earlier part.
      const isLiving = runs.runs.some(living => living.run === run)
      const stored = isLiving ? undefined : await takenIn(context, () => history.run(run))
      if (stored === undefined) throw stillRunning(run)
      return { run, order, at: null, links: await explanations.of(run, stored.run.stateHash, { order }) }
    },

    'POST /orders': async ({ body }, call) => {
      const { run, key, reason } = body
      refuseUnknownRun(context, call, run)
      const { instrument, side, quantity, type, price, stop, target } = body
      const order = { instrument, side, quantity, type, ...defined({ price, stop, target }) }
      // On record before it leaves: an order that is not written down is not sent.
      await record(context, call, { action: 'order.place', object: `order:${run}/${key}`, after: order, reason })
      const operator = caller(call).user
      const { type: orderType, ...rest } = order
      const answer = await runs.request(run, { type: 'order', operator, reason, key, orderType, ...rest })
      if (!answer.ok)
        await record(context, call, {
          action: 'order.place',
          object: `order:${run}/${key}`,
          result: 'refused',
          reason: answer.code ?? '',
        })
      refuseUnless(answer, run)
      return { requested: true, key }
    },

    'DELETE /orders/:run/:order': async ({ params: { run, order } }, call) => {
      refuseUnknownRun(context, call, run)
      await record(context, call, { action: 'order.cancel', object: `order:${run}/${order}` })
      const answer = await runs.request(run, { type: 'cancel', operator: caller(call).user, order })
      if (!answer.ok)
        await record(context, call, {
          action: 'order.cancel',
          object: `order:${run}/${order}`,
          result: 'refused',
          reason: answer.code ?? '',
        })
      refuseUnless(answer, run)
      return { requested: true }
    },
  }
}

interface Page<Row> {
  readonly items: readonly Row[]
  readonly total: number
}

/** Throws Failure ORDER_NOT_FOUND, also for an order of somebody else's account. */
async function oneOrder(
  context: ServerContext,
  call: Call,
  run: string,
  id: string,
): Promise<ReplyOf<'GET /orders/:run/:order'>> {
  await context.settled()
  const known = await takenIn(context, () => context.history.order(run, id))
  const found = known && orderSoFar(context, known, call)
  if (found === undefined || !mayAccount(caller(call), found.order.account)) {
    throw new Failure('ORDER_NOT_FOUND', {
      message: `the run '${run}' has no order '${id}' that you may see`,
      fix: 'take run and id of GET /api/v1/orders',
    })
  }
  return { order: found.order, fills: [...found.fills], history: [...found.history] }
}

/** What is not there may just be on its way from the folder of a run that has ended: asked again once that is taken in. */
async function takenIn<Found>({ taken }: ServerContext, find: () => Promise<Found | undefined>): Promise<Found | undefined> {
  const found = await find()
  if (found !== undefined) return found
  await taken()
  return await find()
}

/** A run that lives and whose account the caller was given. Throws RUN_NOT_FOUND, or RUN_NOT_RUNNING (409). */
function refuseUnknownRun({ runs, hub }: ServerContext, call: Call, run: string): void {
  const living = runs.runs.find(known => known.run === run)
  const account = living?.account ?? hub.rows('accounts').find(({ key }) => key === run)?.account
  if (living === undefined) throw notRunning(run)
  if (account === undefined || !mayAccount(caller(call), account)) throw runNotFound(run)
}

const notRunning = (run: string): Failure =>
  new ServerFailure(409, 'RUN_NOT_RUNNING', {
    message: `the run '${run}' is not running, so nothing can be ordered there`,
    fix: 'start a paper run, and order in it',
  })

const stillRunning = (run: string): Failure =>
  new ServerFailure(409, 'RUN_STILL_RUNNING', {
    message: `the run '${run}' has not ended, and an explanation makes it again from its beginning`,
    fix: 'ask when it has ended; until then its signals and notes say why',
  })

function refuseUnless({ ok, code, message, fix }: RunAnswer, run: string): void {
  if (ok) return
  if (code === 'RUN_NOT_RUNNING') throw notRunning(run)
  throw new ServerFailure(422, code ?? 'RUN_REQUEST_FAILED', {
    message: message ?? 'the run could not do it and did not say why',
    fix: fix ?? 'look at the notes of the run',
  })
}

const defined = <Value extends object>(value: Value): { [Key in keyof Value]?: Exclude<Value[Key], undefined> } =>
  Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as {
    [Key in keyof Value]?: Exclude<Value[Key], undefined>
  }
