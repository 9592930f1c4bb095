// What every store of people keeps: records whole, names once, and no change over another that came first.
import { describe, expect, test } from 'vitest'
import type { PeopleStore, TokenRecord, UserRecord } from '../../src/access/stores.ts'

export interface PeopleStoreWorld {
  readonly store: PeopleStore
  close(): Promise<void>
}

export const userRecord = (name: string, change: Partial<UserRecord> = {}): UserRecord => ({
  id: `id-${name}`,
  name,
  roles: ['read'],
  accounts: [],
  passwordHash: '$argon2id$v=19$m=65536,t=3,p=1$c2FsdHNhbHRzYWx0c2FsdA$aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNoaGFzaGhhc2g',
  passwordTime: 1_795_000_000_123,
  totpSecret: null,
  pendingSecret: null,
  totpStep: 0,
  recoveryHashes: [],
  disabled: false,
  version: 1,
  created: 1_795_000_000_123,
  lastSignIn: null,
  preferences: {},
  ...change,
})

export const tokenRecord = (id: string, change: Partial<TokenRecord> = {}): TokenRecord => ({
  id,
  user: 'anna',
  name: 'nightly export “ü”',
  scopes: ['read', 'trade'],
  hash: 'a'.repeat(64),
  created: 1_795_000_000_123,
  expires: 1_797_000_000_456,
  lastUsed: null,
  revoked: null,
  ...change,
})

export function peopleStoreContract(name: string, make: () => PeopleStoreWorld | Promise<PeopleStoreWorld>): void {
  const fact = (what: string, body: (store: PeopleStore) => Promise<void>) =>
    test(what, async () => {
      const world = await make()
      try {
        await body(world.store)
      } finally {
        await world.close()
      }
    })

  describe(`a store of people in ${name}`, () => {
    fact('is empty at first', async store => {
      expect(await store.users()).toEqual([])
      expect(await store.tokens()).toEqual([])
      expect(await store.user('anna')).toBeUndefined()
      expect(await store.token('none')).toBeUndefined()
    })

    fact('gives back what was added, to the last field', async store => {
      const full = userRecord('anna', {
        roles: ['trade', 'admin'],
        accounts: ['*', 'trend-eurusd'],
        totpSecret: '{"sealed":1}',
        pendingSecret: 'pending “ü”',
        totpStep: 59_833_333,
        recoveryHashes: ['b'.repeat(64), 'c'.repeat(64)],
        disabled: true,
        version: 7,
        lastSignIn: 1_795_000_001_999,
        preferences: { theme: 'dark', watchlist: ['EURUSD.OANDA'], nested: { deep: [1, null, true] } },
      })
      expect(await store.addUser(full)).toBe(true)
      expect(await store.addUser(userRecord('bert'))).toBe(true)
      expect(await store.user('anna')).toEqual(full)
      expect(await store.user('bert')).toEqual(userRecord('bert'))
      expect((await store.users()).map(user => user.name)).toEqual(['anna', 'bert'])
    })

    fact('has each name once, whoever asks at the same time', async store => {
      const asked = Array.from({ length: 20 }, (_, i) => store.addUser(userRecord('anna', { id: `id-${i}` })))
      expect((await Promise.all(asked)).filter(Boolean)).toHaveLength(1)
      expect(await store.users()).toHaveLength(1)
    })

    fact('takes a name as it is written: another case is another name', async store => {
      await store.addUser(userRecord('anna'))
      expect(await store.user('Anna')).toBeUndefined()
    })

    fact('changes a user only from the version that was read', async store => {
      await store.addUser(userRecord('anna'))
      const next = userRecord('anna', { version: 2, roles: ['trade'], disabled: true, preferences: { density: 'compact' } })
      expect(await store.saveUser(next, 2)).toBe(false)
      expect(await store.user('anna')).toEqual(userRecord('anna'))
      expect(await store.saveUser(next, 1)).toBe(true)
      expect(await store.user('anna')).toEqual(next)
      expect(await store.saveUser(next, 1), 'that version is past').toBe(false)
      expect(await store.saveUser(userRecord('nobody'), 1)).toBe(false)
      expect(await store.user('nobody')).toBeUndefined()
    })

    fact('keeps a version where it is not raised, for what ends no session', async store => {
      await store.addUser(userRecord('anna'))
      expect(await store.saveUser(userRecord('anna', { lastSignIn: 5 }), 1)).toBe(true)
      expect(await store.saveUser(userRecord('anna', { lastSignIn: 6 }), 1)).toBe(true)
      expect((await store.user('anna'))?.lastSignIn).toBe(6)
    })

    fact('has one winner of twenty changes at the same time', async store => {
      await store.addUser(userRecord('anna'))
      const tries = Array.from({ length: 20 }, (_, i) =>
        store.saveUser(userRecord('anna', { version: 2, accounts: [`a${i}`] }), 1),
      )
      const won = await Promise.all(tries)
      expect(won.filter(Boolean)).toHaveLength(1)
      expect((await store.user('anna'))?.accounts).toEqual([`a${won.indexOf(true)}`])
    })

    fact('keeps tokens, each user’s apart', async store => {
      await store.addUser(userRecord('anna'))
      await store.addUser(userRecord('bert'))
      const [one, two, other] = [
        tokenRecord('one'),
        tokenRecord('two', { lastUsed: 1, revoked: 2 }),
        tokenRecord('other', { user: 'bert' }),
      ]
      for (const token of [one, two, other]) await store.addToken(token)
      expect(await store.token('one')).toEqual(one)
      expect(await store.token('two')).toEqual(two)
      expect((await store.tokens('anna')).map(({ id }) => id).sort()).toEqual(['one', 'two'])
      expect((await store.tokens()).map(({ id }) => id).sort()).toEqual(['one', 'other', 'two'])
      expect(await store.tokens('nobody')).toEqual([])
    })

    fact('saves what happened to a token', async store => {
      await store.addUser(userRecord('anna'))
      await store.addToken(tokenRecord('one'))
      const revoked = tokenRecord('one', { lastUsed: 1_795_000_002_000, revoked: 1_795_000_003_000 })
      await store.saveToken(revoked)
      expect(await store.token('one')).toEqual(revoked)
    })
  })
}
