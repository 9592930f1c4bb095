// The second factor from its beginning to its end: no code is good twice, and losing the authenticator is no end.
import { generateSync } from 'otplib'
import { expect, test } from 'vitest'
import { AccessWorld, FROM, outcome, PASSWORD } from '../../test/access-world.ts'
import { isFresh } from './principal.ts'
import type { SignedIn } from './sign-in.ts'

const STEP = 30_000

const codeOf = (secret: string, { time }: AccessWorld, steps = 0): string =>
  generateSync({ secret, epoch: Math.floor(time / 1_000) + 30 * steps })

async function house(): Promise<{
  world: AccessWorld
  before: SignedIn
  after: SignedIn
  secret: string
  recoveryCodes: readonly string[]
}> {
  const world = new AccessWorld()
  await world.add('anna', ['trade'])
  const before = await world.signIn('anna')
  const { secret } = await world.access.beginSecondFactor(before.identity, FROM)
  const { recoveryCodes, signedIn } = await world.access.confirmSecondFactor(before.identity, codeOf(secret, world), FROM)
  world.pass(STEP)
  return { world, before, after: signedIn, secret, recoveryCodes }
}

test('until it is confirmed, nothing changes', async () => {
  const world = new AccessWorld()
  await world.add('anna')
  const { identity } = await world.signIn('anna')
  expect(await outcome(world.access.confirmSecondFactor(identity, '123456', FROM))).toBe('SECOND_FACTOR_ABSENT')
  const { secret, uri } = await world.access.beginSecondFactor(identity, FROM)
  expect(uri).toContain(secret)
  expect(await outcome(world.access.confirmSecondFactor(identity, codeOf(secret, world, 5), FROM))).toBe('CODE_WRONG')
  expect(await outcome(world.signIn('anna'))).toBe('done')
  expect((await world.access.users())[0]?.secondFactor).toBe(false)
})

test('beginning anew makes the secret of before worthless', async () => {
  const world = new AccessWorld()
  await world.add('anna')
  const { identity } = await world.signIn('anna')
  const first = await world.access.beginSecondFactor(identity, FROM)
  const second = await world.access.beginSecondFactor(identity, FROM)
  expect(await outcome(world.access.confirmSecondFactor(identity, codeOf(first.secret, world), FROM))).toBe('CODE_WRONG')
  expect(await outcome(world.access.confirmSecondFactor(identity, codeOf(second.secret, world), FROM))).toBe('done')
})

test('with it, the password alone is not enough, and both together are', async () => {
  const { world, secret } = await house()
  expect(await outcome(world.signIn('anna'))).toBe('SECOND_FACTOR_NEEDED')
  expect(await outcome(world.signIn('anna', { password: 'wrong', code: codeOf(secret, world) }))).toBe('SIGN_IN_REFUSED')
  expect(await outcome(world.signIn('anna', { code: codeOf(secret, world, 10) }))).toBe('SIGN_IN_REFUSED')
  expect(await outcome(world.signIn('anna', { code: codeOf(secret, world) }))).toBe('done')
})

test('a right password without its code is no failed attempt', async () => {
  const { world } = await house()
  for (let i = 0; i < 25; i++) expect(await outcome(world.signIn('anna'))).toBe('SECOND_FACTOR_NEEDED')
})

test('who does not know the password does not learn that there is one', async () => {
  const { world } = await house()
  expect(await outcome(world.signIn('anna', { password: 'wrong' }))).toBe('SIGN_IN_REFUSED')
})

test('a code is good once, also of twenty sign-ins at the same moment, and the one that confirmed is used up', async () => {
  const { world, secret } = await house()
  expect(await outcome(world.signIn('anna', { code: codeOf(secret, world, -1) })), 'it confirmed').toBe('SIGN_IN_REFUSED')
  const code = codeOf(secret, world)
  const known = (await world.signIn('anna', { code: codeOf(secret, world) })).deviceToken
  world.pass(STEP)
  const next = codeOf(secret, world)
  const all = await Promise.all(
    Array.from({ length: 5 }, () =>
      outcome(world.access.signIn({ name: 'anna', password: PASSWORD, code: next, deviceToken: known }, FROM)),
    ),
  )
  expect(all.filter(each => each === 'done')).toHaveLength(1)
  expect(await outcome(world.access.signIn({ name: 'anna', password: PASSWORD, code, deviceToken: known }, FROM))).not.toBe(
    'done',
  )
})

test('guessing codes is as slow as guessing passwords', async () => {
  const { world } = await house()
  let looked = 0
  for (let i = 0; i < 1_000; i++) {
    const code = String(i * 997).padStart(6, '0')
    const said = await outcome(world.signIn('anna', { code }, { ...FROM, address: `198.51.100.${i % 250}` }))
    if (said === 'SIGN_IN_REFUSED') looked++
    else expect(said).toBe('ATTEMPTS_EXCEEDED')
    world.pass(800) // 1,000 × 0.8 s are 800 s, less than 15 minutes
  }
  expect(looked).toBe(10)
})

test('each recovery code lets in once, with or without dashes, and is gone', async () => {
  const { world, recoveryCodes } = await house()
  expect(recoveryCodes).toHaveLength(10)
  for (const [i, code] of recoveryCodes.entries()) {
    const written = i % 2 === 0 ? code : code.replaceAll('-', '')
    expect(await outcome(world.signIn('anna', { code: written }))).toBe('done')
    world.pass(60_000)
    expect(await outcome(world.signIn('anna', { code }))).toBe('SIGN_IN_REFUSED')
    world.pass(15 * 60_000)
  }
  expect((await world.people.user('anna'))?.recoveryHashes).toEqual([])
})

test('the session that confirmed goes on under a new id; all others end', async () => {
  const world = new AccessWorld()
  await world.add('anna')
  const [other, mine] = [await world.signIn('anna'), await world.signIn('anna')]
  const { secret } = await world.access.beginSecondFactor(mine.identity, FROM)
  const { signedIn } = await world.access.confirmSecondFactor(mine.identity, codeOf(secret, world), FROM)
  expect(await outcome(world.identify(other))).toBe('SESSION_ENDED')
  expect(await outcome(world.identify(mine))).toBe('SESSION_ENDED')
  expect(await outcome(world.identify(signedIn))).toBe('done')
  expect(signedIn.reply.user.secondFactor).toBe(true)
  expect(signedIn.reply.csrf).not.toBe(mine.reply.csrf)
})

test('a fresh sign-in needs the code as well', async () => {
  const { world, after, secret } = await house()
  expect(await outcome(world.access.confirm(after.identity, { password: PASSWORD }, FROM))).toBe('SECOND_FACTOR_NEEDED')
  expect(await outcome(world.access.confirm(after.identity, { password: PASSWORD, code: codeOf(secret, world) }, FROM))).toBe(
    'done',
  )
})

test('changing the password is no way around the code', async () => {
  const { world, after } = await house()
  world.pass(6 * 60_000)
  const next = 'eleven quiet rivers flow'
  const changed = await world.access.changePassword(after.identity, { current: PASSWORD, next }, FROM)
  expect(changed.identity.signedIn).toBe(after.identity.signedIn)
  expect(isFresh(changed.identity, world.time)).toBe(false)
})

test('giving it up takes a code, not merely an open session', async () => {
  const { world, after, secret } = await house()
  expect(await outcome(world.access.beginSecondFactor(after.identity, FROM))).toBe('SECOND_FACTOR_PRESENT')
  expect(await outcome(world.access.dropSecondFactor(after.identity, codeOf(secret, world, 9), FROM))).toBe('CODE_WRONG')
  const without = await world.access.dropSecondFactor(after.identity, codeOf(secret, world), FROM)
  expect(without.reply.user.secondFactor).toBe(false)
  expect(await outcome(world.access.dropSecondFactor(without.identity, codeOf(secret, world), FROM))).toBe('SECOND_FACTOR_ABSENT')
  expect(await outcome(world.signIn('anna'))).toBe('done')
})

test('codes to give it up with cannot be guessed quickly either', async () => {
  const { world, after } = await house()
  const said = new Map<string, number>()
  for (let i = 0; i < 200; i++) {
    const code = await outcome(world.access.dropSecondFactor(after.identity, String(i * 4_999).padStart(6, '0'), FROM))
    said.set(code, (said.get(code) ?? 0) + 1)
    world.pass(4_000)
  }
  expect(said.get('CODE_WRONG')).toBe(10)
})

test('an admin clears a lost one', async () => {
  const { world, after } = await house()
  await world.access.changeUser(
    'anna',
    { secondFactor: false, reason: 'lost telephone' },
    { actor: 'os:test', session: '' },
    FROM,
  )
  expect(await outcome(world.identify(after))).toBe('SESSION_ENDED')
  expect(await outcome(world.signIn('anna'))).toBe('done')
})

test('neither secret nor recovery codes can be read from the store, and a sealed secret does not open as another user’s', async () => {
  const { world, secret, recoveryCodes } = await house()
  const anna = (await world.people.user('anna'))!
  const text = JSON.stringify(anna)
  for (const each of [secret, ...recoveryCodes, ...recoveryCodes.map(code => code.replaceAll('-', ''))])
    expect(text).not.toContain(each)

  await world.add('bert')
  const bert = (await world.people.user('bert'))!
  await world.people.saveUser({ ...bert, totpSecret: anna.totpSecret }, bert.version)
  expect(await outcome(world.signIn('bert', { code: codeOf(secret, world) }))).toContain('sealed for something else')
})
