// What the parts of access share: the people, their sessions, the clock, the trail, and who hears when something ends.
import type { AuditEntry } from './audit-entry.ts'
import type { KnownDevices } from './known-device.ts'
import type { Passwords } from './password.ts'
import type { People } from './people.ts'
import type { Actor, Circumstances } from './principal.ts'
import type { Sessions } from './sessions.ts'
import type { PeopleStore } from './stores.ts'
import type { Throttle } from './throttle.ts'

/** Something that lets nobody in any more. Without a session and a token it is everything of that user. */
export interface Ended {
  readonly user: string
  readonly session?: string
  readonly token?: string
  readonly why: string
}

export interface House {
  readonly store: PeopleStore
  readonly people: People
  readonly sessions: Sessions
  readonly passwords: Passwords
  readonly throttle: Throttle
  readonly devices: KnownDevices
  readonly now: () => number
  readonly random: (bytes: number) => Buffer
  /** Seals a secret for the store and opens it again; `about` is bound into the seal. */
  readonly seal: (text: string, about: string) => string
  readonly open: (sealed: string, about: string) => string
  /** Puts an entry into the audit trail. What cannot be recorded does not happen: this throws, and so does its caller. */
  record(by: Actor, from: Circumstances, what: Recorded): Promise<void>
  tell(ended: Ended): void
}

export interface Recorded extends Pick<AuditEntry, 'action' | 'object'> {
  readonly before?: unknown
  readonly after?: unknown
  readonly reason?: string
  readonly result?: AuditEntry['result']
}

export const ANONYMOUS: Actor = { actor: 'anonymous', session: '' }
