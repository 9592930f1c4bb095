// Facts of a topic in the browser: nothing missed goes unnoticed, nothing grows without bound, a frame is one change.
import { expect, test } from 'vitest'
import { TopicStore } from './topic-store.ts'

const row = (key: string, last: string): unknown => ({ key, last })
const quotes = (): TopicStore<'quotes'> => new TopicStore('quotes', 'table')
const rowsOf = (store: TopicStore<'quotes'>): string[] => [...store.rows.values()].map(({ key, last }) => `${key} ${last}`)

test('a delta that follows the last sequence is taken, another is refused', () => {
  const store = quotes()
  expect(store.take({ type: 'snapshot', sequence: 7, rows: [row('A', '1')] })).toBe(true)
  expect(store.take({ type: 'delta', previous: 7, sequence: 9, rows: [row('A', '2')] })).toBe(true)
  expect(store.take({ type: 'delta', previous: 10, sequence: 11, rows: [row('A', '3')] })).toBe(false)
  store.show(0)
  expect(rowsOf(store)).toEqual(['A 2'])
})

test('a delta before any snapshot is refused', () => {
  expect(quotes().take({ type: 'delta', previous: 0, sequence: 1, rows: [] })).toBe(false)
})

test('after a gap was forgotten only a snapshot is taken, and it replaces everything', () => {
  const store = quotes()
  store.take({ type: 'snapshot', sequence: 1, rows: [row('A', '1'), row('B', '1')] })
  store.show(0)
  store.forget()
  expect(store.take({ type: 'delta', previous: 1, sequence: 2, rows: [] })).toBe(false)
  expect(store.take({ type: 'snapshot', sequence: 5, rows: [row('B', '2')] })).toBe(true)
  store.show(0)
  expect(rowsOf(store)).toEqual(['B 2'])
})

test('what comes between two frames is shown once, the newest of each key', () => {
  const store = quotes()
  store.take({ type: 'snapshot', sequence: 1, rows: [row('A', '1')] })
  store.show(0)
  const seen: string[] = []
  store.listen(changes => seen.push([...changes].map(([key, value]) => `${key} ${value?.last}`).join()))

  store.take({ type: 'delta', previous: 1, sequence: 2, rows: [row('A', '2')] })
  store.take({ type: 'delta', previous: 2, sequence: 3, rows: [row('A', '3'), row('B', '1')] })
  store.show(0)
  store.show(0)

  expect(seen).toEqual(['A 3,B 1'])
  expect(store.version.value).toBe(2)
})

test('a row that is gone is told of and dropped', () => {
  const store = quotes()
  store.take({ type: 'snapshot', sequence: 1, rows: [row('A', '1')] })
  store.show(0)
  const cell = store.row('A')
  store.take({ type: 'delta', previous: 1, sequence: 2, rows: [], gone: ['A'] })
  store.show(0)
  expect(cell.value).toBeUndefined()
  expect(store.rows.size).toBe(0)
})

test('a log keeps its newest thousand rows in order', () => {
  const store = new TopicStore('notes', 'log')
  store.take({ type: 'snapshot', sequence: 0, rows: [] })
  for (let i = 1; i <= 2_500; i++) {
    store.take({ type: 'delta', previous: i - 1, sequence: i, rows: [{ key: `n${i}` }] })
    if (i % 100 === 0) store.show(0)
  }
  store.show(0)
  expect(store.rows.size).toBe(1_000)
  expect([...store.rows.keys()].slice(0, 1).concat([...store.rows.keys()].slice(-1))).toEqual(['n1501', 'n2500'])
})

test('a log that is never shown does not grow either', () => {
  const store = new TopicStore('logs', 'log')
  store.take({ type: 'snapshot', sequence: 0, rows: [] })
  for (let i = 1; i <= 5_000; i++) store.take({ type: 'delta', previous: i - 1, sequence: i, rows: [{ message: `${i}` }] })
  store.show(0)
  expect(store.rows.size).toBe(1_000)
})

test('a signal whose outcome changed replaces the one before in its place', () => {
  const store = new TopicStore('signals', 'log')
  const signalRow = (key: string, outcome: string): unknown => ({ key, outcome })
  store.take({ type: 'snapshot', sequence: 1, rows: [signalRow('s1', 'ordered'), signalRow('s2', 'met')] })
  store.show(0)
  store.take({ type: 'delta', previous: 1, sequence: 2, rows: [signalRow('s1', 'filled')] })
  store.show(0)
  expect([...store.rows.values()].map(({ key, outcome }) => `${key} ${outcome}`)).toEqual(['s1 filled', 's2 met'])
})

test('what another person left is not shown to the next', () => {
  const store = quotes()
  store.take({ type: 'snapshot', sequence: 1, rows: [row('A', '1')] })
  store.show(5)
  store.clear()
  expect([store.rows.size, store.state.value, store.heard.value, store.sequence]).toEqual([0, 'waiting', undefined, undefined])
})
