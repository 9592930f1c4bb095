// Which accounts an OANDA token opens, and of which world each is.
import { jsonObject, schemaFailure } from '../../connectivity/json-reply.ts'
import type { ConsentedAccount, SourceParts } from '../../connectivity/source.ts'
import { SourceError } from '../../connectivity/source-error.ts'
import { ACCOUNT, accountOf, TOKEN } from './oanda-account.ts'

/** Throws SourceError SOURCE_ENVIRONMENT, SOURCE_REFUSED, SOURCE_SCHEMA, and what HTTP throws. */
export async function oandaAccounts(parts: SourceParts): Promise<readonly ConsentedAccount[]> {
  const { rest, headers } = accountOf(parts)
  const url = `https://${rest}/v3/accounts`
  const { status, body } = await parts.http.send({ method: 'GET', url, headers }, { expect: 'json' })
  if (status === 401 || status === 403) {
    throw new SourceError('SOURCE_REFUSED', {
      message: `OANDA refused the key (${status})`,
      fix: `check ${TOKEN} and ${ACCOUNT}, and that both belong to the environment '${parts.environment}'`,
    })
  }
  const { accounts } = jsonObject(new TextEncoder().encode(body), 'OANDA accounts')
  if (!Array.isArray(accounts)) throw schemaFailure('OANDA accounts', 'no list of accounts')
  const ids = accounts.flatMap((account: { id?: unknown } | null) => (typeof account?.id === 'string' ? [account.id] : []))
  // A host knows the keys of its own world only; the number says it as well.
  return ids.map(id => ({
    id,
    title: 'OANDA',
    environment: id.startsWith('101-') ? 'practice' : id.startsWith('001-') ? 'live' : parts.environment,
  }))
}
