// Expressions hold calls, calls hold functions, functions hold expressions: the two ends of that circle, handed around.

import type { Expression, Pattern, Program, Statement } from '../program/program.ts'
import type { Constants } from './constants.ts'
import type { FlowGraph, Spot, Thing } from './flow-graph.ts'

/** An addition or a multiplication; `isRunning` when it is one of the value before. */
export interface Sum {
  readonly spot: Spot
  readonly at: number
  readonly isRunning?: boolean
  /** Undefined where a function sums up. */
  readonly operands?: readonly Spot[]
}

/** What those who build a part of the graph need of the whole. */
export interface Building {
  readonly program: Program
  readonly constants: Constants
  readonly graph: FlowGraph
  /** Operations that add or multiply, as candidates for running sums. */
  readonly sums: Sum[]
  expression(value: Expression): Spot
  pattern(target: Pattern, from: Spot): void
  body(statements: readonly Statement[]): void
  elements(whole: Spot): Spot
  imply(spot: Spot): Thing
  load(object: Spot, key: string | undefined, result: Spot): void
  spread(from: Spot, into: Thing): void
  copied(from: Spot, into: Thing, result: Spot): void
}

/** What those who judge one kind of call need of calls in general. */
export interface Calling {
  /** A function that someone else calls with these arguments. */
  callback(fn: Spot, given: readonly (Spot | undefined)[], result: Spot, at: number): void
  /** What a function returns that may be called by whom it is given to. */
  returnsOf(fn: Spot, result: Spot): void
}
