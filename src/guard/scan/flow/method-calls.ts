// Calls of methods, judged by their names: what they do on lists, promises, functions and numbers.

import type { Expression } from '../program/program.ts'
import type { Building, Calling } from './building.ts'
import type { Site } from './call-site.ts'
import type { Spot } from './flow-graph.ts'
import { COPYING, EACH, FOLDING, MAPPING, SAME, STORING, TAKING } from './passing.ts'
import { SHUFFLED } from './random-sources.ts'

export class MethodCalls {
  readonly #builder: Building
  readonly #calls: Calling

  constructor(builder: Building, calls: Calling) {
    this.#builder = builder
    this.#calls = calls
  }

  /** What a method of that name does on lists, promises, functions and numbers, whatever it is called on. */
  call(site: Site, receiver: Spot, object: Expression): void {
    const builder = this.#builder
    const { graph, constants } = builder
    const { name, args, result } = site
    const [first, second] = args
    if (name === '') return

    if (name === 'toString' && first?.expression !== undefined) {
      const radix = constants.of(first.expression)?.value
      if (radix !== 10) {
        site.isUnderstood = true
        return
      }
    }
    if (name === 'call' || name === 'apply' || name === 'bind') {
      const given =
        name === 'apply' ? (second === undefined ? [] : [builder.elements(second.spot)]) : args.slice(1).map(({ spot }) => spot)
      if (name === 'bind') graph.copy(receiver, result)
      else this.#calls.callback(receiver, given, result, site.at)
      site.isUnderstood = true
      return
    }
    if (name === 'then' || name === 'catch' || name === 'finally') {
      site.isUnderstood = true
      if (first !== undefined) this.#calls.callback(first.spot, name === 'then' ? [receiver] : [], result, site.at)
      if (second !== undefined) this.#calls.callback(second.spot, [], result, site.at)
      if (name !== 'then') graph.copy(receiver, result)
      return
    }

    if (FOLDING.has(name) && first !== undefined) {
      site.isUnderstood = true
      this.#calls.callback(first.spot, [result, builder.elements(receiver)], result, site.at)
      if (second === undefined) graph.copy(builder.elements(receiver), result)
      else graph.copy(second.spot, result)
      return
    }
    if (EACH.has(name) && first !== undefined) {
      const made = graph.thing(site.at)
      this.#calls.callback(first.spot, [builder.elements(receiver)], MAPPING.has(name) ? made.rest : graph.spot(site.at), site.at)
      if (MAPPING.has(name)) graph.add(result, made.token)
      else if (name === 'find' || name === 'findLast') graph.copy(builder.elements(receiver), result)
      else if (name !== 'forEach') graph.copy(receiver, result)
      site.isUnderstood = true
    }
    if (STORING.has(name)) {
      for (const { spot, isSpread } of name === 'set' || name === 'insert' || name === 'splice'
        ? args.slice(args.length > 1 ? 1 : 0)
        : args) {
        const given = isSpread || name === 'extend' || name === 'update' || name === 'extendleft' ? builder.elements(spot) : spot
        graph.on(receiver, token => {
          if (token.kind === 'thing') graph.copy(given, token.thing.rest)
        })
      }
      if (object.kind === 'name' || object.kind === 'member') builder.imply(receiver)
    }
    if ((name === 'sort' || name === 'toSorted') && first !== undefined) {
      // Another order is no other value; but the first few of a shuffle are drawn by lot.
      site.isUnderstood = true
      const order = graph.spot(site.at)
      this.#calls.callback(first.spot, [], order, site.at)
      graph.on(order, token => {
        if (token.kind === 'origin' && token.trait === 'random') graph.add(result, graph.path(SHUFFLED))
      })
    }
    if (TAKING.has(name)) graph.copy(builder.elements(receiver), result)
    if (SAME.has(name)) {
      if (COPYING.has(name)) {
        const whole = graph.thing(site.at)
        graph.add(result, whole.token)
        builder.copied(receiver, whole, result)
      } else graph.copy(receiver, result)
      if (name === 'concat' || name === 'assign' || name === 'fillna') for (const { spot } of args) graph.copy(spot, result)
      if (name === 'assign') for (const { spot } of site.keywords) graph.derive(spot, result)
    }
    if (/^(?:cumsum|cumprod|cumulative_sum|cumulative_prod)$/.test(name) || (name === 'accumulate' && object.kind === 'member')) {
      graph.derive(receiver, result)
      for (const { spot } of args) graph.derive(spot, result)
      builder.sums.push({ spot: result, at: site.at, isRunning: true })
    }
  }
}
