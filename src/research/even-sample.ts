// Keeps everything while there is room, and an even sample of it afterwards.

/**
 * Every `stride`-th item, starting with the first. When full, one in three stays and the stride triples: an even stride
 * would show a strategy that turns from long to short and back as one that was only ever long.
 */
export class EvenSample<Item> {
  readonly #capacity: number
  #items: Item[] = []
  #stride = 1
  #seen = 0

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  add(item: Item): void {
    if (this.#seen++ % this.#stride !== 0) return

    if (this.#items.length === this.#capacity) {
      this.#items = this.#items.filter((_, index) => index % 3 === 0)
      this.#stride *= 3
      // The item in hand may fall between two of the new stride.
      if ((this.#seen - 1) % this.#stride !== 0) return
    }
    this.#items.push(item)
  }

  get items(): readonly Item[] {
    return this.#items
  }

  get seen(): number {
    return this.#seen
  }

  get stride(): number {
    return this.#stride
  }
}
