// Rows as CSV that is safe to open in a spreadsheet: a cell that would be run as a formula is text.

export type Cell = string | number | boolean | null | undefined

const NUMBER = /^[+-]?\d+(\.\d+)?(e[+-]?\d+)?$/i

/** RFC 4180: lines end in CRLF, cells with comma, quote or line break are quoted. */
export const csv = (heads: readonly string[], rows: readonly (readonly Cell[])[]): string =>
  [heads, ...rows]
    .map(row => row.map(cell).join(','))
    .join('\r\n')
    .concat('\r\n')

export function cell(value: Cell): string {
  if (value === null || value === undefined) return ''
  const text = harmless(String(value))
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** Names and news come from strangers: =HYPERLINK(…) must not run when a person opens the file. Plain numbers stay numbers. */
const harmless = (text: string): string => (/^[=+\-@\t\r\n]/.test(text) && !NUMBER.test(text) ? `'${text}` : text)
