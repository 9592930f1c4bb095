// Double-entry book-keeping: every entry's lines sum to zero per currency, and so does the book, always.
import { assert } from '../../domain/assert.ts'
import type { Digest } from '../../domain/digest.ts'
import { formatMoney, type Money, money } from '../../domain/numbers.ts'
import type { Posting } from '../../domain/portfolio.ts'

class Account {
  readonly name: string
  readonly currency: string
  balance = 0n

  constructor(name: string, currency: string) {
    this.name = name
    this.currency = currency
  }
}

export class Ledger {
  readonly #accounts = new Map<string, Map<string, Account>>()
  /**
   * Posts one entry. A broken entry is a bug and stops the process before anything is written, so the book sums to zero
   * after every one: each adds nothing to the sum.
   */
  post(postings: readonly Posting[]): void {
    assert(sumsToZero(postings), 'the lines of an entry sum to zero per currency')
    for (const posting of postings) this.#account(posting.account, posting.currency).balance += posting.amount
  }

  balance(account: string, currency: string): Money {
    return money(this.#accounts.get(account)?.get(currency)?.balance ?? 0n)
  }

  /** Every currency with a balance in this account. */
  balances(account: string): Iterable<{ readonly currency: string; readonly balance: bigint }> {
    return this.#accounts.get(account)?.values() ?? []
  }

  /** The sum of all postings by currency, recomputed from the balances: "0" for each. */
  sums(): Record<string, string> {
    const sums: Record<string, bigint> = {}
    for (const byCurrency of this.#accounts.values()) {
      for (const { currency, balance } of byCurrency.values()) sums[currency] = (sums[currency] ?? 0n) + balance
    }
    return Object.fromEntries(Object.entries(sums).map(([currency, sum]) => [currency, formatMoney(money(sum))]))
  }

  digest(into: Digest): void {
    for (const byCurrency of this.#accounts.values()) {
      for (const account of byCurrency.values()) into.text(account.name).text(account.currency).bigint(account.balance)
    }
  }

  #account(name: string, currency: string): Account {
    let byCurrency = this.#accounts.get(name)
    if (byCurrency === undefined) {
      byCurrency = new Map()
      this.#accounts.set(name, byCurrency)
    }
    let account = byCurrency.get(currency)
    if (account === undefined) {
      account = new Account(name, currency)
      byCurrency.set(currency, account)
    }
    return account
  }
}

function sumsToZero(postings: readonly Posting[]): boolean {
  const currency = postings[0]?.currency
  let sum = 0n
  let single = true
  for (const posting of postings) {
    sum += posting.amount
    if (posting.currency !== currency) single = false
  }
  if (single || sum !== 0n) return sum === 0n

  const sums = new Map<string, bigint>()
  for (const { currency, amount } of postings) sums.set(currency, (sums.get(currency) ?? 0n) + amount)
  return [...sums.values()].every(sum => sum === 0n)
}
