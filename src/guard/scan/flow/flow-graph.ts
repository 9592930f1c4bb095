// A graph of the places of one file's values: what is known of a value is a token, and tokens move along edges until nothing is new.

import type { ClassExpression } from '../program/program.ts'
import type { Trait } from './trait.ts'

/** One place of a value: a variable, an expression, a field, what a function returns. */
export interface Spot {
  readonly at: number
  /** Shown in evidence: draws, assignments, arguments, returns. */
  readonly isLandmark: boolean
  /** Says who, not how much: nothing drawn passes. */
  isIdentity: boolean
  tokens: readonly Token[]
  /** Where each token came from; undefined where it began. */
  came: readonly (Spot | undefined)[]
  /** How many of the tokens have been passed on. */
  passed: number
  edges: Edge[] | undefined
  /** Where parts of it go: what passes there passes by listeners, and not everything does. */
  links: Spot[] | undefined
  listeners: ((token: Token) => void)[] | undefined
}

interface Edge {
  readonly to: Spot
  /** `copy` is the same value; `derive` is a value reckoned from it: traits pass, names and functions do not. */
  readonly how: 'copy' | 'derive'
}

export type Token = PathToken | ThingToken | OriginToken | BorrowedToken

/** A thing of the world under its name: 'Math.random', 'numpy.random.default_rng()'. */
export interface PathToken {
  readonly kind: 'path'
  readonly path: string
}

/** An object, list, function or class of this file. */
export interface ThingToken {
  readonly kind: 'thing'
  readonly thing: Thing
}

export interface OriginToken {
  readonly kind: 'origin'
  readonly trait: Trait
  readonly at: number
}

/** What a name of another module is, or returns when it is called. */
export interface BorrowedToken {
  readonly kind: 'borrowed'
  readonly module: string
  readonly name: string
  /** What of it matters: everything, or that it is a running sum of draws if it is a draw. */
  readonly trait: Trait | undefined
}

export interface Thing {
  readonly at: number
  readonly token: ThingToken
  readonly fields: Map<string, Spot>
  /** What is stored under keys that nobody knows beforehand. */
  readonly rest: Spot
  any: Spot | undefined
  /** Things that take over every field: spreads, heirs. */
  heirs: Thing[] | undefined
  function: FunctionParts | undefined
  class: ClassExpression | undefined
  /** What it inherits from. */
  readonly bases: Spot[]
}

export interface FunctionParts {
  readonly params: readonly { readonly spot: Spot; readonly name: string | undefined; readonly isRest: boolean }[]
  readonly returns: Spot
}

/** More of one kind at one place says nothing new. */
const TOKENS_MAX = 28
const PER_TRAIT_MAX = 3
const PATH_MAX = 120

/** Most spots never hear of anything: they share these until they do. */
const NO_TOKENS: readonly Token[] = []
const NOWHERE: readonly (Spot | undefined)[] = []

export class FlowGraph {
  readonly #paths = new Map<string, PathToken>()
  readonly #borrowed = new Map<string, BorrowedToken>()
  /** Spots with a token that was not passed on, once for each; their tokens are passed on in the order in which they came. */
  readonly #queue: Spot[] = []
  readonly #traits = new Set<Trait>()
  #hasBorrowed = false
  /** Keys whose values are who, when and how long: not part of what an object as a whole is worth. */
  readonly #isAside: (key: string) => boolean

  constructor(isAside: (key: string) => boolean) {
    this.#isAside = isAside
  }

  spot(at: number, isLandmark = false): Spot {
    return {
      at,
      isLandmark,
      isIdentity: false,
      tokens: NO_TOKENS,
      came: NOWHERE,
      passed: 0,
      edges: undefined,
      links: undefined,
      listeners: undefined,
    }
  }

  path(path: string): PathToken | undefined {
    const known = this.#paths.get(path)
    if (known !== undefined) return known
    if (path.length > PATH_MAX) return undefined
    const made: PathToken = { kind: 'path', path }
    this.#paths.set(path, made)
    return made
  }

  borrowed(module: string, name: string, trait?: Trait): BorrowedToken | undefined {
    if (name.length > PATH_MAX) return undefined
    const key = `${module}\n${name}\n${trait ?? ''}`
    const known = this.#borrowed.get(key)
    if (known !== undefined) return known
    const made: BorrowedToken = { kind: 'borrowed', module, name, trait }
    this.#borrowed.set(key, made)
    return made
  }

  thing(at: number): Thing {
    const token: { kind: 'thing'; thing: Thing } = { kind: 'thing', thing: undefined as unknown as Thing }
    token.thing = {
      at,
      token,
      fields: new Map(),
      rest: this.spot(at),
      any: undefined,
      heirs: undefined,
      function: undefined,
      class: undefined,
      bases: [],
    }
    return token.thing
  }

  add(spot: Spot, token: Token | undefined, from?: Spot): void {
    if (token === undefined || spot.tokens.includes(token)) return
    if (spot.tokens.length >= TOKENS_MAX) return
    if (token.kind === 'origin') {
      if (spot.isIdentity && token.trait !== 'made-up') return
      if (isCrowded(spot.tokens, token.trait)) return
    }
    if (spot.tokens === NO_TOKENS) {
      spot.tokens = [token]
      spot.came = [from]
    } else {
      ;(spot.tokens as Token[]).push(token)
      ;(spot.came as (Spot | undefined)[]).push(from)
    }
    if (token.kind === 'origin') this.#traits.add(token.trait)
    else if (token.kind === 'borrowed') this.#hasBorrowed = true
    this.#queue.push(spot)
  }

  /** Whether any value of the file can have that trait; false is certain. */
  mayCarry(trait: Trait): boolean {
    return this.#hasBorrowed || this.#traits.has(trait)
  }

  copy(from: Spot, to: Spot): void {
    this.#edge(from, to, 'copy')
  }

  derive(from: Spot, to: Spot): void {
    this.#edge(from, to, 'derive')
  }

  link(from: Spot, to: Spot): void {
    if (from.links === undefined) from.links = [to]
    else from.links.push(to)
  }

  /** Calls back for every token that is there or will come. */
  on(spot: Spot, listener: (token: Token) => void): void {
    spot.listeners ??= []
    spot.listeners.push(listener)
    for (let i = 0; i < spot.passed; i += 1) listener(spot.tokens[i]!)
  }

  field(thing: Thing, key: string): Spot {
    const known = thing.fields.get(key)
    if (known !== undefined) return known

    const made = this.spot(thing.at)
    thing.fields.set(key, made)
    if (thing.any !== undefined && !this.#isAside(key)) this.copy(made, thing.any)
    if (thing.heirs !== undefined) for (const heir of thing.heirs) this.copy(made, this.field(heir, key))
    return made
  }

  /** All that is in it, keys that stand aside left out. */
  any(thing: Thing): Spot {
    if (thing.any !== undefined) return thing.any
    thing.any = this.spot(thing.at)
    this.copy(thing.rest, thing.any)
    for (const [key, field] of thing.fields) if (!this.#isAside(key)) this.copy(field, thing.any)
    return thing.any
  }

  /** Everything of `from` is also in `heir`, under the same keys. */
  inherit(from: Thing, heir: Thing): void {
    if (from === heir || from.heirs?.includes(heir)) return
    from.heirs ??= []
    from.heirs.push(heir)
    this.copy(from.rest, heir.rest)
    for (const [key, field] of [...from.fields]) this.copy(field, this.field(heir, key))
  }

  /** Until nothing is new. */
  settle(): void {
    for (let i = 0; i < this.#queue.length; i += 1) {
      const spot = this.#queue[i]!
      const token = spot.tokens[spot.passed]!
      spot.passed += 1
      // What is added meanwhile sees this token by itself.
      const edges = spot.edges?.length ?? 0
      const listeners = spot.listeners?.length ?? 0
      for (let k = 0; k < edges; k += 1) this.#pass(spot, token, spot.edges![k]!)
      for (let k = 0; k < listeners; k += 1) spot.listeners![k]!(token)
    }
    this.#queue.length = 0
  }

  #edge(from: Spot, to: Spot, how: Edge['how']): void {
    if (from === to) return
    const edge: Edge = { to, how }
    if (from.edges === undefined) from.edges = [edge]
    else {
      for (const known of from.edges) if (known.to === to && known.how === how) return
      from.edges.push(edge)
    }
    for (let i = 0; i < from.passed; i += 1) this.#pass(from, from.tokens[i]!, edge)
  }

  #pass(from: Spot, token: Token, edge: Edge): void {
    if (edge.how === 'copy') {
      this.add(edge.to, token, from)
      return
    }
    if (token.kind === 'thing') {
      token.thing.class === undefined ? this.derive(this.any(token.thing), edge.to) : undefined
      return
    }
    if (token.kind === 'path' || (token.kind === 'origin' && token.trait === 'made-up')) return
    // A module is no number: only what is taken from it.
    if (token.kind === 'borrowed' && token.name === '*') return
    this.add(edge.to, token, from)
  }
}

function isCrowded(tokens: readonly Token[], trait: Trait): boolean {
  let count = 0
  for (const token of tokens) if (token.kind === 'origin' && token.trait === trait) count += 1
  return count >= PER_TRAIT_MAX
}
