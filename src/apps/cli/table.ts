// Plain tables: columns that line up, numbers to the right, no boxes.
import CliTable from 'cli-table3'
import { strong } from './terminal.ts'

export interface Column {
  readonly title: string
  readonly align?: 'left' | 'right'
}

/** Rows under their titles. An empty table is the titles alone, so say in words before that there is nothing. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const lines = new CliTable({
    head: columns.map(({ title }) => strong(title)),
    colAligns: columns.map(({ align }) => align ?? 'left'),
    chars: BARE,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2, compact: true },
  })
  lines.push(...rows.map(row => [...row]))

  return lines
    .toString()
    .split('\n')
    .map(line => line.trimEnd())
    .join('\n')
}

/** Two columns: what, and its value. */
export function facts(pairs: readonly (readonly [string, string])[]): string {
  const width = Math.max(...pairs.map(([name]) => name.length))
  return pairs.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n')
}

const BARE = Object.fromEntries(
  ['top', 'bottom', 'left', 'right'].flatMap(side => [
    [side, ''],
    [`${side}-mid`, ''],
    [`${side}-left`, ''],
    [`${side}-right`, ''],
  ]),
) as Record<string, string>
Object.assign(BARE, { mid: '', 'mid-mid': '', middle: '' })
