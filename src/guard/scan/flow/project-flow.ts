// Where values go between files: whether what one file takes from another carries the trait that a rule suspects.

import type { Hit } from '../rule.ts'
import type { Borrowed, Origin } from './trait.ts'

/** A place in another file than the one that is reported. */
export interface FarPlace {
  readonly file: string
  readonly at: number
}

export type Exports = ReadonlyMap<string, readonly Origin[]>

/** As far as names are passed on from file to file. */
const CHAIN_MAX = 100
/** And as much as one question may ask: names that grow on their way round a circle never come to an end. */
const ASKED_MAX = 20_000

export class ProjectFlow {
  readonly #exports: ReadonlyMap<string, Exports>
  readonly #resolve: (file: string, specifier: string) => string | undefined
  readonly #known = new Map<string, readonly FarPlace[]>()
  readonly #refuted = new Set<string>()
  /** For the question in hand. */
  readonly #asked = new Set<string>()
  #depth = 0

  /** Per file what it exports; `resolve` says which of these files a module's name means there. */
  constructor(exports: ReadonlyMap<string, Exports>, resolve: (file: string, specifier: string) => string | undefined) {
    this.#exports = exports
    this.#resolve = resolve
  }

  /**
   * The places in other files, source first, that come before the hit's own evidence; empty when the hit needs nothing from elsewhere;
   * undefined when it does not stand.
   */
  standing(file: string, hit: Hit): readonly FarPlace[] | undefined {
    if (hit.needs === undefined || hit.needs.length === 0) return []
    for (const needed of hit.needs) {
      const places = this.placesOf(file, needed)
      if (places !== undefined) return places
    }
    return undefined
  }

  /** How that name of another module came by its trait; undefined when it did not. */
  placesOf(file: string, { module, name, trait }: Borrowed): readonly FarPlace[] | undefined {
    const key = `${file}\n${module}\n${name}\n${trait}`
    const known = this.#known.get(key)
    if (known !== undefined) return known
    if (this.#refuted.has(key) || this.#asked.has(key)) return undefined
    if (this.#depth > CHAIN_MAX || this.#asked.size > ASKED_MAX) return undefined

    // Whether there is a way at all: nothing has to be asked twice for one question, which also ends every circle of imports.
    this.#asked.add(key)
    this.#depth += 1
    const found = this.#search(file, module, name, trait)
    this.#depth -= 1

    if (found !== undefined) this.#known.set(key, found)
    if (this.#depth === 0) {
      if (found === undefined) for (const asked of this.#asked) this.#refuted.add(asked)
      this.#asked.clear()
    }
    return found
  }

  #search(file: string, module: string, name: string, trait: Origin['trait']): readonly FarPlace[] | undefined {
    const [first = name, ...rest] = name.split('.')
    const target = this.#resolve(file, module)
    const exports = target === undefined ? undefined : this.#exports.get(target)
    if (target !== undefined && exports !== undefined) {
      for (const origin of originsOf(exports, name)) {
        const places = this.#ofOrigin(target, origin, trait)
        if (places !== undefined) return places
      }
      // `module.exports = { ...require('./draws') }`.
      const whole = name.includes('.') ? name.slice(0, name.lastIndexOf('.')) : 'default'
      for (const { borrowed } of exports.get(`${whole}.*`) ?? []) {
        if (borrowed === undefined || borrowed.trait !== trait || exports.has(first)) continue
        const last = name.slice(name.lastIndexOf('.') + 1)
        const places = this.placesOf(target, { ...borrowed, name: borrowed.name === '*' ? last : `${borrowed.name}.${last}` })
        if (places !== undefined) return places
      }
      // `export * from`: any of those modules may have it.
      for (const { borrowed } of exports.get('*') ?? []) {
        if (borrowed === undefined || exports.has(first)) continue
        const places = this.placesOf(target, { module: borrowed.module, name, trait })
        if (places !== undefined) return places
      }
    }

    // Python: the name may be a module of that package.
    if (first === '*' || first === 'default' || exports?.has(first) === true) return undefined
    const inner = module.endsWith('.') ? `${module}${first}` : `${module}.${first}`
    const innerFile = this.#resolve(file, inner)
    if (innerFile === undefined || innerFile === target || !innerFile.endsWith('.py')) return undefined
    return this.placesOf(file, { module: inner, name: rest.length === 0 ? '*' : rest.join('.'), trait })
  }

  #ofOrigin(target: string, origin: Origin, trait: Origin['trait']): readonly FarPlace[] | undefined {
    if (origin.trait !== trait) return undefined
    const own = origin.through.map(at => ({ file: target, at }))
    if (origin.borrowed === undefined) return own
    const before = this.placesOf(target, origin.borrowed)
    return before === undefined ? undefined : [...before, ...own]
  }
}

/** What a dotted name stands for: itself, all below it, or the whole it is a part of when its parts are not known. */
function originsOf(exports: Exports, name: string): readonly Origin[] {
  if (name === '*') return exports.get('default') ?? []

  for (const asked of otherNames(name)) {
    const exact = exports.get(asked)
    if (exact !== undefined && exact.length > 0) return exact
    const below = [...exports].filter(([each]) => each.startsWith(`${asked}.`))
    if (exact !== undefined && below.length > 0) return []

    const dot = asked.lastIndexOf('.')
    if (exact !== undefined || dot < 0) continue
    const whole = asked.slice(0, dot)
    const isTakenApart = [...exports.keys()].some(each => each.startsWith(`${whole}.`))
    const origins = exports.get(whole)
    if (!isTakenApart && origins !== undefined && origins.length > 0) return origins
  }
  return []
}

/** CommonJS and modules meet: what is exported as a whole is the default, and its parts are named. */
function otherNames(name: string): readonly string[] {
  if (name === 'default') return [name]
  return name.startsWith('default.') ? [name, name.slice('default.'.length)] : [name, `default.${name}`]
}
