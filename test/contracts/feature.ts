// The contract of every feature, U1 … U11: each one registers here, and none is trusted before it passed.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Feature } from '../../src/domain/feature.ts'
import { Provisional } from './provisional.ts'

/** What a feature says after one input: its outputs, and whether it says so for want of something better. */
export interface Row {
  readonly values: readonly number[]
  readonly degenerate: boolean
}

/** A change of the inputs that changes the outputs in a known way: RSI stays the same when prices are multiplied. */
export interface Law<Input> {
  readonly name: string
  readonly input: (input: Input) => Input
  readonly output: (values: readonly number[]) => readonly number[]
}

export interface FeatureContract<Input, F extends Feature<Input> = Feature<Input>> {
  /** A fresh feature. It is handed the whole series, future included, so that a planted cheat can look; honest ones take no notice. */
  readonly create: (all: readonly Input[]) => F
  /** Its outputs; only `value` when left out. Each is NaN before `first`. */
  readonly outputs?: (feature: F) => readonly number[]
  /** A seeded series like a market's; the same seed gives the same series. */
  readonly inputs: (seed: number, length: number) => readonly Input[]
  /** The definition, computed over a whole series in the plainest way: one list of outputs per input, NaN while there is none. */
  readonly batch: (inputs: readonly Input[]) => readonly (readonly number[])[]
  /** Largest relative difference from `batch` (U1). */
  readonly tolerance?: number
  /**
   * `window`: only the last `first + 1` inputs count. `fading`: what came earlier counts less than 1e-6 from `stableAfter` on.
   * Features that remember without end say what a later start leaves unchanged: two runs over the same last inputs are given.
   */
  readonly memory: 'window' | 'fading' | ((whole: readonly Row[], later: readonly Row[]) => void)
  readonly laws: readonly Law<Input>[]
  /** Series on which the textbook divides by zero or worse, with the documented answer after the last input. */
  readonly degenerate: readonly { readonly name: string; readonly inputs: readonly Input[]; readonly expected: Row }[]
  /** Series that must give finite outputs, whatever they are: negative prices, prices of 1e-8 and of 1e8, gaps. */
  readonly hard: readonly (readonly Input[])[]
  /** Inputs that are refused before they change anything. */
  readonly refused: readonly Input[]
}

export type PromiseId = `U${1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11}`

/** One promise. `check` throws when it is broken. */
interface Promised {
  readonly id: PromiseId
  readonly fact: string
  readonly check: <Input, F extends Feature<Input>>(contract: FeatureContract<Input, F>) => void
}

/** Registers the suite for one feature. */
export function featureContract<Input, F extends Feature<Input>>(name: string, contract: FeatureContract<Input, F>): void {
  describe(`${name} keeps the contract of a feature`, () => {
    for (const promised of PROMISES) test(`${promised.id} ${promised.fact}`, () => promised.check(contract))
  })
}

/** Whether a feature breaks one promise: the suite's own test plants bugs and looks for them here. */
export function breaksPromise<Input, F extends Feature<Input>>(contract: FeatureContract<Input, F>, id: PromiseId): boolean {
  try {
    PROMISES.find(promised => promised.id === id)!.check(contract)
    return false
  } catch {
    return true
  }
}

const RUNS = 200

const PROMISES: readonly Promised[] = [
  {
    id: 'U1',
    fact: 'streaming gives what the definition gives over the whole series',
    check: contract => {
      for (const seed of [1, 2, 3]) {
        const inputs = contract.inputs(seed, 400)
        const streamed = run(contract, inputs).map(row => row.values)
        expectClose(streamed, contract.batch(inputs), contract.tolerance ?? 1e-12, `seed ${seed}`)
      }
    },
  },
  {
    id: 'U2',
    fact: 'nothing said changes when data are appended (200 cuts)',
    check: contract => {
      atRandomCuts((seed, cut) => {
        const inputs = contract.inputs(seed, 300)
        expectSame(run(contract, inputs.slice(0, cut)), run(contract, inputs).slice(0, cut))
      })
    },
  },
  {
    id: 'U3',
    fact: 'another future leaves the past as it was (200 cuts)',
    check: contract => {
      atRandomCuts((seed, cut) => {
        const inputs = contract.inputs(seed, 300)
        const otherFuture = contract.inputs(seed + 1, 300 - cut).toReversed()
        expectSame(run(contract, [...inputs.slice(0, cut), ...otherFuture]).slice(0, cut), run(contract, inputs).slice(0, cut))
      })
    },
  },
  {
    id: 'U4',
    fact: 'from stableAfter on the start of the data does not matter',
    check: contract => {
      const { memory } = contract
      for (const seed of [4, 5, 6]) {
        if (typeof memory === 'function') {
          const inputs = contract.inputs(seed, 600)
          const start = 120
          memory(run(contract, inputs).slice(start), run(contract, inputs.slice(start)))
          continue
        }
        const { first, stableAfter } = contract.create([])
        expect(Number.isFinite(stableAfter), 'a memory that ends declares where').toBe(true)
        if (memory === 'window') expect(stableAfter, 'a window forgets at once').toBe(first)
        const inputs = contract.inputs(seed, 5 * stableAfter + 50)
        const whole = run(contract, inputs).map(row => row.values)
        for (const times of [1, 2, 5]) {
          const later = run(contract, inputs.slice(inputs.length - times * stableAfter - 1)).map(row => row.values)
          expectClose(
            [later.at(-1)!],
            [whole.at(-1)!],
            memory === 'window' ? 1e-10 : 1e-6,
            `${times} × stableAfter`,
            typical(whole),
          )
        }
      }
    },
  },
  {
    id: 'U5',
    fact: 'outputs are NaN before the declared first index and never after',
    check: contract => {
      const inputs = contract.inputs(7, 400)
      const { first } = contract.create(inputs)
      for (const [i, { values, degenerate }] of run(contract, inputs).entries()) {
        for (const value of values)
          expect(i < first ? Number.isNaN(value) : Number.isFinite(value), `index ${i}: ${values}`).toBe(true)
        if (i < first) expect(degenerate, 'while warming up nothing is said, so nothing is degenerate').toBe(false)
      }
    },
  },
  {
    id: 'U6',
    fact: 'scale and shift laws hold',
    check: contract => {
      expect(contract.laws.length, 'every feature has a law').toBeGreaterThan(0)
      for (const law of contract.laws) {
        const inputs = contract.inputs(8, 400)
        const changed = run(contract, inputs.map(law.input)).map(row => row.values)
        const expected = run(contract, inputs).map(row => law.output(row.values))
        expectClose(changed, expected, 1e-10, law.name, typical(expected))
      }
    },
  },
  {
    id: 'U7',
    fact: 'degenerate input gives the documented answer, hard input a finite one, bad input a refusal',
    check: contract => {
      for (const { name, inputs, expected } of contract.degenerate) {
        const last = run(contract, inputs).at(-1)!
        expectClose([last.values], [expected.values], 1e-12, name)
        expect(last.degenerate, `${name}: degenerate`).toBe(expected.degenerate)
      }
      for (const inputs of contract.hard) {
        const { first } = contract.create(inputs)
        for (const [i, { values }] of run(contract, inputs).entries()) {
          for (const value of values) if (i >= first) expect(Number.isFinite(value), `index ${i}: ${values}`).toBe(true)
        }
      }
      for (const input of contract.refused) {
        const inputs = contract.inputs(9, 100)
        const feature = fed(contract, inputs)
        const before = feature.snapshot()
        expect(() => feature.update(input), 'bad input is refused').toThrow()
        expect(feature.snapshot(), 'a refusal changes nothing').toEqual(before)
      }
    },
  },
  {
    id: 'U8',
    fact: 'a replaced last input was never seen (200 series)',
    check: contract => {
      fc.assert(
        fc.property(seeds, fc.array(fc.boolean(), { minLength: 120, maxLength: 120 }), (seed, replaced) => {
          const inputs = contract.inputs(seed, 120)
          const others = contract.inputs(seed + 1, 120)
          const clean = contract.create(inputs)
          const live = new Provisional(contract.create(inputs))
          for (const [i, input] of inputs.entries()) {
            clean.update(input)
            live.update(replaced[i] ? others[i]! : input)
            if (replaced[i]) live.replaceLast(input)
          }
          expect(live.feature.snapshot()).toEqual(clean.snapshot())
          expectSame([rowOf(contract, live.feature as F)], [rowOf(contract, clean)])
        }),
        { numRuns: RUNS },
      )

      type F = ReturnType<typeof contract.create>
    },
  },
  {
    id: 'U9',
    fact: 'a snapshot, through JSON, continues bit for bit (200 cuts)',
    check: contract => {
      atRandomCuts((seed, cut) => {
        const inputs = contract.inputs(seed, 300)
        const state: number[] = JSON.parse(JSON.stringify(fed(contract, inputs.slice(0, cut)).snapshot()))
        expect(
          state.every(number => Number.isFinite(number)),
          'JSON keeps finite numbers only',
        ).toBe(true)

        const twin = contract.create(inputs)
        twin.restore(state)
        if (cut > 0) expectSame([rowOf(contract, twin)], run(contract, inputs).slice(cut - 1, cut))
        const continued = inputs.slice(cut).map(input => {
          twin.update(input)
          return rowOf(contract, twin)
        })
        expectSame(continued, run(contract, inputs).slice(cut))
      })
      expect(() => contract.create([]).restore([...contract.create([]).snapshot(), 0]), 'a foreign snapshot').toThrow()
    },
  },
  {
    id: 'U10',
    fact: 'its state does not grow with history, and it keeps no hand on its inputs',
    check: contract => {
      const inputs = contract.inputs(10, 20_000)
      const early = fed(contract, inputs.slice(0, 1000)).snapshot().length
      expect(fed(contract, inputs).snapshot().length, 'numbers in the state').toBe(early)

      const some = inputs.slice(0, 300)
      const feature = contract.create(some)
      const spoiled = some.map(input => {
        const given = structuredClone(input)
        feature.update(given)
        spoil(given)
        return rowOf(contract, feature)
      })
      expectSame(spoiled, run(contract, some))
    },
  },
  {
    id: 'U11',
    fact: 'a million updates later it has not drifted',
    check: contract => {
      const length = 1_000_000
      const inputs = contract.inputs(11, length)
      const old = fed(contract, inputs)
      const { stableAfter } = old
      const last = [rowOf(contract, old).values]
      if (Number.isFinite(stableAfter)) {
        const fresh = inputs.slice(length - 1 - 3 * stableAfter - 50)
        const scale = typical(run(contract, fresh).map(row => row.values))
        expectClose(last, [rowOf(contract, fed(contract, fresh)).values], 1e-9, 'a fresh twin', scale)
      } else {
        expectClose(last, [contract.batch(inputs).at(-1)!], 1e-9, 'the definition')
      }
    },
  },
]

const seeds = fc.integer({ min: 1, max: 1_000_000 })

function atRandomCuts(check: (seed: number, cut: number) => void): void {
  fc.assert(fc.property(seeds, fc.integer({ min: 0, max: 299 }), check), { numRuns: RUNS })
}

function fed<Input, F extends Feature<Input>>(contract: FeatureContract<Input, F>, inputs: readonly Input[]): F {
  const feature = contract.create(inputs)
  for (const input of inputs) feature.update(input)
  return feature
}

function run<Input, F extends Feature<Input>>(contract: FeatureContract<Input, F>, inputs: readonly Input[]): Row[] {
  const feature = contract.create(inputs)
  return inputs.map(input => {
    feature.update(input)
    return rowOf(contract, feature)
  })
}

const rowOf = <Input, F extends Feature<Input>>(contract: FeatureContract<Input, F>, feature: F): Row => ({
  values: contract.outputs?.(feature) ?? [feature.value],
  degenerate: feature.degenerate,
})

/** Root mean square of each output: what a difference is small against when the output passes through zero. */
function typical(rows: readonly (readonly number[])[]): number[] {
  const width = rows.at(-1)?.length ?? 0
  return Array.from({ length: width }, (_, column) => {
    const said = rows.map(row => row[column]!).filter(value => Number.isFinite(value))
    return said.length === 0 ? 0 : Math.sqrt(said.reduce((sum, value) => sum + value * value, 0) / said.length)
  })
}

/** Bit-equal but for the sign of zero, which JSON does not keep. */
function expectSame(actual: readonly Row[], expected: readonly Row[]): void {
  expect(actual.length).toBe(expected.length)
  for (let i = 0; i < actual.length; i++) {
    const [ours, theirs] = [actual[i]!, expected[i]!]
    const same =
      ours.degenerate === theirs.degenerate &&
      ours.values.every((value, k) => value === theirs.values[k] || (Number.isNaN(value) && Number.isNaN(theirs.values[k])))
    if (!same) expect.fail(`index ${i}: ${JSON.stringify(ours)} is not ${JSON.stringify(theirs)}`)
  }
}

/** Relative to the larger of the two and, where given, of what is typical. */
function expectClose(
  actual: readonly (readonly number[])[],
  expected: readonly (readonly number[])[],
  tolerance: number,
  what: string,
  scale: readonly number[] = [],
): void {
  expect(actual.length, what).toBe(expected.length)
  for (let i = 0; i < actual.length; i++) {
    expect(actual[i]!.length, what).toBe(expected[i]!.length)
    for (const [k, ours] of actual[i]!.entries()) {
      const theirs = expected[i]![k]!
      const size = Math.max(Math.abs(ours), Math.abs(theirs), scale[k] ?? 0)
      const close = Number.isNaN(theirs) ? Number.isNaN(ours) : Math.abs(ours - theirs) <= tolerance * size
      if (!close) expect.fail(`${what}, index ${i}, output ${k}: ${ours} is not ${theirs} within ${tolerance}`)
    }
  }
}

/** Overwrites every number of an input that was already given: whoever still reads it is found out. */
function spoil(given: unknown): void {
  if (typeof given !== 'object' || given === null) return
  const fields = given as Record<string, unknown>
  for (const key of Object.keys(fields)) {
    if (typeof fields[key] === 'number') fields[key] = Number.NaN
    else spoil(fields[key])
  }
}
