// Roles and rights: the matrix of the security standard, written out a second time.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { API } from '../wire/contract.ts'
import type { Right, Role } from '../wire/route.ts'
import { rightsOf, rightsOfToken, rolesOfToken } from './rights.ts'

const MATRIX: Readonly<Record<Exclude<Right, 'public'>, string>> = {
  self: 'read trade admin',
  'market.read': 'read trade admin',
  'account.read': 'read trade admin',
  'stop.trip': 'read trade admin',
  'audit.read': 'read trade admin',
  'orders.write': 'trade',
  'runs.write': 'trade admin',
  'feeds.write': 'trade admin',
  'limits.write': 'trade admin',
  'stop.reset': 'admin',
  'users.read': 'admin',
  'users.write': 'admin',
  'audit.export': 'admin',
  'system.read': 'admin',
}
const ROLES: readonly Role[] = ['read', 'trade', 'admin']
const someRoles = fc.subarray([...ROLES])

test('each role has exactly the rights of the matrix', () => {
  for (const role of ROLES) {
    const wanted = Object.entries(MATRIX).filter(([, roles]) => roles.split(' ').includes(role))
    expect([...rightsOf([role])].sort(), role).toEqual(wanted.map(([right]) => right).sort())
  }
})

test('every right that a route asks for is in the matrix, and somebody has it', () => {
  const asked = new Set(Object.values(API).map(({ right }) => right))
  expect([...asked].filter(right => right !== 'public' && !(right in MATRIX))).toEqual([])
  expect([...asked].filter(right => right !== 'public' && !rightsOf(ROLES).has(right))).toEqual([])
})

test('no role, and a word that is no role, have no rights', () => {
  expect(rightsOf([]).size).toBe(0)
  for (const word of ['root', '__proto__', 'constructor', 'ADMIN', ''] as unknown as Role[]) expect(rightsOf([word]).size).toBe(0)
})

test('an admin trades only with the role for it', () => {
  expect(rightsOf(['admin']).has('orders.write')).toBe(false)
  expect(rightsOf(['admin', 'trade']).has('orders.write')).toBe(true)
})

test('several roles have what each of them has, and no more', () => {
  fc.assert(
    fc.property(someRoles, roles => {
      const together = new Set(roles.flatMap(role => [...rightsOf([role])]))
      expect(rightsOf(roles)).toEqual(together)
    }),
  )
})

test('a token never may what its owner or its scope may not, and never what only a person may', () => {
  fc.assert(
    fc.property(someRoles, someRoles, (scopes, roles) => {
      const rights = rightsOfToken(scopes, roles)
      expect(rights.has('self')).toBe(false)
      expect([...rights].filter(right => !rightsOf(scopes).has(right) || !rightsOf(roles).has(right))).toEqual([])
    }),
  )
})

test('a token with all of its owner’s scopes may all that he may but `self`', () => {
  expect([...rightsOfToken(ROLES, ['trade'])].sort()).toEqual([...rightsOf(['trade'])].filter(right => right !== 'self').sort())
})

test('a token acts in no role its owner lacks: an admin’s reading token does not see all accounts', () => {
  expect(rolesOfToken(['read', 'admin'], ['trade'])).toEqual(['read'])
  expect(rolesOfToken(['read'], ['admin'])).toEqual(['read'])
})
