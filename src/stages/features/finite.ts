// The one thing every feature demands of what it is given.
import { assert } from '../../domain/assert.ts'

/**
 * Refuses NaN and infinities before they reach a state they would never leave. Bad data is stopped by quality; one that
 * comes this far is a bug of ours. (`x - x` is 0 for every finite number and NaN for the others; a sum carries either along.)
 */
export function assertFinite(value: number): void {
  assert(value - value === 0, 'a feature takes finite numbers only')
}
