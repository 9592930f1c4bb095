// What is reckoned once for each program: kept of the last one asked about only, so that nothing of a file outlives its turn.
import type { Program } from './program.ts'

/*
 * No WeakMap: what it holds survives every short collection, so that all trees of all files grow old together. Without them the
 * collector took a third less of a scan.
 */
export class OncePerProgram<T> {
  #program: Program | undefined
  #made: T | undefined

  of(program: Program, make: () => T): T {
    if (this.#program !== program) {
      this.#made = make()
      this.#program = program
    }
    return this.#made as T
  }
}
