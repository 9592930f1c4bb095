// What living runs say, as it reaches those who look: shared keys stay while one of their runs lives.
import { expect, test } from 'vitest'
import { LivingRuns } from './living-runs.ts'

const announced = (run: string) => ({ run, account: run, mode: 'PAPER', pid: 1, socket: '', started: '' })
const GOLD = { key: 'XAUUSD.OANDA' }

function watched() {
  const said: [topic: string, keys: string[], gone: readonly string[]][] = []
  const runs = new LivingRuns((topic, rows, gone) => {
    said.push([topic, rows.map(row => (row as { key: string }).key), gone])
  })
  const take = (run: string, topic: 'quotes' | 'signals' | 'stop', rows: readonly object[], gone: readonly string[] = []) =>
    runs.take(announced(run), { type: 'rows', topic, rows, gone })
  return { said, take, end: (run: string) => runs.end(announced(run)) }
}

test('rows pass as they come', () => {
  const { said, take } = watched()
  take('one', 'quotes', [GOLD])
  take('one', 'signals', [{ key: 'one:7' }])

  expect(said).toEqual([
    ['quotes', ['XAUUSD.OANDA'], []],
    ['signals', ['one:7'], []],
  ])
})

test('a row goes with the last run that says it', () => {
  const { said, take, end } = watched()
  take('one', 'quotes', [GOLD])
  take('two', 'quotes', [GOLD, { key: 'EURUSD.OANDA' }])
  said.length = 0

  end('one')
  expect(said, 'the other one still says it').toEqual([])
  end('two')
  expect(said).toEqual([['quotes', [], ['XAUUSD.OANDA', 'EURUSD.OANDA']]])
})

test('a run takes back its own word, not another’s', () => {
  const { said, take } = watched()
  take('one', 'quotes', [GOLD])
  take('two', 'quotes', [GOLD])
  said.length = 0

  take('one', 'quotes', [], ['XAUUSD.OANDA'])
  take('two', 'quotes', [], ['XAUUSD.OANDA'])

  expect(said.map(([, , gone]) => gone)).toEqual([[], ['XAUUSD.OANDA']])
})

test('what only the server may say is not taken from a run', () => {
  const { said, take } = watched()
  take('one', 'stop', [{ key: 'stop', engaged: false }])

  expect(said).toEqual([])
})

test('a log has no keys to take back', () => {
  const { said, take, end } = watched()
  take('one', 'signals', [{ key: 'one:7' }])
  said.length = 0
  end('one')

  expect(said).toEqual([])
})
