// Decimal texts of a feed as whole steps, exact and fast: the hot path of every price and size.

const POWERS = Array.from({ length: 23 }, (_, exponent) => 10 ** exponent)

const ZERO = 48
const NINE = 57
const MINUS = 45
const POINT = 46
const UPPER_E = 69
const LOWER_E = 101

/**
 * What `parseSteps` of domain/numbers.ts says, without its regular expression: `stepsOf('101.25', 2)` is 10125; undefined
 * when the text is no plain decimal, has too many decimals, or counts beyond 2^53. Beyond that, a number as JSON writes it
 * may have an exponent: `stepsOf('1e-8', 8)` is 1.
 */
export function stepsOf(text: string, decimals: number): number | undefined {
  const length = text.length
  let at = 0
  const negative = length > 0 && text.charCodeAt(0) === MINUS
  if (negative) at = 1

  let steps = 0
  const wholeStart = at
  for (; at < length; at++) {
    const digit = text.charCodeAt(at) - ZERO
    if (digit < 0 || digit > 9) break
    steps = steps * 10 + digit
    // A sum that leaves the safe range must not come back into it by rounding.
    if (steps > Number.MAX_SAFE_INTEGER) return isExponential(text) ? exponentialSteps(text, decimals) : undefined
  }
  if (at === wholeStart) return undefined

  let missing = decimals
  if (at < length && text.charCodeAt(at) === POINT) {
    const fractionStart = ++at
    // Zeros are counted when a digit follows them: '1.50' has one decimal.
    let zeros = 0
    for (; at < length; at++) {
      const digit = text.charCodeAt(at) - ZERO
      if (digit < 0 || digit > 9) break
      if (digit === 0) {
        zeros++
        continue
      }
      missing -= zeros + 1
      if (missing < 0) return isExponential(text) ? exponentialSteps(text, decimals) : undefined
      steps = steps * power(zeros + 1) + digit
      if (steps > Number.MAX_SAFE_INTEGER) return isExponential(text) ? exponentialSteps(text, decimals) : undefined
      zeros = 0
    }
    if (at === fractionStart) return undefined
  }
  if (at < length) return isExponential(text) ? exponentialSteps(text, decimals) : undefined

  if (missing > 0 && steps !== 0) {
    steps *= power(missing)
    if (steps > Number.MAX_SAFE_INTEGER) return undefined
  }
  return negative && steps !== 0 ? -steps : steps
}

const power = (exponent: number): number => POWERS[exponent] ?? 10 ** exponent

function isExponential(text: string): boolean {
  for (let at = 1; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === LOWER_E || code === UPPER_E) return true
    if ((code < ZERO || code > NINE) && code !== POINT) return false
  }
  return false
}

/** Rare on a wire, so by text: the point is moved and the plain decimal read. */
function exponentialSteps(text: string, decimals: number): number | undefined {
  const match = /^(-?)(\d+)(?:\.(\d+))?[eE]([+-]?\d{1,4})$/.exec(text)
  if (match === null) return undefined
  const [, sign = '', whole = '', fraction = '', exponent = ''] = match
  const digits = `${whole}${fraction}`
  if (/^0+$/.test(digits)) return 0

  const point = whole.length + Number(exponent)
  // Nothing this far away fits the safe range at any number of decimals in use.
  if (Math.abs(point) > 400) return undefined
  const plain =
    point <= 0
      ? `0.${'0'.repeat(-point)}${digits}`
      : point >= digits.length
        ? digits.padEnd(point, '0')
        : `${digits.slice(0, point)}.${digits.slice(point)}`
  return stepsOf(`${sign}${plain}`, decimals)
}
