// The contract tested on features with a bug planted in each: a suite that passes them would prove nothing.
import { describe, expect, test } from 'vitest'
import type { Feature } from '../../src/domain/feature.ts'
import { breaksPromise, type FeatureContract, type PromiseId } from './feature.ts'
import { rows, smaOf } from './feature-definitions.ts'
import { closeInputs, hardCloses, refusedNumbers, same, scaledCloses, times } from './feature-inputs.ts'

const LENGTH = 5

/** A mean of five that is right, and slow; every bug below is one small change to it. */
class HonestMean implements Feature<number> {
  readonly name: string = 'mean(5)'
  readonly first: number = LENGTH - 1
  readonly stableAfter: number = LENGTH - 1
  readonly degenerate: boolean = false
  protected seen: number[] = []

  update(input: number): void {
    if (!Number.isFinite(input)) throw new RangeError('finite numbers only')
    this.seen = [...this.seen, input].slice(-LENGTH)
  }

  get value(): number {
    return this.seen.length < LENGTH ? Number.NaN : this.seen.reduce((sum, x) => sum + x, 0) / LENGTH
  }

  snapshot(): readonly number[] {
    return [...this.seen, ...Array<number>(LENGTH - this.seen.length).fill(0), this.seen.length]
  }

  restore(state: readonly number[]): void {
    if (state.length !== LENGTH + 1) throw new RangeError('a foreign snapshot')
    this.seen = state.slice(0, state[LENGTH])
  }
}

const contractOf = (create: (all: readonly number[]) => Feature<number>): FeatureContract<number> => ({
  create,
  inputs: closeInputs,
  batch: closes => rows(smaOf(closes, LENGTH)),
  memory: 'window',
  laws: [scaledCloses(3.7, times(3.7))],
  degenerate: [{ name: 'constant', inputs: Array(20).fill(7), expected: { values: [7], degenerate: false } }],
  hard: hardCloses,
  refused: refusedNumbers,
})

/** Sees the whole series, as a feature computed on a table does. */
abstract class Cheat extends HonestMean {
  protected index = -1
  protected readonly all: readonly number[]
  constructor(all: readonly number[]) {
    super()
    this.all = all
  }
  override update(input: number): void {
    super.update(input)
    this.index++
  }
}

class NextClose extends Cheat {
  override get value(): number {
    return this.all[this.index + 1] ?? super.value
  }
}

class CentredMean extends Cheat {
  override get value(): number {
    const window = this.all.slice(Math.max(0, this.index - 2), this.index + 3)
    return window.reduce((sum, x) => sum + x, 0) / window.length
  }
}

class WholeSampleScore extends Cheat {
  override get value(): number {
    const mean = this.all.reduce((sum, x) => sum + x, 0) / this.all.length
    return super.value - mean
  }
}

let leaked = 0
class SharedState extends HonestMean {
  override update(input: number): void {
    super.update(input)
    leaked = 0.5 * leaked + input // survives into the next instance
  }
  override get value(): number {
    return super.value + leaked * 1e-6
  }
}

class OffByOne extends HonestMean {
  override get value(): number {
    const window = this.seen.slice(1)
    return this.seen.length < LENGTH ? Number.NaN : window.reduce((sum, x) => sum + x, 0) / window.length
  }
}

class EarlyVoice extends HonestMean {
  override get value(): number {
    return this.seen.reduce((sum, x) => sum + x, 0) / this.seen.length
  }
}

class LateVoice extends HonestMean {
  override readonly first = LENGTH - 2 // promised one bar too soon
}

class LongMemory extends HonestMean {
  #trace = 0
  override update(input: number): void {
    super.update(input)
    this.#trace = 0.99 * this.#trace + input
  }
  override get value(): number {
    return super.value + this.#trace
  }
}

class AbsoluteConstant extends HonestMean {
  override get value(): number {
    return super.value + 0.01 // cents hard-coded
  }
}

class SwallowsNaN extends HonestMean {
  override update(input: number): void {
    this.seen = [...this.seen, input].slice(-LENGTH)
  }
}

class DividesByZero extends HonestMean {
  override get value(): number {
    return super.value * (this.seen.at(-1)! / this.seen.at(-1)!) // 0/0 on a price of zero
  }
}

class ForgetsItsCount extends HonestMean {
  override restore(state: readonly number[]): void {
    super.restore([...state.slice(0, LENGTH), LENGTH])
  }
}

class HalfSnapshot extends HonestMean {
  #last = 0
  override update(input: number): void {
    super.update(input)
    this.#last = 0.5 * this.#last + input // not in the snapshot
  }
  override get value(): number {
    return super.value + this.#last
  }
}

class KeepsEverything extends HonestMean {
  readonly #history: number[] = []
  override update(input: number): void {
    super.update(input)
    this.#history.push(input)
  }
  override snapshot(): readonly number[] {
    return [...super.snapshot(), ...this.#history]
  }
}

class SinglePrecision extends HonestMean {
  #sum = 0
  override update(input: number): void {
    const old = this.seen.length === LENGTH ? this.seen[0]! : 0
    super.update(input)
    this.#sum = Math.fround(this.#sum + input - old)
  }
  override get value(): number {
    return this.seen.length < LENGTH ? Number.NaN : this.#sum / LENGTH
  }
}

const PLANTED: readonly {
  readonly bug: string
  readonly flaggedBy: readonly PromiseId[]
  readonly create: (all: readonly number[]) => Feature<number>
}[] = [
  { bug: "the next bar's close", flaggedBy: ['U1', 'U2', 'U3'], create: all => new NextClose(all) },
  { bug: 'a centred mean', flaggedBy: ['U1', 'U2', 'U3', 'U5'], create: all => new CentredMean(all) },
  { bug: 'the mean of the whole sample', flaggedBy: ['U1', 'U2', 'U3'], create: all => new WholeSampleScore(all) },
  { bug: 'state shared between instances', flaggedBy: ['U1', 'U2', 'U9'], create: () => new SharedState() },
  { bug: 'a window one too short', flaggedBy: ['U1'], create: () => new OffByOne() },
  { bug: 'values while warming up', flaggedBy: ['U1', 'U5'], create: () => new EarlyVoice() },
  { bug: 'a first index that is wrong', flaggedBy: ['U5'], create: () => new LateVoice() },
  { bug: 'a memory longer than declared', flaggedBy: ['U4', 'U9', 'U11'], create: () => new LongMemory() },
  { bug: 'a constant in price units', flaggedBy: ['U1', 'U6', 'U7'], create: () => new AbsoluteConstant() },
  { bug: 'NaN let in', flaggedBy: ['U7'], create: () => new SwallowsNaN() },
  { bug: 'a division by zero', flaggedBy: ['U7'], create: () => new DividesByZero() },
  { bug: 'a snapshot restored without its count', flaggedBy: ['U9'], create: () => new ForgetsItsCount() },
  { bug: 'a snapshot that leaves something out', flaggedBy: ['U8', 'U9'], create: () => new HalfSnapshot() },
  { bug: 'history kept for ever', flaggedBy: ['U10'], create: () => new KeepsEverything() },
  { bug: 'a running sum in single precision', flaggedBy: ['U1', 'U11'], create: () => new SinglePrecision() },
]

describe('a planted bug is flagged', () => {
  for (const { bug, flaggedBy, create } of PLANTED) {
    test(`${bug}: by ${flaggedBy.join(', ')}`, () => {
      for (const id of flaggedBy) expect(breaksPromise(contractOf(create), id), id).toBe(true)
    })
  }

  test('an input held on to is flagged by U10', () => {
    class HoldsInput implements Feature<{ readonly price: number }> {
      readonly name = 'last price'
      readonly first = 0
      readonly stableAfter = 0
      readonly degenerate = false
      #held: { readonly price: number } | undefined
      update(input: { readonly price: number }): void {
        this.#held = input
      }
      get value(): number {
        return this.#held?.price ?? Number.NaN
      }
      snapshot(): readonly number[] {
        return this.#held ? [this.#held.price] : []
      }
      restore([price]: readonly number[]): void {
        this.#held = price === undefined ? undefined : { price }
      }
    }
    const contract: FeatureContract<{ readonly price: number }> = {
      create: () => new HoldsInput(),
      inputs: (seed, length) => closeInputs(seed, length).map(price => ({ price })),
      batch: inputs => inputs.map(({ price }) => [price]),
      memory: 'window',
      laws: [{ name: 'none', input: input => input, output: same }],
      degenerate: [],
      hard: [],
      refused: [],
    }

    expect(breaksPromise(contract, 'U10')).toBe(true)
    expect(breaksPromise(contract, 'U2'), 'nothing else is wrong with it').toBe(false)
  })
})

test('the same feature without a bug breaks no promise', () => {
  for (const id of ['U1', 'U2', 'U3', 'U4', 'U5', 'U6', 'U7', 'U8', 'U9', 'U10', 'U11'] as const) {
    expect(
      breaksPromise(
        contractOf(() => new HonestMean()),
        id,
      ),
      id,
    ).toBe(false)
  }
})
