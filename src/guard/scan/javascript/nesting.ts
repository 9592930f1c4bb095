// Finds, before it is parsed, a text nested so deep that the parser would overflow the stack of the process and end it.
import { LEVELS_MAX } from '../program/nesting.ts'

/*
 * oxc-parser descends by recursion in native code, without a limit. Measured, 800 to 30,000 levels fit into the 4 MiB of a worker
 * thread: 1 to 3 KB for a bracket, an arrow, an `else if`, a `? :`; 70 to 140 bytes for each link of a chain of operators, members
 * or calls, which nests to the left. So a level costs as much as twenty links, and both are counted together.
 *
 * This is no lexer: it knows what opens, closes, goes deeper and ends. Where it errs (a division taken for a regular expression) it
 * errs until the end of the line. Above all it must not refuse what people write: 15,000 files of well-known packages reach a fifth
 * of the limit.
 */
const LINK = 1
const LEVEL = 20
const COST_MAX = LEVELS_MAX * LEVEL

// What a word means.
const PLAIN = 0
/** Goes deeper in an expression or a type: `await`, `keyof`. */
const PREFIX = 1
/** Goes deeper in a statement. */
const BRANCH = 2
const BETWEEN = 3
const LEAVES = 4
/** Begins a statement, whatever was before it. */
const STARTS = 5

const WORDS = new Map<string, number>([
  ...['new', 'typeof', 'delete', 'await', 'yield', 'async', 'class', 'extends'].map(word => [word, PREFIX] as const),
  ...['keyof', 'readonly', 'infer', 'unique', 'asserts', 'is'].map(word => [word, PREFIX] as const),
  ...['if', 'for', 'while', 'do', 'with'].map(word => [word, BRANCH] as const),
  ...['else', 'in', 'of', 'instanceof', 'as', 'satisfies', 'from', 'throw'].map(word => [word, BETWEEN] as const),
  ...['catch', 'finally'].map(word => [word, PLAIN] as const),
  ['return', LEAVES],
  ...['case', 'default'].map(word => [word, STARTS] as const),
])

/** What goes on with the statement before, after a brace or a semicolon. */
const GOES_ON = new Set(['else', 'while', 'catch', 'finally', 'as', 'satisfies', 'in', 'of', 'instanceof', 'from'])

/** Whether a word of ours begins with these two letters: spares looking up most words. */
const BEGINNINGS = new Uint8Array(128 * 128)
for (const word of WORDS.keys()) BEGINNINGS[word.charCodeAt(0) * 128 + word.charCodeAt(1)] = 1

const WORD_LENGTH_MAX = 10

const IS_WORD = new Uint8Array(128)
for (const sign of 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_$#\\') IS_WORD[sign.charCodeAt(0)] = 1

// What stood before.
const OPERATOR = 0
const OPERAND = 1
const DOT = 2
/** A semicolon, a closing brace, the beginning. */
const END = 3
/** `if`, `for`, `while`, `with`: the bracket that follows does not end an expression. */
const HEAD = 4
/** `return`: its value begins on the same line. */
const JUMP = 5

// What a bracket is.
const NONE = 0
const BRACKET = 1
const HEADER = 2
const HOLE = 3

/** Offset of the sign that makes the text too deep to be parsed; undefined when it may be parsed. */
export function tooDeepAt(text: string, hasMarkup: boolean): number | undefined {
  const { length } = text
  /** What was counted outside of each open bracket: five numbers for each. */
  const outside: number[] = []
  let cost = 0
  // Of this cost, inside the innermost bracket: what statements, type arguments, expressions and JSX elements have.
  let branches = 0
  let angles = 0
  let expression = 0
  let elements = 0
  let bracket = BRACKET

  let before = END
  let isNewLine = false
  let isTemplate = false
  let at = 0

  while (at < length) {
    if (cost > COST_MAX) return at

    const code = text.charCodeAt(at)
    let adds = 0
    let opens = NONE
    let starts = false

    if (isTemplate) {
      if (code === 92) at += 1
      else if (code === 96) {
        isTemplate = false
        before = OPERAND
      } else if (code === 36 && text.charCodeAt(at + 1) === 123) {
        isTemplate = false
        at += 1
        opens = HOLE
      }
      at += 1
      if (opens === NONE) continue
    } else if (code <= 32 || code === 0x2028 || code === 0x2029) {
      if (code !== 32 && code !== 9) isNewLine = true
      at += 1
      continue
    } else if (isWord(code)) {
      const from = at
      for (at += 1; at < length && isWord(text.charCodeAt(at)); ) at += 1
      const isOurs =
        before !== DOT &&
        elements === 0 &&
        at - from <= WORD_LENGTH_MAX &&
        BEGINNINGS[code * 128 + text.charCodeAt(from + 1)] === 1
      const word = isOurs ? text.slice(from, at) : ''
      const meaning = isOurs ? (WORDS.get(word) ?? PLAIN) : PLAIN

      const isBoundary = before === END || (isNewLine && (before === OPERAND || before === JUMP))
      starts = meaning === STARTS || (isBoundary && !(isOurs && GOES_ON.has(word)))

      if (meaning === PLAIN || meaning === STARTS) before = OPERAND
      else if (meaning === LEAVES) before = JUMP
      else {
        adds = meaning === PREFIX ? LEVEL : LINK
        before = meaning === BRANCH && word !== 'do' ? HEAD : OPERATOR
      }
      if (meaning === BRANCH) {
        // Before it is counted, the statement before is over.
        if (starts) {
          cost -= branches + angles + expression
          branches = angles = expression = 0
          starts = false
        }
        branches += LEVEL
        cost += LEVEL
      }
    } else {
      const next = text.charCodeAt(at + 1)
      switch (code) {
        case 40: // (
        case 91: // [
        case 123: // {
          adds = LINK
          opens = code === 40 && before === HEAD ? HEADER : BRACKET
          starts = before === END
          at += 1
          break
        case 41: // )
        case 93: // ]
        case 125: // }
          at += 1
          before = code === 125 ? END : bracket === HEADER ? OPERATOR : OPERAND
          isTemplate = bracket === HOLE && code === 125
          if (outside.length > 0) {
            cost -= LEVEL + branches + angles + expression + elements
            bracket = outside.pop()!
            elements = outside.pop()!
            expression = outside.pop()!
            angles = outside.pop()!
            branches = outside.pop()!
          }
          break
        case 59: // ;
          before = END
          at += 1
          break
        case 44: // ,
          cost -= expression
          expression = 0
          before = OPERATOR
          at += 1
          break
        case 39: // '
        case 34: // "
          starts = before === END || (isNewLine && before === OPERAND)
          // In the text of an element it is an apostrophe.
          at = elements > 0 && text.charCodeAt(at - 1) !== 61 ? at + 1 : afterString(text, at, code)
          before = OPERAND
          break
        case 96: // `
          adds = LINK
          isTemplate = elements === 0
          at += 1
          break
        case 47: // /
          if (next === 47 && elements === 0) {
            at = afterLine(text, at)
            continue
          }
          if (next === 42) {
            at = afterComment(text, at)
            continue
          }
          if (elements > 0) {
            if (next === 62) {
              elements -= LEVEL
              cost -= LEVEL
            }
            at += 1
          } else if (before === OPERAND) {
            adds = LINK
            before = OPERATOR
            at += 1
          } else {
            at = afterPattern(text, at)
            before = OPERAND
          }
          break
        case 60: // <
          at += next === 60 || next === 61 ? 2 : 1
          if (elements > 0 && next === 47) {
            elements -= LEVEL
            cost -= LEVEL
            at += 1
          } else if (hasMarkup && (before !== OPERAND || elements > 0)) {
            elements += LEVEL
            cost += LEVEL
          } else if (before === OPERAND && (isWord(next) || next === 123 || next === 40 || next === 91)) {
            // Comparisons have a space, type arguments have none, and nest beyond commas.
            angles += LEVEL
            cost += LEVEL
          } else adds = before === OPERAND ? LINK : LEVEL
          before = OPERATOR
          break
        case 62: // >
          if (angles > 0 && text.charCodeAt(at - 1) !== 32) {
            angles -= LEVEL
            cost -= LEVEL
            before = OPERAND
          } else if (elements > 0) before = OPERAND
          else {
            adds = LINK
            before = OPERATOR
          }
          at += next === 61 ? 2 : 1
          break
        case 46: // .
          adds = next === 46 ? LEVEL : LINK
          before = next === 46 ? OPERATOR : DOT
          at += next === 46 ? 3 : 1
          break
        case 63: // ?
          adds = next === 46 || next === 63 ? LINK : LEVEL
          before = next === 46 ? DOT : OPERATOR
          at += next === 46 || next === 63 ? 2 : 1
          break
        case 61: // =
          adds = next === 61 ? LINK : LEVEL
          before = OPERATOR
          at += next === 62 ? 2 : next !== 61 ? 1 : text.charCodeAt(at + 2) === 61 ? 3 : 2
          break
        case 58: // :
          adds = LEVEL
          before = OPERATOR
          at += 1
          break
        case 64: // @
          before = OPERATOR
          at += 1
          break
        default: {
          // Before its operand a sign is a level of its own, between two of them a link. `x++` and `x!` remain operands.
          const isBetween = before === OPERAND || (before === END && (code === 124 || code === 38 || code === 94 || code === 37))
          const isPower = code === 42 && next === 42
          const stays = before === OPERAND && (code === 33 ? next !== 61 : next === code && (code === 43 || code === 45))
          adds = isBetween && !isPower ? LINK : LEVEL
          if (!stays) before = OPERATOR
          at += 1
          if (isBetween) while (text.charCodeAt(at) === 61 || (code !== 33 && text.charCodeAt(at) === code)) at += 1
        }
      }
    }

    isNewLine = false
    if (starts) {
      cost -= branches + angles + expression
      branches = angles = expression = 0
    }
    // Between the tags of an element there are no expressions outside of braces.
    if (adds > 0 && elements === 0) {
      expression += adds
      cost += adds
    }
    if (opens !== NONE) {
      outside.push(branches, angles, expression, elements, bracket)
      branches = angles = expression = elements = 0
      cost += LEVEL
      bracket = opens
      before = opens === BRACKET && code === 123 ? END : OPERATOR
    }
  }
  return cost > COST_MAX ? length : undefined
}

const isWord = (code: number): boolean => (code < 128 ? IS_WORD[code] === 1 : code > 127 && code !== 0x2028 && code !== 0x2029)

function afterString(text: string, from: number, quote: number): number {
  for (let at = from + 1; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code === 92) at += 1
    else if (code === quote) return at + 1
    else if (code === 10) return at
  }
  return text.length
}

function afterLine(text: string, from: number): number {
  const end = text.indexOf('\n', from)
  return end === -1 ? text.length : end
}

function afterComment(text: string, from: number): number {
  const end = text.indexOf('*/', from + 2)
  return end === -1 ? text.length : end + 2
}

/** After a regular expression; where none ends on this line it was a division. */
function afterPattern(text: string, from: number): number {
  let isClass = false
  for (let at = from + 1; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code === 10) break
    if (code === 92) at += 1
    else if (code === 91) isClass = true
    else if (code === 93) isClass = false
    else if (code === 47 && !isClass) return at + 1
  }
  return from + 1
}
