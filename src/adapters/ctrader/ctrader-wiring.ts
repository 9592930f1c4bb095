// How one account of cTrader is reached: its host by environment, its encoding by setting, its tokens from the state folder.
import { join } from 'node:path'
import { framedLink } from '../../connectivity/framed-link.ts'
import { FileLease } from '../../connectivity/lease.ts'
import type { OpenLink } from '../../connectivity/link.ts'
import { openSecretBox } from '../../connectivity/secret-box.ts'
import type { SourceParts } from '../../connectivity/source.ts'
import { SourceError } from '../../connectivity/source-error.ts'
import { TokenKeeper } from '../../connectivity/token-keeper.ts'
import { TokenStore } from '../../connectivity/token-store.ts'
import { webSocketLink } from '../../connectivity/web-socket-link.ts'
import type { CallParts } from './ctrader-call.ts'
import { refreshInBand, refreshTokens } from './ctrader-oauth.ts'
import { JSON_CODEC } from './json-codec.ts'
import type { OpenApiCodec } from './open-api-message.ts'
import { PROTOBUF_CODEC } from './protobuf-codec.ts'

export const HOSTS = { live: 'live.ctraderapi.com', practice: 'demo.ctraderapi.com' } as const

export interface Wiring {
  readonly call: CallParts
  readonly accountId: string
  readonly keeper: TokenKeeper
  readonly origin: string
}

/** `encoding: protobuf` in the source's settings takes the binary door; JSON is the default, and easier to read in a recording. */
export function wire(parts: SourceParts): Wiring {
  const { network, environment, credentials } = parts
  const isBinary = isProtobuf(parts)
  const codec: OpenApiCodec = isBinary ? PROTOBUF_CODEC : JSON_CODEC
  const host = HOSTS[environment]
  const origin = originOf(parts)
  const link: OpenLink = isBinary ? framedLink(network, { host, port: 5035 }) : webSocketLink(network, { url: `${origin}/` })
  const clientId = credentials['QUADRANT_CTRADER_CLIENT_ID'] ?? ''
  const clientSecret = credentials['QUADRANT_CTRADER_CLIENT_SECRET'] ?? ''
  const call: CallParts = { link, codec, clientId, clientSecret }
  return { call, accountId: credentials['QUADRANT_CTRADER_ACCOUNT'] ?? '', keeper: keeperOf(parts, call), origin }
}

const isProtobuf = ({ settings }: SourceParts): boolean => settings?.['encoding'] === 'protobuf'

/** The door as an address, without secrets. */
export const originOf = (parts: SourceParts): string =>
  isProtobuf(parts) ? `tls://${HOSTS[parts.environment]}:5035` : `wss://${HOSTS[parts.environment]}:5036`

function keeperOf(parts: SourceParts, call: CallParts): TokenKeeper {
  const { http, clock, credentials, stateFolder, lease = new FileLease(stateFolder), alarm } = parts
  const box = openSecretBox({ secretKey: process.env['QUADRANT_SECRET_KEY'], keyFile: join(stateFolder, 'secret.key') })
  const store = new TokenStore({ folder: stateFolder, name: 'ctrader', box })
  const { clientId, clientSecret } = call
  const keeper = new TokenKeeper({
    source: 'ctrader',
    store,
    lease,
    clock,
    refresh: token => refreshTokens({ http, clientId, clientSecret }, token),
    inBand: token => refreshInBand(call, token),
    alert: ({ message }) => alarm?.(message),
  })
  const first = credentials['QUADRANT_CTRADER_REFRESH_TOKEN']
  // A refresh token that was traded already is worth nothing: the store's is the younger one.
  if (store.load() === undefined && first !== undefined && first !== '') {
    try {
      keeper.adopt({ access: '', refresh: first, lifeMicros: 0 })
    } catch (error) {
      // Another process was quicker with the same token.
      if (!(error instanceof SourceError && error.code === 'TOKEN_SUPERSEDED')) throw error
    }
  }
  return keeper
}
