// Every part of a lowered program that has a place in the text, with the part it stands in: for properties of all programs.
import type { Program } from '../../src/guard/scan/program/program.ts'

export interface Part {
  readonly at: number
  readonly end: number
}

export interface Placing {
  readonly part: Part
  /** Undefined for the statements of the top level. */
  readonly inside: Part | undefined
}

/** By the shape of the data and not by its kinds, so that no kind is forgotten. */
export function placingsOf(program: Program): Placing[] {
  const placings: Placing[] = []

  const visit = (value: unknown, inside: Part | undefined): void => {
    if (Array.isArray(value)) for (const item of value) visit(item, inside)
    else if (typeof value === 'object' && value !== null) {
      const part = isPart(value) ? value : undefined
      if (part !== undefined) placings.push({ part, inside })
      for (const inner of Object.values(value)) visit(inner, part ?? inside)
    }
  }

  visit(program.body, undefined)
  return placings
}

const isPart = (value: object): value is Part => 'at' in value && 'end' in value
