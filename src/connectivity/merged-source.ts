// Several connections of one source as one stream, for venues that allow only so much on each.
import type { LiveEvent } from '../domain/event.ts'
import type { LinkState } from '../domain/source.ts'
import type { LiveSource } from './source.ts'

type Batch = IteratorResult<readonly LiveEvent[]>

/**
 * Batches as they come. A connection speaks for the instruments it carries: what it says of all it carries is said of each
 * of them, so that one that is lost does not make the others doubtful.
 */
export function mergedSource(
  parts: readonly { readonly source: LiveSource; readonly instrumentIds: readonly string[] }[],
): LiveSource {
  if (parts.length === 1) return parts[0]!.source
  return { batches: () => ({ [Symbol.asyncIterator]: () => merge(parts) }) }
}

function merge(
  parts: readonly { readonly source: LiveSource; readonly instrumentIds: readonly string[] }[],
): AsyncIterator<readonly LiveEvent[]> {
  const iterators = parts.map(({ source }) => source.batches()[Symbol.asyncIterator]())
  const waiting = new Map<number, Promise<{ readonly at: number; readonly batch: Batch }>>()
  const ask = (at: number) =>
    waiting.set(
      at,
      iterators[at]!.next().then(batch => ({ at, batch })),
    )
  let started = false
  let lastReceived = 0

  return {
    async next() {
      if (!started) {
        started = true
        for (let at = 0; at < iterators.length; at++) ask(at)
      }
      while (waiting.size > 0) {
        const { at, batch } = await Promise.race(waiting.values())
        waiting.delete(at)
        if (batch.done === true) continue
        ask(at)
        const events = batch.value.flatMap(event => spread(event, parts[at]!.instrumentIds))
        // Two connections' batches may cross on their way here; time does not run backwards for the reader.
        const inOrder = events.map(event => {
          if (event.receivedTime >= lastReceived) lastReceived = event.receivedTime
          return event.receivedTime === lastReceived ? event : ({ ...event, receivedTime: lastReceived } as LiveEvent)
        })
        return { done: false, value: inOrder }
      }
      return { done: true, value: undefined }
    },
    async return() {
      await Promise.all(iterators.map(iterator => iterator.return?.()))
      return { done: true, value: undefined }
    },
  }
}

/** These forget what was said of single instruments; so each is told. */
function spread(event: LiveEvent, instrumentIds: readonly string[]): readonly LiveEvent[] {
  if (event.kind !== 'link-change' || event.instrumentId !== '') return [event]
  return instrumentIds.map(instrumentId => ({ ...event, instrumentId, state: event.state satisfies LinkState }))
}
