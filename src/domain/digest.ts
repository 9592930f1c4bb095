// A 128-bit running fingerprint for comparing states: live, replay and a second machine compare one text.
// Not cryptographic. The journal and the lake use SHA-256, above floor 3; here nothing from outside may be imported.

const scratch = new DataView(new ArrayBuffer(8))

/** Order matters: the same values in another order give another digest. */
export class Digest {
  #a = 0x9e3779b9 | 0
  #b = 0x243f6a88 | 0
  #c = 0xb7e15162 | 0
  #d = 0xdeadbeef | 0

  /** Any number, by its 64 bits; -0 and 0 count as the same value, and so do all NaN, whose bits differ between machines. */
  number(value: number): this {
    if (Number.isInteger(value) && value >= -0x80000000 && value <= 0x7fffffff) {
      this.#word(value | 0)
      return this
    }
    scratch.setFloat64(0, value === value ? value : Number.NaN)
    this.#word(scratch.getInt32(0) ^ 0x5bd1e995)
    this.#word(scratch.getInt32(4))
    return this
  }

  text(value: string): this {
    this.#word(value.length)
    for (let i = 0; i < value.length; i++) this.#word(value.charCodeAt(i))
    return this
  }

  bigint(value: bigint): this {
    return this.text(value.toString(36))
  }

  /** 32 hexadecimal digits. Reading it changes nothing. */
  get hex(): string {
    let a = this.#a,
      b = this.#b,
      c = this.#c,
      d = this.#d
    a = finish(a ^ b)
    b = finish(b ^ c)
    c = finish(c ^ d)
    d = finish(d ^ a)
    return [a, b, c, d].map(word => (word >>> 0).toString(16).padStart(8, '0')).join('')
  }

  /** Four lanes of multiply and rotate (the mixing constants of MurmurHash3, public domain). */
  #word(word: number): void {
    const k = Math.imul(word, 0xcc9e2d51 | 0)
    this.#a = (Math.imul(rotate(this.#a ^ k, 13), 5) + 0x6546b64) | 0
    this.#b = (Math.imul(rotate(this.#b ^ this.#a, 17), 9) + 0x561ccd1b) | 0
    this.#c = (Math.imul(rotate(this.#c ^ this.#b, 15), 5) + 0x0bcaa747) | 0
    this.#d = (Math.imul(rotate(this.#d ^ this.#c ^ word, 19), 9) + 0x32ac3b17) | 0
  }
}

const rotate = (word: number, by: number): number => (word << by) | (word >>> (32 - by))

function finish(word: number): number {
  let h = word
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) | 0
}
