// Accounts, and what is held in them.
import type { Handlers } from '../../../adapters/gateway/handlers.ts'
import { momentOfRun } from '../run-moment.ts'
import type { ServerContext } from '../server-context.ts'
import { accountsOf, own } from './caller.ts'
import { knownRun } from './known-run.ts'

type Routes = 'GET /accounts' | 'GET /positions'

export function accountHandlers(context: ServerContext): Handlers<Routes> {
  const { hub, history } = context
  return {
    'GET /accounts': async (_, call) => {
      const living = own(hub.rows('accounts'), call)
      const keys = new Set(living.map(({ key }) => key))
      const finished = (await history.accounts(accountsOf(call))).filter(({ key }) => !keys.has(key))
      // What the database has of a run that is not heard any more has ended, whatever it said last.
      return { items: [...living, ...finished.map(row => ({ ...row, running: false }))] }
    },

    'GET /positions': async ({ query: { run } }, call) => {
      const living = own(hub.rows('positions'), call).filter(
        row => Number(row.quantity) !== 0 && (run === undefined || row.run === run),
      )
      if (run === undefined || living.length > 0) return { items: living }
      const known = await knownRun(context, call, run)
      if (known.living) return { items: [] }
      const { positions } = await momentOfRun(context, call, { ...known, at: known.line.to })
      return { items: positions }
    },
  }
}
