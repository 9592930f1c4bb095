// What every measured number promises, so that the engine, the contract suite and the catalogue know one shape.

/**
 * A streaming measurement: constant cost per update, no history beyond its own window, no look ahead.
 *
 * `value` is NaN until `first + 1` inputs were seen (`first` is the 0-based index of the first value), and a finite
 * number ever after. Where the textbook divides by zero, the value is a documented neutral one and `degenerate` is true.
 */
export interface Feature<Input> {
  /** As in the catalogue, with its parameters: 'ema(20)'. */
  readonly name: string
  readonly first: number
  /** Index from which the start of the data no longer matters (relative difference ≤ 1e-6); `first` for finite windows. */
  readonly stableAfter: number
  readonly value: number
  readonly degenerate: boolean
  update(input: Input): void
  /** The whole state as plain numbers; `restore(snapshot())` on a fresh twin continues bit for bit. */
  snapshot(): readonly number[]
  restore(state: readonly number[]): void
}

/** The bar a feature sees: price units (not steps) and UTC microseconds. `delta` is buy less sell volume, NaN when no tape. */
export interface BarInput {
  readonly openTime: number
  readonly closeTime: number
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
  readonly volume: number
  readonly buyVolume: number
  readonly sellVolume: number
}
