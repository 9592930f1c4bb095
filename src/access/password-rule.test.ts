// Which passwords are taken.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { checkPassword } from './password-rule.ts'

const verdict = (password: string, user = 'anna'): string => {
  try {
    checkPassword(password, user)
    return 'taken'
  } catch (error) {
    const { code, message } = error as { code: string; message: string }
    return code === 'PASSWORD_WEAK' ? message.replace('this password ', '') : code
  }
}

test.each([
  'correct rhinoceros lamp velvet',
  'v9#Lq0zT!mW4xEr7',
  'Ich aß gestern drei Äpfel',
  '彼は昨日、赤い自転車で海まで走っていきました',
  'tulip-engine-cobalt-fern',
  'k3yboard cats dislike rain',
])('a long password that nobody guesses is taken: %s', password => {
  expect(verdict(password)).toBe('taken')
})

test('no mixture of kinds of characters is asked for', () => {
  expect(verdict('umbrella giraffe quietly novel')).toBe('taken')
})

test.each([
  ['short words', 'has 11 characters'],
  ['x'.repeat(129), 'has 129 characters'],
  ['aaaaaaaaaaaaaaaa', 'again and again'],
  ['abcabcabcabcabcabc', 'again and again'],
  ['passwordpassword', 'again and again'],
  ['Zebra7!Zebra7!Zebra7!', 'again and again'],
  ['aabbaabbabababba', 'too few different'],
  ['123456789012345', 'guessed first'],
  ['abcdefghijklmnop', 'guessed first'],
  ['qwertyuiopasdfgh', 'guessed first'],
  ['1qaz2wsx3edc4rfv', 'guessed first'],
  ['password12345678', 'guessed first'],
  ['Passw0rd!2024!!', 'guessed first'],
  ['iloveyou123456789', 'guessed first'],
  ['letmein123letmein123!', 'guessed first'],
  ['correcthorsebatterystaple', 'guessed first'],
  ['Administrator2024', 'guessed first'],
  ['welcome-welcome-1', 'guessed first'],
  ['my trading password 1', 'guessed first'],
])('%s is not: it %s', (password, why) => {
  expect(verdict(password)).toContain(why)
})

test('neither the user’s name nor the house’s may be in it, disguised or not', () => {
  expect(verdict('annabelle sings lowly tonight', 'annabelle')).toContain('the user’s name'.replace('’', "'"))
  expect(verdict('lovely Ann4belle sings tonight', 'annabelle')).toContain("the user's name")
  expect(verdict('my quadrant of a blue moon')).toContain("'quadrant'")
  expect(verdict('Qu4dr4nt of a blue moonlit sea')).toContain("'quadrant'")
  expect(verdict('an ox and a yak ploughed on', 'an'), 'a name of two letters is in everything').toBe('taken')
})

test('whatever is typed there is an answer, and never a password shorter than fifteen characters', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 140 }), fc.string({ maxLength: 40 }), (password, user) => {
      const said = verdict(password, user)
      if (said === 'taken') expect([...password.normalize('NFKC')].length).toBeGreaterThanOrEqual(15)
    }),
  )
})

test('random passwords of a manager are taken', () => {
  const character = fc.constantFrom(...'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789-_.!')
  let refused = 0
  fc.assert(
    fc.property(fc.string({ unit: character, minLength: 24, maxLength: 24 }), password => {
      if (verdict(password) !== 'taken') refused++
    }),
    { numRuns: 500 },
  )
  // fast-check likes to repeat characters, which chance does not.
  expect(refused).toBeLessThan(50)
})
