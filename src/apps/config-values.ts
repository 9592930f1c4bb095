// From the texts of a well-formed run configuration to exact values, with every impossible value or combination named.

import type { Limit } from '../domain/limit.ts'
import type { PriceBasis } from '../domain/market.ts'
import {
  DAY,
  formatMicros,
  HOUR,
  MINUTE,
  type Micros,
  type Money,
  money,
  parseMicros,
  parseMoney,
  SECOND,
} from '../domain/numbers.ts'
import type { AllocationMethod, FeedSettings, RunConfig } from './run-config.ts'
import type { RunDocument } from './run-schema.ts'
import { type Fault, show } from './shape-faults.ts'
import { didYouMean } from './suggest.ts'

type Resolved = Omit<RunConfig, 'configHash' | 'yaml' | 'file' | 'overrides'>

/** Faults are complete only for a document whose shape is right. With faults, the values mean nothing. */
export function resolveRun(document: RunDocument): { readonly values: Resolved; readonly faults: readonly Fault[] } {
  const faults: Fault[] = []
  const fault = (path: string, message: string): void => {
    faults.push({ path: path.split('.'), message })
  }
  const reader = new ValueReader(fault)

  const from = document.from === undefined ? undefined : reader.instant('from', document.from)
  const to = document.to === undefined ? undefined : reader.instant('to', document.to)
  if (from !== undefined && to !== undefined && from >= to)
    fault('to', `${show(document.to)} is not after from, ${show(document.from)}`)

  const equity = reader.amount('account.equity', document.account.equity)
  if (equity <= 0n)
    fault('account.equity', `${show(document.account.equity)} is not above zero, and nothing can be risked without equity`)

  checkData(document, fault)
  checkStrategies(document, fault)

  const weights = document.fusion.weights
  if (document.senses.length > 0 && document.senses.every(sense => weights[sense] === 0)) {
    fault('fusion.weights', 'every sense that reads has weight zero; give one of them weight, or set senses to []')
  }

  const { risk, venue, quality } = document
  const values: Resolved = {
    name: document.name,
    from,
    to,
    account: { currency: document.account.currency, equity },
    data: document.data.map(selection => ({
      instrument: selection.instrument,
      kind: selection.kind,
      bar: selection.bar,
      barMicros: selection.bar === undefined ? undefined : durationMicros(selection.bar),
      prices: selection.prices,
      limit: selection.limit,
      sources: selection.sources,
    })),
    macro: document.macro,
    calendar: document.calendar,
    strategies: document.strategies.map(use => ({
      use: use.use,
      path: undefined,
      instrument: use.instrument,
      bar: use.bar === undefined || use.bar === 'quote' ? use.bar : durationMicros(use.bar),
      price: use.price ?? ownPrice(document, use.instrument),
      params: use.params,
    })),
    senses: document.senses,
    fusion: { weights },
    allocation: resolveAllocation(document.allocation, reader, fault),
    risk: {
      orderNotional: reader.limit('risk.orderNotional', risk.orderNotional),
      positionNotional: reader.limit('risk.positionNotional', risk.positionNotional),
      grossNotional: reader.limit('risk.grossNotional', risk.grossNotional),
      marginRate: reader.shareOrNone('risk.marginRate', risk.marginRate),
      dailyLoss: reader.limit('risk.dailyLoss', risk.dailyLoss),
      drawdown: reader.limit('risk.drawdown', risk.drawdown),
      collar: reader.fraction('risk.collar', risk.collar),
      dataAgeMicros: durationMicros(risk.dataAge),
      orderRate: { count: risk.orderRate.count, perMicros: durationMicros(risk.orderRate.per) },
      marketHours: risk.marketHours,
    },
    venue: {
      latencyMicros: durationMicros(venue.latency),
      commission: {
        rate: reader.exactFraction('venue.commission.rate', venue.commission.rate),
        minimum: reader.amount('venue.commission.minimum', venue.commission.minimum),
      },
      fill: venue.fill,
    },
    quality: { staleAfterMicros: durationMicros(quality.staleAfter), outlier: quality.outlier },
    feeds: document.feeds === undefined ? undefined : resolveFeeds(document.feeds),
  }
  return { values, faults }
}

function resolveFeeds(feeds: NonNullable<RunDocument['feeds']>): FeedSettings {
  return {
    environment: feeds.environment,
    record: feeds.record,
    failBackMicros: durationMicros(feeds.failBack),
    toleranceMicros: durationMicros(feeds.tolerance),
    patienceMicros: durationMicros(feeds.patience),
    ...(feeds.settings === undefined ? {} : { settings: feeds.settings }),
  }
}

/** '50ms' is 50_000. The text has the schema's form. */
export function durationMicros(text: string): number {
  const [, count, unit] = /^(\d+)(ms|s|m|h|d)$/.exec(text)!
  return Number(count) * UNITS[unit as keyof typeof UNITS]
}

const UNITS = { ms: 1000, s: SECOND, m: MINUTE, h: HOUR, d: DAY } as const

type AddFault = (path: string, message: string) => void

/** Reads texts of the schema's form into values, naming those that have the form and still cannot be. */
class ValueReader {
  readonly #fault: AddFault

  constructor(fault: AddFault) {
    this.#fault = fault
  }

  instant(path: string, text: string): Micros {
    const time = parseMicros(text)
    // Date reads 31 February as 3 March; a date that does not come back as it was written does not exist.
    const zoned = /[+-]\d\d:?\d\d$/.test(text.slice(10))
    if (time !== undefined && (zoned || formatMicros(time).startsWith(text.slice(0, 10)))) return time
    this.#fault(path, `${show(text)} is not a date such as 2014-05-01 or an instant such as 2014-05-01T09:30:00Z`)
    return 0 as Micros
  }

  amount(path: string, value: string | number): Money {
    const amount = parseMoney(String(value))
    if (amount !== undefined) return amount
    this.#fault(path, `${show(value)} cannot be read exactly; write it in quotes as a plain decimal, such as '0.25'`)
    return money(0n)
  }

  /** Above zero. */
  fraction(path: string, text: string): number {
    const fraction = Number(`${text.slice(0, -1)}e-2`)
    if (fraction === 0) this.#fault(path, `${show(text)} is not above zero`)
    return fraction
  }

  /** From zero to the whole: a margin rate of zero asks for none. */
  shareOrNone(path: string, text: string): number {
    return Number(`${text.slice(0, -1)}e-2`) === 0 ? 0 : this.share(path, text)
  }

  /** Above zero and at most the whole. */
  share(path: string, text: string): number {
    const fraction = this.fraction(path, text)
    if (fraction > 1) this.#fault(path, `${show(text)} is more than 100%`)
    return fraction
  }

  /** From zero to the whole, exact, as 10^-18 parts. */
  exactFraction(path: string, text: string): Money {
    const percent = parseMoney(text.slice(0, -1))
    if (percent === undefined || percent % 100n !== 0n) {
      this.#fault(path, `${show(text)} has more decimals than can be kept exactly (16)`)
      return money(0n)
    }
    if (percent > 100n * 10n ** 18n) this.#fault(path, `${show(text)} is more than 100%`)
    return money(percent / 100n)
  }

  limit(path: string, value: string | number): Limit {
    if (typeof value === 'string' && value.endsWith('%')) return { kind: 'percent', fraction: this.fraction(path, value) }
    const amount = this.amount(path, value)
    if (amount === 0n) this.#fault(path, `${show(value)} is not above zero: nothing could ever be traded`)
    return { kind: 'amount', amount }
  }
}

function checkData({ data }: RunDocument, fault: AddFault): void {
  const seen = new Set<string>()
  for (const [index, { instrument, kind, bar }] of data.entries()) {
    if (kind === 'bar' && bar === undefined)
      fault(`data.${index}.bar`, 'is missing: with kind bar, give the resolution, such as 1m')
    if (kind !== 'bar' && bar !== undefined) fault(`data.${index}.bar`, `belongs to kind bar; kind is ${kind}`)

    const key = `${instrument} ${kind}`
    if (seen.has(key)) fault(`data.${index}`, `${instrument} is there twice with kind ${kind}; its facts would flow in twice`)
    seen.add(key)
  }
}

function checkStrategies({ data, strategies }: RunDocument, fault: AddFault): void {
  const instruments = [...new Set(data.map(selection => selection.instrument))]

  for (const [index, { instrument, bar, price }] of strategies.entries()) {
    const sources = data.filter(selection => selection.instrument === instrument)
    if (sources.length === 0) {
      fault(
        `strategies.${index}.instrument`,
        `${instrument} is not under data.${didYouMean(instrument, instruments) || ` There: ${instruments.join(', ')}.`}`,
      )
      continue
    }

    const kinds = new Set(sources.map(selection => selection.kind))
    if (bar === 'quote' && !kinds.has('quote')) {
      fault(`strategies.${index}.bar`, `'quote' needs quotes of ${instrument}; data has ${[...kinds].join(', ')}`)
    }
    if (price === 'trade' && !kinds.has('trade') && !kinds.has('bar')) {
      fault(`strategies.${index}.price`, `'trade' needs trades or bars of ${instrument}; data has ${[...kinds].join(', ')}`)
    }

    const coarsest = Math.max(
      0,
      ...sources.flatMap(selection => (selection.bar === undefined ? [] : [durationMicros(selection.bar)])),
    )
    if (bar !== undefined && bar !== 'quote' && kinds.size === 1 && durationMicros(bar) % Math.max(coarsest, 1) !== 0) {
      fault(`strategies.${index}.bar`, `${bar} cannot be built from bars of ${sources[0]?.bar}; use a multiple of it`)
    }
  }
}

function ownPrice({ data }: RunDocument, instrument: string): PriceBasis {
  const kinds = data.filter(selection => selection.instrument === instrument).map(selection => selection.kind)
  return kinds.includes('trade') && !kinds.includes('quote') ? 'trade' : 'bid'
}

const OPTION_OF = { risk: 'risk', volatility: 'target', fixed: 'quantity' } as const

function resolveAllocation(allocation: RunDocument['allocation'], reader: ValueReader, fault: AddFault): AllocationMethod {
  const { method } = allocation
  for (const option of Object.values(OPTION_OF)) {
    if (allocation[option] !== undefined && option !== OPTION_OF[method]) {
      fault(`allocation.${option}`, `does not belong to method ${method}, which takes ${OPTION_OF[method]}`)
    }
  }

  // The method's own option has its default by now; only a fixed quantity has none.
  switch (method) {
    case 'risk':
      return { method, risk: reader.share('allocation.risk', allocation.risk!) }
    case 'volatility':
      return { method, target: reader.fraction('allocation.target', allocation.target!) }
    case 'fixed': {
      if (allocation.quantity === undefined)
        fault('allocation.quantity', "is missing: with method fixed, give the units, such as '100'")
      else if (reader.amount('allocation.quantity', allocation.quantity) === 0n)
        fault('allocation.quantity', 'is zero; every order has a size')
      return { method, quantity: String(allocation.quantity) }
    }
  }
}
