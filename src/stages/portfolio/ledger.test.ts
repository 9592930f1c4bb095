// The ledger takes balanced entries and nothing else.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { InvariantError } from '../../domain/assert.ts'
import { Digest } from '../../domain/digest.ts'
import { money } from '../../domain/numbers.ts'
import type { Posting } from '../../domain/portfolio.ts'
import { Ledger } from './ledger.ts'

const line = (account: string, currency: string, amount: bigint): Posting => ({ account, currency, amount: money(amount) })

describe('the ledger', () => {
  test('keeps a balance for each account and currency', () => {
    const ledger = new Ledger()
    ledger.post([line('cash', 'USD', 100n), line('capital', 'USD', -100n)])
    ledger.post([line('cash', 'USD', -30n), line('commission', 'USD', 30n)])
    ledger.post([line('cash', 'EUR', 7n), line('realised', 'EUR', -7n)])

    expect(ledger.balance('cash', 'USD')).toBe(70n)
    expect(ledger.balance('commission', 'USD')).toBe(30n)
    expect(ledger.balance('cash', 'JPY')).toBe(0n)
    expect([...ledger.balances('cash')].map(({ currency, balance }) => [currency, balance])).toEqual([
      ['USD', 70n],
      ['EUR', 7n],
    ])
    expect(ledger.sums()).toEqual({ USD: '0', EUR: '0' })
  })

  test('refuses an entry that does not balance, before anything is written', () => {
    const ledger = new Ledger()
    const broken = [line('cash', 'USD', 100n), line('capital', 'USD', -99n)]
    expect(() => ledger.post(broken)).toThrow(InvariantError)
    expect(ledger.balance('cash', 'USD')).toBe(0n)
    expect(ledger.sums()).toEqual({})
  })

  test('a surplus of one currency does not pay for the lack of another', () => {
    const crossed = [line('cash', 'USD', 100n), line('cash', 'EUR', -100n)]
    expect(() => new Ledger().post(crossed)).toThrow('sum to zero per currency')
  })

  test('an entry may have lines of several currencies when each balances', () => {
    const ledger = new Ledger()
    ledger.post([line('cash', 'USD', 5n), line('cash', 'EUR', -4n), line('exchange', 'USD', -5n), line('exchange', 'EUR', 4n)])
    expect(ledger.sums()).toEqual({ USD: '0', EUR: '0' })
  })

  test('sums to zero per currency whatever was posted, and refuses exactly what does not balance', () => {
    const posting = fc.tuple(
      fc.constantFrom('a', 'b', 'c'),
      fc.constantFrom('USD', 'EUR', 'JPY'),
      fc.bigInt({ min: -3n, max: 3n }),
    )
    fc.assert(
      fc.property(fc.array(fc.array(posting, { maxLength: 4 })), entries => {
        const ledger = new Ledger()
        for (const entry of entries) {
          const lines = entry.map(([account, currency, amount]) => line(account, currency, amount))
          const balanced = ['USD', 'EUR', 'JPY'].every(
            currency => lines.filter(each => each.currency === currency).reduce((sum, each) => sum + each.amount, 0n) === 0n,
          )
          if (balanced) ledger.post(lines)
          else expect(() => ledger.post(lines)).toThrow(InvariantError)
        }
        for (const sum of Object.values(ledger.sums())) expect(sum).toBe('0')
      }),
    )
  })

  test('its digest tells balances apart', () => {
    const digestOf = (amount: bigint): string => {
      const ledger = new Ledger()
      ledger.post([line('cash', 'USD', amount), line('capital', 'USD', -amount)])
      const digest = new Digest()
      ledger.digest(digest)
      return digest.hex
    }
    expect(digestOf(5n)).toBe(digestOf(5n))
    expect(digestOf(5n)).not.toBe(digestOf(6n))
  })
})
