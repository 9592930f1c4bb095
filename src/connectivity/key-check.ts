// Whether a key can be a real one: what it looks like, before anybody is asked. Says no only to what nobody was ever given.
import { isDocumented, sha256 } from './documented-keys.ts'
import { doubtsOfChance, fillerShape } from './key-chance.ts'
import { exampleWords } from './key-words.ts'
import type { Environment, Need } from './source.ts'

/**
 * placeholder: copied from an example, or typed to fill the field · demo: for trying out only · wrong-environment: of the other
 * world, live or practice · expired: says itself until when it is good, and that is over · suspect: unlikely to be random; only
 * asking the source decides · unverified: nothing speaks against it.
 */
export type KeyStatus = 'placeholder' | 'demo' | 'wrong-environment' | 'expired' | 'suspect' | 'unverified'

/** Which rule spoke: what is said instead of the key. */
export type KeyRule =
  | 'documented'
  | 'words'
  | 'filler'
  | 'trial'
  | 'mark'
  | 'expiry'
  | 'quotes'
  | 'form'
  | 'chance'
  | 'space'
  | 'none'

export interface KeyFinding {
  readonly status: KeyStatus
  readonly rule: KeyRule
  /** In words, without the key. */
  readonly evidence: readonly string[]
}

/** In a live environment these are refused. */
export const REFUSED_LIVE: ReadonlySet<KeyStatus> = new Set(['placeholder', 'demo', 'wrong-environment', 'expired'])

interface Mark {
  readonly variable: RegExp
  readonly practice: RegExp
  readonly live: RegExp
  readonly what: string
}

/** Keys and accounts that show which world they are of. */
const MARKS: readonly Mark[] = [
  { variable: /ALPACA|APCA/, practice: /^PK[A-Z0-9]{14,}$/, live: /^[AC]K[A-Z0-9]{14,}$/, what: 'the prefix' },
  { variable: /OANDA.*ACCOUNT/, practice: /^101-/, live: /^001-/, what: 'the account number' },
  { variable: /IBKR|INTERACTIVE|^IB_|^TWS_/, practice: /^D[UFI]\d+$/, live: /^[UFI]\d+$/, what: 'the account number' },
  { variable: /FINNHUB/, practice: /^sandbox_/, live: /^(?!sandbox_)/, what: 'the prefix' },
  { variable: /IEX/, practice: /^T[ps]k_/, live: /^[ps]k_/, what: 'the prefix' },
  {
    variable: /(?:MT[45]|METATRADER).*SERVER/,
    practice: /demo|trial|contest|practice/i,
    live: /^(?!.*(?:demo|trial|contest|practice))/i,
    what: 'the server name',
  },
]

/** Letters that belong to the form of a key and are the same in everybody's: they are not read as words. */
const FORMS: readonly RegExp[] = [
  /^organizations\/(?=[0-9a-f-]{36})|\/apiKeys\/(?=[0-9a-f-]{36}$)/g,
  /-----(?:BEGIN|END) [A-Z ]*(?:PRIVATE|PUBLIC) KEY-----/g,
  /^Bearer /,
]

/** Where `need` is not secret (an account number, a server name), structure says little and is not looked at. */
export function checkKey(
  { variable, secret, pattern }: Need,
  value: string,
  environment: Environment,
  now = Date.now(),
): KeyFinding {
  const shown = value.trim()
  const bare = unquoted(shown)
  if (isDocumented(shown) || isDocumented(bare)) {
    return finding('placeholder', 'documented', 'it is printed in the documentation of a vendor or a standard')
  }
  const mark = MARKS.find(each => each.variable.test(variable))
  const isMarked = mark !== undefined && mark.practice.test(bare) !== mark.live.test(bare)
  const core = FORMS.reduce((text, form) => text.replace(form, ''), bare).trim()
  const isPem = bare.startsWith('-----BEGIN ')
  const body = isPem ? core.replace(/\s|\\n/g, '') : core
  // Of a real one the body is a long run of base64, in which words come about and mean nothing.
  const isBody = isPem && /^[A-Za-z0-9+/]{60,}={0,2}$/.test(body)

  const words = isBody ? undefined : exampleWords(core, { variable, secret })
  const shape = secret ? fillerShape(withoutPrefix(body)) : ACCOUNTS.test(variable) ? accountShape(bare) : undefined
  if (words?.status === 'placeholder') return finding('placeholder', 'words', words.evidence)
  if (shape !== undefined && words === undefined) return finding('placeholder', 'filler', shape)
  if (isMarked && mark.practice.test(bare) && environment === 'live') {
    return finding('wrong-environment', 'mark', `${mark.what} says practice, and the environment is live`)
  }
  if (isMarked && mark.live.test(bare) && environment === 'practice') {
    return finding('wrong-environment', 'mark', `${mark.what} says live, and the environment is practice`)
  }
  // Of a practice world's own keys nobody needs to hear that they are for trying out.
  if (words !== undefined && !(isMarked && mark.practice.test(bare))) return finding('demo', 'trial', words.evidence)
  const token = tokenIn(bare)
  if (token?.['sub'] === '1234567890') return finding('placeholder', 'documented', 'it is the token that documentation shows')
  const expiry = expiryOf(token)
  if (expiry !== undefined && expiry <= now) {
    return finding('expired', 'expiry', `it was good until ${new Date(expiry).toISOString().slice(0, 16)}Z`)
  }

  const doubts: (readonly [KeyRule, string])[] = []
  if (bare !== shown) doubts.push(['quotes', 'there are quotation marks around it'])
  if (value !== shown && !isPem) doubts.push(['space', 'there is white space around it'])
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (!isPem && /[\x00-\x1f\x7f]|[^\x00-\x7f]/.test(bare)) doubts.push(['form', 'there are characters in it that no key has'])
  if (pattern !== undefined && !pattern.test(shown)) doubts.push(['form', 'it has not the form that such keys have'])
  if (secret && !isPem && token === undefined) doubts.push(...doubtsOfChance(core).map(doubt => ['chance', doubt] as const))
  const [first] = doubts
  if (first === undefined) return { status: 'unverified', rule: 'none', evidence: [] }
  return { status: 'suspect', rule: first[0], evidence: doubts.map(([, evidence]) => evidence) }
}

/** What may be written about a key: enough to tell two apart, too little to use. Of a short one nothing of itself. */
export const keyMark = (value: string): string => `${keyFingerprint(value)}${value.length >= 16 ? `…${value.slice(-2)}` : ''}`

/** Eight hexadecimal digits of its SHA-256. */
export const keyFingerprint = (value: string): string => sha256(value).slice(0, 8)

const ACCOUNTS = /ACCOUNT|LOGIN/

/** Numbers of accounts are given in order, and yet nobody is given 0000000. */
const accountShape = (text: string): string | undefined =>
  /^\D{0,2}(\d)\1{4,}$/.test(text) ? 'it was typed to fill the field' : undefined

const finding = (status: KeyStatus, rule: KeyRule, evidence: string): KeyFinding => ({ status, rule, evidence: [evidence] })

const unquoted = (text: string): string => (/^(["'`]).*\1$/s.test(text) ? text.slice(1, -1).trim() : text)

/** 'PK' and 'TD.' are of the vendor; what follows is what somebody drew or typed. */
const withoutPrefix = (text: string): string => text.replace(/^(?:[ps]k_live_|TD\.|db-|(?:PK|AK|CK)(?=[A-Z0-9]{14,}$))/, '')

/** What a JSON Web Token says of itself; undefined for what is none. */
function tokenIn(text: string): Readonly<Record<string, unknown>> | undefined {
  const payload = /^(?:Bearer )?eyJ[\w-]+\.(eyJ[\w-]+)\.[\w-]*$/.exec(text)?.[1]
  if (payload === undefined) return undefined
  try {
    return JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as Readonly<Record<string, unknown>>
  } catch {
    return undefined
  }
}

/** Milliseconds of the epoch until which a token says that it is good. */
function expiryOf(token: Readonly<Record<string, unknown>> | undefined): number | undefined {
  const exp = token?.['exp']
  return typeof exp === 'number' && Number.isFinite(exp) && Math.abs(exp) < 8.64e12 ? exp * 1000 : undefined
}
