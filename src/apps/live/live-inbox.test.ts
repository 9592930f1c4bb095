// Several sources become one stream in order of receipt; nothing is lost, and closing it closes them.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { LiveSource } from '../../connectivity/source.ts'
import type { LiveEvent } from '../../domain/event.ts'
import { micros } from '../../domain/numbers.ts'
import { LiveInbox } from './live-inbox.ts'

const notice = (source: string, sequence: number, time: number): LiveEvent => ({
  ...{ kind: 'link-change', source, instrumentId: '', state: 'live', reason: '', sequence },
  ...{ eventTime: micros(time), receivedTime: micros(time) },
  provenance: { source, kind: 'live', origin: source, checksum: '', licence: '' },
})

/** Delivers its batches one by one, then waits until it is closed. */
class Batches implements LiveSource {
  closed = false
  readonly #batches: readonly (readonly LiveEvent[])[]

  constructor(batches: readonly (readonly LiveEvent[])[]) {
    this.#batches = batches
  }

  batches(): AsyncIterable<readonly LiveEvent[]> {
    let at = 0
    let leave = (): void => {}
    const left = new Promise<void>(resolve => {
      leave = resolve
    })
    return {
      [Symbol.asyncIterator]: () => ({
        next: async () => {
          const batch = this.#batches[at++]
          if (batch !== undefined) return { value: batch, done: false }
          await left
          return { value: undefined, done: true }
        },
        return: async () => {
          this.closed = true
          leave()
          return { value: undefined, done: true }
        },
      }),
    }
  }
}

/** Batches of one source: its events in order of receipt, cut anywhere. */
const source = fc.array(fc.array(fc.nat(1000), { maxLength: 5 }), { maxLength: 6 }).map(sizes => {
  let time = 0
  return sizes.map(batch => batch.map(step => (time += step)))
})

test('whatever the sources deliver comes out once, each source in its order, time never going back', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(source, { minLength: 1, maxLength: 4 }), async given => {
      const sources = given.map(
        (batches, which) =>
          new Batches(batches.map((times, part) => times.map((time, at) => notice(`s${which}`, part * 100 + at, time)))),
      )
      const total = given.flat(2).length
      const inbox = new LiveInbox(sources)
      const taken: LiveEvent[] = []
      while (taken.length < total) {
        await inbox.wait(1000)
        taken.push(...inbox.take())
      }
      await inbox.close()

      expect(taken).toHaveLength(total)
      expect(taken.map(event => event.receivedTime)).toEqual(taken.map(event => event.receivedTime).toSorted((a, b) => a - b))
      for (const [which, batches] of given.entries()) {
        const own = taken.filter(event => event.provenance.source === `s${which}`)
        expect(own.map(event => event.eventTime)).toEqual(batches.flat())
      }
      expect(sources.every(({ closed }) => closed)).toBe(true)
      expect(inbox.running).toBe(0)
    }),
    { numRuns: 60 },
  )
})

test('what arrives late is given the time that has passed, and its own time shows how late it is', async () => {
  const inbox = new LiveInbox([new Batches([[notice('late', 0, 100)]])])
  inbox.notBefore(micros(500))
  await inbox.wait(1000)

  expect(inbox.take()).toMatchObject([{ eventTime: 100, receivedTime: 500 }])
  await inbox.close()
})

test('a source that breaks is told to who takes, not swallowed', async () => {
  const broken: LiveSource = {
    batches: () => ({
      [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error('a bug')) }),
    }),
  }
  const inbox = new LiveInbox([broken])
  await inbox.wait(1000)

  expect(() => inbox.take()).toThrow('a bug')
  await inbox.close()
})
