// The consent to cTrader: the page in the browser where a person gives it, the code for tokens, and which accounts they open.
import type { Consent, ConsentedAccount, SourceParts } from '../../connectivity/source.ts'
import { SourceError } from '../../connectivity/source-error.ts'
import type { RefreshAnswer } from '../../connectivity/token-keeper.ts'
import { CtraderCall } from './ctrader-call.ts'
import { exchangeCode } from './ctrader-oauth.ts'
import { wire } from './ctrader-wiring.ts'
import { type Fields, fieldOf, idOf, listOf, PAYLOAD, textOf } from './open-api-message.ts'

const PAGE = 'https://id.ctrader.com/my/settings/openapi/grantingaccess/'

export const CTRADER_CONSENT: Consent = {
  needs: ['QUADRANT_CTRADER_CLIENT_ID', 'QUADRANT_CTRADER_CLIENT_SECRET'],
  account: 'QUADRANT_CTRADER_ACCOUNT',
  address,
  adopt,
  accounts,
}

/** The scope can read everything and trade nothing. */
function address({ credentials }: SourceParts, { redirectUri, state }: { redirectUri: string; state: string }): string {
  const client_id = credentials['QUADRANT_CTRADER_CLIENT_ID'] ?? ''
  return `${PAGE}?${new URLSearchParams({ client_id, redirect_uri: redirectUri, scope: 'accounts', product: 'web', state })}`
}

async function adopt(parts: SourceParts, { redirectUri, code }: { redirectUri: string; code: string }): Promise<void> {
  // First the place for the tokens, then the code, which is worth nothing afterwards.
  const { call, keeper } = wire(parts)
  const { clientId, clientSecret } = call
  const answer = await exchangeCode({ http: parts.http, clientId, clientSecret }, { code, redirectUri })
  if (answer.kind !== 'renewed') throw refused(answer, redirectUri)
  keeper.adopt(answer)
}

async function accounts(parts: SourceParts): Promise<readonly ConsentedAccount[]> {
  const { call, keeper } = wire(parts)
  const accessToken = await keeper.access()
  const fields = await CtraderCall.during(call, venue => venue.ask(PAYLOAD.accountList, { accessToken }))
  return listOf(fields, 'ctidTraderAccount').map(accountOf)
}

function accountOf(fields: Fields): ConsentedAccount {
  const login = idOf(fields, 'traderLogin')
  const isLive = fieldOf(fields, 'isLive')
  const names = [textOf(fields, 'brokerTitleShort'), login === undefined ? undefined : `login ${login}`]
  return {
    id: idOf(fields, 'ctidTraderAccountId') ?? '',
    ...(typeof isLive === 'boolean' ? { environment: isLive ? ('live' as const) : ('practice' as const) } : {}),
    title: names.filter(Boolean).join(', '),
  }
}

function refused(answer: Exclude<RefreshAnswer, { kind: 'renewed' }>, redirectUri: string): SourceError {
  const { kind, reason } = answer
  if (kind === 'refused') {
    return new SourceError('CONSENT_REFUSED', {
      message: `cTrader did not take the code: ${reason}`,
      fix: `a code lives one minute and is good once: begin again; ${redirectUri} must be registered with the application, letter by letter`,
    })
  }
  return new SourceError('CONSENT_REFUSED', {
    message: `cTrader gave no tokens for the code: ${reason}`,
    fix: 'check the connection to the internet, and begin again: the code may be used up, and nothing of before was changed',
    passing: true,
  })
}
