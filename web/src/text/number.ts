// Numbers that are measurements, not money: shares, counts, bytes, durations. Money and prices are text, see decimal.ts.

const MINUS = '−'
const withMinus = (text: string): string => text.replace('-', MINUS)

const plain = new Map<number, Intl.NumberFormat>()
/** 1234.5 → '1,234.50' with two digits. */
export function number(value: number, digits = 0): string {
  let format = plain.get(digits)
  if (!format) {
    format = new Intl.NumberFormat('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })
    plain.set(digits, format)
  }
  const text = format.format(value)
  return withMinus(/^-[0.,]*$/.test(text) ? text.slice(1) : text)
}

/** 0.1234 → '12.34 %'; signed for changes. */
export function percent(
  fraction: number,
  { digits = 2, signed = false }: { readonly digits?: number; readonly signed?: boolean } = {},
): string {
  const text = number(fraction * 100, digits)
  return `${signed && fraction > 0 && /[1-9]/.test(text) ? '+' : ''}${text}\u202f%`
}

/** +0.61, −0.10. */
export const signed = (value: number, digits = 2): string => {
  const text = number(value, digits)
  return value > 0 && /[1-9]/.test(text) ? `+${text}` : text
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const
export function bytes(count: number): string {
  const step = count < 1_000 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(count) / 3))
  return `${number(count / 1_000 ** step, step === 0 ? 0 : 1)}\u202f${UNITS[step]}`
}

/** A span in its two greatest units: '2 d 3 h', '4 m 10 s', '0.8 s'. */
export function duration(seconds: number): string {
  if (seconds < 10) return `${number(seconds, 1)}\u202fs`
  const whole = Math.round(seconds)
  const parts = [
    [Math.floor(whole / 86_400), 'd'],
    [Math.floor(whole / 3_600) % 24, 'h'],
    [Math.floor(whole / 60) % 60, 'm'],
    [whole % 60, 's'],
  ] as const
  const first = parts.findIndex(([count]) => count > 0)
  return parts
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count}\u202f${unit}`)
    .join(' ')
}
