// What every second level of a cache keeps.
import { describe, expect, test } from 'vitest'
import type { CacheLevel } from '../../src/connectivity/two-level-cache.ts'
import { micros } from '../../src/domain/numbers.ts'

/** `make` opens a level of a place of its own; calling what it gives opens the same place as another process would. */
export function cacheContract(name: string, make: () => Promise<() => CacheLevel>): void {
  describe(`a cache in ${name}`, () => {
    const kept = { value: 'Straße "1"\n2 😀', storedTime: micros(1_795_000_000_000_001) }

    test('gives back what was put, to every process, with the time it was put under', async () => {
      const open = await make()
      const [a, b] = [open(), open()]
      expect(await a.get('k')).toBeUndefined()
      await a.set('k', kept, 60_000)
      expect(await b.get('k')).toEqual(kept)
      await b.set('k', { ...kept, value: '' }, 60_000)
      expect(await a.get('k')).toEqual({ ...kept, value: '' })
      expect(await a.get('another/../k')).toBeUndefined()
      await a.remove('k')
      await a.remove('k')
      expect(await b.get('k')).toBeUndefined()
      await Promise.all([a.close(), b.close()])
    })

    test('forgets when the time is over', async () => {
      const level = (await make())()
      await level.set('short', kept, 1)
      for (let tries = 0; tries < 200 && (await level.get('short')) !== undefined; tries++) {
        await new Promise(resolve => setTimeout(resolve, 5))
      }
      expect(await level.get('short')).toBeUndefined()
      await level.close()
    })
  })
}
