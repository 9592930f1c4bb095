// Objects, classes and functions of a program, as things whose fields, parameters and returns are spots.

import type { ClassExpression, Expression, FunctionExpression, ObjectExpression } from '../program/program.ts'
import type { Building } from './building.ts'
import type { FunctionParts, Spot, Thing } from './flow-graph.ts'

/** The function whose body is being read. */
interface Inside {
  readonly parts: FunctionParts
  readonly yields: Thing | undefined
}

export class MadeThings {
  inside: Inside | undefined
  readonly #builder: Building
  readonly #things = new Map<FunctionExpression | ClassExpression | ObjectExpression, Thing>()

  constructor(builder: Building) {
    this.#builder = builder
  }

  of(made: FunctionExpression | ClassExpression | ObjectExpression): Thing | undefined {
    return this.#things.get(made)
  }

  object(value: ObjectExpression, spot: Spot): void {
    const { graph } = this.#builder
    const thing = graph.thing(value.at)
    this.#things.set(value, thing)
    graph.add(spot, thing.token)
    for (const entry of value.entries) {
      const given = this.#builder.expression(
        entry.value.kind === 'wrapped' && entry.value.how === 'spread' ? entry.value.value : entry.value,
      )
      if (entry.key !== undefined) graph.copy(given, graph.field(thing, entry.key))
      else if (entry.index !== undefined) {
        this.#builder.expression(entry.index)
        const key = this.#builder.constants.of(entry.index)?.value
        graph.copy(given, typeof key === 'string' ? graph.field(thing, key) : thing.rest)
      } else this.#builder.spread(given, thing)
    }
  }

  class(value: ClassExpression): Thing {
    const { graph } = this.#builder
    const thing = graph.thing(value.at)
    thing.class = value
    this.#things.set(value, thing)
    for (const base of value.bases) {
      const spot = this.#builder.expression(base)
      thing.bases.push(spot)
      this.#builder.spread(spot, thing)
    }
    for (const member of value.members) {
      if (member.value === undefined) continue
      const spot = this.#builder.expression(member.value)
      if (member.name === undefined) continue
      const field = graph.field(thing, member.name)
      const parts = member.isGetter && member.value.kind === 'function' ? this.#things.get(member.value)?.function : undefined
      graph.copy(parts?.returns ?? spot, field)
    }
    return thing
  }

  function(value: FunctionExpression): Thing {
    const { graph } = this.#builder
    const thing = graph.thing(value.at)
    this.#things.set(value, thing)
    const params = value.params.map(param => {
      const spot = graph.spot(param.at, true)
      const inner = param.kind === 'default-pattern' ? param.target : param
      return { spot, name: inner.kind === 'name' ? inner.name : undefined, isRest: param.kind === 'rest-pattern' }
    })
    const parts: FunctionParts = { params, returns: graph.spot(value.at) }
    thing.function = parts
    let yields: Thing | undefined
    if (value.isGenerator) {
      yields = graph.thing(value.at)
      // An iterator's `next()` returns what was yielded as `value`.
      const step = graph.thing(value.at)
      const next = graph.thing(value.at)
      next.function = { params: [], returns: graph.spot(value.at) }
      graph.add(next.function.returns, step.token)
      graph.copy(yields.rest, graph.field(step, 'value'))
      graph.add(graph.field(yields, 'next'), next.token)
      graph.add(parts.returns, yields.token)
    }

    const outer = this.inside
    this.inside = { parts, yields }
    value.params.forEach((param, i) => {
      const { spot, isRest } = params[i]!
      if (isRest && param.kind === 'rest-pattern') {
        const rest = graph.thing(param.at)
        graph.copy(spot, rest.rest)
        const whole = graph.spot(param.at)
        graph.add(whole, rest.token)
        this.#builder.pattern(param.target, whole)
      } else this.#builder.pattern(param, spot)
    })
    this.#builder.body(value.body)
    this.inside = outer
    return thing
  }
  yield(value: Expression): void {
    const yields = this.inside?.yields
    if (yields === undefined) return
    const spot = this.#builder.graph.spot(value.at, true)
    this.#builder.graph.copy(this.#builder.expression(value), spot)
    this.#builder.graph.copy(spot, yields.rest)
    // `yield*` and `yield from` hand on the elements.
    this.#builder.graph.on(spot, token => {
      if (token.kind === 'thing' && token.thing.fields.has('next'))
        this.#builder.graph.copy(this.#builder.graph.any(token.thing), yields.rest)
    })
  }
}
