// Lists of one run for those who may see its account, as many rows as a chart or a moment needs.
import type { Call } from '../../../adapters/gateway/handlers.ts'
import type { RowOf } from '../../../wire/topics.ts'
import type { ServerContext } from '../server-context.ts'
import { accountsOf } from './caller.ts'

interface Wanted {
  readonly run: string
  readonly instrument?: string | undefined
  readonly limit: number
}

/** Newest first. */
export async function ordersOf(context: ServerContext, call: Call, wanted: Wanted): Promise<readonly RowOf<'orders'>[]> {
  await context.settled()
  return (await context.history.orders({ ...wanted, accounts: accountsOf(call), offset: 0 })).items
}

export async function fillsOf(context: ServerContext, call: Call, wanted: Wanted): Promise<readonly RowOf<'fills'>[]> {
  await context.settled()
  return (await context.history.fills({ ...wanted, accounts: accountsOf(call), offset: 0 })).items
}
