// Every limit of a run with what is used of it now, and how often it said no.
import { allowance, type Limit } from '../../domain/limit.ts'
import { formatMicros, formatMoney, type Micros, type Money, moneyToNumber, ZERO_MONEY } from '../../domain/numbers.ts'
import type { Engine } from '../../engine/engine.ts'
import type { Step } from '../../engine/step.ts'
import type { RiskLimits } from '../../stages/risk/review.ts'
import type { RowOf } from '../../wire/topics.ts'
import { CHECKS, limitText } from './limit-names.ts'

type LimitRow = RowOf<'limits'>
type Use = Pick<LimitRow, 'used' | 'share'>

export interface Exposure {
  /** The largest of one instrument, and of all together; undefined while a price or a rate is missing. */
  readonly largest: Money | undefined
  readonly gross: Money | undefined
}

/** So many sent orders are remembered for the rate; a higher rate counts as full. */
const SENT_KEPT = 1_000

export class LimitRows {
  readonly #run: string
  readonly #limits: RiskLimits
  readonly #currency: string
  readonly #ceilings: () => Readonly<Record<string, string>>
  readonly #refusals = new Map<string, number>()
  readonly #sent: number[] = []
  refused = 0

  constructor({
    run,
    limits,
    currency,
    ceilings,
  }: {
    readonly run: string
    readonly limits: RiskLimits
    readonly currency: string
    /** The house's, by name of the limit. */
    readonly ceilings: () => Readonly<Record<string, string>>
  }) {
    this.#run = run
    this.#limits = limits
    this.#currency = currency
    this.#ceilings = ceilings
  }

  observe(step: Step): void {
    for (const { kind, refusals } of step.verdicts) {
      if (kind !== 'refused') continue
      this.refused += 1
      for (const { code } of refusals) this.#refusals.set(code, (this.#refusals.get(code) ?? 0) + 1)
    }
    for (const { kind } of step.commands) {
      if (kind !== 'place') continue
      this.#sent.push(step.event.receivedTime)
      if (this.#sent.length > SENT_KEPT) this.#sent.shift()
    }
  }

  rows(engine: Engine, exposure: Exposure, now: Micros): LimitRow[] {
    const equity = engine.equity()
    const { account } = engine
    const money = (used: Money | undefined, limit: Limit, of: Money | undefined): Use => {
      if (used === undefined || of === undefined) return UNKNOWN
      const positive = used > 0n ? used : ZERO_MONEY
      return { used: this.#amount(positive), share: shareOf(positive, allowance(limit, of)) }
    }
    const limits = this.#limits
    const uses: Readonly<Record<keyof RiskLimits, Use>> = {
      orderNotional: UNKNOWN,
      positionNotional: money(exposure.largest, limits.positionNotional, equity),
      grossNotional: money(exposure.gross, limits.grossNotional, equity),
      marginRate: this.#margin(exposure.gross, equity),
      dailyLoss: money(
        equity === undefined ? undefined : ((account.dayStartEquity - equity) as Money),
        limits.dailyLoss,
        account.dayStartEquity,
      ),
      drawdown: money(
        equity === undefined ? undefined : ((account.highEquity - equity) as Money),
        limits.drawdown,
        account.highEquity,
      ),
      collar: UNKNOWN,
      dataAgeMicros: this.#age(engine, now),
      orderRate: this.#rate(now),
      marketHours: {
        used: `${engine.lanes.filter(({ desk }) => desk.calendar.isOpen(now)).length} of ${engine.lanes.length} open`,
        share: null,
      },
    }
    const ceilings = this.#ceilings()
    return CHECKS.map(({ name, field, check, code }) => ({
      key: `${this.#run}/${code}`,
      run: this.#run,
      ...{ name, check, code },
      limit: limitText(limits, field, this.#currency),
      ...uses[field],
      ceiling: ceilings[name] ?? null,
      refusals: this.#refusals.get(code) ?? 0,
      time: formatMicros(now),
      source: this.#run,
    }))
  }

  #margin(gross: Money | undefined, equity: Money | undefined): Use {
    const { marginRate } = this.#limits
    if (gross === undefined || equity === undefined || marginRate === 0) return UNKNOWN
    const parts = BigInt(Math.round(marginRate * 1e9))
    const margin = ((gross * parts) / 1_000_000_000n) as Money
    return { used: this.#amount(margin), share: shareOf(margin, equity) }
  }

  /** Of prices of open markets: a closed one is silent by right. */
  #age(engine: Engine, now: Micros): Use {
    let oldest = Number.NEGATIVE_INFINITY
    for (const { desk } of engine.lanes)
      if (desk.mark.known && desk.calendar.isOpen(now)) oldest = Math.max(oldest, now - desk.mark.time)
    if (oldest === Number.NEGATIVE_INFINITY || oldest === Number.POSITIVE_INFINITY) return UNKNOWN
    const age = Math.max(0, oldest)
    return { used: `${(age / 1e6).toFixed(1)} s`, share: age / this.#limits.dataAgeMicros }
  }

  #rate(now: Micros): Use {
    const { count, perMicros } = this.#limits.orderRate
    const sent = this.#sent.reduce((sum, time) => (time > now - perMicros ? sum + 1 : sum), 0)
    return { used: `${sent} sent`, share: sent / count }
  }

  #amount(amount: Money): string {
    return `${rounded(amount)} ${this.#currency}`
  }
}

const UNKNOWN: Use = { used: null, share: null }

const shareOf = (used: Money, allowed: Money): number | null => {
  if (allowed > 0n) return moneyToNumber(used) / moneyToNumber(allowed)
  return used === 0n ? 0 : null
}

const CENT = 10n ** 16n
/** To hundredths, for reading. */
const rounded = (amount: Money): string => formatMoney(((amount / CENT) * CENT) as Money)
