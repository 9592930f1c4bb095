// What was opened is closed again, the last first; a part that fails or hangs does not keep the others open.

/** A part that takes longer is left to the end of the process: the whole must be over within ten seconds. */
const PATIENCE_MILLIS = 3_000

export class Closing {
  readonly #ends: (readonly [end: () => unknown, patienceMillis: number])[] = []
  #closed: Promise<void> | undefined

  add(end: () => unknown, patienceMillis = PATIENCE_MILLIS): void {
    this.#ends.push([end, patienceMillis])
  }

  /** Idempotent. `failed` hears of what could not be closed. */
  all(failed: (error: unknown) => void = () => {}): Promise<void> {
    this.#closed ??= this.#all(failed)
    return this.#closed
  }

  async #all(failed: (error: unknown) => void): Promise<void> {
    for (let next = this.#ends.pop(); next !== undefined; next = this.#ends.pop()) {
      const [end, patienceMillis] = next
      let timer: NodeJS.Timeout | undefined
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(
          () => reject(new Error(`a part of the server took longer than ${patienceMillis} ms to close`)),
          patienceMillis,
        )
      })
      try {
        await Promise.race([end(), late])
      } catch (error) {
        failed(error)
      } finally {
        clearTimeout(timer)
      }
    }
  }
}
