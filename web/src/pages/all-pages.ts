// Lists longer than one reply: asked for page by page up to a bound, so that a table can sort all of them.

export interface PageOf<Row> {
  readonly items: readonly Row[]
  readonly total: number
}

/** As many rows as there are, at most `most`; `total` says how many there would be. */
export async function allPages<Row>(
  ask: (range: { readonly limit: number; readonly offset: number }) => Promise<PageOf<Row>>,
  { size, most }: { readonly size: number; readonly most: number },
): Promise<PageOf<Row>> {
  const rows: Row[] = []
  let total = Number.POSITIVE_INFINITY
  while (rows.length < Math.min(total, most)) {
    const page = await ask({ limit: Math.min(size, most - rows.length), offset: rows.length })
    total = page.total
    rows.push(...page.items)
    if (page.items.length === 0) break
  }
  return { items: rows, total: Number.isFinite(total) ? total : 0 }
}

/** Rows of history with those that came since by their key: the living word replaces the older one. */
export function withLive<Row extends { readonly key: string }>(
  history: readonly Row[],
  live: Iterable<Row>,
  wanted: (row: Row) => boolean,
): readonly Row[] {
  const rows = new Map(history.map(row => [row.key, row]))
  for (const row of live) {
    if (wanted(row)) rows.set(row.key, row)
    else rows.delete(row.key)
  }
  return [...rows.values()]
}
