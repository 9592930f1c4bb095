// The places of a program where a value becomes a market's: prices, quotes and signals that are named, returned, published, ordered.

import type { Flow } from '../flow/flow.ts'
import { OncePerProgram } from '../program/once-per-program.ts'
import type {
  Call,
  Expression,
  FunctionExpression,
  Literal,
  ObjectExpression,
  Operation,
  Pattern,
  Program,
  Statement,
} from '../program/program.ts'
import { besideFunctions, isKind, type Node, survey, within } from '../program/survey.ts'
import type { Module } from '../rule.ts'
import { isInnocent, isInstrument, isMarketKey, isMarketName, isOrderWord, wordsOf } from './market-words.ts'

export interface Sink {
  readonly at: number
  /** With `results`: functions, of which it matters what they return. */
  readonly results?: readonly (Expression | Pattern)[]
  /** What it becomes, for a sentence: 'the price `bid`', 'what `getQuote` returns'. */
  readonly what: string
  readonly values: readonly (Expression | Pattern)[]
  /** It leaves the program's own reckoning: published, ordered. Also research may not do that. */
  readonly isFinal: boolean
  readonly node: Node
}

const sinks = new OncePerProgram<readonly Sink[]>()

/** In order of the text; reckoned once for each program. */
export const marketSinks = (module: Module): readonly Sink[] => sinks.of(module.program, () => new SinkFinder(module).find())

/** Verbs that hand a value to the world. */
const SENDING: ReadonlySet<string> = new Set(
  'emit publish broadcast dispatch produce notify push send post put enqueue stream feed forward deliver yield write notify next on handle ingest ticker'.split(
    ' ',
  ),
)
const ORDERING: ReadonlySet<string> = new Set(
  'buy sell long short place submit execute open close enter exit trade order bid ask fill hedge rebalance liquidate market limit'.split(
    ' ',
  ),
)
const SETTING: ReadonlySet<string> = new Set(
  'set update record add append save store insert apply upsert patch put push write publish quote make create build new from on handle'.split(
    ' ',
  ),
)
const ADDING: ReadonlySet<string> = new Set(
  'push append unshift appendleft add extend insert enqueue put set push_back concat fill'.split(' '),
)

class SinkFinder {
  readonly #flow: Flow
  readonly #program: Program
  readonly #found: Sink[] = []

  constructor({ flow, program }: Module) {
    this.#flow = flow
    this.#program = program
  }

  find(): readonly Sink[] {
    const { of, parentOf, nameOf, functionAround } = survey(this.#program)

    for (const node of of('declare')) if (node.value !== undefined) this.#target(node.target, node.value, node)
    for (const node of of('assign')) this.#target(node.target, node.value, node)
    for (const node of of('default-pattern')) this.#target(node.target, node.value, node)
    for (const node of of('object'))
      for (const entry of node.entries) {
        const key = entry.key ?? this.#textOf(entry.index)
        if (key !== undefined && (isMarketKey(key) || this.#weighs(key, entry)) && entry.value.kind !== 'function')
          this.#add(entry.at, `the entry '${key}'`, [entry.value], entry)
      }
    for (const node of of('object')) this.#advice(node)
    this.#lots()
    for (const node of of('class'))
      for (const member of node.members) {
        // `@shaken price() { … }`: a method is what its decorator made of it.
        if (member.name !== undefined && member.value?.kind === 'call' && isMarketResult(member.name))
          this.#found.push({
            at: member.value.at,
            what: `what '${member.name}' returns`,
            values: [],
            results: [member.value],
            node: member.value,
            isFinal: false,
          })
        if (
          member.name === undefined ||
          member.value === undefined ||
          member.value.kind === 'function' ||
          !isMarketKey(member.name)
        )
          continue
        this.#add(member.value.at, `the field '${member.name}'`, [member.value], member.value)
      }
    for (const node of of('call')) this.#call(node)
    for (const node of of('loop'))
      if (node.each !== undefined && node.over !== undefined) this.#target(node.each, undefined, node)

    for (const node of of('return')) {
      const around = functionAround(node)
      if (node.value === undefined || around === undefined) continue
      const name = this.#nameOfResult(around, nameOf, parentOf)
      if (name !== undefined) this.#add(node.value.at, `what '${name}' returns`, [node.value], node)
    }
    for (const node of of('wrapped')) {
      const around = node.how === 'yield' ? functionAround(node) : undefined
      if (around === undefined) continue
      const name = nameOf(around)
      if (isMarketResult(name)) this.#add(node.value.at, `what '${name}' yields`, [node.value], node)
    }
    for (const node of of('operation')) this.#stirred(node)
    for (const node of of('literal')) if (typeof node.value === 'string' && ADVICE.test(node.value)) this.#tossed(node)
    for (const node of of('if')) this.#decision(node.test, [...node.then, ...node.otherwise], node)
    for (const node of of('conditional')) this.#decision(node.test, [node.then, node.otherwise], node)
    for (const node of of('operation'))
      if (node.operator === '&&' && node.operands.length === 2) this.#decision(node.operands[0]!, [node.operands[1]!], node)
    for (const node of of('loop')) if (node.test !== undefined) this.#decision(node.test, node.body, node)

    return this.#found.sort((a, b) => a.at - b.at)
  }

  #add(at: number, what: string, values: readonly (Expression | Pattern)[], node: Node, isFinal = false): void {
    this.#found.push({ at, what, values: [...values, ...this.#testsAbove(values, node)], node, isFinal })
  }

  /** Anything may have a weight; what is allocated has one of the market. */
  #weighs(key: string, entry: Node): boolean {
    if (key !== 'weight') return false
    const { functionAround, nameOf } = survey(this.#program)
    for (let fn = functionAround(entry); fn !== undefined; fn = functionAround(fn))
      if (/alloc|portfolio|rebalanc|sizing|holding|position/i.test(nameOf(fn))) return true
    return false
  }

  /** A constant that is given in a branch says what the branch's test says. */
  #testsAbove(values: readonly (Expression | Pattern)[], node: Node): readonly Expression[] {
    const [value] = values
    if (value === undefined || !isExpression(value) || this.#flow.constantOf(value) === undefined) return []
    const { parentOf } = survey(this.#program)
    for (let at = parentOf(node); at !== undefined; at = parentOf(at)) {
      if (isKind(at, 'function')) return []
      if (isKind(at, 'if')) return [at.test]
    }
    return []
  }

  #textOf(index: Expression | undefined): string | undefined {
    if (index === undefined) return undefined
    // `df.loc[rows, 'close']`
    const last = index.kind === 'list' ? index.items.at(-1) : index
    const value = last === undefined ? undefined : this.#flow.constantOf(last)?.value
    return typeof value === 'string' ? value : undefined
  }

  /** Where something is given a name of the market. */
  #target(target: Pattern, value: Expression | undefined, node: Node): void {
    switch (target.kind) {
      case 'name':
        if (isMarketName(target.name) && value?.kind !== 'function' && value?.kind !== 'class')
          this.#add(target.at, `'${target.name}'`, [value ?? target], node)
        if (value?.kind === 'call' && isMarketResult(target.name))
          this.#found.push({
            at: target.at,
            what: `what '${target.name}' returns`,
            values: [],
            results: [value],
            node,
            isFinal: false,
          })
        return
      case 'member': {
        const key = target.property ?? this.#textOf(target.index)
        if (key !== undefined && isMarketKey(key)) {
          if (value?.kind !== 'function') this.#add(target.at, `'${key}'`, [value ?? target], node)
        } else if (key === undefined || /^[A-Z]{2,}/.test(key)) {
          // `prices[symbol] = …`
          const whole = lastNameOf(target.object)
          if (whole !== undefined && isMarketKey(whole)) this.#add(target.at, `an element of '${whole}'`, [value ?? target], node)
        }
        return
      }
      case 'object-pattern':
        for (const entry of target.entries) {
          if (entry.key !== undefined && isMarketKey(entry.key) && entry.target.kind === 'name')
            this.#add(entry.target.at, `'${entry.key}'`, [entry.target], node)
          else this.#target(entry.target, undefined, node)
        }
        return
      case 'list-pattern':
        for (const item of target.items) if (item !== undefined) this.#target(item, undefined, node)
        return
      case 'default-pattern':
      case 'rest-pattern':
        this.#target(target.target, undefined, node)
        return
    }
  }

  #call(call: Call): void {
    for (const { name, value, at } of call.keywords)
      if (name !== undefined && isMarketKey(name)) this.#add(at, `the argument '${name}'`, [value], call)

    const name = this.#nameOfCallee(call)
    if (name === undefined || (call.args.length === 0 && call.keywords.length === 0)) return
    const words = wordsOf(name)
    const receiver = call.callee.kind === 'member' ? lastNameOf(call.callee.object) : undefined
    const given = [
      ...call.args.filter(arg => arg.kind !== 'function'),
      ...call.keywords.filter(({ name }) => name === undefined || !isInnocent(name)).map(({ value }) => value),
    ]

    const about = isAboutMarket(words) || (receiver !== undefined && isAboutMarket(wordsOf(receiver)))
    const topic = this.#textOf(call.args[0])
    const isSending = words.some(word => SENDING.has(word)) && !isInnocent(name)
    const isOrdering = words.some(word => ORDERING.has(word)) && words.some(isOrderWord) && !isInnocent(name)

    if (isOrdering || (isSending && (about || (topic !== undefined && isAboutMarket(wordsOf(topic)))))) {
      this.#add(call.at, `what '${name}' is given`, given, call, true)
      return
    }

    const isConstructor = /^[A-Z]/.test(name) && isMarketName(name)
    const isSetter = words.length > 1 && SETTING.has(words[0]!) && isMarketName(words.slice(1).join('_'))
    if (isConstructor || isSetter) {
      this.#add(call.at, `what '${name}' is given`, given, call)
      return
    }
    if (ADDING.has(name) && receiver !== undefined && isMarketKey(receiver))
      this.#add(call.at, `an element of '${receiver}'`, given, call)
  }

  #nameOfCallee({ callee }: Call): string | undefined {
    if (callee.kind === 'name') return callee.name
    if (callee.kind !== 'member') return undefined
    return callee.property ?? this.#textOf(callee.index)
  }

  /** `price * (1 + noise)`: what is made of a price is one, whatever it is called. */
  #stirred(node: Operation): void {
    if (!/^[-+*]$/.test(node.operator) || node.operands.length !== 2) return
    const [left, right] = node.operands as [Expression, Expression]
    const of = isPriceLeaf(left) ? left : isPriceLeaf(right) ? right : undefined
    if (of === undefined) return
    this.#found.push({
      at: node.at,
      what: `what is made of '${lastNameOf(of) ?? ''}'`,
      values: [of === left ? right : left],
      node,
      isFinal: false,
    })
  }

  /** 'buy' in one branch and 'sell' in the other: the test decides. */
  #tossed(node: Literal): void {
    const { parentOf } = survey(this.#program)
    let inner: Node = node
    for (let at = parentOf(node); at !== undefined && !isKind(at, 'function'); inner = at, at = parentOf(at)) {
      if (!isKind(at, 'if') && !isKind(at, 'conditional')) continue
      if (at.test === inner) return
      this.#found.push({ at: node.at, what: `'${String(node.value)}'`, values: [at.test], node, isFinal: false })
    }
  }

  /** `{ symbol, action: 'BUY' }`: what is bought is drawn by lot. */
  #advice(node: ObjectExpression): void {
    const isAdvice = node.entries.some(
      ({ key }) => key !== undefined && /^(?:action|side|signal|order|direction|recommendation)$/.test(key),
    )
    const what = node.entries.find(({ key }) => key !== undefined && isInstrument(key))
    if (isAdvice && what !== undefined)
      this.#found.push({ at: what.at, what: 'what is to be traded', values: [what.value], node, isFinal: false })
  }

  /** `['BUY', 'SELL'][n]`, `pick(SIDES)`, `MOVES.get(n)`: what is done is taken from a list, by lot. */
  #lots(): void {
    const { of, parentOf } = survey(this.#program)
    const told = new Set<string>()
    const taken = (list: Node) => {
      const at = parentOf(list)
      const by = isKind(at, 'member') && at.object === list && at.index === undefined ? parentOf(at) : at
      const isTaken =
        (isKind(by, 'member') && by.object === list && by.index !== undefined) || (isKind(by, 'call') && by.callee !== list)
      if (isTaken) this.#found.push({ at: by.at, what: 'what is to be done', values: [by], node: by, isFinal: false })
    }
    // `{ 0: broker.buy, 1: broker.sell }[n]` as well.
    for (const node of of('member')) {
      if (node.property === undefined || !ORDERING.has(node.property) || !DEED.test(node.property)) continue
      const above = parentOf(node)
      const list = above !== undefined && !('kind' in above) ? parentOf(above) : above
      if (isKind(list, 'list') || isKind(list, 'object')) taken(list)
    }
    for (const node of of('literal')) {
      if (typeof node.value !== 'string' || !DEED.test(node.value)) continue
      const above = parentOf(node)
      const list = above !== undefined && !('kind' in above) ? parentOf(above) : above
      if (!isKind(list, 'list') && !isKind(list, 'object')) continue
      taken(list)
      const given = parentOf(list)
      const name = isKind(given, 'declare') || isKind(given, 'assign') ? given.target : undefined
      if (name?.kind !== 'name' || told.has(name.name)) continue
      told.add(name.name)
      for (const each of of('name')) if (each.name === name.name && each !== name) taken(each)
    }
  }

  /** Chance decides whether something is bought. */
  #decision(test: Expression, branches: readonly (Statement | Expression)[], node: Node): void {
    for (const inner of within(branches, besideFunctions)) {
      if (!isKind(inner, 'call')) continue
      const name = this.#nameOfCallee(inner)
      if (name === undefined || isInnocent(name)) continue
      const words = wordsOf(name)
      const topic = this.#textOf(inner.args[0])
      const isDeed = words.some(isOrderWord) && (words.length === 1 || words.some(word => ORDERING.has(word)))
      const isSignal =
        words.some(word => SENDING.has(word)) &&
        [...words, ...wordsOf(topic ?? '')].some(word => /^(?:signals?|orders?|trades?|buy|sell)$/.test(word))
      if (isDeed || isSignal) {
        this.#found.push({ at: test.at, what: `whether '${name}' happens`, values: [test], node, isFinal: true })
        return
      }
    }
  }

  /** The name of the market for what a function returns; undefined when it is none. */
  #nameOfResult(
    around: FunctionExpression,
    nameOf: (fn: FunctionExpression) => string,
    parentOf: (node: Node) => Node | undefined,
  ): string | undefined {
    const name = nameOf(around)
    if (name !== '') {
      if (isMarketResult(name)) return name
      // `TakeProfit.level`, `PriceFeed.next`.
      const member = parentOf(around)
      const made = member === undefined ? undefined : parentOf(member)
      return isKind(made, 'class') &&
        made.name !== undefined &&
        ASKING.test(name) &&
        isMarketResult(made.name.replace(SERVING, ''))
        ? `${made.name}.${name}`
        : undefined
    }

    // `prices.map(price => …)`.
    const call = parentOf(around)
    if (
      !isKind(call, 'call') ||
      call.callee.kind !== 'member' ||
      !/^(?:map|flatMap|apply|transform)$/.test(call.callee.property ?? '')
    )
      return undefined
    const receiver = lastNameOf(call.callee.object)
    return receiver !== undefined && isMarketKey(receiver) ? receiver : undefined
  }
}

/** `price`, `quote.bid`; not `prices.length`, and not every number that has a market's word. */
function isPriceLeaf(value: Expression): boolean {
  const name = value.kind === 'name' ? value.name : value.kind === 'member' ? value.property : undefined
  return (
    name !== undefined &&
    /^(?:prices?|bid|ask|mid|px|close|last_?price|best_?bid|best_?ask|mid_?price|spot|open_?price|close_?price|entry_?price|fill_?price|quote|equity)$/i.test(
      name,
    )
  )
}

const isExpression = (value: Expression | Pattern): value is Expression => !value.kind.endsWith('-pattern')

/** `getPrice`, `nextTick`, `onBar`, `computeSignal`, `quote`. */
function isMarketResult(name: string): boolean {
  const words = wordsOf(name)
  if (words.length === 0 || /^(?:init|initial|initialise|initialize|reset)_weights?$/.test(words.slice(0, 2).join('_')))
    return false
  return isMarketKey(name) || (words.length > 1 && isMarketKey(words.slice(1).join('_')))
}

const ADVICE = /^(?:buy|sell|strong[ _]?buy|strong[ _]?sell|go[ _]?long|go[ _]?short|bullish|bearish)$/i
const DEED = /^(?:buy|sell|strong[ _]?buy|strong[ _]?sell|go[ _]?long|go[ _]?short|long|short)$/i
const ASKING =
  /^_*(?:next|get|value|level|current|compute|evaluate|run|read|fetch|poll|latest|step|generate|call|call__|next__|iter__|predict|sample|draw|calculate|estimate|forecast|for|of|at|on)$/
const SERVING =
  /(?:Service|Client|Provider|Engine|Model|Source|Feed|Generator|Strategy|Sizer|Manager|Handler|Calculator|Estimator|Reader|Store|Repository|Stream|Api)$/

const isAboutMarket = (words: readonly string[]): boolean =>
  words.some(word => isMarketName(word) || isOrderWord(word) || TOPICS.has(word))

const TOPICS: ReadonlySet<string> = new Set(
  'market feed feeds broker exchange venue ticker trades strategy marketdata bars bar orders order book'.split(' '),
)

function lastNameOf(expression: Expression): string | undefined {
  if (expression.kind === 'name') return expression.name
  if (expression.kind === 'member') return expression.property ?? lastNameOf(expression.object)
  return undefined
}
