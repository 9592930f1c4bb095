// What a value has in it: entries, elements, members of its class; and what is behind a name of the world.

import { isAside, isIdentity } from '../clues/market-words.ts'
import { FlowGraph, type Spot, type Thing, type Token } from './flow-graph.ts'

/** Names of the world under another name, where nobody imported them: as in a text given to `inspect`. */
export const USUAL_NAMES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    window: 'globalThis',
    self: 'globalThis',
    global: 'globalThis',
    builtins: 'globalThis',
    __builtins__: 'globalThis',
    np: 'numpy',
    pd: 'pandas',
    tf: 'tensorflow',
  }),
)

export abstract class ValueParts {
  readonly graph = new FlowGraph(isAside)
  readonly #implied = new Map<Spot, Thing>()
  readonly #elements = new Map<Spot, Spot>()

  /** The variable of the top level with that name. */
  protected abstract globalNamed(name: string): Spot | undefined

  /** The object that must be behind a variable when something is put into it. */
  imply(spot: Spot): Thing {
    const known = this.#implied.get(spot)
    if (known !== undefined) return known
    const thing = this.graph.thing(spot.at)
    this.#implied.set(spot, thing)
    this.graph.add(spot, thing.token)
    return thing
  }

  /** Every entry of one object is also in another. */
  spread(from: Spot, into: Thing): void {
    this.graph.on(from, token => {
      if (token.kind === 'thing') this.graph.inherit(token.thing, into)
      else if (token.kind !== 'path') this.graph.add(into.rest, token, from)
    })
  }

  /** What is in one value is also in another, which is the result; functions and what is drawn are what they were. */
  copied(from: Spot, into: Thing, result: Spot): void {
    this.graph.on(from, token => {
      if (token.kind === 'thing' && token.thing.function === undefined && token.thing.class === undefined)
        this.graph.inherit(token.thing, into)
      else this.graph.add(result, token, from)
    })
  }

  /** What is under a key of a value; `key` undefined for one that is not known. */
  load(object: Spot, key: string | undefined, result: Spot): void {
    this.graph.link(object, result)
    this.graph.on(object, token => this.#loadFrom(token, key, result, object))
  }

  #loadFrom(token: Token, key: string | undefined, result: Spot, object: Spot): void {
    const { graph } = this
    switch (token.kind) {
      case 'thing':
        if (key === undefined) {
          if (token.thing.class === undefined) graph.copy(graph.any(token.thing), result)
        } else if (key === 'prototype') graph.add(result, token)
        else {
          graph.copy(graph.field(token.thing, key), result)
          graph.copy(token.thing.rest, result)
          for (const base of token.thing.bases) this.#loadFromWorld(base, key, result)
        }
        return
      case 'path':
        if (key !== undefined) graph.add(result, graph.path(pathUnder(token.path, key)))
        if (token.path === 'globals()' && key !== undefined) {
          const named = this.globalNamed(key)
          if (named !== undefined) graph.copy(named, result)
        }
        return
      case 'borrowed':
        if (key !== undefined && token.trait === undefined)
          graph.add(result, graph.borrowed(token.module, nameUnder(token.name, key)), object)
        else graph.add(result, token, object)
        return
      case 'origin':
        if (token.trait !== 'made-up' && key !== 'length' && key !== 'size' && !(key !== undefined && isIdentity(key)))
          graph.add(result, token, object)
    }
  }

  /** A base class that is not of this file. */
  #loadFromWorld(base: Spot, key: string, result: Spot): void {
    this.graph.on(base, token => {
      if (token.kind === 'path' || token.kind === 'borrowed') this.#loadFrom(token, key, result, base)
    })
  }

  /** What a loop over a value sees. */
  elements(whole: Spot): Spot {
    const known = this.#elements.get(whole)
    if (known !== undefined) return known
    const made = this.graph.spot(whole.at)
    this.#elements.set(whole, made)
    this.graph.link(whole, made)
    this.graph.on(whole, token => {
      if (token.kind === 'thing') {
        if (token.thing.class === undefined || token.thing.fields.has('__iter__'))
          this.graph.copy(this.graph.any(token.thing), made)
      } else this.graph.add(made, token, whole)
    })
    return made
  }
}

/** 'globalThis' and 'Math' → 'Math'. */
function pathUnder(path: string, key: string): string {
  if (path === 'globalThis')
    return key === 'globalThis' || key === 'window' || key === 'self' || key === 'global' ? path : (USUAL_NAMES.get(key) ?? key)
  if (path === 'sys.modules') return key
  if (path === 'Math.constructor' || path === 'Reflect.constructor') return path
  return `${path}.${key}`
}

const nameUnder = (name: string, key: string): string => (name === '*' ? key : `${name}.${key}`)
