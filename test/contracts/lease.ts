// What every lease keeps: one holder at a time, growing numbers, and a way past a holder that is gone.
import { describe, expect, test } from 'vitest'
import type { Lease } from '../../src/connectivity/lease.ts'

export interface LeaseWorld {
  /** As another process would open it. */
  open(): Lease
  /** Lets so much time pass that a silent holder counts as dead; called after a lease was seen to be held. */
  passStale(): Promise<void>
  close(): Promise<void>
}

export function leaseContract(name: string, make: () => LeaseWorld | Promise<LeaseWorld>): void {
  const fact = (what: string, body: (world: LeaseWorld) => Promise<void>) =>
    test(what, async () => {
      const world = await make()
      try {
        await body(world)
      } finally {
        await world.close()
      }
    })

  describe(`a lease of ${name}`, () => {
    fact('has one holder, and a name does not hinder another name', async world => {
      const [a, b] = [world.open(), world.open()]
      const hold = await a.acquire('one')
      expect(hold).toBeDefined()
      expect(await b.acquire('one')).toBeUndefined()
      expect(await a.acquire('one'), 'not even for the same process').toBeUndefined()
      const other = await b.acquire('two')
      expect(other).toBeDefined()
      await hold?.release()
      await other?.release()
    })

    fact('can be had again when it is released, under a higher number', async world => {
      const [a, b] = [world.open(), world.open()]
      let last = 0
      for (let i = 0; i < 5; i++) {
        const hold = await (i % 2 === 0 ? a : b).acquire('one')
        expect(hold?.fence).toBeGreaterThan(last)
        last = hold?.fence ?? 0
        expect(await hold?.current()).toBe(true)
        await hold?.release()
        expect(await hold?.current(), 'a released lease is nobody’s').toBe(false)
      }
    })

    fact('passes on from a holder that stands still, whose late release harms nobody', async world => {
      const [a, b] = [world.open(), world.open()]
      const stalled = await a.acquire('one')
      expect(await b.acquire('one')).toBeUndefined()
      await world.passStale()
      const taken = await b.acquire('one')
      expect(taken?.fence).toBeGreaterThan(stalled?.fence ?? 0)
      expect(await stalled?.current()).toBe(false)

      await stalled?.release()
      expect(await taken?.current()).toBe(true)
      expect(await a.acquire('one')).toBeUndefined()
      await taken?.release()
    })
  })
}
