// What a run was worth: statistics of its equity and its closed trades, fed one fact at a time.
import { assert } from '../domain/assert.ts'
import { DAY, type Micros, type Money, moneyToNumber, ZERO_MONEY } from '../domain/numbers.ts'

/** Exact where it is money, a plain number where it is a statistic. Fractions: 0.01 is one percent. */
export interface Statistics {
  /** Final less start equity, in the account's currency. */
  readonly netProfit: Money
  readonly finalEquity: Money
  readonly return: number
  /** Annualised from daily returns; null with fewer than two, without variation, or once equity was not positive. */
  readonly sharpe: number | null
  /** As `sharpe`; null when no day lost. */
  readonly sortino: number | null
  /** Annualised standard deviation of daily returns; null with fewer than two. */
  readonly volatility: number | null
  /** Trading days with an equity; each gives one return, the first against the start equity. */
  readonly days: number
  /** Days per year behind the annualised figures: 365 where the market trades on Saturdays, else 252. */
  readonly daysPerYear: 252 | 365
  /** Largest fall from a high (the start included), over every equity seen, as a positive fraction of the high. */
  readonly maxDrawdown: number
  /** When it was deepest; undefined when equity never fell. */
  readonly maxDrawdownTime: Micros | undefined
  readonly trades: number
  /** Gross gain over gross loss of closed trades, after commission; null without a loss. */
  readonly profitFactor: number | null
  /** Share of trades with a profit above zero; null without trades. */
  readonly winRate: number | null
  readonly averageTrade: number | null
  readonly averageWin: number | null
  readonly averageLoss: number | null
  /** Share of the time between the first and the last equity with a position open, closed hours included; null without a length. */
  readonly exposure: number | null
  readonly monthly: readonly MonthlyReturn[]
}

export interface MonthlyReturn {
  /** UTC, '2014-05'. */
  readonly month: string
  readonly return: number
}

/**
 * Sharpe ratio with a risk-free rate of zero: mean over sample deviation (ddof 1), times √periodsPerYear.
 * Null with fewer than two returns or without variation.
 */
export function sharpeRatio(returns: readonly number[], periodsPerYear: number): number | null {
  const deviation = sampleDeviation(returns)
  const average = mean(returns)

  // Equal returns leave float dust in the deviation; a ratio to dust would be a huge number that means nothing.
  if (deviation === null || deviation <= 1e-12 * Math.abs(average)) return null
  return (average / deviation) * Math.sqrt(periodsPerYear)
}

/**
 * Sortino ratio: mean excess over √(Σ min(0, r − target)² / N) with N all returns, not only the losing ones, times
 * √periodsPerYear. Null with fewer than two returns or when none fell short.
 */
export function sortinoRatio(returns: readonly number[], periodsPerYear: number, target = 0): number | null {
  if (returns.length < 2) return null
  let squares = 0
  for (const value of returns) squares += Math.min(0, value - target) ** 2

  return squares > 0 ? ((mean(returns) - target) / Math.sqrt(squares / returns.length)) * Math.sqrt(periodsPerYear) : null
}

/** Grows by two numbers per calendar day, by nothing per equity or trade. */
export class OnlineStatistics {
  readonly #start: Money
  #last: Money
  #high: number
  #maxDrawdown = 0
  #maxDrawdownTime: Micros | undefined
  #drawdown = 0

  // The last equity of each UTC day that had one.
  readonly #days: number[] = []
  readonly #closes: number[] = []
  #tradesOnSaturday = false

  #trades = 0
  #wins = 0
  #losses = 0
  #gain: bigint = ZERO_MONEY
  #loss: bigint = ZERO_MONEY

  #firstTime = Number.NaN
  #lastTime = Number.NaN
  #openSince = Number.NaN
  #openMicros = 0

  /** @param start equity before the first event, in the account's currency; above zero. */
  constructor(start: Money) {
    assert(start > 0n, 'a run starts with equity above zero')
    this.#start = start
    this.#last = start
    this.#high = moneyToNumber(start)
  }

  /** One mark of the account. Returns the fall from the highest mark so far, as a positive fraction. */
  equity(time: Micros, amount: Money): number {
    const value = moneyToNumber(amount)
    this.#last = amount
    if (Number.isNaN(this.#firstTime)) this.#firstTime = time
    this.#lastTime = time

    if (value > this.#high) this.#high = value
    this.#drawdown = (this.#high - value) / this.#high
    if (this.#drawdown > this.#maxDrawdown) {
      this.#maxDrawdown = this.#drawdown
      this.#maxDrawdownTime = time
    }

    this.#closeDay(time, value)
    return this.#drawdown
  }

  /** A closed round trip's profit after commission, in the account's currency. */
  trade(profit: Money): void {
    this.#trades++
    if (profit > 0n) {
      this.#wins++
      this.#gain += profit
    } else if (profit < 0n) {
      this.#losses++
      this.#loss -= profit
    }
  }

  /** Whether any position is open from `time` on. Repeating the same answer changes nothing. */
  exposed(time: Micros, open: boolean): void {
    if (open && Number.isNaN(this.#openSince)) this.#openSince = time
    if (!open && !Number.isNaN(this.#openSince)) {
      this.#openMicros += time - this.#openSince
      this.#openSince = Number.NaN
    }
  }

  result(): Statistics {
    const days = this.#tradingDays()
    const returns = dailyReturns(moneyToNumber(this.#start), days)
    const daysPerYear = this.#tradesOnSaturday ? 365 : 252
    const deviation = returns && sampleDeviation(returns)
    const netProfit = (this.#last - this.#start) as Money

    return {
      netProfit,
      finalEquity: this.#last,
      return: moneyToNumber(netProfit) / moneyToNumber(this.#start),
      sharpe: returns && sharpeRatio(returns, daysPerYear),
      sortino: returns && sortinoRatio(returns, daysPerYear),
      volatility: deviation === null ? null : deviation * Math.sqrt(daysPerYear),
      days: days.length,
      daysPerYear,
      maxDrawdown: this.#maxDrawdown,
      maxDrawdownTime: this.#maxDrawdownTime,
      trades: this.#trades,
      profitFactor: this.#loss === 0n ? null : Number(this.#gain) / Number(this.#loss),
      winRate: this.#trades === 0 ? null : this.#wins / this.#trades,
      averageTrade: this.#trades === 0 ? null : moneyToNumber((this.#gain - this.#loss) as Money) / this.#trades,
      averageWin: this.#wins === 0 ? null : moneyToNumber(this.#gain as Money) / this.#wins,
      averageLoss: this.#losses === 0 ? null : -moneyToNumber(this.#loss as Money) / this.#losses,
      exposure: this.#exposure(),
      monthly: this.#monthly(),
    }
  }

  #closeDay(time: Micros, value: number): void {
    // A bar [open, close) that closes at midnight belongs to the day that just ended.
    const day = Math.floor((time - 1) / DAY)
    const index = this.#days.length - 1
    if (index >= 0 && this.#days[index]! >= day) this.#closes[index] = value
    else {
      this.#days.push(day)
      this.#closes.push(value)
    }

    // Noon, because the fill of a Friday's close may come in shortly after midnight.
    if (weekday(day) === SATURDAY && time - day * DAY >= DAY / 2) this.#tradesOnSaturday = true
  }

  /**
   * Last equity per trading day. In a market that rests on Saturdays, the Sunday evening on which currencies and metals
   * open is part of Monday, so that a year has about 252 days and the factor fits the sample.
   */
  #tradingDays(): number[] {
    if (this.#tradesOnSaturday) return [...this.#closes]

    const closes: number[] = []
    let current = Number.NaN
    this.#days.forEach((day, index) => {
      const trading = weekday(day) === SATURDAY ? day - 1 : weekday(day) === SUNDAY ? day + 1 : day
      if (trading === current) closes[closes.length - 1] = this.#closes[index]!
      else closes.push(this.#closes[index]!)
      current = trading
    })
    return closes
  }

  #monthly(): MonthlyReturn[] {
    const months: { month: string; close: number }[] = []
    this.#days.forEach((day, index) => {
      const month = new Date((day * DAY) / 1000).toISOString().slice(0, 7)
      const last = months.at(-1)
      if (last?.month === month) last.close = this.#closes[index]!
      else months.push({ month, close: this.#closes[index]! })
    })

    let before = moneyToNumber(this.#start)
    return months.map(({ month, close }) => {
      const change = close / before - 1
      before = close
      return { month, return: change }
    })
  }

  #exposure(): number | null {
    const length = this.#lastTime - this.#firstTime
    if (!(length > 0)) return null
    const open = Number.isNaN(this.#openSince) ? 0 : this.#lastTime - this.#openSince
    return Math.min(1, (this.#openMicros + open) / length)
  }
}

const SUNDAY = 0
const SATURDAY = 6

/** 1970-01-01 was a Thursday. */
const weekday = (day: number): number => (day + 4) % 7

/** Null once a day ended without equity: a return on nothing, or on a debt, is no number. */
function dailyReturns(start: number, closes: readonly number[]): number[] | null {
  let before = start
  const returns: number[] = []
  for (const close of closes) {
    if (before <= 0) return null
    returns.push(close / before - 1)
    before = close
  }
  return returns
}

function mean(values: readonly number[]): number {
  let sum = 0
  for (const value of values) sum += value
  return sum / values.length
}

function sampleDeviation(values: readonly number[]): number | null {
  if (values.length < 2) return null
  const average = mean(values)
  let squares = 0
  for (const value of values) squares += (value - average) ** 2
  return Math.sqrt(squares / (values.length - 1))
}
