// Reads what may be anything: messages of a venue, looked at field by field.

export type Fields = Readonly<Record<string, unknown>>

export const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Undefined when the text is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/**
 * As `parseJson`, with every number of an object kept as the text it was written in: 0.10000000 would lose the zeros that
 * the checksum covers, and an identifier beyond 2^53 its end.
 */
export const parseKeepingNumbers = (text: string): unknown => parseJson(text.replace(NUMBER, '":"$1"'))

/** After a key; a quote inside a text is escaped. */
const NUMBER = /(?<!\\)":\s*(-?\d[\d.eE+-]*)/g

export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

/** A whole number, written as number or text; undefined for all else. */
export function wholeOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value
  return Number.isSafeInteger(number) ? (number as number) : undefined
}

/** What is shown of a message in a fault. */
export const excerpt = (frame: string): string => (frame.length <= 120 ? frame : `${frame.slice(0, 119)}…`)
