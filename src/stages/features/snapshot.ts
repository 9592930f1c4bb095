// Snapshots are bare numbers, so at least their count is checked before they are believed.
import { assert } from '../../domain/assert.ts'

export function assertSize(state: readonly number[], size: number): void {
  assert(state.length === size, 'a snapshot is restored into a feature of the same kind and lengths')
}
