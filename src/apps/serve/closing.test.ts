// How a server ends: in the opposite order, once, and whatever its parts do.
import { expect, test, vi } from 'vitest'
import { Closing } from './closing.ts'

test('the last opened is closed first, each once', async () => {
  const closed: string[] = []
  const closing = new Closing()
  for (const part of ['keys', 'database', 'gateway']) closing.add(() => closed.push(part))

  await Promise.all([closing.all(), closing.all()])

  expect(closed).toEqual(['gateway', 'database', 'keys'])
})

test('a part that fails or hangs keeps nobody open, and is spoken of', async () => {
  vi.useFakeTimers()
  const failures: string[] = []
  const closed: string[] = []
  const closing = new Closing()
  closing.add(() => closed.push('keys'))
  closing.add(() => Promise.reject(new Error('the disk is gone')))
  closing.add(() => new Promise(() => {}), 500)

  const all = closing.all(error => failures.push((error as Error).message))
  await vi.advanceTimersByTimeAsync(500)
  await all
  vi.useRealTimers()

  expect(closed).toEqual(['keys'])
  expect(failures).toEqual(['a part of the server took longer than 500 ms to close', 'the disk is gone'])
})
