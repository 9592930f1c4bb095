// Places by file and offset; the text of a file is read again when something of it is shown.

import type { SourceFile } from '../project/source-files.ts'
import { sourceText } from '../project/source-text.ts'
import type { Place } from '../rule.ts'
import { TextLines } from './text-lines.ts'

export class Places {
  readonly #files: ReadonlyMap<string, SourceFile>
  readonly #lines = new Map<string, TextLines>()

  constructor(files: readonly SourceFile[]) {
    this.#files = new Map(files.map(file => [file.file, file]))
  }

  /** Of one text that is no file. */
  static ofText(file: string, text: string): Places {
    const places = new Places([])
    places.#lines.set(file, new TextLines(file, text))
    return places
  }

  /** `file` as it is reported. The first place of a file that cannot be read has no code. */
  at(file: string, offset: number): Place {
    return this.linesOf(file).placeOf(offset)
  }

  linesOf(file: string): TextLines {
    const known = this.#lines.get(file)
    if (known !== undefined) return known

    const source = this.#files.get(file)
    const read = source && sourceText({ ...source, isGiven: true })
    const lines = new TextLines(file, read?.kind === 'text' ? read.text : '')
    this.#lines.set(file, lines)
    return lines
  }
}
