// Makes the graph of a program's values: one spot per variable, per expression that matters, per field and per function's return.

import { isIdentity } from '../clues/market-words.ts'
import type { Assign, Expression, Member, Name, Operation, Pattern, Program, Statement } from '../program/program.ts'
import type { Binding, Bindings } from './bindings.ts'
import type { Building, Sum } from './building.ts'
import { CallSites } from './call-sites.ts'
import type { Constants } from './constants.ts'
import type { Spot } from './flow-graph.ts'
import { handMadeDraw, isNoisy, isOfNoise, isRadicalInverse, noiseOfClock } from './hand-made-generators.ts'
import { MadeThings } from './made-things.ts'
import { isOfTheWorld } from './passing.ts'
import { DEPTH_MAX } from './scopes.ts'
import { USUAL_NAMES, ValueParts } from './value-parts.ts'

/** A draw by a generator that was written by hand; its seed is fixed when its state begins with a number in the code. */
export interface HandMade {
  readonly spot: Spot
  readonly at: number
  readonly end: number
  readonly state: Spot | undefined
  readonly isSeeded: boolean
}

const COMPARING: ReadonlySet<string> = new Set(['typeof', 'void', 'delete', 'in', 'instanceof', 'not in'])
const CHOOSING: ReadonlySet<string> = new Set(['||', '&&', '??'])

export class FlowBuilder extends ValueParts implements Building {
  readonly program: Program
  readonly bindings: Bindings
  readonly constants: Constants
  readonly calls: CallSites
  readonly #made: MadeThings
  readonly handMade: HandMade[] = []
  /** Operations that add or multiply, as candidates for running sums. */
  readonly sums: Sum[] = []
  readonly isPython: boolean

  readonly #spots = new Map<Expression | Pattern, Spot>()
  readonly #variables = new Map<Binding, Spot>()
  /** What an operation is assigned to. */
  readonly #carriers = new Map<Operation, Name | Member>()
  /** By chance or not: what decides whether a branch is taken. */
  #tests: Spot[] = []
  #depth = 0

  constructor(program: Program, bindings: Bindings, constants: Constants) {
    super()
    this.program = program
    this.isPython = program.language === 'python'
    this.bindings = bindings
    this.constants = constants
    this.calls = new CallSites(this)
    this.#made = new MadeThings(this)
    this.statements(program.body)
  }

  /** Undefined for what was never looked at. */
  known(expression: Expression | Pattern): Spot | undefined {
    if (expression.kind === 'name') {
      const binding = this.bindings.of(expression)
      if (binding !== undefined) return this.variable(binding)
    }
    return this.#spots.get(expression)
  }

  variable(binding: Binding): Spot {
    const known = this.#variables.get(binding)
    if (known !== undefined) return known

    const spot = this.graph.spot(binding.at)
    spot.isIdentity = isIdentity(binding.name)
    this.#variables.set(binding, spot)
    if (binding.source !== undefined) {
      const { module, imported } = binding.source
      this.addImported(spot, module, imported)
    }
    return spot
  }

  /** What a name of a module is: known to the world, and perhaps a file of this project. */
  addImported(spot: Spot, module: string, imported: string): void {
    const isOwn = module.startsWith('.') || module.startsWith('/')
    const isWhole = imported === '*' || (imported === 'default' && !isOwn)
    this.graph.add(spot, this.graph.path(isWhole ? module : `${module}.${imported}`))
    if (!isOfTheWorld(module)) this.graph.add(spot, this.graph.borrowed(module, imported))
  }

  protected override globalNamed(name: string): Spot | undefined {
    const binding = this.bindings.top.get(name)
    return binding === undefined ? undefined : this.variable(binding)
  }

  // ── Statements ─────────────────────────────────────────────────────────────────────────────────────────────────────────

  statements(body: readonly Statement[]): void {
    this.#depth += 1
    if (this.#depth < DEPTH_MAX) for (const statement of body) this.#statement(statement)
    this.#depth -= 1
  }

  /** Of a function: what is tested around it does not decide what is in it. */
  body(statements: readonly Statement[]): void {
    const tests = this.#tests
    this.#tests = []
    this.statements(statements)
    this.#tests = tests
  }

  #statement(statement: Statement): void {
    switch (statement.kind) {
      case 'expression':
        this.expression(statement.value)
        return
      case 'declare':
        if (statement.value !== undefined) this.#give(statement.target, this.expression(statement.value), statement.value)
        return
      case 'define': {
        const spot = this.expression(statement.function)
        const binding = this.bindings.definedBy(statement.function)
        if (binding !== undefined) this.graph.copy(spot, this.variable(binding))
        return
      }
      case 'class-statement': {
        const spot = this.expression(statement.class)
        const binding = this.bindings.definedBy(statement.class)
        if (binding !== undefined) this.graph.copy(spot, this.variable(binding))
        return
      }
      case 'return':
        if (statement.value !== undefined) this.#return(statement.value)
        return
      case 'throw':
        if (statement.value !== undefined) this.expression(statement.value)
        return
      case 'if':
        this.#tests.push(this.expression(statement.test))
        this.statements(statement.then)
        this.statements(statement.otherwise)
        this.#tests.pop()
        return
      case 'loop':
        this.statements(statement.before)
        if (statement.over !== undefined && statement.each !== undefined)
          this.#give(statement.each, this.elements(this.expression(statement.over)), undefined)
        if (statement.test !== undefined) this.expression(statement.test)
        this.statements(statement.body)
        this.statements(statement.after)
        return
      case 'try':
        this.statements(statement.body)
        for (const handler of statement.handlers) {
          for (const caught of handler.catches) this.expression(caught)
          this.statements(handler.body)
        }
        this.statements(statement.last)
        return
      case 'block':
        this.statements(statement.body)
        return
      case 'export':
        if (statement.value !== undefined) this.expression(statement.value)
        return
      case 'import':
      case 'jump':
    }
  }

  #return(value: Expression): void {
    const spot = this.graph.spot(value.at, true)
    this.graph.copy(this.expression(value), spot)
    this.#decide(value, spot)
    const { inside } = this.#made
    if (inside !== undefined) this.graph.copy(spot, inside.parts.returns)
  }

  /** A constant that is given only when a test holds says what the test says. */
  #decide(value: Expression, to: Spot): void {
    const test = this.#tests.at(-1)
    if (test === undefined) return
    const constant = this.constants.of(value)
    if (constant !== undefined && constant.value !== null && constant.value !== undefined) this.graph.derive(test, to)
  }

  // ── Where values go ────────────────────────────────────────────────────────────────────────────────────────────────────

  /** An assignment, as it is seen in evidence. */
  #give(target: Pattern, from: Spot, value: Expression | undefined): void {
    const spot = this.graph.spot(target.at, true)
    this.graph.copy(from, spot)
    if (value !== undefined) this.#decide(value, spot)
    this.pattern(target, spot)
  }

  pattern(target: Pattern, from: Spot): void {
    switch (target.kind) {
      case 'name': {
        const binding = this.bindings.of(target)
        if (binding !== undefined) this.graph.copy(from, this.variable(binding))
        else this.#spots.set(target, from)
        return
      }
      case 'member': {
        this.#spots.set(target, from)
        const key = this.constants.keyOf(target)
        if (target.index !== undefined) this.expression(target.index)
        this.#store(this.expression(target.object), key, from, target)
        return
      }
      case 'object-pattern':
        for (const entry of target.entries) {
          const part = this.graph.spot(entry.target.at)
          if (entry.target.kind === 'rest-pattern') this.graph.copy(from, part)
          else this.load(from, entry.key, part)
          this.pattern(entry.target, part)
        }
        return
      case 'list-pattern':
        target.items.forEach((item, i) => {
          if (item === undefined) return
          const part = this.graph.spot(item.at)
          if (item.kind === 'rest-pattern') this.graph.copy(from, part)
          else this.load(from, String(i), part)
          this.pattern(item, part)
        })
        return
      case 'default-pattern':
        this.graph.copy(this.expression(target.value), from)
        this.pattern(target.target, from)
        return
      case 'rest-pattern':
        this.pattern(target.target, from)
        return
    }
  }

  #store(object: Spot, key: string | undefined, value: Spot, target: Member): void {
    this.graph.on(object, token => {
      if (token.kind === 'thing')
        this.graph.copy(value, key === undefined ? token.thing.rest : this.graph.field(token.thing, key))
    })
    // What comes from outside has fields, too.
    if (target.object.kind === 'name' || target.object.kind === 'member') this.imply(object)
  }

  // ── Expressions ────────────────────────────────────────────────────────────────────────────────────────────────────────

  expression(value: Expression): Spot {
    const known = this.known(value)
    if (known !== undefined) return known
    if (value.kind === 'name') return this.#worldName(value)

    const spot = this.graph.spot(value.at)
    this.#spots.set(value, spot)
    this.#depth += 1
    if (this.#depth < DEPTH_MAX) this.#fill(value, spot)
    this.#depth -= 1
    return spot
  }

  #worldName(name: Name): Spot {
    const spot = this.graph.spot(name.at)
    this.#spots.set(name, spot)
    if (name.name === 'this' || name.name === 'super') {
      const self = this.bindings.selfOf(name)
      const thing = self === undefined ? undefined : this.#made.of(self)
      if (thing === undefined) return spot
      if (name.name === 'this') this.graph.add(spot, thing.token)
      else for (const base of thing.bases) this.graph.copy(base, spot)
      return spot
    }
    this.graph.add(spot, this.graph.path(USUAL_NAMES.get(name.name) ?? name.name))
    return spot
  }

  #fill(value: Exclude<Expression, Name>, spot: Spot): void {
    const { graph } = this
    switch (value.kind) {
      case 'literal':
        if (typeof value.value === 'number' && value.value !== 0)
          graph.add(spot, { kind: 'origin', trait: 'made-up', at: value.at })
        return
      case 'member':
        this.#member(value, spot)
        return
      case 'call':
        this.calls.visit(value, spot)
        return
      case 'function':
        graph.add(spot, this.#made.function(value).token)
        return
      case 'class':
        graph.add(spot, this.#made.class(value).token)
        return
      case 'object':
        this.#made.object(value, spot)
        return
      case 'list': {
        const thing = graph.thing(value.at)
        graph.add(spot, thing.token)
        value.items.forEach((item, i) => {
          if (item.kind === 'wrapped' && item.how === 'spread') graph.copy(this.elements(this.expression(item.value)), thing.rest)
          else graph.copy(this.expression(item), i < 8 && value.items.length <= 8 ? graph.field(thing, String(i)) : thing.rest)
        })
        return
      }
      case 'operation':
        this.#operation(value, spot)
        return
      case 'conditional': {
        const test = this.expression(value.test)
        graph.copy(this.expression(value.then), spot)
        graph.copy(this.expression(value.otherwise), spot)
        if (this.#isPlain(value.then) && this.#isPlain(value.otherwise)) {
          graph.derive(test, spot)
          // `x = isUp ? x * 1.001 : x / 1.001`
          if (value.then.kind === 'operation') this.sums.push({ spot, at: value.at, operands: [test] })
        }
        return
      }
      case 'template':
      case 'other':
        for (const part of value.parts) graph.derive(this.expression(part), spot)
        return
      case 'assign':
        this.#assign(value, spot)
        return
      case 'wrapped':
        if (value.how === 'yield') this.#made.yield(value.value)
        graph.copy(this.expression(value.value), spot)
        return
      case 'dynamic-import': {
        this.expression(value.module)
        const module = this.constants.of(value.module)?.value
        if (typeof module === 'string') this.addImported(spot, module, '*')
      }
    }
  }

  /** Written down, or a function: what a choice between two is about. */
  #isPlain(value: Expression): boolean {
    return (
      this.constants.of(value) !== undefined ||
      value.kind === 'function' ||
      value.kind === 'object' ||
      value.kind === 'list' ||
      value.kind === 'name' ||
      value.kind === 'operation'
    )
  }

  #member(value: Member, spot: Spot): void {
    const object = this.expression(value.object)
    const key = this.constants.keyOf(value)
    this.load(object, key, spot)
    if (value.index === undefined) return
    const index = this.expression(value.index)
    // Picked by chance: `prices[Math.floor(Math.random() * 3)]`.
    if (key === undefined)
      this.graph.on(index, token => {
        const isDrawn = token.kind === 'borrowed' || (token.kind === 'origin' && token.trait !== 'made-up')
        if (isDrawn && this.calls.chance.isWorthDrawing(value.object)) this.graph.add(spot, token, index)
      })
  }

  #operation(value: Operation, spot: Spot): void {
    const { graph } = this
    const { operator, operands } = value
    const spots = operands.map(operand => this.expression(operand))
    if (COMPARING.has(operator)) return

    if (CHOOSING.has(operator)) {
      for (const each of spots) graph.copy(each, spot)
      if (operator === '&&' && operands[1] !== undefined && this.constants.of(operands[1]) !== undefined)
        graph.derive(spots[0]!, spot)
      return
    }
    for (const each of spots) graph.derive(each, spot)
    if (operator === '+' || operator === '-' || operator === '*') this.sums.push({ spot, at: value.at, operands: spots })
    if (this.constants.of(value) !== undefined) {
      graph.add(spot, { kind: 'origin', trait: 'made-up', at: value.at })
      return
    }

    if (operator === '%' && isNoisy(operands[1], this.constants))
      graph.on(spots[0]!, token => {
        if (token.kind === 'path' && isOfNoise(token.path)) graph.add(spot, { kind: 'origin', trait: 'random', at: value.at })
      })
    const drawn = handMadeDraw(value, this.constants, this.#carriers.get(value)) ?? noiseOfClock(value, this.constants)
    if (drawn === undefined) return
    this.handMade.push({
      spot,
      at: value.at,
      end: value.end,
      state: drawn.state === undefined ? undefined : this.known(drawn.state),
      isSeeded: drawn.isSeeded,
    })
  }

  #assign(value: Assign, spot: Spot): void {
    const { graph } = this
    if (value.value.kind === 'operation' && (value.target.kind === 'name' || value.target.kind === 'member'))
      this.#carriers.set(value.value, value.target)
    const given = this.expression(value.value)
    if (value.operator === '=' || value.operator === ':=') {
      graph.copy(given, spot)
      this.#give(value.target, spot, value.value)
      return
    }

    const target = value.target
    if (target.kind !== 'name' && target.kind !== 'member') return
    if (value.operator === '??=' || value.operator === '||=' || value.operator === '&&=') graph.copy(given, spot)
    else {
      const sum = graph.spot(value.at)
      graph.derive(given, sum)
      graph.derive(this.#read(target), sum)
      graph.copy(sum, spot)
      if (/^[-+*]=$/.test(value.operator)) this.sums.push({ spot: sum, at: value.at, isRunning: true, operands: [given] })
      const operation: Operation = {
        kind: 'operation',
        at: value.at,
        end: value.end,
        operator: value.operator.slice(0, -1),
        operands: [target, value.value],
      }
      const drawn = isRadicalInverse(operation, this.program.text)
        ? { state: undefined, isSeeded: true }
        : handMadeDraw(operation, this.constants, target)
      if (drawn !== undefined)
        this.handMade.push({
          spot: sum,
          at: value.at,
          end: value.end,
          state: drawn.state === undefined ? undefined : this.#read(target),
          isSeeded: drawn.isSeeded,
        })
    }
    this.#give(target, spot, value.value)
  }

  /** The value that a target has before it gets another. */
  #read(target: Name | Member): Spot {
    if (target.kind === 'name') return this.expression(target)
    const spot = this.graph.spot(target.at)
    this.load(this.expression(target.object), this.constants.keyOf(target), spot)
    return spot
  }
}
