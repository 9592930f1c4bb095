// Numbers and texts as bytes, exactly, and back: the alphabet of the journal's encoding.
//
//   count   a safe integer. First byte: 1 bit "more follows", 1 bit sign, 6 bits; then 1 + 7 bits each, smallest first.
//   float   64 bits IEEE 754, little endian; what a bit pattern of NaN says beyond that is lost.
//   amount  a bigint: a count of 64-bit words, negative when the amount is, then the words, smallest first.
//   text    a count: its length in characters, times two, plus one when they take two bytes each (UTF-16, little endian)
//           instead of one (Latin-1). Any JavaScript string comes back as it was, lone surrogates too.
//
// Every other value has one form only: what is read, was written so.
import { assert } from '../../domain/assert.ts'
import { corrupt } from './journal-error.ts'

const SHIFT = 2 ** 7
const WORD = 64n
const LOW = 2n ** WORD - 1n
const START_BYTES = 4096

/** Appends to a buffer that grows by doubling and is kept for the next use. */
export class ByteWriter {
  #bytes = Buffer.allocUnsafe(START_BYTES)
  #length = 0

  get length(): number {
    return this.#length
  }

  /** What was written; good until the next write. */
  get written(): Buffer {
    return this.#bytes.subarray(0, this.#length)
  }

  clear(): void {
    this.#length = 0
  }

  byte(value: number): void {
    this.#room(1)
    this.#bytes[this.#length++] = value
  }

  /** `-0` is written as 0: a count of nothing has no direction. */
  count(value: number): void {
    assert(Number.isSafeInteger(value), `a count is a safe integer, was ${value}`)
    this.#room(8)
    let rest = value < 0 ? -value : value
    let low = (rest & 0x3f) | (value < 0 ? 0x40 : 0)
    rest = rest > 0x7fffffff ? Math.floor(rest / 64) : rest >>> 6

    while (rest > 0) {
      this.#bytes[this.#length++] = low | 0x80
      low = rest & 0x7f
      rest = rest > 0x7fffffff ? Math.floor(rest / SHIFT) : rest >>> 7
    }
    this.#bytes[this.#length++] = low
  }

  float(value: number): void {
    this.#room(8)
    this.#bytes.writeDoubleLE(value, this.#length)
    this.#length += 8
  }

  amount(value: bigint): void {
    const words: bigint[] = []
    for (let rest = value < 0n ? -value : value; rest > 0n; rest >>= WORD) words.push(rest & LOW)

    this.count(value < 0n ? -words.length : words.length)
    this.#room(words.length * 8)
    for (const word of words) this.#length = this.#bytes.writeBigUInt64LE(word, this.#length)
  }

  text(value: string): void {
    const wide = isWide(value)
    this.count(value.length * 2 + (wide ? 1 : 0))
    this.#room(value.length * 2)
    this.#length += this.#bytes.write(value, this.#length, wide ? 'utf16le' : 'latin1')
  }

  bytes(value: Uint8Array): void {
    this.#room(value.length)
    this.#bytes.set(value, this.#length)
    this.#length += value.length
  }

  #room(bytes: number): void {
    if (this.#length + bytes <= this.#bytes.length) return
    const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#length + bytes))
    larger.set(this.written)
    this.#bytes = larger
  }
}

/** Reads what ByteWriter wrote. Anything else is a JournalError, `JOURNAL_CORRUPT`, never an invented value. */
export class ByteReader {
  readonly #bytes: Buffer
  readonly #floats: DataView
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#floats = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get done(): boolean {
    return this.#at === this.#bytes.length
  }

  byte(): number {
    const value = this.#bytes[this.#at]
    if (value === undefined) throw corrupt('a journal record ends early')
    this.#at += 1
    return value
  }

  count(): number {
    const first = this.byte()
    let value = first & 0x3f
    let scale = 64
    let last = first
    while (last >= 0x80) {
      last = this.byte()
      value += (last & 0x7f) * scale
      scale *= SHIFT
      if (value > Number.MAX_SAFE_INTEGER || last === 0) throw corrupt('a journal record holds a malformed number')
    }
    if ((first & 0x40) === 0) return value
    if (value === 0) throw corrupt('a journal record holds a malformed number')
    return -value
  }

  /** A count that is not negative and not above `most`: a length, an index, a choice. */
  index(most: number): number {
    const value = this.count()
    if (value < 0 || value > most) throw corrupt(`a journal record holds ${value} where 0 to ${most} are possible`)
    return value
  }

  float(): number {
    return this.#floats.getFloat64(this.#skip(8), true)
  }

  /** A float that must be a whole number: a time. */
  whole(): number {
    const value = this.float()
    if (!Number.isSafeInteger(value)) throw corrupt(`a journal record holds ${value} where a time belongs`)
    return value
  }

  amount(): bigint {
    const words = this.count()
    const from = this.#skip(Math.abs(words) * 8)
    let value = 0n
    for (let i = Math.abs(words) - 1; i >= 0; i--) value = (value << WORD) | this.#bytes.readBigUInt64LE(from + i * 8)
    if (words !== 0 && value >> (BigInt(Math.abs(words) - 1) * WORD) === 0n)
      throw corrupt('a journal record holds a malformed amount')
    return words < 0 ? -value : value
  }

  text(): string {
    const size = this.index(2 * this.#bytes.length + 1)
    const wide = size % 2 === 1
    const length = (size - (size % 2)) * (wide ? 1 : 0.5)
    const from = this.#skip(length)
    const value = this.#bytes.toString(wide ? 'utf16le' : 'latin1', from, from + length)
    if (wide && !isWide(value)) throw corrupt('a journal record holds a malformed text')
    return value
  }

  bytes(length: number): Buffer {
    const from = this.#skip(length)
    return this.#bytes.subarray(from, from + length)
  }

  #skip(bytes: number): number {
    const from = this.#at
    if (from + bytes > this.#bytes.length) throw corrupt('a journal record ends early')
    this.#at += bytes
    return from
  }
}

function isWide(value: string): boolean {
  for (let i = 0; i < value.length; i++) if (value.charCodeAt(i) > 0xff) return true
  return false
}
