// A house with people in it, for tests: its clock stands still until it is moved, and its passwords are cheap to check.
import { Access, type AccessOptions } from '../src/access/access.ts'
import type { AuditEntry } from '../src/access/audit-entry.ts'
import type { Circumstances, Identity } from '../src/access/principal.ts'
import type { SignedIn } from '../src/access/sign-in.ts'
import type { Role } from '../src/wire/route.ts'
import { MemoryPeople } from './memory-people.ts'

export const PASSWORD = 'seven green kites at dawn'
export const CHEAP = { memoryKibibytes: 8, passes: 1, lanes: 1 }
export const FROM: Circumstances = { address: '192.0.2.1', device: 'a browser', correlationId: 'c-1' }

export class AccessWorld {
  readonly people = new MemoryPeople()
  readonly trail: AuditEntry[] = []
  readonly ended: string[] = []
  readonly access: Access
  /** Milliseconds; a Tuesday in 2026. */
  time = Date.UTC(2026, 10, 24, 9)

  constructor(options: Partial<AccessOptions> = {}) {
    this.access = new Access({
      people: this.people,
      pepper: Buffer.alloc(32, 7),
      seal: (text, about) => JSON.stringify([about, Buffer.from(text).toString('base64')]),
      open: (sealed, about) => {
        const [sealedFor, text] = JSON.parse(sealed) as [string, string]
        if (sealedFor !== about) throw new Error('sealed for something else')
        return Buffer.from(text, 'base64').toString()
      },
      now: () => this.time,
      passwordCost: CHEAP,
      on: entry => void this.trail.push(entry),
      ...options,
    })
    this.access.onEnded(({ session, token, user, why }) => this.ended.push(`${session ?? token ?? user} ${why}`))
  }

  async add(name: string, roles: readonly Role[] = ['read'], accounts: readonly string[] = []): Promise<void> {
    await this.access.addUser({ name, password: PASSWORD, roles, accounts }, { actor: 'os:test', session: '' }, FROM)
  }

  signIn(name: string, more: { readonly password?: string; readonly code?: string } = {}, from = FROM): Promise<SignedIn> {
    return this.access.signIn({ name, password: PASSWORD, ...more }, from)
  }

  identify({ accessToken }: SignedIn): Promise<Identity> {
    return this.access.identify({ accessCookie: accessToken, address: FROM.address })
  }

  pass(millis: number): void {
    this.time += millis
  }
}

/** The code of the refusal, or 'done' where there was none. */
export const outcome = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'done',
    (error: { readonly code?: string }) => error.code ?? String(error),
  )
