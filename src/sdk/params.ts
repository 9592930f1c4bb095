// Parameters: at once the schema, the space a search may walk, and the form a person fills in.
import { assert } from '../domain/assert.ts'
import type { Parameter, ParameterValues } from '../domain/strategy.ts'

interface Bounds {
  readonly min?: number
  readonly max?: number
}

/** A number that carries its value's type, so that `p.fast` is a number and `p.side` one of its choices. */
export interface Typed<Value> extends Parameter {
  readonly initial: Value & (number | string)
}

/** A whole number. */
export function int(initial: number, { min = 1, max = 1_000_000 }: Bounds = {}): Typed<number> {
  assert(Number.isInteger(initial), 'an int parameter starts at a whole number')
  return bounded({ kind: 'int', initial, min, max, choices: [] })
}

/** Any finite number. */
export function number(initial: number, { min = -1e12, max = 1e12 }: Bounds = {}): Typed<number> {
  return bounded({ kind: 'number', initial, min, max, choices: [] })
}

/** Percent, as people say it: 0.5 is half a percent. */
export function percent(initial: number, { min = 0, max = 100 }: Bounds = {}): Typed<number> {
  return bounded({ kind: 'percent', initial, min, max, choices: [] })
}

/** One of several words. */
export function choice<const Choice extends string>(initial: Choice, choices: readonly Choice[]): Typed<Choice> {
  assert(choices.includes(initial), 'a choice starts at one of its choices')
  return { kind: 'choice', initial, min: 0, max: choices.length - 1, choices }
}

function bounded(parameter: Typed<number>): Typed<number> {
  assert(parameter.min <= parameter.initial && parameter.initial <= parameter.max, 'a parameter starts within its bounds')
  return parameter
}

/** Given values completed with the initial ones, or every fault of them at once. */
export function readParameters(
  parameters: Readonly<Record<string, Parameter>>,
  given: Readonly<Record<string, unknown>>,
): { readonly values: ParameterValues; readonly faults: readonly string[] } {
  const values: Record<string, number | string> = {}
  const faults: string[] = []
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(parameters, name))
      faults.push(`unknown parameter '${name}'; there are: ${Object.keys(parameters).join(', ') || 'none'}`)
  }
  for (const [name, parameter] of Object.entries(parameters)) {
    const value = Object.hasOwn(given, name) ? given[name] : parameter.initial
    const fault = faultOf(parameter, value)
    if (fault !== undefined) faults.push(`${name} ${fault}, was ${JSON.stringify(value)}`)
    else values[name] = parameter.kind === 'choice' ? String(value) : (value as number)
  }
  return { values, faults }
}

function faultOf({ kind, min, max, choices }: Parameter, value: unknown): string | undefined {
  // A choice such as '1' reads as a number in YAML; a list with one word is still no word.
  if (kind === 'choice')
    return typeof value !== 'object' && choices.includes(String(value)) ? undefined : `must be one of ${choices.join(', ')}`
  if (typeof value !== 'number' || !Number.isFinite(value)) return 'must be a number'
  if (kind === 'int' && !Number.isInteger(value)) return 'must be a whole number'
  return value < min || value > max ? `must be between ${min} and ${max}` : undefined
}
