// Who looks on gets less than who trades.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { getPriority } from 'node:os'
import { expect, test } from 'vitest'
import { coresIn, stepBack } from './step-back.ts'

test.each([
  ['0-2,5', [0, 1, 2, 5]],
  ['3', [3]],
  ['2-1', []],
])('the cores of %j are %j', (list, cores) => {
  expect(coresIn(list)).toEqual(cores)
})

test.skipIf(process.platform === 'win32')('a process that steps back is nicer than its parent', async () => {
  const child = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' })
  stepBack(child.pid!)
  expect(getPriority(child.pid)).toBe(5)
  child.kill('SIGKILL')
  await once(child, 'exit')
})

test('a process that is gone is no reason to fail', async () => {
  const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' })
  await once(child, 'exit')
  expect(() => stepBack(child.pid!)).not.toThrow()
})
