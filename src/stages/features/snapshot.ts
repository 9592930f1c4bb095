// Snapshots are bare numbers, so at least their count is checked before they are believed.
import { assert } from '../../domain/assert.ts'

export function assertSize(state: readonly number[], size: number): void {
  assert(state.length === size, 'a snapshot is restored into a feature of the same kind and lengths')
}

/** Writes cells of which those from `known` on may still be NaN, which JSON does not keep. */
export function saveCells(state: number[], cells: Float64Array, known: number): void {
  state.push(Number.isNaN(cells[known]) ? 0 : 1)
  for (const cell of cells) state.push(Number.isNaN(cell) ? 0 : cell)
}

/** Reads what `saveCells` wrote from `at` on, and returns where the next part begins. */
export function loadCells(state: readonly number[], at: number, cells: Float64Array, known: number): number {
  const full = state[at] === 1
  for (let i = 0; i < cells.length; i++) cells[i] = full || i < known ? state[at + 1 + i]! : Number.NaN
  return at + 1 + cells.length
}
