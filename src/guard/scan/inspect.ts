// The source check of something that is loaded already: a function, a class, an object of functions, a module.

import { examineText } from './examination/examine.ts'
import { examineApart } from './examination/examine-apart.ts'
import { byPlace } from './findings.ts'
import { ProjectFlow } from './flow/project-flow.ts'
import { divided, findingsOf } from './judgement.ts'
import { mayBeDeep } from './program/deep-text.ts'
import { Places } from './program/places.ts'
import type { Finding } from './rule.ts'

export interface InspectOptions {
  /** What stands for the file in findings: 'strategy pullback'. */
  readonly name?: string
}

/**
 * Findings by the rules for production code, on the text that the runtime keeps of functions. What has none, such as native and
 * bound functions, is passed over; so are values: what is not code is judged where it is used. Lines count from the beginning of
 * the functions put one after the other.
 */
export function inspect(value: unknown, { name = 'value' }: InspectOptions = {}): Finding[] {
  const text = new Transcript().of(value)
  const subject = { file: name, text, language: 'javascript', isTest: false } as const
  const examined = mayBeDeep(text) ? examineApart(subject) : examineText(subject)

  const alone = new ProjectFlow(new Map([[name, examined.exports]]), () => undefined)
  const findings = findingsOf(examined, Places.ofText(name, text), alone).sort(byPlace)
  return divided(findings, new Map([[name, examined.allowances]])).findings
}

/** Deeper than anybody nests objects of functions; what is wide is cut, so that a cache of a million entries is not walked. */
const LEVELS_MAX = 8
const FUNCTIONS_MAX = 5_000

type Fn = (...args: never) => unknown

/** Writes values down as one program again. */
class Transcript {
  readonly #seen = new Set<unknown>()
  readonly #before: string[] = []
  #functions = 0

  of(value: unknown): string {
    const body = isModule(value) ? this.#module(value) : this.#exported(nameOf(value) ?? 'inspected', this.#written(value, 0))
    return [...this.#before, ...body].join('\n')
  }

  /** Each export under its own name, so that they find each other. */
  #module(value: object): string[] {
    return properties(value).flatMap(([name, part]) => this.#exported(name, this.#written(part, 0)))
  }

  #exported(name: string, text: string | undefined): string[] {
    if (text === undefined) return []
    if (name === 'default') return [`export default ${text}`]
    return [`export const ${isBindable(name) ? name : `unnamed${this.#functions}`} = ${text}`]
  }

  /** As an expression; undefined where there is no code. */
  #written(value: unknown, level: number): string | undefined {
    if (typeof value === 'function') return this.#function(value as Fn)
    if (typeof value !== 'object' || value === null || level > LEVELS_MAX || this.#seen.has(value)) return undefined
    this.#seen.add(value)

    // What an instance does is in its class.
    const made = Object.getPrototypeOf(value)?.constructor
    if (typeof made === 'function' && made !== Object) this.#bringIn(made)

    const entries = properties(value).flatMap(([name, part]) => {
      const text = this.#written(part, level + 1)
      return text === undefined ? [] : [METHOD.exec(text)?.[1] ?? `${JSON.stringify(name)}: ${text}`]
    })
    return entries.length === 0 ? undefined : `{\n${entries.join(',\n')}\n}`
  }

  #function(fn: Fn): string | undefined {
    if (this.#seen.has(fn) || this.#functions >= FUNCTIONS_MAX) return undefined
    this.#seen.add(fn)
    this.#functions++

    const text = Function.prototype.toString.call(fn)
    if (/\{\s*\[native code\]\s*\}\s*$/.test(text)) return undefined
    if (/^class\b/.test(text)) {
      const parent: unknown = Object.getPrototypeOf(fn)
      if (typeof parent === 'function') this.#bringIn(parent as Fn)
      return `(${text})`
    }
    return wrapped(text)
  }

  /** A class that what follows is made of. */
  #bringIn(fn: Fn): void {
    const text = this.#function(fn)
    if (text !== undefined) this.#before.push(isBindable(fn.name) ? `const ${fn.name} = ${text}` : `void ${text}`)
  }
}

const isModule = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && (value as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag] === 'Module'

const nameOf = (value: unknown): string | undefined => (typeof value === 'function' ? value.name : undefined)

/** So that it is an expression by itself. Private names are known in classes only. */
function wrapped(text: string): string {
  const names = new Set(text.match(/#[\p{ID_Start}$_][\p{ID_Continue}$]*/gu))
  if (names.size > 0) return `(class { ${[...names].join('; ')}; ${isMethod(text) ? text : `value = ${text}`} })`
  return isMethod(text) ? `({ ${text} })` : `(${text})`
}

/** A method alone in an object; among others it needs no object of its own. */
const METHOD = /^\(\{ ([\s\S]*) \}\)$/

/** `function`, `async function`, an arrow; everything else that is a function was written as a method, getter or setter. */
const isMethod = (text: string): boolean =>
  !/^(?:async\s+)?function\b|^(?:async\b\s*)?(?:\(|[\p{ID_Start}$_][\p{ID_Continue}$]*\s*=>)/u.test(text)

const isBindable = (name: string): boolean => /^[A-Za-z_$][\w$]*$/.test(name) && !RESERVED.has(name)

const RESERVED = new Set(
  (
    'arguments await break case catch class const continue debugger default delete do else enum eval export extends false finally for ' +
    'function if implements import in instanceof interface let new null package private protected public return static super switch ' +
    'this throw true try typeof var void while with yield'
  ).split(' '),
)

/** Own properties without running a getter: its own code is what is looked at. */
function properties(value: object): [string, unknown][] {
  return Object.entries(Object.getOwnPropertyDescriptors(value)).flatMap(([name, { value: part, get, set }]) =>
    [part, get, set].filter(each => each !== undefined && each !== null).map((each): [string, unknown] => [name, each]),
  )
}
