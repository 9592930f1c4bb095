// What goes wrong when, in one run against a simulated venue: declared, seeded, printed when a property fails.
import fc from 'fast-check'
import type { Fault, FaultKind } from './fault.ts'

export interface PlannedFault {
  /** Before which step of the market. */
  readonly step: number
  readonly fault: Fault
}

export interface FaultPlan {
  /** Of the market. */
  readonly seed: number
  /** Steps of the market in all. */
  readonly steps: number
  /** In order of their steps. */
  readonly faults: readonly PlannedFault[]
}

/** Plans of a few faults out of `kinds`, at any steps, several at one step too. */
export function faultPlan(kinds: readonly FaultKind[], { steps = 120, most = 6 } = {}): fc.Arbitrary<FaultPlan> {
  const fault: fc.Arbitrary<Fault> = fc.record({
    kind: fc.constantFrom(...kinds),
    count: fc.integer({ min: 1, max: 3 }),
    // Clocks are off by up to five seconds, and so long do stalls last.
    millis: fc.integer({ min: -5_000, max: 5_000 }),
    seed: fc.nat(0xffff),
  })
  const planned = fc.record({ step: fc.integer({ min: 1, max: steps - 1 }), fault })
  return fc
    .record({
      seed: fc.nat(0xffff_ffff),
      steps: fc.constant(steps),
      faults: fc.array(planned, { minLength: 1, maxLength: most }),
    })
    .map(plan => ({ ...plan, faults: plan.faults.toSorted((a, b) => a.step - b.step) }))
}

/** '12: gap ×3 · 80: half-open', for a failing test's message. */
export const planText = ({ seed, faults }: FaultPlan): string =>
  `seed ${seed}; ${faults.map(({ step, fault }) => `${step}: ${fault.kind} ×${fault.count ?? 1}`).join(' · ')}`
