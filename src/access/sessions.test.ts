// Sessions: what ends them, how refresh tokens go from one to the next, and who loses a race.
import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { userRecord } from '../../test/contracts/people-store.ts'
import { sessionRecord } from '../../test/contracts/session-store.ts'
import { MemorySessions } from './memory-stores.ts'
import { SESSION_LIMITS, Sessions } from './sessions.ts'
import type { SessionRecord, SessionStore, UserRecord } from './stores.ts'

const START = Date.UTC(2026, 10, 24, 9)
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const FROM = { methods: ['password'], address: '192.0.2.1', device: 'a browser', signedIn: START }

function world({ store = new MemorySessions(), users = [userRecord('anna')] }: Partial<WorldOptions> = {}) {
  const clock = { time: START }
  const ended: string[] = []
  const people = new Map(users.map(user => [user.name, user]))
  const open = (shared: SessionStore = store) =>
    new Sessions({
      store: shared,
      key: Buffer.alloc(32, 5),
      userOf: async name => people.get(name),
      now: () => clock.time,
      random: randomBytes,
      limits: SESSION_LIMITS,
      ended: ({ id }, why) => ended.push(`${id} ${why}`),
    })
  const sessions = open()
  const enter = (user: UserRecord = users[0]!) => sessions.open(user, FROM)
  return { clock, ended, people, sessions, store, open, enter }
}
interface WorldOptions {
  readonly store: SessionStore
  readonly users: readonly UserRecord[]
}

test('a session is kept with hashes only: no refresh token can be read from the store', async () => {
  const { enter, store } = world()
  const { session, refreshToken } = await enter()
  const text = JSON.stringify(await store.session(session.id))
  for (const part of refreshToken.split('.').slice(1)) expect(text).not.toContain(part)
  // SESSION.SECRET.SEAL: 256 bits are 43 characters of base64url, 128 are 22.
  expect(refreshToken.split('.').map(part => part.length)).toEqual([22, 43, 22])
})

test.each([
  ['read', 30],
  ['trade', 15],
  ['admin', 15],
] as const)('of a user with the role %s it ends after %i minutes without a request', async (role, minutes) => {
  const { enter, sessions, clock, ended } = world({ users: [userRecord('anna', { roles: [role] })] })
  const { session } = await enter()
  clock.time += minutes * MINUTE - 1
  expect(await sessions.current(session.id)).toBeDefined()
  await sessions.seen(session.id)
  clock.time += minutes * MINUTE - 1
  expect(await sessions.current(session.id)).toBeDefined()
  clock.time += 1
  expect(await sessions.current(session.id)).toBeUndefined()
  expect(ended).toEqual([`${session.id} idle`])
})

test('however busy, it ends after twelve hours', async () => {
  const { enter, sessions, clock, ended } = world()
  const { session } = await enter()
  while (clock.time < START + 12 * HOUR - MINUTE) {
    clock.time += MINUTE
    await sessions.seen(session.id)
  }
  expect(await sessions.current(session.id)).toBeDefined()
  clock.time = START + 12 * HOUR
  expect(await sessions.current(session.id)).toBeUndefined()
  expect(ended).toEqual([`${session.id} expired`])
})

test('the sixth sign-in of a user ends the oldest, and nobody else’s', async () => {
  const { enter, sessions, clock, ended, people } = world()
  people.set('bert', userRecord('bert'))
  const other = await enter(userRecord('bert'))
  const opened: string[] = []
  for (let i = 0; i < 7; i++) {
    clock.time += 1_000
    opened.push((await enter()).session.id)
  }
  expect(ended).toEqual([`${opened[0]} too-many`, `${opened[1]} too-many`])
  expect((await sessions.of('anna')).map(({ id }) => id).sort()).toEqual(opened.slice(2).sort())
  expect(await sessions.current(other.session.id)).toBeDefined()
})

test.each([
  ['his version grew', { version: 2 }],
  ['he was disabled', { disabled: true }],
])('it ends when %s', async (_why, change) => {
  const { enter, sessions, people, ended } = world()
  const { session } = await enter()
  people.set('anna', userRecord('anna', change))
  await sessions.sweep()
  expect(ended).toEqual([`${session.id} user-changed`])
  expect(await sessions.current(session.id)).toBeUndefined()
})

test('refresh tokens follow one another, each good once', async () => {
  const { enter, sessions, clock } = world()
  let { refreshToken } = await enter()
  const seen = new Set([refreshToken])
  for (let i = 0; i < 20; i++) {
    clock.time += 4 * MINUTE
    const refreshed = await sessions.refresh(refreshToken)
    expect(refreshed.kind).toBe('refreshed')
    if (refreshed.kind === 'refreshed') refreshToken = refreshed.refreshToken
    seen.add(refreshToken)
  }
  expect(seen.size).toBe(21)
})

test('a lost answer is repeated once within ten seconds; the third use ends the session for both', async () => {
  const { enter, sessions, clock, ended } = world()
  const { session, refreshToken } = await enter()
  const first = await sessions.refresh(refreshToken)
  clock.time += 10_000
  const again = await sessions.refresh(refreshToken)
  expect(again).toEqual(first)
  expect((await sessions.refresh(refreshToken)).kind).toBe('reused')
  expect(ended).toEqual([`${session.id} reused`])
  expect((await sessions.refresh((first as { refreshToken: string }).refreshToken)).kind).toBe('refused')
})

test('after ten seconds the old token ends the session at its first use', async () => {
  const { enter, sessions, clock } = world()
  const { session, refreshToken } = await enter()
  await sessions.refresh(refreshToken)
  clock.time += 10_001
  expect((await sessions.refresh(refreshToken)).kind).toBe('reused')
  expect(await sessions.current(session.id)).toBeUndefined()
})

test('a token of two generations ago ends the session, however soon', async () => {
  const { enter, sessions } = world()
  const { refreshToken } = await enter()
  const second = (await sessions.refresh(refreshToken)) as { refreshToken: string }
  await sessions.refresh(second.refreshToken)
  expect((await sessions.refresh(refreshToken)).kind).toBe('reused')
})

test('an invented token is refused and harms nobody, even with the right session in it', async () => {
  const { enter, sessions, ended } = world()
  const { session, refreshToken } = await enter()
  const [id, secret = '', seal] = refreshToken.split('.')
  const invented = [
    '',
    '.',
    '..',
    id!,
    `${id}.${randomBytes(32).toString('base64url')}.${seal}`,
    `${id}.${secret}`,
    `${id}.${secret}.`,
    `x${refreshToken}`,
  ]
  for (const token of invented) expect((await sessions.refresh(token)).kind).toBe('refused')
  const other = await enter()
  expect((await sessions.refresh(`${other.session.id}.${secret}.${seal}`)).kind, 'a seal is of one session').toBe('refused')
  await fc.assert(
    fc.asyncProperty(fc.string({ maxLength: 120 }), async token => {
      expect((await sessions.refresh(`${id}.${token}`)).kind).toBe('refused')
    }),
  )
  expect(ended).toEqual([])
  expect(await sessions.current(session.id)).toBeDefined()
})

test('fifty at the same moment get the same new token, and the session lives', async () => {
  const { enter, sessions, ended } = world()
  const { refreshToken } = await enter()
  const all = await Promise.all(Array.from({ length: 50 }, () => sessions.refresh(refreshToken)))
  const tokens = new Set(all.map(each => (each.kind === 'refreshed' ? each.refreshToken : each.kind)))
  expect([...tokens]).toHaveLength(1)
  expect([...tokens][0]).not.toBe(refreshToken)
  expect((await sessions.refresh([...tokens][0]!)).kind).toBe('refreshed')
  expect(ended).toEqual([])
})

test('two servers that refresh at the same moment agree on the new token', async () => {
  const { enter, sessions, open, store } = world()
  const other = open(store)
  const { session, refreshToken } = await enter()
  await other.current(session.id)
  const [one, two] = await Promise.all([sessions.refresh(refreshToken), other.refresh(refreshToken)])
  expect(one.kind === 'refreshed' && two.kind === 'refreshed' && one.refreshToken === two.refreshToken).toBe(true)
})

test('a server that still remembers the token before takes the one another server gave', async () => {
  const { enter, sessions, open, store } = world()
  const other = open(store)
  const { session, refreshToken } = await enter()
  await other.current(session.id)
  const next = (await sessions.refresh(refreshToken)) as { refreshToken: string }
  expect((await other.refresh(next.refreshToken)).kind).toBe('refreshed')
})

test('a session outlives a restart where its store does', async () => {
  const { enter, open, store, clock } = world()
  const { session, refreshToken } = await enter()
  clock.time += MINUTE
  const restarted = open(store)
  expect(await restarted.current(session.id)).toEqual(session)
  expect((await restarted.refresh(refreshToken)).kind).toBe('refreshed')
})

test('an ended session is over before the store has heard of it, and a reading under way does not bring it back', async () => {
  const inner = new MemorySessions()
  let release: () => void = () => undefined
  const gate = new Promise<void>(resolve => {
    release = resolve
  })
  let slow = false
  const read = async (id: string): Promise<SessionRecord | undefined> => {
    const found = await inner.session(id)
    if (slow) await gate
    return found
  }
  const store: SessionStore = Object.assign(Object.create(inner) as SessionStore, {
    session: read,
    sessions: (user: string) => inner.sessions(user),
    save: (session: SessionRecord) => inner.save(session),
    remove: (id: string) => inner.remove(id),
    rotate: (session: SessionRecord, expected: string) => inner.rotate(session, expected),
    watch: () => () => undefined,
  })
  const { open, ended } = world({ store })
  const first = open(store)
  const { session } = await first.open(userRecord('anna'), FROM)

  const second = open(store)
  slow = true
  const reading = second.current(session.id)
  const ending = second.end(session.id, 'ended')
  release()
  const [found] = await Promise.all([reading, ending])
  expect(found === undefined || ended.length === 1).toBe(true)
  expect(await second.current(session.id)).toBeUndefined()
  expect(await inner.session(session.id)).toBeUndefined()
})

test('a store that cannot be reached does not keep a session from ending here', async () => {
  const store = new MemorySessions()
  const { enter, sessions } = world({ store })
  const { session } = await enter()
  store.remove = () => Promise.reject(new Error('away'))
  await expect(sessions.end(session.id, 'ended')).rejects.toThrow('away')
  expect(await sessions.current(session.id)).toBeUndefined()
  expect(await sessions.of('anna')).toEqual([])
})

test('a store that cannot be reached does not turn away whom memory knows', async () => {
  const store = new MemorySessions()
  const { enter, sessions, clock } = world({ store })
  const { session } = await enter()
  store.save = () => Promise.reject(new Error('away'))
  clock.time += 5 * MINUTE
  await sessions.seen(session.id)
  expect((await sessions.current(session.id))?.lastSeen).toBe(clock.time)
})

test('the store hears that a session is alive once a minute, not at each request', async () => {
  const store = new MemorySessions()
  const { enter, sessions, clock } = world({ store })
  const { session } = await enter()
  let saves = 0
  const save = store.save.bind(store)
  store.save = async record => {
    saves++
    await save(record)
  }
  for (let i = 0; i < 600; i++) {
    clock.time += 1_000
    await sessions.seen(session.id)
  }
  expect(saves).toBe(10)
})

test('the word of another server ends a session here at once', async () => {
  const store = new MemorySessions()
  let changed: (id: string) => void = () => undefined
  const watch: SessionStore['watch'] = listener => {
    changed = listener
    return () => undefined
  }
  Object.assign(store, { watch })
  const { enter, sessions, ended } = world({ store })
  const { session } = await enter()
  await store.remove(session.id)
  expect(await sessions.current(session.id), 'memory does not look').toBeDefined()
  changed(session.id)
  await new Promise(resolve => setImmediate(resolve))
  expect(ended).toEqual([`${session.id} elsewhere`])
  expect(await sessions.current(session.id)).toBeUndefined()
})

test('the CSRF token is of one session and cannot be made without its key', async () => {
  const { enter, sessions } = world()
  const [one, two] = [await enter(), await enter()]
  expect(sessions.csrf(one.session)).toBe(sessions.csrf(one.session))
  expect(sessions.csrf(one.session)).not.toBe(sessions.csrf(two.session))
  expect(sessions.csrf({ ...one.session, csrfKey: two.session.csrfKey })).not.toBe(sessions.csrf(one.session))
  expect(sessions.csrf(sessionRecord('x'))).toMatch(/^[\w-]{43}$/)
})

test('whatever is done, in whatever order, no two different tokens are ever good at the same time', async () => {
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('refresh' as const), pick: fc.nat() }) },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant('pass' as const), millis: fc.constantFrom(0, 1_000, 9_999, 10_001, MINUTE) }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('other server' as const), pick: fc.nat() }) },
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async steps => {
      const { enter, sessions, open, store, clock } = world()
      const other = open(store)
      const { refreshToken, session } = await enter()
      const issued = [refreshToken]
      let isOver = false
      for (const each of steps) {
        if (each.kind === 'pass') {
          clock.time += each.millis
          continue
        }
        const at = each.pick % issued.length
        const result = await (each.kind === 'refresh' ? sessions : other).refresh(issued[at]!)
        if (isOver && each.kind === 'refresh') expect(result.kind).toBe('refused')
        if (result.kind === 'refreshed') {
          // Only the newest is replaced; the one before it gets the newest again.
          expect(at).toBeGreaterThanOrEqual(issued.length - 2)
          if (at === issued.length - 1) issued.push(result.refreshToken)
          else expect(result.refreshToken).toBe(issued.at(-1))
        } else {
          isOver = true
          expect(await store.session(session.id)).toBeUndefined()
        }
        // Memory stores tell nobody, so the test does what the word of another server would.
        if (isOver) break
      }
    }),
    { numRuns: 200 },
  )
})
