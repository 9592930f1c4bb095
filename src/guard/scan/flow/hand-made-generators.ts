// Generators of chance that were written by hand: recurrences of whole numbers, shifts, fractions of a sine, the clock's last digits.

import type { Expression, Member, Name, Operation } from '../program/program.ts'
import type { Constants } from './constants.ts'

export interface HandMadeDraw {
  /** What is carried from draw to draw. */
  readonly state: Name | Member | undefined
  /** It always draws the same. */
  readonly isSeeded: boolean
}

const DEPTH_MAX = 8
const MIXING: ReadonlySet<string> = new Set([
  'imul',
  'abs',
  'floor',
  'trunc',
  'BigInt',
  'Number',
  'int',
  'asUintN',
  'uint32',
  'uint64',
])

/**
 * `(a * s + c) % m`, `s ^ (s << 13)`, `Math.imul(s, a)`, `(s + 0x6d2b79f5) | 0`, `r * x * (1 - x)`: whole numbers mixed with nothing
 * but themselves. A hash takes in data as well, so it is none. `target` where the result goes back to.
 */
export function handMadeDraw(operation: Operation, constants: Constants, target?: Name | Member): HandMadeDraw | undefined {
  const { operator, operands } = operation
  const [left, right] = operands
  if (left === undefined || right === undefined) return undefined

  if (operator === '*' && (isWave(left, constants, right) || isWave(right, constants, left)))
    return { state: undefined, isSeeded: true }
  // Whole numbers made into a fraction: the end of every generator.
  if (operator === '/' && isWordSize(numberOf(right, constants))) {
    const isEnd = (left.kind === 'operation' && left.operator === '>>>') || hashes(left, 0)
    return isEnd ? { state: undefined, isSeeded: true } : undefined
  }
  if (operator === '^') return isShiftOfItself(left, right) ? { state: stateOf(left), isSeeded: true } : undefined
  if (operator === '*' || operator === '+') {
    if (operator === '*' && isLogistic(operation, constants)) return { state: onlyState(operation, constants), isSeeded: true }
    // As long as no price is: the factors of PCG, SplitMix and their kin.
    const isLong = operands.some(each => Math.abs(numberOf(each, constants) ?? 0) > 2 ** 60)
    const state = isLong ? onlyState(operation, constants) : undefined
    return state === undefined ? undefined : { state, isSeeded: true }
  }
  if (operator !== '%' && operator !== '&' && operator !== '>>>' && operator !== '|') return undefined

  const modulus = numberOf(right, constants)
  const state = onlyState(left, constants)
  if (state === undefined) return undefined

  // `state = (state * a + c) % m`; without the assignment it may also be the end of a hash.
  const factors = multipliers(left, constants)
  const isCarried = target !== undefined && nameOf(target) === nameOf(state)
  const isLinear =
    left.kind === 'operation' &&
    (left.operator === '+' || left.operator === '*') &&
    (operator === '%' || operator === '&' || left.operator === '+')
  const isDrawing =
    factors.some(isOfGenerator) &&
    (isCarried || isLinear) &&
    (modulus === undefined || operator !== '%' || Math.abs(modulus) >= 1000)
  return isDrawing || (isCarried && factors.length > 0) ? { state, isSeeded: true } : undefined
}

/** `Date.now() % 100`, `Math.sin(Date.now())`: noise made of the clock. Whole minutes and hours are the time of day. */
export function noiseOfClock({ operator, operands }: Operation, constants: Constants): HandMadeDraw | undefined {
  const [left, right] = operands
  if (operator !== '%' || left === undefined || right === undefined || !readsClock(left, 0)) return undefined
  return isNoisy(right, constants) ? { state: undefined, isSeeded: false } : undefined
}

/** What a clock is divided by when only its last digits are wanted. */
export function isNoisy(divisor: Expression | undefined, constants: Constants): boolean {
  const modulus = numberOf(divisor, constants)
  return modulus !== undefined && modulus <= 1000 && modulus !== 60 && modulus !== 24 && modulus !== 7
}

/** Clocks and identifiers drawn by chance, by their full name. */
export const isOfNoise = (path: string): boolean =>
  /^(?:node:)?(?:Date\.now\(\)|performance\.now\(\)|process\.hrtime\(\)|process\.hrtime\.bigint\(\)|time\.(?:time|time_ns|perf_counter|perf_counter_ns|monotonic|monotonic_ns)\(\)|uuid\.uuid[14]\(\)\.(?:int|time|node))(?:\.\d)?$/.test(
    path,
  )

/** Halton's and van der Corput's numbers: `r += f * (i % base)` where `f` is divided by the base again and again. */
export function isRadicalInverse({ operator, operands }: Operation, text: string): boolean {
  const [, added] = operands
  if (operator !== '+' || added?.kind !== 'operation' || added.operator !== '*') return false
  const digit = added.operands.some(each => each.kind === 'operation' && each.operator === '%')
  const place = added.operands.map(nameOf).find(name => name !== undefined && /^\w+$/.test(name))
  return digit && place !== undefined && new RegExp(`\\b${place}\\s*(?:/=|=\\s*${place}\\s*/)`).test(text)
}

const isWordSize = (size: number | undefined): boolean =>
  size === 2 ** 24 ||
  size === 2 ** 48 ||
  size === 2 ** 53 ||
  size === 2 ** 64 ||
  size === 2 ** 64 - 1 ||
  size === 2 ** 128 ||
  size === 2 ** 32 ||
  size === 2 ** 32 - 1 ||
  size === 2 ** 31 ||
  size === 2 ** 31 - 1

/** A hash made into a fraction: noise that only looks like chance. */
function hashes(expression: Expression, depth: number): boolean {
  if (depth > DEPTH_MAX) return false
  if (expression.kind === 'member') return hashes(expression.object, depth + 1)
  if (expression.kind === 'operation') return expression.operands.some(each => hashes(each, depth + 1))
  if (expression.kind !== 'call') return false
  const { callee, args } = expression
  const name = callee.kind === 'member' ? callee.property : callee.kind === 'name' ? callee.name : undefined
  if (
    name !== undefined &&
    /^(?:createHash|createHmac|md5|sha1|sha224|sha256|sha384|sha512|blake2[bs]|crc32|adler32|xxhash\w*|murmur\w*|hash)$/i.test(
      name,
    )
  )
    return true
  return (callee.kind === 'member' && hashes(callee.object, depth + 1)) || args.some(each => hashes(each, depth + 1))
}

/** `Math.sin(seed++) * 10000`. */
function isWave(call: Expression, constants: Constants, factor: Expression): boolean {
  const size = numberOf(factor, constants)
  if (size === undefined || Math.abs(size) < 1000 || call.kind !== 'call' || call.callee.kind !== 'member') return false
  return /^(?:sin|cos|tan)$/.test(call.callee.property ?? '')
}

/** `s ^ (s << 13)`. Right shifts alone end a hash. */
function isShiftOfItself(left: Expression, right: Expression): boolean {
  const name = nameOf(left)
  if (name === undefined) return false
  const shift = right.kind === 'operation' && right.operator === '&' ? right.operands[0] : right
  return (
    shift?.kind === 'operation' &&
    shift.operator === '<<' &&
    nameOf(shift.operands[0]) === name &&
    shift.operands[1]?.kind === 'literal'
  )
}

/** `r * x * (1 - x)`. */
function isLogistic(operation: Operation, constants: Constants): boolean {
  const parts = factorsOf(operation)
  if (parts.length !== 3) return false
  const rate = parts.map(part => numberOf(part, constants)).find(value => value !== undefined)
  const complement = parts.find(
    part => part.kind === 'operation' && part.operator === '-' && numberOf(part.operands[0], constants) === 1,
  )
  const state = parts.find(part => nameOf(part) !== undefined && numberOf(part, constants) === undefined)
  if (rate === undefined || rate < 3.5 || rate > 4 || complement?.kind !== 'operation' || state === undefined) return false
  return nameOf(complement.operands[1]) === nameOf(state)
}

function factorsOf(expression: Expression): readonly Expression[] {
  return expression.kind === 'operation' && expression.operator === '*' ? expression.operands.flatMap(factorsOf) : [expression]
}

/** Of the usual generators, or as large and crooked as theirs; round ones are units of time. */
function isOfGenerator(factor: number): boolean {
  const size = Math.abs(factor)
  if (size === 9301 || size === 16_807 || size === 48_271 || size === 1_103_515_245) return true
  return size >= 16_000 && size % 1000 !== 0 && size % 3600 !== 0 && !Number.isInteger(Math.log2(size))
}

/** The numbers that something is multiplied by, Weyl's steps too; unknown constants count as NaN. */
function multipliers(expression: Expression, constants: Constants, depth = 0): number[] {
  if (depth > DEPTH_MAX) return []
  if (expression.kind === 'call') {
    const isImul = expression.callee.kind === 'member' && expression.callee.property === 'imul'
    const own = isImul ? expression.args.map(arg => numberOf(arg, constants)).filter(value => value !== undefined) : []
    return [...own, ...expression.args.flatMap(arg => multipliers(arg, constants, depth + 1))]
  }
  if (expression.kind !== 'operation') return []
  const inner = expression.operands.flatMap(operand => multipliers(operand, constants, depth + 1))
  if (expression.operator === '*')
    return [...inner, ...expression.operands.map(operand => numberOf(operand, constants) ?? Number.NaN)]
  if (expression.operator === '+') {
    const step = expression.operands
      .map(operand => numberOf(operand, constants))
      .find(value => value !== undefined && value > 1e6 && value % 1000 !== 0)
    return step === undefined ? inner : [...inner, step]
  }
  return inner
}

/** The one thing that is not constant in an expression; undefined when there are several, or data. */
function onlyState(expression: Expression, constants: Constants): Name | Member | undefined {
  const all: (Name | Member)[] = []
  if (!collect(expression, constants, all, 0)) return undefined
  const unusual = all.filter(each => !isParameterName(each.kind === 'name' ? each.name : (each.property ?? '')))
  const found = unusual.length > 0 ? unusual : all
  const [state] = found
  if (state === undefined) return undefined
  return found.every(each => nameOf(each) === nameOf(state)) ? state : undefined
}

/** False when something else than numbers and states takes part. */
function collect(expression: Expression, constants: Constants, found: (Name | Member)[], depth: number): boolean {
  if (depth > DEPTH_MAX) return false
  if (numberOf(expression, constants) !== undefined) return true
  switch (expression.kind) {
    case 'name':
      found.push(expression)
      return true
    case 'member':
      if (nameOf(expression) === undefined) return false
      found.push(expression)
      return true
    case 'operation':
      return expression.operands.every(operand => collect(operand, constants, found, depth + 1))
    case 'call': {
      const name =
        expression.callee.kind === 'name'
          ? expression.callee.name
          : expression.callee.kind === 'member'
            ? expression.callee.property
            : undefined
      return name !== undefined && MIXING.has(name) && expression.args.every(arg => collect(arg, constants, found, depth + 1))
    }
    case 'assign':
      return (
        expression.target.kind === 'name' &&
        collect(expression.target, constants, found, depth + 1) &&
        collect(expression.value, constants, found, depth + 1)
      )
    default:
      return false
  }
}

/** The usual letters of the recurrence's constants. */
const isParameterName = (name: string): boolean =>
  /^(?:#?_?(?:a|c|m|mul|mult|multiplier|inc|increment|mod|modulus|A|C|M|MUL|INC|MOD|MULTIPLIER|INCREMENT|MODULUS))$/.test(name)

const stateOf = (expression: Expression): Name | Member | undefined =>
  expression.kind === 'name' || expression.kind === 'member' ? expression : undefined

/** 's', 'this.state'; undefined for everything but plain names. */
function nameOf(expression: Expression | undefined): string | undefined {
  if (expression?.kind === 'name') return expression.name
  if (expression?.kind === 'member' && expression.property !== undefined && expression.object.kind === 'name')
    return `${expression.object.name}.${expression.property}`
  return undefined
}

function numberOf(expression: Expression | undefined, constants: Constants): number | undefined {
  if (expression === undefined) return undefined
  const value = constants.of(expression)?.value
  return typeof value === 'number' ? value : undefined
}

const CLOCKS =
  /^(?:now|time|time_ns|getTime|getMilliseconds|hrtime|bigint|perf_counter|perf_counter_ns|monotonic|monotonic_ns|microsecond|timestamp|clock)$/

function readsClock(expression: Expression, depth: number): boolean {
  if (depth > 4) return false
  switch (expression.kind) {
    case 'call': {
      const { callee, args, isNew } = expression
      if (callee.kind === 'name')
        return (
          (isNew && callee.name === 'Date' && args.length === 0) ||
          /^(?:randomUUID|uuid4|uuidv4)$/.test(callee.name) ||
          (/^(?:Number|BigInt|int|float|time|hash|str|String|parseInt|round|abs)$/.test(callee.name) &&
            (callee.name === 'time' || args.some(arg => readsClock(arg, depth + 1))))
        )
      if (callee.kind !== 'member') return false
      if (/^(?:randomUUID|uuid4)$/.test(callee.property ?? '')) return true
      if (/^(?:slice|substring|substr|replace|replaceAll|toString)$/.test(callee.property ?? ''))
        return readsClock(callee.object, depth + 1)
      if (args.length === 0 && CLOCKS.test(callee.property ?? '')) {
        const { object } = callee
        if (object.kind === 'name') return /^(?:Date|performance|time|datetime|process)$/.test(object.name)
        return readsClock(object, depth + 1) || object.kind === 'member' || object.kind === 'call'
      }
      return args.some(arg => readsClock(arg, depth + 1))
    }
    case 'operation':
      return expression.operands.some(operand => readsClock(operand, depth + 1))
    case 'member':
      return /^(?:microsecond|nanosecond)$/.test(expression.property ?? '') && readsClock(expression.object, depth + 1)
    default:
      return false
  }
}
