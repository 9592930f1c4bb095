// Lines and columns of a text: offsets become places that a person finds in an editor.
import type { Place } from '../rule.ts'

const SHOWN_MAX = 120

export class TextLines {
  readonly #file: string
  readonly #text: string
  readonly #starts: number[] = [0]

  constructor(file: string, text: string) {
    this.#file = file
    this.#text = text
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) this.#starts.push(at + 1)
  }

  /** From 1. */
  lineOf(offset: number): number {
    let [low, high] = [0, this.#starts.length]
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if (this.#starts[middle]! <= offset) low = middle
      else high = middle
    }
    return low + 1
  }

  placeOf(offset: number): Place {
    const line = this.lineOf(offset)
    const column = Math.max(0, offset - this.#starts[line - 1]!)
    return { file: this.#file, line, column: column + 1, code: shortened(this.lineText(line), column) }
  }

  /** As it stands, without its end; empty for lines that are not there. */
  lineText(line: number): string {
    const start = this.#starts[line - 1]
    return start === undefined ? '' : this.#text.slice(start, this.#starts[line] ?? this.#text.length).replace(/\r?\n$/, '')
  }
}

/** Lines of a text; a last one without an end counts, an empty text has none. */
export function lineCount(text: string): number {
  let count = 0
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count++
  return text === '' || text.endsWith('\n') ? count : count + 1
}

/** Of a long line the part around the column. */
function shortened(line: string, column: number): string {
  const code = line.trim()
  if (code.length <= SHOWN_MAX) return code
  const from = Math.max(0, Math.min(column - (line.length - line.trimStart().length) - 20, code.length - SHOWN_MAX))
  const to = from + SHOWN_MAX
  return `${from > 0 ? '…' : ''}${code.slice(from, to)}${to < code.length ? '…' : ''}`
}
