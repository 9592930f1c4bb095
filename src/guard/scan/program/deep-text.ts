// Whether a text may be nested so deep that a parser runs out of stack on it. A native parser that does takes the process with it.

/** Brackets inside each other. The parser's own limit is above 1,000 on the smallest stack it runs on. */
const BRACKETS_MAX = 500

/** Words and signs without a comma, a semicolon or a bracket between them: `a => b => c => …`, `!!!!…`. */
const UNBROKEN_MAX = 2_000

const ELSE_MAX = 1_000

/** Errs on the side of suspicion: it knows no strings and no comments. */
export function mayBeDeep(text: string): boolean {
  if (text.length < BRACKETS_MAX) return false
  let brackets = 0
  let unbroken = 0
  let inWord = false

  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (isWord(code)) {
      if (!inWord) unbroken++
      inWord = true
      continue
    }
    inWord = false
    switch (code) {
      case 0x28: // (
        if (++brackets > BRACKETS_MAX) return true
        unbroken++
        break
      case 0x5b: // [
      case 0x7b: // {
        if (++brackets > BRACKETS_MAX) return true
        unbroken = 0
        break
      case 0x29: // )
        if (brackets > 0) brackets--
        unbroken++
        break
      case 0x5d: // ]
      case 0x7d: // }
        if (brackets > 0) brackets--
        unbroken = 0
        break
      case 0x2c: // ,
      case 0x3b: // ;
        unbroken = 0
        break
      case 0x20:
      case 0x0a:
      case 0x0d:
      case 0x09:
        break
      default:
        unbroken++
    }
    if (unbroken > UNBROKEN_MAX) return true
  }
  return text.length > 4 * ELSE_MAX && text.split(/\belse\b/, ELSE_MAX + 1).length > ELSE_MAX
}

const isWord = (code: number): boolean =>
  (code >= 0x61 && code <= 0x7a) ||
  (code >= 0x41 && code <= 0x5a) ||
  (code >= 0x30 && code <= 0x39) ||
  code === 0x5f ||
  code > 0x7f
