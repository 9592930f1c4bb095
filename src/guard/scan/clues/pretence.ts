// What a value handed out as a market's is made of: chance, waves, counters and constants, or something read from elsewhere.
import type { Flow } from '../flow/flow.ts'
import type { Call, Expression, Program } from '../program/program.ts'
import { isFunction, isKind, nameBound, type Survey, survey, within } from '../program/survey.ts'
import { lastName, namedValues } from './named-values.ts'

export interface Pretence {
  /** Where it is made up, whatever else goes into it: chance, a wave, the clock, a counter, its own last value. */
  readonly made: number | undefined
  /** A number written down; made up when nothing comes from outside. */
  readonly written: number | undefined
  /** Handed in by a parameter. */
  readonly isGiven: boolean
  /** Read from somewhere: the answer of a call that this file does not make. */
  readonly isRead: boolean
}

const MAKES =
  /^(?:Math\.(?:random|sin|cos|tan|tanh)|Date\.now|performance\.now|time\.(?:time|monotonic|time_ns|perf_counter)|math\.(?:sin|cos|tan)|(?:numpy|np)\.(?:random\..+|sin|cos)|random\..+|secrets\..+|crypto\.(?:randomInt|getRandomValues|randomBytes)|node:crypto\..+|itertools\.(?:count|cycle)|process\.hrtime.*|datetime\..*now)$/

/** Pass on what they are given. */
const PASSES =
  /^(?:Math\.(?!random|sin|cos|tan).+|Number|parseFloat|parseInt|String|round|int|float|str|abs|max|min|sum|len|Decimal|decimal\.Decimal|BigInt|toFixed|toString|Boolean|range|enumerate|zip|next|iter|list|dict|tuple|sorted|reversed|math\..+|map|filter|from|values|keys|entries|slice|at|get|push|toISOString|getTime|valueOf|encode|dumps|stringify|concat|Array|Map|Set|Date|clamp|array)$/

const DEPTH_MAX = 10

export function pretenceOf(value: Expression, { program, flow }: { readonly program: Program; readonly flow: Flow }): Pretence {
  const seen = survey(program)
  const visited = new Set<unknown>()
  let made: number | undefined
  let written: number | undefined
  let isGiven = false
  let isRead = false

  const look = (expression: Expression, depth: number): void => {
    if (depth > DEPTH_MAX) return
    if (visited.has(expression)) return
    visited.add(expression)

    switch (expression.kind) {
      case 'literal':
        if (typeof expression.value === 'number' && expression.value !== 0) written ??= expression.at
        return
      case 'name':
        lookName(expression.name, expression, depth)
        return
      case 'member':
        lookMember(expression, depth)
        return
      case 'call':
        lookCall(expression, depth)
        return
      case 'assign': {
        if (expression.operator === '+=' || expression.operator === '-=') made ??= expression.at
        look(expression.value, depth + 1)
        return
      }
      case 'object':
        for (const entry of expression.entries) look(entry.value, depth + 1)
        return
      case 'function':
        for (const node of within(expression.body, each => !isFunction(each)))
          if (isKind(node, 'return') && node.value !== undefined) look(node.value, depth + 1)
        return
      case 'conditional':
        look(expression.then, depth + 1)
        look(expression.otherwise, depth + 1)
        return
      case 'wrapped':
        look(expression.value, depth + 1)
        return
      case 'list':
        for (const item of expression.items) look(item, depth + 1)
        return
      case 'operation':
        for (const operand of expression.operands) look(operand, depth + 1)
        return
      case 'template':
      case 'other':
        for (const part of expression.parts) look(part, depth + 1)
        return
      default:
    }
  }

  const lookName = (name: string, at: Expression, depth: number) => {
    if (name === 'this' || name === 'super') return
    if (isParameter(name, at, seen)) {
      lookParameter(name, at, depth)
      return
    }
    if (visited.has(`name ${name}`)) return
    visited.add(`name ${name}`)

    const values = seen.givenTo(name)
    for (const [i, value] of values.entries()) {
      // `price = price * 1.0001`, `price += step`: it lives from its own last value.
      if (i > 0 && isOfItself(value, name)) made ??= value.at
      look(value, depth + 1)
    }
    for (const loop of seen.of('loop')) {
      const isEach = loop.each !== undefined && [...within(loop.each)].some(node => isKind(node, 'name') && node.name === name)
      if (isEach && loop.over !== undefined) lookOver(loop.over, depth)
      if (loop.before.some(each => isKind(each, 'declare') && nameBound(each.target) === name)) made ??= at.at
    }
    for (const declared of seen.of('declare')) {
      const takesApart =
        (isKind(declared.target, 'object-pattern') || isKind(declared.target, 'list-pattern')) && declared.value !== undefined
      if (takesApart && [...within(declared.target)].some(node => isKind(node, 'name') && node.name === name))
        look(declared.value!, depth + 1)
    }
    lookContents(name, depth)
  }

  /** What is put into a collection: `bids.set(best - k, 1)`, `book.push(…)`. */
  const lookContents = (name: string, depth: number) => {
    for (const call of seen.of('call')) {
      if (!isKind(call.callee, 'member') || lastName(call.callee.object) !== name) continue
      if (/^(?:set|push|append|add|unshift|put)$/.test(call.callee.property ?? ''))
        for (const argument of call.args) look(argument, depth + 1)
    }
  }

  /** A loop over what is written down or counted goes round; over anything else it reads. */
  const lookOver = (over: Expression, depth: number) => {
    if (isKind(over, 'call') && /^(?:count|cycle|range|repeat|linspace|arange)$/.test(lastName(over.callee) ?? ''))
      made ??= over.at
    look(over, depth + 1)
  }

  const lookParameter = (name: string, at: Expression, depth: number) => {
    // A callback of a timer counts; a function of this file is told by those who call it.
    const fn = functionTaking(name, at, seen)
    const around = fn === undefined ? undefined : seen.parentOf(fn)
    if (isKind(around, 'call') && /^(?:map|scan|forEach)$/.test(lastName(around.callee) ?? '')) {
      if (isKind(around.callee, 'member') && !/^(?:ops|operators|_|rx)$/.test(lastName(around.callee.object) ?? ''))
        look(around.callee.object, depth + 1)
      else made ??= at.at
      return
    }
    const handed = namedValues(program).filter(named => named.how === 'argument' && named.name === name)
    const [first] = handed
    if (first !== undefined && handed.every(each => isFunction(each.value))) look(first.value, depth + 1)
    else isGiven = true
  }

  const lookMember = (expression: Extract<Expression, { kind: 'member' }>, depth: number) => {
    const { object, property, index } = expression
    if (index !== undefined) look(index, depth + 1)
    const isOwn = isKind(object, 'name') && object.name === 'this'
    if (!isOwn) {
      look(object, depth + 1)
      return
    }
    if (property === undefined || visited.has(`field ${property}`)) return
    visited.add(`field ${property}`)

    for (const { name, value, how } of namedValues(program)) {
      if (name !== property || how !== 'field') continue
      if (isOfItself(value, property)) made ??= value.at
      look(value, depth + 1)
    }
    for (const { target, operator, value } of seen.of('assign')) {
      if (nameBound(target) === property && /^[-+*/]=$/.test(operator) && isKind(target, 'member')) {
        if (isSelfMade(value)) made ??= value.at
        look(value, depth + 1)
      }
    }
    const getter = seen.functionNamed(property)
    if (getter !== undefined) look(getter, depth + 1)
    lookContents(property, depth)
  }

  const lookCall = (call: Call, depth: number) => {
    const name = lastName(call.callee) ?? ''
    const path = flow.pathOf(call.callee) ?? name
    if (MAKES.test(path)) {
      made ??= call.at
      for (const argument of call.args) look(argument, depth + 1)
      return
    }
    if (PASSES.test(path) || PASSES.test(name)) {
      for (const argument of [...call.args, ...call.keywords.map(({ value }) => value)]) look(argument, depth + 1)
      if (isKind(call.callee, 'member')) look(call.callee.object, depth + 1)
      return
    }

    const isOwn =
      isKind(call.callee, 'name') ||
      (isKind(call.callee, 'member') && isKind(call.callee.object, 'name') && call.callee.object.name === 'this')
    const fn = isOwn ? seen.functionNamed(name) : undefined
    if (fn !== undefined) look(fn, depth + 1)
    else if (isKind(call.callee, 'name') && isParameter(name, call.callee, seen)) lookParameter(name, call.callee, depth)
    else if (isKind(call.callee, 'member') && isOfGenerator(call.callee.object)) made ??= call.at
    else isRead = true
  }

  /** `rng.normal()` after `rng = numpy.random.default_rng()`. */
  const isOfGenerator = (object: Expression): boolean => {
    const name = isKind(object, 'name') ? object.name : undefined
    return (
      name !== undefined && seen.givenTo(name).some(value => isKind(value, 'call') && MAKES.test(flow.pathOf(value.callee) ?? ''))
    )
  }

  /** Its own name and constants, nothing else that could be data. */
  const isOfItself = (value: Expression, name: string): boolean =>
    [...within(value)].some(
      node => (isKind(node, 'name') && node.name === name) || (isKind(node, 'member') && node.property === name),
    ) && isSelfMade(value, name)

  const isSelfMade = (value: Expression, name?: string): boolean =>
    [...within(value, each => !isFunction(each))].every(node => {
      if (isKind(node, 'name'))
        return (
          node.name === name ||
          node.name === 'this' ||
          /^(?:Math|math|random|np|time|Date)$/.test(node.name) ||
          flow.constantOf(node) !== undefined
        )
      if (isKind(node, 'member'))
        return node.property === name || /^(?:Math|math|random|np|time|Date)$/.test(lastName(node.object) ?? '')
      return true
    })

  look(value, 0)
  return { made, written, isGiven, isRead }
}

function functionTaking(name: string, at: Expression, { functionAround }: Survey) {
  for (let fn = functionAround(at); fn !== undefined; fn = functionAround(fn)) {
    if (fn.params.some(param => [...within(param)].some(node => isKind(node, 'name') && node.name === name))) return fn
  }
  return undefined
}

const isParameter = (name: string, at: Expression, seen: Survey): boolean => functionTaking(name, at, seen) !== undefined
