// Reads delimited rows straight from bytes: numbers become whole steps without a text in between.
import { assert } from '../../domain/assert.ts'
import { ImportError } from './format.ts'

const COMMA = 0x2c
const NEWLINE = 0x0a
const RETURN = 0x0d
const POINT = 0x2e
const MINUS = 0x2d
const ZERO = 0x30

const POWERS = Array.from({ length: 19 }, (_, power) => 10 ** power)
/** A number this near to a whole step is that step written by a float: 55073.00000000001, 130583.99999999999. */
const DUST = 1e-3

/** Whether this part of a step, 0 to 1, is only what a float writes beside a whole one. */
export const isDust = (rest: number): boolean => rest <= DUST || rest >= 1 - DUST

/** Rows of a batch are those of one block: some thousands. */
const BLOCK_BYTES = 1 << 17
/** A line longer than this is no row: the file is not text. The longest real one is an order book's snapshot. */
const LINE_BYTES_MAX = 1 << 23

/** Cuts a stream of bytes into blocks of whole lines, each ended by a newline. Throws IMPORT_NOT_TEXT. */
export async function* lineBlocks(chunks: AsyncIterable<Buffer>, name: string): AsyncGenerator<Buffer> {
  let waiting: Buffer[] = []
  let size = 0

  for await (const chunk of chunks) {
    waiting.push(chunk)
    size += chunk.length
    if (size < BLOCK_BYTES) continue

    const joined = Buffer.concat(waiting)
    const cut = joined.lastIndexOf(NEWLINE) + 1
    if (cut === 0 && size > LINE_BYTES_MAX) {
      throw new ImportError(
        'IMPORT_NOT_TEXT',
        `${name} has a line of more than ${LINE_BYTES_MAX} bytes: it is no text of rows`,
        'Check that the format fits the file.',
      )
    }
    if (cut > 0) yield joined.subarray(0, cut)
    waiting = [joined.subarray(cut)]
    size -= cut
  }

  if (size > 0) yield Buffer.concat([...waiting, Buffer.of(NEWLINE)])
}

/**
 * Walks the fields of comma-separated lines, left to right. A field that is absent, empty or no number reads as NaN and
 * costs nothing else, so the caller asks once, at the end of the row, whether all of it made sense.
 */
export class FieldReader {
  #bytes: Buffer = Buffer.alloc(0)
  #start = 0
  #position = 0
  #end = -1
  #next = 0
  #rest = 0
  /** 1-based number of the current line in the file. */
  line = 0

  /** Takes a block of whole lines, as `lineBlocks` cuts them. */
  load(block: Buffer): void {
    assert(block[block.length - 1] === NEWLINE, 'a block ends with a newline')
    this.#bytes = block
    this.#next = 0
  }

  /** Moves to the next line that has anything in it; false at the end of the block, which ends with a newline. */
  nextLine(): boolean {
    const bytes = this.#bytes
    while (this.#next < bytes.length) {
      this.#start = this.#next
      this.#position = this.#next
      // Lines are short: looking at each byte is cheaper than a call out of JavaScript.
      let newline = this.#next
      while (bytes[newline] !== NEWLINE) newline++
      this.#next = newline + 1
      this.#end = newline > this.#start && bytes[newline - 1] === RETURN ? newline - 1 : newline
      this.line++
      if (this.#end > this.#start) return true
    }
    return false
  }

  /** True when every field of the line was read. */
  get atEnd(): boolean {
    return this.#position > this.#end
  }

  /** A price in whole steps of 10^-decimals. NaN when it is finer than a step, beyond the dust of a float. */
  exact(decimals: number): number {
    const steps = this.#number(decimals)
    return isDust(this.#rest) ? steps : Number.NaN
  }

  /** A number in whole steps of 10^-decimals, to the nearest. */
  rounded(decimals: number): number {
    return this.#number(decimals)
  }

  /** The first byte of the field, 0 when it has none; for flags. */
  flag(): number {
    const first = this.#position < this.#end ? this.#bytes[this.#position]! : 0
    this.skip()
    return first === COMMA ? 0 : first
  }

  /** Passes over fields that are not read. */
  skip(count = 1): void {
    const bytes = this.#bytes
    const end = this.#end
    let at = this.#position
    for (let i = 0; i < count && at <= end; i++) {
      while (at < end && bytes[at] !== COMMA) at++
      at++
    }
    this.#position = at
  }

  field(): string {
    const from = this.#position
    if (from > this.#end) return ''
    this.skip()
    return this.#bytes.toString('latin1', from, Math.min(this.#position - 1, this.#end))
  }

  /** The whole current line, for a fault's text. */
  text(): string {
    return this.#bytes.toString('utf8', this.#start, this.#end)
  }

  #number(decimals: number): number {
    const bytes = this.#bytes
    const end = this.#end
    let at = this.#position
    this.#rest = 0

    const negative = at < end && bytes[at] === MINUS
    if (negative) at++

    let steps = 0
    let digits = 0
    for (; at < end; at++, digits++) {
      const digit = bytes[at]! - ZERO
      if (digit < 0 || digit > 9) break
      steps = steps * 10 + digit
    }

    let missing = decimals
    if (at < end && bytes[at] === POINT) {
      at++
      let weight = 0.1
      for (; at < end; at++, digits++) {
        const digit = bytes[at]! - ZERO
        if (digit < 0 || digit > 9) break
        if (missing > 0) {
          steps = steps * 10 + digit
          missing--
        } else {
          this.#rest += digit * weight
          weight /= 10
        }
      }
    }

    if (at < end && bytes[at] !== COMMA) return this.#scientific(decimals)
    this.#position = at + 1
    if (digits === 0) return Number.NaN

    steps *= POWERS[missing]!
    if (this.#rest >= 0.5) steps++
    if (steps > Number.MAX_SAFE_INTEGER) return Number.NaN
    return negative && steps !== 0 ? -steps : steps
  }

  /** Small quantities are sometimes written as 1E-05. Anything else that is no plain decimal is no number. */
  #scientific(decimals: number): number {
    const text = this.field()
    if (!/^-?\d+(\.\d+)?[eE][+-]?\d{1,2}$/.test(text)) return Number.NaN
    const scaled = Number(text) * POWERS[decimals]!
    const steps = Math.round(scaled)
    this.#rest = Math.abs(scaled - steps)
    return Number.isSafeInteger(steps) ? steps + 0 : Number.NaN
  }
}
