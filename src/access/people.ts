// The users as the server knows them: read once a second at most, changed one change at a time.
import { AccessError } from './access-error.ts'
import type { PeopleStore, UserRecord } from './stores.ts'

/** Another process of the house may change a user; after so long it is noticed here. */
const KEPT_MILLIS = 1_000
const TRIES = 5

/** What a change does: the user as he shall be, or undefined to leave him as he is. Throws AccessError to refuse. */
export type Change = (user: UserRecord) => UserRecord | undefined | Promise<UserRecord | undefined>

export class People {
  readonly #store: PeopleStore
  readonly #now: () => number
  readonly #kept = new Map<string, { readonly user: UserRecord; readonly read: number }>()
  readonly #busy = new Map<string, Promise<unknown>>()

  constructor({ store, now }: { readonly store: PeopleStore; readonly now: () => number }) {
    this.#store = store
    this.#now = now
  }

  readonly find = async (name: string): Promise<UserRecord | undefined> => {
    const kept = this.#kept.get(name)
    if (kept !== undefined && this.#now() - kept.read < KEPT_MILLIS) return kept.user
    return this.#read(name)
  }

  async all(): Promise<readonly UserRecord[]> {
    return this.#store.users()
  }

  /** False when the name is taken. */
  async add(user: UserRecord): Promise<boolean> {
    const added = await this.#store.addUser(user)
    if (added) this.#keep(user)
    return added
  }

  /**
   * Reads, changes and saves one user, after everything else that changes him. A change that was overtaken by another process is
   * made again on what is there then. Throws AccessError USER_NOT_FOUND, USER_CHANGED, and what `change` throws.
   */
  change(name: string, change: Change): Promise<UserRecord> {
    return this.inTurn(name, async () => {
      for (let tries = 0; tries < TRIES; tries++) {
        const user = await this.#read(name)
        if (user === undefined) throw unknownUser(name)
        const next = await change(user)
        if (next === undefined) return user
        if (await this.#store.saveUser(next, user.version)) {
          this.#keep(next)
          return next
        }
      }
      throw new AccessError('USER_CHANGED', {
        status: 409,
        message: `${name} is being changed by others at the same time`,
        fix: 'look at the user again and repeat the change',
      })
    })
  }

  /** One after the other for the same subject. */
  async inTurn<Result>(subject: string, work: () => Promise<Result>): Promise<Result> {
    const before = this.#busy.get(subject) ?? Promise.resolve()
    const mine = before.then(work, work)
    const settled = mine.catch(() => undefined)
    this.#busy.set(subject, settled)
    try {
      return await mine
    } finally {
      if (this.#busy.get(subject) === settled) this.#busy.delete(subject)
    }
  }

  async #read(name: string): Promise<UserRecord | undefined> {
    const user = await this.#store.user(name)
    if (user === undefined) this.#kept.delete(name)
    else this.#keep(user)
    return user
  }

  #keep(user: UserRecord): void {
    this.#kept.set(user.name, { user, read: this.#now() })
  }
}

export const unknownUser = (name: string): AccessError =>
  new AccessError('USER_NOT_FOUND', {
    status: 404,
    message: `there is no user ${name}`,
    fix: 'the list of users has the names as they are written',
  })
