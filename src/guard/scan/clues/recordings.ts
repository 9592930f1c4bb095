// Where a running value becomes a series: kept from call to call, put into a list, handed out step by step.

import { OncePerProgram } from '../program/once-per-program.ts'
import type { Call, Expression } from '../program/program.ts'
import { besideFunctions, isFunction, isKind, type Node, nameBound, type Survey, survey, within } from '../program/survey.ts'
import type { Module } from '../rule.ts'
import { marketSinks } from './market-sinks.ts'
import { growsByChance, isSumName } from './market-words.ts'

export interface Recording {
  readonly at: number
  readonly value: Expression
  readonly node: Node
}

const PUTTING =
  /^(?:push|append|unshift|add|set|extend|insert|push_back|appendleft|enqueue|emit|publish|send|write|next|put|appendRow|concat)$/
const SUMMING = /^(?:cumsum|cumprod|accumulate|cumulative_sum|cumulative_prod|scan)$/
const MAPPING = /^(?:map|flatMap|from|fill|times|apply|set[A-Z]\w*|update|vectorize|fromfunction)$/

const known = new OncePerProgram<readonly Recording[]>()

/** Values that a market name is given count, too. */
export const recordings = (module: Module): readonly Recording[] =>
  known.of(module.program, () => [...new Recorder(module).find(), ...ofSinks(module)])

function* ofSinks(module: Module): Generator<Recording> {
  for (const { at, values, node } of marketSinks(module)) {
    for (const value of values) if (!value.kind.endsWith('-pattern')) yield { at, value: value as Expression, node }
  }
}

class Recorder {
  readonly #survey: Survey
  readonly #module: Module

  constructor(module: Module) {
    this.#module = module
    this.#survey = survey(module.program)
  }

  *find(): Generator<Recording> {
    const { of, functionAround, parentOf } = this.#survey
    for (const call of of('call')) yield* this.#ofCall(call)

    for (const each of of('wrapped')) {
      if (each.how === 'yield' && !this.#isBeside(each) && (!isGrowing(each.value) || isShort(nameOfValue(each.value))))
        yield { at: each.at, value: each.value, node: each }
    }
    for (const node of of('return')) {
      // `steps.map(step => (sum += step))`.
      const around = functionAround(node)
      const call = around === undefined ? undefined : parentOf(around)
      if (node.value === undefined || !isKind(call, 'call')) continue
      const name = nameOfCallee(call)
      const isList =
        /^(?:reduce|fold|scan)/.test(name) &&
        (node.value.kind === 'list' || node.value.kind === 'object' || node.value.kind === 'call')
      if ((MAPPING.test(name) || isList) && !this.#isBeside(node)) yield { at: node.value.at, value: node.value, node }
    }
    for (const assign of of('assign')) {
      const { target } = assign
      if (this.#isBeside(assign)) continue
      if (target.kind === 'member' && target.property === undefined) {
        yield { at: assign.at, value: assign, node: assign }
        continue
      }
      const name = nameBound(target)
      if (name === undefined || isSumName(name)) continue
      const around = functionAround(assign)
      const isField = target.kind === 'member' && !isLocal(target.object, around)
      if (isField || (target.kind === 'name' && around !== undefined && !declares(around, name)))
        yield { at: assign.at, value: assign, node: assign }
    }
  }

  *#ofCall(call: Call): Generator<Recording> {
    const name = nameOfCallee(call)
    const path = this.#module.flow.pathOf(call.callee)
    if (this.#isBeside(call)) return
    if (SUMMING.test(name) || (path !== undefined && SUMMING.test(path.slice(path.lastIndexOf('.') + 1))))
      yield { at: call.at, value: call, node: call }

    const { functionAround, nameOf } = this.#survey
    const around = functionAround(call)
    const isRecursive = around !== undefined && name !== '' && nameOf(around) === name
    if (!PUTTING.test(name) && !isRecursive) return
    const receiver = call.callee.kind === 'member' && call.callee.object.kind === 'name' ? call.callee.object.name : ''
    if (growsByChance(receiver)) return
    for (const arg of call.args) if (!isGrowing(arg)) yield { at: arg.at, value: arg, node: call }
  }

  /** In the making of something that may well grow by chance. */
  #isBeside(node: Node): boolean {
    const { nameOf, parentOf } = this.#survey
    let isInside = true
    for (let at: Node | undefined = node; at !== undefined; at = parentOf(at)) {
      if (isFunction(at)) {
        // `const id = setInterval(() => …)` does not name the function.
        if (!isKind(parentOf(at), 'call') && growsByChance(nameOf(at))) return true
        isInside = false
      }
      if (
        isInside &&
        (isKind(at, 'assign') || isKind(at, 'declare')) &&
        growsByChance(nameBound(at.target) ?? '') &&
        !isShort(nameBound(at.target) ?? '')
      )
        return true
    }
    return false
  }
}

/** `x` and `y` also stand for prices where they are whole series. */
const isShort = (name: string): boolean => name.length === 1

const isGrowing = (value: Expression): boolean =>
  (value.kind === 'name' && growsByChance(value.name)) ||
  (value.kind === 'member' && value.property !== undefined && !isShort(value.property) && growsByChance(value.property))

const nameOfValue = (value: Expression): string => (value.kind === 'name' ? value.name : '')

const nameOfCallee = ({ callee }: Call): string =>
  callee.kind === 'member' ? (callee.property ?? '') : callee.kind === 'name' ? callee.name : ''

function isLocal(object: Expression, around: Node | undefined): boolean {
  return object.kind === 'name' && object.name !== 'this' && around !== undefined && declares(around, object.name)
}

/** Whether a function has a variable of that name of its own. */
function declares(around: Node, name: string): boolean {
  for (const node of within(around, inner => inner === around || besideFunctions(inner))) {
    if (isKind(node, 'declare') && nameBound(node.target) === name) return true
    if (isFunction(node) && node === around && node.params.some(param => nameBound(param) === name)) return true
    if (isKind(node, 'loop') && node.each !== undefined && nameBound(node.each) === name) return true
    if (isKind(node, 'assign') && node.operator === '=' && node.value.kind === 'literal' && nameBound(node.target) === name)
      return true
  }
  return false
}
