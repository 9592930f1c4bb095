// Numbers written down where the market, or a calculation from it, has to speak.
import { lastName, type NamedValue, namedValues } from '../clues/named-values.ts'
import {
  givesPrice,
  isInstrument,
  type PriceName,
  priceName,
  saysCommerce,
  saysParameter,
  saysTable,
} from '../clues/price-names.ts'
import { isForReading, priceInText } from '../clues/price-texts.ts'
import { mayHoldNumber, type WrittenNumber, writtenNumbers } from '../clues/written-numbers.ts'
import { anchorsOf, isCollection, isInstrumentText, isPrice, itemsOf, tableOf } from '../clues/written-prices.ts'
import type { Call, Expression, List, ObjectExpression } from '../program/program.ts'
import { isEntry, isKind, isMember, type Node, nameBound, type Survey, survey } from '../program/survey.ts'
import type { Hit, Module, Rule } from '../rule.ts'

const SYMBOL_KEYS =
  /^(?:symbol|sym|instrument|ticker|pair|asset|market|venue|exchange|product_?id|currency_?pair|security|isin|coin|side|strike)$/i
const OHLC_KEYS = /^(?:open|high|low|close|o|h|l|c)$/i
const TIME_KEYS = /^(?:time|timestamp|ts|t|date|datetime|event_?time|at)$/i

export const hardCodedPrice: Rule = {
  id: 'hard-coded-price',
  severity: 'error',
  summary: 'a price is written down in the code',
  why:
    'A price that is a constant was right for a moment at most. Whatever is computed from it, valued by it or ordered at it is wrong ' +
    'by however far the market went since. Read it from the source, and refuse when there is none.',
  bad: [
    { language: 'typescript', code: "export const quote = { symbol: 'EURUSD', bid: 1.085, ask: 1.0852 }" },
    { language: 'typescript', code: 'export class Feed {\n  getPrice(): number {\n    return 42_000\n  }\n}' },
    { language: 'javascript', code: 'export const value = (quantity, ticker) => quantity * (ticker.price || 100)' },
    { language: 'javascript', code: 'const base = 1.08\nconst half = 0.0001\nemit({ bid: base - half, ask: base + half })' },
    { language: 'python', code: "prices = {'BTC': 65000, 'ETH': 3400}" },
    {
      language: 'python',
      code: "from decimal import Decimal\n\ndef order(symbol, price=Decimal('1.0850')):\n    return send(symbol, price)",
    },
  ],
  good: [
    {
      language: 'typescript',
      code: 'const PRICE_SCALE = 10_000\nlet price = 0\nconst tickSize = 0.0001\nif (price > 100) stop()',
    },
    { language: 'typescript', code: "const plans = [{ name: 'pro', price: 49, interval: 'month' }]" },
    { language: 'typescript', code: 'const TickType = { bid: 1, ask: 2, last: 4 }\nlet bestAsk = Infinity' },
    { language: 'javascript', code: 'const limits = { price: 100_000, quantity: 10 }\nconst widths = { price: 80, bid: 60 }' },
    { language: 'python', code: 'def mid(quote):\n    return (quote.bid + quote.ask) / 2' },
    { language: 'python', code: 'from enum import IntEnum\n\nclass Field(IntEnum):\n    BID = 132\n    ASK = 133' },
  ],
  looksAt: 'production',

  check(module: Module): readonly Hit[] {
    const seen = survey(module.program)
    const found = new Map<Node, Hit>()
    const isShop = saysShop(module.program.place ?? '')

    const report = (place: Node, at: number, name: string, written: WrittenNumber) => {
      if (found.has(place)) return
      const how = written.how === 'fallback' ? 'falls back on' : 'is'
      const through = written.from === undefined ? [] : [written.from]
      found.set(place, { at, message: `${name} ${how} ${written.value}, a number written down in the code`, through })
    }

    for (const named of namedValues(module.program)) {
      if (!mayHoldNumber(named.value)) continue
      const kind = kindOf(named, seen)
      if (kind === undefined || isShop || isElsewhere(named, seen)) continue
      const written = pricesIn(named, kind, module, seen)
      if (written !== undefined) report(placeOf(named, seen), named.at, named.name, written)
    }

    for (const named of namedValues(module.program)) {
      const table = tableOf(named, module)
      if (table !== undefined && !isShop && !isElsewhere(named, seen)) report(placeOf(named, seen), named.at, named.name, table)
    }

    for (const text of seen.of('literal')) {
      const price = isShop ? undefined : priceInText(text)
      if (price !== undefined && !isForReading(text, seen))
        report(outermost(text, seen), text.at, price.name, {
          ...price,
          isText: true,
          isPercent: false,
          at: text.at,
          from: undefined,
          how: 'value',
        })
    }

    for (const call of seen.of('call')) {
      if (isShop) break
      const given = priceGiven(call, module)
      if (given !== undefined) report(call, call.at, lastName(call.callee) ?? 'a price', given)
    }

    for (const operation of seen.of('operation')) {
      if (isShop || (operation.operator !== '||' && operation.operator !== '??')) continue
      const name = lastName(operation.operands[0]!)
      if (name === undefined || priceName(name) !== 'certain') continue
      const fallback = writtenNumbers(operation, module).find(
        each => each.how === 'fallback' && isPrice(each, { inCompany: false }),
      )
      if (fallback !== undefined) report(outermost(operation, seen), operation.at, name, fallback)
    }

    return [...found.values()]
  },
}

/** What a name says of its value; `o`, `h`, `l`, `c` say it only beside each other. */
function kindOf({ name, how, node }: NamedValue, seen: Survey): PriceName | undefined {
  if (how === 'return') return givesPrice(name)
  if (how !== 'entry' || !/^[ohlc]$/i.test(name)) return priceName(name)
  const record = seen.parentOf(node)
  const keys = isKind(record, 'object') ? record.entries.map(({ key }) => key?.toLowerCase()) : []
  return ['o', 'h', 'l', 'c'].every(key => keys.includes(key)) ? 'beside' : undefined
}

const saysShop = (file: string) =>
  /(?:^|\/)(?:pricing|billing|plans?|subscriptions?|checkout|cart|shop|invoic\w+)(?:[-_.]|\/|$)/i.test(file)

/** One finding for a quote, however many of its numbers are written down. */
function placeOf({ node, how }: NamedValue, seen: Survey): Node {
  if (how === 'entry') return outermost(seen.parentOf(node) ?? node, seen)
  return node
}

/** The statement-like thing a value is part of: the declaration, the return, the call's argument list. */
function outermost(node: Node, { parentOf }: Survey): Node {
  let inner = node
  for (let around = parentOf(node); around !== undefined; around = parentOf(around)) {
    if (!('kind' in around)) {
      if (isMember(around)) return around
      inner = around
      continue
    }
    if (['declare', 'return', 'assign', 'expression', 'function', 'if', 'default-pattern'].includes(around.kind)) {
      return around.kind === 'function' ? inner : around
    }
    inner = around
  }
  return inner
}

function pricesIn(named: NamedValue, kind: PriceName, module: Module, seen: Survey): WrittenNumber | undefined {
  const { value, how, node } = named
  const inCompany = how === 'entry' && hasCompany(seen.parentOf(node), seen)
  // An answer with a status beside it: `return False, { … }, 403`.
  const isMixed =
    isKind(value, 'list') &&
    (hasStatus(value) ||
      value.items.some(item => isKind(item, 'object') || (isKind(item, 'literal') && typeof item.value === 'boolean')))
  if (isMixed) return undefined
  const isMany = isKind(value, 'list') || isCollection(value)
  if (kind === 'series' && !isMany && how !== 'return') return undefined
  if (kind === 'beside' && !isPlainEnough(named, inCompany) && !isInPlaceOf(named)) return undefined

  const written = [...writtenNumbers(value, module), ...itemsOf(value, module, named.name), ...anchorsOf(value, module)]
  const candidates = written.filter(each => isPrice(each, { inCompany }))
  const isFraction = (each: WrittenNumber) => !Number.isInteger(each.value) || each.isText
  // A scalar in the plural is a count: `quotes: 24`.
  if (!isMany && /(?:quote|bid|ask|mid|close|open|high|low)s$/i.test(named.name) && how !== 'return')
    return candidates.find(isFraction)
  if (kind === 'certain' || inCompany) return candidates[0]

  if (kind === 'series') return isMany ? (candidates.length > 1 ? candidates[0] : undefined) : candidates.find(isFraction)
  return candidates.find(each => isFraction(each) && each.value > 1)
}

/** `return service.quotes(symbol), 200`. */
function hasStatus({ items }: List): boolean {
  const last = items.at(-1)
  const isStatus = last?.kind === 'literal' && typeof last.value === 'number' && /^[1-5]\d\d$/.test(String(last.value))
  return (
    isStatus && items.length <= 3 && !items.slice(0, -1).some(item => isKind(item, 'literal') && typeof item.value === 'number')
  )
}

/** `{ ...row, close: row.close === 0 ? 101.5 : row.close }`. */
const isInPlaceOf = ({ name, value }: NamedValue): boolean =>
  (isKind(value, 'conditional') ? [value.then, value.otherwise] : isKind(value, 'operation') ? value.operands : []).some(
    side => isKind(side, 'member') && side.property === name,
  )

/** `last`, `close`, `spot` without a symbol beside them. */
function isPlainEnough({ name, how }: NamedValue, inCompany: boolean): boolean {
  if (inCompany) return true
  if (/^spot$/i.test(name)) return true
  return /^(?:last|close)$/i.test(name) && how !== 'entry' && how !== 'return'
}

/** Beside a symbol, beside other prices of the same moment, or with the time of it. */
function hasCompany(object: Node | undefined, seen: Survey): boolean {
  if (!isKind(object, 'object')) return false
  const keys = object.entries.flatMap(({ key }) => (key === undefined ? [] : [key]))
  if (keys.some(key => SYMBOL_KEYS.test(key) && !isNumberKey(object, key))) return true
  if (new Set(keys.filter(key => OHLC_KEYS.test(key)).map(key => key[0]!.toLowerCase())).size >= 3) return areOpenToClose(object)
  if (keys.some(key => TIME_KEYS.test(key) && !isNumberKey(object, key))) return true
  if (keys.some(key => priceName(key) === 'certain') && object.entries.some(entry => isInstrumentText(entry.value))) return true
  return keys.length > 1 && keys.every(key => OHLC_KEYS.test(key)) && isAnsweredByPrices(object, seen)
}

/** `candles = () => open.map((open, i) => ({ open, close: close[i] }))`. */
function isAnsweredByPrices(object: ObjectExpression, seen: Survey): boolean {
  for (let fn = seen.functionAround(object); fn !== undefined; fn = seen.functionAround(fn)) {
    if (givesPrice(seen.nameOf(fn)) !== undefined) return true
  }
  return false
}

/** A symbol that is a number is the tag or the column of one. */
const isNumberKey = (object: ObjectExpression, wanted: string) =>
  object.entries.some(
    ({ key, value }) => key === wanted && value.kind === 'literal' && typeof value.value === 'number' && value.value < 1e6,
  )

/** Written numbers that could be a candle: not all of them small and whole, as hours, tags and paddings are. */
const areOpenToClose = (object: ObjectExpression) =>
  !object.entries.every(
    ({ value }) =>
      value.kind === 'literal' && (typeof value.value !== 'number' || (Number.isInteger(value.value) && value.value < 100)),
  )

/** Where a number beside a price's name is none: tags, widths, limits, plans of a product, members of an enumeration. */
function isElsewhere({ node, how, name }: NamedValue, seen: Survey): boolean {
  const { parentOf } = seen
  let isEntryOfObject = how === 'entry'

  for (
    let inner: Node = node, around: Node | undefined = how === 'entry' ? parentOf(node) : node;
    around !== undefined;
    around = parentOf(around)
  ) {
    if (isKind(around, 'object')) {
      const isMarket = around.entries.some(
        entry => isInstrumentText(entry.value) || /^(?:bid|ask|symbol|instrument)$/i.test(entry.key ?? ''),
      )
      if (!isMarket && around.entries.some(({ key }) => key !== undefined && key !== name && isCommercialKey(key))) return true
      isEntryOfObject = true
    }
    if (isEntry(around) && around !== node && around.key !== undefined && (saysTable(around.key) || saysCommerce(around.key)))
      return true
    if (isKind(around, 'declare') || isKind(around, 'assign')) {
      const bound = nameBound(around.target) ?? ''
      if (around !== node && isEntryOfObject && (saysTable(bound) || saysCommerce(bound))) return true
      if (saysCommerce(bound)) return true
    }
    if (isKind(around, 'class')) {
      const isEnumeration = around.bases.some(base => /Enum|Flag/.test(lastName(base) ?? ''))
      if (isEnumeration || (isMember(inner) && saysTable(around.name ?? ''))) return true
      return saysCommerce(around.name ?? '')
    }
    if (isKind(around, 'function')) {
      if (saysCommerce(seen.nameOf(around))) return true
      isEntryOfObject = false
    }
    inner = around
  }
  return false
}

const isCommercialKey = (key: string) =>
  saysCommerce(key) ||
  /^(?:title|features|interval|description|benefits|popular|seats|quota|storage|cta|badge|sku|category|brand|stock)$/i.test(key)

// ── Calls ───────────────────────────────────────────────────────────────────────────────────────────────────────────────

const MADE_OF =
  /^(?:Quote|Tick|Trade|Candle|Candlestick|Bar|Ohlcv?|Kline|PriceUpdate|PriceTick|QuoteTick|TradeTick|PriceLevel|BookLevel|MarketData|Ticker|Price|OrderBookLevel)$/
const HANDS_ON =
  /^(?:set|push|append|add|emit|publish|send|put|next|unshift|insert|appendleft|send_json|dispatch|broadcast|enqueue|write|trigger|notify|xadd|hset|produce)$/
const ASKS = /^(?:get|pop|getattr|setdefault)$/

/** A number handed to something that takes a price by its place. */
function priceGiven(call: Call, module: Module): WrittenNumber | undefined {
  const name = lastName(call.callee) ?? ''
  const { args } = call
  const [first, second] = args
  if (first === undefined) return undefined
  const numbers = (argument: Expression | undefined) =>
    argument === undefined || argument.kind === 'object' ? [] : writtenNumbers(argument, module)
  const price = (argument: Expression | undefined, atLeast = 10) =>
    numbers(argument).find(
      each => isPrice(each, { inCompany: false }) && (!Number.isInteger(each.value) || each.value >= atLeast),
    )

  if (MADE_OF.test(name)) return args.map(argument => price(argument)).find(each => each !== undefined)

  const text = first.kind === 'literal' && typeof first.value === 'string' ? first.value : undefined
  const collection = isKind(call.callee, 'member') ? (lastName(call.callee.object) ?? '') : ''
  if (ASKS.test(name)) {
    const isKey = (argument: Expression | undefined) =>
      argument?.kind === 'literal' && typeof argument.value === 'string' && priceName(argument.value) === 'certain'
    const isOfPrices = name !== 'getattr' && priceName(collection) === 'certain' && !saysTable(collection) && args.length === 2
    if (isKey(first) || isKey(second) || isOfPrices)
      return writtenNumbers(call, module).find(each => isPrice(each, { inCompany: false }))
    return undefined
  }

  if (HANDS_ON.test(name)) {
    const isPrices = priceName(collection) === 'certain' && !saysTable(collection)
    const isTopic = text !== undefined && (priceName(text) !== undefined || isInstrument(text)) && !saysParameter(text)
    if (name === 'set' || name === 'hset') return isPrices || isTopic ? price(name === 'hset' ? args[2] : second) : undefined
    if (isTopic)
      return price(second) ?? (second?.kind === 'literal' && typeof second.value === 'string' ? price(args[2]) : undefined)
    return isPrices ? price(first) : undefined
  }

  // `formatPrice(64231.18)`, `limitOrder(symbol, side, quantity, 64250.5)`, `updateQuote('EURUSD', 1.08, 1.09)`.
  if (isOrder(name))
    return args
      .slice(1)
      .flatMap(argument => (isKind(argument, 'literal') ? numbers(argument) : []))
      .find(isFractionAbove1)
  const kind = /^[A-Z]/.test(name) ? undefined : givesPriceOf(name)
  if (kind !== 'certain' && kind !== 'series') return undefined
  return price(first) ?? (text !== undefined || isKind(first, 'name') ? numbers(second).find(isFractionAbove1) : undefined)
}

const isFractionAbove1 = (each: WrittenNumber) =>
  isPrice(each, { inCompany: false }) && !Number.isInteger(each.value) && each.value > 1

const isOrder = (name: string) =>
  /(?:limit|stop|place|submit|send)_?order|^(?:buy|sell)_?(?:limit|stop)|^order_?(?:limit|stop)/i.test(name)

/** What a function of this name is about, when it is handed the number itself. */
const givesPriceOf = (name: string): PriceName | undefined =>
  /^(?:round|floor|ceil|clamp|throttle|debounce|subscribe|poll|wait|sleep|limit|to|is|has|max|min|on|off|load|fetch|get|read|take|last)/i.test(
    name,
  )
    ? undefined
    : priceName(name.replace(/^(?:format|show|render|display|print|log)_?(?=[A-Z_a-z])/, ''))
