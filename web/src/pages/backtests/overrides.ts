// Overrides as a person writes them: 'path=value', one to a line.

export interface Overrides {
  readonly set: readonly string[]
  /** What is wrong with the first line that is; undefined when all are well. */
  readonly fault: string | undefined
}

const PATH = /^[A-Za-z0-9_.-]+$/
const MOST = 30
const LONGEST = 200

/** Blank lines and what stands behind a # are notes. Spaces around path and value do not count. */
export function overridesOf(text: string): Overrides {
  const set: string[] = []
  for (const [i, line] of text.split('\n').entries()) {
    const words = line.replace(/(^|\s)#.*$/, '').trim()
    if (words === '') continue
    const cut = words.indexOf('=')
    const path = words.slice(0, Math.max(cut, 0)).trim()
    if (cut < 1 || !PATH.test(path)) return { set, fault: `Line ${i + 1} is not path=value.` }

    const entry = `${path}=${words.slice(cut + 1).trim()}`
    if (entry.length > LONGEST) return { set, fault: `Line ${i + 1} is longer than ${LONGEST} characters.` }
    set.push(entry)
  }
  return { set, fault: set.length > MOST ? `At most ${MOST} values can be changed at once.` : undefined }
}
