// Codes by time against RFC 6238, recovery codes against the wire's form.
import { randomBytes } from 'node:crypto'
import { Value } from 'typebox/value'
import { expect, test } from 'vitest'
import { Code } from '../wire/forms.ts'
import { newRecoveryCodes, recoveryHash } from './recovery-codes.ts'
import { newTotpSecret, totpStep, totpUri } from './totp.ts'

/** '12345678901234567890' in base32. */
const SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'

// RFC 6238 appendix B, SHA-1: of the eight digits the last six, which is the same number modulo a million.
const VECTORS = [
  [59, '94287082', 0x1],
  [1_111_111_109, '07081804', 0x23523ec],
  [1_111_111_111, '14050471', 0x23523ed],
  [1_234_567_890, '89005924', 0x273ef07],
  [2_000_000_000, '69279037', 0x3f940aa],
  [20_000_000_000, '65353130', 0x27bc86aa],
] as const

test.each(VECTORS)('at second %i the code of RFC 6238 is right, and it is of step T of its table', (seconds, digits, step) => {
  expect(totpStep({ secret: SECRET, code: digits.slice(2), now: seconds * 1_000, last: 0 })).toBe(step)
})

test('a code is good one step early and one step late, and no further', () => {
  // 1111111111 opens at 37037037 × 30 = 1111111110.
  const at = (seconds: number) => totpStep({ secret: SECRET, code: '050471', now: seconds * 1_000, last: 0 }) !== undefined
  const opens = 1_111_111_110
  expect([at(opens - 31), at(opens - 30), at(opens), at(opens + 59), at(opens + 60)]).toEqual([false, true, true, true, false])
})

test('a step that was taken is not taken again, nor one before it', () => {
  const question = { secret: SECRET, code: '050471', now: 1_111_111_111_000 }
  const step = 0x23523ed
  expect(totpStep({ ...question, last: step - 1 })).toBe(step)
  expect(totpStep({ ...question, last: step })).toBeUndefined()
  expect(totpStep({ ...question, last: step + 1 })).toBeUndefined()
  expect(totpStep({ ...question, last: step + 1_000_000 }), 'not even after a clock was set back').toBeUndefined()
})

test('what is no code of six digits is wrong, and nothing breaks', () => {
  for (const code of ['', '5471', '0504710', '05047a', '٠٥٠٤٧١', ' 50471', '-50471']) {
    expect(totpStep({ secret: SECRET, code, now: 1_111_111_111_000, last: 0 })).toBeUndefined()
  }
})

test('a new secret has 160 bits, and an authenticator reads it from the address', () => {
  const secret = newTotpSecret(randomBytes)
  expect(secret).toMatch(/^[A-Z2-7]{32}$/)
  expect(newTotpSecret(randomBytes)).not.toBe(secret)
  const uri = new URL(totpUri('anna', secret))
  expect([uri.protocol, uri.host, decodeURIComponent(uri.pathname)]).toEqual(['otpauth:', 'totp', '/Quadrant:anna'])
  expect([uri.searchParams.get('secret'), uri.searchParams.get('issuer')]).toEqual([secret, 'Quadrant'])
})

test('ten recovery codes of 120 bits come in the form the wire takes, and no two are the same', () => {
  const codes = newRecoveryCodes(randomBytes)
  expect(new Set(codes).size).toBe(10)
  for (const code of codes) {
    expect(Value.Check(Code, code)).toBe(true)
    // 32 letters are five bits each.
    expect(code.replaceAll('-', '').length * 5).toBe(120)
  }
})

test('a recovery code is the same with and without its dashes', () => {
  const [code = ''] = newRecoveryCodes(randomBytes)
  expect(recoveryHash(code)).toBe(recoveryHash(code.replaceAll('-', '')))
  expect(recoveryHash(code)).not.toContain(code.slice(0, 4))
})
