// Records kept for a moment: never older than what was written here, never older than three seconds.
import { expect, test } from 'vitest'
import { InTurn } from './in-turn.ts'
import { Kept } from './kept.ts'

function world() {
  const clock = { time: 0 }
  const stored = new Map<string, string>()
  const reads: string[] = []
  let gate: Promise<void> | undefined
  const kept = new Kept<string>({
    now: () => clock.time,
    read: async key => {
      reads.push(key)
      const value = stored.get(key)
      await gate
      return value
    },
  })
  const hold = (until: Promise<void>) => {
    gate = until
  }
  return { clock, stored, reads, kept, hold }
}

test('it is read once and then known, for three seconds', async () => {
  const { clock, stored, reads, kept } = world()
  stored.set('a', 'one')
  for (let i = 0; i < 5; i++) expect(await kept.get('a')).toBe('one')
  stored.set('a', 'two')
  clock.time = 2_999
  expect(await kept.get('a')).toBe('one')
  clock.time = 3_000
  expect(await kept.get('a')).toBe('two')
  expect(reads).toEqual(['a', 'a'])
})

test('what is not there is asked for each time, and what went away is gone', async () => {
  const { clock, stored, kept } = world()
  expect(await kept.get('a')).toBeUndefined()
  stored.set('a', 'one')
  expect(await kept.get('a')).toBe('one')
  stored.delete('a')
  clock.time = 3_000
  expect(await kept.get('a')).toBeUndefined()
})

test('a refresh reads again what is wanted, and forgets what was not for a minute', async () => {
  const { clock, stored, reads, kept } = world()
  stored.set('a', 'one').set('b', 'one')
  await kept.get('a')
  await kept.get('b')
  stored.set('a', 'two')
  for (let second = 1; second <= 61; second++) {
    clock.time = second * 1_000
    await kept.get('a')
    await kept.refresh()
  }
  expect(await kept.get('a')).toBe('two')
  // b: once at first, then at each of the 59 refreshes before its minute was over.
  expect(reads.filter(key => key === 'b')).toHaveLength(60)
})

test('a reading that began before a writing does not undo it', async () => {
  const { clock, stored, kept, hold } = world()
  stored.set('a', 'old')
  await kept.get('a')
  let release: () => void = () => undefined
  hold(
    new Promise<void>(resolve => {
      release = resolve
    }),
  )
  clock.time = 3_000
  const reading = kept.get('a')
  kept.put('a', 'new')
  release()
  expect(await reading).toBe('new')
  expect(await kept.get('a')).toBe('new')
})

test('work on one thing is done in turn, on two at once; what fails does not hinder what follows', async () => {
  const turns = new InTurn()
  const log: string[] = []
  const piece = (subject: string, name: string, fails = false) =>
    turns.run(subject, async () => {
      log.push(`${name} begins`)
      await Promise.resolve()
      await Promise.resolve()
      log.push(`${name} ends`)
      if (fails) throw new Error(name)
    })
  const all = await Promise.allSettled([piece('x', 'x1', true), piece('x', 'x2'), piece('y', 'y1')])
  expect(all.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled'])
  expect(log.indexOf('x2 begins')).toBeGreaterThan(log.indexOf('x1 ends'))
  expect(log.indexOf('y1 begins')).toBeLessThan(log.indexOf('x1 ends'))
})
