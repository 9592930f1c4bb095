// Whether a key can be a real one: what it looks like, before anybody is asked. Says no only to what nobody was ever given.
import { createHash } from 'node:crypto'
import type { Environment, Need } from './source.ts'

/**
 * placeholder: copied from an example, or typed to fill the field · demo: for trying out only · wrong-environment: of the other
 * world, live or practice · suspect: unlikely to be random; only asking the source decides · unverified: nothing speaks against it.
 */
export type KeyStatus = 'placeholder' | 'demo' | 'wrong-environment' | 'suspect' | 'unverified'

export interface KeyFinding {
  readonly status: KeyStatus
  /** In words, without the key. */
  readonly evidence: readonly string[]
}

/** In a live environment these are refused. */
export const REFUSED_LIVE: ReadonlySet<KeyStatus> = new Set(['placeholder', 'demo', 'wrong-environment'])

/** Whole words of examples, wherever they stand: six letters and more do not come about by chance. */
const PHRASES =
  /your[-_ ]?(?:api|access|secret|client|token|key|account|own)|api[-_]?key|change[-_]?me|replace|example|sample|placeholder|insert|undefined|foobar|password|passphrase|my[-_](?:key|token|secret)|secret[-_]?key|abc123|x{6,}|\*{3,}|<[^>]+>|\$\{|\{\{|0x0{6}|dead[-_]?beef/i
/** Short words count only where they stand alone: four letters in a row do come about. */
const WORDS =
  /(?<![A-Za-z0-9])(?:fake|mock|dummy|todo|none|null|enter|here|xxxx+|secret|token|value|string|asdf|qwerty|letmein)(?![A-Za-z0-9])/i
/** And three letters come about even between two dashes: these count only where there is not much else. */
const SHORT_WORDS = /^(?:.{0,6}[^A-Za-z0-9])?(?:tbd|nil|n\/a|foo|bar|key|xxx)(?:[^A-Za-z0-9].{0,6})?$/i
/** Keys that work, and only for trying out. */
const DEMO = /(?<![A-Za-z0-9])(?:demo|sandbox|testing|tests?|trial|paper)(?![A-Za-z0-9])/i

/** SHA-256 of keys that vendors and standards print in their documentation. */
const DOCUMENTED: ReadonlySet<string> = new Set([
  // Binance's key and secret of the signed examples, Kraken's secret of its signature example.
  '5ba1ed8425baaa72d558afddb8aaacdfe29ad0dc1a44dae76640127e83626d29',
  '23e9efa3ced6e70c7f2dbe0d08295f18f94b0cbd5c6026677e3bc51897ee31f2',
  '98c0adc16caa135bf2c8732f2558ae4e3e03443c4d1a20b8974fed384ad505d8',
  // Tokens of RFC 6749 and RFC 6750.
  'b8e148545b13c78bc74da2f1a7275dd71e56ddece129d7d2f7b3ecc06f7994da',
  '00cf4c781dc37003f7c7dd7d4c9a6ef1e0f4c62d9a291aa8bc398774e3fefd32',
  '6c96130f130ab0d6d158397e24d2bcc1c9a5e73ae081f6e983f1c7b545d24a4c',
  // OANDA's token of its request examples, FRED's key of its client examples.
  '3d34716b828ca41341dccfe4e59ff63284153ff62e9ac32c74aacc204a05be38',
  'f6d527e6d01865481134f29788be2afe7fc3c702e1a55d7ceafac5f35199e8dc',
])

interface Mark {
  readonly variable: RegExp
  readonly practice: RegExp
  readonly live: RegExp
  readonly what: string
}

/** Keys and accounts that show which world they are of. */
const MARKS: readonly Mark[] = [
  { variable: /ALPACA/, practice: /^PK[A-Z0-9]{16,}$/, live: /^[AC]K[A-Z0-9]{16,}$/, what: 'the prefix' },
  { variable: /OANDA.*ACCOUNT/, practice: /^101-/, live: /^001-/, what: 'the account number' },
  { variable: /IBKR|INTERACTIVE/, practice: /^D[UF]\d+$/, live: /^[UF]\d+$/, what: 'the account number' },
  { variable: /FINNHUB/, practice: /^sandbox_/, live: /^(?!sandbox_)/, what: 'the prefix' },
  { variable: /MT5.*SERVER/, practice: /demo|trial|contest/i, live: /^(?!.*(?:demo|trial|contest))/i, what: 'the server name' },
]

/** Where `need` is not secret (an account number, a server name), structure says little and is not looked at. */
export function checkKey({ variable, secret, pattern }: Need, value: string, environment: Environment): KeyFinding {
  const shown = value.trim()
  if (DOCUMENTED.has(sha256(shown))) return finding('placeholder', 'it is printed in the documentation of a vendor or a standard')
  const mark = MARKS.find(each => each.variable.test(variable))
  const isMarked = mark !== undefined && mark.practice.test(shown) !== mark.live.test(shown)
  if (isMarked && mark.practice.test(shown) && environment === 'live') {
    return finding('wrong-environment', `${mark.what} says practice, and the environment is live`)
  }
  if (isMarked && mark.live.test(shown) && environment === 'practice') {
    return finding('wrong-environment', `${mark.what} says live, and the environment is practice`)
  }
  if (PHRASES.test(shown) || WORDS.test(shown) || SHORT_WORDS.test(shown)) {
    return finding('placeholder', 'it has the words of an example in it')
  }
  if (!isMarked && DEMO.test(shown)) return finding('demo', 'it says itself that it is for trying out')

  const doubts: string[] = []
  if (secret) {
    const shape = fillerShape(shown)
    if (shape !== undefined) return finding('placeholder', shape)
    doubts.push(...doubtsOfChance(shown))
  }
  if (value !== shown) doubts.push('there is white space around it')
  if (/^["'].*["']$/.test(shown)) doubts.push('there are quotation marks around it')
  if (pattern !== undefined && !pattern.test(shown)) doubts.push('it has not the form that such keys have')
  return doubts.length > 0 ? { status: 'suspect', evidence: doubts } : { status: 'unverified', evidence: [] }
}

/** What may be written about a key: enough to tell two apart, too little to use. */
export const keyMark = (value: string): string => `${sha256(value).slice(0, 8)}…${value.length > 8 ? value.slice(-2) : ''}`

const finding = (status: KeyStatus, evidence: string): KeyFinding => ({ status, evidence: [evidence] })

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

function fillerShape(value: string): string | undefined {
  if (value.length < 6) return 'it is too short for a key'
  for (let period = 1; period <= 4; period++) {
    if (value.length >= period * 3 && value === value.slice(0, period).repeat(value.length).slice(0, value.length)) {
      return period === 1 ? 'it is one character again and again' : `it repeats ${period} characters`
    }
  }
  const run = longestRun(value, 1)
  if (run >= 8 || longestRun(value, -1) >= 8) return 'it counts through the alphabet or the digits'
  return undefined
}

/** The longest stretch in which each character follows the one before it; '9' is followed by '0'. */
function longestRun(value: string, step: 1 | -1): number {
  let [longest, run] = [1, 1]
  for (let i = 1; i < value.length; i++) {
    const [before, here] = [value.charCodeAt(i - 1), value.charCodeAt(i)]
    const wraps = step === 1 ? before === 57 && here === 48 : before === 48 && here === 57
    run = here - before === step || wraps ? run + 1 : 1
    if (run > longest) longest = run
  }
  return longest
}

/** Bits in each character that random keys of this alphabet stay above, nearly always. Never a reason to refuse. */
function doubtsOfChance(value: string): string[] {
  const doubts: string[] = []
  const bits = shannonBits(value)
  const isHex = /^[0-9a-f-]{32,}$/.test(value)
  const isMixed = value.length >= 40 && /[a-z]/.test(value) && /[A-Z]/.test(value)
  const least = isHex ? 3 : isMixed ? 4.2 : value.length >= 20 ? 3.4 : 2
  if (bits < least) doubts.push(`it has ${bits.toFixed(1)} bits in a character, and random ones have more than ${least}`)
  if (/(.)\1{4}/.test(value)) doubts.push('one character stands five times in a row')
  return doubts
}

function shannonBits(value: string): number {
  const counts = new Map<string, number>()
  for (const character of value) counts.set(character, (counts.get(character) ?? 0) + 1)
  let bits = 0
  for (const count of counts.values()) bits -= (count / value.length) * Math.log2(count / value.length)
  return bits
}
