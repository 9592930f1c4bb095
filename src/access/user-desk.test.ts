// What an admin does with users, and what open sessions notice of it.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { AccessWorld, FROM, outcome, PASSWORD } from '../../test/access-world.ts'
import type { UserRecord } from './stores.ts'
import type { UserChange } from './user-desk.ts'

const BY = { actor: 'os:test', session: '' }

async function house(): Promise<AccessWorld> {
  const world = new AccessWorld()
  await world.add('olga', ['admin', 'trade'], ['*'])
  await world.add('anna', ['trade'], ['one'])
  return world
}
const change = (world: AccessWorld, name: string, what: UserChange) => world.access.changeUser(name, what, BY, FROM)

test('a name is taken once, must be one, and the password must be good', async () => {
  const world = await house()
  expect(await outcome(world.add('anna'))).toBe('USER_EXISTS')
  for (const name of ['Anna', '1st', 'a b', '', 'x'.repeat(41), '../x', "a'b", '__proto__']) {
    expect(await outcome(world.add(name)), name).toBe('USER_NAME_INVALID')
  }
  const weak = world.access.addUser({ name: 'carl', password: '123456789012345', roles: ['read'] }, BY, FROM)
  expect(await outcome(weak)).toBe('PASSWORD_WEAK')
  expect(await outcome(change(world, 'nobody', { disabled: true }))).toBe('USER_NOT_FOUND')
})

test('who is added has no accounts unless some are named', async () => {
  const world = await house()
  await world.add('carl')
  expect((await world.access.users()).find(({ name }) => name === 'carl')?.accounts).toEqual([])
})

test.each<[string, UserChange]>([
  ['a changed role', { roles: ['read'] }],
  ['changed accounts', { accounts: [] }],
  ['disabling', { disabled: true }],
  ['a new password by an admin', { password: 'eleven quiet rivers flow' }],
])('%s ends every session of the user at once, and nobody else’s', async (_what, what) => {
  const world = await house()
  const [one, two, other] = [await world.signIn('anna'), await world.signIn('anna'), await world.signIn('olga')]
  await change(world, 'anna', what)
  expect(world.ended).toEqual(['anna user-changed', ...[one, two].map(({ identity }) => `${identity.session} user-changed`)])
  for (const each of [one, two]) {
    expect(await outcome(world.identify(each))).toBe('SESSION_ENDED')
    expect(await outcome(world.access.refresh(each.refreshToken, FROM))).toBe('REFRESH_REFUSED')
    expect(await world.access.again(each.identity)).toBeUndefined()
  }
  expect(await outcome(world.identify(other))).toBe('done')
})

test('a change that changes nothing ends nothing', async () => {
  const world = await house()
  const signedIn = await world.signIn('anna')
  await change(world, 'anna', { roles: ['trade'], accounts: ['one'], disabled: false })
  expect(await outcome(world.identify(signedIn))).toBe('done')
  expect(world.ended).toEqual([])
})

test('who lost a role does not have its rights at the next sign-in, nor by an old token', async () => {
  const world = await house()
  const before = await world.signIn('anna')
  await change(world, 'anna', { roles: ['read'] })
  expect(await outcome(world.identify(before))).toBe('SESSION_ENDED')
  expect((await world.signIn('anna')).identity.rights.has('orders.write')).toBe(false)
})

test('the last admin who can sign in stays one', async () => {
  const world = await house()
  for (const what of [{ disabled: true }, { roles: ['trade'] }, { roles: ['read', 'trade'], disabled: true }] as UserChange[]) {
    expect(await outcome(change(world, 'olga', what))).toBe('LAST_ADMIN')
  }
  await change(world, 'anna', { roles: ['admin'], disabled: true })
  expect(await outcome(change(world, 'olga', { disabled: true })), 'a disabled admin does not count').toBe('LAST_ADMIN')
  await change(world, 'anna', { disabled: false })
  expect(await outcome(change(world, 'olga', { disabled: true }))).toBe('done')
  expect(await outcome(change(world, 'anna', { roles: ['trade'] }))).toBe('LAST_ADMIN')
})

test('two admins cannot disable each other at the same moment', async () => {
  const world = await house()
  await change(world, 'anna', { roles: ['admin'] })
  const both = await Promise.all(['olga', 'anna'].map(name => outcome(change(world, name, { disabled: true }))))
  expect(both.sort()).toEqual(['LAST_ADMIN', 'done'])
})

test('whatever admins do, in whatever order and at whatever time, an enabled admin remains', async () => {
  const roles = fc.constantFrom<UserRecord['roles']>(['read'], ['trade'], ['admin'], ['admin', 'trade'])
  const what = fc.record({ roles: fc.option(roles, { nil: undefined }), disabled: fc.option(fc.boolean(), { nil: undefined }) })
  const step = fc.record({ name: fc.constantFrom('olga', 'anna', 'carl'), what })
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(step, { maxLength: 4 }), { maxLength: 6 }), async rounds => {
      const world = await house()
      await world.add('carl', ['admin'])
      for (const round of rounds) {
        const all = await Promise.all(round.map(({ name, what }) => outcome(change(world, name, what))))
        expect(all.filter(code => code !== 'done' && code !== 'LAST_ADMIN')).toEqual([])
        const left = (await world.access.users()).filter(({ roles, disabled }) => roles.includes('admin') && !disabled)
        expect(left.length).toBeGreaterThan(0)
      }
    }),
    { numRuns: 40 },
  )
})

test('a password given by an admin replaces the old one, and opens an account that was tried too often', async () => {
  const world = await house()
  for (let i = 0; i < 30; i++) {
    await outcome(world.signIn('anna', { password: 'guess' }, { ...FROM, address: `198.51.100.${i}` }))
    world.pass(20_000)
  }
  expect(await outcome(world.signIn('anna'))).toBe('ATTEMPTS_EXCEEDED')
  await change(world, 'anna', { password: 'eleven quiet rivers flow', reason: 'forgotten' })
  expect(await outcome(world.signIn('anna'))).toBe('SIGN_IN_REFUSED')
  expect(await outcome(world.signIn('anna', { password: 'eleven quiet rivers flow' }))).toBe('done')
})

test('what another process of the house changed is noticed at the next sweep', async () => {
  const world = await house()
  const signedIn = await world.signIn('anna')
  const user = (await world.people.user('anna')) as UserRecord
  await world.people.saveUser({ ...user, disabled: true, version: user.version + 1 }, user.version)
  world.pass(1_000)
  await world.access.sweep()
  expect(world.ended).toEqual([`${signedIn.identity.session} user-changed`])
  expect(await outcome(world.identify(signedIn))).toBe('SESSION_ENDED')
})

test('a user whom another process changes while he is changed here is read anew', async () => {
  const world = await house()
  const save = world.people.saveUser.bind(world.people)
  let interferences = 0
  world.people.saveUser = async (user, expected) => {
    if (interferences++ === 0) {
      const now = (await world.people.user('anna')) as UserRecord
      await save({ ...now, accounts: ['theirs'], version: now.version + 1 }, now.version)
    }
    return save(user, expected)
  }
  await change(world, 'anna', { roles: ['read'] })
  expect(await world.people.user('anna')).toMatchObject({ roles: ['read'], accounts: ['theirs'], version: 3 })

  world.people.saveUser = async () => false
  expect(await outcome(change(world, 'anna', { roles: ['trade'] }))).toBe('USER_CHANGED')
})

test('the trail has what was before and what is after', async () => {
  const world = await house()
  await change(world, 'anna', { roles: ['read'], accounts: ['two'], reason: 'moved to research' })
  expect(world.trail.at(-1)).toMatchObject({
    actor: 'os:test',
    action: 'user.change',
    object: 'user:anna',
    before: { roles: ['trade'], accounts: ['one'], disabled: false, secondFactor: false },
    after: { roles: ['read'], accounts: ['two'], disabled: false, secondFactor: false },
    reason: 'moved to research',
    result: 'done',
  })
})

test('what is shown of people holds nothing secret', async () => {
  const world = await house()
  const text = JSON.stringify(await world.access.users())
  expect(text).not.toMatch(/argon|hash|secret|version|"id"/i)
  expect(text).not.toContain(PASSWORD)
})
