// Facts about lists longer than one reply.
import { expect, test } from 'vitest'
import { allPages, withLive } from './all-pages.ts'

const house = (total: number) => {
  const asked: string[] = []
  const ask = async ({ limit, offset }: { readonly limit: number; readonly offset: number }) => {
    asked.push(`${offset}+${limit}`)
    return { items: Array.from({ length: Math.max(0, Math.min(limit, total - offset)) }, (_, i) => offset + i), total }
  }
  return { ask, asked }
}

test('pages are asked for until all rows are there', async () => {
  const { ask, asked } = house(25)
  const { items, total } = await allPages(ask, { size: 10, most: 1_000 })

  expect(items).toEqual(Array.from({ length: 25 }, (_, i) => i))
  expect(total).toBe(25)
  expect(asked).toEqual(['0+10', '10+10', '20+10'])
})

test('no more than the bound is asked for, and the total is still told', async () => {
  const { ask, asked } = house(100)

  expect(await allPages(ask, { size: 10, most: 15 })).toMatchObject({ items: { length: 15 }, total: 100 })
  expect(asked).toEqual(['0+10', '10+5'])
})

test('an empty list is one question', async () => {
  const { ask, asked } = house(0)

  expect(await allPages(ask, { size: 10, most: 15 })).toEqual({ items: [], total: 0 })
  expect(asked).toHaveLength(1)
})

test('a living row replaces the recorded one, and leaves when it no longer fits the filter', () => {
  const row = (key: string, state: string) => ({ key, state })
  const rows = withLive(
    [row('a', 'open'), row('b', 'open')],
    [row('a', 'filled'), row('b', 'canceled'), row('c', 'open')],
    ({ state }) => state !== 'canceled',
  )

  expect(rows).toEqual([row('a', 'filled'), row('c', 'open')])
})
