// Keeps everything while there is room, and an even sample of it afterwards.

/** Every `stride`-th item, starting with the first. When full, every second one goes and the stride doubles. */
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
      this.#items = this.#items.filter((_, index) => index % 2 === 0)
      this.#stride *= 2
      // With an odd capacity the item in hand falls between two of the new stride.
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
