// People and their tokens in plain memory, for tests that need no database.
import type { PeopleStore, TokenRecord, UserRecord } from '../src/access/stores.ts'

export class MemoryPeople implements PeopleStore {
  readonly #users = new Map<string, UserRecord>()
  readonly #tokens = new Map<string, TokenRecord>()

  async users(): Promise<readonly UserRecord[]> {
    return [...this.#users.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  async user(name: string): Promise<UserRecord | undefined> {
    return this.#users.get(name)
  }

  async addUser(user: UserRecord): Promise<boolean> {
    if (this.#users.has(user.name)) return false
    this.#users.set(user.name, user)
    return true
  }

  async saveUser(user: UserRecord, expected: number): Promise<boolean> {
    if (this.#users.get(user.name)?.version !== expected) return false
    this.#users.set(user.name, user)
    return true
  }

  async tokens(user?: string): Promise<readonly TokenRecord[]> {
    const all = [...this.#tokens.values()].sort((a, b) => b.created - a.created)
    return user === undefined ? all : all.filter(token => token.user === user)
  }

  async token(id: string): Promise<TokenRecord | undefined> {
    return this.#tokens.get(id)
  }

  async addToken(token: TokenRecord): Promise<void> {
    this.#tokens.set(token.id, token)
  }

  async saveToken(token: TokenRecord): Promise<void> {
    this.#tokens.set(token.id, token)
  }
}
