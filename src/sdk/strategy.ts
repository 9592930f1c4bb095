// Turns what an author writes into what the engine runs. Types follow from the parameters and features declared.
import { assert } from '../domain/assert.ts'
import type { Action, Measure, Situation, Strategy } from '../domain/strategy.ts'
import type { Typed } from './params.ts'

type Parameters = Readonly<Record<string, Typed<number> | Typed<string>>>
type ValuesOf<Declared extends Parameters> = {
  readonly [Name in keyof Declared]: Declared[Name] extends Typed<infer Value> ? Value : never
}

export interface StrategyText<Declared extends Parameters, Measures extends Readonly<Record<string, Measure>>> {
  readonly name: string
  /** '1m', '15m', '1h', '1d', or 'quote' for every quote. A configuration may say otherwise. */
  readonly bar: string
  readonly params: Declared
  /** Combinations of values that make no sense, in words; none is the answer of a good one. */
  readonly check?: (p: ValuesOf<Declared>) => readonly string[]
  /** Fresh measures for these values. Warm-up is derived from them. */
  readonly features: (p: ValuesOf<Declared>) => Measures
  /** Asked at each bar's close once every feature is warm. */
  readonly decide: (situation: Situation<ValuesOf<Declared>, Measures>) => Action
}

export function strategy<const Declared extends Parameters, Measures extends Readonly<Record<string, Measure>>>(
  text: StrategyText<Declared, Measures>,
): Strategy {
  assert(/^[a-z][a-z0-9-]*$/.test(text.name), 'a strategy has a kebab-case name')
  return Object.freeze({
    name: text.name,
    bar: text.bar,
    parameters: text.params,
    check: values => text.check?.(values as unknown as ValuesOf<Declared>) ?? [],
    measures: values => text.features(values as unknown as ValuesOf<Declared>),
    decide: situation => text.decide(situation as unknown as Situation<ValuesOf<Declared>, Measures>),
  } satisfies Strategy)
}
