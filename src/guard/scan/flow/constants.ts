// What is certain before a program runs: numbers and texts written down, put together, hidden in codes, named once.
import { Buffer } from 'node:buffer'
import type { Call, Expression, Member, Operation } from '../program/program.ts'
import type { Binding, Bindings } from './bindings.ts'

export type Scalar = string | number | boolean | null | undefined

export interface Constant {
  readonly value: Scalar
}

type Known = Scalar | readonly Known[]
interface Found {
  readonly value: Known
}

const DEPTH_MAX = 40
const TEXT_MAX = 10_000

const NUMBERS: ReadonlyMap<string, number> = new Map(
  Object.entries({
    Infinity: Number.POSITIVE_INFINITY,
    NaN: Number.NaN,
    'Math.PI': Math.PI,
    'Math.E': Math.E,
    'Math.SQRT2': Math.SQRT2,
    'Number.MAX_SAFE_INTEGER': Number.MAX_SAFE_INTEGER,
    'Number.MIN_SAFE_INTEGER': Number.MIN_SAFE_INTEGER,
    'Number.MAX_VALUE': Number.MAX_VALUE,
    'Number.EPSILON': Number.EPSILON,
    'Number.NaN': Number.NaN,
    'math.pi': Math.PI,
    'math.e': Math.E,
    'math.inf': Number.POSITIVE_INFINITY,
    'math.nan': Number.NaN,
  }),
)

const CONVERTING: ReadonlyMap<string, (value: Scalar) => Scalar> = new Map(
  Object.entries<(value: Scalar) => Scalar>({
    Number: value => Number(value),
    parseFloat: value => Number.parseFloat(String(value)),
    parseInt: value => Number.parseInt(String(value), 10),
    'Number.parseFloat': value => Number.parseFloat(String(value)),
    'Number.parseInt': value => Number.parseInt(String(value), 10),
    String: value => String(value),
    Boolean: value => Boolean(value),
    BigInt: value => Number(value),
    Decimal: value => Number(value),
    'decimal.Decimal': value => Number(value),
    float: value => Number(value),
    int: value => Math.trunc(Number(value)),
    str: value => String(value),
    abs: value => Math.abs(Number(value)),
    round: value => Math.round(Number(value)),
    atob: value => Buffer.from(String(value), 'base64').toString('latin1'),
    decodeURIComponent: value =>
      String(value).replace(/%([\da-f]{2})/gi, (_, code) => String.fromCharCode(Number.parseInt(code, 16))),
    chr: value => String.fromCharCode(Number(value)),
    'Math.round': value => Math.round(Number(value)),
    'Math.floor': value => Math.floor(Number(value)),
    'Math.ceil': value => Math.ceil(Number(value)),
    'Math.trunc': value => Math.trunc(Number(value)),
    'Math.abs': value => Math.abs(Number(value)),
    'Math.sqrt': value => Math.sqrt(Number(value)),
    'Math.exp': value => Math.exp(Number(value)),
    'Math.log': value => Math.log(Number(value)),
    'Math.fround': value => Math.fround(Number(value)),
  }),
)

/** Folds the expressions of one program; each name is folded once. */
export class Constants {
  readonly #bindings: Bindings
  readonly #byBinding = new Map<Binding, Found | undefined>()

  constructor(bindings: Bindings) {
    this.#bindings = bindings
  }

  of(expression: Expression): Constant | undefined {
    const found = this.#fold(expression, 0)
    return found === undefined || isList(found.value) ? undefined : { value: found.value }
  }

  /** The key under which a member is reached, when it is certain. */
  keyOf(member: Member): string | undefined {
    if (member.property !== undefined) return member.property
    if (member.index === undefined) return undefined
    const found = this.of(member.index)
    return typeof found?.value === 'string' || typeof found?.value === 'number' ? String(found.value) : undefined
  }

  #fold(expression: Expression, depth: number): Found | undefined {
    if (depth > DEPTH_MAX) return undefined

    switch (expression.kind) {
      case 'literal':
        return { value: expression.value }
      case 'name':
        return this.#foldName(expression, depth)
      case 'operation':
        return this.#foldOperation(expression, depth)
      case 'template': {
        let text = ''
        for (const part of expression.parts) {
          const found = this.#fold(part, depth + 1)
          if (found === undefined || isList(found.value)) return undefined
          text += String(found.value)
        }
        return { value: text }
      }
      case 'conditional': {
        const test = this.#fold(expression.test, depth + 1)
        return test === undefined ? undefined : this.#fold(test.value ? expression.then : expression.otherwise, depth + 1)
      }
      case 'list': {
        if (expression.items.length > 64) return undefined
        const items: Known[] = []
        for (const item of expression.items) {
          const found = this.#fold(item, depth + 1)
          if (found === undefined) return undefined
          items.push(found.value)
        }
        return { value: items }
      }
      case 'member':
        return this.#foldMember(expression, depth)
      case 'call':
        return this.#foldCall(expression, depth)
      case 'wrapped':
        return expression.how === 'await' ? this.#fold(expression.value, depth + 1) : undefined
      default:
        return undefined
    }
  }

  #foldName(name: Extract<Expression, { kind: 'name' }>, depth: number): Found | undefined {
    const binding = this.#bindings.of(name)
    if (binding === undefined) {
      if (name.name === 'undefined') return { value: undefined }
      const number = NUMBERS.get(name.name)
      return number === undefined ? undefined : { value: number }
    }
    if (binding.writes !== 1 || binding.kind !== 'variable') return undefined
    if (this.#byBinding.has(binding)) return this.#byBinding.get(binding)

    this.#byBinding.set(binding, undefined)
    const [value] = binding.values
    const found = value === undefined ? undefined : this.#fold(value, depth + 1)
    this.#byBinding.set(binding, found)
    return found
  }

  #foldOperation({ operator, operands }: Operation, depth: number): Found | undefined {
    const [left, right] = operands
    if (left === undefined) return undefined
    const a = this.#fold(left, depth + 1)
    if (a === undefined || isList(a.value)) return undefined
    if (right === undefined) return unary(operator, a.value)

    const b = this.#fold(right, depth + 1)
    return b === undefined || isList(b.value) ? undefined : binary(operator, a.value, b.value)
  }

  #foldMember(member: Member, depth: number): Found | undefined {
    const named = member.object.kind === 'name' && this.#bindings.of(member.object) === undefined
    if (named && member.property !== undefined) {
      const number = NUMBERS.get(`${(member.object as { name: string }).name}.${member.property}`)
      if (number !== undefined) return { value: number }
    }

    const entries = this.#objectOf(member.object)
    if (entries !== undefined) {
      const key = this.keyOf(member)
      const entry = key === undefined ? undefined : entries.find(each => each.key === key)
      return entry === undefined ? undefined : this.#fold(entry.value, depth + 1)
    }

    if (member.property === undefined && member.index === undefined) return undefined
    const whole = this.#fold(member.object, depth + 1)
    if (whole === undefined) return undefined
    const index = member.property ?? this.#fold(member.index!, depth + 1)?.value
    if (index === 'length' && (typeof whole.value === 'string' || isList(whole.value))) return { value: whole.value.length }
    const place = Number(index)
    if (!Number.isInteger(place) || !(typeof whole.value === 'string' || isList(whole.value))) return undefined
    return { value: whole.value.at(place) }
  }

  /** The entries of an object that is bound once and named plainly. */
  #objectOf(expression: Expression) {
    if (expression.kind === 'object') return expression.entries
    if (expression.kind !== 'name') return undefined
    const binding = this.#bindings.of(expression)
    const value = binding?.writes === 1 ? binding.values[0] : undefined
    const inner =
      value?.kind === 'call' && value.args[0]?.kind === 'object' && nameOfCallee(value) === 'Object.freeze'
        ? value.args[0]
        : value
    return inner?.kind === 'object' ? inner.entries : undefined
  }

  #foldCall(call: Call, depth: number): Found | undefined {
    if (call.keywords.length > 0) return undefined
    const name = nameOfCallee(call)
    const args: Known[] = []
    for (const arg of call.args) {
      const found = this.#fold(arg, depth + 1)
      if (found === undefined) return undefined
      args.push(found.value)
    }
    const [first] = args

    if (name === 'String.fromCharCode' || name === 'String.fromCodePoint')
      return { value: args.map(code => String.fromCharCode(Number(code))).join('') }
    if (name === 'Buffer.from') return typeof first === 'string' ? { value: decoded(first, args[1]) } : undefined
    if (name === 'parseInt' && args.length === 2) return { value: Number.parseInt(String(first), Number(args[1])) }
    const converting = name === undefined ? undefined : CONVERTING.get(name)
    if (converting !== undefined && args.length > 0 && !isList(first)) return { value: converting(first) }

    if (call.callee.kind !== 'member' || call.callee.property === undefined) return undefined
    const receiver = this.#fold(call.callee.object, depth + 1)
    return receiver === undefined ? undefined : method(receiver.value, call.callee.property, args)
  }
}

const isList = (value: Known): value is readonly Known[] => Array.isArray(value)

/** 'String.fromCharCode'. */
function nameOfCallee({ callee }: Call): string | undefined {
  if (callee.kind === 'name') return callee.name
  if (callee.kind === 'member' && callee.object.kind === 'name' && callee.property !== undefined)
    return `${callee.object.name}.${callee.property}`
  return undefined
}

const decoded = (text: string, coding: Known | undefined): string =>
  coding === 'base64' || coding === 'hex' ? Buffer.from(text, coding).toString('latin1') : text

/** Methods of texts and lists that put a name together. */
function method(on: Known, name: string, args: readonly Known[]): Found | undefined {
  const [first, second] = args
  if (isList(on)) {
    if (name === 'join') return { value: on.join(first === undefined ? ',' : String(first)) }
    if (name === 'reverse' || name === 'toReversed') return { value: [...on].reverse() }
    if (name === 'concat') return { value: [...on, ...args.flat()] }
    if (name === 'at' && typeof first === 'number') return { value: on.at(first) }
    return undefined
  }
  if (typeof on === 'number')
    return name === 'toFixed' ? { value: on.toFixed(Number(first ?? 0)) } : name === 'valueOf' ? { value: on } : undefined
  if (typeof on !== 'string' || on.length > TEXT_MAX) return undefined

  switch (name) {
    case 'toLowerCase':
    case 'lower':
      return { value: on.toLowerCase() }
    case 'toUpperCase':
    case 'upper':
      return { value: on.toUpperCase() }
    case 'trim':
    case 'strip':
      return { value: on.trim() }
    case 'concat':
      return { value: on + args.join('') }
    case 'slice':
    case 'substring':
      return { value: on.slice(Number(first ?? 0), second === undefined ? undefined : Number(second)) }
    case 'charAt':
    case 'at':
      return { value: on.at(Number(first)) }
    case 'split':
      return first === undefined ? { value: [on] } : { value: on.split(String(first)) }
    case 'join':
      return isList(first ?? null) ? { value: (first as readonly Known[]).join(on) } : undefined
    case 'replace':
    case 'replaceAll':
      return typeof first === 'string' && typeof second === 'string' ? { value: on.replaceAll(first, second) } : undefined
    case 'toString':
    case 'valueOf':
    case 'decode':
    case 'encode':
      return { value: on }
    case 'repeat':
      return Number(first) * on.length <= TEXT_MAX ? { value: on.repeat(Number(first)) } : undefined
    default:
      return undefined
  }
}

function unary(operator: string, value: Scalar): Found | undefined {
  switch (operator) {
    case '-':
      return { value: -Number(value) }
    case '+':
      return { value: Number(value) }
    case '!':
      return { value: !value }
    case '~':
      return { value: ~Number(value) }
    case 'void':
      return { value: undefined }
    default:
      return undefined
  }
}

function binary(operator: string, a: Scalar, b: Scalar): Found | undefined {
  const x = Number(a)
  const y = Number(b)
  switch (operator) {
    case '+':
      if (typeof a === 'string' || typeof b === 'string') {
        const text = String(a) + String(b)
        return text.length <= TEXT_MAX ? { value: text } : undefined
      }
      return { value: x + y }
    case '-':
      return { value: x - y }
    case '*':
      return { value: x * y }
    case '/':
      return { value: x / y }
    case '//':
      return { value: Math.floor(x / y) }
    case '%':
      return { value: x % y }
    case '**':
      return { value: x ** y }
    case '<<':
      return { value: x << y }
    case '>>':
      return { value: x >> y }
    case '>>>':
      return { value: x >>> y }
    case '|':
      return { value: x | y }
    case '&':
      return { value: x & y }
    case '^':
      return { value: x ^ y }
    case '||':
      return { value: a || b }
    case '&&':
      return { value: a && b }
    case '??':
      return { value: a ?? b }
    case '===':
    case '==':
      return { value: a === b }
    case '!==':
    case '!=':
      return { value: a !== b }
    case '<':
      return { value: x < y }
    case '>':
      return { value: x > y }
    case '<=':
      return { value: x <= y }
    case '>=':
      return { value: x >= y }
    default:
      return undefined
  }
}
