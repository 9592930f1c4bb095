// Takes secrets out of whatever is logged: by the name of the field, by the look of the value, and by knowing the value.

/** Instead of a secret. */
export const STARS = '***'

const DEPTH_MAX = 6
const ENTRIES_MAX = 100
const TEXT_MAX = 8_192
/** Longer than any secret. */
const EDGE = 4_096

/** Names of fields whose value is never shown, however they are written: apiKey, api_key, x-api-key. */
const SECRET_FIELD =
  /pass(?:word|phrase|wd|code)|token|secret|authori[sz]ation|cookie|csrf|credential|pepper|totp|\botp\b|recovery|refresh|jwt|^sid$|bearer|signature|(?:^|[^a-z])(?:key|pin|seed|salt)s?$|(?:api|private|signing|sealing|encryption|access|csrf|master)[-_ ]?key/i
/** `code` is a second factor, a consent's grant, or the stable code of an error: only the last may be shown. */
const STABLE_CODE = /^(?:[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|E[A-Z]{3,12}|INTERRUPTED)$/

/** What looks like a secret in the middle of a text. Each names what it keeps as $1, or keeps nothing. */
const SECRET_LOOKS: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, STARS],
  [/\bqt_[A-Za-z0-9_.-]+/g, `qt_${STARS}`],
  [/\beyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*){1,4}/g, STARS],
  [/\$argon2[a-z]{1,2}\$[^\s"';]+/g, STARS],
  [/\b(Bearer|Basic|Digest|Negotiate)\s+[A-Za-z0-9+/=._~-]{6,}/gi, `$1 ${STARS}`],
  // user:password@host
  [/\b([a-z][a-z0-9+.-]{1,20}:\/\/[^\s:@/"']{0,64}):[^\s@/"']{1,256}@/gi, `$1:${STARS}@`],
  [
    /\b((?:[a-z]+[-_])?(?:password|passphrase|passwd|token|secret|authorization|cookie|csrf|api[-_]?key|otp|totp|pin|sig|signature|refresh|__Host-[a-z]+)\\?["']?\s{0,3}[=:]\s{0,3}\\?["']?)(?!\*\*\*)[^\s"'&,;<>\\]{3,}/gi,
    `$1${STARS}`,
  ],
  [/\b(code\\?["']?\s{0,3}[=:]\s{0,3}\\?["']?)(?:\d{6}\b|[A-Z2-7]{4}(?:-?[A-Z2-7]{4}){5}\b)/gi, `$1${STARS}`],
]

const LONG_WORD = /[A-Za-z0-9_+/-]{40,}={0,2}/g

/** Characters that would forge a line, move a terminal's cursor, or turn the direction of a text. */
const CONTROL = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069\u200e\u200f\ufeff]/gu

export class Redactor {
  /** Longest first, so that a secret inside another does not leave the rest of it. */
  #known: readonly string[] = []

  /** From now on this value is shown nowhere, nor in the forms it takes in an address, in JSON and in base64. */
  register(secret: string): void {
    // Shorter ones would star out words of the language; such passwords are refused elsewhere.
    if (secret.length < 6) return
    const bytes = Buffer.from(secret)
    const forms = [
      secret,
      encodeURIComponent(secret.toWellFormed()),
      JSON.stringify(secret).slice(1, -1),
      bytes.toString('base64').replace(/=+$/, ''),
      bytes.toString('base64url'),
      bytes.toString('hex'),
    ]
    this.#known = [...new Set([...this.#known, ...forms])].sort((a, b) => b.length - a.length)
  }

  /** The text without secrets and without control characters, in one line. */
  text(text: string): string {
    if (text.length <= TEXT_MAX) return this.#clean(text)
    // What is cut is cut after cleaning, and well before where the reading ended: no half of a secret is left at the edge.
    const clean = this.#clean(text.slice(0, TEXT_MAX + EDGE))
    return `${clean.slice(0, Math.max(0, Math.min(TEXT_MAX, clean.length - EDGE)))}… (${text.length} characters)`
  }

  /** A copy for the log: bounded in depth, breadth and length, without secrets. Never throws. */
  fields(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
    return this.#object(fields, 0, new Set())
  }

  #clean(text: string): string {
    let clean = text
    for (const secret of this.#known) if (clean.includes(secret)) clean = clean.replaceAll(secret, STARS)
    for (const [look, instead] of SECRET_LOOKS) clean = clean.replace(look, instead)
    return clean.replace(LONG_WORD, word => (isRandom(word) ? STARS : word)).replace(CONTROL, escaped)
  }

  #value(name: string, value: unknown, depth: number, above: ReadonlySet<unknown>): unknown {
    if (value === null || value === undefined || typeof value === 'boolean') return value
    if (name.toLowerCase() === 'code') return this.#code(value)
    if (SECRET_FIELD.test(name)) return STARS

    if (typeof value === 'string') return this.text(value)
    if (typeof value === 'number') return Number.isFinite(value) ? value : String(value)
    if (typeof value !== 'object') return this.text(String(value))
    if (above.has(value)) return '[circular]'
    if (depth >= DEPTH_MAX) return '[deep]'
    return this.#inside(value, depth, new Set([...above, value]))
  }

  #inside(value: object, depth: number, above: ReadonlySet<unknown>): unknown {
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'no date' : value.toISOString()
    if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`
    if (value instanceof ArrayBuffer) return `[${value.byteLength} bytes]`
    if (value instanceof URL) return this.text(value.href)
    if (value instanceof Map) return this.#object(Object.fromEntries([...value].slice(0, ENTRIES_MAX)), depth + 1, above)
    if (Array.isArray(value) || value instanceof Set) {
      const items = [...value]
      const shown = items.slice(0, ENTRIES_MAX).map(item => this.#value('', item, depth + 1, above))
      return items.length > shown.length ? [...shown, `[${items.length - shown.length} more]`] : shown
    }
    if (value instanceof Error) return this.#error(value, depth, above)
    return this.#object(value, depth + 1, above)
  }

  #error(error: Error, depth: number, above: ReadonlySet<unknown>): Record<string, unknown> {
    const { name, message, stack, cause } = error
    return {
      ...this.#object(error, depth + 1, above),
      name: this.text(String(name)),
      message: this.text(String(message)),
      ...(typeof stack === 'string' ? { stack: this.text(stack) } : {}),
      ...(cause === undefined ? {} : { cause: this.#value('cause', cause, depth + 1, above) }),
    }
  }

  #object(object: object, depth: number, above: ReadonlySet<unknown>): Record<string, unknown> {
    const copy: Record<string, unknown> = Object.create(null)
    const names = Object.keys(object)
    for (const name of names.slice(0, ENTRIES_MAX)) {
      try {
        copy[this.text(name)] = this.#value(name, (object as Readonly<Record<string, unknown>>)[name], depth, above)
      } catch {
        copy[this.text(name)] = '[unreadable]'
      }
    }
    if (names.length > ENTRIES_MAX) copy['…'] = `${names.length - ENTRIES_MAX} more`
    return copy
  }

  #code(value: unknown): unknown {
    if (typeof value === 'number') return Math.abs(value) < 10_000 ? value : STARS
    return typeof value === 'string' && (value === '' || STABLE_CODE.test(value)) ? value : STARS
  }
}

/**
 * Whether a long word has no order: small letters, capitals and digits change places at least at every sixth character.
 * Hashes in hex, names of runs and paths do not; of 32 random bytes in base64 fewer than one in a million does not.
 */
function isRandom(word: string): boolean {
  let changes = 0
  for (let i = 1; i < word.length; i++) {
    const [before, here] = [kindOf(word, i - 1), kindOf(word, i)]
    if (before !== here && before !== 'sign' && here !== 'sign') changes += 1
  }
  return changes >= word.length / 6 && /[a-z]/.test(word) && /[A-Z]/.test(word)
}

function kindOf(word: string, i: number): 'small' | 'capital' | 'digit' | 'sign' {
  const code = word.charCodeAt(i)
  if (code >= 97 && code <= 122) return 'small'
  if (code >= 65 && code <= 90) return 'capital'
  return code >= 48 && code <= 57 ? 'digit' : 'sign'
}

function escaped(character: string): string {
  if (character === '\n') return '\\n'
  if (character === '\t') return ' '
  return `\\u${character.codePointAt(0)!.toString(16).padStart(4, '0')}`
}
