// Signing in, staying in and being put out, through the one door.
import { expect, test } from 'vitest'
import { AccessWorld, CHEAP, FROM, outcome, PASSWORD } from '../../test/access-world.ts'
import { Access } from './access.ts'
import { isFresh } from './principal.ts'

const MINUTE = 60_000
const actions = ({ trail }: AccessWorld) => trail.map(({ action, result }) => `${action} ${result}`)

async function house(...names: readonly string[]): Promise<AccessWorld> {
  const world = new AccessWorld()
  for (const name of names.length === 0 ? ['anna'] : names) await world.add(name)
  return world
}

test('the first account needs the token that the server printed, and is made once', async () => {
  const world = new AccessWorld()
  const owner = { token: world.access.setupToken, name: 'olga', password: PASSWORD }
  expect(await world.access.setupNeeded()).toBe(true)
  expect(await outcome(world.access.createOwner({ ...owner, token: 'guessed' }, FROM))).toBe('SETUP_REFUSED')
  expect(await outcome(world.access.createOwner({ ...owner, password: 'short' }, FROM))).toBe('PASSWORD_WEAK')
  expect(await outcome(world.access.createOwner({ ...owner, name: 'Olga the First' }, FROM))).toBe('USER_NAME_INVALID')

  const all = await Promise.all(
    ['olga', 'oskar', 'otto'].map(name => outcome(world.access.createOwner({ ...owner, name }, FROM))),
  )
  expect(all.sort()).toEqual(['SETUP_DONE', 'SETUP_DONE', 'done'])
  expect(await world.access.setupNeeded()).toBe(false)
  const [person] = await world.access.users()
  expect(person).toMatchObject({ roles: ['admin', 'trade'], accounts: ['*'], disabled: false })
})

test('the token of the first account differs from house to house and can be typed', () => {
  const [one, two] = [new AccessWorld(), new AccessWorld()]
  expect(one.access.setupToken).not.toBe(two.access.setupToken)
  expect(one.access.setupToken).toMatch(/^[\w-]{32}$/)
})

test('a sign-in gives a principal, a session, and the reply of the wire', async () => {
  const world = new AccessWorld()
  await world.add('tara', ['trade'], ['trend-eurusd'])
  const signedIn = await world.signIn('tara')
  const who = await world.identify(signedIn)

  expect(who).toMatchObject({
    user: 'tara',
    actor: 'tara',
    roles: ['trade'],
    accounts: ['trend-eurusd'],
    signedIn: world.time,
    via: 'cookie',
  })
  expect(who.rights.has('orders.write')).toBe(true)
  expect(signedIn.accessExpires).toBe(world.time + 5 * MINUTE)
  expect(signedIn.sessionExpires).toBe(world.time + 720 * MINUTE)
  expect(signedIn.reply.user).toEqual({
    name: 'tara',
    roles: ['trade'],
    accounts: ['trend-eurusd'],
    secondFactor: false,
    disabled: false,
    created: '2026-11-24T09:00:00.000Z',
    lastSignIn: '2026-11-24T09:00:00.000Z',
  })
  expect(signedIn.reply.rights).toEqual([...who.rights].sort())
  expect(await world.access.describe(who)).toEqual(signedIn.reply)
  expect(await world.access.sessionsOf(who)).toEqual([
    expect.objectContaining({ id: who.session, current: true, address: '192.0.2.1', device: 'a browser' }),
  ])
})

test('names are the same in capitals', async () => {
  const world = await house()
  expect((await world.signIn('ANNA')).identity.user).toBe('anna')
})

test('whatever is wrong, the same is said; the reason is in the trail only', async () => {
  const world = await house('anna', 'dora', 'zoe')
  await world.access.changeUser('dora', { disabled: true }, { actor: 'os:test', session: '' }, FROM)
  const said: unknown[] = []
  // One after the other: the trail is in the order they end.
  for (const attempt of [
    () => world.signIn('anna', { password: 'wrong' }),
    () => world.signIn('nobody', { password: 'wrong' }),
    () => world.signIn('dora'),
    () => world.signIn('__proto__'),
  ]) {
    await attempt().catch(error => said.push({ ...(error as object), message: (error as Error).message }))
  }
  expect(said).toHaveLength(4)
  expect(new Set(said.map(each => JSON.stringify(each))).size).toBe(1)
  expect(said[0]).toMatchObject({ code: 'SIGN_IN_REFUSED', status: 401 })
  expect(
    world.trail.filter(({ action }) => action === 'session.refuse').map(({ object, reason }) => `${object} ${reason}`),
  ).toEqual(['user:anna wrong password', 'user:? unknown user', 'user:dora disabled', 'user:? unknown user'])
})

test('of 10,000 guesses at one account in an hour at most ten in 15 minutes reach the password, known name or not', async () => {
  for (const name of ['anna', 'nobody']) {
    const world = await house()
    const checked: number[] = []
    for (let i = 0; i < 10_000; i++) {
      const from = { ...FROM, address: `198.51.${i % 100}.${i % 250}` }
      const code = await outcome(world.signIn(name, { password: `guess ${i}` }, from))
      if (code === 'SIGN_IN_REFUSED') checked.push(world.time)
      else expect(code).toBe('ATTEMPTS_EXCEEDED')
      world.pass(360)
    }
    for (const from of checked) {
      expect(checked.filter(time => time >= from && time < from + 15 * MINUTE).length).toBeLessThanOrEqual(10)
    }
    expect(world.trail.length, 'a flood of guesses is no flood of records').toBeLessThan(250)
  }
})

test('a browser that was signed in before is let in while strangers guess; an admin can open the account to all', async () => {
  const world = await house()
  const { deviceToken } = await world.signIn('anna')
  for (let i = 0; i < 40; i++) {
    await outcome(world.signIn('anna', { password: 'guess' }, { ...FROM, address: `198.51.100.${i}` }))
    world.pass(20_000)
  }
  expect(await outcome(world.signIn('anna'))).toBe('ATTEMPTS_EXCEEDED')
  expect(await outcome(world.access.signIn({ name: 'anna', password: PASSWORD, deviceToken }, FROM))).toBe('done')

  await world.add('bert')
  const { deviceToken: another } = await world.signIn('bert')
  expect(
    await outcome(world.access.signIn({ name: 'anna', password: PASSWORD, deviceToken: another }, FROM)),
    'bert’s mark',
  ).toBe('ATTEMPTS_EXCEEDED')
  await world.access.changeUser('anna', { disabled: false }, { actor: 'os:test', session: '' }, FROM)
  expect(await outcome(world.signIn('anna'))).toBe('done')
})

test('a password hashed with less work is hashed anew when it is next given', async () => {
  const world = await house()
  const before = (await world.people.user('anna'))?.passwordHash
  const stronger = new Access({
    people: world.people,
    pepper: Buffer.alloc(32, 7),
    seal: text => text,
    open: text => text,
    now: () => world.time,
    passwordCost: { ...CHEAP, passes: 2 },
  })
  await stronger.signIn({ name: 'anna', password: PASSWORD }, FROM)
  const after = (await world.people.user('anna'))?.passwordHash
  expect(before).toContain('t=1')
  expect(after).toContain('t=2')
  await stronger.signIn({ name: 'anna', password: PASSWORD }, FROM)
  expect((await world.people.user('anna'))?.passwordHash).toBe(after)
})

test('a password that is changed while it is being checked lets nobody in', async () => {
  const world = await house()
  const read = world.people.user.bind(world.people)
  let reads = 0
  world.people.user = async name => {
    const user = await read(name)
    // First for the check, then for the change that lets in.
    return user !== undefined && ++reads === 2 ? { ...user, version: user.version + 1 } : user
  }
  expect(await outcome(world.signIn('anna'))).toBe('SIGN_IN_REFUSED')
  expect(await outcome(world.signIn('anna'))).toBe('done')
})

test('without anything, with garbage, with an empty bearer: nobody is signed in', async () => {
  const { access } = await house()
  const nothing = [
    {},
    { bearer: '' },
    { accessCookie: '' },
    { bearer: 'garbage' },
    { accessCookie: 'a.b.c' },
    { bearer: 'qt_x.y' },
  ]
  for (const given of nothing) expect(await outcome(access.identify({ ...given, address: '' }))).toBe('SIGN_IN_REQUIRED')
})

test('a bearer that is no good is not helped by a cookie that is', async () => {
  const world = await house()
  const { accessToken } = await world.signIn('anna')
  expect(await outcome(world.access.identify({ bearer: 'garbage', accessCookie: accessToken, address: '' }))).toBe(
    'SIGN_IN_REQUIRED',
  )
  expect((await world.access.identify({ bearer: accessToken, address: '' })).via).toBe('bearer')
})

test('access ends after five minutes and is renewed; a refresh token is no access token', async () => {
  const world = await house()
  const first = await world.signIn('anna')
  world.pass(5 * MINUTE + 30_000)
  expect(await outcome(world.identify(first))).toBe('ACCESS_EXPIRED')
  const next = await world.access.refresh(first.refreshToken, FROM)
  expect(await outcome(world.identify(next))).toBe('done')
  expect(next.identity.session).toBe(first.identity.session)
  expect(await outcome(world.access.identify({ bearer: next.refreshToken, address: '' }))).toBe('SIGN_IN_REQUIRED')
})

test('a refresh token that comes back ends the session for thief and owner, and the trail says so', async () => {
  const world = await house()
  const first = await world.signIn('anna')
  const second = await world.access.refresh(first.refreshToken, FROM)
  world.pass(MINUTE)
  expect(await outcome(world.access.refresh(first.refreshToken, FROM))).toBe('REFRESH_REUSED')
  expect(await outcome(world.access.refresh(second.refreshToken, FROM))).toBe('REFRESH_REFUSED')
  expect(await outcome(world.identify(second))).toBe('SESSION_ENDED')
  expect(world.ended).toEqual([`${first.identity.session} reused`])
  expect(world.trail.at(-1)).toMatchObject({ actor: 'anna', action: 'session.reuse', result: 'refused' })
})

test('fifty refreshes at once give one new token', async () => {
  const world = await house()
  const { refreshToken } = await world.signIn('anna')
  const all = await Promise.all(Array.from({ length: 50 }, () => world.access.refresh(refreshToken, FROM)))
  expect(new Set(all.map(each => each.refreshToken)).size).toBe(1)
})

test('who signs out is out at once, whatever tokens are left', async () => {
  const world = await house()
  const signedIn = await world.signIn('anna')
  await world.access.signOut(await world.identify(signedIn), FROM)
  expect(await outcome(world.identify(signedIn))).toBe('SESSION_ENDED')
  expect(await outcome(world.access.refresh(signedIn.refreshToken, FROM))).toBe('REFRESH_REFUSED')
  expect(world.ended).toEqual([`${signedIn.identity.session} signed-out`])
})

test('one ends sessions of one’s own, and nobody else’s', async () => {
  const world = await house('anna', 'bert')
  const [one, two, other] = [await world.signIn('anna'), await world.signIn('anna'), await world.signIn('bert')]
  await world.access.endSession(one.identity, two.identity.session, FROM)
  expect(await outcome(world.identify(two))).toBe('SESSION_ENDED')
  for (const id of [other.identity.session, two.identity.session, 'none', '']) {
    expect(await outcome(world.access.endSession(one.identity, id, FROM))).toBe('SESSION_NOT_FOUND')
  }
  expect(await outcome(world.identify(other))).toBe('done')
})

test('a sign-in is fresh for five minutes, and again when the password is given again', async () => {
  const world = await house()
  const who = (await world.signIn('anna')).identity
  world.pass(5 * MINUTE)
  expect(isFresh(who, world.time)).toBe(true)
  world.pass(1)
  expect(isFresh(who, world.time)).toBe(false)
  expect(await outcome(world.access.confirm(who, { password: 'wrong' }, FROM))).toBe('SIGN_IN_REFUSED')
  const again = await world.access.confirm(who, { password: PASSWORD }, FROM)
  expect(again.refreshToken, 'the one it has stays').toBeUndefined()
  expect(isFresh(await world.identify(again), world.time)).toBe(true)
  expect(again.identity.session).toBe(who.session)
})

test('a new password ends every session and every token of before; the one who changed it goes on with a new one', async () => {
  const world = await house()
  const [old, mine] = [await world.signIn('anna'), await world.signIn('anna')]
  const next = 'eleven quiet rivers flow'
  const wrong = world.access.changePassword(mine.identity, { current: 'wrong', next }, FROM)
  expect(await outcome(wrong)).toBe('SIGN_IN_REFUSED')
  const weak = world.access.changePassword(mine.identity, { current: PASSWORD, next: 'anna anna anna anna' }, FROM)
  expect(await outcome(weak)).toBe('PASSWORD_WEAK')

  const after = await world.access.changePassword(mine.identity, { current: PASSWORD, next }, FROM)
  expect(world.ended, 'open sockets hear of it at once').toEqual([
    `${mine.identity.session} replaced`,
    `${old.identity.session} user-changed`,
  ])
  for (const before of [old, mine]) {
    expect(await outcome(world.identify(before))).toBe('SESSION_ENDED')
    expect(await outcome(world.access.refresh(before.refreshToken, FROM))).toBe('REFRESH_REFUSED')
  }
  expect(await outcome(world.identify(after))).toBe('done')
  expect(after.identity.session).not.toBe(mine.identity.session)
  expect(isFresh(after.identity, world.time)).toBe(true)
  expect(after.sessionExpires, 'a session is not made longer so').toBe(mine.sessionExpires)
  expect(await outcome(world.signIn('anna'))).toBe('SIGN_IN_REFUSED')
  expect(await outcome(world.signIn('anna', { password: next }))).toBe('done')
})

test('an open socket asks who it belongs to now, and asking keeps nobody from becoming idle', async () => {
  const world = await house()
  const who = (await world.signIn('anna')).identity
  for (let i = 0; i < 29; i++) {
    world.pass(MINUTE)
    expect(await world.access.again(who)).toMatchObject({ user: 'anna' })
  }
  world.pass(MINUTE)
  await world.access.sweep()
  expect(world.ended).toEqual([`${who.session} idle`])
  expect(await world.access.again(who)).toBeUndefined()
})

test('a passive question does not keep a session alive; a request does', async () => {
  const world = await house()
  let signedIn = await world.signIn('anna')
  for (let i = 0; i < 20; i++) {
    world.pass(4 * MINUTE)
    signedIn = await world.access.refresh(signedIn.refreshToken, FROM)
    await world.identify(signedIn)
  }
  for (let i = 0; i < 7; i++) {
    world.pass(4 * MINUTE)
    await outcome(world.access.identify({ accessCookie: signedIn.accessToken, address: '', passive: true }))
  }
  world.pass(2 * MINUTE)
  expect(await outcome(world.access.refresh(signedIn.refreshToken, FROM))).toBe('REFRESH_REFUSED')
})

test('where the house asks for certificates, session and certificate are of the same person', async () => {
  const world = new AccessWorld({ requireCertificate: true })
  await world.add('anna')
  const enter = (certificate?: string) => world.access.signIn({ name: 'anna', password: PASSWORD, certificate }, FROM)
  expect(await outcome(enter())).toBe('CERTIFICATE_REQUIRED')
  expect(await outcome(enter('bert'))).toBe('CERTIFICATE_REQUIRED')
  const { accessToken, identity } = await enter('anna')
  const as = (certificate?: string) => outcome(world.access.identify({ accessCookie: accessToken, address: '', certificate }))
  expect([await as(), await as('bert'), await as('anna')]).toEqual(['CERTIFICATE_REQUIRED', 'CERTIFICATE_REQUIRED', 'done'])
  const { token } = await world.access.newToken(identity, { name: 't', scopes: ['read'], days: 1 }, FROM)
  expect(await outcome(world.access.identify({ bearer: token, address: '' }))).toBe('CERTIFICATE_REQUIRED')
})

test('where the house asks for certificates, its owner is not made without one', async () => {
  const world = new AccessWorld({ requireCertificate: true })
  const owner = { token: world.access.setupToken, name: 'olga', password: PASSWORD }
  expect(await outcome(world.access.createOwner(owner, FROM))).toBe('CERTIFICATE_REQUIRED')
  expect(await world.access.setupNeeded()).toBe(true)
  expect(await outcome(world.access.createOwner({ ...owner, certificate: 'olga' }, FROM))).toBe('done')
})

test('a certificate of somebody else is refused even where none is asked for', async () => {
  const world = await house()
  const { accessToken } = await world.signIn('anna')
  expect(await outcome(world.access.identify({ accessCookie: accessToken, address: '', certificate: 'bert' }))).toBe(
    'CERTIFICATE_REQUIRED',
  )
})

test('what cannot be recorded does not happen', async () => {
  let isBroken = false
  const world = new AccessWorld({
    on: () => {
      if (isBroken) throw new Error('the trail is full')
    },
  })
  await world.add('anna')
  const { identity } = await world.signIn('anna')
  isBroken = true
  const by = { actor: 'os:test', session: '' }
  expect(await outcome(world.signIn('anna'))).toContain('the trail is full')
  expect(await outcome(world.add('bert'))).toContain('the trail is full')
  expect(await outcome(world.access.changeUser('anna', { roles: ['admin'] }, by, FROM))).toContain('the trail is full')
  expect(await outcome(world.access.newToken(identity, { name: 't', scopes: ['read'], days: 1 }, FROM))).toContain(
    'the trail is full',
  )
  isBroken = false
  expect(await world.access.sessionsOf(identity)).toHaveLength(1)
  expect((await world.access.users()).map(({ name, roles }) => `${name} ${roles.join()}`)).toEqual(['anna read'])
  expect(await world.access.tokens(identity)).toEqual([])
})

test('the trail has who, from where and what, and never a secret', async () => {
  const world = new AccessWorld()
  const owner = await world.access.createOwner({ token: world.access.setupToken, name: 'olga', password: PASSWORD }, FROM)
  await world.access.addUser({ name: 'bert', password: `${PASSWORD} 2`, roles: ['read'] }, owner.identity, FROM)
  const { token } = await world.access.newToken(owner.identity, { name: 'export', scopes: ['read'], days: 1 }, FROM)
  await outcome(world.signIn('bert', { password: 'a wrong guess' }))
  await world.access.changeUser('bert', { password: `${PASSWORD} 3`, reason: 'forgotten' }, owner.identity, FROM)
  await world.access.signOut(owner.identity, FROM)

  expect(actions(world)).toEqual([
    'user.add done',
    'session.create done',
    'user.add done',
    'token.add done',
    'session.refuse refused',
    'user.change done',
    'session.end done',
  ])
  for (const entry of world.trail) expect(entry).toMatchObject({ address: '192.0.2.1', correlationId: 'c-1' })
  expect(world.trail.at(-1)).toMatchObject({ actor: 'olga', session: owner.identity.session })
  const text = JSON.stringify(world.trail)
  const secrets = [
    PASSWORD,
    'a wrong guess',
    '$argon2id',
    token.split('.')[1]!,
    owner.accessToken,
    owner.refreshToken!,
    world.access.setupToken,
  ]
  for (const secret of secrets) expect(text).not.toContain(secret)
})

test('preferences are kept with the person and end no session', async () => {
  const world = await house()
  const { identity } = await world.signIn('anna')
  expect(await world.access.preferences(identity)).toEqual({})
  await world.access.savePreferences(identity, { theme: 'dark', watchlist: ['EURUSD.OANDA'] })
  expect(await world.access.preferences(identity)).toEqual({ theme: 'dark', watchlist: ['EURUSD.OANDA'] })
  expect(await world.access.again(identity)).toBeDefined()
})
