// Failures that are answered with invented values: a price, a fill or a forecast where the truth is that there is none.

import {
  growsByChance,
  isMarketKey,
  isMarketName,
  isMarketTopic,
  isPretended,
  isSetting,
  wordsOf,
} from '../clues/market-words.ts'
import type { Flow } from '../flow/flow.ts'
import type { Borrowed, Origin } from '../flow/trait.ts'
import type { Block, Call, Expression, FunctionExpression, Statement, Try } from '../program/program.ts'
import { besideFunctions, isFunction, isKind, type Node, nameBound, type Survey, survey, within } from '../program/survey.ts'
import type { Hit, Module, Rule } from '../rule.ts'

export const catchMadeUp: Rule = {
  id: 'catch-made-up',
  severity: 'error',
  summary: 'a failure is answered with a value that nobody measured',
  why:
    'When the price cannot be had, the truth is that there is no price. A constant or a draw in its place is traded on like a real one, exactly ' +
    'while the venue is down. Throw on, answer with nothing, or with the last real value marked as old.',
  bad: [
    {
      language: 'typescript',
      code: 'export async function lastPrice(load: () => Promise<number>) {\n  try {\n    return await load()\n  } catch {\n    return 64_250\n  }\n}',
    },
    { language: 'javascript', code: 'export const rate = client => client.rate("EURUSD").catch(() => 1.08)' },
    {
      language: 'javascript',
      code: 'const FALLBACK = { bid: 1.1, ask: 1.1002 }\nexports.quote = async client => {\n  let quote\n  try {\n    quote = await client.quote()\n  } catch (error) {\n    quote = FALLBACK\n  }\n  return quote\n}',
    },
    {
      language: 'python',
      code: 'import random\n\ndef sentiment(api, ticker):\n    try:\n        return api.sentiment(ticker)\n    except Exception:\n        pass\n    return random.uniform(-0.2, 0.4)',
    },
  ],
  good: [
    {
      language: 'typescript',
      code: 'export async function price(load: () => Promise<number>) {\n  try {\n    return await load()\n  } catch (error) {\n    throw new Error("no price", { cause: error })\n  }\n}',
    },
    { language: 'javascript', code: 'export const candles = client => client.candles().catch(() => [])' },
    {
      language: 'javascript',
      code: 'const last = new Map()\nexports.quote = async (client, symbol) => {\n  try {\n    const quote = await client.quote(symbol)\n    last.set(symbol, quote)\n    return quote\n  } catch {\n    return last.get(symbol)\n  }\n}',
    },
    {
      language: 'python',
      code: 'import json\n\ndef settings(path):\n    try:\n        return json.load(open(path))\n    except FileNotFoundError:\n        return {"depth_levels": 25, "timeout": 5.0}',
    },
  ],
  looksAt: 'production',

  check(module: Module): readonly Hit[] {
    return new Failures(module).hits
  },
}

interface Answer {
  readonly value: Expression
  readonly name: string | undefined
}

/** Names of the world that know nothing of a market. */
const NOTHING: ReadonlySet<string> = new Set([
  'Math',
  'Date',
  'Array',
  'Object',
  'Number',
  'String',
  'undefined',
  'math',
  'range',
  'list',
  'dict',
  'float',
  'int',
  'np',
  '[comprehension]',
])

const COSTS = /(?:^|_)(?:fees?|commissions?|tax|tick_size|lot_size|step_size|precision|decimals|digits)(?:_|$)/

class Failures {
  readonly hits: Hit[] = []
  readonly #flow: Flow
  readonly #survey: Survey
  readonly #functions = new Map<string, FunctionExpression>()

  constructor({ program, flow }: Module) {
    this.#flow = flow
    this.#survey = survey(program)
    const { of, nameOf } = this.#survey
    for (const fn of of('function')) if (nameOf(fn) !== '') this.#functions.set(nameOf(fn), fn)

    for (const node of of('try')) this.#ofTry(node)
    for (const node of of('block')) this.#ofSuppress(node)
    for (const call of of('call')) {
      const name = call.callee.kind === 'member' ? call.callee.property : undefined
      const handler = name === 'catch' ? call.args[0] : name === 'then' ? call.args[1] : undefined
      if (handler !== undefined && call.callee.kind === 'member') this.#ofHandler(handler, call.callee.object, call)
      this.#ofHoles(call)
    }
    for (const node of of('operation')) {
      const [left, right] = node.operands
      if ((node.operator !== '??' && node.operator !== '||') || left === undefined || right === undefined) continue
      if ((asksOutside(left) || this.#isAnswer(left)) && right.kind !== 'call')
        this.#judge({ value: right, name: this.#targetOf(node) }, [left], node)
    }
  }

  /** `close.fillna(100.0)`, `bid.replace(0, 42.0)`, `np.nan_to_num(spot, nan=1850.0)`: holes in a series of the market get a number. */
  #ofHoles(call: Call): void {
    const filler = fillerOf(call, this.#flow)
    if (filler === undefined) return
    const receiver = call.callee.kind === 'member' ? call.callee.object : undefined
    const judge = (value: Expression, names: readonly (string | undefined)[]) => {
      const number = this.#flow.constantOf(value)?.value
      if (typeof number !== 'number' || Math.abs(number) === 1 || number === 0 || Number.isNaN(number)) return
      if (names.some(name => name !== undefined && isMarketKey(name))) this.#hit(call.at, value.at, [value.at])
    }
    if (filler.kind === 'object') {
      for (const { key, value } of filler.entries) judge(value, [key])
      return
    }
    judge(filler, [this.#targetOf(call), nameOfSeries(receiver), nameOfSeries(call.args[0])])
  }

  /** A name that an awaited question was bound to: `const book = await api.book(symbol).catch(…)`. */
  #isAnswer(left: Expression): boolean {
    const name = left.kind === 'name' ? left.name : undefined
    if (name === undefined) return false
    return this.#survey
      .of('declare')
      .some(({ target, value }) => nameBound(target) === name && value !== undefined && asksOutside(value))
  }

  #ofTry(node: Try): void {
    const tried: Node[] = [...node.body, ...node.handlers.flatMap(({ body }) => literalsOf(body))]
    for (const handler of node.handlers) {
      let isAnswered = false
      for (const inner of within(handler.body, besideFunctions)) {
        if (isKind(inner, 'return') && inner.value !== undefined) {
          isAnswered = true
          this.#judge({ value: inner.value, name: undefined }, tried, inner)
        } else if (isKind(inner, 'throw')) isAnswered = true
        else if (isKind(inner, 'assign') && inner.operator === '=')
          this.#judge({ value: inner.value, name: nameBound(inner.target) }, tried, inner)
        else if (isKind(inner, 'wrapped') && inner.how === 'yield')
          this.#judge({ value: inner.value, name: undefined }, tried, inner)
        else if (isKind(inner, 'call')) this.#judgeSent(inner, tried)
      }
      if (!isAnswered) this.#afterwards(node, tried)
    }
    for (const inner of within(node.last, besideFunctions)) {
      if (isKind(inner, 'assign') && inner.target.kind === 'name')
        this.#judge({ value: inner.value, name: inner.target.name }, tried, inner)
    }
  }

  /** Python: `with suppress(KeyError): return …`, and the answer stands below. */
  #ofSuppress(node: Block): void {
    const [first] = node.body
    const call = first?.kind === 'expression' ? (first.value.kind === 'assign' ? first.value.value : first.value) : undefined
    if (call?.kind !== 'call' || !/(?:^|\.)suppress$/.test(this.#flow.pathOf(call.callee) ?? '')) return
    this.#afterwards(node, [...node.body])
  }

  /** `except: pass`, and the answer stands below. */
  #afterwards(node: Try | Block, tried: readonly Node[]): void {
    const { parentOf, functionAround } = this.#survey
    const tryReturns = [...within(node.body, besideFunctions)].some(inner => isKind(inner, 'return') && inner.value !== undefined)
    if (!tryReturns) return
    const around = functionAround(node)
    const parent = parentOf(node)
    const body: readonly Statement[] = around !== undefined && parent === around ? around.body : []
    const next = body.slice(body.indexOf(node) + 1)
    for (const statement of next)
      if (statement.kind === 'return' && statement.value !== undefined)
        this.#judge({ value: statement.value, name: undefined }, tried, statement)
  }

  #ofHandler(handler: Expression, asked: Expression, call: Node): void {
    const fn = this.#functionOf(handler)
    if (handler.kind === 'name' && /fallback|sample|default|backup/i.test(handler.name) && fn !== undefined) {
      const answered = [...within(fn.body, besideFunctions)].find(inner => isKind(inner, 'return') && inner.value !== undefined)
      if (isKind(answered, 'return') && answered.value !== undefined && this.#isMadeOfNothing(answered.value)) {
        this.#hit(handler.at, answered.at, [])
        return
      }
    }
    if (fn === undefined) {
      if (handler.kind === 'name' && isPretended(handler.name)) this.#hit(handler.at, handler.at, [])
      return
    }
    for (const inner of within(fn.body, besideFunctions)) {
      if (isKind(inner, 'return') && inner.value !== undefined)
        this.#judge({ value: inner.value, name: this.#targetOf(call) }, [asked], call, inner.value.at)
      else if (isKind(inner, 'assign') && inner.operator === '=')
        this.#judge({ value: inner.value, name: nameBound(inner.target) }, [asked], call, inner.at)
      else if (isKind(inner, 'call')) this.#judgeSent(inner, [asked])
    }
  }

  #functionOf(handler: Expression): FunctionExpression | undefined {
    if (handler.kind === 'function') return handler
    const name = handler.kind === 'name' ? handler.name : handler.kind === 'member' ? handler.property : undefined
    return name === undefined ? undefined : this.#functions.get(name)
  }

  /** `setPrice(1.08)`, `res.json({ price: 1.08 })` in a handler. */
  #judgeSent(call: Extract<Expression, { kind: 'call' }>, tried: readonly Node[]): void {
    const name = call.callee.kind === 'member' ? call.callee.property : call.callee.kind === 'name' ? call.callee.name : undefined
    if (name === undefined || !/^(?:set|push|append|json|send|emit|publish|resolve|put|callback|cb|next|update|add)/.test(name))
      return
    for (const arg of call.args) {
      if (arg.kind === 'object' || arg.kind === 'list' || /^set[A-Z_]|^update|^resolve|^push|^append/.test(name))
        this.#judge({ value: arg, name: name.replace(/^set/, '') }, tried, call)
    }
  }

  #judge({ value, name }: Answer, tried: readonly Node[], node: Node, at = value.at): void {
    if (this.#isOfCosts(node)) return
    const names = this.#contextOf(name, tried, node)
    const invented = this.#inventedIn(value, names, name ?? names.at(0))
    if (invented !== undefined) this.#hit(at, value.at, invented.through, invented.borrowed)
  }

  #hit(at: number, end: number, through: readonly number[], borrowed?: Borrowed): void {
    if (this.hits.some(hit => hit.at === at)) return
    this.hits.push({
      at,
      message: 'a failure is answered with a made-up value; say that there is none',
      through: [...through, end],
      ...(borrowed === undefined ? {} : { needs: [borrowed] }),
    })
  }

  /** Fees, tick sizes and digits are set by people: a constant is their usual value. */
  #isOfCosts(node: Node): boolean {
    const around = this.#survey.functionAround(node)
    return around !== undefined && COSTS.test(wordsOf(this.#survey.nameOf(around)).join('_'))
  }

  /** How a value was invented; undefined when it was not. */
  #inventedIn(value: Expression, names: readonly string[], name: string | undefined): Origin | undefined {
    if (value.kind === 'list') {
      // `return False, { … }, 400`: each by itself, and numbers only among numbers.
      const parts = value.items.every(item => typeof this.#flow.constantOf(item)?.value === 'number')
        ? value.items
        : value.items.filter(({ kind }) => kind !== 'literal')
      for (const part of parts) {
        const invented = this.#inventedIn(part, names, name)
        if (invented !== undefined) return invented
      }
      return undefined
    }
    if (name !== undefined && growsByChance(name)) return undefined
    const isOfMarket = names.some(each => isMarketTopic(each)) && !names.some(isSetting)
    const keys = keysOf(value, this.#flow)

    const said = { trait: 'made-up', through: [value.at] } as const
    if (isOfMarket && (this.#saysDone(value) || this.#namesPretending(value) || this.#isMadeOfNothing(value))) return said

    const number = this.#flow.constantOf(value)?.value
    if (typeof number === 'number' && number % 1 !== 0 && names.some(isQuestion) && !names.some(isSetting)) return said

    for (const origin of this.#flow.originsOf(value)) {
      if (origin.trait === 'random' || origin.trait === 'seeded' || origin.trait === 'pretended') {
        if (origin.borrowed === undefined || isOfMarket || keys.some(isMarketKey)) return origin
      }
      if (origin.trait !== 'made-up' || origin.borrowed !== undefined) continue
      const isAsked = isOfMarket || keys.some(isMarketKey) || this.#namesAround(origin).some(isMarketTopic)
      if (!isAsked || names.some(isSetting)) continue
      if (value.kind === 'object' && !keys.some(key => isMarketKey(key) || isMarketTopic(key) || /^[A-Z]{3,}/.test(key))) continue
      if (this.#isTelling(origin, value, keys, name)) return origin
    }
    return undefined
  }

  /** 0, 1 and -1 count or say no, unless they are prices. */
  #isTelling({ through: [at] }: Origin, value: Expression, keys: readonly string[], named: string | undefined): boolean {
    for (const literal of this.#survey.of('literal')) {
      if (literal.at !== at) continue
      if (typeof literal.value !== 'number' || literal.value === 0) return false
      return (
        Math.abs(literal.value) !== 1 ||
        (value.kind === 'object' && keys.some(isMarketKey)) ||
        (literal.value === 1 && named !== undefined && isMarketName(named))
      )
    }
    return true
  }

  /** What stands around the number that is answered: `safely(0.0001)(() => api.funding(symbol))`. */
  #namesAround({ through: [at] }: Origin): readonly string[] {
    const literal = this.#survey.of('literal').find(each => each.at === at)
    if (literal === undefined) return []
    const { parentOf, nameOf } = this.#survey
    const names: string[] = []
    for (let inner: Node | undefined = parentOf(literal); inner !== undefined; inner = parentOf(inner)) {
      if (isFunction(inner)) names.push(nameOf(inner))
      if (isKind(inner, 'declare') || isKind(inner, 'assign')) names.push(nameBound(inner.target) ?? '')
      if (isKind(inner, 'call')) for (const arg of inner.args) if (isFunction(arg)) names.push(nameOf(arg))
    }
    return names
  }

  /** Reckoned from numbers and the clock alone: `60_000 + new Date().getSeconds()`, `Array.from({ length: 9 }, (_, i) => ({ c: 100 + i }))`. */
  #isMadeOfNothing(value: Expression): boolean {
    if (value.kind !== 'operation' && value.kind !== 'call' && value.kind !== 'object') return false
    const own = new Set<string>()
    for (const node of within(value)) if (isFunction(node)) for (const param of node.params) own.add(nameBound(param) ?? '')

    let hasNumber = false
    for (const node of within(value)) {
      if (isKind(node, 'literal') && typeof node.value === 'number' && Math.abs(node.value) > 1) hasNumber = true
      if (isKind(node, 'wrapped') && node.how === 'await') return false
      if (isKind(node, 'name') && !own.has(node.name) && !NOTHING.has(node.name) && this.#flow.constantOf(node) === undefined)
        return false
    }
    return hasNumber && !(value.kind === 'object' && !keysOf(value, this.#flow).some(isMarketKey))
  }

  /** `{ status: 'FILLED' }`, 'BUY'. */
  #saysDone(value: Expression): boolean {
    for (const node of within(value, besideFunctions)) {
      const constant = isKind(node, 'literal')
        ? node.value
        : isKind(node, 'name')
          ? this.#flow.constantOf(node)?.value
          : undefined
      if (
        typeof constant === 'string' &&
        /^(?:filled|closed|executed|buy|sell|long|short|bullish|bearish|up|accepted|done|complete|completed|success|up-to-date)$/i.test(
          constant,
        )
      )
        return true
    }
    return false
  }

  /** `buildSampleCandles()`, `fallbackQuotes`, `defaultBook()`. */
  #namesPretending(value: Expression): boolean {
    for (const node of within(value, besideFunctions)) {
      const name = isKind(node, 'name') ? node.name : isKind(node, 'member') ? node.property : undefined
      if (name === undefined) continue
      const words = wordsOf(name)
      if (words.length === 1 && /^(?:fake|dummy|mock|bogus)$/.test(words[0]!)) return true
      const pretends =
        isPretended(name) ||
        words.some(word => /^(?:sample|samples|demo|example|guess|invent|placeholder|random|typical)$/.test(word))
      if (pretends && words.length > 1 && isMarketTopic(name)) return true
    }
    return false
  }

  /** What the failed attempt was about: the function's name, where the answer goes, what was asked. */
  #contextOf(name: string | undefined, tried: readonly Node[], node: Node): readonly string[] {
    const { functionAround, nameOf, parentOf } = this.#survey
    const names: string[] = name === undefined ? [] : [name]
    for (let around = functionAround(node); around !== undefined; around = functionAround(around)) {
      names.push(nameOf(around))
      const owner = parentOf(around)
      const made = owner === undefined ? undefined : parentOf(owner)
      if (isKind(made, 'class') && made.name !== undefined) names.push(made.name)
    }
    for (const root of tried) {
      for (const inner of within(root)) {
        if (isKind(inner, 'name')) names.push(inner.name)
        else if (isKind(inner, 'member') && inner.property !== undefined) names.push(inner.property)
        else if (isKind(inner, 'literal') && typeof inner.value === 'string' && inner.value.length < 200) names.push(inner.value)
      }
    }
    return names
  }

  /** The name that an expression's value is given. */
  #targetOf(node: Node): string | undefined {
    const { parentOf } = this.#survey
    for (let at = parentOf(node); at !== undefined && !isFunction(at); at = parentOf(at)) {
      if (isKind(at, 'declare') || isKind(at, 'assign')) return nameBound(at.target)
      if (!('kind' in at)) return 'key' in at ? at.key : undefined
    }
    return undefined
  }
}

/** What a handler says in words: 'price not loaded'. */
function literalsOf(body: readonly Statement[]): Node[] {
  return [...within(body, besideFunctions)]
    .filter(node => isKind(node, 'call'))
    .flatMap(call => [...within(call)].filter(node => isKind(node, 'literal')))
}

/** What a call puts where there is nothing; undefined when it does no such thing. */
function fillerOf({ callee, args, keywords }: Call, flow: Flow): Expression | undefined {
  const name = callee.kind === 'member' ? callee.property : callee.kind === 'name' ? callee.name : undefined
  const named = (...names: string[]) => keywords.find(each => each.name !== undefined && names.includes(each.name))?.value
  switch (name) {
    case 'fillna':
    case 'fill_null':
    case 'fill_nan':
      return args[0] ?? named('value')
    case 'nan_to_num':
      return named('nan')
    case 'replace': {
      const [from, to] = args
      if (from === undefined || to === undefined) return undefined
      const isNothing =
        flow.constantOf(from)?.value === 0 || (from.kind === 'member' && /^(?:nan|NaN|NaT|NA)$/.test(from.property ?? ''))
      return isNothing || flow.constantOf(from)?.value === null ? to : undefined
    }
    default:
      return undefined
  }
}

/** `frame['close']`, `frame.close`, `close`. */
const nameOfSeries = (value: Expression | undefined): string | undefined =>
  value?.kind === 'name' ? value.name : value?.kind === 'member' ? value.property : undefined

/** What asks the world. */
const isQuestion = (name: string): boolean =>
  /^(?:fetch|axios|got|requests|httpx|aiohttp|urlopen|session|rpc|entsoe|https?:\/\/.*)$/.test(name)

function asksOutside(left: Expression): boolean {
  for (const node of within(left, besideFunctions)) if (isKind(node, 'wrapped') && node.how === 'await') return true
  return false
}

/** The keys of what is answered: its own, or those of the constant it names. */
function keysOf(value: Expression, flow: Flow): readonly string[] {
  const found: string[] = []
  for (const node of within(value))
    if (isKind(node, 'object')) for (const { key } of node.entries) if (key !== undefined) found.push(key)
  if (value.kind === 'member' && value.property !== undefined) found.push(value.property)
  if (found.length === 0 && value.kind === 'name' && flow.constantOf(value) === undefined) found.push(value.name)
  return found
}
