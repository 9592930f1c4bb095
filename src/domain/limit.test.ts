// What a limit allows.
import { describe, expect, test } from 'vitest'
import { allowance, type Limit } from './limit.ts'
import { formatMoney, parseMoney } from './numbers.ts'

const allowed = (limit: Limit, equity: string): string => formatMoney(allowance(limit, parseMoney(equity)!))
const share = (fraction: number): Limit => ({ kind: 'percent', fraction })

describe('a limit', () => {
  test('in percent is that share of equity, exactly', () => {
    expect(allowed(share(0.03), '1000000')).toBe('30000')
    // 3.33 % of 1,234,567.89 = 41,111.110737
    expect(allowed(share(0.0333), '1234567.89')).toBe('41111.110737')
    expect(allowed(share(3), '1000')).toBe('3000')
  })

  test('in percent of nothing, or of a debt, is nothing', () => {
    expect(allowed(share(0.5), '0')).toBe('0')
    expect(allowed(share(0.5), '-100')).toBe('0')
  })

  test('in money is that amount, whatever the equity', () => {
    const amount: Limit = { kind: 'amount', amount: parseMoney('2500.5')! }
    expect(allowed(amount, '1')).toBe('2500.5')
    expect(allowed(amount, '-1')).toBe('2500.5')
  })
})
