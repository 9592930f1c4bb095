// A process feels a block of its event loop, and says of itself what the system row asks.
import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { EventLoopWatch } from './event-loop.ts'

/** Holds the event loop without a clock's help being asserted: until this many milliseconds of work are done. */
function block(millis: number): void {
  for (const end = performance.now() + millis; performance.now() < end; );
}

test('a loop that was held shows it, and the next reading starts anew', async () => {
  const watch = new EventLoopWatch(() => Date.UTC(2026, 10, 20))
  try {
    await wait(30)
    block(120)
    await wait(30)
    const held = watch.read()
    expect(held.eventLoopMillis.max, 'it was held for 120 ms').toBeGreaterThan(60)
    expect(held.eventLoopMillis.p50).toBeLessThanOrEqual(held.eventLoopMillis.p99)
    expect(held.eventLoopMillis.p99).toBeLessThanOrEqual(held.eventLoopMillis.max)

    expect(watch.read().eventLoopMillis, 'nothing was measured since').toEqual({ p50: 0, p99: 0, max: 0 })
  } finally {
    watch.close()
  }
})

test('the figures are those of this process', async () => {
  const now = Date.UTC(2026, 10, 20, 12)
  const watch = new EventLoopWatch(() => now)
  try {
    block(20)
    await nextTurn()
    const figures = watch.read()

    expect(figures).toMatchObject({ pid: process.pid, node: process.versions.node, time: '2026-11-20T12:00:00.000Z' })
    expect(Date.parse(figures.started)).toBeLessThan(now)
    expect(figures.residentBytes).toBeGreaterThan(figures.heapBytes)
    expect(figures.processorShare).toBeGreaterThan(0)
  } finally {
    watch.close()
  }
})
