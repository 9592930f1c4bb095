// Prices that are written down: which numbers can be one, and the tables, pairs and sums they stand in.

import type { Expression } from '../program/program.ts'
import { isKind } from '../program/survey.ts'
import type { Module } from '../rule.ts'
import { lastName, type NamedValue } from './named-values.ts'
import { isInstrument, priceName, saysCommerce, saysParameter, saysTable } from './price-names.ts'
import { type WrittenNumber, writtenNumbers } from './written-numbers.ts'

/** Zero, one, codes, infinities written as many nines are none; beside a symbol a small whole number is. */
export function isPrice({ value, isText, isPercent }: WrittenNumber, { inCompany }: { readonly inCompany: boolean }): boolean {
  if (isPercent || value <= 0 || !Number.isFinite(value) || value === 1) return false
  const isSentinel = value >= 1e9 || (value >= 999 && /^9+(?:\.9+)?$/.test(String(value)))
  if (isSentinel) return false
  return inCompany || isText ? true : !Number.isInteger(value) || value >= 10
}

export const isInstrumentText = (value: Expression) =>
  value.kind === 'literal' && typeof value.value === 'string' && isInstrument(value.value)

const TIME = /^(?:time|timestamp|ts|t|date|datetime|event_?time|at)$/i

const MAKES_COLLECTION =
  /^(?:Map|dict|OrderedDict|fromEntries|Float64Array|Float32Array|array|deque|Series|DataFrame|freeze|tuple|list|defaultdict|entries)$/

export const isCollection = (value: Expression) =>
  isKind(value, 'object') || (isKind(value, 'call') && MAKES_COLLECTION.test(lastName(value.callee) ?? ''))

/** The numbers in a collection that bears a price's name itself: `prices = { EURUSD: 1.08 }`. */
export function itemsOf(value: Expression, module: Module, name = 'prices'): readonly WrittenNumber[] {
  if (isKind(value, 'call') && MAKES_COLLECTION.test(lastName(value.callee) ?? '')) {
    const ofKeywords = value.keywords
      .filter(({ name }) => isItemKey(name))
      .flatMap(keyword => writtenNumbers(keyword.value, module))
    return [...ofKeywords, ...value.args.flatMap(argument => [...itemsOf(argument, module, name), ...pairsOf(argument, module)])]
  }
  if (isKind(value, 'object')) {
    const numbers = value.entries.flatMap(entry =>
      entry.value.kind === 'literal' && typeof entry.value.value === 'number' ? [entry.value.value] : [],
    )
    const areWhole = numbers.length === value.entries.length && numbers.every(Number.isInteger)
    const isCodes =
      areWhole &&
      (numbers.every(number => number < 10) || !value.entries.some(({ key }) => key !== undefined && isInstrument(key)))
    const isOfPrices =
      /price|px|rate|close/i.test(name) ||
      value.entries.some(({ key }) => key !== undefined && (isInstrument(key) || priceName(key) !== undefined))
    if (isCodes || !isOfPrices) return []
    return value.entries.filter(({ key }) => isItemKey(key)).flatMap(entry => writtenNumbers(entry.value, module))
  }
  return isKind(value, 'list') ? pairsOf(value, module) : []
}

const isItemKey = (key: string | undefined) => key === undefined || (!saysParameter(key) && !saysCommerce(key) && !TIME.test(key))

/** `[['EURUSD', 1.08], …]`. */
const pairsOf = (value: Expression, module: Module): readonly WrittenNumber[] =>
  isKind(value, 'list')
    ? value.items.flatMap(item => (isKind(item, 'list') ? item.items.slice(1).flatMap(part => writtenNumbers(part, module)) : []))
    : []

const MARKET_TABLE =
  /(?:^|_)(?:market|spots?|rates?|fx|references?|bases?|base_?lines?|anchors?|starts?|seeds?|last|close|books?)(?:_|$)/i

/** A table from instruments to numbers, though its name is no price: `REFERENCE = { btc: 64_250 }`. */
export function tableOf({ name, value, how }: NamedValue, module: Module): WrittenNumber | undefined {
  if (how === 'return' || !(isKind(value, 'object') || isKind(value, 'list') || isKind(value, 'call'))) return undefined
  const isNamedSo = MARKET_TABLE.test(name.replace(/([a-z])([A-Z])/g, '$1_$2'))
  if (!isNamedSo || priceName(name) !== undefined || saysParameter(name) || saysTable(name) || saysCommerce(name))
    return undefined

  const whole = isKind(value, 'call') && MAKES_COLLECTION.test(lastName(value.callee) ?? '') ? value.args[0] : value
  if (
    isKind(whole, 'object') &&
    whole.entries.length > 0 &&
    whole.entries.every(({ key }) => key !== undefined && isInstrument(key))
  ) {
    return itemsOf(whole, module).find(each => isPrice(each, { inCompany: false }))
  }
  const areRows =
    isKind(whole, 'list') &&
    whole.items.length > 0 &&
    whole.items.every(item => isKind(item, 'list') && isInstrumentText(item.items[0] ?? item))
  return areRows && whole !== undefined ? pairsOf(whole, module).find(each => isPrice(each, { inCompany: false })) : undefined
}

/** `base - i * step`: what is added to a level that is written down and called a start. */
export function anchorsOf(value: Expression, module: Module): readonly WrittenNumber[] {
  const inner = isKind(value, 'call') ? value.args : [value]
  return inner.flatMap(part => {
    const body = isKind(part, 'function') && isKind(part.body[0], 'return') ? part.body[0].value : part
    if (!isKind(body, 'operation') || !/^[+-]$/.test(body.operator)) return []
    const anchor = body.operands.find(
      operand =>
        isKind(operand, 'name') && /^(?:base|start|anchor|initial|origin|cent(?:er|re)|ref|reference|init)/i.test(operand.name),
    )
    return anchor === undefined ? [] : writtenNumbers(anchor, module)
  })
}
