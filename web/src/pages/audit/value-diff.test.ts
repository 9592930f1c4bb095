// Facts about the differences shown in the audit trail.
import { expect, test } from 'vitest'
import { valueDiff } from './value-diff.ts'

test('a changed role is one line, what stayed is not marked', () => {
  const changes = valueDiff({ roles: ['read'], disabled: false }, { roles: ['trade'], disabled: false })

  expect(changes).toEqual([
    { path: 'roles.0', before: '"read"', after: '"trade"', changed: true },
    { path: 'disabled', before: 'false', after: 'false', changed: false },
  ])
})

test('what was made from nothing has no before', () => {
  expect(valueDiff(null, { name: 'ada' })).toEqual([{ path: 'name', before: null, after: '"ada"', changed: true }])
})

test('what was taken away has no after, and an empty list is a value', () => {
  expect(valueDiff({ accounts: ['*'], note: null }, { accounts: [] })).toEqual([
    { path: 'accounts.0', before: '"*"', after: null, changed: true },
    { path: 'note', before: 'null', after: null, changed: true },
    { path: 'accounts', before: null, after: '[]', changed: true },
  ])
})

test('two plain values are compared whole', () => {
  expect(valueDiff('1%', '2%')).toEqual([{ path: '', before: '"1%"', after: '"2%"', changed: true }])
  expect(valueDiff(null, null)).toEqual([])
})
