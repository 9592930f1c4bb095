// The numbers that are written down for a value: the value itself, either end of a choice, or what it falls back on.
import type { Flow } from '../flow/flow.ts'
import type { Call, Expression, Name, Program } from '../program/program.ts'
import { isKind, type Node, survey } from '../program/survey.ts'
import { lastName } from './named-values.ts'

export interface WrittenNumber {
  readonly value: number
  /** Whether it stands as a text: '1.0850'. */
  readonly isText: boolean
  /** Whether it is a share written with its sign: '94.2 %' is 0.942. */
  readonly isPercent: boolean
  /** Where it stands when it is used; and where it was written, when that is elsewhere. */
  readonly at: number
  readonly from: number | undefined
  /** value: what it is · choice: one of several · fallback: where nothing was given, as in `last ?? 100`. */
  readonly how: 'value' | 'choice' | 'fallback'
}

const DEPTH_MAX = 8
const ITEMS_MAX = 64

/** Calls that pass on the number they are given, whatever class of numbers they make of it. */
const MAKES_NUMBER =
  /^(?:Number|parseFloat|parseInt|float|int|abs|round|Decimal|D|BigNumber|Big|BigDecimal|Fraction|BN|bignumber|decimal|float64|float32|Money|toFixed|toString|valueOf|freeze|resolve|of|from|toPrecision|quantize|array|Series|cast)$/

/** What classes of exact numbers have for operators. */
const CALCULATES = /^(?:div|dividedBy|mul|times|multipliedBy|plus|minus|sub|add|neg|negated)$/

interface Subject {
  readonly program: Program
  readonly flow: Flow
}

/** False for what can hold no number for sure, without a look at anything around. */
export function mayHoldNumber(value: Expression): boolean {
  switch (value.kind) {
    case 'function':
    case 'class':
    case 'template':
    case 'dynamic-import':
    case 'other':
      return false
    case 'literal':
      return typeof value.value === 'number' || (typeof value.value === 'string' && /\d/.test(value.value))
    default:
      return true
  }
}

export function writtenNumbers(expression: Expression, { program, flow }: Subject): readonly WrittenNumber[] {
  const seen = survey(program)
  const found: WrittenNumber[] = []

  const add = (value: unknown, at: number, from: number | undefined, how: WrittenNumber['how']): boolean => {
    const isText = typeof value === 'string'
    const isPercent = isText && /%\s*$/.test(value)
    const number = isText ? numberIn(value) : value
    if (typeof number !== 'number' || Number.isNaN(number)) return false
    if (found.length < ITEMS_MAX) found.push({ value: isPercent ? number / 100 : number, isText, isPercent, at, from, how })
    return true
  }

  const look = (value: Expression, how: WrittenNumber['how'], from: number | undefined, depth: number): void => {
    if (depth > DEPTH_MAX || found.length >= ITEMS_MAX) return
    const at = expression.at

    const constant = value.kind === 'object' ? undefined : flow.constantOf(value)
    if (constant !== undefined) {
      add(constant.value, at, from ?? placeOf(value), how)
      return
    }

    switch (value.kind) {
      case 'conditional':
        look(value.then, how === 'value' ? 'choice' : how, from, depth + 1)
        look(value.otherwise, how === 'value' ? 'choice' : how, from, depth + 1)
        break
      case 'operation':
        if (['||', '??'].includes(value.operator)) {
          for (const operand of value.operands.slice(1)) look(operand, 'fallback', from, depth + 1)
        }
        if (/^(?:[-+*/]|\*\*)$/.test(value.operator)) lookMade(value.operands, how, from, depth)
        if (value.operator === '&&') look(value.operands.at(-1)!, how === 'value' ? 'choice' : how, from, depth + 1)
        break
      case 'wrapped':
        look(value.value, how, from, depth + 1)
        break
      case 'list':
        for (const item of value.items) look(item, how, from, depth + 1)
        break
      case 'name':
        lookName(value, how, depth)
        break
      case 'member':
        lookMember(value.object, value.property, how, depth)
        break
      case 'call':
        lookCall(value, how, from, depth)
        break
      case 'assign':
        look(value.value, how, from, depth + 1)
        break
      default:
    }
  }

  /** A name that is given one value in the file, and that one written down, in one go or by steps that always happen. */
  const lookName = (name: Name, how: WrittenNumber['how'], depth: number) => {
    const values = seen.givenTo(name.name)
    const [first] = values
    if (first === undefined || isParameter(name, seen)) return
    if (values.length === 1) return look(first, how, first.at, depth + 1)
    const isStepped = values.every(value => isSumOfConstants(value, name.name) && alwaysHappens(value))
    if (isStepped) look(first, how, first.at, depth + 1)
  }

  const isSumOfConstants = (value: Expression, self: string): boolean =>
    flow.constantOf(value) !== undefined ||
    (value.kind === 'operation' &&
      value.operands.every(operand => (operand.kind === 'name' && operand.name === self) || isSumOfConstants(operand, self)))

  const alwaysHappens = (value: Expression): boolean => {
    for (let around: Node | undefined = seen.parentOf(value); around !== undefined; around = seen.parentOf(around)) {
      if (isKind(around, 'function')) return true
      if (isKind(around, 'if') || isKind(around, 'loop') || isKind(around, 'try') || isKind(around, 'conditional')) return false
    }
    return true
  }

  /** `REFERENCE.btc`, `closes[i]`, `prices[symbol]` of something written down in this file. */
  const lookMember = (object: Expression, property: string | undefined, how: WrittenNumber['how'], depth: number) => {
    const values = object.kind === 'name' ? seen.givenTo(object.name) : [object]
    const whole = values.length === 1 ? unwrapped(values[0]!) : undefined
    if (isKind(whole, 'list') && (property === undefined || /^\d+$/.test(property))) {
      for (const item of whole.items) if (item.kind !== 'object') look(item, how, whole.at, depth + 1)
    }
    if (isKind(whole, 'object')) {
      for (const entry of whole.entries) {
        if (property === undefined || entry.key === property) look(entry.value, how, entry.at, depth + 1)
      }
    }
  }

  /** Made of written numbers alone. */
  const lookMade = (parts: readonly Expression[], how: WrittenNumber['how'], from: number | undefined, depth: number) => {
    const [first] = parts
    if (first === undefined || depth > DEPTH_MAX) return
    const isWritten = (part: Expression) => {
      const before = found.length
      look(part, how, from, depth + 1)
      return found.splice(before).some(each => each.how === 'value')
    }
    if (parts.every(isWritten)) look(first, how, from, depth + 1)
  }

  const lookCall = (call: Call, how: WrittenNumber['how'], from: number | undefined, depth: number) => {
    const name = lastName(call.callee) ?? ''
    const [first, second, third] = call.args
    if (/^(?:get|pop|setdefault|getattr)$/.test(name)) {
      const given = name === 'getattr' || (name === 'get' && third !== undefined) ? third : second
      if (given !== undefined) look(given, 'fallback', from, depth + 1)
      if (isKind(call.callee, 'member')) lookMember(call.callee.object, undefined, how, depth)
      return
    }
    if (/^(?:fillna|fill_null|orElse|or_else|unwrap_or|getOrElse|defaultTo|coalesce)$/.test(name)) {
      const given = call.args.at(-1)
      if (given !== undefined) look(given, 'fallback', from, depth + 1)
      return
    }
    if (CALCULATES.test(name)) {
      // `new Decimal('2.17').div(2)`, `Decimal.div('2.17', 2)`.
      const isOfClass =
        isKind(call.callee, 'member') && isKind(call.callee.object, 'name') && /^[A-Z]/.test(call.callee.object.name)
      const self = isKind(call.callee, 'member') && !isOfClass ? [call.callee.object] : []
      return lookMade([...self, ...call.args], how, from, depth)
    }
    if (name === 'next' && second !== undefined) return look(second, 'fallback', from, depth + 1)
    if (MAKES_NUMBER.test(name) && first !== undefined) return look(first, how, from, depth + 1)
    if (/^(?:reduce|sum|mean|average|min|max|fmean)$/.test(name)) {
      const over = call.callee.kind === 'member' && name === 'reduce' ? call.callee.object : first
      if (over !== undefined && (isKind(over, 'list') || isKind(over, 'name'))) lookList(over, how, depth)
    }
  }

  /** What is made of a list of numbers alone: `[0.4, 0.3].reduce(sum)`. */
  const lookList = (over: Expression, how: WrittenNumber['how'], depth: number) => {
    const values = over.kind === 'name' ? seen.givenTo(over.name) : [over]
    const [list] = values
    if (values.length !== 1 || !isKind(list, 'list') || list.items.length === 0) return
    if (list.items.every(item => typeof flow.constantOf(item)?.value === 'number')) look(list.items[0]!, how, list.at, depth + 1)
  }

  const placeOf = (value: Expression): number | undefined => {
    if (value.kind !== 'name') return undefined
    return seen.givenTo(value.name)[0]?.at
  }

  look(expression, 'value', undefined, 0)
  return found
}

const NUMBER = /^\s*-?\d[\d_,]*(?:\.\d+)?\s*%?\s*$/

const numberIn = (text: string): number => (NUMBER.test(text) ? Number(text.replace(/[_,%]/g, '')) : Number.NaN)

const unwrapped = (value: Expression): Expression =>
  value.kind === 'call' && lastName(value.callee) === 'freeze' && value.args[0] !== undefined ? value.args[0] : value

/** Whether the name is a parameter of a function it is used in: then what others of its name are given tells nothing. */
function isParameter(name: Name, { functionAround }: ReturnType<typeof survey>): boolean {
  for (let fn = functionAround(name); fn !== undefined; fn = functionAround(fn)) {
    if (fn.params.some(param => param.kind === 'name' && param.name === name.name)) return true
  }
  return false
}
