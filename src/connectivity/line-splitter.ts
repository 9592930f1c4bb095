// Bytes as they come off a socket to whole lines of text: characters and lines may be cut anywhere.
import { SourceError } from './source-error.ts'

const LINE_FEED = 10
const CARRIAGE_RETURN = 13

export class LineSplitter {
  readonly #maxBytes: number
  readonly #where: string
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  /** The pieces of a line whose end has not come. */
  #pieces: Uint8Array[] = []
  #held = 0

  constructor({ maxBytes, where }: { readonly maxBytes: number; readonly where: string }) {
    this.#maxBytes = maxBytes
    this.#where = where
  }

  /** Lines that this chunk completes, without their ends. Throws SourceError LINK_FRAME_TOO_LARGE, LINK_FRAME_INVALID. */
  *push(chunk: Uint8Array): Generator<string> {
    let start = 0
    for (;;) {
      const end = chunk.indexOf(LINE_FEED, start)
      if (end === -1) break
      yield this.#line(chunk.subarray(start, end))
      start = end + 1
    }
    if (start < chunk.length) this.#hold(chunk.subarray(start))
  }

  #line(last: Uint8Array): string {
    this.#hold(last)
    const bytes = this.#pieces.length === 1 ? this.#pieces[0]! : Buffer.concat(this.#pieces, this.#held)
    this.#pieces = []
    this.#held = 0

    const text = bytes.at(-1) === CARRIAGE_RETURN ? bytes.subarray(0, -1) : bytes
    try {
      return this.#decoder.decode(text)
    } catch {
      throw notUtf8(this.#where)
    }
  }

  #hold(piece: Uint8Array): void {
    this.#pieces.push(piece)
    this.#held += piece.length
    // One more than the text may have: the carriage return is not of it.
    if (this.#held > this.#maxBytes + 1) throw tooLarge(this.#where, this.#maxBytes)
  }
}

export function tooLarge(where: string, maxBytes: number): SourceError {
  return new SourceError('LINK_FRAME_TOO_LARGE', {
    message: `a message of ${where} is longer than the ${maxBytes} bytes that are taken`,
    fix: 'nothing, if it passes: the connection is renewed; else ask for fewer instruments at once',
    passing: true,
  })
}

export function notUtf8(where: string): SourceError {
  return new SourceError('LINK_FRAME_INVALID', {
    message: `a message of ${where} is not the text it should be: its bytes are not UTF-8`,
    fix: 'nothing, if it passes: the connection is renewed; else something in between changes what is sent',
    passing: true,
  })
}
