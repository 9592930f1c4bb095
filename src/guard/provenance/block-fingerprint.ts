// A fingerprint of the newest ticks: as many of them as it takes to be unmistakable.

/** Two of them, and a block is one in 2^64. */
const BASES = [0x9e3779b1, 0x85ebca6b] as const
const LENGTH_MAX = 128

/**
 * A rolling hash over the newest symbols that together carry so many bits: ten gaps of a quiet pair of currencies, forty of a
 * busy future. The length depends on the symbols alone, so the same ticks have the same fingerprint wherever they are met.
 */
export class BlockFingerprint {
  readonly #bitsWanted: number
  readonly #symbols = new Int32Array(LENGTH_MAX)
  readonly #bits = new Float64Array(LENGTH_MAX)
  readonly #powers = BASES.map(base => powersOf(base))
  #next = 0
  #length = 0
  #sum = 0
  #place = 0
  #check = 0

  constructor(bitsWanted: number) {
    this.#bitsWanted = bitsWanted
  }

  /** True when the newest symbols are enough to know them again. `bits`: what the symbol tells, at most. */
  add(symbol: number, bits: number): boolean {
    if (this.#length === LENGTH_MAX) this.#forget()
    this.#symbols[this.#next] = symbol
    this.#bits[this.#next] = bits
    this.#next = (this.#next + 1) % LENGTH_MAX
    this.#length += 1
    this.#sum += bits
    this.#place = (Math.imul(this.#place, BASES[0]) + mixed(symbol)) | 0
    this.#check = (Math.imul(this.#check, BASES[1]) + mixed(symbol)) | 0
    while (this.#length > 1 && this.#sum - this.#bits[this.#oldest]! >= this.#bitsWanted) this.#forget()
    return this.#sum >= this.#bitsWanted
  }

  get place(): number {
    return this.#place ^ (this.#place >>> 15)
  }

  get check(): number {
    return this.#check
  }

  /** Ticks in the block. */
  get length(): number {
    return this.#length
  }

  get #oldest(): number {
    return (this.#next - this.#length + LENGTH_MAX) % LENGTH_MAX
  }

  #forget(): void {
    const at = this.#oldest
    const symbol = mixed(this.#symbols[at]!)
    const age = this.#length - 1
    this.#place = (this.#place - Math.imul(symbol, this.#powers[0]![age]!)) | 0
    this.#check = (this.#check - Math.imul(symbol, this.#powers[1]![age]!)) | 0
    // Recomputed sums of bits stay exact: they are multiples of an eighth.
    this.#sum -= this.#bits[at]!
    this.#length -= 1
  }
}

/** Bits that a whole number tells, in eighths: small ones little, for they are frequent. */
export const bitsOf = (symbol: number): number => Math.floor(8 * Math.log2(1 + Math.abs(symbol))) / 8

/** Neighbours must not look alike. */
const mixed = (symbol: number): number => {
  const once = Math.imul(symbol ^ (symbol >>> 16), 0x7feb352d)
  return Math.imul(once ^ (once >>> 15), 0x846ca68b) | 1
}

function powersOf(base: number): Int32Array {
  const powers = new Int32Array(LENGTH_MAX)
  powers[0] = 1
  for (let at = 1; at < LENGTH_MAX; at++) powers[at] = Math.imul(powers[at - 1]!, base)
  return powers
}
