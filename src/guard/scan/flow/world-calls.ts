// Calls of functions of the world that do something of their own with what they are given.

import type { Building, Calling } from './building.ts'
import type { Site } from './call-site.ts'
import type { Spot } from './flow-graph.ts'
import { drawInText } from './random-sources.ts'

export class WorldCalls {
  readonly #builder: Building
  readonly #calls: Calling
  /** What goes through the operators of streams, whichever stream it is. */
  readonly #streamed: Spot

  constructor(builder: Building, calls: Calling) {
    this.#builder = builder
    this.#calls = calls
    this.#streamed = builder.graph.spot(0)
  }

  /** The result is one of the arguments, or holds them. */
  handOn(site: Site, isCopy: boolean): void {
    const { graph } = this.#builder
    const [first, second] = site.args
    const whole = graph.thing(site.at)
    graph.add(site.result, whole.token)
    for (const { spot, isSpread } of site.args) {
      const given = isSpread ? this.#builder.elements(spot) : spot
      if (isCopy) this.#builder.copied(given, whole, site.result)
      else graph.copy(given, site.result)
    }
    for (const { name, spot } of site.keywords) graph.copy(spot, name === undefined ? whole.rest : graph.field(whole, name))
    // `Array.from(source, make)`, and `Object.assign(target, …)`, which changes its target.
    if (second !== undefined && /\bfrom$/.test(site.name))
      this.#calls.callback(
        second.spot,
        [first === undefined ? undefined : this.#builder.elements(first.spot)],
        whole.rest,
        site.at,
      )
    if (site.name === 'assign' && first !== undefined)
      for (const { spot } of site.args.slice(1)) this.#builder.spread(spot, this.#builder.imply(first.spot))
  }

  /** What has rules of its own; false when it has not. */
  special(site: Site, path: string): boolean {
    const builder = this.#builder
    const { graph, constants } = builder
    const [first, second, third] = site.args
    switch (path) {
      case 'Promise': {
        // `new Promise(resolve => … resolve(value))`.
        const resolve = graph.thing(site.at)
        const given = graph.spot(site.at)
        resolve.function = { params: [{ spot: given, name: undefined, isRest: false }], returns: graph.spot(site.at) }
        graph.copy(given, site.result)
        const resolver = graph.spot(site.at)
        graph.add(resolver, resolve.token)
        if (first !== undefined) this.#calls.callback(first.spot, [resolver], graph.spot(site.at), site.at)
        return true
      }
      case 'Proxy': {
        // What `get` of its handler returns is what is read from it.
        const made = graph.thing(site.at)
        graph.add(site.result, made.token)
        if (first !== undefined) graph.copy(first.spot, site.result)
        if (second !== undefined) {
          const get = graph.spot(site.at)
          builder.load(second.spot, 'get', get)
          this.#calls.callback(get, first === undefined ? [] : [first.spot], made.rest, site.at)
        }
        return true
      }
      case 'Reflect.get':
      case 'getattr':
      case 'operator.getitem': {
        const key = second?.expression === undefined ? undefined : constants.of(second.expression)?.value
        if (first !== undefined) builder.load(first.spot, typeof key === 'string' ? key : undefined, site.result)
        if (third !== undefined) graph.copy(third.spot, site.result)
        return true
      }
      case 'setattr':
      case 'Reflect.set': {
        const key = second?.expression === undefined ? undefined : constants.of(second.expression)?.value
        if (first !== undefined && third !== undefined) {
          const thing = builder.imply(first.spot)
          graph.copy(third.spot, typeof key === 'string' ? graph.field(thing, key) : thing.rest)
        }
        return true
      }
      case 'Reflect.apply':
        if (first !== undefined)
          this.#calls.callback(first.spot, third === undefined ? [] : [builder.elements(third.spot)], site.result, site.at)
        return true
      case 'Reflect.construct':
        if (first !== undefined)
          this.#calls.callback(first.spot, second === undefined ? [] : [builder.elements(second.spot)], site.result, site.at)
        return true
      case 'rxjs.map':
      case 'rxjs/operators.map':
        if (first !== undefined) this.#calls.callback(first.spot, [this.#streamed], this.#streamed, site.at)
        return true
      case 'rxjs.scan':
      case 'rxjs/operators.scan':
        if (first !== undefined) this.#calls.callback(first.spot, [site.result, this.#streamed], site.result, site.at)
        return true
      case 'map':
      case 'filter':
      case 'itertools.starmap': {
        const made = graph.thing(site.at)
        graph.add(site.result, made.token)
        if (first !== undefined)
          this.#calls.callback(
            first.spot,
            site.args.slice(1).map(({ spot }) => builder.elements(spot)),
            made.rest,
            site.at,
          )
        if (path === 'filter' && second !== undefined) graph.copy(second.spot, site.result)
        return true
      }
      case 'functools.reduce':
      case 'reduce':
      case 'itertools.accumulate': {
        const isAccumulate = path.endsWith('accumulate')
        const step = isAccumulate ? second : first
        const over = isAccumulate ? first : second
        if (over === undefined) return true
        if (step !== undefined) this.#calls.callback(step.spot, [site.result, builder.elements(over.spot)], site.result, site.at)
        graph.derive(over.spot, site.result)
        if (third !== undefined) graph.copy(third.spot, site.result)
        if (isAccumulate) builder.sums.push({ spot: site.result, at: site.at, isRunning: step === undefined })
        return true
      }
      case 'next':
      case 'anext':
        if (first === undefined) return false
        graph.copy(builder.elements(first.spot), site.result)
        return true
      case 'property':
      case 'functools.cached_property':
      case 'cached_property':
        if (first !== undefined) this.#calls.returnsOf(first.spot, site.result)
        return true
      case 'numpy.vectorize':
      case 'functools.partial':
        for (const { spot } of site.args) graph.copy(spot, site.result)
        return true
      case 'staticmethod':
      case 'classmethod':
        if (first !== undefined) graph.copy(first.spot, site.result)
        return true
      case 'eval':
      case 'exec':
      case 'Function':
      case 'vm.runInNewContext':
      case 'vm.runInThisContext': {
        const text = site.args.at(path === 'Function' ? -1 : 0)?.expression
        const code = text === undefined ? undefined : constants.of(text)?.value
        const drawn = typeof code === 'string' ? drawInText(code) : undefined
        if (drawn === undefined) return false
        graph.add(site.result, graph.path(drawn))
        // `exec(text, names)`: what the text defines is under its name.
        if (path === 'exec' && second !== undefined) graph.add(builder.imply(second.spot).rest, graph.path(drawn))
        if (path !== 'Function') graph.add(site.result, { kind: 'origin', trait: 'random', at: site.at })
        return true
      }
      default:
        return false
    }
  }
}
