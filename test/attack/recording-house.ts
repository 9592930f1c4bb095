// A house whose stores and handlers write down which request made them change something.
import type { AuditEntry } from '../../src/access/audit-entry.ts'
import { MemorySessions } from '../../src/access/memory-stores.ts'
import type { SessionRecord, TokenRecord, UserRecord } from '../../src/access/stores.ts'
import type { Handlers } from '../../src/adapters/gateway/handlers.ts'
import type { HouseRouteName } from '../../src/adapters/gateway/options.ts'
import { correlationId } from '../../src/operations/correlation.ts'
import { exampleHandlers, GatewayHouse } from '../gateway-house.ts'
import { MemoryPeople } from '../memory-people.ts'
import { PLENTY } from './plenty.ts'

/** The newest records are enough to be read; a million would be read again at each request for them. */
const KEPT = 50

export class Changes {
  /** What was done, by the id of the request that did it. */
  readonly #by = new Map<string, string[]>()

  note(what: string): void {
    const id = correlationId()
    if (id !== '') this.#by.set(id, [...(this.#by.get(id) ?? []), what])
  }

  take(id: string): readonly string[] {
    const done = this.#by.get(id) ?? []
    this.#by.delete(id)
    return done
  }
}

class WatchedPeople extends MemoryPeople {
  readonly #changes: Changes
  constructor(changes: Changes) {
    super()
    this.#changes = changes
  }

  override async addUser(user: UserRecord): Promise<boolean> {
    const added = await super.addUser(user)
    if (added) this.#changes.note(`added the user ${user.name}`)
    return added
  }

  override async saveUser(user: UserRecord, expected: number): Promise<boolean> {
    const saved = await super.saveUser(user, expected)
    if (saved) this.#changes.note(`changed the user ${user.name}`)
    return saved
  }

  override async addToken(token: TokenRecord): Promise<void> {
    this.#changes.note(`added the token ${token.id}`)
    await super.addToken(token)
  }

  override async saveToken(token: TokenRecord): Promise<void> {
    // When it was last used is no change of what it is.
    if ((await this.token(token.id))?.revoked !== token.revoked) this.#changes.note(`revoked the token ${token.id}`)
    await super.saveToken(token)
  }
}

class WatchedSessions extends MemorySessions {
  readonly #changes: Changes
  readonly #people: MemoryPeople
  constructor(changes: Changes, people: MemoryPeople) {
    super()
    this.#changes = changes
    this.#people = people
  }

  override async save(session: SessionRecord): Promise<void> {
    const before = await this.session(session.id)
    if (before === undefined) this.#changes.note(`opened a session of ${session.user}`)
    else if (before.signedIn !== session.signedIn) this.#changes.note(`confirmed a session of ${session.user}`)
    await super.save(session)
  }

  override async remove(id: string): Promise<void> {
    const session = await this.session(id)
    const user = session === undefined ? undefined : await this.#people.user(session.user)
    // What was over already is only cleared away.
    const wasGood = user !== undefined && !user.disabled && user.version === session?.userVersion
    if (wasGood) this.#changes.note(`ended a session of ${user.name}`)
    await super.remove(id)
  }

  override async rotate(session: SessionRecord, expected: string): Promise<boolean> {
    const rotated = await super.rotate(session, expected)
    if (rotated) this.#changes.note(`refreshed a session of ${session.user}`)
    return rotated
  }
}

export async function openRecordingHouse(
  changes: Changes,
  { dashboard }: { readonly dashboard: string },
): Promise<{ readonly house: GatewayHouse; readonly logged: string[] }> {
  const people = new WatchedPeople(changes)
  const logged: string[] = []
  const trail: AuditEntry[] = []
  const keep = async (entry: AuditEntry) => {
    if (trail.push(entry) > KEPT) trail.shift()
    if (entry.result === 'done') changes.note(`recorded ${entry.action} as done`)
  }
  const recording = Object.entries(exampleHandlers()).map(([name, handler]) => [
    name,
    (...given: [never, never]) => {
      if (!name.startsWith('GET ')) changes.note(`did ${name}`)
      return (handler as (...given: [never, never]) => unknown)(...given)
    },
  ])
  const house = await GatewayHouse.open({
    gateway: {
      ...{ dashboard, rates: PLENTY, audit: keep },
      limits: { requestsPerConnection: 1e9 },
      log: (level, message) => {
        if (level === 'error') logged.push(message)
      },
      auditReader: {
        find: async ({ limit, offset }) => ({
          items: trail.slice(offset, offset + limit).map((entry, i) => ({ ...entry, ...SEALED, sequence: i + 1 })),
          total: trail.length,
        }),
        verify: async () => ({ whole: true, records: trail.length, heads: 0, head: null, faults: [] }),
        export: async () => trail.map(entry => `${JSON.stringify(entry)}\n`).join(''),
      },
    },
    access: { people, sessions: new WatchedSessions(changes, people), on: keep },
    handlers: Object.fromEntries(recording) as Handlers<HouseRouteName>,
  })
  return { house, logged }
}

const SEALED = { time: '2026-11-21T09:00:00.000000Z', previousHash: '', hash: '' }
