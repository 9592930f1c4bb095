// Exact decimals as text: grouped, cut to digits and signed without ever becoming a float. Money on a page is what the server said.

export interface DecimalForm {
  /** Digits after the point: rounded half away from zero, or filled up with zeros. Absent keeps what is there. */
  readonly digits?: number
  /** A plus before what is above zero: for changes and profit. */
  readonly signed?: boolean
}

const SHAPE = /^(-?)(\d+)(?:\.(\d+))?$/
/** A true minus is as wide as a plus, so that columns line up. */
const MINUS = '−'

/** '-1234567.891' → '−1,234,567.89' with two digits. Text that is no decimal comes back as it is. */
export function decimal(text: string, { digits, signed = false }: DecimalForm = {}): string {
  const parts = SHAPE.exec(text)
  if (!parts) return text

  const [whole, fraction] = digits === undefined ? [parts[2]!, parts[3] ?? ''] : rounded(parts[2]!, parts[3] ?? '', digits)
  const isZero = /^0*$/.test(whole) && /^0*$/.test(fraction)
  const sign = isZero ? '' : parts[1] === '-' ? MINUS : signed ? '+' : ''
  const grouped = whole.replace(/^0+(?=\d)/, '').replace(/\B(?=(\d{3})+(?!\d))/g, ',')
  return `${sign}${grouped}${fraction === '' ? '' : `.${fraction}`}`
}

function rounded(whole: string, fraction: string, digits: number): readonly [string, string] {
  if (fraction.length <= digits) return [whole, fraction.padEnd(digits, '0')]
  const kept = BigInt(whole + fraction.slice(0, digits)) + (fraction[digits]! >= '5' ? 1n : 0n)
  const text = kept.toString().padStart(digits + 1, '0')
  return digits === 0 ? [text, ''] : [text.slice(0, -digits), text.slice(-digits)]
}

/** −1, 0 or 1. */
export function signOf(text: string): -1 | 0 | 1 {
  const parts = SHAPE.exec(text)
  if (!parts || /^0*$/.test(parts[2]! + (parts[3] ?? ''))) return 0
  return parts[1] === '-' ? -1 : 1
}

/** a − b, exactly: the spread of a quote, the profit of a day. */
export function difference(a: string, b: string): string {
  const left = SHAPE.exec(a)
  const right = SHAPE.exec(b)
  if (!left || !right) return ''
  const digits = Math.max(left[3]?.length ?? 0, right[3]?.length ?? 0)
  const units = scaled(left, digits) - scaled(right, digits)
  const text = (units < 0n ? -units : units).toString().padStart(digits + 1, '0')
  return `${units < 0n ? '-' : ''}${digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`}`
}

function scaled(parts: RegExpExecArray, digits: number): bigint {
  const units = BigInt(parts[2]! + (parts[3] ?? '').padEnd(digits, '0'))
  return parts[1] === '-' ? -units : units
}
