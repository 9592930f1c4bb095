// Passwords guessed by the ten thousand: how much work the house does for it, what it tells, and who is locked out.
import { beforeEach, describe, expect, test, vi } from 'vitest'
import type { Circumstances } from '../../src/access/principal.ts'
import { AccessWorld, FROM, outcome, PASSWORD } from '../access-world.ts'

const work = vi.hoisted(() => ({ checks: 0 }))
vi.mock('node:crypto', async original => {
  const crypto = await original<typeof import('node:crypto')>()
  const argon2 = (...given: Parameters<typeof crypto.argon2>) => {
    work.checks++
    return crypto.argon2(...given)
  }
  return { ...crypto, argon2 }
})

const MINUTES_15 = 15 * 60_000
const GUESSES = 10_000

let world: AccessWorld
beforeEach(async () => {
  world = new AccessWorld()
  await world.add('anna', ['admin', 'trade'], ['*'])
  await world.add('bert')
  work.checks = 0
})

const from = (i: number): Circumstances => ({ ...FROM, address: `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}` })
const guess = (name: string, at: Circumstances, more: { readonly deviceToken?: string } = {}) =>
  outcome(world.access.signIn({ name, password: 'a wrong guess at it', ...more }, at))

describe('ten thousand guesses at one account are at most ten checks of its password in 15 minutes', () => {
  test.each<readonly [string, (i: number) => Circumstances]>([
    ['from one address', () => FROM],
    ['each from another address', from],
  ])('%s', async (_where, at) => {
    const checked: number[] = []
    for (let i = 0; i < GUESSES; i++) {
      const before = work.checks
      await guess('anna', at(i))
      for (let n = before; n < work.checks; n++) checked.push(world.time)
      // Spread over an hour.
      world.pass(360)
    }

    const most = Math.max(...checked.map(time => checked.filter(other => other >= time && other < time + MINUTES_15).length))
    expect(most).toBeLessThanOrEqual(10)
    // An hour is four times 15 minutes, and one window may begin anew at its edge.
    expect(checked.length).toBeLessThanOrEqual(50)
  })

  test('all at the same moment', async () => {
    const said = await Promise.all(Array.from({ length: GUESSES }, (_, i) => guess('anna', from(i))))
    expect(work.checks).toBeLessThanOrEqual(10)
    expect(said.filter(code => code === 'done')).toEqual([])
  })

  test('with names that are the same to us', async () => {
    for (let i = 0; i < 200; i++) await guess(['anna', 'Anna', 'ANNA', 'aNNa'][i % 4]!, from(i))
    expect(work.checks).toBeLessThanOrEqual(10)
  })

  test('with marks of devices that nobody gave', async () => {
    for (let i = 0; i < 200; i++) await guess('anna', from(i), { deviceToken: `made-up-${i}.${'A'.repeat(43)}` })
    expect(work.checks).toBeLessThanOrEqual(10)
  })
})

test('ten thousand accounts tried once each from one address are at most thirty checks a minute', async () => {
  for (let i = 0; i < GUESSES; i++) await guess(`user${i}`, FROM)
  expect(work.checks).toBeLessThanOrEqual(30)
})

test('ten thousand accounts tried once each from ten thousand addresses are at most three hundred checks a minute', async () => {
  for (let i = 0; i < GUESSES; i++) await guess(`user${i}`, from(i))
  expect(work.checks).toBeLessThanOrEqual(300)
})

test('the owner is not locked out by it: the device that was there before still lets in', async () => {
  const { deviceToken } = await world.signIn('anna')
  for (let i = 0; i < 500; i++) await guess('anna', from(i))
  expect(await guess('anna', FROM), 'a stranger is').toBe('ATTEMPTS_EXCEEDED')

  const back = await outcome(world.access.signIn({ name: 'anna', password: PASSWORD, deviceToken: deviceToken! }, from(7)))
  expect(back).toBe('done')
})

test('the mark of one user’s device is none for another', async () => {
  const { deviceToken } = await world.signIn('bert')
  for (let i = 0; i < 100; i++) await guess('anna', from(i), { deviceToken: deviceToken! })
  expect(work.checks - 1).toBeLessThanOrEqual(10)
})

test('a name that exists costs as much work as one that does not, and is told the same', async () => {
  const told: unknown[] = []
  for (const name of ['anna', 'nobody', 'disabled', "'; DROP TABLE users; --", '__proto__', 'ANNA ']) {
    if (name === 'disabled') {
      await world.add('disabled')
      await world.access.changeUser('disabled', { disabled: true }, { actor: 'os:test', session: '' }, FROM)
    }
    work.checks = 0
    const error = await world.access.signIn({ name, password: 'a wrong guess at it' }, FROM).catch((thrown: unknown) => thrown)
    const { code, message, fix, status } = error as { code: string; message: string; fix: string; status: number }
    told.push({ code, message, fix, status, checks: work.checks })
  }
  expect(new Set(told.map(each => JSON.stringify(each))).size).toBe(1)
  expect(told[0]).toMatchObject({ code: 'SIGN_IN_REFUSED', status: 401, checks: 1 })
})

test('who knows the password of a disabled account is told nothing else', async () => {
  await world.access.changeUser('bert', { disabled: true }, { actor: 'os:test', session: '' }, FROM)
  expect(await outcome(world.signIn('bert'))).toBe('SIGN_IN_REFUSED')
  expect(work.checks).toBe(1)
})
