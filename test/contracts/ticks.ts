// The plainest events, for tests that need records and do not care which.
import type { Envelope, Tick } from '../../src/domain/event.ts'
import { micros } from '../../src/domain/numbers.ts'
import { DERIVED } from '../../src/domain/provenance.ts'

/** One second apart. */
export function tick(sequence: number): Envelope & { readonly event: Tick } {
  const time = micros(Math.round(sequence * 1_000_000))
  return {
    sequence,
    event: { kind: 'tick', eventTime: time, receivedTime: time, sequence: Math.round(sequence), provenance: DERIVED },
  }
}
