// Differences of two texts line by line, by the longest common subsequence: what one configuration has that another has not.

export interface DiffLine {
  readonly kind: 'same' | 'left' | 'right'
  readonly text: string
}

/** The lines of both in order; configurations have some dozens of lines, so the quadratic table is small. */
export function lineDiff(left: string, right: string): readonly DiffLine[] {
  const a = left.trimEnd().split('\n')
  const b = right.trimEnd().split('\n')
  const common = commonLengths(a, b)

  const lines: DiffLine[] = []
  let [i, j] = [0, 0]
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      lines.push({ kind: 'same', text: a[i]! })
      i++
      j++
    } else if (j >= b.length || (i < a.length && common[i + 1]![j]! >= common[i]![j + 1]!)) {
      lines.push({ kind: 'left', text: a[i++]! })
    } else {
      lines.push({ kind: 'right', text: b[j++]! })
    }
  }
  return lines
}

/** common[i][j]: how long the longest common subsequence of a from i and b from j is. */
function commonLengths(a: readonly string[], b: readonly string[]): readonly Uint32Array[] {
  const common = Array.from({ length: a.length + 1 }, () => new Uint32Array(b.length + 1))
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      common[i]![j] = a[i] === b[j] ? common[i + 1]![j + 1]! + 1 : Math.max(common[i + 1]![j]!, common[i]![j + 1]!)
    }
  }
  return common
}
