// What changed between two values of the audit trail, leaf by leaf.

export interface ValueChange {
  /** 'accounts.0'; '' where the whole value is a leaf. */
  readonly path: string
  /** As JSON; null where there was nothing. */
  readonly before: string | null
  readonly after: string | null
  readonly changed: boolean
}

/** Every leaf of both values in order, the left one's first. A list is compared place by place. */
export function valueDiff(before: unknown, after: unknown): readonly ValueChange[] {
  const left = leaves(before)
  const right = leaves(after)
  const paths = new Set([...left.keys(), ...right.keys()])

  return [...paths].map(path => {
    const [was, is] = [left.get(path) ?? null, right.get(path) ?? null]
    return { path, before: was, after: is, changed: was !== is }
  })
}

function leaves(value: unknown): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  const walk = (part: unknown, path: string) => {
    const entries = typeof part === 'object' && part !== null ? Object.entries(part) : []
    if (entries.length > 0) for (const [key, inner] of entries) walk(inner, path === '' ? key : `${path}.${key}`)
    else if (part !== undefined && !(part === null && path === '')) found.set(path, JSON.stringify(part))
  }
  walk(value, '')
  return found
}
