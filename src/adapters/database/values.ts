// How values travel between PostgreSQL and us, the same for both engines: counts as numbers, exact decimals and instants as text.

/** Numbers of PostgreSQL's own types (catalog pg_type). */
const INT8 = 20
const TIMESTAMPTZ = 1184

/** By type number; what is not named here is as both drivers have it: numeric as text, json as what it says. */
export const PARSERS: Readonly<Record<number, (text: string) => unknown>> = {
  [INT8]: Number,
  [TIMESTAMPTZ]: instantText,
}

/** '2026-11-20 14:30:00.5+00', as a session in UTC prints it, becomes '2026-11-20T14:30:00.500000Z'. */
function instantText(text: string): string {
  const [, date, time, fraction = ''] = /^(\S+) ([\d:]{8})(?:\.(\d{1,6}))?\+00$/.exec(text) ?? []
  return date === undefined ? text : `${date}T${time}.${fraction.padEnd(6, '0')}Z`
}

/** PostgreSQL's texts hold every character but NUL, which nobody types: it becomes the replacement character. */
export function storable(value: unknown): unknown {
  if (typeof value === 'string') return value.includes('\0') ? value.replaceAll('\0', '\uFFFD') : value
  return Array.isArray(value) ? value.map(storable) : value
}
