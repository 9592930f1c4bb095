// People, sessions and tokens as the wire shows them: times as text, and nothing secret.
import type { Static } from 'typebox'
import type { ReplyOf } from '../wire/contract.ts'
import type { Person as PersonForm, TokenLine as TokenLineForm } from '../wire/people.ts'
import type { Identity } from './principal.ts'
import type { SessionRecord, TokenRecord, UserRecord } from './stores.ts'

export type Person = Static<typeof PersonForm>
export type TokenLine = Static<typeof TokenLineForm>
export type SessionReply = ReplyOf<'GET /session'>
export type SessionLine = ReplyOf<'GET /sessions'>['items'][number]

export const instant = (millis: number): string => new Date(millis).toISOString()

export const personOf = (user: UserRecord): Person => ({
  name: user.name,
  roles: [...user.roles],
  accounts: [...user.accounts],
  secondFactor: user.totpSecret !== null,
  disabled: user.disabled,
  created: instant(user.created),
  lastSignIn: user.lastSignIn === null ? null : instant(user.lastSignIn),
})

export const tokenLineOf = (token: TokenRecord): TokenLine => ({
  id: token.id,
  name: token.name,
  user: token.user,
  scopes: [...token.scopes],
  created: instant(token.created),
  expires: instant(token.expires),
  lastUsed: token.lastUsed === null ? null : instant(token.lastUsed),
  revoked: token.revoked !== null,
})

export const sessionLineOf = (session: SessionRecord, current: string): SessionLine => ({
  id: session.id,
  current: session.id === current,
  created: instant(session.created),
  lastSeen: instant(session.lastSeen),
  address: session.address,
  device: session.device,
  expires: instant(session.expires),
})

export const sessionReplyOf = (user: UserRecord, who: Identity, csrf: string): SessionReply => ({
  user: personOf(user),
  csrf,
  accessExpires: instant(who.accessExpires),
  sessionExpires: instant(who.sessionExpires),
  signedIn: instant(who.signedIn),
  rights: [...who.rights].sort(),
})
