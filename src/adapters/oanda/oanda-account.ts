// Whose OANDA account, in which of its two worlds: hosts, headers, and the check that key, host and account agree.
import type { Environment, SourceParts } from '../../connectivity/source.ts'
import { SourceError } from '../../connectivity/source-error.ts'

export const TOKEN = 'QUADRANT_OANDA_TOKEN'
export const ACCOUNT = 'QUADRANT_OANDA_ACCOUNT'

/** Practice has no money in it; its hosts know nothing of the other world's keys. */
export const HOSTS: Readonly<Record<Environment, { readonly rest: string; readonly stream: string }>> = {
  practice: { rest: 'api-fxpractice.oanda.com', stream: 'stream-fxpractice.oanda.com' },
  live: { rest: 'api-fxtrade.oanda.com', stream: 'stream-fxtrade.oanda.com' },
}

/** How account numbers begin. */
const PREFIX: Readonly<Record<Environment, string>> = { practice: '101-', live: '001-' }

export interface OandaAccount {
  readonly rest: string
  readonly stream: string
  readonly account: string
  readonly headers: Readonly<Record<string, string>>
  /** What must not be seen in recordings. */
  readonly secrets: readonly string[]
}

/** Throws SourceError SOURCE_ENVIRONMENT for an account of the other world: nothing is sent with it. */
export function accountOf({ environment, credentials }: Pick<SourceParts, 'environment' | 'credentials'>): OandaAccount {
  const token = credentials[TOKEN] ?? ''
  const account = credentials[ACCOUNT] ?? ''
  if (!account.startsWith(PREFIX[environment])) {
    const other = environment === 'live' ? 'practice' : 'live'
    const seems = account.startsWith(PREFIX[other]) ? `is of OANDA's ${other} world` : 'has no form that OANDA gives accounts'
    throw new SourceError('SOURCE_ENVIRONMENT', {
      message: `the environment is ${environment}, and the account in ${ACCOUNT} ${seems}`,
      fix: `accounts of ${environment} begin with ${PREFIX[environment]}; change the account with its token, or the environment`,
    })
  }
  return {
    ...HOSTS[environment],
    account,
    headers: { authorization: `Bearer ${token}` },
    secrets: [token, account].filter(text => text !== ''),
  }
}

/** Throws SourceError SOURCE_REFUSED where a reply says `errorMessage`. */
export function refusalOf(body: Readonly<Record<string, unknown>>, what: string): void {
  const said = body['errorMessage']
  if (typeof said !== 'string') return
  throw new SourceError('SOURCE_REFUSED', {
    message: `OANDA refused ${what}: ${said.slice(0, 200)}`,
    fix: `check the symbol and the dates, ${TOKEN} and ${ACCOUNT}`,
  })
}
