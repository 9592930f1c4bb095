// The values of Python's literals: numbers of all forms, strings with their prefixes and escapes.
import type { Expression } from '../program/program.ts'

/** The name under which an item certainly lies: 'bid' of q['bid'], '0' of xs[0]. */
export const constantKey = (index: Expression): string | undefined => (index.kind === 'literal' ? String(index.value) : undefined)

/** 1_000.5e-3, 0xFF, 0o17, 0b1, 5j (its size), 10L of Python 2; big ones as the nearest number. */
export function numberValue(written: string): number {
  const digits = written.replace(/_|[jJlL]$/g, '')
  return Number(/^0\d+$/.test(digits) ? digits.replace(/^0+(?=\d)/, '') : digits)
}

/** Of a whole literal without holes: `rb'…'`, `"""…"""`. Bytes are read as text. */
export function stringValue(written: string): string {
  const quote = written.search(/['"]/)
  if (quote < 0) return ''

  const width = written.startsWith(written[quote]!.repeat(3), quote) && written.length >= quote + 6 ? 3 : 1
  const content = written.slice(quote + width, Math.max(quote + width, written.length - width))
  return unescaped(content, written.slice(0, quote))
}

/** Of the text between the quotes, or between two holes. */
export function unescaped(content: string, prefix: string): string {
  const lines = content.includes('\r') ? content.replace(/\r\n?/g, '\n') : content
  return /r/i.test(prefix) || !lines.includes('\\') ? lines : lines.replace(ESCAPE, meaning)
}

const ESCAPE = /\\(?:\n|[0-7]{1,3}|x[\da-fA-F]{2}|u[\da-fA-F]{4}|U[\da-fA-F]{8}|N\{([^}]+)\}|[\\'"abfnrtv])/g

const SINGLE: Readonly<Record<string, string>> = {
  '\n': '',
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
}

/** `\N{…}` stays as it is: who names characters to hide a word would need all of their names. */
function meaning(written: string): string {
  const rest = written.slice(1)
  const single = SINGLE[rest]
  if (single !== undefined) return single

  switch (rest[0]) {
    case 'N':
      return written
    case 'x':
    case 'u':
    case 'U': {
      const code = Number.parseInt(rest.slice(1), 16)
      return code <= 0x10ffff ? String.fromCodePoint(code) : written
    }
    default:
      return String.fromCharCode(Number.parseInt(rest, 8))
  }
}
