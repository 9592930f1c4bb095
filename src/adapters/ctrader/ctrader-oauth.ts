// Tokens from cTrader's token address, and in band: how a code becomes a pair, and a pair its successor.
import type { HttpClient } from '../../connectivity/http-client.ts'
import { SourceError } from '../../connectivity/source-error.ts'
import type { RefreshAnswer } from '../../connectivity/token-keeper.ts'
import { type CallParts, CtraderCall } from './ctrader-call.ts'
import { PAYLOAD, textOf, wholeOf } from './open-api-message.ts'

export const TOKEN_HOST = 'openapi.ctrader.com'
const TOKEN_URL = `https://${TOKEN_HOST}/apps/token`

export interface OauthClient {
  readonly http: HttpClient
  readonly clientId: string
  readonly clientSecret: string
}

/** The code of a consent, within a minute of it, for the first pair. */
export const exchangeCode = (client: OauthClient, { code, redirectUri }: { code: string; redirectUri: string }) =>
  ask(client, { grant_type: 'authorization_code', code, redirect_uri: redirectUri })

export const refreshTokens = (client: OauthClient, refreshToken: string) =>
  ask(client, { grant_type: 'refresh_token', refresh_token: refreshToken })

/** The same question over the venue's own connection, which needs the application's keys and no account. */
export async function refreshInBand(parts: CallParts, refreshToken: string): Promise<RefreshAnswer> {
  let isAsked = false
  try {
    return await CtraderCall.during(parts, async call => {
      isAsked = true
      const fields = await call.ask(PAYLOAD.refreshToken, { refreshToken })
      return renewed({
        access: textOf(fields, 'accessToken'),
        refresh: textOf(fields, 'refreshToken'),
        seconds: wholeOf(fields, 'expiresIn'),
      })
    })
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    if (error instanceof SourceError && !error.passing && isAsked) return { kind: 'refused', reason }
    return { kind: isAsked ? 'unknown' : 'unsent', reason }
  }
}

/** Asked once: whether a lost call may be repeated is the token keeper's to say. */
async function ask(client: OauthClient, question: Readonly<Record<string, string>>): Promise<RefreshAnswer> {
  const { http, clientId, clientSecret } = client
  const query = new URLSearchParams({ ...question, client_id: clientId, client_secret: clientSecret })
  try {
    const reply = await http.send(
      { method: 'GET', url: `${TOKEN_URL}?${query}`, headers: { accept: 'application/json' } },
      { tries: 1, expect: 'json', timeoutMillis: 30_000, maxBytes: 65_536 },
    )
    return readReply(reply.status, reply.body)
  } catch (error) {
    return failure(error, [...query.values()])
  }
}

function readReply(status: number, body: string): RefreshAnswer {
  let reply: Readonly<Record<string, unknown>>
  try {
    reply = JSON.parse(body) as Readonly<Record<string, unknown>>
  } catch {
    return { kind: 'unknown', reason: `HTTP ${status} with something that is not JSON` }
  }
  if (typeof reply !== 'object' || reply === null) return { kind: 'unknown', reason: `HTTP ${status} without tokens` }
  // The status is 200 whatever happened.
  const code = reply['errorCode'] ?? reply['error']
  if (code !== undefined && code !== null) {
    return { kind: 'refused', reason: `${code}${typeof reply['description'] === 'string' ? `: ${reply['description']}` : ''}` }
  }
  if (status >= 400 && status < 500) return { kind: 'refused', reason: `HTTP ${status}` }
  return renewed({
    access: reply['accessToken'] ?? reply['access_token'],
    refresh: reply['refreshToken'] ?? reply['refresh_token'],
    seconds: Number(reply['expiresIn'] ?? reply['expires_in']),
  })
}

function renewed({
  access,
  refresh,
  seconds,
}: {
  readonly access: unknown
  readonly refresh: unknown
  readonly seconds: number | undefined
}): RefreshAnswer {
  const isWhole = typeof access === 'string' && access !== '' && typeof refresh === 'string' && refresh !== ''
  if (!isWhole || seconds === undefined || !(seconds > 0)) return { kind: 'unknown', reason: 'an answer without tokens' }
  return { kind: 'renewed', access, refresh, lifeMicros: Math.floor(seconds * 1_000_000) }
}

/** The address holds the secrets, so no word of it may be in a reason. */
function failure(error: unknown, secrets: readonly string[]): RefreshAnswer {
  const text = error instanceof Error ? error.message : String(error)
  const reason = secrets.reduce(
    (said, secret) => said.replaceAll(secret, '***').replaceAll(encodeURIComponent(secret), '***'),
    text.replace(/\?\S+/g, '?***'),
  )
  const code = error instanceof SourceError ? error.code : ''
  const waitMillis = 30_000 + Math.random() * 30_000
  if (/RATE_LIMITED|BANNED/.test(code)) return { kind: 'unsent', reason, waitMillis }
  return { kind: /EGRESS_REFUSED|SOURCE_TLS/.test(code) ? 'unsent' : 'unknown', reason }
}
