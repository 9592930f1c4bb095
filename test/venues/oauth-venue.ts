// The token address of a venue over HTTPS: codes and refresh tokens in, pairs out, replies that get lost on demand.
import type { LedgerAnswer, OauthLedger } from './oauth-ledger.ts'
import type { VenueServer } from './venue-server.ts'

export interface OauthAddress {
  readonly host: string
  readonly path: string
  readonly clientId: string
  readonly clientSecret: string
  readonly ledger: OauthLedger
}

export class OauthVenue {
  /** So many of the next replies are lost after the venue has done what was asked. */
  losses = 0
  /** Every token that was ever given out. */
  readonly issued: string[] = []

  constructor(server: VenueServer, { host, path, clientId, clientSecret, ledger }: OauthAddress) {
    this.issued.push(ledger.first.access, ledger.first.refresh)
    server.http(host, 'GET', path, ({ url }, reply) => {
      const asked = url.searchParams
      if (asked.get('client_id') !== clientId || asked.get('client_secret') !== clientSecret) {
        server.report('a token was asked for with the keys of nobody')
        reply.json(refusal('CH_CLIENT_AUTH_FAILURE'))
        return
      }
      const answer =
        asked.get('grant_type') === 'authorization_code'
          ? ledger.exchange(asked.get('code') ?? '', server.clock.now() / 1000)
          : ledger.trade(asked.get('refresh_token') ?? '')
      if (answer.kind === 'granted') this.issued.push(answer.access, answer.refresh)
      // The venue has done it; only the word does not arrive.
      if (this.losses > 0) {
        this.losses--
        reply.json(null)
        return
      }
      reply.json(body(answer))
    })
  }
}

/** Everything is HTTP 200, as the venue does it. */
const body = (answer: LedgerAnswer): object =>
  answer.kind === 'denied'
    ? refusal('ACCESS_DENIED')
    : {
        accessToken: answer.access,
        tokenType: 'bearer',
        expiresIn: answer.lifeSeconds,
        refreshToken: answer.refresh,
        errorCode: null,
        description: null,
      }

const refusal = (errorCode: string): object => ({ errorCode, description: 'Access denied' })
