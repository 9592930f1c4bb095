// What an admin does with users: adds them, changes what they may, locks them out. One enabled admin always remains.
import { Value } from 'typebox/value'
import { UserName } from '../wire/forms.ts'
import type { Role } from '../wire/route.ts'
import { AccessError } from './access-error.ts'
import type { House } from './house.ts'
import { InTurn } from './in-turn.ts'
import { checkPassword } from './password-rule.ts'
import { type Person, personOf } from './people-on-the-wire.ts'
import type { Actor, Circumstances } from './principal.ts'
import { withoutSecondFactor } from './second-factor.ts'
import type { UserRecord } from './stores.ts'

export interface NewUser {
  readonly name: string
  readonly password: string
  readonly roles: readonly Role[]
  /** Names of accounts; '*' is all. None when not given. */
  readonly accounts?: readonly string[] | undefined
}

export interface UserChange {
  readonly roles?: readonly Role[] | undefined
  readonly accounts?: readonly string[] | undefined
  readonly disabled?: boolean | undefined
  readonly password?: string | undefined
  /** Clears a lost one. */
  readonly secondFactor?: false | undefined
  readonly reason?: string | undefined
}

export class UserDesk {
  readonly #house: House
  readonly #turns = new InTurn()

  constructor(house: House) {
    this.#house = house
  }

  async add({ name, password, roles, accounts = [] }: NewUser, by: Actor, from: Circumstances): Promise<Person> {
    const { people, passwords, record, now, random } = this.#house
    const isName: boolean = Value.Check(UserName, name)
    if (!isName) {
      throw new AccessError('USER_NAME_INVALID', {
        status: 400,
        message: `${JSON.stringify(name.slice(0, 40))} cannot be a user's name`,
        fix: 'a lower-case letter first, then up to 39 lower-case letters, digits, dots, dashes or underscores',
      })
    }
    checkPassword(password, name)
    if ((await people.find(name)) !== undefined) throw taken(name)
    const user: UserRecord = {
      id: random(12).toString('base64url'),
      name,
      roles: [...roles],
      accounts: [...accounts],
      passwordHash: await passwords.hash(password),
      passwordTime: now(),
      totpSecret: null,
      pendingSecret: null,
      totpStep: 0,
      recoveryHashes: [],
      disabled: false,
      version: 1,
      created: now(),
      lastSignIn: null,
      preferences: {},
    }
    await record(by, from, { action: 'user.add', object: `user:${name}`, after: visible(user) })
    if (!(await people.add(user))) throw taken(name)
    return personOf(user)
  }

  /** One change of a user at a time in the house, so that two admins cannot disable each other at once. */
  change(name: string, change: UserChange, by: Actor, from: Circumstances): Promise<Person> {
    return this.#turns.run('desk', () => this.#change(name, change, by, from))
  }

  async #change(name: string, change: UserChange, by: Actor, from: Circumstances): Promise<Person> {
    const { people, passwords, sessions, throttle, record, tell } = this.#house
    if (change.password !== undefined) checkPassword(change.password, name)
    const passwordHash = change.password === undefined ? undefined : await passwords.hash(change.password)

    let before: UserRecord | undefined
    const user = await people.change(name, async user => {
      before = user
      const next = this.#changed(user, change, passwordHash)
      if (isAdmin(user) && !isAdmin(next)) await this.#keepAdmin(name)
      const what = {
        before: visible(user),
        after: { ...visible(next), ...(passwordHash === undefined ? {} : { password: 'changed' }) },
        reason: change.reason ?? '',
      }
      await record(by, from, { action: 'user.change', object: `user:${name}`, ...what })
      return next
    })

    if (change.disabled === false || change.password !== undefined) throttle.clear(name)
    if (user.version !== before?.version) {
      tell({ user: name, why: 'user-changed' })
      await sessions.endAll(name, 'user-changed')
    }
    return personOf(user)
  }

  #changed(user: UserRecord, change: UserChange, passwordHash: string | undefined): UserRecord {
    const base = change.secondFactor === false ? withoutSecondFactor(user) : user
    const next: UserRecord = {
      ...base,
      roles: change.roles ?? user.roles,
      accounts: change.accounts ?? user.accounts,
      disabled: change.disabled ?? user.disabled,
      ...(passwordHash === undefined ? {} : { passwordHash, passwordTime: this.#house.now() }),
    }
    const isSame = JSON.stringify({ ...next, version: 0 }) === JSON.stringify({ ...user, version: 0 })
    return { ...next, version: user.version + (isSame ? 0 : 1) }
  }

  async #keepAdmin(name: string): Promise<void> {
    const others = (await this.#house.people.all()).filter(user => user.name !== name && isAdmin(user))
    if (others.length > 0) return
    throw new AccessError('LAST_ADMIN', {
      status: 409,
      message: `${name} is the only admin who can sign in`,
      fix: 'make somebody else an admin first',
    })
  }
}

const isAdmin = ({ roles, disabled }: UserRecord): boolean => roles.includes('admin') && !disabled

/** What the trail keeps of a user: no hashes, no secrets. */
const visible = ({ roles, accounts, disabled, totpSecret }: UserRecord) => ({
  roles,
  accounts,
  disabled,
  secondFactor: totpSecret !== null,
})

const taken = (name: string): AccessError =>
  new AccessError('USER_EXISTS', { status: 409, message: `there is a user ${name} already`, fix: 'take another name' })
