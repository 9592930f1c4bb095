// What every store of sessions keeps: records whole, one winner of a rotation, and word of what another process did.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { SessionRecord, SessionStore } from '../../src/access/stores.ts'

export interface SessionStoreWorld {
  /** The same sessions, opened as another process would; where `isShared` is not set it is called once. */
  open(): SessionStore | Promise<SessionStore>
  close(): Promise<void>
}

export interface SessionStoreTraits {
  /** Several processes see the same sessions and hear of each other's changes. */
  readonly isShared?: boolean
}

const HOUR = 3_600_000

/** Its times are around the machine's own: a store may forget by the clock what is over. */
export const sessionRecord = (id: string, change: Partial<SessionRecord> = {}): SessionRecord => {
  const now = Math.floor(Date.now() / 1_000) * 1_000
  return {
    id,
    user: 'anna',
    userVersion: 3,
    created: now - HOUR,
    lastSeen: now - 5,
    expires: now + HOUR,
    signedIn: now - HOUR,
    methods: ['password', 'code'],
    address: '2001:db8::1',
    device: 'Firefox “140” – Ümlaut',
    refreshHash: 'a'.repeat(64),
    previousHash: null,
    rotated: now - HOUR,
    csrfKey: 'k'.repeat(43),
    ...change,
  }
}

export function sessionStoreContract(
  name: string,
  make: () => SessionStoreWorld | Promise<SessionStoreWorld>,
  { isShared = false }: SessionStoreTraits = {},
): void {
  const fact = (what: string, body: (store: SessionStore, world: SessionStoreWorld) => Promise<void>) =>
    test(what, async () => {
      const world = await make()
      const store = await world.open()
      try {
        await body(store, world)
      } finally {
        await store.close()
        await world.close()
      }
    })

  describe(`a store of sessions in ${name}`, () => {
    fact('gives back what was saved, to the last field', async store => {
      const [one, two] = [sessionRecord('one'), sessionRecord('two', { previousHash: 'b'.repeat(64), methods: [], device: '' })]
      await store.save(one)
      await store.save(two)
      expect(await store.session('one')).toEqual(one)
      expect(await store.session('two')).toEqual(two)
      expect(await store.session('three')).toBeUndefined()
    })

    fact('saves again over what was there', async store => {
      await store.save(sessionRecord('one'))
      const later = sessionRecord('one', { lastSeen: Date.now(), methods: ['password'] })
      await store.save(later)
      expect(await store.session('one')).toEqual(later)
      expect(await store.sessions('anna')).toHaveLength(1)
    })

    fact('knows the sessions of one user from those of another', async store => {
      await store.save(sessionRecord('one'))
      await store.save(sessionRecord('two'))
      await store.save(sessionRecord('other', { user: 'bert' }))
      expect((await store.sessions('anna')).map(({ id }) => id).sort()).toEqual(['one', 'two'])
      expect((await store.sessions('bert')).map(({ id }) => id)).toEqual(['other'])
      expect(await store.sessions('nobody')).toEqual([])
    })

    fact('forgets what is removed, and does not mind being asked twice', async store => {
      await store.save(sessionRecord('one'))
      await store.save(sessionRecord('two'))
      await store.remove('one')
      await store.remove('one')
      expect(await store.session('one')).toBeUndefined()
      expect((await store.sessions('anna')).map(({ id }) => id)).toEqual(['two'])
    })

    fact('rotates where the expected hash is in force, and nowhere else', async store => {
      const first = sessionRecord('one')
      await store.save(first)
      const next = { ...first, refreshHash: 'c'.repeat(64), previousHash: 'a'.repeat(64) }
      expect(await store.rotate(next, 'b'.repeat(64))).toBe(false)
      expect(await store.session('one')).toEqual(first)
      expect(await store.rotate(next, 'a'.repeat(64))).toBe(true)
      expect(await store.session('one')).toEqual(next)
      expect(await store.rotate(next, 'a'.repeat(64)), 'the old hash is not in force any more').toBe(false)
    })

    fact('rotates nothing that was removed', async store => {
      await store.save(sessionRecord('one'))
      await store.remove('one')
      expect(await store.rotate(sessionRecord('one', { refreshHash: 'c'.repeat(64) }), 'a'.repeat(64))).toBe(false)
      expect(await store.session('one')).toBeUndefined()
      expect(await store.sessions('anna')).toEqual([])
    })

    fact('has one winner of fifty rotations at the same time', async store => {
      await store.save(sessionRecord('one'))
      const hashes = Array.from({ length: 50 }, (_, i) => String(i).padStart(64, '0'))
      const won = await Promise.all(
        hashes.map(refreshHash => store.rotate(sessionRecord('one', { refreshHash }), 'a'.repeat(64))),
      )
      expect(won.filter(Boolean)).toHaveLength(1)
      expect((await store.session('one'))?.refreshHash).toBe(hashes[won.indexOf(true)])
    })

    fact('behaves like a plain map, whatever is done to it', async store => {
      const ids = fc.constantFrom('p', 'q', 'r')
      const hash = fc.constantFrom('1'.repeat(64), '2'.repeat(64))
      const step = fc.oneof(
        fc.record({ kind: fc.constant('save' as const), id: ids, hash, user: fc.constantFrom('carl', 'dora') }),
        fc.record({ kind: fc.constant('remove' as const), id: ids }),
        fc.record({ kind: fc.constant('rotate' as const), id: ids, hash, expected: hash }),
      )
      let worlds = 0
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 12 }), async steps => {
          const world = `w${worlds++}-`
          const plain = new Map<string, SessionRecord>()
          const removed = new Set<string>()
          for (const each of steps) {
            // A session never changes hands, and no other gets the id of one that ended.
            const id = `${world}${each.id}`
            const before = plain.get(id)
            if (each.kind === 'remove') {
              await store.remove(id)
              if (plain.delete(id)) removed.add(id)
            } else if (each.kind === 'save') {
              if (removed.has(id)) continue
              const record = sessionRecord(id, { user: before?.user ?? `${world}${each.user}`, refreshHash: each.hash })
              await store.save(record)
              plain.set(id, record)
            } else {
              const record = sessionRecord(id, { user: before?.user ?? `${world}carl`, refreshHash: each.hash })
              expect(await store.rotate(record, each.expected)).toBe(before?.refreshHash === each.expected)
              if (before?.refreshHash === each.expected) plain.set(id, record)
            }
          }
          for (const id of ['p', 'q', 'r']) expect(await store.session(`${world}${id}`)).toEqual(plain.get(`${world}${id}`))
          for (const user of ['carl', 'dora']) {
            const wanted = [...plain.values()].filter(session => session.user === `${world}${user}`).map(({ id }) => id)
            expect((await store.sessions(`${world}${user}`)).map(({ id }) => id).sort()).toEqual(wanted.sort())
          }
        }),
        { numRuns: 25 },
      )
    })

    if (!isShared) return

    fact('shows one process what another saved, and one winner among both', async (store, world) => {
      const other = await world.open()
      await store.save(sessionRecord('one'))
      expect(await other.session('one')).toEqual(await store.session('one'))
      const won = await Promise.all(
        Array.from({ length: 50 }, (_, i) =>
          (i % 2 === 0 ? store : other).rotate(
            sessionRecord('one', { refreshHash: String(i).padStart(64, '0') }),
            'a'.repeat(64),
          ),
        ),
      )
      expect(won.filter(Boolean)).toHaveLength(1)
      await other.close()
    })

    fact('tells the other processes what was ended or changed, and not the one that did it', async (store, world) => {
      const other = await world.open()
      const [own, heard] = [listener(store), listener(other)]
      // Listening begins when the first word comes through; until then it is said again.
      await own.first(() => other.save(sessionRecord('greeting')))
      await heard.first(() => store.save(sessionRecord('hello')))

      await store.save(sessionRecord('one'))
      await store.rotate(sessionRecord('one', { refreshHash: 'c'.repeat(64) }), 'a'.repeat(64))
      await store.remove('one')
      await store.save(sessionRecord('last'))
      await heard.until('last')
      expect(heard.ids.filter(id => id === 'one').length).toBeGreaterThanOrEqual(2)
      expect(own.ids).not.toContain('one')
      own.stop()
      heard.stop()
      await other.close()
    })
  })
}

function listener(store: SessionStore) {
  const ids: string[] = []
  let wake: () => void = () => undefined
  const stop = store.watch(id => {
    ids.push(id)
    wake()
  })
  const next = () => new Promise<void>(resolve => (wake = resolve))
  return {
    ids,
    stop,
    async until(id: string) {
      while (!ids.includes(id)) await next()
    },
    async first(say: () => Promise<void>) {
      while (ids.length === 0) {
        const heard = next()
        await say()
        await Promise.race([heard, new Promise(resolve => setTimeout(resolve, 20))])
      }
    },
  }
}
