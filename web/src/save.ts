// Saves what is on a page as a file: tables as CSV, charts and tables as a picture. Nothing leaves this browser.
import { type Cell, csv } from './text/csv.ts'

export interface SavedTable {
  /** Without ending: 'orders'. */
  readonly name: string
  readonly heads: readonly string[]
  readonly rows: readonly (readonly Cell[])[]
}

/** With a byte-order mark, so that spreadsheets read it as UTF-8. */
export const saveCsv = ({ name, heads, rows }: SavedTable): void =>
  saveFile(`${name}.csv`, new Blob(['\ufeff', csv(heads, rows)], { type: 'text/csv;charset=utf-8' }))

export async function savePng(title: string, page: Element): Promise<void> {
  const { drawPage } = await import('./picture.ts')
  const blob = await drawPage(title, page)
  saveFile(`${title.toLowerCase().replace(/[^a-z0-9]+/g, '-')}.png`, blob)
}

export function saveFile(name: string, blob: Blob): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(blob)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}
