// Whether a text can have come about by chance, as keys do: repetition and counting say no, statistics only raise a doubt.

/** In words what shows that nobody drew this at random; undefined where nothing does. */
export function fillerShape(value: string): string | undefined {
  if (value.length < 6) return 'it is too short for a key'
  const core = value.replace(/[^A-Za-z0-9]/g, '')
  if (core.length < 4) return 'it has no letters and digits to speak of'
  for (const text of new Set([value, core])) {
    for (let period = 1; period <= 8; period++) {
      if (text.length >= Math.max(6, period * (period <= 4 ? 2.5 : 3)) && isPeriodic(text, period)) {
        return period === 1 ? 'it is one character again and again' : `it repeats ${period} characters`
      }
    }
  }
  const distinct = new Set(core.toLowerCase()).size
  if ((core.length >= 16 && distinct <= 4) || (core.length >= 32 && distinct <= 6))
    return `it has only ${distinct} different characters`
  if (longestRun(core, 0) >= 8) return 'one character stands eight times in a row and more'
  if (longestRun(core, 1) >= 8 || longestRun(core, -1) >= 8) return 'it counts through the alphabet or the digits'
  const turns = longestInTurn(core)
  if (turns >= 12 || (turns >= 8 && turns >= core.length / 2)) return 'it counts through two alphabets in turn'
  if (core.length >= 6 && countingShare(core) >= 0.85) return 'it is put together from pieces that count'
  return undefined
}

const isPeriodic = (text: string, period: number): boolean =>
  text ===
  text
    .slice(0, period)
    .repeat(Math.ceil(text.length / period))
    .slice(0, text.length)

/** What follows 9 is 0 or a, and what follows z is a or 0. */
const AFTER: Readonly<Record<string, string>> = { '9': '0a', z: 'a0' }

const follows = (before: string, here: string, step: number): boolean => {
  if (step === 0) return before === here
  if (step < 0) return follows(here, before, -step)
  return here.charCodeAt(0) - before.charCodeAt(0) === step || (AFTER[before]?.includes(here) ?? false)
}

/** The longest stretch in which each character follows the one before it by `step`. */
function longestRun(value: string, step: number): number {
  const text = value.toLowerCase()
  let [longest, run] = [1, 1]
  for (let i = 1; i < text.length; i++) {
    run = follows(text[i - 1]!, text[i]!, step) ? run + 1 : 1
    if (run > longest) longest = run
  }
  return longest
}

/** The longest stretch of two sequences shuffled like cards, each counting or standing still: 'a1b2c3d4', 'a1a2a3a4'. */
function longestInTurn(value: string): number {
  const text = value.toLowerCase()
  const steps = [...text].map((here, i) => (i < 2 ? undefined : [1, -1, 0].find(step => follows(text[i - 2]!, here, step))))
  let [longest, run, counts] = [2, 2, false]
  for (let i = 2; i < text.length; i++) {
    const goesOn = steps[i] !== undefined && (run < 4 || steps[i] === steps[i - 2])
    run = goesOn ? run + 1 : steps[i] === undefined ? 2 : 3
    counts = goesOn ? counts || steps[i] !== 0 : false
    if (counts && run > longest) longest = run
  }
  return longest
}

/** How much of it is in pieces of three and more that count up, count down or stand still. */
function countingShare(value: string): number {
  const text = value.toLowerCase()
  let counted = 0
  for (let at = 0; at < text.length; ) {
    const lengths = [1, -1, 0].map(step => {
      let length = 1
      while (at + length < text.length && follows(text[at + length - 1]!, text[at + length]!, step)) length++
      return length
    })
    const longest = Math.max(...lengths)
    if (longest >= 3) counted += longest
    at += longest >= 3 ? longest : 1
  }
  return counted / text.length
}

/** Reasons to doubt that chance made it, such as fewer than one in a thousand random keys has. Never a reason to refuse. */
export function doubtsOfChance(value: string): string[] {
  const core = value.replace(/[^A-Za-z0-9]/g, '')
  if (core.length < 12) return []
  const doubts: string[] = []
  const alphabet = alphabetOf(core)
  const bits = shannonBits(core)
  const least = leastBits(alphabet.size, core.length)
  if (bits < least)
    doubts.push(`it has ${bits.toFixed(1)} bits in a character, and random ones have more than ${least.toFixed(1)}`)

  const run = longestRun(core, 0)
  // The chance that some stretch of this length is one character: places × alphabet^-(length − 1).
  if (run >= 4 && core.length * alphabet.size ** (1 - run) < 1e-4) doubts.push(`one character stands ${run} times in a row`)
  if (classesAreOdd(core, alphabet)) doubts.push('its letters and digits are not mixed as chance mixes them')
  const word = WORD.exec(core.toLowerCase())?.[0]
  if (word !== undefined) doubts.push('there is an English word in it')
  return doubts
}

/** Words of six letters and more that people put into what they think up. */
const WORD =
  /account|alpaca|balance|battery|binance|bitcoin|blockchain|broker|butterfly|coinbase|company|computer|correct|crypto|default|diamond|dollar|dragon|ethereum|exchange|finnhub|finance|football|freedom|hedgefund|iloveyou|internet|investor|kraken|london|market|master|michael|million|monkey|oracle|orange|polygon|portfolio|princess|private|profit|project|quadrant|random|rocket|sandwich|server|service|shadow|silver|starwars|strategy|summer|sunshine|superman|system|trader|trading|trustno|welcome|whatever|winter|wizard|wallet|zurich/

interface Alphabet {
  readonly size: number
  readonly digits: number
  readonly lower: number
  readonly upper: number
}

const ALPHABETS: readonly (readonly [pattern: RegExp, alphabet: Alphabet])[] = [
  [/^\d+$/, { size: 10, digits: 10, lower: 0, upper: 0 }],
  [/^[0-9a-f]+$/, { size: 16, digits: 10, lower: 6, upper: 0 }],
  [/^[0-9A-F]+$/, { size: 16, digits: 10, lower: 0, upper: 6 }],
  [/^[A-Z2-7]+$/, { size: 32, digits: 6, lower: 0, upper: 26 }],
  [/^[0-9a-v]+$/, { size: 32, digits: 10, lower: 22, upper: 0 }],
  [/^[0-9a-z]+$/, { size: 36, digits: 10, lower: 26, upper: 0 }],
  [/^[0-9A-Z]+$/, { size: 36, digits: 10, lower: 0, upper: 26 }],
]
const LARGEST: Alphabet = { size: 62, digits: 10, lower: 26, upper: 26 }

const alphabetOf = (core: string): Alphabet => ALPHABETS.find(([pattern]) => pattern.test(core))?.[1] ?? LARGEST

/**
 * What nearly all random texts of this length stay above. Mean and spread of the entropy of n draws out of a: the mean falls short
 * of log2 of whichever is smaller, and four to five tenths of a bit below it there is next to nothing.
 */
function leastBits(size: number, length: number): number {
  // Expected distinct characters of n draws: a(1 − (1 − 1/a)^n).
  const distinct = size * (1 - (1 - 1 / size) ** length)
  return Math.log2(distinct) * (length < 24 ? 0.74 : 0.79)
}

function shannonBits(value: string): number {
  const counts = new Map<string, number>()
  for (const character of value) counts.set(character, (counts.get(character) ?? 0) + 1)
  let bits = 0
  for (const count of counts.values()) bits -= (count / value.length) * Math.log2(count / value.length)
  return bits
}

/** Pearson's chi-square of digits, small and capital letters; above its value for one in 100,000 with two degrees of freedom. */
function classesAreOdd(core: string, { size, digits, lower, upper }: Alphabet): boolean {
  const seen = [/[0-9]/g, /[a-z]/g, /[A-Z]/g].map(pattern => core.match(pattern)?.length ?? 0)
  let square = 0
  for (const [index, letters] of [digits, lower, upper].entries()) {
    const expected = (core.length * letters) / size
    if (expected > 0) square += (seen[index]! - expected) ** 2 / expected
  }
  return square > 23
}
