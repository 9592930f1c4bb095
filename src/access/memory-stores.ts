// Sessions in plain memory: for a house of one server, where a restart may ask everybody to sign in again.
import type { SessionRecord, SessionStore } from './stores.ts'

export class MemorySessions implements SessionStore {
  readonly #sessions = new Map<string, SessionRecord>()

  async session(id: string): Promise<SessionRecord | undefined> {
    return this.#sessions.get(id)
  }

  async sessions(user: string): Promise<readonly SessionRecord[]> {
    return [...this.#sessions.values()].filter(session => session.user === user)
  }

  async save(session: SessionRecord): Promise<void> {
    this.#sessions.set(session.id, session)
  }

  async remove(id: string): Promise<void> {
    this.#sessions.delete(id)
  }

  async rotate(session: SessionRecord, expected: string): Promise<boolean> {
    if (this.#sessions.get(session.id)?.refreshHash !== expected) return false
    this.#sessions.set(session.id, session)
    return true
  }

  watch(): () => void {
    return () => undefined
  }

  async close(): Promise<void> {
    this.#sessions.clear()
  }
}
