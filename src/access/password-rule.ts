// Which passwords are taken: long ones that are not made of what everybody would guess first. No rules of composition.
import { AccessError } from './access-error.ts'

export const PASSWORD_SHORTEST = 15
export const PASSWORD_LONGEST = 128
/** What has to be left of a password without the parts that are guessed first. */
const LEFT_AT_LEAST = 8
const DISTINCT_AT_LEAST = 6

/** What the commonest passwords of published leaks are put together from, longest first where one holds another. */
// biome-ignore format: a list of words reads as a block
const COMMON = [
  'correcthorsebatterystaple', 'administrator', 'thequickbrownfox', 'liverpool', 'basketball', 'butterfly', 'chocolate',
  'superman', 'trustno', 'whatever', 'starwars', 'sunshine', 'princess', 'football', 'baseball', 'computer', 'internet', 'iloveyou',
  'passphrase', 'passwort', 'password', 'passw', 'michelle', 'jennifer', 'charlie', 'letmein', 'welcome', 'default', 'changeme', 'freedom',
  'michael', 'jordan', 'ashley', 'shadow', 'master', 'dragon', 'monkey', 'killer', 'batman', 'summer', 'winter', 'spring', 'autumn',
  'secret', 'trading', 'trader', 'market', 'bitcoin', 'access', 'qazwsx', 'qwerty', 'azerty', 'server', 'hunter', 'ninja', 'hello',
  'login', 'admin', 'guest', 'test', 'root', 'user', 'love', 'pass', 'word', 'god', 'the', 'and', 'you', 'my',
]

/** Rows of keyboards and of the alphabet: three neighbours in a row are one guess. */
// biome-ignore format: a list of words reads as a block
const ROWS = [
  'abcdefghijklmnopqrstuvwxyz', '01234567890', 'qwertyuiop', 'asdfghjkl', 'zxcvbnm', 'qwertzuiop', 'yxcvbnm', 'azertyuiop', 'qsdfghjklm',
  '1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p', '!@#$%^&*()', '!"§$%&/()=',
]

const DISGUISES: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  $: 's',
  '!': 'i',
}

/** Throws AccessError PASSWORD_WEAK, saying why. `user`: a password does not count what is written next to it. */
export function checkPassword(password: string, user: string): void {
  const why = weakness(password, user)
  if (why === undefined) return
  throw new AccessError('PASSWORD_WEAK', {
    status: 400,
    message: `this password ${why}`,
    fix: `take ${PASSWORD_SHORTEST} to ${PASSWORD_LONGEST} characters that nobody would guess: four or five unrelated words, or what a password manager makes`,
  })
}

function weakness(password: string, user: string): string | undefined {
  const text = password.normalize('NFKC')
  const length = [...text].length
  if (length < PASSWORD_SHORTEST) return `has ${length} characters, fewer than ${PASSWORD_SHORTEST}`
  if (length > PASSWORD_LONGEST) return `has ${length} characters, more than ${PASSWORD_LONGEST}`

  const plain = text.toLowerCase()
  const unit = repeatedUnit(plain)
  if (unit !== undefined) return 'is one piece written again and again'
  if (new Set(plain).size < DISTINCT_AT_LEAST) return 'has too few different characters'

  const context = [...user.split(/[._-]/), user, 'quadrant'].filter(word => word.length >= 3)
  const holds = context.find(word => word.length >= 4 && (plain.includes(word) || undisguised(plain).includes(word)))
  if (holds !== undefined) return `contains ${holds === 'quadrant' ? "'quadrant'" : "the user's name"}`
  const left = Math.min(leftOf(plain, context), leftOf(undisguised(plain), context))
  return left < LEFT_AT_LEAST ? 'is made of what is guessed first: common words, rows of keys, numbers in order' : undefined
}

/** 'abcabcabcabcabc' and 'abcabcabcabcabca' are 'abc'. Undefined when nothing shorter than half of it repeats. */
function repeatedUnit(text: string): string | undefined {
  for (let length = 1; length <= text.length / 2; length++) {
    const unit = text.slice(0, length)
    if (unit.repeat(Math.ceil(text.length / length)).startsWith(text)) return unit
  }
  return undefined
}

const undisguised = (text: string): string => [...text].map(character => DISGUISES[character] ?? character).join('')

/** How many characters are not part of a common word, a row, a repetition or a year. */
function leftOf(text: string, context: readonly string[]): number {
  let left = text
  for (const word of [...context, ...COMMON]) left = left.replaceAll(word, ' ')
  left = left.replace(/(?:19|20)\d\d/g, ' ').replace(/(.)\1\1+/g, ' ')
  return [...withoutRows(left)].filter(character => !/[\s\p{P}\p{S}]/u.test(character)).length
}

function withoutRows(text: string): string {
  const isStep = (a: string, b: string) =>
    ROWS.some(row => row.includes(a + b) || row.includes(b + a)) && /\S/.test(a) && /\S/.test(b)
  const characters = [...text]
  let kept = ''
  for (let at = 0; at < characters.length; ) {
    let end = at
    while (end + 1 < characters.length && isStep(characters[end]!, characters[end + 1]!)) end++
    if (end - at < 2) kept += characters[at++]
    else {
      kept += ' '
      at = end + 1
    }
  }
  return kept
}
