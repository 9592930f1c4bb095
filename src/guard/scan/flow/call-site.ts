// One call of a program, with the spots of what goes in and what comes out.

import type { Call, Expression } from '../program/program.ts'
import type { Spot } from './flow-graph.ts'

export interface Argument {
  readonly spot: Spot
  readonly isSpread: boolean
  readonly expression: Expression | undefined
}

export interface Site {
  readonly at: number
  readonly call: Call | undefined
  readonly args: readonly Argument[]
  readonly keywords: readonly { readonly name: string | undefined; readonly spot: Spot; readonly value: Expression }[]
  readonly result: Spot
  readonly receiver: Spot | undefined
  /** The last name of what is called. */
  readonly name: string
  /** Whether it is known what the call does. */
  isUnderstood: boolean
}
