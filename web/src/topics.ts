// How a page follows topics of the WebSocket, while it is open.
import { useEffect } from 'preact/hooks'
import type { RowOf, Topic } from '../../src/wire/topics.ts'
import { type Interest, socket } from './socket.ts'
import type { Changes, TopicStore } from './topic-store.ts'

/**
 * Follows a topic while the component is there, and draws the component again on each frame that changed something.
 * For tables and lists of moderate speed; the tick path uses `useTicks`.
 */
export function useTopic<Name extends Topic>(topic: Name, interest: Interest = {}): TopicStore<Name> {
  const store = useFollowed(topic, interest)
  void store.version.value
  void store.state.value
  return store
}

/** Follows a topic without drawing the component again: read single rows with `store.row(key)`. */
export function useFollowed<Name extends Topic>(topic: Name, interest: Interest = {}): TopicStore<Name> {
  const keys = interest.keys?.join(' ')
  useEffect(() => socket.follow(topic, interest), [topic, keys, interest.rate])
  return socket.store(topic)
}

/** Follows a topic and hands what changed to a function once per frame: it writes to text nodes or a canvas itself. */
export function useTicks<Name extends Topic>(
  topic: Name,
  interest: Interest,
  draw: (changes: Changes<RowOf<Name>>, store: TopicStore<Name>) => void,
): TopicStore<Name> {
  const store = useFollowed(topic, interest)
  useEffect(() => store.listen(changes => draw(changes, store)), [store, draw])
  return store
}
