// Who asks: which accounts they see, and what the audit trail says of what they do.
import type { AuditEntry } from '../../../access/audit-entry.ts'
import type { Accounts } from '../../../adapters/database/projection-reader.ts'
import { type Call, mayAccount, type Principal } from '../../../adapters/gateway/handlers.ts'
import { assert } from '../../../domain/assert.ts'
import { type Micros, parseMicros } from '../../../domain/numbers.ts'
import { RESEARCH } from '../../../wire/research.ts'
import type { ServerContext } from '../server-context.ts'

/** The gateway lets nobody through to a route that is not public without one. */
export function caller({ who }: Call): Principal {
  assert(who !== undefined, 'a route that is not public is asked by somebody')
  return who
}

export function accountsOf(call: Call): Accounts {
  const { roles, accounts } = caller(call)
  return roles.includes('admin') || accounts.includes('*') ? '*' : [...accounts, RESEARCH]
}

/** Rows of accounts that the caller was given. */
export function own<Row extends { readonly account: string }>(rows: readonly Row[], call: Call): Row[] {
  const who = caller(call)
  return rows.filter(({ account }) => mayAccount(who, account))
}

type Happening = Pick<AuditEntry, 'action' | 'object'> & Partial<Pick<AuditEntry, 'before' | 'after' | 'reason' | 'result'>>

/** Puts on record what the caller does. Throws where that cannot be done, and then it is not done. */
export function record({ audit }: Pick<ServerContext, 'audit'>, call: Call, happening: Happening): Promise<void> {
  const { actor, session } = caller(call)
  const { address, correlationId } = call
  return audit({ before: null, after: null, reason: '', result: 'done', ...happening, actor, session, address, correlationId })
}

/** What a query's instant or date says, which the wire's schema has seen the form of. Undefined for a day that is none. */
export const when = (text: string | undefined): Micros | undefined => (text === undefined ? undefined : parseMicros(text))
