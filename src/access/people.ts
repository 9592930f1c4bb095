// The users as the server knows them, and the one way to change one.
import { AccessError } from './access-error.ts'
import { InTurn } from './in-turn.ts'
import { Kept } from './kept.ts'
import type { PeopleStore, UserRecord } from './stores.ts'

const TRIES = 5

/** What a change does: the user as he shall be, or undefined to leave him as he is. Throws AccessError to refuse. */
export type Change = (user: UserRecord) => UserRecord | undefined | Promise<UserRecord | undefined>

export class People {
  readonly #store: PeopleStore
  readonly #kept: Kept<UserRecord>
  readonly #turns = new InTurn()

  constructor({ store, now }: { readonly store: PeopleStore; readonly now: () => number }) {
    this.#store = store
    this.#kept = new Kept({ read: name => store.user(name), now })
  }

  /** As he was at most a few seconds ago, and never older than what this process changed. */
  readonly find = (name: string): Promise<UserRecord | undefined> => this.#kept.get(name)

  all(): Promise<readonly UserRecord[]> {
    return this.#store.users()
  }

  /** False when the name is taken. */
  async add(user: UserRecord): Promise<boolean> {
    const added = await this.#store.addUser(user)
    if (added) this.#kept.put(user.name, user)
    return added
  }

  /**
   * Reads, changes and saves one user, after everything else that changes him. A change that was overtaken by another process is
   * made again on what is there then. Throws AccessError USER_NOT_FOUND, USER_CHANGED, and what `change` throws.
   */
  change(name: string, change: Change): Promise<UserRecord> {
    return this.#turns.run(name, async () => {
      for (let tries = 0; tries < TRIES; tries++) {
        const user = await this.#store.user(name)
        if (user === undefined) throw unknownUser(name)
        const next = await change(user)
        if (next === undefined) return user
        if (await this.#store.saveUser(next, user.version)) {
          this.#kept.put(name, next)
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

  /** Another process of the house may have changed somebody. */
  async refresh(): Promise<void> {
    await this.#kept.refresh()
  }
}

const unknownUser = (name: string): AccessError =>
  new AccessError('USER_NOT_FOUND', {
    status: 404,
    message: `there is no user ${name}`,
    fix: 'the list of users has the names as they are written',
  })
