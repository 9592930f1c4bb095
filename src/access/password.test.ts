// Passwords at rest: Argon2id as RFC 9106 has it, behind a pepper, a few at a time.
import { argon2Sync, createHmac, hkdfSync, randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { PASSWORD_COST, Passwords } from './password.ts'

const CHEAP = { memoryKibibytes: 8, passes: 1, lanes: 1 }
const pepper = Buffer.alloc(32, 9)
const passwords = (cost = CHEAP, spice = pepper) => new Passwords({ pepper: spice, random: randomBytes, cost })

test('the machine’s Argon2id gives the tag of RFC 9106 §5.3', () => {
  const tag = argon2Sync('argon2id', {
    message: Buffer.alloc(32, 1),
    nonce: Buffer.alloc(16, 2),
    secret: Buffer.alloc(8, 3),
    associatedData: Buffer.alloc(12, 4),
    memory: 32,
    passes: 3,
    parallelism: 4,
    tagLength: 32,
  })
  expect(tag.toString('hex')).toBe('0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659')
})

test('a hash is Argon2id over HMAC-SHA-256 of the password under the pepper, in the PHC form', async () => {
  const hash = await passwords().hash('correct horse')
  const [, name, version, cost, salt = '', tag] = hash.split('$')
  expect([name, version, cost]).toEqual(['argon2id', 'v=19', 'm=8,t=1,p=1'])

  const key = Buffer.from(hkdfSync('sha256', pepper, '', 'quadrant password', 32))
  const expected = argon2Sync('argon2id', {
    message: createHmac('sha256', key).update('correct horse').digest(),
    nonce: Buffer.from(salt, 'base64'),
    memory: 8,
    passes: 1,
    parallelism: 1,
    tagLength: 32,
  })
  expect(tag).toBe(expected.toString('base64').replace(/=+$/, ''))
})

test('what is used where nothing else is said is 64 MiB, three passes, one lane', () => {
  expect(PASSWORD_COST).toEqual({ memoryKibibytes: 64 * 1024, passes: 3, lanes: 1 })
})

test('the right password is right, in whichever form its characters are written, and another is not', async () => {
  const hash = await passwords().hash('caf\u00e9 au lait, deux sucres')
  expect(await passwords().verify('cafe\u0301 au lait, deux sucres', hash), 'the accent as a character of its own').toBe(true)
  expect(await passwords().verify('cafe au lait, deux sucres', hash)).toBe(false)
  expect(await passwords().verify('', hash)).toBe(false)
})

test('the same password has another hash each time, and none without the pepper', async () => {
  const [one, two] = [await passwords().hash('the same'), await passwords().hash('the same')]
  expect(one).not.toBe(two)
  expect(await passwords(CHEAP, Buffer.alloc(32, 8)).verify('the same', one)).toBe(false)
})

test('a text that is no hash matches nothing', async () => {
  const broken = ['', 'plain', '$argon2i$v=19$m=8,t=1,p=1$c2FsdHNhbHRzYWx0c2FsdA$dGFn', '$2b$12$abcdefghijklmnopqrstuv']
  for (const hash of broken) expect(await passwords().verify('plain', hash)).toBe(false)
  expect(await passwords().refuse('anything')).toBe(false)
})

test('a hash made with less work is outdated, one with as much or more is not', async () => {
  const hash = await passwords().hash('x')
  expect(passwords().isOutdated(hash)).toBe(false)
  expect(passwords({ ...CHEAP, passes: 2 }).isOutdated(hash)).toBe(true)
  expect(passwords({ ...CHEAP, memoryKibibytes: 16 }).isOutdated(hash)).toBe(true)
  expect(passwords().isOutdated(await passwords({ ...CHEAP, passes: 4 }).hash('x'))).toBe(false)
  expect(await passwords({ ...CHEAP, passes: 2 }).verify('x', hash), 'until then it is checked with its own').toBe(true)
})

test('two are worked on and twenty wait; the next is told to come back, and afterwards all is well', async () => {
  const house = passwords()
  const asked = Array.from({ length: 30 }, () =>
    house.hash('x').then(
      () => 'done',
      error => error.code as string,
    ),
  )
  const answers = await Promise.all(asked)
  expect(answers.filter(answer => answer === 'done')).toHaveLength(22)
  expect(answers.filter(answer => answer === 'PASSWORD_CHECK_BUSY')).toHaveLength(8)
  expect(await house.verify('x', await house.hash('x'))).toBe(true)
})
