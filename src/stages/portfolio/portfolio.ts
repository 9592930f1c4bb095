// The book: fills become balanced postings, net positions, realised and unrealised profit, equity.
import { assert } from '../../domain/assert.ts'
import type { Digest } from '../../domain/digest.ts'
import { type Instrument, notional } from '../../domain/instrument.ts'
import type { Side } from '../../domain/market.ts'
import { type Micros, type Money, money, type Price, type Quantity, ZERO_MONEY } from '../../domain/numbers.ts'
import type { Position, Posting, RoundTrip } from '../../domain/portfolio.ts'
import { Ledger } from './ledger.ts'
import { Mark, Rates } from './rates.ts'

/** A fill as the book needs it. */
export interface BookedFill {
  readonly instrument: Instrument
  readonly strategy: string
  readonly orderId: string
  readonly side: Side
  readonly price: Price
  readonly quantity: Quantity
  readonly commission: Money
  readonly time: Micros
  readonly why: string
}

export interface Entry {
  readonly postings: readonly Posting[]
  readonly roundTrip: RoundTrip | undefined
}

export interface HoldingView {
  /** Signed quantity steps. */
  readonly quantity: number
  readonly cost: bigint
}

/** The open part of one instrument and how it came to be. */
class Holding implements HoldingView {
  readonly mark: Mark
  readonly positionAccount: string
  quantity = 0
  cost = 0n
  commission = 0n
  entryTime = 0
  entryOrderId = ''
  entryReason = ''
  strategy = ''

  constructor(mark: Mark) {
    this.mark = mark
    this.positionAccount = `position:${mark.instrument.id}`
  }
}

export class Portfolio {
  readonly currency: string
  readonly ledger = new Ledger()
  readonly rates = new Rates()
  readonly startEquity: Money
  readonly #holdings = new Map<string, Holding>()

  constructor(currency: string, startEquity: Money) {
    this.currency = currency
    this.startEquity = startEquity
    this.ledger.post([
      { account: 'cash', currency, amount: startEquity },
      { account: 'capital', currency, amount: money(-startEquity) },
    ])
  }

  /** Makes an instrument known; the caller keeps the mark current. */
  open(instrument: Instrument): Mark {
    assert(!this.#holdings.has(instrument.id), 'an instrument is opened once')
    const mark = new Mark(instrument)
    this.#holdings.set(instrument.id, new Holding(mark))
    this.rates.add(mark)
    return mark
  }

  /** The open part of an instrument as it is at any time: a window, not a copy. */
  holding(instrumentId: string): HoldingView {
    return this.#holding(instrumentId)
  }

  position(instrumentId: string): Position {
    const { quantity, cost } = this.#holding(instrumentId)
    return { instrumentId, quantity, cost: money(cost) }
  }

  quantity(instrumentId: string): number {
    return this.#holding(instrumentId).quantity
  }

  /** Whose entry opened the newest position of this instrument; empty before the first. */
  strategy(instrumentId: string): string {
    return this.#holding(instrumentId).strategy
  }

  *positions(): Iterable<Position> {
    for (const [instrumentId, { quantity, cost }] of this.#holdings)
      if (quantity !== 0) yield { instrumentId, quantity, cost: money(cost) }
  }

  /**
   * Books one fill: what opens goes to the position at its price, what closes releases its share of the cost and the
   * difference is realised. Money that leaves one account arrives in another, here and nowhere else.
   */
  book(fill: BookedFill): Entry {
    const { instrument, side } = fill
    const holding = this.#holding(instrument.id)
    const currency = instrument.settle
    const signed = side === 'buy' ? fill.quantity : -fill.quantity
    const closing =
      holding.quantity !== 0 && holding.quantity > 0 !== signed > 0 ? Math.min(fill.quantity, Math.abs(holding.quantity)) : 0
    const opening = fill.quantity - closing
    const postings: Posting[] = []

    let roundTrip: RoundTrip | undefined
    if (closing > 0) roundTrip = this.#close(holding, fill, closing as Quantity, opening, postings)
    if (opening > 0) this.#enlarge(holding, fill, opening as Quantity, closing, postings)
    if (fill.commission !== 0n) {
      postings.push({ account: 'cash', currency, amount: money(-fill.commission) })
      postings.push({ account: 'commission', currency, amount: fill.commission })
    }
    this.ledger.post(postings)
    assert(holding.quantity !== 0 || holding.cost === 0n, 'a flat position costs nothing')
    return { postings, roundTrip }
  }

  /** Cash plus open positions at what they would fetch now, in the account's currency; undefined while a price or a rate is missing. */
  equity(): Money | undefined {
    let total = 0n
    for (const { currency, balance } of this.ledger.balances('cash')) {
      const converted = this.rates.convert(money(balance), currency, this.currency)
      if (converted === undefined) return undefined
      total += converted
    }
    for (const holding of this.#holdings.values()) {
      if (holding.quantity === 0) continue
      if (!holding.mark.known) return undefined
      const converted = this.rates.convert(marketValue(holding), holding.mark.instrument.settle, this.currency)
      if (converted === undefined) return undefined
      total += converted
    }
    return money(total)
  }

  /** Size of a holding's exposure at the mark, never negative, in the account's currency; undefined while a rate is missing. */
  exposure(instrument: Instrument, quantity: number): Money | undefined {
    if (quantity === 0) return ZERO_MONEY
    const { mark } = this.#holding(instrument.id)
    if (!mark.known) return undefined
    const value = notional(instrument, Math.max(Math.abs(mark.bid), Math.abs(mark.ask)) as Price, Math.abs(quantity) as Quantity)
    return this.rates.convert(value, instrument.settle, this.currency)
  }

  digest(into: Digest): void {
    for (const [id, holding] of this.#holdings) {
      if (holding.quantity !== 0) into.text(id).number(holding.quantity).bigint(holding.cost).bigint(holding.commission)
    }
    this.ledger.digest(into)
  }

  #close(holding: Holding, fill: BookedFill, closing: Quantity, opening: number, postings: Posting[]): RoundTrip {
    const { instrument } = fill
    const currency = instrument.settle
    const held = Math.abs(holding.quantity)
    const whole = closing === held
    const value = notional(instrument, fill.price, closing)
    const released = whole ? holding.cost : (holding.cost * BigInt(closing)) / BigInt(held)
    const entryCommission = whole ? holding.commission : (holding.commission * BigInt(closing)) / BigInt(held)
    const exitCommission = opening === 0 ? fill.commission : money((fill.commission * BigInt(closing)) / BigInt(fill.quantity))
    const received = fill.side === 'sell' ? value : -value
    const gain = received - released

    postings.push({ account: 'cash', currency, amount: money(received) })
    postings.push({ account: holding.positionAccount, currency, amount: money(-released) })
    postings.push({ account: 'realised', currency, amount: money(-gain) })

    const commission = money(entryCommission + exitCommission)
    const roundTrip: RoundTrip = {
      instrumentId: instrument.id,
      strategy: holding.strategy,
      side: holding.quantity > 0 ? 'buy' : 'sell',
      quantity: closing,
      entryTime: holding.entryTime as Micros,
      exitTime: fill.time,
      entryValue: money(fill.side === 'sell' ? released : -released),
      exitValue: value,
      commission,
      profit: money(gain - commission),
      currency,
      entryOrderId: holding.entryOrderId,
      exitOrderId: fill.orderId,
      entryReason: holding.entryReason,
      exitReason: fill.why,
      exitPrice: fill.price,
    }
    holding.quantity += fill.side === 'buy' ? closing : -closing
    holding.cost -= released
    holding.commission -= entryCommission
    return roundTrip
  }

  #enlarge(holding: Holding, fill: BookedFill, opening: Quantity, closing: number, postings: Posting[]): void {
    const currency = fill.instrument.settle
    const value = notional(fill.instrument, fill.price, opening)
    const cost = fill.side === 'buy' ? value : money(-value)
    postings.push({ account: 'cash', currency, amount: money(-cost) })
    postings.push({ account: holding.positionAccount, currency, amount: cost })
    if (holding.quantity === 0) {
      holding.entryTime = fill.time
      holding.entryOrderId = fill.orderId
      holding.entryReason = fill.why
      holding.strategy = fill.strategy
    }
    holding.quantity += fill.side === 'buy' ? opening : -opening
    holding.cost += cost
    const closingCommission = closing === 0 ? 0n : (fill.commission * BigInt(closing)) / BigInt(fill.quantity)
    holding.commission += fill.commission - closingCommission
  }

  #holding(instrumentId: string): Holding {
    const holding = this.#holdings.get(instrumentId)
    assert(holding !== undefined, `the instrument ${instrumentId} is open in the book`)
    return holding
  }
}

/** A long is worth its bid, a short costs its ask. */
function marketValue(holding: Holding): Money {
  const { mark, quantity } = holding
  const price = (quantity > 0 ? mark.bid : mark.ask) as Price
  return notional(mark.instrument, price, quantity as Quantity)
}
