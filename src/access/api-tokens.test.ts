// API tokens: shown once, cut to what owner and scope allow, ended by time, by revocation, with their owner.
import { expect, test } from 'vitest'
import { AccessWorld, FROM, outcome } from '../../test/access-world.ts'
import type { Role } from '../wire/route.ts'
import { isFresh } from './principal.ts'
import type { SignedIn } from './sign-in.ts'

const DAY = 86_400_000
const BY = { actor: 'os:test', session: '' }

async function house(roles: readonly Role[] = ['trade'], accounts: readonly string[] = ['one']) {
  const world = new AccessWorld()
  await world.add('olga', ['admin'])
  await world.add('anna', roles, accounts)
  const anna = await world.signIn('anna')
  const make = (scopes: Role[], days = 30, who: SignedIn = anna) =>
    world.access.newToken(who.identity, { name: 'nightly export', scopes, days }, FROM)
  const use = (bearer: string) => world.access.identify({ bearer, address: '192.0.2.7' })
  return { world, anna, make, use }
}

test('a token is qt_ID.SECRET with 256 random bits, and the store has only its hash', async () => {
  const { world, make } = await house()
  const { token, line } = await make(['read'])
  // Twelve bytes are 16 characters of base64url, 32 bytes are 43.
  expect(token).toMatch(/^qt_[\w-]{16}\.[\w-]{43}$/)
  const stored = JSON.stringify(await world.people.token(line.id))
  expect(stored).not.toContain(token.split('.')[1])
  expect(line).toMatchObject({ name: 'nightly export', user: 'anna', scopes: ['read'], lastUsed: null, revoked: false })
  expect(Date.parse(line.expires) - Date.parse(line.created)).toBe(30 * DAY)
})

test('it acts for its owner, under its own name, and is never fresh', async () => {
  const { world, make, use } = await house()
  const { token, line } = await make(['read', 'trade'])
  const who = await use(token)
  expect(who).toMatchObject({
    user: 'anna',
    actor: `token:${line.id}`,
    roles: ['read', 'trade'],
    accounts: ['one'],
    session: '',
    signedIn: 0,
  })
  expect(who.rights.has('orders.write')).toBe(true)
  expect(who.rights.has('self')).toBe(false)
  expect(isFresh(who, world.time)).toBe(false)
})

test('a reading token of a trader reads', async () => {
  const { make, use } = await house()
  const { token } = await make(['read'])
  expect([...(await use(token)).rights].sort()).toEqual(['account.read', 'audit.read', 'market.read', 'stop.trip'])
})

test('nobody makes a token that may more than he, or lives longer than ninety days', async () => {
  const { make } = await house(['trade'])
  expect(await outcome(make(['admin']))).toBe('TOKEN_SCOPE')
  expect(await outcome(make(['read', 'admin']))).toBe('TOKEN_SCOPE')
  expect(await outcome(make([]))).toBe('TOKEN_SCOPE')
  for (const days of [0, 91, -1, Number.NaN, Number.POSITIVE_INFINITY])
    expect(await outcome(make(['read'], days))).toBe('TOKEN_SCOPE')
  expect(await outcome(make(['trade'], 90))).toBe('done')
})

test('who loses a role loses it in his tokens at once', async () => {
  const { world, make, use } = await house(['trade'])
  const { token } = await make(['trade'])
  expect((await use(token)).rights.has('orders.write')).toBe(true)
  await world.access.changeUser('anna', { roles: ['read'] }, BY, FROM)
  const after = await use(token)
  expect(after.rights.has('orders.write')).toBe(false)
  expect(after.roles).toEqual([])
})

test('an admin’s token without the admin scope sees only the accounts it was given', async () => {
  const { make, use } = await house(['admin', 'trade'], ['one'])
  const who = await use((await make(['trade'])).token)
  expect(who).toMatchObject({ roles: ['trade'], accounts: ['one'] })
})

test('it ends on its day, with its revocation, and with its owner', async () => {
  const { world, make, use } = await house()
  const [timed, revoked, orphaned] = [await make(['read'], 1), await make(['read']), await make(['read'])]
  const { identity } = await world.signIn('anna')
  const who = await use(revoked.token)
  await world.access.revokeToken(identity, revoked.line.id, FROM)
  expect(await outcome(use(revoked.token))).toBe('SIGN_IN_REQUIRED')
  expect(await world.access.again(who)).toBeUndefined()
  expect(world.ended).toEqual([`${revoked.line.id} revoked`])

  world.pass(DAY - 1)
  expect(await outcome(use(timed.token))).toBe('done')
  world.pass(1)
  expect(await outcome(use(timed.token))).toBe('SIGN_IN_REQUIRED')

  expect(await outcome(use(orphaned.token))).toBe('done')
  await world.access.changeUser('anna', { disabled: true }, BY, FROM)
  expect(await outcome(use(orphaned.token))).toBe('SIGN_IN_REQUIRED')
})

test('a revocation by another process is noticed at the next sweep', async () => {
  const { world, make, use } = await house()
  const { token, line } = await make(['read'])
  await use(token)
  const stored = (await world.people.token(line.id))!
  await world.people.saveToken({ ...stored, revoked: world.time })
  world.pass(1_000)
  await world.access.sweep()
  expect(await outcome(use(token))).toBe('SIGN_IN_REQUIRED')
})

test('a use never undoes a revocation that another process made a moment before', async () => {
  const { world, make, use } = await house()
  const { token, line } = await make(['read'])
  await use(token)
  world.pass(299_500)
  await use(token)
  const stored = (await world.people.token(line.id))!
  await world.people.saveToken({ ...stored, revoked: world.time })
  // The token as it was a second ago is still believed, and its last use is five minutes old: it is due to be written.
  world.pass(1_000)
  expect(await outcome(use(token))).toBe('SIGN_IN_REQUIRED')
  expect((await world.people.token(line.id))?.revoked).not.toBeNull()
})

test('a wrong secret, another’s id, a piece of it: nothing', async () => {
  const { make, use } = await house()
  const [one, two] = [(await make(['read'])).token, (await make(['read'])).token]
  const [id] = one.split('.')
  const [, secret] = two.split('.')
  const wrong = [
    `${id}.${secret}`,
    `${id}.`,
    id!,
    `${one}x`,
    one.slice(0, -1),
    one.toUpperCase(),
    'qt_',
    'qt_.',
    `qt_${'a'.repeat(16)}.${secret}`,
  ]
  for (const token of wrong) expect(await outcome(use(token))).toBe('SIGN_IN_REQUIRED')
  expect(await outcome(use(one))).toBe('done')
})

test('a token in a cookie is none', async () => {
  const { world, make } = await house()
  const { token } = await make(['read'])
  expect(await outcome(world.access.identify({ accessCookie: token, address: '' }))).toBe('SIGN_IN_REQUIRED')
})

test('when it was last used is written every five minutes, not at each request', async () => {
  const { world, make, use } = await house()
  const { token, line } = await make(['read'])
  let writes = 0
  const save = world.people.saveToken.bind(world.people)
  world.people.saveToken = async record => {
    writes++
    await save(record)
  }
  for (let i = 0; i < 600; i++) {
    await use(token)
    world.pass(1_000)
  }
  // At 0 s and at 300 s.
  expect(writes).toBe(2)
  expect(
    (await world.access.tokens((await world.signIn('anna')).identity)).find(({ id }) => id === line.id)?.lastUsed,
  ).toBeTypeOf('string')
})

test('one sees and revokes one’s own; an admin everybody’s', async () => {
  const { world, anna, make } = await house()
  const olga = await world.signIn('olga')
  const [mine, hers] = [await make(['read']), await make(['read'], 30, olga)]
  expect((await world.access.tokens(anna.identity)).map(({ id }) => id)).toEqual([mine.line.id])
  expect((await world.access.tokens(olga.identity)).map(({ id }) => id).sort()).toEqual([mine.line.id, hers.line.id].sort())
  expect(await outcome(world.access.revokeToken(anna.identity, hers.line.id, FROM))).toBe('TOKEN_NOT_FOUND')
  expect(await outcome(world.access.revokeToken(anna.identity, 'none', FROM))).toBe('TOKEN_NOT_FOUND')
  expect(await outcome(world.access.revokeToken(olga.identity, mine.line.id, FROM))).toBe('done')
  expect(await outcome(world.access.revokeToken(olga.identity, mine.line.id, FROM)), 'twice is once').toBe('done')
})
